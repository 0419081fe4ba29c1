//! `get`, in each state.

use super::Harness;
use super::case::{Case, near};
use crate::record::State;

/// Absent.
pub async fn getting_an_absent_record_finds_nothing(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    assert!(case.stored().await.is_none());
}

/// Ready.
pub async fn getting_a_ready_record_shows_what_was_put(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.key, case.record.key());
    assert_eq!(&stored.facts, case.record.facts());
    assert_eq!(stored.payload, case.record.payload());
    assert!(!stored.damaged);
    assert!(matches!(stored.state, State::Ready { .. }));
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
pub async fn getting_a_leased_record_shows_when_the_lease_ends(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    let stored = case.stored().await.unwrap();
    assert_eq!(
        stored.state,
        State::Leased {
            until: case.lease.until
        }
    );
    assert_eq!(stored.attempts, 1);
}

/// Lapsed.
pub async fn getting_a_lapsed_record_shows_a_lease_that_has_ended(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    let stored = case.stored().await.unwrap();
    assert_eq!(
        stored.state,
        State::Leased {
            until: case.lease.until
        }
    );
    assert_eq!(stored.attempts, 1);
}

/// Done.
pub async fn getting_a_done_record_shows_when_it_was_settled(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    let stored = case.stored().await.unwrap();
    assert_eq!(
        (stored.state, stored.attempts, stored.last_error),
        (State::Done, 1, None)
    );
    assert!(near(stored.settled_at.unwrap(), stored.received_at));
}

/// Dead.
pub async fn getting_a_dead_record_shows_why_it_is_dead(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    let stored = case.stored().await.unwrap();
    assert_eq!((stored.state, stored.attempts), (State::Dead, 1));
    assert_eq!(stored.last_error.as_deref(), Some("no such order"));
    assert!(near(stored.settled_at.unwrap(), stored.received_at));
}

/// Purged.
pub async fn getting_a_purged_record_finds_nothing(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    assert!(case.stored().await.is_none());
}
