//! Where a request comes from: the socket's address, or what a trusted proxy says. Nobody else's
//! word is taken.

use crate::{
    app::App,
    auth::{Agent, Client},
};
use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, request::Parts};
use std::{
    collections::BTreeSet,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let socket = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        Ok(of(socket, &parts.headers, &app.config.trusted_proxies))
    }
}

/// Goes through `X-Forwarded-For` from its end, as long as whoever wrote the entry is trusted.
pub(crate) fn of(socket: IpAddr, headers: &HeaderMap, trusted: &BTreeSet<IpAddr>) -> Client {
    let mut said: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut address = socket.to_canonical();
    while trusted.contains(&address)
        && let Some(before) = said.pop()
        && let Ok(before) = before.parse::<IpAddr>()
    {
        address = before.to_canonical();
    }
    Client {
        address,
        agent: Agent::of(headers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn seen(socket: &str, said: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        headers.insert("cf-connecting-ip", HeaderValue::from_static("9.9.9.9"));
        headers.insert("x-real-ip", HeaderValue::from_static("9.9.9.9"));
        let trusted = trusted.iter().map(|ip| ip.parse().unwrap()).collect();
        of(socket.parse().unwrap(), &headers, &trusted)
            .address
            .to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(seen("203.0.113.9", &["1.1.1.1"], &[]), "203.0.113.9");
        assert_eq!(
            seen("203.0.113.9", &["1.1.1.1"], &["10.0.0.1"]),
            "203.0.113.9"
        );
        assert_eq!(seen("10.0.0.1", &["1.1.1.1"], &["10.0.0.1"]), "1.1.1.1");
        assert_eq!(
            seen("::ffff:10.0.0.1", &["1.1.1.1"], &["10.0.0.1"]),
            "1.1.1.1"
        );
    }

    #[test]
    fn what_the_client_itself_claimed_is_not_believed() {
        let trusted = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(seen("10.0.0.1", &["6.6.6.6, 1.1.1.1"], &trusted), "1.1.1.1");
        assert_eq!(
            seen("10.0.0.1", &["6.6.6.6", "1.1.1.1, 10.0.0.2"], &trusted),
            "1.1.1.1"
        );
        assert_eq!(
            seen("10.0.0.1", &["6.6.6.6, nonsense"], &trusted),
            "10.0.0.1"
        );
        assert_eq!(seen("10.0.0.1", &[], &trusted), "10.0.0.1");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn whatever_is_said_only_trusted_proxies_are_passed_over(
            said in prop::collection::vec("([0-9a-f:.\\[\\]%]{0,20}, ?){0,3}(1\\.1\\.1\\.1|10\\.0\\.0\\.1|\\PC{0,12})", 0..4),
            is_trusted in any::<bool>(),
        ) {
            let mut headers = HeaderMap::new();
            for line in &said {
                if let Ok(value) = HeaderValue::from_str(line) {
                    headers.append("x-forwarded-for", value);
                }
            }
            let proxy: IpAddr = "10.0.0.1".parse().unwrap();
            let trusted = if is_trusted { [proxy].into() } else { BTreeSet::new() };
            let found = of(proxy, &headers, &trusted).address;
            prop_assert!(is_trusted || found == proxy);
        }
    }
}
