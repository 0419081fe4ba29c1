//! Heartbeat, ceiling and waiting, on a clock that the runtime steps.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use webhook_idempotency::{Claims, Guard, GuardBuilder, GuardReason, MemoryStore};
use webhook_verify::UnixTime;

use crate::support::{began, client, delivery, ok, refused, replayed};

/// A store on the runtime's own clock.
fn builder() -> GuardBuilder {
    let start = Instant::now();
    let clock = move || UnixTime::from_secs(1_700_000_000).saturating_add(start.elapsed());
    let store: Arc<dyn Claims> = Arc::new(MemoryStore::new(1_000).with_clock(Arc::new(clock)));
    Guard::builder(store, "shop")
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_longer_than_its_lease_keeps_it() {
    let guard = builder().lease(seconds(3)).build().unwrap();
    let key = delivery(&guard, "msg_1");
    let attempt = began(&guard, &key).await;
    for _ in 0..50 {
        tokio::time::sleep(seconds(1)).await;
        refused(&guard, &key).await;
    }
    attempt.finish(ok()).await;
    assert_eq!(replayed(&guard, &key).await, ok());
}

#[tokio::test(start_paused = true)]
async fn at_the_ceiling_the_handler_is_told_and_the_next_one_runs() {
    let guard = builder()
        .lease(seconds(3))
        .ceiling(seconds(10))
        .build()
        .unwrap();
    let key = delivery(&guard, "msg_1");
    let started = Instant::now();
    let mut attempt = began(&guard, &key).await;
    poll_fn(|context| attempt.poll_lost(context)).await;
    let took = started.elapsed();
    assert!((seconds(7)..=seconds(11)).contains(&took), "{took:?}");
    assert_eq!(key.lease_lost().status(), 503);
    tokio::time::sleep(Duration::from_millis(10)).await;
    began(&guard, &key).await.finish(ok()).await;
}

#[tokio::test(start_paused = true)]
async fn a_heart_stops_with_its_attempt() {
    let guard = builder().lease(seconds(3)).build().unwrap();
    let key = delivery(&guard, "msg_1");
    began(&guard, &key).await.release().await;
    // Were the first heart still beating, it could not harm the second lease either, and would say that it was lost.
    let mut attempt = began(&guard, &key).await;
    let lost = tokio::time::timeout(seconds(20), poll_fn(|context| attempt.poll_lost(context)));
    assert!(lost.await.is_err());
    attempt.finish(ok()).await;
}

#[tokio::test(start_paused = true)]
async fn a_repetition_may_wait_for_the_first_one_and_gets_its_response() {
    let guard = builder().wait_for_in_flight(seconds(10)).build().unwrap();
    let key = client(&guard, "key-1");
    let attempt = began(&guard, &key).await;
    let waiting = {
        let (guard, key) = (guard.clone(), key.clone());
        tokio::spawn(async move { replayed(&guard, &key).await })
    };
    tokio::time::sleep(seconds(3)).await;
    assert!(!waiting.is_finished());
    attempt.finish(ok()).await;
    let finished = Instant::now();
    assert_eq!(waiting.await.unwrap(), ok());
    assert!(finished.elapsed() <= seconds(1));
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_at_its_limit_and_takes_over_what_is_released() {
    let guard = builder().wait_for_in_flight(seconds(10)).build().unwrap();
    let key = client(&guard, "key-1");
    let attempt = began(&guard, &key).await;
    let started = Instant::now();
    let refusal = refused(&guard, &key).await;
    assert!(matches!(refusal.reason(), GuardReason::InFlight));
    assert_eq!(started.elapsed(), seconds(10));

    let waiting = {
        let (guard, key) = (guard.clone(), key.clone());
        tokio::spawn(async move { began(&guard, &key).await })
    };
    tokio::time::sleep(seconds(1)).await;
    drop(attempt);
    waiting.await.unwrap().finish(ok()).await;
}
