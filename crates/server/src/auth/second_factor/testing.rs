//! What an authenticator app does, for tests.

use super::code;
use data_encoding::BASE32_NOPAD;
use domain::Timestamp;

/// The code that an app with this secret shows, `steps` of 30 seconds from now.
pub fn shown(secret: &str, now: Timestamp, steps: i64) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    code::at_step(&secret, now.0 / 30_000 + steps)
}
