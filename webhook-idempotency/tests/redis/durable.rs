//! What is acknowledged is stored: across restarts, and on replicas before anybody is told.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use webhook_idempotency::conformance::{ClaimsHarness, claims::durability};
use webhook_idempotency::{
    Begun, Claims, Outcome, Persistence, Put, RedisOptions, RedisStore, Settled, Settlement,
    StoreError, StoreErrorKind,
};
use webhook_servers::Redis;
use webhook_servers::proxy::{Mode, Proxy};

use crate::harness::{LEASE, Shared, answered, began, event, guarded};

/// A server of its own whose restart is a kill.
struct Killed {
    server: Mutex<Redis>,
    shared: Shared,
}

impl Killed {
    fn new() -> Self {
        let server = Redis::options().durable().start();
        let shared = Shared::of(RedisOptions::new(server.url()));
        Self {
            server: Mutex::new(server),
            shared,
        }
    }
}

#[async_trait]
impl ClaimsHarness for Killed {
    async fn claims(&self) -> Arc<dyn Claims> {
        self.shared.claims().await
    }

    async fn claims_after_restart(&self) -> Arc<dyn Claims> {
        {
            let mut server = self.server.lock().unwrap();
            server.kill();
            server.start_again();
        }
        self.claims().await
    }

    async fn step(&self, by: Duration) {
        self.shared.step(by).await;
    }
}

#[tokio::test]
async fn a_server_that_syncs_each_write_keeps_what_it_acknowledged_when_it_is_killed() {
    let harness = Killed::new();
    assert_eq!(
        harness.shared.open().await.persistence(),
        Persistence::Always
    );
    durability::what_was_put_is_a_duplicate_after_a_restart(&harness).await;
    durability::a_guard_that_was_done_is_done_after_a_restart(&Killed::new()).await;
    durability::a_guard_is_held_across_a_restart_and_then_lapses(&Killed::new()).await;
}

/// A primary whose replica is reached over a network that can fail.
struct Pair {
    primary: Redis,
    replica: Redis,
    network: Proxy,
}

const WITHIN: Duration = Duration::from_secs(1);

impl Pair {
    fn new() -> Self {
        let (primary, replica) = (Redis::start(), Redis::start());
        let network = Proxy::to(primary.port());
        replica.follow_port(network.port());
        Self {
            primary,
            replica,
            network,
        }
    }

    fn options(&self) -> RedisOptions {
        RedisOptions::new(self.primary.url())
    }

    async fn confirming(&self) -> RedisStore {
        self.options().min_replicas(1, WITHIN).open().await.unwrap()
    }

    /// The primary dies, and the replica takes its place with what it has.
    async fn fail_over(&mut self) -> RedisStore {
        self.primary.kill();
        self.replica.ask(&["REPLICAOF", "NO", "ONE"]).unwrap();
        RedisStore::open(&self.replica.url()).await.unwrap()
    }
}

#[track_caller]
fn unconfirmed<T: std::fmt::Debug>(answer: Result<T, StoreError>) {
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.is_transient());
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        cause,
        "0 of the 1 replicas that min_replicas asks for have confirmed the write"
    );
}

#[tokio::test]
async fn without_min_replicas_a_failover_forgets_what_was_just_acknowledged() {
    let mut pair = Pair::new();
    let store = pair.options().open().await.unwrap();
    pair.network.set(Mode::HalfOpen);
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
    let promoted = pair.fail_over().await;
    assert_eq!(promoted.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
}

#[tokio::test]
async fn with_min_replicas_nothing_is_acknowledged_that_no_replica_has() {
    let mut pair = Pair::new();
    let store = pair.confirming().await;
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
    let held = began(store.put_leased(&[guarded("evt_1")], LEASE).await.unwrap());
    pair.network.set(Mode::HalfOpen);

    unconfirmed(store.put(&[event("evt_2")]).await);
    // The event is there, which is not enough for a duplicate either.
    unconfirmed(store.put(&[event("evt_2")]).await);
    unconfirmed(store.put(&[event("evt_1")]).await);
    unconfirmed(store.put_leased(&[guarded("evt_2")], LEASE).await);
    unconfirmed(store.extend(&[held], LEASE).await);
    let settlement = Settlement {
        lease: held,
        outcome: answered(),
    };
    unconfirmed(store.settle(std::slice::from_ref(&settlement)).await);
    unconfirmed(store.settle(&[settlement]).await);
    unconfirmed(store.put_leased(&[guarded("evt_1")], LEASE).await);

    let promoted = pair.fail_over().await;
    let known = promoted.put(&[event("evt_1")]).await.unwrap();
    assert!(matches!(known[..], [Put::Duplicate { .. }]));
    assert_eq!(promoted.put(&[event("evt_2")]).await.unwrap(), [Put::New]);
    let still_held = promoted
        .put_leased(&[guarded("evt_1")], LEASE)
        .await
        .unwrap();
    assert!(matches!(still_held[..], [Begun::InFlight { .. }]));
}

#[tokio::test]
async fn a_duplicate_that_was_acknowledged_after_one_fault_survives_a_second() {
    let mut pair = Pair::new();
    let store = pair.confirming().await;
    let record = guarded("evt_1");
    // The first fault: written, not confirmed, not acknowledged.
    pair.network.set(Mode::HalfOpen);
    unconfirmed(store.put(&[event("evt_1")]).await);
    // The network heals, and the sender tries again: a duplicate, acknowledged.
    pair.network.set(Mode::Pass);
    let again = loop {
        match store.put(&[event("evt_1")]).await {
            Ok(again) => break again,
            Err(error) => assert!(error.is_transient()),
        }
    };
    assert!(matches!(again[..], [Put::Duplicate { .. }]));
    let lease = began(
        store
            .put_leased(std::slice::from_ref(&record), LEASE)
            .await
            .unwrap(),
    );
    let settlement = Settlement {
        lease,
        outcome: answered(),
    };
    assert_eq!(
        store.settle(&[settlement]).await.unwrap(),
        [Settled::Applied]
    );
    // The second fault.
    let promoted = pair.fail_over().await;
    let known = promoted.put(&[event("evt_1")]).await.unwrap();
    assert!(matches!(
        known[..],
        [Put::Duplicate {
            same_payload: true,
            ..
        }]
    ));
    let done = promoted.put_leased(&[record], LEASE).await.unwrap();
    assert!(matches!(done[..], [Begun::Done(Some(_))]));
}

#[tokio::test]
async fn a_primary_that_misses_its_replicas_refuses_and_is_believed() {
    let primary = Redis::options()
        .setting("min-replicas-to-write", "1")
        .start();
    let store = RedisStore::open(&primary.url()).await.unwrap();
    let error = store.put(&[event("evt_1")]).await.unwrap_err();
    assert!(error.is_transient());
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.starts_with("the server answered NOREPLICAS"),
        "{cause}"
    );
    assert!(store.get(&[event("evt_1").key()]).await.unwrap()[0].is_none());
}

#[tokio::test]
async fn a_full_server_refuses_what_is_new_whole_and_forgets_nothing() {
    let server = Redis::options()
        .setting("maxmemory-policy", "noeviction")
        .start();
    let store = RedisStore::open(&server.url()).await.unwrap();
    let lease = began(store.put_leased(&[guarded("evt_1")], LEASE).await.unwrap());
    server.ask(&["CONFIG", "SET", "maxmemory", "1"]).unwrap();
    let batch = [event("evt_1"), event("evt_2")];
    let error = store.put(&batch).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full);
    server.ask(&["CONFIG", "SET", "maxmemory", "0"]).unwrap();
    let keys = batch.each_ref().map(webhook_idempotency::NewRecord::key);
    assert!(store.get(&keys).await.unwrap().iter().all(Option::is_none));
    let settlement = Settlement {
        lease,
        outcome: Outcome::Release,
    };
    assert_eq!(
        store.settle(&[settlement]).await.unwrap(),
        [Settled::Applied]
    );
}
