use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use tokio::time::Instant;
use webhook_idempotency::{Event, State};

use crate::faulty::{Faulty, Waiting};
use crate::support::{HOUR, SECOND, memory, put, record, settled, state, worker};

#[tokio::test(start_paused = true)]
async fn a_worker_outlives_a_store_that_is_down_and_does_not_hammer_it() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let faulty = Arc::new(Faulty::new(Arc::clone(&store)));
    faulty.lease_fails.store(true, SeqCst);
    let worker = worker(&faulty)
        .handle(|_: Event| async { Ok(()) })
        .build()
        .unwrap();
    let running = tokio::spawn(worker.run(settled(Arc::clone(&store))));
    tokio::time::sleep(600 * SECOND).await;
    let leases = faulty.leases.load(SeqCst);
    assert!((20..60).contains(&leases), "{leases} calls in ten minutes");

    faulty.lease_fails.store(false, SeqCst);
    let healed = Instant::now();
    running.await.unwrap();
    assert!(healed.elapsed() <= 31 * SECOND);
    assert_eq!(state(&*store, "evt_1").await, State::Done);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_kept_until_the_store_is_back() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let faulty = Arc::new(Faulty::new(Arc::clone(&store)));
    let runs = Arc::new(AtomicU32::new(0));
    let handler = {
        let (faulty, runs) = (Arc::clone(&faulty), Arc::clone(&runs));
        move |_: Event| {
            faulty.settle_fails.store(true, SeqCst);
            runs.fetch_add(1, SeqCst);
            async { Ok(()) }
        }
    };
    let worker = worker(&faulty).handle(handler).build().unwrap();
    let running = tokio::spawn(worker.run(settled(Arc::clone(&store))));
    tokio::time::sleep(SECOND).await;
    assert!(matches!(
        state(&*store, "evt_1").await,
        State::Leased { .. }
    ));
    faulty.settle_fails.store(false, SeqCst);
    running.await.unwrap();
    assert_eq!(state(&*store, "evt_1").await, State::Done);
    assert_eq!(runs.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_cannot_be_stored_is_left_to_lapse_and_the_event_runs_again() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let faulty = Arc::new(Faulty::new(Arc::clone(&store)));
    faulty.settle_fails.store(true, SeqCst);
    let runs = Arc::new(AtomicU32::new(0));
    let handler = {
        let (faulty, runs) = (Arc::clone(&faulty), Arc::clone(&runs));
        move |_: Event| {
            faulty
                .settle_fails
                .store(runs.fetch_add(1, SeqCst) == 0, SeqCst);
            async { Ok(()) }
        }
    };
    // With one permit, so that it shows that the permit is not held for ever.
    worker(&faulty)
        .concurrency(1)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let record = record(&*store, "evt_1").await;
    assert_eq!((record.state, record.attempts), (State::Done, 2));
    assert_eq!(runs.load(SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_wait_is_not_polled_in_a_hot_loop() {
    let store = memory();
    let mut faulty = Faulty::new(Arc::clone(&store));
    faulty.wait = Waiting::AtOnce;
    let faulty = Arc::new(faulty);
    let worker = worker(&faulty)
        .handle(|_: Event| async { Ok(()) })
        .build()
        .unwrap();
    worker.run(tokio::time::sleep(10 * SECOND)).await;
    let leases = faulty.leases.load(SeqCst);
    assert!(leases < 1100, "{leases} calls in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_waits_for_ever_is_polled_all_the_same() {
    let store = memory();
    let mut faulty = Faulty::new(Arc::clone(&store));
    faulty.wait = Waiting::Forever;
    let worker = worker(&Arc::new(faulty))
        .handle(|_: Event| async { Ok(()) })
        .build()
        .unwrap();
    let running = tokio::spawn(worker.run(tokio::time::sleep(HOUR)));
    tokio::time::sleep(10 * SECOND).await;
    put(&*store, &["evt_1"]).await;
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!(state(&*store, "evt_1").await, State::Done);
    running.abort();
}
