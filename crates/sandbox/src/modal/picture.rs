//! Whether a text can be loaded as a picture: a data URL, base64, or a web address. Nothing is
//! fetched; an address is judged by its text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

/// Whether `text` is an address, or base64 (as it is or in a data URL) of a PNG, JPEG or WebP.
pub(super) fn is_usable(text: &str) -> bool {
    if let Ok(url) = Url::parse(text)
        && matches!(url.scheme(), "https" | "http")
    {
        return url.host().is_some();
    }
    let encoded = match text.strip_prefix("data:") {
        Some(data) => match data.split_once(";base64,") {
            Some((media_type, encoded)) if media_type.starts_with("image/") => encoded,
            _ => return false,
        },
        None => text,
    };
    STANDARD
        .decode(encoded.trim())
        .is_ok_and(|bytes| is_picture(&bytes))
}

/// Whether `bytes` begin as a PNG, JPEG or WebP does.
pub(super) fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        || bytes.starts_with(&[0xff, 0xd8, 0xff])
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::is_usable;

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for (bytes, usable) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], true),
            (&[0xff, 0xd8, 0xff, 0xe0][..], true),
            (&b"RIFF....WEBPVP8 "[..], true),
            (&b"RIFF....WAVEfmt "[..], false),
            (&b"GIF89a"[..], false),
            (&b""[..], false),
        ] {
            let encoded = STANDARD.encode(bytes);
            assert_eq!(is_usable(&encoded), usable, "{encoded}");
            let url = format!("data:image/png;base64,{encoded}");
            assert_eq!(is_usable(&url), usable, "{url}");
        }
        assert!(is_usable("https://example.com/a.png"));
        assert!(!is_usable("data:text/plain;base64,iVBORw0KGgo="));
        assert!(!is_usable("file:///a.png"));
    }
}
