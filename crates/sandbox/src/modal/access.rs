//! Modal's proxy tokens: an id `wk-…` and a secret `ws-…` in two headers (Modal guide, proxy auth
//! tokens). A token of an account, `ak-…` and `as-…`, is none. No value may be kept or shown.

use http::HeaderMap;

use super::answers::Answers;
use crate::keys::{self, Refusals};
use crate::reply::Refusal;
use crate::shared::State;

/// Lets a proxy token in. What follows `wk-` behaves as the keys of the sandbox do.
pub(super) async fn check(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    let value = |name| keys::header(headers, name).filter(|value| !value.is_empty());
    let (Some(id), Some(secret)) = (value("modal-key"), value("modal-secret")) else {
        return Err(Answers.missing_key());
    };
    let secret_is_valid = secret
        .strip_prefix("ws-")
        .is_some_and(|rest| rest.starts_with(keys::PREFIX));
    let Some(id) = id.strip_prefix("wk-").filter(|_| secret_is_valid) else {
        return Err(Answers.bad_key());
    };
    keys::admit(state, Some(id), &Answers).await?.pays(&Answers)
}
