//! A caller that goes away half way leaves nothing stuck.

use super::case::{Guarded, answered, begin, settle, stored};
use crate::claims::{Begun, Put, Settled, Settlement};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{DAY, LEASE, SECOND, began, event, event_in, guard};
use crate::conformance::dropped::{MOST_POLLS, dropped_after};
use crate::record::State;

/// A put that was not answered can be repeated: it is there or not, and what was answered is there.
pub async fn a_put_that_was_dropped_can_be_repeated_and_is_stored_once(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    for polls in 0..MOST_POLLS {
        let record = event(&format!("evt_{polls}"));
        let batch = std::slice::from_ref(&record);
        let finished = dropped_after(polls, case.one.put(batch)).await.is_some();
        let again = case.other.put(batch).await.unwrap()[0];
        assert!(
            !finished || again != Put::New,
            "what was acknowledged is not there"
        );
        let kept = stored(&*case.one, record.key()).await.unwrap();
        assert_eq!(kept.payload, record.payload());
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}

/// A leased put holds its record no longer than its lease.
pub async fn a_leased_put_dropped_at_any_point_holds_its_record_no_longer_than_the_lease(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    for polls in 0..MOST_POLLS {
        let record = [event_in(&guard(), &format!("evt_{polls}"))];
        let finished = dropped_after(polls, case.one.put_leased(&record, LEASE))
            .await
            .is_some();
        harness.step(LEASE + 10 * SECOND).await;
        let begun = begin(&*case.other, &record[0]).await;
        assert!(
            matches!(begun, Begun::Began(_)),
            "after {polls} polls: {begun:?}"
        );
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}

/// An extension that was not answered was made or not.
pub async fn an_extension_of_a_guard_dropped_at_any_point_leaves_it_to_its_holder(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::held(harness).await;
    for polls in 0..MOST_POLLS {
        let leases = [case.lease];
        let finished = dropped_after(polls, case.one.extend(&leases, LEASE))
            .await
            .is_some();
        assert!(
            case.other.extend(&leases, LEASE).await.unwrap()[0].is_some(),
            "after {polls} polls"
        );
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}

/// A settlement that was not answered can be repeated, and settles once.
pub async fn a_settlement_of_a_guard_dropped_at_any_point_can_be_repeated(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    for polls in 0..MOST_POLLS {
        let record = event_in(&guard(), &format!("evt_{polls}"));
        let lease = began(begin(&*case.other, &record).await);
        let settlements = [Settlement {
            lease,
            outcome: answered(),
        }];
        let finished = dropped_after(polls, case.one.settle(&settlements))
            .await
            .is_some();
        let again = case.other.settle(&settlements).await.unwrap()[0];
        assert!(
            matches!(again, Settled::Applied | Settled::AlreadySettled),
            "after {polls} polls: {again:?}"
        );
        assert!(
            !finished || again == Settled::AlreadySettled,
            "what was settled is not"
        );
        let state = stored(&*case.other, record.key()).await.unwrap().state;
        assert_eq!(state, State::Done);
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}

/// A purge leaves a record that is there or not, never half of one.
pub async fn a_purge_of_a_guard_dropped_at_any_point_leaves_a_whole_record_or_none(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    for polls in 0..MOST_POLLS {
        let record = event_in(&guard(), &format!("evt_{polls}"));
        let lease = began(begin(&*case.one, &record).await);
        assert_eq!(
            settle(&*case.one, lease, answered()).await,
            Settled::Applied
        );
        harness.step(2 * DAY).await;
        let guard = guard();
        let finished = dropped_after(polls, case.one.purge(&guard, DAY, 10))
            .await
            .is_some();
        // What was dropped may still be under way.
        if let Some(kept) = stored(&*case.other, record.key()).await {
            assert_eq!(kept.payload, record.payload());
        }
        case.other.purge(&guard, DAY, 10).await.unwrap();
        assert!(matches!(
            begin(&*case.other, &record).await,
            Begun::Began(_)
        ));
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}
