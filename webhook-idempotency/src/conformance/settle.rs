//! `settle`, in each state.

use super::Harness;
use super::case::{Case, dead, done, near};
use crate::claims::Settled;
use crate::record::State;

/// Absent.
pub async fn settling_an_absent_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert_eq!(case.state().await, None);
}

/// Ready, never leased.
pub async fn settling_a_ready_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert_eq!(case.leasable().await, 1);
}

/// Leased.
pub async fn settling_a_lease_applies_its_outcome(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(case.settle(done()).await, Settled::Applied);
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.state, State::Done);
    assert!(near(stored.settled_at.unwrap(), stored.received_at));
}

/// Lapsed, but nobody took over.
pub async fn settling_a_lapsed_lease_that_nobody_took_over_applies_its_outcome(
    harness: &dyn Harness,
) {
    let case = Case::lapsed(harness).await;
    assert_eq!(case.settle(done()).await, Settled::Applied);
    assert_eq!(case.state().await, Some(State::Done));
}

/// Done.
pub async fn settling_a_done_record_again_changes_nothing(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    assert_eq!(case.settle(dead()).await, Settled::AlreadySettled);
    let stored = case.stored().await.unwrap();
    assert_eq!((stored.state, stored.last_error), (State::Done, None));
}

/// Dead.
pub async fn settling_a_dead_record_again_changes_nothing(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    assert_eq!(case.settle(done()).await, Settled::AlreadySettled);
    let stored = case.stored().await.unwrap();
    assert_eq!(
        (stored.state, stored.last_error.as_deref()),
        (State::Dead, Some("no such order"))
    );
}

/// Purged.
pub async fn settling_a_purged_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert_eq!(case.state().await, None);
}
