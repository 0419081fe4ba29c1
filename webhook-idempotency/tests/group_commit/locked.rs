//! A key that somebody's open transaction holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio::time::Instant;
use webhook_idempotency::{Claims, GroupCommit, Put, StoreErrorKind};

use crate::scripted::{Scripted, caller, event, settled};

const HELD_FOR: Duration = Duration::from_secs(60);
const COMMIT: Duration = Duration::from_millis(300);

fn slow() -> Scripted {
    let mut script = Scripted::new();
    script.takes = COMMIT;
    script
}

/// 255 callers who put one record after the other, and how long each of their puts took.
async fn latencies(store: &Arc<GroupCommit<Scripted>>) -> Vec<Duration> {
    let until = Instant::now() + HELD_FOR;
    let callers: Vec<_> = (0..255)
        .map(|caller| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let mut took = Vec::new();
                while Instant::now() < until {
                    let record = event(&format!("evt_{caller}_{}", took.len()));
                    let began = Instant::now();
                    assert_eq!(store.put(&[record]).await.unwrap(), [Put::New]);
                    took.push(began.elapsed());
                }
                took
            })
        })
        .collect();
    let mut all = Vec::new();
    for caller in callers {
        all.extend(caller.await.unwrap());
    }
    all.sort();
    all
}

fn p99(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() * 99 / 100]
}

#[tokio::test(start_paused = true)]
async fn one_key_held_for_a_minute_leaves_the_p99_of_255_others_below_twice_its_usual_one() {
    let (_, store) = slow().grouped();
    let usual = latencies(&store).await;

    let (script, store) = slow().grouped();
    script.locked.lock().unwrap().insert(event("held").key());
    let stop = Arc::new(AtomicBool::new(false));
    let sender = {
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut refused = 0;
            while !stop.load(SeqCst) {
                let error = store.put(&[event("held")]).await.unwrap_err();
                assert_eq!(error.kind(), StoreErrorKind::Locked);
                assert!(error.is_transient());
                refused += 1;
            }
            refused
        })
    };
    let beside = latencies(&store).await;
    stop.store(true, SeqCst);
    let refused = sender.await.unwrap();

    assert!(refused > 30, "the key was tried {refused} times");
    assert!(
        p99(&beside) < 2 * p99(&usual),
        "{:?} instead of {:?}",
        p99(&beside),
        p99(&usual)
    );
    assert!(
        beside.len() * 10 > usual.len() * 9,
        "{} puts instead of {}",
        beside.len(),
        usual.len()
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_is_put_as_soon_as_the_other_transaction_lets_go_of_it() {
    let (script, store) = slow().grouped();
    script.locked.lock().unwrap().insert(event("held").key());
    assert!(store.put(&[event("held")]).await.is_err());
    script.locked.lock().unwrap().clear();
    assert_eq!(store.put(&[event("held")]).await.unwrap(), [Put::New]);

    // And it shares commits again.
    let calls = script.calls().len();
    let plug = caller(&store, event("plug"));
    settled().await;
    let callers = [
        caller(&store, event("held")),
        caller(&store, event("evt_1")),
    ];
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    plug.await.unwrap().unwrap();
    assert_eq!(script.calls()[calls..], [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn everybody_who_asks_for_a_held_key_waits_for_it_once() {
    let (script, store) = slow().grouped();
    script.locked.lock().unwrap().insert(event("held").key());
    assert!(store.put(&[event("held")]).await.is_err());
    let began = Instant::now();
    let callers: Vec<_> = (0..50).map(|_| caller(&store, event("held"))).collect();
    for caller in callers {
        let error = caller.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Locked);
    }
    // The first of them alone, and then all the others together.
    assert!(
        began.elapsed() <= 2 * script.lock_timeout,
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn more_held_keys_than_lanes_stop_nobody_else() {
    let (script, store) = slow().grouped();
    let keys: Vec<_> = (0..20).map(|at| format!("held_{at}")).collect();
    script
        .locked
        .lock()
        .unwrap()
        .extend(keys.iter().map(|id| event(id).key()));
    let stop = Arc::new(AtomicBool::new(false));
    for id in keys {
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        tokio::spawn(async move {
            while !stop.load(SeqCst) {
                assert!(store.put(&[event(&id)]).await.is_err());
            }
        });
    }
    // Each of them has been found out once.
    tokio::time::sleep(HELD_FOR).await;
    let took = latencies(&store).await;
    stop.store(true, SeqCst);
    assert!(p99(&took) <= 3 * COMMIT, "{:?}", p99(&took));
}
