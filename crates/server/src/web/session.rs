//! From the cookie or the access token to the acting person: one lookup for each request that has one.
//! A handler that takes an [`Actor`] is closed to everybody else.

use super::{Problem, bearer::Presented};
use crate::{
    actor::Actor,
    app::App,
    auth::{self, Client, access_token},
};
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::ApiError;
use http::{HeaderValue, header::WWW_AUTHENTICATE, request::Parts};
use std::convert::Infallible;
use zeroize::Zeroizing;

/// Where access tokens let somebody in.
const API: &str = "/api/v1/";

/// Puts the acting person, if there is one, into the request's extensions. Below `/api/v1` an
/// `Authorization` header decides alone: whoever sends one is whoever its token says, also where there is
/// a cookie too, and nobody else. Everywhere else it means nothing.
pub async fn find(
    State(app): State<App>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Response {
    let presented = if request.uri().path().starts_with(API) {
        Presented::of(request.headers())
    } else {
        Presented::Nothing
    };
    let cookie = auth::session_token(request.headers(), &app.config.public_origin)
        .map(|token| Zeroizing::new(token.to_owned()));
    let found = match &presented {
        Presented::Nothing => auth::actor(&app, cookie.as_ref().map(|token| token.as_str())).await,
        Presented::Token(text) => by_token(&app, text).await,
        Presented::Unusable => Err(access_token::refused()),
    };
    let extensions = request.extensions_mut();
    extensions.insert(PresentedToken(cookie));
    let actor = match found {
        Ok(actor) => actor.map(|actor| Actor {
            address: Some(client.address),
            ..actor
        }),
        Err(error) => {
            extensions.insert(Refused {
                error,
                comes_with_token: presented != Presented::Nothing,
            });
            None
        }
    };
    extensions.insert(MaybeActor(actor));
    next.run(request).await
}

/// Why whoever presents something is nobody.
#[derive(Clone)]
struct Refused {
    error: ApiError,
    comes_with_token: bool,
}

/// Answers who was refused by [`find`]. It comes after the limits, so that guesses count too.
pub async fn refuse(request: Request, next: Next) -> Response {
    match request.extensions().get::<Refused>() {
        Some(refused) => refusal(refused.clone()),
        None => next.run(request).await,
    }
}

/// Who comes with this text of an access token; an error where nobody does.
async fn by_token(app: &App, text: &str) -> Result<Option<Actor>, ApiError> {
    let actor = access_token::actor(app, text).await?;
    actor.ok_or_else(access_token::refused).map(Some)
}

fn refusal(refused: Refused) -> Response {
    let mut response = Problem::from(refused.error).into_response();
    if refused.comes_with_token && response.status() == http::StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<MaybeActor>()
            .and_then(|found| found.0.clone())
            .ok_or_else(|| ApiError::unauthenticated().into())
    }
}

/// The acting person, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MaybeActor(pub Option<Actor>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeActor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The token that the request came with, to end its session. `Debug` shows nothing of it.
#[derive(Clone, Default)]
pub struct PresentedToken(Option<Zeroizing<String>>);

impl PresentedToken {
    /// The token as text.
    #[must_use]
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_ref().map(|token| token.as_str())
    }
}

impl std::fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PresentedToken([redacted])")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PresentedToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Extension, Router, body::Body, routing::get};
    use domain::{Timestamp, UserId, account::User};
    use tower::ServiceExt;

    fn router() -> Router {
        Router::new()
            .route(
                "/closed",
                get(|actor: Actor| async move { actor.user.email }),
            )
            .route(
                "/open",
                get(|MaybeActor(actor): MaybeActor| async move { actor.is_some().to_string() }),
            )
    }

    async fn status(router: Router, path: &str) -> u16 {
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn a_route_that_takes_an_actor_is_closed_even_where_the_layer_was_forgotten() {
        assert_eq!(status(router(), "/closed").await, 401);
        assert_eq!(status(router(), "/open").await, 200);
        let nobody = router().layer(Extension(MaybeActor(None)));
        assert_eq!(status(nobody, "/closed").await, 401);
        let user = User {
            id: UserId("ada".to_owned()),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            is_admin: false,
            created_at: Timestamp(0),
        };
        let somebody = MaybeActor(Some(Actor {
            user,
            session: None,
            token: None,
            confirmed_at: None,
            address: None,
        }));
        assert_eq!(
            status(router().layer(Extension(somebody)), "/closed").await,
            200
        );
    }
}
