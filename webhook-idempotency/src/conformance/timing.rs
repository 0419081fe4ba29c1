//! When a record may be leased.

use std::time::{Duration, Instant};

use super::Harness;
use super::case::{Case, LEASE, SECOND, event, inbox, near, retry};
use crate::claims::Settled;
use crate::record::State;

async fn leased_ids(case: &Case<'_>, limit: u32) -> Vec<String> {
    let leased = case.other.lease(&inbox(), limit, LEASE).await.unwrap();
    leased
        .into_iter()
        .map(|leased| leased.record.facts.id.unwrap().value)
        .collect()
}

/// Scheduled for later.
pub async fn a_delayed_record_is_not_leased_before_its_time(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    case.one
        .put(&[event("evt_1").delayed(30 * SECOND)])
        .await
        .unwrap();
    let stored = case.stored().await.unwrap();
    assert!(
        matches!(stored.state, State::Ready { at } if near(at, stored.received_at.saturating_add(30 * SECOND)))
    );
    assert_eq!(case.leasable().await, 0);
    harness.advance(20 * SECOND).await;
    assert_eq!(case.leasable().await, 0);
    harness.advance(20 * SECOND).await;
    assert_eq!(case.leasable().await, 1);
}

/// Backing off.
pub async fn a_retried_record_is_not_leased_before_its_time(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(case.settle(retry(30 * SECOND)).await, Settled::Applied);
    harness.advance(20 * SECOND).await;
    assert_eq!(case.leasable().await, 0);
    harness.advance(20 * SECOND).await;
    assert_eq!(case.leasable().await, 1);
}

/// A lease is exclusive for as long as it was asked for.
pub async fn a_lease_lapses_at_its_end_and_not_before(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    harness.advance(LEASE - 10 * SECOND).await;
    assert_eq!(case.leasable().await, 0);
    harness.advance(20 * SECOND).await;
    assert_eq!(case.leasable().await, 1);
}

/// Nothing starves behind what came later, and a limit is a limit.
pub async fn the_oldest_due_are_leased_first_and_no_more_than_asked_for(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    case.one
        .put(&[event("late").delayed(20 * SECOND)])
        .await
        .unwrap();
    harness.advance(10 * SECOND).await;
    case.one
        .put(&[event("second"), event("third")])
        .await
        .unwrap();
    case.other.put(&[event("fourth")]).await.unwrap();
    case.one
        .put(&[event("last").delayed(30 * SECOND)])
        .await
        .unwrap();
    harness.advance(50 * SECOND).await;
    assert_eq!(leased_ids(&case, 2).await, ["second", "third"]);
    assert_eq!(leased_ids(&case, 10).await, ["fourth", "late", "last"]);
    assert!(leased_ids(&case, 10).await.is_empty());
}

/// A worker that waits without news still polls.
pub async fn waiting_ends_at_its_limit(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let started = Instant::now();
    case.one.wait(&inbox(), Duration::from_millis(20)).await;
    assert!(started.elapsed() < Duration::from_secs(5));
}
