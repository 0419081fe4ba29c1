//! What outlives the program. A store that promises nothing here passes because it was never restarted.

use super::Harness;
use super::case::{Case, LEASE, SECOND, dead, done, event, inbox, lease_one, settle};
use crate::claims::{Put, Settled};
use crate::record::State;

/// Acknowledged is stored.
pub async fn what_was_put_is_there_after_a_restart(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    let record = case.record.clone();
    drop(case);
    let store = harness.restart().await;
    let stored = store.get(&[record.key()]).await.unwrap().remove(0).unwrap();
    assert_eq!(stored.payload, record.payload());
    assert_eq!(&stored.facts, record.facts());
    let again = store.put(&[record]).await.unwrap();
    assert!(
        matches!(
            again[0],
            Put::Duplicate {
                state: State::Ready { .. },
                same_payload: true
            }
        ),
        "{again:?}"
    );
    lease_one(&*store).await;
}

/// Settled is settled.
pub async fn what_was_settled_is_settled_after_a_restart(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    case.one.put(&[event("evt_2")]).await.unwrap();
    let second = lease_one(&*case.one).await;
    assert_eq!(settle(&*case.one, second, dead()).await, Settled::Applied);
    let first = case.lease;
    drop(case);
    let store = harness.restart().await;
    assert_eq!(
        settle(&*store, first, done()).await,
        Settled::AlreadySettled
    );
    let stored = store.get(&[first.key, second.key]).await.unwrap();
    let states: Vec<_> = stored
        .iter()
        .map(|record| record.as_ref().unwrap().state)
        .collect();
    assert_eq!(states, [State::Done, State::Dead]);
    harness.advance(2 * LEASE).await;
    assert!(store.lease(&inbox(), 10, LEASE).await.unwrap().is_empty());
}

/// Who worked when the program died is waited for, and no longer than the lease.
pub async fn a_lease_is_held_across_a_restart_and_then_lapses(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    let lease = case.lease;
    drop(case);
    let store = harness.restart().await;
    assert!(store.lease(&inbox(), 10, LEASE).await.unwrap().is_empty());
    harness.advance(LEASE + 10 * SECOND).await;
    let newer = lease_one(&*store).await;
    assert!(newer.fence > lease.fence);
    assert_eq!(settle(&*store, lease, done()).await, Settled::LeaseLost);
    assert_eq!(settle(&*store, newer, done()).await, Settled::Applied);
}
