//! Codes that depend on the time (RFC 6238): six digits by HMAC-SHA-1, another every 30 seconds, which
//! is what every authenticator app understands. And how its secret gets into the app.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use data_encoding::BASE32_NOPAD;
use domain::{ApiError, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use qrcode::{EcLevel, QrCode, render::svg};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use url::Url;
use zeroize::Zeroizing;

/// The length of a secret: that of SHA-1, as RFC 4226 recommends.
pub(super) const SECRET_LENGTH: usize = 20;
const STEP_MILLIS: i64 = 30_000;
const DIGITS: usize = 6;
/// What the app shows the account under.
const ISSUER: &str = "Film Generator";
/// The width of the picture in pixels, at least.
const PICTURE: u32 = 240;

/// What gets a secret into an app, in three forms.
#[derive(Clone, serde::Serialize, utoipa::ToSchema)]
#[schema(as = SecondFactorSetup)]
pub struct Setup {
    /// The secret in Base32, to type.
    pub secret: String,
    /// The address that an app on the same device opens.
    pub uri: String,
    /// The same address as a picture to scan, an SVG document.
    pub qr_svg: String,
}

impl Setup {
    /// The picture as an address that holds it.
    #[must_use]
    pub fn qr_address(&self) -> String {
        let picture = STANDARD.encode(&self.qr_svg);
        format!("data:image/svg+xml;base64,{picture}")
    }

    /// For this secret of this account.
    pub(super) fn of(secret: &[u8], email: &str) -> Result<Self, ApiError> {
        let secret = BASE32_NOPAD.encode(secret);
        let mut uri = Url::parse("otpauth://totp/").map_err(|_| ApiError::internal())?;
        uri.path_segments_mut()
            .map_err(|()| ApiError::internal())?
            .push(&format!("{ISSUER}:{email}"));
        let issuer = ISSUER.replace(' ', "%20");
        uri.set_query(Some(&format!("secret={secret}&issuer={issuer}")));
        let picture = QrCode::with_error_correction_level(uri.as_str(), EcLevel::M)
            .map_err(|_| ApiError::internal())?
            .render::<svg::Color<'_>>()
            .min_dimensions(PICTURE, PICTURE)
            .build();
        Ok(Self {
            secret,
            uri: uri.into(),
            qr_svg: picture,
        })
    }
}

/// A fresh secret.
pub(super) fn fresh_secret() -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let mut secret = Zeroizing::new(vec![0; SECRET_LENGTH]);
    getrandom::fill(&mut secret).map_err(|_| ApiError::internal())?;
    Ok(secret)
}

/// The six digits that somebody typed, in groups or not; `None` where it is something else.
pub(super) fn digits(typed: &str) -> Option<String> {
    let code: String = typed.split_whitespace().collect();
    (code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

/// The step of time, of the present one and its two neighbours, whose code this is, if it comes after
/// the one that was taken last.
pub(super) fn step_of(code: &str, secret: &[u8], now: Timestamp, last_step: i64) -> Option<i64> {
    let present = now.0.div_euclid(STEP_MILLIS);
    (present - 1..=present + 1)
        .filter(|step| *step > last_step)
        .find(|step| {
            at_step(secret, *step)
                .as_bytes()
                .ct_eq(code.as_bytes())
                .into()
        })
}

/// The code of a step.
pub(super) fn at_step(secret: &[u8], step: i64) -> String {
    let mut mac =
        <Hmac<Sha1> as KeyInit>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[digest.len() - 1] & 0xf);
    let mut four = [0; 4];
    four.copy_from_slice(&digest[at..at + 4]);
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    format!("{number:06}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standards_appendix() {
        for (second, code) in [
            (59_i64, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(at_step(SECRET, second / 30), code, "{second}");
        }
    }

    proptest! {
        #[test]
        fn a_code_fits_within_one_step_and_only_after_the_one_that_was_taken(
            millis in 0..4_000_000_000_000_i64,
            away in -3..=3_i64,
            taken in -3..=3_i64,
        ) {
            let now = Timestamp(millis);
            let present = millis / STEP_MILLIS;
            let step = present + away;
            // Two steps may have the same code by chance; those here are judged by step.
            let near: Vec<String> = (present - 3..=present + 3)
                .map(|step| at_step(SECRET, step))
                .collect();
            let mut once = near.clone();
            once.sort();
            once.dedup();
            prop_assume!(once.len() == near.len());
            let fits = step_of(&at_step(SECRET, step), SECRET, now, present + taken);
            let expected = (-1..=1).contains(&away) && away > taken;
            prop_assert_eq!(fits, expected.then_some(step));
        }
    }

    #[test]
    fn digits_may_be_typed_in_groups() {
        assert_eq!(digits(" 123 456\n").as_deref(), Some("123456"));
        for other in ["", "12345", "1234567", "12345a", "１２３４５６", "-12345"] {
            assert_eq!(digits(other), None, "{other}");
        }
    }

    #[test]
    fn an_app_learns_whose_code_it_is() {
        let setup = Setup::of(SECRET, "ada+film@example.com").unwrap();
        assert_eq!(setup.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            setup.uri,
            "otpauth://totp/Film%20Generator:ada+film@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Film%20Generator"
        );
        assert!(setup.qr_svg.contains("<svg") && !setup.qr_svg.contains("<script"));
    }
}
