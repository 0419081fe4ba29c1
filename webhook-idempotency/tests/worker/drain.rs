use std::future::pending;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use webhook_idempotency::{Event, HandlerError, Queue, State};

use crate::faulty::Faulty;
use crate::support::{HOUR, SECOND, inbox, memory, put, record, state, worker};

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_running_handlers_and_starts_no_others() {
    let store = memory();
    put(&*store, &["evt_1", "evt_2", "evt_3"]).await;
    let handler = |_: Event| async {
        tokio::time::sleep(10 * SECOND).await;
        Ok(())
    };
    let started = Instant::now();
    let worker = worker(&store)
        .concurrency(2)
        .handle(handler)
        .build()
        .unwrap();
    let drained = worker.run(tokio::time::sleep(SECOND)).await;
    assert_eq!(
        (drained.finished, drained.released, drained.left_to_lapse),
        (2, 0, 0)
    );
    assert_eq!(started.elapsed().as_secs(), 10);
    let stats = store.stats(&inbox()).await.unwrap();
    assert_eq!((stats.done, stats.ready, stats.leased), (2, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn handlers_that_outlast_the_drain_limit_are_stopped_and_their_events_given_back() {
    let store = memory();
    put(&*store, &["endless", "evt_1"]).await;
    let handler = |event: Event| async move {
        let endless = event.id() == Some("endless");
        tokio::time::sleep(if endless { HOUR } else { 2 * SECOND }).await;
        Ok(())
    };
    let started = Instant::now();
    let worker = worker(&store)
        .handle(handler)
        .handler_deadline(2 * HOUR)
        .drain_limit(20 * SECOND)
        .build()
        .unwrap();
    let drained = worker.run(tokio::time::sleep(SECOND)).await;
    assert_eq!(
        (drained.finished, drained.released, drained.left_to_lapse),
        (1, 1, 0)
    );
    assert_eq!(started.elapsed().as_secs(), 21);
    let endless = record(&*store, "endless").await;
    assert!(
        matches!(endless.state, State::Ready { .. }),
        "{:?}",
        endless.state
    );
    assert_eq!(endless.attempts, 0);
    assert_eq!(
        store.lease(&inbox(), 1, SECOND).await.unwrap()[0]
            .record
            .attempts,
        1
    );
}

#[tokio::test(start_paused = true)]
async fn events_leased_while_the_worker_was_told_to_stop_are_given_back() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let mut slow = Faulty::new(Arc::clone(&store));
    slow.lease_takes = 2 * SECOND;
    let handler = |_: Event| async { panic!("must not run") };
    let worker = worker(&Arc::new(slow)).handle(handler).build().unwrap();
    let drained = worker.run(tokio::time::sleep(SECOND)).await;
    assert_eq!((drained.finished, drained.released), (0, 0));
    let record = record(&*store, "evt_1").await;
    assert!(
        matches!(record.state, State::Ready { .. }),
        "{:?}",
        record.state
    );
    assert_eq!(record.attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_hang_on_a_store_that_is_down() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let faulty = Arc::new(Faulty::new(Arc::clone(&store)));
    faulty.settle_fails.store(true, SeqCst);
    let endless = |_: Event| pending::<Result<(), HandlerError>>();
    let started = Instant::now();
    let worker = worker(&faulty)
        .handle(endless)
        .drain_limit(5 * SECOND)
        .build()
        .unwrap();
    let drained = worker.run(tokio::time::sleep(SECOND)).await;
    assert_eq!(
        (drained.finished, drained.released, drained.left_to_lapse),
        (0, 0, 1)
    );
    assert!(started.elapsed() < 10 * SECOND, "{:?}", started.elapsed());
    assert!(matches!(
        state(&*store, "evt_1").await,
        State::Leased { .. }
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_whose_handler_cannot_be_stopped_is_not_given_to_another_worker() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let (blocks, blocked) = mpsc::channel::<()>();
    let (running, runs) = oneshot::channel();
    let (blocked, running) = (Mutex::new(blocked), Mutex::new(Some(running)));
    let handler = move |_: Event| {
        running.lock().unwrap().take().unwrap().send(()).unwrap();
        let _ = blocked.lock().unwrap().recv();
        async { Ok(()) }
    };
    let worker = worker(&store)
        .handle(handler)
        .drain_limit(Duration::ZERO)
        .build()
        .unwrap();
    let drained = worker.run(async { runs.await.unwrap() }).await;
    assert_eq!(
        (drained.finished, drained.released, drained.left_to_lapse),
        (0, 0, 1)
    );
    assert!(matches!(
        state(&*store, "evt_1").await,
        State::Leased { .. }
    ));
    drop(blocks);
}
