//! `extend`, in each state.

use super::Harness;
use super::case::{Case, LEASE, SECOND, done, near};
use crate::claims::Settled;
use crate::record::{Lease, State};

async fn extend(case: &Case<'_>) -> Option<Lease> {
    case.one.extend(&[case.lease], LEASE).await.unwrap()[0]
}

/// Absent.
pub async fn extending_an_absent_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    assert_eq!(extend(&case).await, None);
}

/// Ready, never leased.
pub async fn extending_a_ready_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    assert_eq!(extend(&case).await, None);
    assert_eq!(case.leasable().await, 1);
}

/// Leased.
pub async fn extending_a_lease_moves_its_end_and_keeps_its_fence(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    harness.advance(40 * SECOND).await;
    let extended = extend(&case).await.unwrap();
    assert_eq!(
        (extended.key, extended.fence),
        (case.lease.key, case.lease.fence)
    );
    assert!(
        near(extended.until, case.lease.until.saturating_add(40 * SECOND)),
        "{extended:?}"
    );
    assert_eq!(
        case.state().await,
        Some(State::Leased {
            until: extended.until
        })
    );
    harness.advance(40 * SECOND).await;
    assert_eq!(
        case.leasable().await,
        0,
        "the lease was extended beyond this time"
    );
}

/// Lapsed, but nobody took over.
pub async fn extending_a_lapsed_lease_that_nobody_took_over_revives_it(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    assert!(extend(&case).await.is_some());
    assert_eq!(case.leasable().await, 0);
    assert_eq!(case.settle(done()).await, Settled::Applied);
}

/// Done.
pub async fn extending_a_done_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    assert_eq!(extend(&case).await, None);
    assert_eq!(case.state().await, Some(State::Done));
}

/// Dead.
pub async fn extending_a_dead_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    assert_eq!(extend(&case).await, None);
    assert_eq!(case.state().await, Some(State::Dead));
}

/// Purged.
pub async fn extending_a_purged_record_says_the_lease_is_lost(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    assert_eq!(extend(&case).await, None);
}
