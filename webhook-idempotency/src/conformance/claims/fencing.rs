//! Who lost a guard's lease can no longer write.

use super::case::{Guarded, answered, begin, settle};
use crate::claims::{Begun, Outcome, Settled, Settlement};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{DAY, LEASE, SECOND, began, done, event_in, guard, retry};
use crate::record::{Fence, State};

/// Whatever ended the lease before.
pub async fn fences_of_a_guard_rise_with_every_lease(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let mut fences = vec![case.lease.fence];
    for handle in [&case.one, &case.other, &case.one] {
        harness.step(LEASE + 10 * SECOND).await;
        let lease = began(case.begin(&**handle).await);
        fences.push(lease.fence);
        assert_eq!(
            settle(&**handle, lease, Outcome::Release).await,
            Settled::Applied
        );
        fences.push(began(case.begin(&*case.other).await).fence);
    }
    assert!(fences.is_sorted_by(|a, b| a < b), "{fences:?}");
    assert!(fences[0] > Fence(0));
}

/// Also when everything that had a fence is forgotten.
pub async fn fences_of_a_guard_rise_across_restarts_and_purges(harness: &dyn ClaimsHarness) {
    let case = Guarded::purged(harness).await;
    let (before, record) = (case.lease.fence, case.record.clone());
    drop(case);
    let store = harness.claims_after_restart().await;
    assert!(began(begin(&*store, &record).await).fence > before);
}

/// The pause that is longer than a lease.
pub async fn a_late_holder_cannot_settle_a_guard_it_lost(harness: &dyn ClaimsHarness) {
    let case = Guarded::lapsed(harness).await;
    let newer = began(case.begin(&*case.other).await);
    for outcome in [
        done(),
        retry(SECOND),
        Outcome::Release,
        Outcome::Snooze { after: SECOND },
    ] {
        assert_eq!(case.settle(outcome).await, Settled::LeaseLost);
    }
    let until = newer.until;
    assert_eq!(case.state().await, Some(State::Leased { until }));
    assert_eq!(
        settle(&*case.other, newer, answered()).await,
        Settled::Applied
    );
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert!(matches!(case.begin(&*case.one).await, Begun::Done(Some(_))));
}

/// A heartbeat that comes too late does not take the record back.
pub async fn extending_a_guard_after_a_takeover_is_refused(harness: &dyn ClaimsHarness) {
    let case = Guarded::lapsed(harness).await;
    let newer = began(case.begin(&*case.other).await);
    assert_eq!(
        case.one.extend(&[case.lease], 10 * LEASE).await.unwrap(),
        [None]
    );
    let until = newer.until;
    assert_eq!(case.state().await, Some(State::Leased { until }));
    let extended = case.one.extend(&[case.lease, newer], LEASE).await.unwrap();
    assert_eq!(
        extended.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, true]
    );
}

/// A reply that was lost can be asked for again, until somebody else has the record.
pub async fn a_repeated_settlement_of_a_guard_is_recognised_until_it_is_begun_again(
    harness: &dyn ClaimsHarness,
) {
    let mut case = Guarded::held(harness).await;
    for outcome in [
        retry(SECOND),
        Outcome::Release,
        Outcome::Snooze { after: SECOND },
    ] {
        assert_eq!(case.settle(outcome.clone()).await, Settled::Applied);
        assert_eq!(case.settle(outcome.clone()).await, Settled::AlreadySettled);
        assert_eq!(case.settle(done()).await, Settled::AlreadySettled);
        assert!(matches!(case.state().await, Some(State::Ready { .. })));
        harness.step(10 * SECOND).await;
        let newer = began(case.begin(&*case.other).await);
        assert_eq!(case.settle(outcome).await, Settled::LeaseLost);
        case.lease = newer;
    }
    assert_eq!(case.settle(done()).await, Settled::Applied);
}

/// A record that was forgotten is not reached by whoever held it.
pub async fn an_old_lease_does_not_reach_a_guard_that_was_purged_and_begun_again(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::purged(harness).await;
    let newer = began(case.begin(&*case.other).await);
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert_eq!(case.one.extend(&[case.lease], DAY).await.unwrap(), [None]);
    assert_eq!(settle(&*case.one, newer, done()).await, Settled::Applied);
}

/// Each settlement of a batch stands for itself.
pub async fn a_batch_of_settlements_of_guards_settles_what_it_can(harness: &dyn ClaimsHarness) {
    let case = Guarded::lapsed(harness).await;
    let newer = began(case.begin(&*case.other).await);
    let second = began(begin(&*case.one, &event_in(&guard(), "evt_2")).await);
    let batch = [
        (case.lease, done()),
        (second, done()),
        (newer, Outcome::Release),
        (second, Outcome::Release),
    ];
    let batch = batch.map(|(lease, outcome)| Settlement { lease, outcome });
    assert_eq!(
        case.one.settle(&batch).await.unwrap(),
        [
            Settled::LeaseLost,
            Settled::Applied,
            Settled::Applied,
            Settled::AlreadySettled
        ]
    );
    let stored = case.other.get(&[newer.key, second.key]).await.unwrap();
    let states: Vec<_> = stored
        .into_iter()
        .map(|record| record.unwrap().state)
        .collect();
    assert!(matches!(states[..], [State::Ready { .. }, State::Done]));
}
