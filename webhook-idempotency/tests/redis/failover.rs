//! Primaries that die, replicas that take over, and slots that move, under load.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use webhook_idempotency::{
    Begun, Claims, Put, RedisOptions, Settled, Settlement, State, StoreErrorKind,
};
use webhook_servers::redis::{Cluster, Redis};

use crate::harness::{LEASE, PATIENCE, answered, began, event, guarded};

fn options(cluster: &Cluster) -> RedisOptions {
    RedisOptions::cluster(cluster.urls())
        .timeout(PATIENCE)
        .reply_timeout(Duration::from_millis(500))
}

/// Every key is begun once among many callers, whatever becomes of the primaries meanwhile, and none twice: a claim that
/// was answered was confirmed by the replica that takes over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_dies_in_the_middle_of_a_race_makes_no_second_winner() {
    let mut cluster = Cluster::start(1);
    let mut stores = Vec::new();
    for _ in 0..3 {
        let confirmed = options(&cluster).min_replicas(1, Duration::from_millis(300));
        stores.push(Arc::new(confirmed.open().await.unwrap()));
    }
    let winners: Arc<Mutex<HashMap<String, u32>>> = Arc::default();
    let half = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for task in 0..12_usize {
        let (store, winners, half) = (
            Arc::clone(&stores[task % 3]),
            Arc::clone(&winners),
            Arc::clone(&half),
        );
        tasks.spawn(async move {
            for n in 0..300 {
                let id = format!("evt_{n}");
                let record = [guarded(&id)];
                if n == 100 {
                    half.store(true, Ordering::Relaxed);
                }
                // The sender tries again until somebody says that it is in somebody's hands, or done.
                loop {
                    match store.put_leased(&record, LEASE).await {
                        Ok(begun) => {
                            if let [Begun::Began(lease)] = begun[..] {
                                *winners.lock().unwrap().entry(id).or_default() += 1;
                                let settlement = Settlement {
                                    lease,
                                    outcome: answered(),
                                };
                                // Whether it settles is another question than whether it is held once.
                                let _ = store.settle(&[settlement]).await;
                            }
                            break;
                        }
                        Err(error) => assert!(error.is_transient(), "{error:?}"),
                    }
                }
            }
        });
    }
    while !half.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let primary = cluster.primary_of("{ab}");
    cluster.servers[primary].kill();
    // It comes back as a replica of the one that took over, which has nobody to confirm its writes until then.
    tokio::time::sleep(Duration::from_secs(4)).await;
    cluster.servers[primary].start_again();
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let winners = winners.lock().unwrap();
    let twice: Vec<_> = winners.iter().filter(|(_, won)| **won > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    // A claim whose confirmation was lost with its primary is held by nobody until it lapses, so that a few have no winner.
    assert!(winners.len() > 250, "{}", winners.len());
    let promoted = cluster.primary_of("{ab}");
    assert_ne!(promoted, primary);
}

#[tokio::test]
async fn a_cluster_whose_primary_is_replaced_is_found_again() {
    let mut cluster = Cluster::start(1);
    let store = options(&cluster).open().await.unwrap();
    let batch: Vec<_> = (0..50).map(|n| event(&format!("evt_{n}"))).collect();
    assert!(
        store
            .put(&batch)
            .await
            .unwrap()
            .iter()
            .all(|put| *put == Put::New)
    );
    // Replication is asynchronous; what is put is to be on the replica before its primary dies.
    for server in &cluster.servers {
        server.ask(&["WAIT", "1", "5000"]).unwrap();
    }
    for slot in ["{00}", "{ab}"] {
        let primary = cluster.primary_of(slot);
        cluster.servers[primary].kill();
        let again = store.put(&batch).await.unwrap();
        assert!(again.iter().all(|put| matches!(put, Put::Duplicate { .. })));
        cluster.servers[primary].start_again();
        cluster.wait_until_whole();
    }
}

#[tokio::test]
async fn a_cluster_without_enough_primaries_fails_in_time_and_recovers() {
    let mut cluster = Cluster::start(0);
    let limit = Duration::from_millis(500);
    let store = options(&cluster).timeout(limit).open().await.unwrap();
    let batch: Vec<_> = (0..50).map(|n| event(&format!("evt_{n}"))).collect();
    store.put(&batch[..1]).await.unwrap();
    let primary = cluster.primary_of("{ab}");
    cluster.servers[primary].kill();
    let started = std::time::Instant::now();
    let error = store.put(&batch).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(started.elapsed() < limit + Duration::from_secs(3));
}

/// A slot on its way from one server to another is answered by both, in turns, with MOVED, ASK and TRYAGAIN.
#[tokio::test]
async fn a_slot_that_moves_is_followed() {
    let cluster = Cluster::start(0);
    let store = options(&cluster).open().await.unwrap();
    // All in one slot, whose part is the first byte of the key.
    let records: Vec<_> = (0..4000)
        .map(|n| guarded(&format!("evt_{n}")))
        .filter(|record| record.key().as_bytes()[0] == 0xab)
        .take(10)
        .collect();
    let (early, late) = records.split_at(5);
    for record in early {
        began(
            store
                .put_leased(std::slice::from_ref(record), LEASE)
                .await
                .unwrap(),
        );
    }
    let slot = cluster.servers[0]
        .ask(&["CLUSTER", "KEYSLOT", "{ab}"])
        .unwrap();
    let from = cluster.primary_of("{ab}");
    let to = (from + 1) % 3;
    let (source, target) = (&cluster.servers[from], &cluster.servers[to]);
    let id = |server: &Redis| server.ask(&["CLUSTER", "MYID"]).unwrap();
    let set = |server: &Redis, state: &str, id: &str| {
        let done = server
            .ask(&["CLUSTER", "SETSLOT", &slot, state, id])
            .unwrap();
        assert_eq!(done, "OK");
    };
    set(target, "IMPORTING", &id(source));
    set(source, "MIGRATING", &id(target));
    // ASK: what is not at the source is to be found, or made, at the target.
    for record in late {
        began(
            store
                .put_leased(std::slice::from_ref(record), LEASE)
                .await
                .unwrap(),
        );
    }
    for record in &records {
        let held = store
            .put_leased(std::slice::from_ref(record), LEASE)
            .await
            .unwrap();
        assert!(matches!(held[..], [Begun::InFlight { .. }]), "{held:?}");
    }
    let keys = source
        .ask(&["CLUSTER", "GETKEYSINSLOT", &slot, "100"])
        .unwrap();
    assert_eq!(keys.lines().count(), 5);
    for key in keys.lines() {
        let port = target.port().to_string();
        let moved = source
            .ask(&["MIGRATE", "127.0.0.1", &port, key, "0", "5000"])
            .unwrap();
        assert_eq!(moved, "OK");
    }
    for record in &records {
        let held = store
            .put_leased(std::slice::from_ref(record), LEASE)
            .await
            .unwrap();
        assert!(matches!(held[..], [Begun::InFlight { .. }]), "{held:?}");
    }
    // MOVED.
    for server in &cluster.servers {
        set(server, "NODE", &id(target));
    }
    for record in &records {
        let held = store
            .put_leased(std::slice::from_ref(record), LEASE)
            .await
            .unwrap();
        assert!(matches!(held[..], [Begun::InFlight { .. }]), "{held:?}");
        let stored = store.get(&[record.key()]).await.unwrap().remove(0).unwrap();
        assert!(matches!(stored.state, State::Leased { .. }));
    }
}

/// Behind one name or proxy: the connection still leads to a server that is a replica now.
#[tokio::test]
async fn a_server_that_became_a_replica_is_left() {
    use webhook_servers::Proxy;
    let (old, new) = (Redis::start(), Redis::start());
    new.follow(&old);
    let name = Proxy::to(old.port());
    let url = format!("redis://127.0.0.1:{}", name.port());
    let store = RedisOptions::new(url)
        .timeout(PATIENCE)
        .open()
        .await
        .unwrap();
    let lease = began(store.put_leased(&[guarded("evt_1")], LEASE).await.unwrap());
    old.ask(&["WAIT", "1", "5000"]).unwrap();
    new.ask(&["REPLICAOF", "NO", "ONE"]).unwrap();
    old.follow(&new);
    let settlement = Settlement {
        lease,
        outcome: answered(),
    };
    let settling = tokio::spawn(async move { store.settle(&[settlement]).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!settling.is_finished(), "a replica has settled it");
    name.lead_to(new.port());
    assert_eq!(settling.await.unwrap().unwrap(), [Settled::Applied]);
}

/// Started again on what it wrote, while the caller waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_waited_for() {
    let mut server = Redis::options().durable().start();
    let options = RedisOptions::new(server.url()).timeout(PATIENCE);
    let store = options.open().await.unwrap();
    let lease = began(store.put_leased(&[guarded("evt_1")], LEASE).await.unwrap());
    server.kill();
    let settlement = Settlement {
        lease,
        outcome: answered(),
    };
    let settling = tokio::spawn(async move { store.settle(&[settlement]).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!settling.is_finished());
    server.start_again();
    assert_eq!(settling.await.unwrap().unwrap(), [Settled::Applied]);
}
