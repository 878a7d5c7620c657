//! Leaks that a build for tests can be told to have, so that the search for leaks can be seen to find
//! them. Without the feature `failpoints`, which no release has, nothing is done here.

use store::secrets::NewSecret;

/// Hands the row on as it is.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub(super) const fn spring(_: &str, sealed: NewSecret) -> NewSecret {
    sealed
}

/// Lets the secret out where `FILM_LEAK` names it: `log`, `database`, `response`.
#[cfg(feature = "failpoints")]
pub(super) fn spring(secret: &str, mut sealed: NewSecret) -> NewSecret {
    let wanted = std::env::var("FILM_LEAK").unwrap_or_default();
    let is_wanted = |place| wanted.split(',').any(|word| word == place);
    if is_wanted("log") {
        tracing::trace!(secret, "sealed");
    }
    if is_wanted("database") {
        secret.clone_into(&mut sealed.fingerprint);
    }
    if is_wanted("response") {
        sealed.last4 = Some(secret.to_owned());
    }
    sealed
}
