//! What of a guard is forgotten, and when.

use super::case::{Guarded, answered, begin, settle};
use crate::claims::Settled;
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{DAY, SECOND, began, event_in, guard};
use crate::record::{NewRecord, State};

/// Retention is counted from the settlement, not from the first request.
pub async fn retention_of_a_guard_is_counted_from_its_settlement(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    harness.step(30 * DAY).await;
    assert_eq!(case.settle(answered()).await, Settled::Applied);
    harness.step(DAY - 10 * SECOND).await;
    assert_eq!(case.other.purge(&guard(), DAY, 10).await.unwrap(), 0);
    assert_eq!(case.state().await, Some(State::Done));
    harness.step(20 * SECOND).await;
    assert_eq!(case.other.purge(&guard(), DAY, 10).await.unwrap(), 1);
}

/// In small steps, so that a long history does not stop the store; the order of settlements, not of requests.
pub async fn purging_guards_takes_the_oldest_first_and_no_more_than_asked_for(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    let records: Vec<NewRecord> = (0..40)
        .map(|n| event_in(&guard(), &format!("evt_{n}")))
        .collect();
    let mut leases = Vec::new();
    for record in &records {
        leases.push(began(begin(&*case.one, record).await));
    }
    // The later half of the requests is settled first.
    for half in [20..40, 0..20] {
        for lease in &leases[half] {
            assert_eq!(
                settle(&*case.other, *lease, answered()).await,
                Settled::Applied
            );
        }
        harness.step(10 * SECOND).await;
    }
    harness.step(2 * DAY).await;
    let keys: Vec<_> = records.iter().map(NewRecord::key).collect();
    assert_eq!(case.one.purge(&guard(), DAY, 0).await.unwrap(), 0);
    for (limit, purged, first, last) in [(15, 15, 20, 5), (5, 5, 20, 0), (100, 20, 0, 0)] {
        assert_eq!(case.one.purge(&guard(), DAY, limit).await.unwrap(), purged);
        let left = case.other.get(&keys).await.unwrap();
        let kept = |half: &[Option<_>]| half.iter().filter(|record| record.is_some()).count();
        assert_eq!((kept(&left[..20]), kept(&left[20..])), (first, last));
    }
}

/// The end of dedupe for that key.
pub async fn a_purged_guard_is_forgotten_together_with_its_payload_and_output(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::purged(harness).await;
    let other = NewRecord::own(
        &guard(),
        "shop",
        "hooks",
        "evt_1",
        "order.paid",
        "another body".into(),
    );
    began(begin(&*case.one, &other).await);
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.payload, other.payload());
    assert_eq!((stored.attempts, stored.output), (1, None));
}
