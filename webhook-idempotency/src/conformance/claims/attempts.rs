//! What counts as an attempt at a guard.

use super::case::{Guarded, answered, settle};
use crate::claims::{Outcome, Settled};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{LEASE, SECOND, began, retry};

/// A handler that dies has tried.
pub async fn an_attempt_at_a_guard_is_counted_when_it_begins(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    for attempts in 2..5 {
        harness.step(LEASE + 10 * SECOND).await;
        began(case.begin(&*case.other).await);
        assert_eq!(case.stored().await.unwrap().attempts, attempts);
    }
}

/// A failure charges it, putting it off does not, and what went wrong is kept until it went right.
pub async fn a_guard_keeps_its_last_error_until_it_is_done(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    assert_eq!(case.settle(retry(SECOND)).await, Settled::Applied);
    let seen = |stored: crate::record::Record| (stored.attempts, stored.last_error);
    let failed = Some("timed out".to_owned());
    assert_eq!(seen(case.stored().await.unwrap()), (1, failed.clone()));
    for outcome in [Outcome::Release, Outcome::Snooze { after: SECOND }] {
        harness.step(10 * SECOND).await;
        let lease = began(case.begin(&*case.one).await);
        assert_eq!(settle(&*case.other, lease, outcome).await, Settled::Applied);
        assert_eq!(seen(case.stored().await.unwrap()), (1, failed.clone()));
    }
    harness.step(10 * SECOND).await;
    let lease = began(case.begin(&*case.one).await);
    assert_eq!(
        settle(&*case.other, lease, answered()).await,
        Settled::Applied
    );
    assert_eq!(seen(case.stored().await.unwrap()), (2, None));
}
