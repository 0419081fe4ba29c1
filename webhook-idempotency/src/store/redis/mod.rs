//! Records in Redis, on one server or in a cluster.

mod batch;
mod check;
mod cluster;
mod facts;
mod link;
mod names;
mod node;
mod options;
mod problem;
mod purge;
mod put;
mod reply;
mod script;
mod settle;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::try_join_all;
use redis::cmd;

pub use self::check::Persistence;
use self::link::Link;
use self::names::{Names, part};
use self::options::Ahead;
pub use self::options::RedisOptions;
use self::problem::STORE;
use crate::claims::{Begun, Claims, Put, Settled, Settlement};
use crate::error::{ConfigError, StoreError};
use crate::key::{Key, Kind, Namespace};
use crate::record::{Lease, NewRecord, Record};
use crate::store::require;

/// Claims in Redis 6 or later, for many hosts: on one server, with or without replicas, or in a Redis Cluster.
///
/// It is for guards, whose handlers run inside the request. It is no [`Queue`](crate::Queue): `put` remembers that an
/// event was seen, and nothing here will ever run it.
///
/// **What a claim is worth.** Replication of Redis is asynchronous, so that a failover may forget what was acknowledged
/// just before it, and an event may then run twice. [`RedisOptions::min_replicas`] counts a write only once replicas have
/// it, for new events and for duplicates alike. What a restart keeps is what [`RedisStore::persistence`] says.
///
/// **Lost replies.** Each call carries a token of its own. A call whose reply is lost is sent again under the same token
/// until [`RedisOptions::timeout`], and its own work is recognised: a put is then still new, a lease still the caller's, a
/// settlement still applied. If no reply comes at all, the call fails as unavailable, and what it may have leased lapses.
///
/// **Memory.** A record with its payload is kept until it is purged, and none of its keys expires by itself. The server
/// must not evict, so that a full one refuses what is new ([`StoreErrorKind::Full`](crate::StoreErrorKind::Full)).
///
/// **Cluster.** A batch is one script on a single server, and all or nothing. In a cluster each record is, but a batch
/// that fails may be stored in part.
///
/// ```no_run
/// # async fn run() -> Result<(), webhook_idempotency::ConfigError> {
/// use std::time::Duration;
/// use webhook_idempotency::RedisOptions;
/// let store = RedisOptions::cluster(["redis://10.0.0.1:6379", "redis://10.0.0.2:6379"])
///     .min_replicas(1, Duration::from_millis(500))
///     .open()
///     .await?;
/// # Ok(()) }
/// ```
pub struct RedisStore {
    link: Link,
    names: Names,
    ahead: Option<Ahead>,
    persistence: Persistence,
}

impl RedisStore {
    /// Opens the store on one server with the defaults of [`RedisOptions`].
    ///
    /// # Errors
    /// As [`RedisOptions::open`].
    pub async fn open(url: &str) -> Result<Self, ConfigError> {
        RedisOptions::new(url).open().await
    }

    /// When the server writes to its disk what it acknowledges, as it was when the store was opened.
    #[must_use]
    pub const fn persistence(&self) -> Persistence {
        self.persistence
    }

    /// The first argument of every script.
    fn ahead(&self) -> Vec<u8> {
        let ahead = self.ahead.as_ref().map(|ahead| ahead());
        batch::millis(ahead.unwrap_or(Duration::ZERO))
    }

    async fn get_one(&self, key: Key) -> Result<Option<Record>, StoreError> {
        let mut command = cmd("HGETALL");
        command.arg(self.names.record(&key));
        let fields = self.link.read(part(&key), &command).await?;
        reply::record(key, fields)
    }
}

#[async_trait]
impl Claims for RedisStore {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        require(STORE, Kind::Queue, records.iter().map(NewRecord::namespace))?;
        self.put_batch(records).await
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        require(STORE, Kind::Guard, records.iter().map(NewRecord::namespace))?;
        self.begin_batch(records, lease).await
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        self.extend_batch(leases, lease).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        self.settle_batch(settlements).await
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        try_join_all(keys.iter().map(|key| self.get_one(*key))).await
    }

    async fn purge(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.purge_some(namespace, settled_for, limit).await
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("link", &self.link)
            .field("names", &self.names)
            .field("persistence", &self.persistence)
            .finish_non_exhaustive()
    }
}
