//! What a server function knows about its request: the application, the acting person, the address.
//! It takes them from where the layers in front have put them and never from the body.

use super::FnError;
use axum::http::{HeaderValue, StatusCode, header::SET_COOKIE, request::Parts};
use domain::{ApiError, ErrorCode};
use leptos::prelude::use_context;
use leptos_axum::{ResponseOptions, extract_with_state};
use server::{
    actor::Actor,
    app::App,
    auth::Client,
    web::{MaybeActor, PresentedToken},
};

/// The running application.
pub fn app() -> Result<App, FnError> {
    use_context::<App>().ok_or_else(|| refuse(ApiError::internal()))
}

/// The application and the acting person, or the error for those who are not signed in.
pub fn signed_in() -> Result<(App, Actor), FnError> {
    let actor = extension::<MaybeActor>()
        .and_then(|found| found.0)
        .ok_or_else(|| refuse(ApiError::unauthenticated()))?;
    if is_page_of_another(&actor) {
        return Err(refuse(ApiError::new(
            ErrorCode::Unauthenticated,
            "Somebody else has signed in in this browser meanwhile. Load the page again.",
        )));
    }
    Ok((app()?, actor))
}

/// Whether the page that asks was made for somebody else: what is still typed there must not land in
/// the account that is signed in now.
fn is_page_of_another(actor: &Actor) -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let made_for = parts.headers.get(crate::browser::post::MADE_FOR);
        made_for.is_some_and(|id| id.as_bytes() != actor.user.id.as_str().as_bytes())
    })
}

/// Who sends the request.
pub async fn client(app: &App) -> Result<Client, FnError> {
    extract_with_state(app).await.map_err(|_| {
        refuse(ApiError::new(
            ErrorCode::Internal,
            "The request has no address.",
        ))
    })
}

/// The session token that the request came with.
pub fn presented_token() -> PresentedToken {
    extension().unwrap_or_default()
}

fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<T>().cloned())
}

/// Turns the answer of a use case into that of a server function, with the status of its code.
pub fn answer<T>(result: Result<T, ApiError>) -> Result<T, FnError> {
    result.map_err(refuse)
}

/// An error with the status of its code.
pub fn refuse(error: ApiError) -> FnError {
    if let (Some(response), Ok(status)) = (
        use_context::<ResponseOptions>(),
        StatusCode::from_u16(error.code.status()),
    ) {
        response.set_status(status);
    }
    FnError::Api(error)
}

/// Sends a cookie back.
pub fn set_cookie(cookie: HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(SET_COOKIE, cookie);
    }
}
