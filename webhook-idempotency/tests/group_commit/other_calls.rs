//! Leased puts, extensions and settlements are grouped too, each with its own kind.

use std::sync::Arc;
use std::time::Duration;

use webhook_idempotency::{
    Begun, Claims, Lease, Namespace, NewRecord, Outcome, Queue, Settled, Settlement, StoreErrorKind,
};

use crate::scripted::{Scripted, event, event_in, settled};

const LEASE: Duration = Duration::from_secs(60);

fn guarded(id: &str) -> NewRecord {
    event_in(&Namespace::guard("api").unwrap(), id)
}

/// Runs all calls at once, behind one that is under way already.
async fn together<T: Send + 'static>(
    script: &Scripted,
    calls: impl Iterator<Item: Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut tasks = Vec::new();
    for call in calls {
        tasks.push(tokio::spawn(call));
        settled().await;
    }
    script.open(100);
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    script.gate.as_ref().unwrap().forget_permits(100);
    answers
}

#[tokio::test(start_paused = true)]
async fn leased_puts_extensions_and_settlements_share_commits_too() {
    let (script, store) = Scripted::gated().grouped();
    let begin = (0..10).map(|at| {
        let store = Arc::clone(&store);
        async move {
            store
                .put_leased(&[guarded(&format!("req_{at}"))], LEASE)
                .await
        }
    });
    let mut leases: Vec<Lease> = Vec::new();
    for begun in together(&script, begin).await {
        match begun.unwrap().remove(0) {
            Begun::Began(lease) => leases.push(lease),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(script.calls(), [1, 9]);
    for (at, lease) in leases.iter().enumerate() {
        assert_eq!(lease.key, guarded(&format!("req_{at}")).key());
    }

    let (script, store) = Scripted::gated().grouped();
    let records: Vec<_> = (0..10).map(|at| event(&format!("evt_{at}"))).collect();
    script.inner.put(&records).await.unwrap();
    let inbox = Namespace::queue("inbox").unwrap();
    let leased = script.inner.lease(&inbox, 10, LEASE).await.unwrap();
    let leases: Vec<Lease> = leased.iter().map(|leased| leased.lease).collect();
    let extend = leases.clone().into_iter().map(|lease| {
        let store = Arc::clone(&store);
        async move { store.extend(&[lease], LEASE).await }
    });
    for (extended, lease) in together(&script, extend).await.into_iter().zip(&leases) {
        assert_eq!(extended.unwrap()[0].unwrap().fence, lease.fence);
    }
    assert_eq!(script.calls(), [1, 9]);

    let settle = leases.into_iter().map(|lease| {
        let store = Arc::clone(&store);
        let outcome = Outcome::Done { output: None };
        async move { store.settle(&[Settlement { lease, outcome }]).await }
    });
    for settled in together(&script, settle).await {
        assert_eq!(settled.unwrap(), [Settled::Applied]);
    }
    assert_eq!(script.calls()[2..], [1, 9]);
}

#[tokio::test(start_paused = true)]
async fn leases_of_different_lengths_are_not_given_the_same_one() {
    let (script, store) = Scripted::gated().grouped();
    let lengths = [60, 60, 5, 60, 5].map(Duration::from_secs);
    let begin = lengths.into_iter().enumerate().map(|(at, length)| {
        let store = Arc::clone(&store);
        async move {
            store
                .put_leased(&[guarded(&format!("req_{at}"))], length)
                .await
        }
    });
    let begun = together(&script, begin).await;
    let until = begun
        .into_iter()
        .map(|begun| match begun.unwrap().remove(0) {
            Begun::Began(lease) => lease.until,
            other => panic!("{other:?}"),
        });
    let until: Vec<_> = until.collect();
    for (until, length) in until.iter().zip(lengths) {
        let expected = until.abs_diff(webhook_verify::Clock::now(&webhook_verify::SystemClock));
        assert!(
            expected.abs_diff(length) < Duration::from_secs(2),
            "{expected:?}"
        );
    }
    assert_eq!(script.calls(), [1, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_of_the_wrong_kind_is_refused_before_it_reaches_a_batch() {
    let (script, store) = Scripted::new().grouped();
    let refused = store.put(&[guarded("req_1")]).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
    let refused = store
        .put_leased(&[event("evt_1")], LEASE)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
    assert!(script.calls().is_empty());
}
