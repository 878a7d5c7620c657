//! Signing up, in and out.

use super::FnError;
use crate::wire::JsonPost;
use domain::account::Me;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::request::{answer, app, client, presented_token, set_cookie};

/// A new account, signed in. `invitation` is the last part of the link that somebody came by.
#[server(prefix = "/fn", endpoint = "sign_up", protocol = JsonPost)]
pub async fn sign_up(
    email: String,
    password: String,
    name: Option<String>,
    invitation: Option<String>,
) -> Result<Me, FnError> {
    let app = app()?;
    let input = server::auth::SignUp {
        email,
        password: password.into(),
        name,
        invitation: invitation.map(Into::into),
    };
    let signed_in = answer(server::auth::sign_up(&app, client(&app).await?, input).await)?;
    set_cookie(signed_in.cookie);
    Ok(signed_in.me)
}

/// A new session for an account, with a code where it has a second factor; the one that the request came
/// with ends.
#[server(prefix = "/fn", endpoint = "sign_in", protocol = JsonPost)]
pub async fn sign_in(email: String, password: String, code: Option<String>) -> Result<Me, FnError> {
    let app = app()?;
    let input = server::auth::SignIn {
        email,
        password: password.into(),
        code: code.map(Into::into),
    };
    let (client, old) = (client(&app).await?, presented_token());
    let signed_in = answer(server::auth::sign_in(&app, client, input, old.as_deref()).await)?;
    set_cookie(signed_in.cookie);
    Ok(signed_in.me)
}

/// Ends the session.
#[server(prefix = "/fn", endpoint = "sign_out", protocol = JsonPost)]
pub async fn sign_out() -> Result<(), FnError> {
    let app = app()?;
    if let Some(token) = presented_token().as_deref() {
        answer(server::auth::sign_out(&app, token).await)?;
    }
    set_cookie(server::auth::expired_cookie(&app.config.public_origin));
    Ok(())
}
