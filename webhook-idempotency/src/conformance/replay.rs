//! `replay`, in each state.

use super::Harness;
use super::case::{Case, LEASE, done, inbox};
use crate::claims::Settled;
use crate::queue::Replayed;
use crate::record::State;

async fn replay(case: &Case<'_>) -> Replayed {
    case.other.replay(&[case.record.key()]).await.unwrap()[0]
}

/// Absent.
pub async fn replaying_an_absent_record_finds_nothing(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    assert_eq!(replay(&case).await, Replayed::Absent);
    assert_eq!(case.state().await, None);
}

/// Ready.
pub async fn replaying_a_ready_record_leaves_it_waiting(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    assert_eq!(replay(&case).await, Replayed::Pending);
    assert_eq!(case.leasable().await, 1);
}

/// Leased.
pub async fn replaying_a_leased_record_leaves_it_to_its_worker(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(replay(&case).await, Replayed::Pending);
    assert_eq!(case.leasable().await, 0);
    assert_eq!(case.settle(done()).await, Settled::Applied);
}

/// Lapsed.
pub async fn replaying_a_lapsed_record_keeps_its_attempts(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    assert_eq!(replay(&case).await, Replayed::Pending);
    assert_eq!(case.stored().await.unwrap().attempts, 1);
    assert_eq!(case.leasable().await, 1);
}

/// Done.
pub async fn replaying_a_done_record_makes_it_ready_again(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    assert_eq!(replay(&case).await, Replayed::Ready);
    let stored = case.stored().await.unwrap();
    assert!(matches!(stored.state, State::Ready { .. }));
    assert_eq!((stored.attempts, stored.settled_at), (0, None));
    assert_eq!(case.leasable().await, 1);
}

/// Dead.
pub async fn replaying_a_dead_record_makes_it_ready_again(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    assert_eq!(replay(&case).await, Replayed::Ready);
    let stored = case.stored().await.unwrap();
    assert!(matches!(stored.state, State::Ready { .. }));
    assert_eq!((stored.attempts, stored.settled_at), (0, None));
    assert_eq!(stored.last_error.as_deref(), Some("no such order"));
    assert_eq!(case.leasable().await, 1);
}

/// Purged.
pub async fn replaying_a_purged_record_finds_nothing(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    assert_eq!(replay(&case).await, Replayed::Absent);
    assert_eq!(case.leasable().await, 0);
}

/// Nothing is asked for.
pub async fn replaying_nothing_and_leasing_nothing_have_an_empty_answer(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    assert_eq!(case.one.replay(&[]).await.unwrap(), []);
    assert!(case.one.lease(&inbox(), 0, LEASE).await.unwrap().is_empty());
    assert_eq!(case.leasable().await, 1);
}
