//! Looks names up and hands on only addresses that the policy admits. One address that it does not
//! admit refuses the whole name, so a name that changes its mind cannot lead inside.

use crate::policy::Policy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

/// The addresses of a name, when they are there.
pub type LookedUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of a name.
pub trait Lookup: Send + Sync {
    /// All addresses of the name.
    fn lookup(&self, name: String) -> LookedUp;
}

/// The system's own look-up.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> LookedUp {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The name leads to an address that is not admitted.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not allowed")]
pub struct AddressRefused;

/// The resolver of the outbound client.
pub struct GuardedResolver {
    policy: Arc<Policy>,
    lookup: Arc<dyn Lookup>,
}

impl GuardedResolver {
    pub fn new(policy: Arc<Policy>, lookup: Arc<dyn Lookup>) -> Self {
        Self { policy, lookup }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.policy);
        let found = self.lookup.lookup(name.as_str().to_owned());
        Box::pin(async move {
            let addresses = found.await?;
            let spelled = name.as_str().trim_end_matches('.').to_ascii_lowercase();
            if addresses.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            if addresses
                .iter()
                .any(|address| !policy.admits_resolved(&spelled, *address))
            {
                return Err(AddressRefused.into());
            }
            let sockets = addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}
