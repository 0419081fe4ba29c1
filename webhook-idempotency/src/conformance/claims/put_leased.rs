//! `put_leased`, in each state.

use bytes::Bytes;

use super::case::Guarded;
use crate::claims::{Begun, Outcome, Settled, Settlement};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{DAY, LEASE, SECOND, began, dead, guard};
use crate::error::StoreErrorKind;
use crate::record::State;

/// Absent.
pub async fn beginning_an_absent_record_leases_it_to_the_caller(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let lease = began(case.begin(&*case.one).await);
    assert_eq!(lease.key, case.record.key());
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.state, State::Leased { until: lease.until });
    assert_eq!(stored.attempts, 1);
}

/// Ready: it was released.
pub async fn beginning_a_released_record_takes_it_over(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    assert_eq!(case.settle(Outcome::Release).await, Settled::Applied);
    let lease = began(case.begin(&*case.other).await);
    assert!(lease.fence > case.lease.fence);
    assert_eq!(case.stored().await.unwrap().attempts, 1);
}

/// Ready, but not yet.
pub async fn beginning_a_record_that_waits_for_its_retry_is_in_flight(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let after = 30 * SECOND;
    assert_eq!(
        case.settle(Outcome::Retry {
            after,
            error: "later".into()
        })
        .await,
        Settled::Applied
    );
    let answer = case.begin(&*case.other).await;
    assert!(matches!(answer, Begun::InFlight { .. }), "{answer:?}");
    harness.step(after + 10 * SECOND).await;
    began(case.begin(&*case.other).await);
}

/// Leased.
pub async fn beginning_a_leased_record_is_in_flight_until_the_lease_ends(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::held(harness).await;
    let until = case.lease.until;
    assert_eq!(case.begin(&*case.other).await, Begun::InFlight { until });
}

/// Lapsed.
pub async fn beginning_a_lapsed_record_takes_it_over_under_a_higher_fence(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::held(harness).await;
    harness.step(LEASE + 10 * SECOND).await;
    let lease = began(case.begin(&*case.other).await);
    assert!(lease.fence > case.lease.fence);
    assert_eq!(case.stored().await.unwrap().attempts, 2);
    assert_eq!(case.settle(Outcome::Release).await, Settled::LeaseLost);
}

/// Done.
pub async fn beginning_a_done_record_answers_what_was_stored(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let output = Some(Bytes::from_static(b"202\0{}"));
    assert_eq!(
        case.settle(Outcome::Done {
            output: output.clone()
        })
        .await,
        Settled::Applied
    );
    assert_eq!(case.begin(&*case.other).await, Begun::Done(output));
}

/// Dead: there is no such guard.
pub async fn a_record_of_a_guard_cannot_be_settled_as_dead(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let settlement = Settlement {
        lease: case.lease,
        outcome: dead(),
    };
    let refused = case.one.settle(&[settlement]).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
    assert!(matches!(case.state().await, Some(State::Leased { .. })));
    assert_eq!(case.settle(Outcome::Release).await, Settled::Applied);
}

/// Purged.
pub async fn beginning_a_purged_record_runs_it_again(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    assert_eq!(
        case.settle(Outcome::Done { output: None }).await,
        Settled::Applied
    );
    harness.step(2 * DAY).await;
    assert_eq!(case.one.purge(&guard(), DAY, 10).await.unwrap(), 1);
    let lease = began(case.begin(&*case.other).await);
    assert!(lease.fence > case.lease.fence);
}
