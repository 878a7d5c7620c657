//! Calls a server function in a way that outlives the page: a save that is on its way when the page
//! is left still arrives.

use super::post::Lifetime;
use crate::{server_fns::FnError, wire};
use serde::{Serialize, de::DeserializeOwned};
use server_fn::ServerFn;

/// Calls a server function that takes and gives JSON. On the server: an error.
pub async fn call<F>(arguments: &F) -> Result<F::Output, FnError>
where
    F: ServerFn<Error = FnError> + Serialize,
    F::Output: DeserializeOwned,
{
    match wire::call(F::PATH, arguments, Lifetime::Beyond).await {
        Err(FnError::Unreachable) if super::page::is_offline() => Err(FnError::Offline),
        answer => answer,
    }
}
