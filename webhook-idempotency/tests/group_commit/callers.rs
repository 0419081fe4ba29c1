//! What callers may rely on.

use std::sync::Arc;
use std::time::Duration;

use webhook_idempotency::{Claims, GroupCommit, Put, StoreErrorKind};

use crate::scripted::{Scripted, caller, event, settled};

#[tokio::test(start_paused = true)]
async fn a_caller_who_is_alone_is_not_delayed() {
    let mut script = Scripted::new();
    script.takes = Duration::from_millis(2);
    let (_, store) = script.grouped();
    let began = tokio::time::Instant::now();
    for at in 0..3 {
        let put = store.put(&[event(&format!("evt_{at}"))]).await;
        assert_eq!(put.unwrap(), [Put::New]);
    }
    assert_eq!(began.elapsed(), Duration::from_millis(6));
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_during_a_commit_shares_the_next_one() {
    let (script, store) = Scripted::gated().grouped();
    let first = caller(&store, event("first"));
    settled().await;
    assert_eq!(script.calls(), [1], "it waits for nobody");
    let callers: Vec<_> = (0..255)
        .map(|at| caller(&store, event(&format!("evt_{at}"))))
        .collect();
    settled().await;
    assert_eq!(script.calls(), [1], "one commit at a time");
    script.open(2);
    assert_eq!(first.await.unwrap().unwrap(), [Put::New]);
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), [Put::New]);
    }
    assert_eq!(script.calls(), [1, 255]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_answered_before_the_commit_that_holds_their_record() {
    let (script, store) = Scripted::gated().grouped();
    let first = caller(&store, event("evt_1"));
    settled().await;
    let second = caller(&store, event("evt_2"));
    settled().await;
    assert!(!first.is_finished() && !second.is_finished());

    script.open(1);
    settled().await;
    assert!(first.is_finished());
    assert!(script.holds("evt_1").await);
    assert!(!second.is_finished(), "answered by somebody else's commit");

    script.open(1);
    assert_eq!(second.await.unwrap().unwrap(), [Put::New]);
    assert!(script.holds("evt_2").await);
}

#[tokio::test(start_paused = true)]
async fn equal_keys_of_many_callers_are_one_event_in_one_commit() {
    let (script, store) = Scripted::gated().grouped();
    let plug = caller(&store, event("plug"));
    settled().await;
    let callers: Vec<_> = (0..64).map(|_| caller(&store, event("evt_1"))).collect();
    settled().await;
    script.open(2);
    plug.await.unwrap().unwrap();
    let mut new = 0;
    for caller in callers {
        match caller.await.unwrap().unwrap()[0] {
            Put::New => new += 1,
            Put::Duplicate { same_payload, .. } => assert!(same_payload),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(new, 1);
    assert_eq!(script.calls(), [1, 64]);
}

#[tokio::test(start_paused = true)]
async fn what_one_caller_puts_in_one_call_is_in_one_commit() {
    let (script, store) = Scripted::gated().grouped();
    let plug = caller(&store, event("plug"));
    settled().await;
    let batch: Vec<_> = (0..300).map(|at| event(&format!("evt_{at}"))).collect();
    let callers: Vec<_> = batch
        .chunks(100)
        .map(|batch| {
            let (store, batch) = (Arc::clone(&store), batch.to_vec());
            tokio::spawn(async move { store.put(&batch).await })
        })
        .chain([caller(&store, event("last"))])
        .collect();
    settled().await;
    script.open(3);
    plug.await.unwrap().unwrap();
    for caller in callers {
        assert!(
            caller
                .await
                .unwrap()
                .unwrap()
                .iter()
                .all(|put| *put == Put::New)
        );
    }
    assert_eq!(script.calls(), [1, 301]);
}

#[tokio::test(start_paused = true)]
async fn a_call_larger_than_a_batch_goes_straight_through() {
    let (script, store) = Scripted::new().grouped();
    let batch: Vec<_> = (0..513).map(|at| event(&format!("evt_{at}"))).collect();
    assert_eq!(store.put(&batch).await.unwrap().len(), 513);
    assert_eq!(script.calls(), [513]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_takes_no_more_than_its_limit_and_the_rest_comes_next() {
    let script = Arc::new(Scripted::gated());
    let store = GroupCommit::builder(Arc::clone(&script)).max_batch(10);
    let store = Arc::new(store.build().unwrap());
    let callers: Vec<_> = (0..25)
        .map(|at| caller(&store, event(&format!("evt_{at}"))))
        .collect();
    settled().await;
    script.open(10);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(script.calls(), [10, 10, 5]);
}

#[tokio::test(start_paused = true)]
async fn beyond_the_queue_callers_are_refused_at_once_and_there_is_room_again_afterwards() {
    let script = Arc::new(Scripted::gated());
    let store = GroupCommit::builder(Arc::clone(&script))
        .max_batch(4)
        .queue(4);
    let store = Arc::new(store.build().unwrap());
    let callers: Vec<_> = (0..4)
        .map(|at| caller(&store, event(&format!("evt_{at}"))))
        .collect();
    settled().await;
    let refused = store.put(&[event("evt_4")]).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Overloaded);
    assert!(refused.is_transient());
    assert!(!script.holds("evt_4").await);

    script.open(3);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(store.put(&[event("evt_4")]).await.unwrap(), [Put::New]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_changes_nothing_for_the_others() {
    let (script, store) = Scripted::gated().grouped();
    let committing = caller(&store, event("committing"));
    settled().await;
    let waiting = caller(&store, event("waiting"));
    let other = caller(&store, event("other"));
    settled().await;
    committing.abort();
    waiting.abort();
    settled().await;
    script.open(2);
    assert_eq!(other.await.unwrap().unwrap(), [Put::New]);
    assert!(script.holds("committing").await, "its commit had begun");
    assert!(!script.holds("waiting").await, "its commit had not begun");
    assert_eq!(script.calls(), [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn callers_that_leave_give_back_their_places_in_the_queue() {
    let script = Arc::new(Scripted::gated());
    let store = GroupCommit::builder(Arc::clone(&script))
        .max_batch(2)
        .queue(4);
    let store = Arc::new(store.build().unwrap());
    for round in 0..10 {
        let callers: Vec<_> = (0..4)
            .map(|at| caller(&store, event(&format!("evt_{round}_{at}"))))
            .collect();
        settled().await;
        for caller in callers {
            caller.abort();
        }
        script.open(1);
        settled().await;
    }
    script.open(1);
    assert_eq!(store.put(&[event("evt_4")]).await.unwrap(), [Put::New]);
}

#[test]
fn limits_out_of_their_range_are_refused() {
    let build = |change: fn(Builder) -> Builder| {
        let built = change(GroupCommit::builder(Arc::new(Scripted::new()))).build();
        built.map(drop).map_err(|error| error.to_string())
    };
    type Builder = webhook_idempotency::GroupCommitBuilder<Scripted>;
    assert_eq!(build(|builder| builder), Ok(()));
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(
        build(|builder| builder.max_batch(0)),
        refused("max_batch must be from 1 to 10,000 records")
    );
    assert_eq!(
        build(|builder| builder.queue(511)),
        refused("queue must be from max_batch to 1,000,000 records")
    );
    assert_eq!(
        build(|builder| builder.lanes(1)),
        refused("lanes must be from 2 to 64 commits")
    );
}
