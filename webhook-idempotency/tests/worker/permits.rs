use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use tokio::time::Instant;
use webhook_idempotency::{ConfigError, Event, HandlerError, Queue, State};

use crate::faulty::{Faulty, Waiting};
use crate::support::{HOUR, SECOND, inbox, memory, new, put, settled, state, worker};

#[tokio::test(start_paused = true)]
async fn no_more_events_run_or_are_leased_than_there_are_permits() {
    let store = memory();
    let ids: Vec<String> = (0..50).map(|n| format!("evt_{n}")).collect();
    put(&*store, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (running, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let handler = {
        let (store, running, most) = (Arc::clone(&store), Arc::clone(&running), Arc::clone(&most));
        move |_: Event| {
            let (store, running, most) =
                (Arc::clone(&store), Arc::clone(&running), Arc::clone(&most));
            async move {
                most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                tokio::time::sleep(SECOND).await;
                most.fetch_max(store.stats(&inbox()).await.unwrap().leased, SeqCst);
                running.fetch_sub(1, SeqCst);
                Ok(())
            }
        }
    };
    let started = Instant::now();
    worker(&store)
        .concurrency(7)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    assert_eq!(most.load(SeqCst), 7);
    // 50 events, 7 at a time, a second each: all permits were in use all the time.
    assert!(started.elapsed() < 9 * SECOND, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_event_holds_up_one_permit_and_not_the_batch_it_came_in() {
    let store = memory();
    let handler = |event: Event| async move {
        let slow = event.id() == Some("slow");
        tokio::time::sleep(if slow { 100 * SECOND } else { SECOND }).await;
        Ok(())
    };
    put(
        &*store,
        &["slow", "evt_1", "evt_2", "evt_3", "evt_4", "evt_5"],
    )
    .await;
    let worker = worker(&store)
        .concurrency(2)
        .handle(handler)
        .build()
        .unwrap();
    let running = tokio::spawn(worker.run(settled(Arc::clone(&store))));
    tokio::time::sleep(6 * SECOND).await;
    let stats = store.stats(&inbox()).await.unwrap();
    assert_eq!((stats.done, stats.leased), (5, 1));
    running.await.unwrap();
    assert_eq!(state(&*store, "slow").await, State::Done);
}

#[tokio::test(start_paused = true)]
async fn an_idle_worker_starts_a_new_event_at_once() {
    let store = memory();
    let worker = worker(&store)
        .poll_interval(HOUR)
        .handle(|_: Event| async { Ok(()) })
        .build()
        .unwrap();
    let running = tokio::spawn(worker.run(tokio::time::sleep(100 * SECOND)));
    for id in ["evt_1", "evt_2"] {
        tokio::time::sleep(10 * SECOND).await;
        put(&*store, &[id]).await;
        tokio::time::sleep(SECOND / 20).await;
        assert_eq!(state(&*store, id).await, State::Done);
    }
    running.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_event_stored_between_looking_and_waiting_is_not_slept_over() {
    let store = memory();
    let mut lossy = Faulty::new(Arc::clone(&store));
    lossy.wait = Waiting::Lossy;
    lossy.late = Mutex::new(Some(new("evt_1")));
    let worker = worker(&Arc::new(lossy))
        .poll_interval(HOUR)
        .handle(|_: Event| async { Ok(()) })
        .build()
        .unwrap();
    worker.run(tokio::time::sleep(10 * SECOND)).await;
    assert_eq!(state(&*store, "evt_1").await, State::Done);
}

#[tokio::test]
async fn options_out_of_their_range_are_refused() {
    async fn handler(_: Event) -> Result<(), HandlerError> {
        Ok(())
    }
    let store = memory();
    let builders = [
        worker(&store).concurrency(0),
        worker(&store).concurrency(10_001),
        worker(&store).lease(SECOND / 2),
        worker(&store).handler_deadline(25 * HOUR),
        worker(&store).transaction_limit(SECOND / 2000),
        worker(&store).poll_interval(2 * HOUR),
        worker(&store).drain_limit(25 * HOUR),
        worker(&store).namespace("Inbox"),
    ];
    let texts = builders.map(|builder| builder.handle(handler).build().unwrap_err().to_string());
    let expected = [
        "the concurrency must be from 1 to 10,000 events",
        "the concurrency must be from 1 to 10,000 events",
        "the lease must be from 1 second to 24 hours",
        "the handler deadline must be from 1 millisecond to 24 hours",
        "the transaction limit must be from 1 millisecond to 24 hours",
        "the poll interval must be from 1 millisecond to 1 hour",
        "the drain limit must be at most 24 hours",
        "the namespace name \"Inbox\" must have 1 to 64 characters out of a-z, 0-9, '-', '_', '.' and '/'",
    ];
    assert_eq!(texts, expected);
    assert!(matches!(
        worker(&store).concurrency(0).handle(handler).build(),
        Err(ConfigError::Limit { .. })
    ));
}
