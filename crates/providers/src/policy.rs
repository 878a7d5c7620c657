//! What the operator admits beyond the public Internet: the sandbox's one address, hosts and
//! private networks by name. Empty by default; no metadata address can ever be admitted.

use crate::guard::{canonical, is_metadata, is_public};
use std::net::IpAddr;
use url::{Host, Url};

/// The setting that lists private networks.
pub const PRIVATE_NETWORKS: &str = "FILM_ALLOW_PRIVATE_ENDPOINTS";
/// The setting that lists hosts outside `*.modal.run`.
pub const ENDPOINT_HOSTS: &str = "FILM_ALLOW_ENDPOINT_HOSTS";

/// What is admitted. The default admits public https and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    sandbox: Option<Url>,
    networks: Vec<Network>,
    hosts: Vec<ListedHost>,
}

/// A setting that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// An entry of the list of networks.
    #[error(
        "FILM_ALLOW_PRIVATE_ENDPOINTS must list networks such as 10.1.2.0/24:8188, separated by commas; {0:?} is none."
    )]
    Network(String),
    /// An entry of the list of hosts.
    #[error(
        "FILM_ALLOW_ENDPOINT_HOSTS must list hosts such as models.example.org or http://gpu.lan:8188, separated by commas; {0:?} is none."
    )]
    Host(String),
    /// The address of the sandbox.
    #[error("The sandbox address must be an http or https origin such as http://127.0.0.1:4010.")]
    Sandbox,
}

#[derive(Debug, Clone)]
struct Network {
    address: IpAddr,
    prefix: u8,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ListedHost {
    scheme: String,
    host: String,
    port: u16,
}

impl Policy {
    /// Admits the sandbox at exactly this scheme, host and port.
    ///
    /// # Errors
    /// [`PolicyProblem::Sandbox`] for anything that is not an http(s) address.
    pub fn with_sandbox(mut self, origin: &Url) -> Result<Self, PolicyProblem> {
        let plain = matches!(origin.scheme(), "http" | "https")
            && origin.host().is_some()
            && origin.username().is_empty()
            && origin.password().is_none();
        if !plain {
            return Err(PolicyProblem::Sandbox);
        }
        self.sandbox = Some(origin.clone());
        Ok(self)
    }

    /// Admits the networks of a comma-separated list of `address/prefix` or `address/prefix:port`
    /// (IPv6 with a port in brackets: `[fd12::/64]:8188`).
    ///
    /// # Errors
    /// [`PolicyProblem::Network`] naming the first wrong entry.
    pub fn with_networks(mut self, list: &str) -> Result<Self, PolicyProblem> {
        for entry in entries(list) {
            let network =
                Network::parse(entry).ok_or_else(|| PolicyProblem::Network(entry.to_owned()))?;
            self.networks.push(network);
        }
        Ok(self)
    }

    /// Admits the hosts of a comma-separated list of `host`, `host:port` or `http://host:port`.
    ///
    /// # Errors
    /// [`PolicyProblem::Host`] naming the first wrong entry.
    pub fn with_hosts(mut self, list: &str) -> Result<Self, PolicyProblem> {
        for entry in entries(list) {
            let host =
                ListedHost::parse(entry).ok_or_else(|| PolicyProblem::Host(entry.to_owned()))?;
            self.hosts.push(host);
        }
        Ok(self)
    }

    /// Whether this is the sandbox's address.
    #[must_use]
    pub fn is_sandbox(&self, url: &Url) -> bool {
        self.sandbox
            .as_ref()
            .is_some_and(|sandbox| sandbox.origin() == url.origin())
    }

    /// Whether the operator listed exactly this scheme, host and port.
    pub(crate) fn lists_host(&self, url: &Url) -> bool {
        ListedHost::of(url).is_some_and(|host| self.hosts.contains(&host))
    }

    /// Whether the operator listed a network with this address, for this port.
    pub(crate) fn lists_address(&self, address: IpAddr, port: Option<u16>) -> bool {
        !is_metadata(address)
            && self.networks.iter().any(|network| {
                network.contains(address) && network.port.is_none_or(|p| Some(p) == port)
            })
    }

    /// Whether a request may go to this address at all. Names are judged again by what they
    /// resolve to.
    pub(crate) fn admits(&self, url: &Url) -> bool {
        if self.is_sandbox(url) {
            return true;
        }
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        let port = url.port_or_known_default();
        let usual = url.scheme() == "https" && port == Some(443);
        match url.host() {
            Some(Host::Domain(name)) => {
                !self.is_sandbox_name(name) && (usual || self.lists_host(url))
            }
            Some(Host::Ipv4(address)) => self.admits_literal(IpAddr::V4(address), port, usual),
            Some(Host::Ipv6(address)) => self.admits_literal(IpAddr::V6(address), port, usual),
            None => false,
        }
    }

    fn admits_literal(&self, address: IpAddr, port: Option<u16>, usual: bool) -> bool {
        (usual && is_public(address)) || self.lists_address(address, port)
    }

    /// Whether a connection to this name may use this address, found by look-up. A private one
    /// needs both its name and its network on the operator's lists.
    pub(crate) fn admits_resolved(&self, name: &str, address: IpAddr) -> bool {
        is_public(address)
            || (self.is_sandbox_name(name) && !is_metadata(address))
            || (self.hosts.iter().any(|listed| listed.host == name)
                && self.lists_address(address, None))
    }

    fn is_sandbox_name(&self, name: &str) -> bool {
        self.sandbox
            .as_ref()
            .is_some_and(|sandbox| sandbox.domain() == Some(name))
    }
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

impl Network {
    fn parse(entry: &str) -> Option<Self> {
        let (network, port) = if let Some(rest) = entry.strip_prefix('[') {
            let (network, port) = rest.split_once(']')?;
            (network, port.strip_prefix(':'))
        } else if entry.matches(':').count() == 1 {
            let (network, port) = entry.split_once(':')?;
            (network, Some(port))
        } else {
            (entry, None)
        };
        let port = port.map(str::parse).transpose().ok()?;
        let (address, prefix) = match network.split_once('/') {
            Some((address, prefix)) => (address.parse().ok()?, prefix.parse().ok()?),
            None => {
                let address: IpAddr = network.parse().ok()?;
                (address, if address.is_ipv4() { 32 } else { 128 })
            }
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= most).then_some(Self {
            address,
            prefix,
            port,
        })
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, canonical(address)) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix);
                let top = |a: std::net::Ipv4Addr| a.to_bits().checked_shr(shift).unwrap_or(0);
                top(network) == top(address)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix);
                let top = |a: std::net::Ipv6Addr| a.to_bits().checked_shr(shift).unwrap_or(0);
                top(network) == top(address)
            }
            _ => false,
        }
    }
}

impl ListedHost {
    fn parse(entry: &str) -> Option<Self> {
        let with_scheme = if entry.contains("://") {
            entry.to_owned()
        } else {
            format!("https://{entry}")
        };
        let url = Url::parse(&with_scheme).ok()?;
        let bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let named = url.host_str().is_some_and(|host| !host.contains('*'));
        (bare && named).then(|| Self::of(&url)).flatten()
    }

    fn of(url: &Url) -> Option<Self> {
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.trim_end_matches('.').to_owned(),
            port: url.port_or_known_default()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_the_exact_origin_of_the_sandbox_is_admitted() {
        let policy = Policy::default()
            .with_sandbox(&url("http://127.0.0.1:4010"))
            .unwrap();
        assert!(policy.admits(&url("http://127.0.0.1:4010/kie/api/v1")));
        for other in [
            "http://127.0.0.1:4011/",
            "https://127.0.0.1:4010/",
            "http://127.0.0.2:4010/",
            "http://localhost:4010/",
            "http://[::1]:4010/",
            "http://127.0.0.1/",
        ] {
            assert!(!policy.admits(&url(other)), "{other}");
        }
    }

    #[test]
    fn a_sandbox_name_opens_no_other_port() {
        let policy = Policy::default()
            .with_sandbox(&url("http://localhost:4010"))
            .unwrap();
        assert!(policy.admits(&url("http://localhost:4010/x")));
        assert!(!policy.admits(&url("https://localhost/x")));
    }

    #[test]
    fn networks_are_admitted_with_their_port_only() {
        let policy = Policy::default()
            .with_networks("10.1.2.0/24:8188, [fd12::/16]:80")
            .unwrap();
        assert!(policy.admits(&url("http://10.1.2.77:8188/x")));
        assert!(policy.admits(&url("http://[fd12::1]/x")));
        for other in [
            "http://10.1.2.77/",
            "http://10.1.3.1:8188/",
            "http://[fd13::1]/",
        ] {
            assert!(!policy.admits(&url(other)), "{other}");
        }
    }

    #[test]
    fn metadata_is_refused_even_where_its_network_is_listed() {
        let policy = Policy::default()
            .with_networks("169.254.0.0/16, 0.0.0.0/0, ::/0")
            .unwrap();
        for address in [
            "169.254.169.254",
            "[::ffff:169.254.169.254]",
            "[fd00:ec2::254]",
        ] {
            assert!(
                !policy.admits(&url(&format!("http://{address}/latest"))),
                "{address}"
            );
        }
        assert!(policy.admits(&url("http://192.168.0.9/")));
    }

    #[test]
    fn a_private_address_behind_a_name_needs_name_and_network() {
        let lan: IpAddr = "192.168.0.9".parse().unwrap();
        let both = Policy::default()
            .with_hosts("http://gpu.lan:8188")
            .unwrap()
            .with_networks("192.168.0.0/24")
            .unwrap();
        assert!(both.admits(&url("http://gpu.lan:8188/")));
        assert!(both.admits_resolved("gpu.lan", lan));
        assert!(!both.admits_resolved("api.kie.ai", lan));
        let name_only = Policy::default().with_hosts("http://gpu.lan:8188").unwrap();
        assert!(!name_only.admits_resolved("gpu.lan", lan));
    }

    #[test]
    fn wrong_entries_name_the_setting() {
        for wrong in ["10.0.0.0/33", "x", "10.0.0.0/8:99999", "[::1"] {
            let problem = Policy::default()
                .with_networks(wrong)
                .unwrap_err()
                .to_string();
            assert!(
                problem.contains(PRIVATE_NETWORKS) && problem.contains(wrong),
                "{problem}"
            );
        }
        for wrong in ["http://", "ftp://x", "a b", "https://h/path", "https://u@h"] {
            let problem = Policy::default().with_hosts(wrong).unwrap_err().to_string();
            assert!(problem.contains(ENDPOINT_HOSTS), "{problem}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn any_lists_are_read_or_refused_and_never_admit_metadata(
            networks in "([0-9a-f.:/\\[\\]]{0,24},? ?){0,3}|(0\\.0\\.0\\.0|169\\.254\\.0\\.0|\\[::\\])/[0-9]{1,3}(:[0-9]{1,5})?",
            hosts in "((https?://)?([a-z.\\-]{0,12}|169\\.254\\.169\\.254|\\[fd00:ec2::254\\])(:[0-9]{1,5})?,? ?){0,3}|\\PC{0,30}",
        ) {
            let policy = Policy::default();
            let policy = policy.clone().with_networks(&networks).unwrap_or(policy);
            let policy = policy.clone().with_hosts(&hosts).unwrap_or(policy);
            for address in ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"] {
                for scheme in ["http", "https"] {
                    let metadata = url(&format!("{scheme}://{address}/latest"));
                    prop_assert!(!policy.admits(&metadata), "{} {}", networks, hosts);
                }
            }
            for name in hosts.split([',', ' ', '/']) {
                prop_assert!(!policy.admits_resolved(name, "169.254.169.254".parse().unwrap()));
            }
        }
    }
}
