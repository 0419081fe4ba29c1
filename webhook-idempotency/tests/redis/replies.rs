//! Requests and replies that a network loses, cuts or delays, on every call: the caller hears what happened, once.

use std::time::Duration;

use webhook_idempotency::{
    Begun, Claims, Outcome, Put, RedisOptions, RedisStore, Settled, Settlement, State,
    StoreErrorKind,
};
use webhook_servers::Redis;
use webhook_servers::proxy::{Fault, Mode, Proxy};

use crate::harness::{LEASE, PATIENCE, answered, began, event, guarded};

/// Every way in which one request or its reply can be lost, although the network works again at once.
const FAULTS: [Fault; 7] = [
    Fault::CutReply(0),
    Fault::CutReply(1),
    Fault::CutReply(9),
    Fault::CutRequest(0),
    Fault::CutRequest(40),
    Fault::SwallowReply,
    Fault::DelayRequest(Duration::from_millis(900)),
];

struct Network {
    server: Redis,
    proxy: Proxy,
}

impl Network {
    fn new() -> Self {
        let server = Redis::start();
        let proxy = Proxy::to(server.port());
        Self { server, proxy }
    }

    fn options(&self) -> RedisOptions {
        RedisOptions::new(format!("redis://127.0.0.1:{}", self.proxy.port()))
            .timeout(PATIENCE)
            .reply_timeout(Duration::from_millis(400))
    }

    async fn open(&self) -> RedisStore {
        let store = self.options().open().await.unwrap();
        // Every script is known, and every connection made, before anything fails.
        for n in 0..4 {
            let record = guarded(&format!("warm_{n}"));
            let lease = began(store.put_leased(&[record], LEASE).await.unwrap());
            store.extend(&[lease], LEASE).await.unwrap();
            settle(&store, lease, answered()).await;
            store.put(&[event(&format!("warm_{n}"))]).await.unwrap();
        }
        store
    }
}

async fn settle(
    store: &RedisStore,
    lease: webhook_idempotency::Lease,
    outcome: Outcome,
) -> Settled {
    let settlement = Settlement { lease, outcome };
    store.settle(&[settlement]).await.unwrap()[0]
}

#[tokio::test]
async fn a_put_whose_reply_was_lost_is_still_new_to_its_caller_and_a_duplicate_to_others() {
    let network = Network::new();
    let store = network.open().await;
    for (n, fault) in FAULTS.into_iter().enumerate() {
        let batch = [event(&format!("evt_{n}")), event(&format!("evt_{n}"))];
        network.proxy.arm(b"EVALSHA", fault);
        let puts = store.put(&batch).await.unwrap();
        assert_eq!(network.proxy.happened(), n + 1);
        assert_eq!(puts[0], Put::New, "{fault:?}");
        assert!(matches!(puts[1], Put::Duplicate { .. }), "{fault:?}");
        let again = store.put(&batch[..1]).await.unwrap()[0];
        assert!(matches!(again, Put::Duplicate { .. }), "{fault:?}");
    }
}

#[tokio::test]
async fn a_lease_whose_reply_was_lost_is_still_its_callers_to_extend_and_settle() {
    let network = Network::new();
    let store = network.open().await;
    let other = RedisStore::open(&network.server.url()).await.unwrap();
    for (n, fault) in FAULTS.into_iter().enumerate() {
        let record = guarded(&format!("evt_{n}"));
        network.proxy.arm(b"EVALSHA", fault);
        let lease = began(
            store
                .put_leased(std::slice::from_ref(&record), LEASE)
                .await
                .unwrap(),
        );
        assert_eq!(network.proxy.happened(), 2 * n + 1, "{fault:?}");
        let held = other
            .put_leased(std::slice::from_ref(&record), LEASE)
            .await
            .unwrap();
        assert!(matches!(held[..], [Begun::InFlight { .. }]), "{fault:?}");
        let stored = other.get(&[record.key()]).await.unwrap().remove(0).unwrap();
        assert_eq!(stored.attempts, 1, "{fault:?}");
        assert!(store.extend(&[lease], LEASE).await.unwrap()[0].is_some());

        network.proxy.arm(b"EVALSHA", fault);
        assert_eq!(
            settle(&store, lease, answered()).await,
            Settled::Applied,
            "{fault:?}"
        );
        assert_eq!(network.proxy.happened(), 2 * n + 2, "{fault:?}");
        assert_eq!(
            settle(&store, lease, answered()).await,
            Settled::AlreadySettled
        );
        let done = other.put_leased(&[record], LEASE).await.unwrap();
        assert!(matches!(done[..], [Begun::Done(Some(_))]), "{fault:?}");
    }
}

#[tokio::test]
async fn an_extension_whose_reply_was_lost_is_made() {
    let network = Network::new();
    let store = network.open().await;
    let lease = began(store.put_leased(&[guarded("evt_1")], LEASE).await.unwrap());
    for (n, fault) in FAULTS.into_iter().enumerate() {
        network.proxy.arm(b"EVALSHA", fault);
        let extended = store.extend(&[lease], 10 * LEASE).await.unwrap()[0].unwrap();
        assert_eq!(network.proxy.happened(), n + 1);
        assert_eq!(extended.fence, lease.fence);
        let stored = store.get(&[lease.key]).await.unwrap().remove(0).unwrap();
        // A copy of the request that was only late may have moved it once more.
        assert!(matches!(stored.state, State::Leased { until } if until >= extended.until));
    }
}

#[tokio::test]
async fn a_copy_of_a_request_that_comes_late_holds_no_record_that_was_released() {
    let network = Network::new();
    let store = network.open().await;
    let record = guarded("evt_1");
    network
        .proxy
        .arm(b"EVALSHA", Fault::DelayRequest(Duration::from_millis(1200)));
    let lease = began(
        store
            .put_leased(std::slice::from_ref(&record), LEASE)
            .await
            .unwrap(),
    );
    assert_eq!(
        settle(&store, lease, Outcome::Release).await,
        Settled::Applied
    );
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let stored = store.get(&[record.key()]).await.unwrap().remove(0).unwrap();
    assert!(matches!(stored.state, State::Ready { .. }), "{stored:?}");
    assert_eq!(stored.attempts, 0);
}

#[tokio::test]
async fn a_server_that_forgot_its_scripts_is_told_them_again() {
    let network = Network::new();
    let store = network.open().await;
    for n in 0..8 {
        let record = guarded(&format!("evt_{n}"));
        network.server.ask(&["SCRIPT", "FLUSH"]).unwrap();
        assert_eq!(
            store.put(&[event(&format!("evt_{n}"))]).await.unwrap(),
            [Put::New]
        );
        network.server.ask(&["SCRIPT", "FLUSH"]).unwrap();
        let lease = began(store.put_leased(&[record], LEASE).await.unwrap());
        network.server.ask(&["SCRIPT", "FLUSH"]).unwrap();
        assert!(store.extend(&[lease], LEASE).await.unwrap()[0].is_some());
        network.server.ask(&["SCRIPT", "FLUSH"]).unwrap();
        assert_eq!(settle(&store, lease, answered()).await, Settled::Applied);
    }
}

#[tokio::test]
async fn a_network_that_is_down_or_silent_fails_the_call_in_time_and_stores_no_half() {
    let network = Network::new();
    let limit = Duration::from_millis(600);
    let store = network.options().timeout(limit).open().await.unwrap();
    for (n, mode) in [
        Mode::Down,
        Mode::HalfOpen,
        Mode::Delay(Duration::from_secs(5)),
    ]
    .into_iter()
    .enumerate()
    {
        let record = guarded(&format!("evt_{n}"));
        network.proxy.set(mode);
        let started = std::time::Instant::now();
        let error = store
            .put_leased(std::slice::from_ref(&record), LEASE)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{mode:?}");
        assert!(error.is_transient());
        assert!(
            started.elapsed() < limit + Duration::from_secs(3),
            "{mode:?}"
        );
        network.proxy.set(Mode::Pass);
        let begun = network
            .options()
            .open()
            .await
            .unwrap()
            .put_leased(&[record], Duration::from_millis(1))
            .await
            .unwrap();
        // What was sent before the network fell silent may have arrived, and is held no longer than its lease.
        assert!(
            matches!(begun[..], [Begun::Began(_) | Begun::InFlight { .. }]),
            "{begun:?}"
        );
    }
}

#[tokio::test]
async fn callers_that_go_away_leave_every_reply_to_whom_it_is_for() {
    let network = Network::new();
    let store = std::sync::Arc::new(network.open().await);
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..16_u64 {
        let store = std::sync::Arc::clone(&store);
        tasks.spawn(async move {
            for n in 0..625_u64 {
                let id = format!("evt_{task}_{n}");
                let record = event(&id);
                // Now and then before it was sent, now and then in the middle, now and then not at all.
                let patience = Duration::from_micros((task * 131 + n * 17) % 900);
                let _ =
                    tokio::time::timeout(patience, store.put(std::slice::from_ref(&record))).await;
                if n % 5 == 0 {
                    store.put(std::slice::from_ref(&record)).await.unwrap();
                    let stored = store.get(&[record.key()]).await.unwrap().remove(0).unwrap();
                    assert_eq!(stored.key, record.key());
                    assert_eq!(stored.payload, record.payload(), "{id} got another's reply");
                }
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
}
