use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use webhook_idempotency::{Event, HandlerError, Queue, RetryPolicy, State};

use crate::support::{HOUR, SECOND, inbox, memory, put, record, settled, state, worker};

#[tokio::test(start_paused = true)]
async fn an_event_is_handled_once_and_done() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let handler = {
        let seen = Arc::clone(&seen);
        move |event: Event| {
            let facts = (
                event.id().map(str::to_owned),
                event.payload().clone(),
                event.attempt(),
                event.age(),
            );
            seen.lock().unwrap().push(facts);
            async { Ok(()) }
        }
    };
    worker(&store)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    assert_eq!(state(&*store, "evt_1").await, State::Done);
    assert_eq!(
        *seen.lock().unwrap(),
        [(
            Some("evt_1".to_owned()),
            r#"{"id":"evt_1"}"#.into(),
            1,
            Duration::ZERO
        )]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_event_comes_back_with_backoff_and_is_done_in_the_end() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let handler = {
        let attempts = Arc::clone(&attempts);
        move |event: Event| {
            attempts.lock().unwrap().push((
                event.attempt(),
                Instant::now(),
                event.idempotency_key(),
            ));
            async move {
                if event.attempt() < 3 {
                    Err(HandlerError::retry("not yet"))
                } else {
                    Ok(())
                }
            }
        }
    };
    let retry = RetryPolicy::schedule(&[10 * SECOND, 100 * SECOND]).unwrap();
    worker(&store)
        .retry(retry)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    assert_eq!(state(&*store, "evt_1").await, State::Done);
    let attempts = attempts.lock().unwrap();
    assert_eq!(
        attempts.iter().map(|attempt| attempt.0).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    // A second of polling on top.
    let waits = [attempts[1].1 - attempts[0].1, attempts[2].1 - attempts[1].1];
    assert!((5 * SECOND..=16 * SECOND).contains(&waits[0]), "{waits:?}");
    assert!(
        (50 * SECOND..=151 * SECOND).contains(&waits[1]),
        "{waits:?}"
    );
    assert!(attempts.iter().all(|attempt| attempt.2 == attempts[0].2));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_always_fails_is_dead_after_its_last_attempt() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let runs = Arc::new(AtomicU32::new(0));
    let handler = {
        let runs = Arc::clone(&runs);
        move |_: Event| {
            runs.fetch_add(1, SeqCst);
            async { Err(HandlerError::from("x".parse::<u8>().unwrap_err())) }
        }
    };
    worker(&store)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let record = record(&*store, "evt_1").await;
    assert_eq!(record.state, State::Dead);
    assert_eq!(
        record.last_error.as_deref(),
        Some("given up after 3 attempts: invalid digit found in string")
    );
    assert_eq!(runs.load(SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_the_handler_gives_up_is_dead_at_once_with_its_reason() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let handler = |_: Event| async { Err(HandlerError::dead("the account was closed")) };
    worker(&store)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let record = record(&*store, "evt_1").await;
    assert_eq!((record.state, record.attempts), (State::Dead, 1));
    assert_eq!(record.last_error.as_deref(), Some("the account was closed"));
}

#[tokio::test(start_paused = true)]
async fn a_panic_fails_its_own_attempt_and_nothing_else() {
    let store = memory();
    put(&*store, &["evt_1", "evt_2", "evt_3"]).await;
    let handler = |event: Event| {
        assert_ne!(event.id(), Some("evt_1"), "before the future");
        async move {
            assert_ne!(event.id(), Some("evt_2"), "inside the future");
            Ok(())
        }
    };
    worker(&store)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let texts = [
        record(&*store, "evt_1").await,
        record(&*store, "evt_2").await,
    ]
    .map(|record| (record.state, record.attempts, record.last_error.unwrap()));
    for ((state, attempts, text), place) in texts.into_iter().zip(["before", "inside"]) {
        assert_eq!((state, attempts), (State::Dead, 3));
        assert!(
            text.starts_with("given up after 3 attempts: the handler panicked: "),
            "{text}"
        );
        assert!(text.contains(&format!("{place} the future")), "{text}");
    }
    assert_eq!(state(&*store, "evt_3").await, State::Done);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_overruns_its_deadline_has_failed() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let started = Instant::now();
    let handler = |_: Event| async {
        tokio::time::sleep(HOUR).await;
        Ok(())
    };
    let retry = RetryPolicy::default().max_attempts(1).unwrap();
    let worker = worker(&store)
        .retry(retry)
        .handle(handler)
        .handler_deadline(20 * SECOND)
        .build()
        .unwrap();
    worker.run(settled(Arc::clone(&store))).await;
    let record = record(&*store, "evt_1").await;
    assert_eq!(record.state, State::Dead);
    assert_eq!(
        record.last_error.as_deref(),
        Some("given up after 1 attempt: the handler was stopped after its limit of 20s")
    );
    assert!(started.elapsed() < 22 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_event_does_not_come_back_before_the_handler_allows_it() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let started = Instant::now();
    let handler = |event: Event| async move {
        if event.attempt() == 1 {
            Err(HandlerError::retry_after(100 * SECOND, "busy"))
        } else {
            Ok(())
        }
    };
    worker(&store)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    assert!(
        (100 * SECOND..112 * SECOND).contains(&started.elapsed()),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_put_off_is_not_charged_an_attempt() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let handler = {
        let attempts = Arc::clone(&attempts);
        move |event: Event| {
            attempts.lock().unwrap().push(event.attempt());
            let runs = attempts.lock().unwrap().len();
            async move {
                if runs < 10 {
                    Err(HandlerError::snooze(60 * SECOND))
                } else {
                    Ok(())
                }
            }
        }
    };
    worker(&store)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    assert_eq!(state(&*store, "evt_1").await, State::Done);
    assert_eq!(*attempts.lock().unwrap(), [1; 10]);
}

#[tokio::test(start_paused = true)]
async fn an_event_is_not_put_off_beyond_the_maximum_age() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    let handler = |_: Event| async { Err(HandlerError::snooze(60 * SECOND)) };
    let retry = RetryPolicy::default().max_age(100 * SECOND).unwrap();
    worker(&store)
        .retry(retry)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let record = record(&*store, "evt_1").await;
    assert_eq!(record.state, State::Dead);
    assert_eq!(
        record.last_error.as_deref(),
        Some("given up rather than run beyond the age of 100s: put off again")
    );
}

#[tokio::test(start_paused = true)]
async fn only_the_first_kilobyte_of_an_error_is_stored() {
    let store = memory();
    put(&*store, &["evt_1", "evt_2"]).await;
    let handler = |event: Event| async move {
        let text = format!("x{}", "é".repeat(1000));
        if event.id() == Some("evt_1") {
            Err(HandlerError::dead(text))
        } else {
            Err(HandlerError::retry_after(HOUR, text))
        }
    };
    let worker = worker(&store).handle(handler).build().unwrap();
    let running = tokio::spawn(worker.run(settled(Arc::clone(&store))));
    tokio::time::sleep(SECOND).await;
    let stored = Some(format!("x{}", "é".repeat(511)));
    assert_eq!(record(&*store, "evt_1").await.last_error, stored);
    assert_eq!(record(&*store, "evt_2").await.last_error, stored);
    running.await.unwrap();
    let text = record(&*store, "evt_2").await.last_error.unwrap();
    assert!(text.starts_with("given up after 3 attempts: xé"), "{text}");
    assert_eq!(text.len(), 1024);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_takes_the_process_down_is_dead_in_the_end_without_another_run() {
    let store = memory();
    put(&*store, &["evt_1"]).await;
    for attempt in 1..=3 {
        let leased = store.lease(&inbox(), 1, 3 * SECOND).await.unwrap();
        assert_eq!(leased[0].record.attempts, attempt);
        tokio::time::advance(4 * SECOND).await;
    }
    let handler = |_: Event| async { panic!("must not run") };
    worker(&store)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let record = record(&*store, "evt_1").await;
    assert_eq!(record.state, State::Dead);
    assert_eq!(
        record.last_error.as_deref(),
        Some(
            "not started again after 3 attempts, the last of which never reported back: look for a crash, or for a \
             handler that outlived its lease"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn one_poisoned_event_among_a_hundred_good_ones_is_dead_and_the_others_are_done() {
    let store = memory();
    let ids: Vec<String> = (0..101).map(|n| format!("evt_{n}")).collect();
    put(&*store, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let handler = |event: Event| async move {
        assert_ne!(event.id(), Some("evt_50"));
        Ok(())
    };
    worker(&store)
        .concurrency(4)
        .handle(handler)
        .build()
        .unwrap()
        .run(settled(Arc::clone(&store)))
        .await;
    let stats = store.stats(&inbox()).await.unwrap();
    assert_eq!((stats.done, stats.dead), (100, 1));
    assert_eq!(state(&*store, "evt_50").await, State::Dead);
}
