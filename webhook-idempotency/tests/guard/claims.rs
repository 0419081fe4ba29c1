//! What a guard promises, whatever its store.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use webhook_idempotency::{Completion, Entry, Guard, GuardReason, StoredResponse};

use crate::support::{
    Dropped, Stage, began, began_soon, client, delivery, ok, refused, replayed, verified,
};

const LEASE: Duration = Duration::from_secs(30);

pub(crate) async fn a_repetition_is_answered_with_the_response_and_runs_nothing(stage: Stage) {
    let guard = stage.guard();
    for key in [delivery(&guard, "msg_1"), client(&guard, "key-1")] {
        let attempt = began(&guard, &key).await;
        assert!(matches!(attempt.finish(ok()).await, Completion::Stored));
        for _ in 0..3 {
            assert_eq!(replayed(&guard, &key).await, ok());
        }
        stage.step(100 * LEASE);
        assert_eq!(replayed(&guard, &key).await, ok());
    }
}

pub(crate) async fn a_response_keeps_only_headers_that_are_no_clients_own(stage: Stage) {
    let guard = stage.builder().keep_header("X-Order").build().unwrap();
    let key = client(&guard, "key-1");
    let headers = [
        ("Content-Type", "application/json"),
        ("Set-Cookie", "session=1"),
        ("X-Order", "7"),
        ("X-Other", "8"),
    ];
    let response = StoredResponse::new(200, headers, Bytes::new());
    began(&guard, &key).await.finish(response).await;
    let stored = replayed(&guard, &key).await;
    let kept: Vec<_> = stored.headers().collect();
    assert_eq!(
        kept,
        [
            ("content-type", &b"application/json"[..]),
            ("x-order", &b"7"[..])
        ]
    );
}

pub(crate) async fn a_response_over_64_kib_is_repeated_as_a_bare_status(stage: Stage) {
    let guard = stage.guard();
    let key = client(&guard, "key-1");
    let response = StoredResponse::new(202, [("etag", "1")], Bytes::from(vec![7; 1 << 20]));
    began(&guard, &key).await.finish(response).await;
    assert_eq!(replayed(&guard, &key).await, StoredResponse::bare(202));
}

pub(crate) async fn a_repetition_during_the_first_run_is_refused_with_a_status_its_peer_retries(
    stage: Stage,
) {
    let guard = stage.guard();
    for (key, status) in [
        (delivery(&guard, "msg_1"), 503),
        (client(&guard, "key-1"), 409),
    ] {
        let attempt = began(&guard, &key).await;
        let refusal = refused(&guard, &key).await;
        assert!(matches!(refusal.reason(), GuardReason::InFlight));
        assert_eq!(refusal.status(), status);
        assert_eq!(refusal.retry_after(), Some(Duration::from_secs(5)));
        attempt.finish(ok()).await;
        assert_eq!(replayed(&guard, &key).await, ok());
    }
}

pub(crate) async fn only_2xx_completes_and_anything_else_runs_again(stage: Stage) {
    let guard = stage.guard();
    for (status, completes) in [
        (200, true),
        (299, true),
        (199, false),
        (300, false),
        (404, false),
        (500, false),
    ] {
        let key = client(&guard, &format!("key-{status}"));
        let attempt = began(&guard, &key).await;
        let ended = attempt.finish(StoredResponse::bare(status)).await;
        assert!(matches!(ended, Completion::Stored));
        match (guard.begin(&key).await, completes) {
            (Entry::Replayed(response), true) => assert_eq!(response.status(), status),
            (Entry::Began(_), false) => {}
            other => panic!("{status}: {other:?}"),
        }
    }
}

pub(crate) async fn a_guard_may_say_which_statuses_complete(stage: Stage) {
    let guard = stage
        .builder()
        .completes(|status| status == 422)
        .build()
        .unwrap();
    let key = client(&guard, "key-1");
    let attempt = began(&guard, &key).await;
    attempt.finish(StoredResponse::bare(200)).await;
    let attempt = began(&guard, &key).await;
    attempt.finish(StoredResponse::bare(422)).await;
    assert_eq!(replayed(&guard, &key).await, StoredResponse::bare(422));
}

pub(crate) async fn an_attempt_that_is_released_runs_again_at_once(stage: Stage) {
    let guard = stage.guard();
    let key = delivery(&guard, "msg_1");
    let released = began(&guard, &key).await.release().await;
    assert!(matches!(released, Completion::Stored));
    began(&guard, &key).await.finish(ok()).await;
}

pub(crate) async fn an_attempt_that_is_dropped_or_panics_runs_again_without_waiting_for_its_lease(
    stage: Stage,
) {
    let guard = stage.guard();
    let key = delivery(&guard, "msg_1");
    drop(began(&guard, &key).await);

    let attempt = began_soon(&guard, &key).await;
    let handler = tokio::spawn(async move {
        let _attempt = attempt;
        panic!("as the test asked");
    });
    assert!(handler.await.unwrap_err().is_panic());

    let attempt = began_soon(&guard, &key).await;
    let handler = tokio::spawn(async move {
        let _attempt = attempt;
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;
    handler.abort();
    began_soon(&guard, &key).await.finish(ok()).await;
}

pub(crate) async fn an_attempt_whose_process_died_runs_again_when_its_lease_has_lapsed(
    stage: Stage,
) {
    let guard = stage.guard();
    let key = delivery(&guard, "msg_1");
    // Nothing of it runs any more, and nothing is released.
    std::mem::forget(began(&guard, &key).await);
    stage.step(LEASE - Duration::from_secs(1));
    refused(&guard, &key).await;
    stage.step(Duration::from_secs(2));
    began(&guard, &key).await.finish(ok()).await;
}

pub(crate) async fn a_late_attempt_cannot_overwrite_the_one_that_took_over(stage: Stage) {
    let guard = stage.guard();
    let key = delivery(&guard, "msg_1");
    let (late, released) = (began(&guard, &key).await, delivery(&guard, "msg_2"));
    let late_release = began(&guard, &released).await;
    stage.step(2 * LEASE);
    let second = began(&guard, &key).await;
    let _other = began(&guard, &released).await;
    let ended = late.finish(StoredResponse::bare(200)).await;
    assert!(matches!(ended, Completion::LeaseLost));
    second.finish(ok()).await;
    assert_eq!(replayed(&guard, &key).await, ok());
    assert!(matches!(
        late_release.release().await,
        Completion::LeaseLost
    ));
    refused(&guard, &released).await;
}

pub(crate) async fn a_client_that_reuses_a_key_for_another_request_is_refused(stage: Stage) {
    let guard = stage.guard();
    let key = |parts: &[&[u8]]| guard.client("acme", b"key-1", parts).unwrap();
    let attempt = began(&guard, &key(&[b"POST", b"/orders", b"{}"])).await;
    for parts in [
        [&b"POST"[..], b"/orders", b"{ }"],
        [b"POST", b"/refunds", b"{}"],
        [b"POST/", b"orders", b"{}"],
    ] {
        let refusal = refused(&guard, &key(&parts)).await;
        assert!(matches!(refusal.reason(), GuardReason::Conflict));
        assert_eq!((refusal.status(), refusal.retry_after()), (422, None));
    }
    attempt.finish(ok()).await;
    let refusal = refused(&guard, &key(&[b"POST", b"/orders", b"{ }"])).await;
    assert_eq!(refusal.status(), 422);
}

pub(crate) async fn a_delivery_with_another_body_is_a_repetition_unless_configured(stage: Stage) {
    let lenient = stage.guard();
    let strict = stage
        .builder()
        .namespace("strict")
        .compare_deliveries()
        .build()
        .unwrap();
    for guard in [&lenient, &strict] {
        let key = guard.delivery(&verified("msg_1", b"{\"attempt\":1}"));
        began(guard, &key).await.finish(ok()).await;
    }
    let second = verified("msg_1", b"{\"attempt\":2}");
    assert_eq!(replayed(&lenient, &lenient.delivery(&second)).await, ok());
    let refusal = refused(&strict, &strict.delivery(&second)).await;
    assert!(matches!(refusal.reason(), GuardReason::Conflict));
}

pub(crate) async fn one_key_of_two_clients_or_at_two_endpoints_is_two_requests(stage: Stage) {
    let guard = stage.guard();
    let other = Guard::new(stage.store.clone(), "other").unwrap();
    let keys = [
        guard.client("acme", b"key-1", &[b"body"]).unwrap(),
        guard.client("evil", b"key-1", &[b"body"]).unwrap(),
        guard.client("acmek", b"ey-1", &[b"body"]).unwrap(),
        other.client("acme", b"key-1", &[b"body"]).unwrap(),
    ];
    for key in &keys {
        began(&guard, key).await.finish(ok()).await;
    }
    // Quotation marks are how the header is written, not what it says.
    let quoted = guard.client("acme", b"\"key-1\"", &[b"body"]).unwrap();
    assert_eq!(replayed(&guard, &quoted).await, ok());
}

pub(crate) async fn a_beginning_that_is_dropped_at_any_point_holds_nothing(stage: Stage) {
    let guard = stage.guard();
    for polls in 0..1_000 {
        let key = delivery(&guard, &format!("msg_{polls}"));
        let beginning = Dropped {
            future: Box::pin(guard.begin(&key)),
            polls,
        };
        let begun = beginning.await;
        let finished = begun.is_some();
        drop(begun);
        began_soon(&guard, &key).await.finish(ok()).await;
        assert_eq!(replayed(&guard, &key).await, ok());
        if finished {
            return;
        }
    }
    panic!("the call did not finish in 1000 polls");
}

pub(crate) async fn an_end_that_is_dropped_at_any_point_is_stored_all_the_same(stage: Stage) {
    let guard = stage.guard();
    for polls in 1..1_000 {
        let key = delivery(&guard, &format!("msg_{polls}"));
        let attempt = began(&guard, &key).await;
        let ending = Dropped {
            future: Box::pin(attempt.finish(ok())),
            polls,
        };
        let finished = ending.await.is_some();
        let replaying = async {
            loop {
                match guard.begin(&key).await {
                    Entry::Replayed(response) => return response,
                    Entry::Refused(_) => tokio::task::yield_now().await,
                    other => panic!("it runs again: {other:?}"),
                }
            }
        };
        let limit = Duration::from_secs(20);
        let response = tokio::time::timeout(limit, replaying).await.unwrap();
        assert_eq!(response, ok());
        if finished {
            return;
        }
    }
    panic!("the call did not finish in 1000 polls");
}

pub(crate) async fn of_sixty_four_concurrent_repetitions_one_runs(stage: Stage) {
    let guard = stage.guard();
    let key = delivery(&guard, "msg_1");
    let entries = join_all((0..64).map(|_| guard.begin(&key))).await;
    let began = entries
        .iter()
        .filter(|entry| matches!(entry, Entry::Began(_)));
    assert_eq!(began.count(), 1);
    let refused = entries
        .iter()
        .filter(|entry| matches!(entry, Entry::Refused(_)));
    assert_eq!(refused.count(), 63);
}
