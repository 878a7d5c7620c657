//! Judges an endpoint address that a person types, before it is stored and again before it is
//! called. Judges the parsed address only, never its spelling, and never looks a name up.

use crate::{guard::is_metadata, policy::Policy};
use std::net::IpAddr;
use url::{Host, Url};

/// Why an endpoint is not allowed, in a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointProblem {
    /// It cannot be read.
    #[error(
        "This is not an address. Paste the full address of the deployment, such as https://name--app.modal.run."
    )]
    NotAnAddress,
    /// It is not https.
    #[error(
        "The address must begin with https://. The operator can allow another one with FILM_ALLOW_ENDPOINT_HOSTS."
    )]
    NotHttps,
    /// It has a name or password in it.
    #[error(
        "The address must not contain a user name or password. Save the proxy token in its own field."
    )]
    UserInfo,
    /// It has a port.
    #[error(
        "The address must use the usual https port. The operator can allow another one with FILM_ALLOW_ENDPOINT_HOSTS."
    )]
    Port,
    /// It is outside of Modal.
    #[error(
        "Only addresses that end in .modal.run are allowed. The operator can allow another host with FILM_ALLOW_ENDPOINT_HOSTS."
    )]
    Host,
    /// It is a number.
    #[error(
        "Addresses by number are not allowed. The operator can allow a private network with FILM_ALLOW_PRIVATE_ENDPOINTS."
    )]
    Number,
    /// It hands out credentials of a machine.
    #[error("This address belongs to the cloud's own machinery and is never allowed.")]
    Metadata,
}

/// The endpoint in its one spelling, or why it is not allowed.
///
/// # Errors
/// The first [`EndpointProblem`].
pub fn check_endpoint(typed: &str, policy: &Policy) -> Result<Url, EndpointProblem> {
    let mut url = Url::parse(typed.trim()).map_err(|_| EndpointProblem::NotAnAddress)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointProblem::UserInfo);
    }
    url.set_fragment(None);
    if let Some(Host::Domain(name)) = url.host()
        && let Some(without_dot) = name.strip_suffix('.')
    {
        let name = without_dot.to_owned();
        url.set_host(Some(&name))
            .map_err(|_| EndpointProblem::NotAnAddress)?;
    }
    if policy.is_sandbox(&url) || policy.lists_host(&url) {
        return not_metadata(&url).map(|()| url);
    }
    match url.host() {
        Some(Host::Ipv4(address)) => check_number(&url, IpAddr::V4(address), policy)?,
        Some(Host::Ipv6(address)) => check_number(&url, IpAddr::V6(address), policy)?,
        Some(Host::Domain(name)) => check_name(&url, name)?,
        None => return Err(EndpointProblem::NotAnAddress),
    }
    Ok(url)
}

fn not_metadata(url: &Url) -> Result<(), EndpointProblem> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        _ => return Ok(()),
    };
    if is_metadata(address) {
        Err(EndpointProblem::Metadata)
    } else {
        Ok(())
    }
}

fn check_number(url: &Url, address: IpAddr, policy: &Policy) -> Result<(), EndpointProblem> {
    not_metadata(url)?;
    if policy.lists_address(address, url.port_or_known_default()) {
        Ok(())
    } else {
        Err(EndpointProblem::Number)
    }
}

fn check_name(url: &Url, name: &str) -> Result<(), EndpointProblem> {
    if url.scheme() != "https" {
        return Err(EndpointProblem::NotHttps);
    }
    let is_modal = name
        .strip_suffix(".modal.run")
        .is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()));
    if !is_modal {
        return Err(EndpointProblem::Host);
    }
    if url.port_or_known_default() != Some(443) {
        return Err(EndpointProblem::Port);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn deployments_on_modal_are_taken_in_one_spelling() {
        for (typed, stored) in [
            ("https://me--app.modal.run", "https://me--app.modal.run/"),
            (
                "  https://me--app.modal.run/generate ",
                "https://me--app.modal.run/generate",
            ),
            (
                "HTTPS://ME--APP.Modal.Run:443/x",
                "https://me--app.modal.run/x",
            ),
            (
                "https://me--app.modal.run./x",
                "https://me--app.modal.run/x",
            ),
            (
                "https://me--app.modal.run/x?a=1#part",
                "https://me--app.modal.run/x?a=1",
            ),
        ] {
            let url = check_endpoint(typed, &Policy::default()).unwrap();
            assert_eq!(url.as_str(), stored, "{typed}");
        }
    }

    #[test]
    fn the_operator_can_list_a_host_or_a_network() {
        let policy = Policy::default()
            .with_hosts("models.example.org, http://gpu.lan:8188")
            .unwrap()
            .with_networks("10.1.2.0/24:8188")
            .unwrap();
        for typed in [
            "https://models.example.org/x",
            "http://gpu.lan:8188/",
            "http://10.1.2.3:8188/",
        ] {
            assert!(check_endpoint(typed, &policy).is_ok(), "{typed}");
        }
        for typed in [
            "http://models.example.org/x",
            "https://models.example.org:8443/x",
            "http://gpu.lan/",
            "http://10.1.2.3/",
            "https://sub.models.example.org/",
        ] {
            assert!(check_endpoint(typed, &policy).is_err(), "{typed}");
        }
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        for (typed, problem) in [
            ("", EndpointProblem::NotAnAddress),
            ("modal", EndpointProblem::NotAnAddress),
            ("http://me.modal.run", EndpointProblem::NotHttps),
            ("ftp://me.modal.run", EndpointProblem::NotHttps),
            ("https://me:pw@me.modal.run", EndpointProblem::UserInfo),
            ("https://me.modal.run:8443", EndpointProblem::Port),
            ("https://example.org", EndpointProblem::Host),
            ("https://10.0.0.1", EndpointProblem::Number),
            ("https://169.254.169.254", EndpointProblem::Metadata),
        ] {
            assert_eq!(
                check_endpoint(typed, &Policy::default()),
                Err(problem),
                "{typed}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_https_on_modal(typed in "(https?://)?\\PC{0,40}(\\.modal\\.run)?\\PC{0,20}") {
            if let Ok(url) = check_endpoint(&typed, &Policy::default()) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert!(url.host_str().is_some_and(|host| host.ends_with(".modal.run")));
                prop_assert_eq!(url.port_or_known_default(), Some(443));
            }
        }
    }
}
