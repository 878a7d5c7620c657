//! What an access token may do: a table of all routes of `/api/v1` with the scope that each needs. What
//! is not in it cannot be done with a token, whatever its scopes; no handler asks about scopes itself.

use super::{MaybeActor, Problem};
use crate::actor::{Actor, not_by_token};
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{ApiError, ErrorCode, scope::Scope};
use http::Method;

/// Method, route and scope. Routes that only a session may use are not here.
const TABLE: &[(&str, &str, Scope)] = &[
    ("GET", "/openapi.json", Scope::Read),
    ("GET", "/me", Scope::Read),
    ("GET", "/providers", Scope::Read),
    ("GET", "/providers/{provider}/models", Scope::Read),
    (
        "POST",
        "/providers/{provider}/models/apply",
        Scope::Settings,
    ),
    (
        "DELETE",
        "/providers/{provider}/models/apply",
        Scope::Settings,
    ),
    ("GET", "/settings", Scope::Read),
    ("PATCH", "/settings", Scope::Settings),
    ("GET", "/settings/history", Scope::Read),
    ("GET", "/settings/export", Scope::Read),
    ("PUT", "/keys/{provider}", Scope::Keys),
    ("DELETE", "/keys/{provider}", Scope::Keys),
    ("POST", "/keys/{provider}/test", Scope::Keys),
    ("POST", "/keys/{provider}/undo", Scope::Keys),
    ("GET", "/projects", Scope::Read),
    ("POST", "/projects", Scope::Settings),
    ("GET", "/projects/{id}", Scope::Read),
    ("PATCH", "/projects/{id}", Scope::Settings),
    ("DELETE", "/projects/{id}", Scope::Settings),
    ("GET", "/projects/{id}/settings", Scope::Read),
    ("PATCH", "/projects/{id}/settings", Scope::Settings),
    ("GET", "/projects/{id}/settings/history", Scope::Read),
    ("GET", "/projects/{id}/settings/export", Scope::Read),
    ("POST", "/resolve", Scope::Read),
    ("POST", "/estimates", Scope::Read),
    ("GET", "/generations", Scope::Read),
    ("POST", "/generations", Scope::Generate),
    ("GET", "/generations/{id}", Scope::Read),
    ("POST", "/generations/{id}/cancel", Scope::Generate),
    ("POST", "/generations/{id}/look-again", Scope::Generate),
    ("GET", "/generations/{id}/events", Scope::Read),
    ("GET", "/events", Scope::Read),
    ("GET", "/outputs/{id}", Scope::Read),
    ("GET", "/outputs/{id}/thumbnail", Scope::Read),
    ("GET", "/projects/{id}/plan", Scope::Read),
    ("POST", "/projects/{id}/plan", Scope::Generate),
    ("DELETE", "/projects/{id}/plan/{item}", Scope::Generate),
    ("POST", "/projects/{id}/plan/start", Scope::Generate),
    ("POST", "/projects/{id}/plan/pause", Scope::Generate),
    ("POST", "/projects/{id}/plan/resume", Scope::Generate),
    ("POST", "/projects/{id}/plan/retry", Scope::Generate),
    ("POST", "/projects/{id}/plan/cancel", Scope::Generate),
    ("GET", "/usage", Scope::Read),
    ("GET", "/usage.csv", Scope::Read),
    ("GET", "/budgets", Scope::Read),
    ("GET", "/budgets/{kind}", Scope::Read),
    ("PUT", "/budgets/{kind}/{period}", Scope::Settings),
    ("DELETE", "/budgets/{kind}/{period}", Scope::Settings),
    ("GET", "/budgets/projects/{project}", Scope::Read),
    (
        "PUT",
        "/budgets/projects/{project}/{period}",
        Scope::Settings,
    ),
    (
        "DELETE",
        "/budgets/projects/{project}/{period}",
        Scope::Settings,
    ),
    ("GET", "/budgets/organizations/{organization}", Scope::Read),
    (
        "PUT",
        "/budgets/organizations/{organization}/{period}",
        Scope::Organizations,
    ),
    (
        "DELETE",
        "/budgets/organizations/{organization}/{period}",
        Scope::Organizations,
    ),
    ("GET", "/organizations/{id}/usage", Scope::Read),
    ("GET", "/organizations/{id}/usage.csv", Scope::Read),
    ("GET", "/organizations", Scope::Read),
    ("POST", "/organizations", Scope::Organizations),
    ("GET", "/organizations/{id}", Scope::Read),
    ("PATCH", "/organizations/{id}", Scope::Organizations),
    ("GET", "/organizations/{id}/members", Scope::Read),
    (
        "PATCH",
        "/organizations/{id}/members/{member}",
        Scope::Organizations,
    ),
    (
        "DELETE",
        "/organizations/{id}/members/{member}",
        Scope::Organizations,
    ),
    (
        "GET",
        "/organizations/{id}/invitations",
        Scope::Organizations,
    ),
    (
        "POST",
        "/organizations/{id}/invitations",
        Scope::Organizations,
    ),
    (
        "DELETE",
        "/organizations/{id}/invitations/{invitation}",
        Scope::Organizations,
    ),
    ("GET", "/organizations/{id}/keys", Scope::Read),
    (
        "POST",
        "/organizations/{id}/keys/{provider}/test",
        Scope::Organizations,
    ),
    ("GET", "/organizations/{id}/settings", Scope::Read),
    (
        "PATCH",
        "/organizations/{id}/settings",
        Scope::Organizations,
    ),
    (
        "GET",
        "/organizations/{id}/settings/history",
        Scope::Organizations,
    ),
    ("GET", "/organizations/{id}/policy", Scope::Read),
    ("PATCH", "/organizations/{id}/policy", Scope::Organizations),
    ("PUT", "/me/active-organization", Scope::Settings),
    ("GET", "/projects/{id}/members", Scope::Read),
    ("PUT", "/projects/{id}/members/{member}", Scope::Settings),
    ("DELETE", "/projects/{id}/members/{member}", Scope::Settings),
    ("GET", "/projects/{id}/invitations", Scope::Read),
    ("POST", "/projects/{id}/invitations", Scope::Settings),
    (
        "DELETE",
        "/projects/{id}/invitations/{invitation}",
        Scope::Settings,
    ),
    ("POST", "/invitations/look", Scope::Read),
    ("POST", "/invitations/accept", Scope::Organizations),
    ("GET", "/organizations/{id}/audit", Scope::Organizations),
    ("GET", "/organizations/{id}/audit.csv", Scope::Organizations),
    (
        "GET",
        "/organizations/{id}/audit.jsonl",
        Scope::Organizations,
    ),
    ("GET", "/admin", Scope::Admin),
    ("GET", "/admin/accounts", Scope::Admin),
    ("PATCH", "/admin/accounts/{id}", Scope::Admin),
    ("GET", "/admin/organizations", Scope::Admin),
    ("PATCH", "/admin/organizations/{id}", Scope::Admin),
    ("GET", "/admin/environment", Scope::Admin),
    ("GET", "/admin/audit", Scope::Admin),
    ("GET", "/admin/audit.csv", Scope::Admin),
    ("GET", "/admin/audit.jsonl", Scope::Admin),
    ("GET", "/admin/usage", Scope::Admin),
    ("GET", "/admin/usage.csv", Scope::Admin),
    ("GET", "/admin/catalog", Scope::Admin),
    ("PUT", "/admin/catalog/{operation}/{provider}", Scope::Admin),
    (
        "DELETE",
        "/admin/catalog/{operation}/{provider}",
        Scope::Admin,
    ),
];

/// Lets a request with an access token through where the route's scope is among the token's. A request
/// without one is none of its business, and neither is an address that leads to no route.
pub async fn enforce(
    MaybeActor(actor): MaybeActor,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    if let (Some(actor), Some(route)) = (actor, route)
        && let Err(error) = check(&actor, request.method(), route.as_str())
    {
        return Problem::from(error).into_response();
    }
    next.run(request).await
}

/// Whether the acting person's token, if they came with one, may be used for a route.
fn check(actor: &Actor, method: &Method, route: &str) -> Result<(), ApiError> {
    let Some(token) = &actor.token else {
        return Ok(());
    };
    let scope = needed(method, route).ok_or_else(not_by_token)?;
    if token.scopes.allow(scope) {
        return Ok(());
    }
    let mut error = ApiError::new(
        ErrorCode::Forbidden,
        format!(
            "This access token may not be used for this: it has no scope `{}`. Make one that has it.",
            scope.as_str()
        ),
    );
    error.scope = Some(scope);
    Err(error)
}

/// The scope that a route needs; `None` where no token will do.
pub(crate) fn needed(method: &Method, route: &str) -> Option<Scope> {
    let method = match *method {
        Method::HEAD => "GET",
        _ => method.as_str(),
    };
    let route = route.strip_prefix("/api/v1").unwrap_or(route);
    let route = if route.len() > 1 {
        route.trim_end_matches('/')
    } else {
        route
    };
    TABLE
        .iter()
        .find(|(with, to, _)| *with == method && *to == route)
        .map(|(.., scope)| *scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::AccessToken;
    use domain::{Timestamp, UserId, account::User, scope::Scopes};
    use std::collections::BTreeSet;

    /// Routes that only a session may use, and those that nobody has to sign in for.
    const BY_SESSION_ALONE: &[(&str, &str)] = &[
        ("POST", "/auth/sign-up"),
        ("POST", "/auth/sign-in"),
        ("POST", "/auth/sign-out"),
        ("POST", "/auth/confirm"),
        ("GET", "/tokens"),
        ("POST", "/tokens"),
        ("DELETE", "/tokens/{id}"),
        ("GET", "/sessions"),
        ("DELETE", "/sessions"),
        ("DELETE", "/sessions/{id}"),
        ("PUT", "/me/password"),
        ("GET", "/me/totp"),
        ("POST", "/me/totp"),
        ("PUT", "/me/totp"),
        ("DELETE", "/me/totp"),
        ("POST", "/me/totp/recovery-codes"),
        ("DELETE", "/organizations/{id}"),
        ("PUT", "/organizations/{id}/keys/{provider}"),
        ("DELETE", "/organizations/{id}/keys/{provider}"),
        ("POST", "/organizations/{id}/keys/{provider}/undo"),
    ];

    /// Every route of the API: method and path.
    fn mounted() -> BTreeSet<(String, String)> {
        let paths = crate::api::document()["paths"].as_object().unwrap();
        let routes = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(|method| (method.to_uppercase(), path.clone()))
        });
        routes.collect()
    }

    #[test]
    fn each_route_is_in_the_table_or_for_sessions_alone() {
        let own = |(method, path): &(&str, &str)| ((*method).to_owned(), (*path).to_owned());
        let by_token: BTreeSet<_> = TABLE
            .iter()
            .map(|(method, path, _)| own(&(method, path)))
            .collect();
        let by_session: BTreeSet<_> = BY_SESSION_ALONE.iter().map(own).collect();
        assert_eq!(by_token.len(), TABLE.len(), "a route is there twice");
        assert_eq!(by_token.intersection(&by_session).count(), 0);
        let known: BTreeSet<_> = by_token.union(&by_session).cloned().collect();
        assert_eq!(mounted(), known);
    }

    fn with(scopes: Option<&str>) -> Actor {
        Actor {
            user: User {
                id: UserId("ada".to_owned()),
                email: "ada@example.com".to_owned(),
                name: "Ada".to_owned(),
                is_admin: true,
                created_at: Timestamp(0),
            },
            session: None,
            token: scopes.map(|scopes| AccessToken {
                id: "token".to_owned(),
                scopes: Scopes::parse(scopes).unwrap(),
            }),
            confirmed_at: None,
            address: None,
        }
    }

    #[test]
    fn a_token_is_good_for_its_scopes_and_for_nothing_that_is_in_no_row() {
        for (method, route, scope) in TABLE {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let route = format!("/api/v1{route}");
            assert_eq!(check(&with(Some(scope.as_str())), &method, &route), Ok(()));
            let others = Scopes::new(Scope::ALL.into_iter().filter(|other| other != scope));
            let error = check(&with(Some(&others.to_string())), &method, &route).unwrap_err();
            assert_eq!(
                (error.code, error.scope),
                (ErrorCode::Forbidden, Some(*scope))
            );
            assert!(error.detail.contains(scope.as_str()));
        }
        let all = Scopes::new(Scope::ALL).to_string();
        for (method, route) in BY_SESSION_ALONE.iter().chain(&[
            ("GET", "/not/yet/there"),
            ("OPTIONS", "/me"),
            ("POST", "/me"),
            ("GET", "/"),
        ]) {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let error = check(&with(Some(&all)), &method, route).unwrap_err();
            assert_eq!(
                (error.code, error.scope),
                (ErrorCode::Forbidden, None),
                "{route}"
            );
            assert_eq!(check(&with(None), &method, route), Ok(()));
        }
        assert_eq!(needed(&Method::HEAD, "/outputs/{id}"), Some(Scope::Read));
    }
}
