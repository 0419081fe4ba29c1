//! A store in trouble, and guards that were configured wrongly.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use tokio::time::Instant;
use webhook_idempotency::{
    Completion, Entry, Guard, GuardBuilder, GuardReason, MemoryStore, StoreErrorKind,
};

use crate::broken::Broken;
use crate::support::{began, began_soon, client, delivery, ok, refused, replayed};

#[tokio::test(start_paused = true)]
async fn while_the_store_is_down_nothing_runs_and_afterwards_it_runs_once() {
    let store = Broken::new();
    let guard = Guard::new(store.clone(), "shop").unwrap();
    for key in [delivery(&guard, "msg_1"), client(&guard, "key-1")] {
        store.fails.store(true, SeqCst);
        let refusal = refused(&guard, &key).await;
        assert!(matches!(refusal.reason(), GuardReason::Store(_)));
        assert_eq!(refusal.status(), 503);
        assert_eq!(refusal.retry_after(), Some(Duration::from_secs(5)));
        store.fails.store(false, SeqCst);
        began(&guard, &key).await.finish(ok()).await;
        assert_eq!(replayed(&guard, &key).await, ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_given_up_at_its_deadline_and_holds_nothing_when_it_comes_back() {
    let store = Broken::new();
    let guard = Guard::new(store.clone(), "shop").unwrap();
    let key = delivery(&guard, "msg_1");
    store.hangs.store(true, SeqCst);
    let started = Instant::now();
    let refusal = refused(&guard, &key).await;
    assert!(matches!(refusal.reason(), GuardReason::StoreTimeout));
    assert_eq!(refusal.status(), 503);
    assert_eq!(started.elapsed(), Duration::from_secs(5));

    // The late answer is a lease that nobody waits for.
    store.hangs.store(false, SeqCst);
    tokio::time::sleep(Duration::from_secs(2)).await;
    began_soon(&guard, &key).await.finish(ok()).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_collects_a_bounded_number_of_requests() {
    let store = Broken::new();
    let guard = Guard::new(store.clone(), "shop").unwrap();
    store.hangs.store(true, SeqCst);
    let waiting: Vec<_> = (0..1_100)
        .map(|at| {
            let guard = guard.clone();
            tokio::spawn(
                async move { refused(&guard, &client(&guard, &format!("key-{at}"))).await },
            )
        })
        .collect();
    let mut overloaded = 0;
    for refusal in waiting {
        match refusal.await.unwrap().reason() {
            GuardReason::Store(error) if error.kind() == StoreErrorKind::Overloaded => {
                overloaded += 1;
            }
            GuardReason::StoreTimeout => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        (overloaded, store.calls.load(SeqCst)),
        (1_100 - 1_024, 1_024)
    );
}

#[tokio::test(start_paused = true)]
async fn only_a_guard_that_was_told_to_runs_a_handler_without_its_store() {
    let store = Broken::new();
    let guard = Guard::builder(store.clone(), "shop")
        .danger_fail_open()
        .build()
        .unwrap();
    let key = delivery(&guard, "msg_1");
    store.fails.store(true, SeqCst);
    assert!(matches!(guard.begin(&key).await, Entry::Unguarded));
    store.fails.store(false, SeqCst);
    let _attempt = began(&guard, &key).await;
    refused(&guard, &key).await;
}

#[tokio::test(start_paused = true)]
async fn an_end_is_tried_again_while_the_store_is_in_trouble_for_a_moment() {
    let store = Broken::new();
    let guard = Guard::new(store.clone(), "shop").unwrap();
    let (kept, dropped) = (delivery(&guard, "msg_1"), delivery(&guard, "msg_2"));
    let attempts = (began(&guard, &kept).await, began(&guard, &dropped).await);
    store.fails.store(true, SeqCst);
    drop(attempts.1);
    let ending = tokio::spawn(attempts.0.finish(ok()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    store.fails.store(false, SeqCst);
    assert!(matches!(ending.await.unwrap(), Completion::Stored));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(replayed(&guard, &kept).await, ok());
    let _attempt = began(&guard, &dropped).await;
}

#[tokio::test(start_paused = true)]
async fn an_end_that_cannot_be_stored_says_so_in_time() {
    let store = Broken::new();
    let guard = Guard::new(store.clone(), "shop").unwrap();
    let key = delivery(&guard, "msg_1");
    let attempt = began(&guard, &key).await;
    store.hangs.store(true, SeqCst);
    let started = Instant::now();
    assert!(matches!(attempt.finish(ok()).await, Completion::Unknown(_)));
    assert_eq!(started.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_heart_that_cannot_reach_the_store_does_not_call_the_lease_lost() {
    let store = Broken::new();
    let guard = Guard::builder(store.clone(), "shop")
        .lease(Duration::from_secs(3))
        .build()
        .unwrap();
    let mut attempt = began(&guard, &delivery(&guard, "msg_1")).await;
    store.fails.store(true, SeqCst);
    let lost = poll_fn(|context| attempt.poll_lost(context));
    let waited = tokio::time::timeout(Duration::from_secs(60), lost).await;
    assert!(waited.is_err());
    store.fails.store(false, SeqCst);
    assert!(matches!(attempt.finish(ok()).await, Completion::Stored));
}

#[test]
fn keys_of_clients_are_limited() {
    let guard = Guard::new(Arc::new(MemoryStore::new(1)), "shop").unwrap();
    for key in [
        "",
        "\"\"",
        "a b",
        "a\n",
        "é",
        "\u{1b}[31m",
        &"k".repeat(256),
    ] {
        let refused = guard.client("acme", key.as_bytes(), &[]).unwrap_err();
        assert_eq!(refused.status(), 400, "{key:?}");
    }
    for key in ["1", "\"1\"", &"k".repeat(255)] {
        assert!(guard.client("acme", key.as_bytes(), &[]).is_ok(), "{key:?}");
    }
}

type Change = fn(GuardBuilder) -> GuardBuilder;

#[test]
fn settings_out_of_their_range_are_refused() {
    let build = |change: Change| {
        let builder = Guard::builder(Arc::new(MemoryStore::new(1)), "shop");
        let built = change(builder).build();
        built.map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(build(|builder| builder), Ok(()));
    let cases: [(Change, &str); 5] = [
        (
            |builder| builder.lease(Duration::from_millis(999)),
            "lease must be from 1 second to 1 hour",
        ),
        (
            |builder| builder.ceiling(Duration::from_secs(29)),
            "ceiling must be from the lease to 24 hours",
        ),
        (
            |builder| builder.store_deadline(Duration::ZERO),
            "store_deadline must be from 1 millisecond to 5 minutes",
        ),
        (
            |builder| builder.wait_for_in_flight(Duration::from_secs(301)),
            "wait_for_in_flight must be at most 5 minutes",
        ),
        (
            |builder| builder.keep_header("Set-Cookie"),
            "keep_header must not name a header that belongs to one client or one connection",
        ),
    ];
    for (change, problem) in cases {
        assert_eq!(build(change), Err(problem.to_owned()));
    }
    assert_eq!(
        build(|builder| builder.ceiling(Duration::from_secs(30))),
        Ok(())
    );
}
