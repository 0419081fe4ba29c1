//! One key, one record.

use bytes::Bytes;
use futures_util::future::join_all;

use super::case::{Guarded, stored};
use crate::claims::{Begun, Put};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{LEASE, event, event_in, guard, inbox};
use crate::record::{NewRecord, State};

fn with_payload(payload: &'static [u8]) -> NewRecord {
    NewRecord::own(
        &inbox(),
        "shop",
        "hooks",
        "evt_1",
        "order.paid",
        Bytes::from_static(payload),
    )
}

/// The dedupe is one atomic insert.
pub async fn sixty_four_concurrent_puts_of_one_key_have_one_winner(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let records = [event("evt_1")];
    let puts = (0..64).map(|n| {
        if n % 2 == 0 {
            case.one.put(&records)
        } else {
            case.other.put(&records)
        }
    });
    let answers = join_all(puts).await;
    let new = answers
        .iter()
        .filter(|answer| answer.as_ref().unwrap()[0] == Put::New)
        .count();
    assert_eq!(new, 1);
}

/// The same for guards.
pub async fn sixty_four_concurrent_leased_puts_of_one_key_have_one_winner(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    let records = [event_in(&guard(), "evt_1")];
    let puts = (0..64)
        .map(|n| if n % 2 == 0 { &case.one } else { &case.other }.put_leased(&records, LEASE));
    let answers = join_all(puts).await;
    let answers: Vec<Begun> = answers
        .into_iter()
        .map(|answer| answer.unwrap().remove(0))
        .collect();
    let began = answers
        .iter()
        .filter(|answer| matches!(answer, Begun::Began(_)))
        .count();
    let waiting = answers
        .iter()
        .filter(|answer| matches!(answer, Begun::InFlight { .. }))
        .count();
    assert_eq!((began, waiting), (1, 63));
}

/// A batch is folded: the first is new, the others are duplicates of it.
pub async fn equal_keys_in_one_batch_are_one_event(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let batch = [
        event("evt_1"),
        event("evt_2"),
        event("evt_1"),
        with_payload(b"other"),
    ];
    let answers = case.one.put(&batch).await.unwrap();
    assert_eq!((answers[0], answers[1]), (Put::New, Put::New));
    assert!(
        matches!(
            answers[2],
            Put::Duplicate {
                state: State::Ready { .. },
                same_payload: true
            }
        ),
        "{answers:?}"
    );
    assert!(
        matches!(
            answers[3],
            Put::Duplicate {
                state: State::Ready { .. },
                same_payload: false
            }
        ),
        "{answers:?}"
    );
    let kept = case
        .other
        .get(&[event("evt_1").key()])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    assert_eq!(kept.payload, event("evt_1").payload());
}

/// The same for guards.
pub async fn equal_keys_in_one_leased_batch_are_one_request(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let batch = [event_in(&guard(), "evt_1"), event_in(&guard(), "evt_1")];
    let answers = case.one.put_leased(&batch, LEASE).await.unwrap();
    assert!(matches!(answers[0], Begun::Began(_)), "{answers:?}");
    assert!(matches!(answers[1], Begun::InFlight { .. }), "{answers:?}");
}

/// Answers are in the order of the batch, duplicates and new ones mixed.
pub async fn a_batch_is_answered_in_its_order(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    case.one.put(&[event("evt_1")]).await.unwrap();
    let batch = [event("evt_2"), event("evt_1"), event("evt_3")];
    let answers = case.other.put(&batch).await.unwrap();
    let new: Vec<bool> = answers.iter().map(|answer| *answer == Put::New).collect();
    assert_eq!(new, [true, false, true]);
    let keys: Vec<_> = [event("evt_3"), event("none"), event("evt_2")]
        .iter()
        .map(NewRecord::key)
        .collect();
    let found = case.one.get(&keys).await.unwrap();
    assert_eq!(found[0].as_ref().map(|record| record.key), Some(keys[0]));
    assert!(found[1].is_none());
    assert_eq!(found[2].as_ref().map(|record| record.key), Some(keys[2]));
}

/// Nothing is asked of an empty batch.
pub async fn an_empty_batch_has_an_empty_answer(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    assert_eq!(case.one.put(&[]).await.unwrap(), []);
    assert_eq!(case.one.put_leased(&[], LEASE).await.unwrap(), []);
    assert_eq!(case.one.extend(&[], LEASE).await.unwrap(), []);
    assert_eq!(case.one.settle(&[]).await.unwrap(), []);
    assert!(case.one.get(&[]).await.unwrap().is_empty());
}

/// An id that was used before, for something else.
pub async fn a_duplicate_with_another_payload_says_so_and_changes_nothing(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    let record = event("evt_1");
    case.one.put(std::slice::from_ref(&record)).await.unwrap();
    let answer = case.other.put(&[with_payload(b"forged")]).await.unwrap()[0];
    assert!(
        matches!(
            answer,
            Put::Duplicate {
                same_payload: false,
                ..
            }
        ),
        "{answer:?}"
    );
    let kept = stored(&*case.one, record.key()).await.unwrap();
    assert_eq!(kept.payload, record.payload());
}

/// The same for guards.
pub async fn a_leased_put_with_another_payload_is_a_conflict(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let other = NewRecord::own(
        &guard(),
        "shop",
        "hooks",
        "evt_1",
        "order.paid",
        Bytes::from_static(b"forged"),
    );
    let answers = case.other.put_leased(&[other], LEASE).await.unwrap();
    assert_eq!(answers, [Begun::Conflict]);
    assert_eq!(case.stored().await.unwrap().payload, case.record.payload());
}
