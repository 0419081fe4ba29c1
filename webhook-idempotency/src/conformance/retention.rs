//! What is forgotten, and when.

use super::Harness;
use super::case::{Case, DAY, SECOND, done, event, inbox, lease_one, settle};
use crate::claims::{Put, Settled};
use crate::record::{NewRecord, State};

async fn finish(case: &Case<'_>, id: &str) -> NewRecord {
    let record = event(id);
    case.one.put(std::slice::from_ref(&record)).await.unwrap();
    let lease = lease_one(&*case.one).await;
    assert_eq!(settle(&*case.other, lease, done()).await, Settled::Applied);
    record
}

/// Retention is counted from the settlement, not from the put.
pub async fn retention_is_counted_from_the_settlement(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    harness.advance(30 * DAY).await;
    let lease = lease_one(&*case.one).await;
    assert_eq!(settle(&*case.one, lease, done()).await, Settled::Applied);
    harness.advance(DAY - 10 * SECOND).await;
    assert_eq!(case.other.purge(&inbox(), DAY, 10).await.unwrap(), 0);
    assert_eq!(case.state().await, Some(State::Done));
    harness.advance(20 * SECOND).await;
    assert_eq!(case.other.purge(&inbox(), DAY, 10).await.unwrap(), 1);
}

/// In small steps, so that a long history does not stop the store.
pub async fn purging_takes_the_oldest_first_and_no_more_than_asked_for(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let mut records = Vec::new();
    for id in ["a", "b", "c"] {
        records.push(finish(&case, id).await);
        harness.advance(10 * SECOND).await;
    }
    harness.advance(2 * DAY).await;
    assert_eq!(case.one.purge(&inbox(), DAY, 2).await.unwrap(), 2);
    let keys: Vec<_> = records.iter().map(NewRecord::key).collect();
    let left = case.other.get(&keys).await.unwrap();
    assert_eq!(
        left.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, false, true]
    );
    assert_eq!(case.one.purge(&inbox(), DAY, 0).await.unwrap(), 0);
    assert_eq!(case.one.purge(&inbox(), DAY, 2).await.unwrap(), 1);
}

/// The end of dedupe for that key.
pub async fn a_purged_key_is_forgotten_together_with_its_payload(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    let other = NewRecord::own(
        &inbox(),
        "shop",
        "hooks",
        "evt_1",
        "order.paid",
        "another body".into(),
    );
    assert_eq!(
        case.one.put(std::slice::from_ref(&other)).await.unwrap(),
        [Put::New]
    );
    assert_eq!(case.stored().await.unwrap().payload, other.payload());
}

/// A replayed record is pending again and does not age.
pub async fn a_replayed_record_does_not_age(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    case.one.replay(&[case.record.key()]).await.unwrap();
    harness.advance(30 * DAY).await;
    assert_eq!(case.one.purge(&inbox(), DAY, 10).await.unwrap(), 0);
    assert_eq!(case.leasable().await, 1);
}
