//! Errors that some records of a batch cause.

use std::sync::Arc;

use tokio::task::JoinHandle;
use webhook_idempotency::{Put, StoreError, StoreErrorKind};

use crate::scripted::{Scripted, caller, event, settled};

type Caller = JoinHandle<Result<Vec<Put>, StoreError>>;

/// A store whose next commit has a batch of 256 callers, of whom some are bad.
async fn batch_with_bad(bad: &[usize], kind: StoreErrorKind) -> (Arc<Scripted>, Vec<Caller>) {
    let (script, store) = Scripted::gated().grouped();
    for at in bad {
        let key = event(&format!("evt_{at}")).key();
        script.bad.lock().unwrap().insert(key, kind);
    }
    let plug = caller(&store, event("plug"));
    settled().await;
    let callers = (0..256)
        .map(|at| caller(&store, event(&format!("evt_{at}"))))
        .collect();
    settled().await;
    script.open(1);
    plug.await.unwrap().unwrap();
    script.open(10_000);
    (script, callers)
}

async fn outcomes(callers: Vec<Caller>) -> Vec<Option<StoreErrorKind>> {
    let mut outcomes = Vec::new();
    for caller in callers {
        outcomes.push(match caller.await.unwrap() {
            Ok(puts) => {
                assert_eq!(puts, [Put::New]);
                None
            }
            Err(error) => Some(error.kind()),
        });
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn one_bad_record_fails_alone_and_costs_no_more_than_log2_of_the_batch_in_commits() {
    for bad in [0, 1, 100, 255] {
        for kind in [
            StoreErrorKind::Rejected,
            StoreErrorKind::Misuse,
            StoreErrorKind::Full,
            StoreErrorKind::Corrupt,
        ] {
            let (script, callers) = batch_with_bad(&[bad], kind).await;
            let outcomes = outcomes(callers).await;
            for (at, outcome) in outcomes.iter().enumerate() {
                assert_eq!(*outcome, (at == bad).then_some(kind), "caller {at}");
            }
            // The plug, the one that it would have been, and at most eight more.
            assert!(script.commits() <= 2 + 8, "{} commits", script.commits());
            assert!(!script.holds(&format!("evt_{bad}")).await);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn several_bad_records_fail_alone() {
    let bad = [3, 50, 51, 200, 254];
    let (_, callers) = batch_with_bad(&bad, StoreErrorKind::Rejected).await;
    for (at, outcome) in outcomes(callers).await.iter().enumerate() {
        let expected = bad.contains(&at).then_some(StoreErrorKind::Rejected);
        assert_eq!(*outcome, expected, "caller {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_search_ends_when_everybody_is_bad() {
    let everybody: Vec<usize> = (0..256).collect();
    let (script, callers) = batch_with_bad(&everybody, StoreErrorKind::Full).await;
    let outcomes = outcomes(callers).await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| *outcome == Some(StoreErrorKind::Full))
    );
    let calls = script.calls().len();
    assert!(calls < 160, "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_store_itself_is_everybodys_and_is_not_repeated() {
    for kind in [StoreErrorKind::Unavailable, StoreErrorKind::Busy] {
        let (script, callers) = batch_with_bad(&[7], kind).await;
        let outcomes = outcomes(callers).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Some(kind)));
        assert_eq!(script.calls(), [1, 256]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_with_one_bad_record_fails_whole() {
    let (script, store) = Scripted::gated().grouped();
    let key = event("bad").key();
    script
        .bad
        .lock()
        .unwrap()
        .insert(key, StoreErrorKind::Rejected);
    let plug = caller(&store, event("plug"));
    settled().await;
    let mixed = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            use webhook_idempotency::Claims;
            store.put(&[event("good"), event("bad")]).await
        })
    };
    let other = caller(&store, event("other"));
    settled().await;
    script.open(100);
    plug.await.unwrap().unwrap();
    assert_eq!(
        mixed.await.unwrap().unwrap_err().kind(),
        StoreErrorKind::Rejected
    );
    assert_eq!(other.await.unwrap().unwrap(), [Put::New]);
    assert!(!script.holds("good").await && !script.holds("bad").await);
}
