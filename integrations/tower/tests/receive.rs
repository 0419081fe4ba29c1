//! The durable receiver.
#![cfg(feature = "inbox")]
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common::{BODY, Watched, good, provider, request};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::ServiceExt;
use webhook_tower::idempotency::{
    Accepted, Begun, Claims, Inbox, Key, Lease, Leased, ListRequest, MemoryStore, Namespace,
    NewRecord, Put, Queue, Record, Replayed, Settled, Settlement, Stats, StoreError,
    StoreErrorKind,
};
use webhook_tower::verify::{Dropbox, Message, Slack};
use webhook_tower::{Reason, Receive, Receivers, Rejection};

fn inbox() -> (Arc<MemoryStore>, Inbox) {
    let store = Arc::new(MemoryStore::new(100));
    let inbox = Inbox::new(store.clone(), "shop").unwrap();
    (store, inbox)
}

async fn stored(store: &MemoryStore) -> u64 {
    store
        .stats(&Namespace::queue("inbox").unwrap())
        .await
        .unwrap()
        .total()
}

#[tokio::test]
async fn a_delivery_is_stored_once_and_acknowledged_every_time() {
    let (store, inbox) = inbox();
    let receive = Receive::new(provider(), inbox);
    for first in [true, false] {
        let response = receive.clone().oneshot(good("msg_1")).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        match response.extensions().get() {
            Some(Accepted::New) => assert!(first),
            Some(Accepted::Duplicate {
                same_payload: true, ..
            }) => assert!(!first),
            other => panic!("{other:?}"),
        }
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "");
    }
    assert_eq!(stored(&store).await, 1);
}

#[tokio::test]
async fn nothing_that_is_refused_reaches_the_store() {
    let (store, inbox) = inbox();
    let receive = Receive::new(provider(), inbox);
    let refused: [(Request<Full<bytes::Bytes>>, u16); 3] = [
        (request("msg_1", b"{}", Full::from(BODY)), 401),
        (Request::post("/").body(Full::from(BODY)).unwrap(), 401),
        (
            {
                let mut get = good("msg_1");
                *get.method_mut() = Method::GET;
                get
            },
            405,
        ),
    ];
    for (request, status) in refused {
        assert_eq!(
            receive.clone().oneshot(request).await.unwrap().status(),
            status
        );
    }
    assert_eq!(stored(&store).await, 0);
}

#[tokio::test]
async fn each_of_many_providers_is_received_at_its_own_path_and_no_other() {
    let (store, inbox) = inbox();
    let github = webhook_tower::verify::GitHub::new("not-a-real-secret").unwrap();
    let receivers = Receivers::new()
        .with("/github", github, inbox.endpoint("github").unwrap())
        .with("/hook", provider(), inbox);
    for (path, status) in [
        ("/hook", 200),
        ("/hook?a=b", 200),
        ("/github", 401),
        ("/hook/", 404),
        ("/Hook", 404),
        ("/", 404),
    ] {
        let mut request = good("msg_1");
        *request.uri_mut() = path.parse().unwrap();
        let response = receivers.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
    }
    assert_eq!(stored(&store).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_late_body_is_answered_408() {
    let (store, inbox) = inbox();
    let mut body = Watched::new(&[BODY]);
    body.hangs = true;
    let response = Receive::new(provider(), inbox)
        .oneshot(request("msg_1", BODY, body))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(stored(&store).await, 0);
}

/// A store whose put fails, or never answers.
#[derive(Debug)]
struct Broken {
    hangs: bool,
}

fn down() -> StoreError {
    StoreError::new("broken", StoreErrorKind::Unavailable)
}

#[async_trait]
impl Claims for Broken {
    async fn put(&self, _: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        match self.hangs {
            true => std::future::pending().await,
            false => Err(down()),
        }
    }
    async fn put_leased(&self, _: &[NewRecord], _: Duration) -> Result<Vec<Begun>, StoreError> {
        Err(down())
    }
    async fn extend(&self, _: &[Lease], _: Duration) -> Result<Vec<Option<Lease>>, StoreError> {
        Err(down())
    }
    async fn settle(&self, _: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        Err(down())
    }
    async fn get(&self, _: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        Err(down())
    }
    async fn purge(&self, _: &Namespace, _: Duration, _: u32) -> Result<u64, StoreError> {
        Err(down())
    }
}

#[async_trait]
impl Queue for Broken {
    async fn lease(&self, _: &Namespace, _: u32, _: Duration) -> Result<Vec<Leased>, StoreError> {
        Err(down())
    }
    async fn list(&self, _: &ListRequest) -> Result<Vec<Record>, StoreError> {
        Err(down())
    }
    async fn replay(&self, _: &[Key]) -> Result<Vec<Replayed>, StoreError> {
        Err(down())
    }
    async fn stats(&self, _: &Namespace) -> Result<Stats, StoreError> {
        Err(down())
    }
    async fn wait(&self, _: &Namespace, _: Duration) {}
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_or_hangs_is_never_acknowledged() {
    for hangs in [false, true] {
        let inbox = Inbox::new(Arc::new(Broken { hangs }), "shop").unwrap();
        let began = tokio::time::Instant::now();
        let response = Receive::new(provider(), inbox)
            .oneshot(good("msg_1"))
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "5");
        let reason = response.extensions().get().map(Rejection::reason).unwrap();
        match hangs {
            true => assert!(matches!(reason, Reason::StoreTimeout)),
            false => assert!(matches!(reason, Reason::Store(error) if error.is::<StoreError>())),
        }
        assert_eq!(began.elapsed().as_secs(), if hangs { 5 } else { 0 });
    }
}

/// A request that Slack's signer signed.
fn slack(body: &'static str) -> Request<Full<bytes::Bytes>> {
    let signer = Slack::signer("not-a-real-secret").unwrap();
    let mut request = Request::post("/slack");
    for (name, value) in &signer.sign(&Message::new(body)).unwrap() {
        request = request.header(name, value);
    }
    request.body(Full::from(body)).unwrap()
}

#[tokio::test]
async fn a_signed_handshake_is_answered_and_not_stored_and_an_unsigned_one_is_refused() {
    let (store, inbox) = inbox();
    let receive = Receive::new(Slack::new("not-a-real-secret").unwrap(), inbox);
    let question = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;

    let answered = receive.clone().oneshot(slack(question)).await.unwrap();
    assert_eq!(answered.status(), StatusCode::OK);
    assert_eq!(
        answered.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(answered.headers()["x-content-type-options"], "nosniff");
    let body = answered.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "3eZbrw1aB");

    let markup = r#"{"type":"url_verification","challenge":"<script>"}"#;
    let refused = receive.clone().oneshot(slack(markup)).await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);

    let mut unsigned = slack(question);
    unsigned.headers_mut().remove("x-slack-signature");
    let refused = receive.clone().oneshot(unsigned).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(stored(&store).await, 0);

    let event = receive.oneshot(slack(r#"{"type":"event_callback"}"#)).await;
    assert_eq!(event.unwrap().status(), StatusCode::OK);
    assert_eq!(stored(&store).await, 1);
}

#[tokio::test]
async fn a_question_in_the_query_is_answered_by_those_providers_that_ask_it() {
    let (store, inbox) = inbox();
    let get = |target: &str| {
        Request::get(target)
            .body(Full::<bytes::Bytes>::default())
            .unwrap()
    };
    let dropbox = Receive::new(Dropbox::new("not-a-real-secret").unwrap(), inbox.clone());
    let answered = dropbox
        .oneshot(get("/hook?challenge=abc123"))
        .await
        .unwrap();
    assert_eq!(answered.status(), StatusCode::OK);
    let body = answered.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "abc123");

    let slack = Receive::new(Slack::new("not-a-real-secret").unwrap(), inbox);
    let refused = slack.oneshot(get("/hook?challenge=abc123")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(stored(&store).await, 0);
}
