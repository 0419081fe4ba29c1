//! `purge`, in each state.

use super::Harness;
use super::case::{Case, DAY, inbox};
use crate::record::State;

/// Purges what was settled more than a day ago, thirty days later.
async fn purge(case: &Case<'_>) -> u64 {
    case.harness.advance(30 * DAY).await;
    case.one.purge(&inbox(), DAY, 10).await.unwrap()
}

/// Absent.
pub async fn purging_finds_no_absent_record(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    assert_eq!(purge(&case).await, 0);
}

/// Ready.
pub async fn purging_never_takes_a_ready_record(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    assert_eq!(purge(&case).await, 0);
    assert!(matches!(case.state().await, Some(State::Ready { .. })));
}

/// Leased.
pub async fn purging_never_takes_a_leased_record(harness: &dyn Harness) {
    let mut case = Case::leased(harness).await;
    case.lease = case.one.extend(&[case.lease], 60 * DAY).await.unwrap()[0].unwrap();
    assert_eq!(purge(&case).await, 0);
    assert_eq!(
        case.state().await,
        Some(State::Leased {
            until: case.lease.until
        })
    );
}

/// Lapsed.
pub async fn purging_never_takes_a_lapsed_record(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    assert_eq!(purge(&case).await, 0);
    assert_eq!(case.leasable().await, 1);
}

/// Done.
pub async fn purging_forgets_a_done_record(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    assert_eq!(purge(&case).await, 1);
    assert_eq!(case.state().await, None);
}

/// Dead.
pub async fn purging_forgets_a_dead_record(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    assert_eq!(purge(&case).await, 1);
    assert_eq!(case.state().await, None);
}

/// Purged.
pub async fn purging_finds_no_purged_record(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    assert_eq!(purge(&case).await, 0);
}
