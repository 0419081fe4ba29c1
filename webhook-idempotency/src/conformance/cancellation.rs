//! A caller that goes away half way leaves nothing stuck.

use super::Harness;
use super::case::{Case, DAY, LEASE, SECOND, done, event, inbox, lease_one, settle};
use super::dropped::{MOST_POLLS, dropped_after};
use crate::claims::{Put, Settled, Settlement};
use crate::record::State;

/// A put that was not answered can be repeated, and the event runs once.
pub async fn a_put_dropped_at_any_point_can_be_repeated(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    for polls in 0..MOST_POLLS {
        let batch = [
            event(&format!("evt_{polls}_a")),
            event(&format!("evt_{polls}_b")),
        ];
        let finished = dropped_after(polls, case.one.put(&batch)).await.is_some();
        let puts = case.other.put(&batch).await.unwrap();
        assert_eq!(
            puts[0] == Put::New,
            puts[1] == Put::New,
            "half of a batch was stored: {puts:?}"
        );
        assert!(
            !finished || puts[0] != Put::New,
            "what was acknowledged is not there"
        );
        let leased = case.one.lease(&inbox(), 10, LEASE).await.unwrap();
        assert_eq!(leased.len(), 2, "after {polls} polls");
        for leased in leased {
            assert_eq!(
                settle(&*case.one, leased.lease, done()).await,
                Settled::Applied
            );
        }
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}

/// A lease that nobody was told of lapses.
pub async fn a_lease_dropped_at_any_point_lapses(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    for polls in 0..MOST_POLLS {
        let inbox = inbox();
        let finished = dropped_after(polls, case.one.lease(&inbox, 10, LEASE))
            .await
            .is_some();
        harness.advance(LEASE + 10 * SECOND).await;
        let lease = lease_one(&*case.other).await;
        assert_eq!(lease.key, case.record.key());
        harness.advance(LEASE + 10 * SECOND).await;
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}

/// An extension that was not answered was made or not.
pub async fn an_extension_dropped_at_any_point_leaves_the_lease_to_its_holder(
    harness: &dyn Harness,
) {
    let case = Case::leased(harness).await;
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
pub async fn a_settlement_dropped_at_any_point_can_be_repeated(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    for polls in 0..MOST_POLLS {
        let record = event(&format!("evt_{polls}"));
        case.one.put(std::slice::from_ref(&record)).await.unwrap();
        let lease = lease_one(&*case.other).await;
        let settlements = [Settlement {
            lease,
            outcome: done(),
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
        let stored = case
            .other
            .get(&[record.key()])
            .await
            .unwrap()
            .remove(0)
            .unwrap();
        assert_eq!(stored.state, State::Done);
        if finished {
            return;
        }
    }
    panic!("the call did not finish in {MOST_POLLS} polls");
}

/// A replay and a purge leave a record that is there or not, never half of one.
pub async fn a_replay_or_a_purge_dropped_at_any_point_leaves_a_whole_record_or_none(
    harness: &dyn Harness,
) {
    let case = Case::absent(harness).await;
    for polls in 0..MOST_POLLS {
        let record = event(&format!("evt_{polls}"));
        let keys = [record.key()];
        case.one.put(std::slice::from_ref(&record)).await.unwrap();
        let lease = lease_one(&*case.one).await;
        assert_eq!(settle(&*case.one, lease, done()).await, Settled::Applied);

        let replayed = dropped_after(polls, case.one.replay(&keys)).await.is_some();
        case.other.replay(&keys).await.unwrap();
        let lease = lease_one(&*case.other).await;
        assert_eq!(settle(&*case.one, lease, done()).await, Settled::Applied);

        harness.advance(2 * DAY).await;
        let inbox = inbox();
        let purged = dropped_after(polls, case.one.purge(&inbox, DAY, 10))
            .await
            .is_some();
        case.other.purge(&inbox, DAY, 10).await.unwrap();
        assert_eq!(case.listed().await, [0, 0, 0, 0, 0], "after {polls} polls");
        assert_eq!(case.one.put(&[record]).await.unwrap(), [Put::New]);
        let lease = lease_one(&*case.one).await;
        assert_eq!(settle(&*case.one, lease, done()).await, Settled::Applied);
        if replayed && purged {
            return;
        }
    }
    panic!("the calls did not finish in {MOST_POLLS} polls");
}
