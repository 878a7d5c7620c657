//! Which URLs KIE can fetch as inputs: public HTTPS ones, and files that this very server gave out.
//! It must judge by the text of the URL alone; nothing is fetched.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::HOST;
use url::{Host, Url};

use super::answers;
use crate::keys;
use crate::reply::Refusal;
use crate::shared::Shared;

/// Refuses a URL that the real service could not fetch: code 422 for what is no web address, 451 for
/// what cannot be reached.
pub(super) fn check(shared: &Shared, headers: &HeaderMap, text: &str) -> Result<(), Refusal> {
    let Ok(url) = Url::parse(text) else {
        return Err(answers::invalid("url is wrong"));
    };
    if is_own(headers, &url) {
        let mut segments = url.path_segments().into_iter().flatten();
        let known = match (segments.next(), segments.next(), segments.next()) {
            (Some("kie-upload"), Some("files"), Some(id)) => shared.uploads.contains(id),
            (Some("media"), Some(_), Some(_)) => true,
            _ => false,
        };
        return if known { Ok(()) } else { Err(unreachable()) };
    }
    match url.scheme() {
        "https" if is_public(&url) => Ok(()),
        "https" => Err(unreachable()),
        _ => Err(answers::invalid("url is wrong")),
    }
}

/// Whether `text` is the URL of a result that this server gave out.
pub(super) fn is_result(headers: &HeaderMap, text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_own(headers, &url) && url.path().starts_with("/media/"))
}

fn unreachable() -> Refusal {
    answers::failed(
        451,
        "Failed to fetch the image. Kindly verify any access limits set by you or your service provider.",
    )
}

/// Whether the URL leads to this server: the host that the request names, or a loopback address on
/// the same port, as one server has several names.
fn is_own(headers: &HeaderMap, url: &Url) -> bool {
    let Some(host) = keys::header(headers, HOST.as_str()) else {
        return false;
    };
    let Ok(own) = Url::parse(&format!("http://{host}")) else {
        return false;
    };
    if url.port_or_known_default() != own.port_or_known_default() {
        return false;
    }
    url.host() == own.host() || (is_loopback(url) && is_loopback(&own))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_public(url: &Url) -> bool {
    let address: IpAddr = match url.host() {
        Some(Host::Domain(name)) => {
            return name.contains('.') && !name.ends_with(".local") && !name.ends_with(".internal");
        }
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        None => return false,
    };
    match address {
        IpAddr::V4(address) => {
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_unspecified())
        }
    }
}
