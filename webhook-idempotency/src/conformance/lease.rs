//! `lease`, in each state.

use super::Harness;
use super::case::{Case, LEASE, inbox, near};
use crate::record::State;

/// Absent.
pub async fn leasing_finds_no_absent_record(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    assert_eq!(case.leasable().await, 0);
}

/// Ready.
pub async fn leasing_a_ready_record_hands_it_out_and_counts_the_attempt(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    let leased = case.other.lease(&inbox(), 10, LEASE).await.unwrap();
    assert_eq!(leased.len(), 1);
    let (lease, record) = (leased[0].lease, &leased[0].record);
    assert_eq!(lease.key, case.record.key());
    assert!(
        near(lease.until, record.received_at.saturating_add(LEASE)),
        "{lease:?}"
    );
    assert_eq!(record.state, State::Leased { until: lease.until });
    assert_eq!(record.attempts, 1);
    assert_eq!(record.payload, case.record.payload());
    assert_eq!(&record.facts, case.record.facts());
}

/// Leased.
pub async fn leasing_passes_over_a_leased_record(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(case.leasable().await, 0);
}

/// Lapsed.
pub async fn leasing_a_lapsed_record_hands_it_out_under_a_higher_fence(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    let leased = case.one.lease(&inbox(), 10, LEASE).await.unwrap();
    assert_eq!(leased.len(), 1);
    assert!(leased[0].lease.fence > case.lease.fence);
    assert_eq!(leased[0].record.attempts, 2);
}

/// Done.
pub async fn leasing_passes_over_a_done_record(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    harness.advance(2 * LEASE).await;
    assert_eq!(case.leasable().await, 0);
}

/// Dead.
pub async fn leasing_passes_over_a_dead_record(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    harness.advance(2 * LEASE).await;
    assert_eq!(case.leasable().await, 0);
}

/// Purged.
pub async fn leasing_finds_no_purged_record(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    assert_eq!(case.leasable().await, 0);
}
