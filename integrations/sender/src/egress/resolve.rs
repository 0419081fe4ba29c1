//! Names to addresses.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;

/// Turns a host name into its addresses.
///
/// What it returns is judged before anything is dialled, so a resolver cannot open the guard. It is asked once for each
/// connection; its answer is the one that is dialled.
#[async_trait]
pub trait Resolve: fmt::Debug + Send + Sync + 'static {
    /// All addresses of `host`, which is a lower-case domain name without a trailing dot.
    ///
    /// # Errors
    /// Whatever went wrong; the delivery then fails as unreachable.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

#[async_trait]
impl<R: Resolve + ?Sized> Resolve for Arc<R> {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        (**self).resolve(host).await
    }
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        // The dot makes the name absolute: without it the search domains of this host would be tried, and a tenant
        // could name hosts of its internal network.
        let addresses = tokio::net::lookup_host((format!("{host}."), 0)).await?;
        Ok(addresses.map(|address| address.ip()).collect())
    }
}
