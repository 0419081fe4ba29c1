//! `extend`, `settle`, `get` and `purge` of a guard's record, in each of its states. There is no dead one.

use super::case::{Guarded, answered};
use crate::claims::{Begun, Outcome, Settled};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{DAY, LEASE, SECOND, began, done, guard, near};
use crate::record::{Lease, State};

async fn extend(case: &Guarded<'_>) -> Option<Lease> {
    case.one.extend(&[case.lease], LEASE).await.unwrap()[0]
}

/// Purges what was settled more than a day ago, thirty days later.
async fn purge(case: &Guarded<'_>) -> u64 {
    case.harness.step(30 * DAY).await;
    case.one.purge(&guard(), DAY, 10).await.unwrap()
}

/// Absent.
pub async fn extending_an_absent_guard_says_the_lease_is_lost(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    assert_eq!(extend(&case).await, None);
    assert_eq!(case.state().await, None);
}

/// Ready: it was released.
pub async fn extending_a_released_guard_says_the_lease_is_lost(harness: &dyn ClaimsHarness) {
    let case = Guarded::released(harness).await;
    assert_eq!(extend(&case).await, None);
    assert!(matches!(case.state().await, Some(State::Ready { .. })));
}

/// Leased.
pub async fn extending_a_held_guard_moves_its_end_and_keeps_its_fence(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    harness.step(40 * SECOND).await;
    let extended = extend(&case).await.unwrap();
    let until = extended.until;
    assert_eq!(
        (extended.key, extended.fence),
        (case.lease.key, case.lease.fence)
    );
    assert!(
        near(until, case.lease.until.saturating_add(40 * SECOND)),
        "{extended:?}"
    );
    assert_eq!(case.state().await, Some(State::Leased { until }));
    harness.step(40 * SECOND).await;
    assert_eq!(case.begin(&*case.other).await, Begun::InFlight { until });
}

/// Lapsed, but nobody took over.
pub async fn extending_a_lapsed_guard_that_nobody_took_over_revives_it(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::lapsed(harness).await;
    let until = extend(&case).await.unwrap().until;
    assert_eq!(case.begin(&*case.other).await, Begun::InFlight { until });
    assert_eq!(case.settle(answered()).await, Settled::Applied);
}

/// Done.
pub async fn extending_a_done_guard_says_the_lease_is_lost(harness: &dyn ClaimsHarness) {
    let case = Guarded::done(harness).await;
    assert_eq!(extend(&case).await, None);
    assert_eq!(case.state().await, Some(State::Done));
}

/// Purged.
pub async fn extending_a_purged_guard_says_the_lease_is_lost(harness: &dyn ClaimsHarness) {
    let case = Guarded::purged(harness).await;
    assert_eq!(extend(&case).await, None);
    assert_eq!(case.state().await, None);
}

/// Absent.
pub async fn settling_an_absent_guard_says_the_lease_is_lost(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert_eq!(case.state().await, None);
}

/// Ready: it was released, which was its settlement.
pub async fn settling_a_released_guard_again_changes_nothing(harness: &dyn ClaimsHarness) {
    let case = Guarded::released(harness).await;
    assert_eq!(case.settle(done()).await, Settled::AlreadySettled);
    assert!(matches!(case.state().await, Some(State::Ready { .. })));
}

/// Leased.
pub async fn settling_a_held_guard_applies_its_outcome(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    assert_eq!(case.settle(done()).await, Settled::Applied);
    let stored = case.stored().await.unwrap();
    assert_eq!((stored.state, stored.output), (State::Done, None));
    assert!(near(stored.settled_at.unwrap(), stored.received_at));
}

/// Lapsed, but nobody took over.
pub async fn settling_a_lapsed_guard_that_nobody_took_over_applies_its_outcome(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::lapsed(harness).await;
    assert_eq!(case.settle(done()).await, Settled::Applied);
    assert_eq!(case.state().await, Some(State::Done));
}

/// Done.
pub async fn settling_a_done_guard_again_changes_nothing(harness: &dyn ClaimsHarness) {
    let case = Guarded::done(harness).await;
    for outcome in [done(), Outcome::Release] {
        assert_eq!(case.settle(outcome).await, Settled::AlreadySettled);
    }
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.state, State::Done);
    assert_eq!(stored.output.as_deref(), Some(&b"202\0{}"[..]));
}

/// Purged.
pub async fn settling_a_purged_guard_says_the_lease_is_lost(harness: &dyn ClaimsHarness) {
    let case = Guarded::purged(harness).await;
    assert_eq!(case.settle(done()).await, Settled::LeaseLost);
    assert_eq!(case.state().await, None);
}

/// Absent.
pub async fn getting_an_absent_guard_finds_nothing(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    assert!(case.stored().await.is_none());
}

/// Ready: it was released.
pub async fn getting_a_released_guard_shows_what_was_put(harness: &dyn ClaimsHarness) {
    let case = Guarded::released(harness).await;
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.key, case.record.key());
    assert_eq!(&stored.facts, case.record.facts());
    assert_eq!(stored.payload, case.record.payload());
    assert!(!stored.damaged);
    assert!(matches!(stored.state, State::Ready { at } if near(at, stored.received_at)));
    assert_eq!(
        (
            stored.attempts,
            stored.settled_at,
            stored.last_error,
            stored.output
        ),
        (0, None, None, None)
    );
}

/// Leased.
pub async fn getting_a_held_guard_shows_when_the_lease_ends(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let until = case.lease.until;
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.state, State::Leased { until });
    assert!(near(until, stored.received_at.saturating_add(LEASE)));
    assert_eq!((stored.attempts, stored.settled_at), (1, None));
}

/// Lapsed.
pub async fn getting_a_lapsed_guard_shows_a_lease_that_has_ended(harness: &dyn ClaimsHarness) {
    let case = Guarded::lapsed(harness).await;
    let until = case.lease.until;
    assert_eq!(case.state().await, Some(State::Leased { until }));
}

/// Done.
pub async fn getting_a_done_guard_shows_its_output_and_when_it_was_settled(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::done(harness).await;
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.state, State::Done);
    assert_eq!((stored.attempts, stored.last_error), (1, None));
    assert_eq!(stored.output.as_deref(), Some(&b"202\0{}"[..]));
    assert!(near(stored.settled_at.unwrap(), stored.received_at));
}

/// Purged.
pub async fn getting_a_purged_guard_finds_nothing(harness: &dyn ClaimsHarness) {
    let case = Guarded::purged(harness).await;
    assert!(case.stored().await.is_none());
}

/// Absent.
pub async fn purging_finds_no_absent_guard(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    assert_eq!(purge(&case).await, 0);
}

/// Ready: it was released.
pub async fn purging_never_takes_a_released_guard(harness: &dyn ClaimsHarness) {
    let case = Guarded::released(harness).await;
    assert_eq!(purge(&case).await, 0);
    assert!(matches!(case.state().await, Some(State::Ready { .. })));
}

/// Leased.
pub async fn purging_never_takes_a_held_guard(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let extended = case.one.extend(&[case.lease], 60 * DAY).await.unwrap()[0].unwrap();
    assert_eq!(purge(&case).await, 0);
    let until = extended.until;
    assert_eq!(case.state().await, Some(State::Leased { until }));
}

/// Lapsed.
pub async fn purging_never_takes_a_lapsed_guard(harness: &dyn ClaimsHarness) {
    let case = Guarded::lapsed(harness).await;
    assert_eq!(purge(&case).await, 0);
    began(case.begin(&*case.other).await);
}

/// Done.
pub async fn purging_forgets_a_done_guard(harness: &dyn ClaimsHarness) {
    let case = Guarded::done(harness).await;
    assert_eq!(purge(&case).await, 1);
    assert_eq!(case.state().await, None);
}

/// Purged.
pub async fn purging_finds_no_purged_guard(harness: &dyn ClaimsHarness) {
    let case = Guarded::purged(harness).await;
    assert_eq!(purge(&case).await, 0);
}
