//! Who lost a lease can no longer write.

use std::collections::HashSet;

use futures_util::future::join;

use super::Harness;
use super::case::{Case, DAY, LEASE, SECOND, dead, done, event, inbox, lease_one, retry, settle};
use crate::claims::{Outcome, Settled, Settlement};
use crate::record::{Fence, State};

/// One sequence for the whole store.
pub async fn fences_rise_with_every_lease_whatever_the_record(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let batch: Vec<_> = (0..6).map(|n| event(&format!("evt_{n}"))).collect();
    case.one.put(&batch).await.unwrap();
    let mut fences: Vec<Fence> = Vec::new();
    for handle in [&case.one, &case.other, &case.one] {
        let leased = handle.lease(&inbox(), 2, LEASE).await.unwrap();
        assert_eq!(leased.len(), 2);
        fences.extend(leased.iter().map(|leased| leased.lease.fence));
    }
    assert!(fences.is_sorted_by(|a, b| a < b), "{fences:?}");
}

/// Also when everything that had a fence is forgotten.
pub async fn fences_rise_across_restarts_and_purges(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    let before = case.lease.fence;
    drop(case);
    let store = harness.restart().await;
    store.put(&[event("evt_2")]).await.unwrap();
    assert!(lease_one(&*store).await.fence > before);
}

/// The pause that is longer than a lease.
pub async fn a_late_worker_cannot_settle_a_lease_it_lost(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    let newer = lease_one(&*case.other).await;
    for outcome in [
        done(),
        dead(),
        retry(SECOND),
        Outcome::Release,
        Outcome::Snooze { after: SECOND },
    ] {
        assert_eq!(case.settle(outcome).await, Settled::LeaseLost);
    }
    assert_eq!(
        case.state().await,
        Some(State::Leased { until: newer.until })
    );
    assert_eq!(settle(&*case.other, newer, done()).await, Settled::Applied);
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
}

/// A heartbeat that comes too late does not take the record back.
pub async fn extending_after_a_takeover_is_refused_and_leaves_the_new_lease_alone(
    harness: &dyn Harness,
) {
    let case = Case::lapsed(harness).await;
    let newer = lease_one(&*case.other).await;
    assert_eq!(
        case.one.extend(&[case.lease], 10 * LEASE).await.unwrap(),
        [None]
    );
    assert_eq!(
        case.state().await,
        Some(State::Leased { until: newer.until })
    );
    let extended = case.one.extend(&[case.lease, newer], LEASE).await.unwrap();
    assert_eq!(
        extended.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, true]
    );
}

/// A reply that was lost can be asked for again, until somebody else has the record.
pub async fn a_repeated_settlement_is_recognised_until_the_record_is_leased_again(
    harness: &dyn Harness,
) {
    for outcome in [
        retry(SECOND),
        Outcome::Release,
        Outcome::Snooze { after: SECOND },
    ] {
        let mut case = Case::absent(harness).await;
        let id = format!("evt_{outcome:?}");
        case.record = event(&id);
        case.one
            .put(std::slice::from_ref(&case.record))
            .await
            .unwrap();
        case.lease = lease_one(&*case.one).await;
        assert_eq!(case.settle(outcome.clone()).await, Settled::Applied);
        assert_eq!(case.settle(outcome.clone()).await, Settled::AlreadySettled);
        assert_eq!(case.settle(done()).await, Settled::AlreadySettled);
        assert!(matches!(case.state().await, Some(State::Ready { .. })));
        harness.advance(10 * SECOND).await;
        let newer = lease_one(&*case.other).await;
        assert_eq!(newer.key, case.record.key());
        assert_eq!(case.settle(outcome).await, Settled::LeaseLost);
        assert_eq!(settle(&*case.other, newer, done()).await, Settled::Applied);
    }
}

/// A replay is a new life, which an old settlement does not end.
pub async fn an_old_settlement_does_not_end_a_replayed_record(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    case.other.replay(&[case.record.key()]).await.unwrap();
    assert_eq!(case.settle(dead()).await, Settled::AlreadySettled);
    assert!(matches!(case.state().await, Some(State::Ready { .. })));
    let newer = lease_one(&*case.other).await;
    assert_eq!(case.settle(dead()).await, Settled::LeaseLost);
    assert_eq!(settle(&*case.other, newer, done()).await, Settled::Applied);
}

/// Nor one that was forgotten and put again.
pub async fn an_old_lease_does_not_reach_a_record_that_was_purged_and_put_again(
    harness: &dyn Harness,
) {
    let case = Case::purged(harness).await;
    case.one
        .put(std::slice::from_ref(&case.record))
        .await
        .unwrap();
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert_eq!(case.one.extend(&[case.lease], DAY).await.unwrap(), [None]);
    assert_eq!(case.leasable().await, 1);
}

/// Two workers that ask at the same time share nothing.
pub async fn no_two_callers_hold_one_record(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let batch: Vec<_> = (0..40).map(|n| event(&format!("evt_{n}"))).collect();
    case.one.put(&batch).await.unwrap();
    let mut held = HashSet::new();
    for _ in 0..5 {
        let inbox = inbox();
        let (a, b) = join(
            case.one.lease(&inbox, 4, LEASE),
            case.other.lease(&inbox, 4, LEASE),
        )
        .await;
        for leased in a.unwrap().into_iter().chain(b.unwrap()) {
            assert!(held.insert(leased.lease.key), "{leased:?} was leased twice");
        }
    }
    assert_eq!(held.len(), 40);
}

/// Each settlement of a batch stands for itself.
pub async fn a_batch_of_settlements_settles_what_it_can(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    let newer = lease_one(&*case.other).await;
    case.one.put(&[event("evt_2")]).await.unwrap();
    let second = lease_one(&*case.one).await;
    let batch = [
        (case.lease, done()),
        (second, done()),
        (newer, dead()),
        (second, dead()),
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
    assert_eq!(case.listed().await, [0, 0, 1, 1, 2]);
}
