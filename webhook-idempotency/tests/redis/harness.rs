//! Servers that all tests of this program share, each test under a prefix of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use webhook_idempotency::conformance::ClaimsHarness;
use webhook_idempotency::{
    Begun, Claims, Lease, Namespace, NewRecord, Outcome, RedisOptions, RedisStore,
};
use webhook_servers::redis::{Cluster, Redis};

static SINGLE: LazyLock<Redis> = LazyLock::new(|| Redis::options().durable().start());
static PAIR: LazyLock<(Redis, Redis)> = LazyLock::new(|| {
    let (primary, replica) = (Redis::start(), Redis::start());
    replica.follow(&primary);
    (primary, replica)
});
static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(1));

/// As long as a busy machine may need to start a process.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Shared {
    options: RedisOptions,
    ahead: Arc<AtomicU64>,
}

impl Shared {
    pub(crate) fn single() -> Self {
        Self::of(RedisOptions::new(SINGLE.url()))
    }

    pub(crate) fn confirmed() -> Self {
        Self::of(RedisOptions::new(PAIR.0.url()).min_replicas(1, PATIENCE))
    }

    pub(crate) fn cluster() -> Self {
        Self::of(RedisOptions::cluster(CLUSTER.urls()))
    }

    pub(crate) fn confirmed_cluster() -> Self {
        Self::of(RedisOptions::cluster(CLUSTER.urls()).min_replicas(1, PATIENCE))
    }

    pub(crate) fn of(options: RedisOptions) -> Self {
        static PREFIX: AtomicU64 = AtomicU64::new(0);
        let prefix = format!("test-{}", PREFIX.fetch_add(1, Ordering::Relaxed));
        let ahead = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&ahead);
        Self {
            options: options
                .prefix(prefix)
                .timeout(PATIENCE)
                .reply_timeout(PATIENCE)
                .clock_ahead(Arc::new(move || {
                    Duration::from_millis(clock.load(Ordering::Relaxed))
                })),
            ahead,
        }
    }

    pub(crate) async fn open(&self) -> RedisStore {
        self.options.clone().open().await.unwrap()
    }
}

#[async_trait]
impl ClaimsHarness for Shared {
    async fn claims(&self) -> Arc<dyn Claims> {
        Arc::new(self.open().await)
    }

    async fn claims_after_restart(&self) -> Arc<dyn Claims> {
        self.claims().await
    }

    async fn step(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap();
        self.ahead.fetch_add(millis, Ordering::Relaxed);
    }
}

pub(crate) const LEASE: Duration = Duration::from_secs(60);

fn event_in(namespace: &Namespace, id: &str) -> NewRecord {
    let payload = Bytes::from(format!("{{\"id\":\"{id}\"}}"));
    NewRecord::own(namespace, "shop", "hooks", id, "order.paid", payload)
}

pub(crate) fn event(id: &str) -> NewRecord {
    event_in(&Namespace::queue("inbox").unwrap(), id)
}

pub(crate) fn guarded(id: &str) -> NewRecord {
    event_in(&Namespace::guard("orders").unwrap(), id)
}

pub(crate) fn answered() -> Outcome {
    Outcome::Done {
        output: Some(Bytes::from_static(b"202")),
    }
}

#[track_caller]
pub(crate) fn began(begun: Vec<Begun>) -> Lease {
    match begun[..] {
        [Begun::Began(lease)] => lease,
        _ => panic!("expected a lease, got {begun:?}"),
    }
}
