//! `put`, in each state.

use super::Harness;
use super::case::{Case, SECOND, done};
use crate::claims::{Put, Settled};
use crate::record::State;

async fn put(case: &Case<'_>) -> Put {
    case.other
        .put(std::slice::from_ref(&case.record))
        .await
        .unwrap()[0]
}

/// Ready.
pub async fn putting_a_ready_record_is_a_duplicate(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    let answer = put(&case).await;
    assert!(
        matches!(
            answer,
            Put::Duplicate {
                state: State::Ready { .. },
                same_payload: true
            }
        ),
        "{answer:?}"
    );
    assert_eq!(case.leasable().await, 1);
}

/// Leased.
pub async fn putting_a_leased_record_is_a_duplicate_and_leaves_the_lease_alone(
    harness: &dyn Harness,
) {
    let case = Case::leased(harness).await;
    let until = case.lease.until;
    let answer = put(&case).await;
    assert_eq!(
        answer,
        Put::Duplicate {
            state: State::Leased { until },
            same_payload: true
        }
    );
    assert_eq!(case.settle(done()).await, Settled::Applied);
}

/// Lapsed.
pub async fn putting_a_lapsed_record_is_a_duplicate_and_it_can_be_leased_again(
    harness: &dyn Harness,
) {
    let case = Case::lapsed(harness).await;
    let until = case.lease.until;
    let answer = put(&case).await;
    assert_eq!(
        answer,
        Put::Duplicate {
            state: State::Leased { until },
            same_payload: true
        }
    );
    assert_eq!(case.leasable().await, 1);
}

/// Done.
pub async fn putting_a_done_record_is_a_duplicate_that_runs_nothing(harness: &dyn Harness) {
    let case = Case::done(harness).await;
    assert_eq!(
        put(&case).await,
        Put::Duplicate {
            state: State::Done,
            same_payload: true
        }
    );
    harness.advance(SECOND).await;
    assert_eq!(case.leasable().await, 0);
}

/// Dead.
pub async fn putting_a_dead_record_is_a_duplicate_that_runs_nothing(harness: &dyn Harness) {
    let case = Case::dead(harness).await;
    assert_eq!(
        put(&case).await,
        Put::Duplicate {
            state: State::Dead,
            same_payload: true
        }
    );
    harness.advance(SECOND).await;
    assert_eq!(case.leasable().await, 0);
}

/// Purged.
pub async fn putting_a_purged_record_is_new(harness: &dyn Harness) {
    let case = Case::purged(harness).await;
    assert_eq!(put(&case).await, Put::New);
    assert_eq!(case.stored().await.unwrap().attempts, 0);
    assert_eq!(case.leasable().await, 1);
}
