use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use webhook_idempotency::{Event, HandlerError, State};

use crate::faulty::Faulty;
use crate::support::{HOUR, SECOND, memory, put, record, settled, state, worker};

#[tokio::test(start_paused = true)]
async fn a_handler_that_outlasts_many_leases_keeps_its_event() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let runs = Arc::new(AtomicU32::new(0));
    let handler = {
        let runs = Arc::clone(&runs);
        move |_: Event| {
            runs.fetch_add(1, SeqCst);
            async {
                tokio::time::sleep(60 * SECOND).await;
                Ok(())
            }
        }
    };
    let first = worker(&store).handle(handler.clone()).build().unwrap();
    let second = worker(&store).handle(handler).build().unwrap();
    tokio::join!(
        first.run(settled(Arc::clone(&store))),
        second.run(settled(Arc::clone(&store)))
    );
    assert_eq!(runs.load(SeqCst), 1);
    assert_eq!(state(&*store, "evt_1").await, State::Done);
}

/// Says when the future that holds it is dropped before its end.
struct Stopped(Arc<AtomicBool>);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_lease_is_lost_is_stopped_and_writes_nothing() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let cut_off = Arc::new(Faulty::new(Arc::clone(&store)));
    cut_off.extend_fails.store(true, SeqCst);
    let stopped = Arc::new(AtomicBool::new(false));
    let handler = {
        let stopped = Arc::clone(&stopped);
        move |_: Event| {
            let stopped = Stopped(Arc::clone(&stopped));
            async move {
                tokio::time::sleep(HOUR).await;
                std::mem::forget(stopped);
                Err(HandlerError::dead("too late"))
            }
        }
    };
    let late = worker(&cut_off)
        .handle(handler)
        .handler_deadline(2 * HOUR)
        .build()
        .unwrap();
    let late = tokio::spawn(late.run(tokio::time::sleep(60 * SECOND)));
    tokio::time::sleep(SECOND).await;

    let other = worker(&store)
        .handle(|_: Event| async { Ok(()) })
        .build()
        .unwrap();
    other.run(settled(Arc::clone(&store))).await;
    assert!(
        !stopped.load(SeqCst),
        "nothing has told the late worker yet"
    );
    cut_off.extend_fails.store(false, SeqCst);
    tokio::time::sleep(2 * SECOND).await;
    assert!(stopped.load(SeqCst));

    let drained = late.await.unwrap();
    assert_eq!((drained.finished, drained.released), (0, 0));
    let record = record(&*store, "evt_1").await;
    assert_eq!((record.state, record.attempts), (State::Done, 2));
}

#[tokio::test(start_paused = true)]
async fn a_late_worker_cannot_settle_a_lease_it_lost() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let cut_off = Arc::new(Faulty::new(Arc::clone(&store)));
    cut_off.extend_fails.store(true, SeqCst);
    let handler = |_: Event| async {
        tokio::time::sleep(30 * SECOND).await;
        Err(HandlerError::dead("too late"))
    };
    let late = worker(&cut_off).handle(handler).build().unwrap();
    let late = tokio::spawn(late.run(tokio::time::sleep(60 * SECOND)));
    tokio::time::sleep(SECOND).await;
    // The second attempt is still under way when the first one comes back.
    let slow = |_: Event| async {
        tokio::time::sleep(40 * SECOND).await;
        Ok(())
    };
    worker(&store)
        .handle(slow)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    late.await.unwrap();
    let record = record(&*store, "evt_1").await;
    assert_eq!(
        (record.state, record.attempts, record.last_error),
        (State::Done, 2, None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_dropped_stops_its_heartbeats_and_another_takes_over() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let endless = |_: Event| std::future::pending::<Result<(), HandlerError>>();
    let dropped = worker(&store)
        .handle(endless)
        .build()
        .unwrap()
        .run(std::future::pending());
    assert!(tokio::time::timeout(10 * SECOND, dropped).await.is_err());
    worker(&store)
        .handle(|_: Event| async { Ok(()) })
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let record = record(&*store, "evt_1").await;
    assert_eq!((record.state, record.attempts), (State::Done, 2));
}
