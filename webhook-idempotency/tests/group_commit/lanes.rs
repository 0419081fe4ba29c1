//! Commits that hang, panic, or lose their runtime.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use webhook_idempotency::{Claims, GroupCommit, Put, StoreErrorKind};

use crate::scripted::{Scripted, caller, event, settled};

#[tokio::test(start_paused = true)]
async fn a_commit_that_hangs_is_left_to_itself_and_the_others_go_on() {
    let mut script = Scripted::new();
    script.lock_timeout = Duration::from_secs(3600);
    script.locked.lock().unwrap().insert(event("held").key());
    let (_, store) = script.grouped();
    let stuck = caller(&store, event("held"));
    settled().await;
    let began = tokio::time::Instant::now();
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
    assert!(began.elapsed() <= Duration::from_millis(200));
    for at in 2..100 {
        let began = tokio::time::Instant::now();
        let put = store.put(&[event(&format!("evt_{at}"))]).await;
        assert_eq!(put.unwrap(), [Put::New]);
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
    assert!(!stuck.is_finished());
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_given_commits_run_at_the_same_time() {
    let script = Arc::new(Scripted::gated());
    let store = GroupCommit::builder(Arc::clone(&script)).lanes(3);
    let store = Arc::new(store.build().unwrap());
    let mut callers = Vec::new();
    for at in 0..20 {
        callers.push(caller(&store, event(&format!("evt_{at}"))));
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert_eq!(script.calls(), [1, 1, 1]);
    script.open(100);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_in_a_late_commit_is_not_put_into_another_one_meanwhile() {
    let (script, store) = Scripted::gated().grouped();
    let first = caller(&store, event("evt_1"));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let again = caller(&store, event("evt_1"));
    let other = caller(&store, event("evt_2"));
    settled().await;
    assert_eq!(script.calls(), [1, 1]);
    script.open(2);
    assert_eq!(first.await.unwrap().unwrap(), [Put::New]);
    assert_eq!(other.await.unwrap().unwrap(), [Put::New]);
    script.open(1);
    assert!(matches!(
        again.await.unwrap().unwrap()[0],
        Put::Duplicate { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_fails_its_own_batch_only() {
    let (script, store) = Scripted::new().grouped();
    script.panics.store(true, SeqCst);
    let failed = store.put(&[event("evt_1")]).await.unwrap_err();
    assert_eq!(failed.kind(), StoreErrorKind::Unavailable);
    script.panics.store(false, SeqCst);
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_answers_too_few_has_confirmed_nothing() {
    let (script, store) = Scripted::new().grouped();
    script.answers_too_few.store(true, SeqCst);
    let failed = store.put(&[event("evt_1")]).await.unwrap_err();
    assert_eq!(failed.kind(), StoreErrorKind::Unavailable);
}

#[test]
fn without_a_runtime_a_call_fails_and_does_not_panic() {
    let (_, store) = Scripted::new().grouped();
    let records = [event("evt_1")];
    let mut put = store.put(&records);
    let Poll::Ready(refused) = put.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for a runtime that is not there");
    };
    assert_eq!(refused.unwrap_err().kind(), StoreErrorKind::Unavailable);
}

#[test]
fn a_runtime_that_is_shut_down_leaves_nobody_waiting_in_another_one() {
    let (script, store) = Scripted::gated().grouped();
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    };
    let (ending, staying) = (runtime(), runtime());
    ending.block_on(async {
        caller(&store, event("evt_1"));
        while script.calls().is_empty() {
            tokio::task::yield_now().await;
        }
    });
    let waiting = {
        let _entered = staying.enter();
        caller(&store, event("evt_2"))
    };
    staying.block_on(async {
        // The other runtime runs the lane; this caller is in its queue once it holds a place.
        tokio::time::sleep(Duration::from_millis(5)).await;
    });
    drop(ending);
    staying.block_on(async {
        script.open(10);
        let answer = tokio::time::timeout(Duration::from_secs(20), waiting);
        // Answered either way: refused by the end of the lane, or committed by a lane of its own.
        let _ = answer.await.unwrap().unwrap();
        assert!(store.put(&[event("evt_3")]).await.is_ok());
    });
}
