//! What counts as an attempt.

use super::Harness;
use super::case::{Case, LEASE, SECOND, dead, done, lease_one, retry, settle};
use crate::claims::{Outcome, Settled};
use crate::record::State;

/// A worker that dies has tried.
pub async fn an_attempt_is_counted_when_it_begins(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    for attempts in 2..5 {
        harness.advance(LEASE + 10 * SECOND).await;
        lease_one(&*case.other).await;
        assert_eq!(case.stored().await.unwrap().attempts, attempts);
    }
}

/// Shutting down is nobody's failure.
pub async fn releasing_does_not_charge_the_attempt_and_makes_the_record_ready_now(
    harness: &dyn Harness,
) {
    let case = Case::leased(harness).await;
    assert_eq!(case.settle(Outcome::Release).await, Settled::Applied);
    let stored = case.stored().await.unwrap();
    assert_eq!((stored.attempts, stored.last_error.as_deref()), (0, None));
    assert_eq!(case.leasable().await, 1);
    assert_eq!(case.stored().await.unwrap().attempts, 1);
}

/// Nor is putting it off, which keeps what went wrong before.
pub async fn snoozing_does_not_charge_the_attempt_and_keeps_the_last_error(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(case.settle(retry(SECOND)).await, Settled::Applied);
    harness.advance(10 * SECOND).await;
    let lease = lease_one(&*case.one).await;
    assert_eq!(
        settle(&*case.other, lease, Outcome::Snooze { after: LEASE }).await,
        Settled::Applied
    );
    let stored = case.stored().await.unwrap();
    assert_eq!(
        (stored.attempts, stored.last_error.as_deref()),
        (1, Some("timed out"))
    );
    assert_eq!(case.leasable().await, 0);
    harness.advance(LEASE + 10 * SECOND).await;
    assert_eq!(case.leasable().await, 1);
}

/// A failure charges it and is remembered.
pub async fn retrying_charges_the_attempt_and_keeps_the_error(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(case.settle(retry(SECOND)).await, Settled::Applied);
    let stored = case.stored().await.unwrap();
    assert_eq!(
        (stored.attempts, stored.last_error.as_deref()),
        (1, Some("timed out"))
    );
    assert!(matches!(stored.state, State::Ready { .. }));
}

/// The last attempt did not fail.
pub async fn finishing_clears_the_error_of_an_earlier_attempt(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(case.settle(retry(SECOND)).await, Settled::Applied);
    harness.advance(10 * SECOND).await;
    let lease = lease_one(&*case.one).await;
    assert_eq!(settle(&*case.one, lease, done()).await, Settled::Applied);
    let stored = case.stored().await.unwrap();
    assert_eq!((stored.attempts, stored.last_error), (2, None));
}

/// Whoever replays a dead letter wants all its attempts again.
pub async fn replaying_counts_attempts_from_zero(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    assert_eq!(case.settle(retry(SECOND)).await, Settled::Applied);
    harness.advance(10 * SECOND).await;
    let lease = lease_one(&*case.one).await;
    assert_eq!(settle(&*case.one, lease, dead()).await, Settled::Applied);
    assert_eq!(case.stored().await.unwrap().attempts, 2);
    case.other.replay(&[case.record.key()]).await.unwrap();
    assert_eq!(case.stored().await.unwrap().attempts, 0);
    lease_one(&*case.one).await;
    assert_eq!(case.stored().await.unwrap().attempts, 1);
}
