//! The idempotency layer around handlers of all kinds.
#![cfg(feature = "inbox")]
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use common::{BODY, Watched, good, provider};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use webhook_tower::idempotency::{Guard, GuardReason, MemoryStore};
use webhook_tower::{IdempotencyLayer, IdempotencyRejection, Rejection, VerifyLayer};

fn guard() -> Guard {
    Guard::new(Arc::new(MemoryStore::new(1_000)), "shop").unwrap()
}

type Handled = Result<Response<Full<Bytes>>, BoxError>;

/// What the handler does next, and how often it began.
#[derive(Clone, Default)]
struct Handler {
    calls: Arc<AtomicUsize>,
    status: Arc<AtomicUsize>,
    fails: Arc<AtomicBool>,
    panics: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
    body_bytes: Arc<AtomicUsize>,
}

impl Handler {
    fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    async fn run(self, request: Request<Full<Bytes>>) -> Handled {
        let call = self.calls.fetch_add(1, SeqCst) + 1;
        while self.hangs.load(SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(!self.panics.load(SeqCst), "as the test asked");
        if self.fails.load(SeqCst) {
            return Err("as the test asked".into());
        }
        let body = request.into_body().collect().await?.to_bytes();
        let body = match self.body_bytes.load(SeqCst) {
            0 => format!("call {call} with {} bytes", body.len()).into(),
            bytes => vec![b'x'; bytes].into(),
        };
        let status = match self.status.load(SeqCst) {
            0 => 201,
            status => u16::try_from(status).unwrap(),
        };
        let response = Response::builder()
            .status(status)
            .header("content-type", "text/plain")
            .header("set-cookie", "session=1");
        Ok(response.body(Full::new(body)).unwrap())
    }

    fn service(
        &self,
    ) -> impl Service<
        Request<Full<Bytes>>,
        Response = Response<Full<Bytes>>,
        Error = BoxError,
        Future: Send,
    > + Clone
    + Send
    + 'static {
        let handler = self.clone();
        service_fn(move |request| handler.clone().run(request))
    }

    fn deliveries<B>(
        &self,
        guard: Guard,
    ) -> impl Service<Request<B>, Response = Response<Answer>, Error = BoxError, Future: Send>
    + Clone
    + Send
    + 'static
    where
        B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
    {
        ServiceBuilder::new()
            .layer(VerifyLayer::new(provider()))
            .layer(IdempotencyLayer::new(guard))
            .service(self.service())
    }

    fn clients<B>(
        &self,
        layer: &IdempotencyLayer,
    ) -> impl Service<Request<B>, Response = Response<Answer>, Error = BoxError, Future: Send>
    + Clone
    + Send
    + 'static
    where
        B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
    {
        layer.layer(self.service())
    }
}

type Answer = webhook_tower::GuardedBody<Full<Bytes>>;

/// Who the client is.
#[derive(Clone)]
struct Client(&'static str);

fn for_clients(guard: Guard) -> IdempotencyLayer {
    IdempotencyLayer::for_clients(guard, |head| {
        let client = head.extensions.get::<Client>();
        client.map(|client| client.0.to_owned())
    })
}

fn order<B>(key: &str, body: B) -> Request<B> {
    Request::post("/orders?dry=0")
        .header("idempotency-key", key)
        .extension(Client("acme"))
        .body(body)
        .unwrap()
}

fn full(body: &'static str) -> Full<Bytes> {
    Full::new(Bytes::from_static(body.as_bytes()))
}

async fn send<S, B>(service: &S, request: Request<B>) -> Response<Answer>
where
    S: Service<Request<B>, Response = Response<Answer>, Error: std::fmt::Debug> + Clone,
{
    service.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response<Answer>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}

fn refusal<B>(response: &Response<B>) -> &IdempotencyRejection {
    response.extensions().get().unwrap()
}

#[tokio::test]
async fn a_delivery_that_comes_again_is_answered_with_the_first_response_and_runs_nothing() {
    let handler = Handler::default();
    let service = handler.deliveries(guard());
    for repeated in [false, true, true] {
        let response = send(&service, good("msg_1")).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers()["content-type"], "text/plain");
        assert_eq!(response.headers().contains_key("set-cookie"), !repeated);
        let marked = response.headers().get("idempotency-replayed");
        assert_eq!(
            marked.map(|value| value.as_bytes()),
            repeated.then_some(&b"true"[..])
        );
        assert_eq!(text(response).await, "call 1 with 34 bytes");
    }
    assert_eq!(
        text(send(&service, good("msg_2")).await).await,
        "call 2 with 34 bytes"
    );
}

#[tokio::test]
async fn what_comes_again_while_the_first_one_runs_is_told_to_come_back() {
    let handler = Handler::default();
    let guard = guard();
    let deliveries = handler.deliveries(guard.clone());
    let clients = handler.clients(&for_clients(guard));
    handler.hangs.store(true, SeqCst);
    let first = tokio::spawn(deliveries.clone().oneshot(good("msg_1")));
    let order_1 = tokio::spawn(clients.clone().oneshot(order("key-1", full("{}"))));
    while handler.calls() < 2 {
        tokio::task::yield_now().await;
    }
    for (response, status) in [
        (send(&deliveries, good("msg_1")).await, 503),
        (send(&clients, order("key-1", full("{}"))).await, 409),
    ] {
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["retry-after"], "5");
        assert!(matches!(
            refusal(&response),
            IdempotencyRejection::Guard(refusal) if matches!(refusal.reason(), GuardReason::InFlight)
        ));
        assert_eq!(text(response).await, "");
    }
    handler.hangs.store(false, SeqCst);
    assert_eq!(first.await.unwrap().unwrap().status(), 201);
    assert_eq!(order_1.await.unwrap().unwrap().status(), 201);
    assert_eq!(handler.calls(), 2);
}

#[tokio::test]
async fn a_handler_that_fails_runs_again() {
    let handler = Handler::default();
    let service = handler.deliveries(guard());
    handler.status.store(500, SeqCst);
    assert_eq!(send(&service, good("msg_1")).await.status(), 500);
    handler.fails.store(true, SeqCst);
    let error = service.clone().oneshot(good("msg_1")).await.unwrap_err();
    assert_eq!(error.to_string(), "as the test asked");
    handler.fails.store(false, SeqCst);
    handler.status.store(200, SeqCst);
    assert_eq!(
        text(send(&service, good("msg_1")).await).await,
        "call 3 with 34 bytes"
    );
    assert_eq!(
        text(send(&service, good("msg_1")).await).await,
        "call 3 with 34 bytes"
    );
}

/// Sends until the release that goes on in the background is through.
async fn send_until_it_runs<S, B>(service: &S, request: impl Fn() -> Request<B>) -> Response<Answer>
where
    S: Service<Request<B>, Response = Response<Answer>, Error: std::fmt::Debug> + Clone,
{
    for _ in 0..10_000 {
        let response = send(service, request()).await;
        if response.status() != StatusCode::SERVICE_UNAVAILABLE {
            return response;
        }
        tokio::task::yield_now().await;
    }
    panic!("it is held still");
}

#[tokio::test]
async fn a_handler_that_panics_runs_again() {
    let handler = Handler::default();
    let service = handler.deliveries(guard());
    handler.panics.store(true, SeqCst);
    let panicked = tokio::spawn(service.clone().oneshot(good("msg_1"))).await;
    assert!(panicked.unwrap_err().is_panic());
    handler.panics.store(false, SeqCst);
    let response = send_until_it_runs(&service, || good("msg_1")).await;
    assert_eq!(text(response).await, "call 2 with 34 bytes");
}

#[tokio::test]
async fn a_future_dropped_at_any_point_holds_nothing_and_stores_no_half() {
    let handler = Handler::default();
    let service = handler.deliveries(guard());
    for polls in 0..1_000 {
        let id = format!("msg_{polls}");
        let before = handler.calls();
        let mut future = Box::pin(service.clone().oneshot(good(&id)));
        let mut finished = false;
        for _ in 0..polls {
            finished = poll_once(&mut future).await.is_some();
            if finished {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(future);
        let response = send_until_it_runs(&service, || good(&id)).await;
        assert_eq!(response.status(), 201);
        let again = send(&service, good(&id)).await;
        assert_eq!(again.headers()["idempotency-replayed"], "true");
        assert_eq!(text(again).await, text(response).await);
        assert!(handler.calls() - before <= 2);
        if finished {
            return;
        }
    }
    panic!("the call did not finish in 1000 polls");
}

async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        Poll::Ready(match Pin::new(&mut *future).poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn what_nothing_verified_runs_nothing() {
    let handler = Handler::default();
    let layer = IdempotencyLayer::new(guard());
    let response = send(&layer.layer(handler.service()), good("msg_1")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.extensions().get::<Rejection>().is_some());
    assert_eq!(handler.calls(), 0);
}

#[tokio::test]
async fn a_client_needs_a_key_and_a_name() {
    let handler = Handler::default();
    let service = handler.clients(&for_clients(guard()));
    let without = || Request::post("/orders").extension(Client("acme"));
    let twice = without()
        .header("idempotency-key", "key-1")
        .header("idempotency-key", "key-2");
    let empty = without().header("idempotency-key", "");
    let nobody = Request::post("/orders").header("idempotency-key", "key-1");
    for (request, status) in [(without(), 400), (twice, 400), (empty, 400), (nobody, 401)] {
        let response = send(&service, request.body(full("{}")).unwrap()).await;
        assert_eq!(response.status(), status);
        assert!(!response.headers().contains_key("retry-after"));
    }
    assert_eq!(handler.calls(), 0);

    let get = || Request::get("/orders").body(full("")).unwrap();
    for call in 1..3 {
        assert_eq!(
            text(send(&service, get()).await).await,
            format!("call {call} with 0 bytes")
        );
    }
    let optional = handler.clients(&for_clients(guard()).key_is_optional());
    for call in 3..5 {
        let request = without().body(full("{}")).unwrap();
        assert_eq!(
            text(send(&optional, request).await).await,
            format!("call {call} with 2 bytes")
        );
    }
}

#[tokio::test]
async fn a_key_is_one_clients_and_one_requests() {
    let handler = Handler::default();
    let service = handler.clients(&for_clients(guard()));
    for _ in 0..2 {
        let response = send(&service, order("key-1", full("{}"))).await;
        assert_eq!(text(response).await, "call 1 with 2 bytes");
    }
    let elsewhere = |method, target| {
        let mut request = order("key-1", full("{}"));
        *request.method_mut() = method;
        *request.uri_mut() = http::Uri::from_static(target);
        request
    };
    for other in [
        order("key-1", full("{ }")),
        elsewhere(http::Method::POST, "/orders?dry=1"),
        elsewhere(http::Method::PATCH, "/orders?dry=0"),
    ] {
        assert_eq!(send(&service, other).await.status(), 422);
    }
    let mut evil = order("key-1", full("{}"));
    evil.extensions_mut().insert(Client("evil"));
    assert_eq!(
        text(send(&service, evil).await).await,
        "call 2 with 2 bytes"
    );
}

#[tokio::test(start_paused = true)]
async fn a_clients_body_that_is_too_long_or_too_late_runs_nothing() {
    let handler = Handler::default();
    let layer = for_clients(guard())
        .body_limit(8)
        .body_deadline(Duration::from_secs(3));
    let service = handler.clients(&layer);
    let long = Watched::new(&[b"12345678", b"9", b"never", b"read"]);
    let polls = Arc::clone(&long.polls);
    assert_eq!(send(&service, order("key-1", long)).await.status(), 413);
    assert_eq!(polls.load(SeqCst), 2);

    let mut late = Watched::new(&[b"1234"]);
    late.hangs = true;
    let began = tokio::time::Instant::now();
    assert_eq!(send(&service, order("key-1", late)).await.status(), 408);
    assert_eq!(began.elapsed(), Duration::from_secs(3));

    assert_eq!(handler.calls(), 0);
    let whole = Watched::new(&[b"1234", b"", b"5678"]);
    let response = send(&service, order("key-1", whole)).await;
    assert_eq!(text(response).await, "call 1 with 8 bytes");
}

#[tokio::test]
async fn a_long_response_goes_out_whole_and_is_repeated_as_a_bare_status() {
    let handler = Handler::default();
    let service = handler.deliveries(guard());
    for (id, bytes, repeated) in [("msg_1", 65_536, 65_536), ("msg_2", 65_537, 0)] {
        handler.body_bytes.store(bytes, SeqCst);
        assert_eq!(text(send(&service, good(id)).await).await.len(), bytes);
        let again = send(&service, good(id)).await;
        assert_eq!(again.status(), 201);
        assert_eq!(again.headers()["idempotency-replayed"], "true");
        assert_eq!(text(again).await.len(), repeated);
    }
    assert_eq!(handler.calls(), 2);
}

/// A response that breaks behind its first bytes.
struct Breaking(bool);

impl http_body::Body for Breaking {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let begun = std::mem::replace(&mut self.0, true);
        Poll::Ready(Some(match begun {
            false => Ok(Frame::data(Bytes::from_static(b"half"))),
            true => Err("the disk is gone".into()),
        }))
    }
}

#[tokio::test]
async fn a_response_that_breaks_is_broken_for_the_peer_too_and_the_handler_runs_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let handler = service_fn(move |_: Request<Full<Bytes>>| {
        counted.fetch_add(1, SeqCst);
        async { Ok::<_, Infallible>(Response::new(Breaking(false))) }
    });
    let service = ServiceBuilder::new()
        .layer(VerifyLayer::new(provider()))
        .layer(IdempotencyLayer::new(guard()))
        .service(handler);
    for call in 1..3 {
        let response = service.clone().oneshot(good("msg_1")).await.unwrap();
        let mut body = response.into_body();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(first, "half");
        assert!(body.frame().await.unwrap().is_err());
        assert_eq!(calls.load(SeqCst), call);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_runs_into_the_ceiling_is_stopped_and_its_peer_told_to_come_back() {
    let handler = Handler::default();
    let guard = Guard::builder(Arc::new(MemoryStore::new(100)), "shop")
        .lease(Duration::from_secs(3))
        .ceiling(Duration::from_secs(10))
        .build()
        .unwrap();
    let service = handler.deliveries(guard);
    handler.hangs.store(true, SeqCst);
    let response = send(&service, good("msg_1")).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "5");
    handler.hangs.store(false, SeqCst);
    let response = send_until_it_runs(&service, || good("msg_1")).await;
    assert_eq!(text(response).await, "call 2 with 34 bytes");
}

#[tokio::test]
async fn without_its_store_a_handler_runs_only_where_that_was_asked_for() {
    let handler = Handler::default();
    let full = || Guard::builder(Arc::new(MemoryStore::new(0)), "shop");
    let closed = handler.deliveries(full().build().unwrap());
    let response = send(&closed, good("msg_1")).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "5");
    assert_eq!(handler.calls(), 0);

    let open = handler.deliveries(full().danger_fail_open().build().unwrap());
    for call in 1..3 {
        let response = send(&open, good("msg_1")).await;
        assert_eq!(text(response).await, format!("call {call} with 34 bytes"));
    }
}

async fn ready_then_call<S, B, R>(service: &mut S, request: Request<B>) -> StatusCode
where
    S: Service<Request<B>, Response = Response<R>, Error: std::fmt::Debug>,
{
    let ready = service.ready().await.unwrap();
    ready.call(request).await.unwrap().status()
}

#[tokio::test]
async fn the_service_that_is_called_is_the_one_that_was_polled_ready() {
    // Each of these panics or fails when a clone that was never polled ready is called.
    let handler = Handler::default();
    let layers = || {
        ServiceBuilder::new()
            .layer(VerifyLayer::new(provider()))
            .layer(IdempotencyLayer::new(guard()))
    };
    let mut limited = layers().concurrency_limit(1).service(handler.service());
    let mut buffered = layers().buffer(2).service(handler.service());
    let mut shed = layers()
        .load_shed()
        .concurrency_limit(1)
        .service(handler.service());
    for id in ["msg_1", "msg_2", "msg_1"] {
        let statuses = [
            ready_then_call(&mut limited, good(id)).await,
            ready_then_call(&mut buffered, good(id)).await,
            ready_then_call(&mut shed, good(id)).await,
        ];
        assert_eq!(statuses, [StatusCode::CREATED; 3]);
    }
    assert_eq!(handler.calls(), 6);
}

#[tokio::test]
async fn a_client_that_disconnects_lets_go_of_its_request() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let hook = move || {
        let first = counted.fetch_add(1, SeqCst) == 0;
        async move {
            if first {
                std::future::pending::<()>().await;
            }
            "done"
        }
    };
    let app: axum::Router = axum::Router::new()
        .route("/hook", axum::routing::post(hook))
        .layer(IdempotencyLayer::new(guard()))
        .layer(VerifyLayer::new(provider()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let (head, _) = good("msg_1").into_parts();
    let mut bytes = b"POST /hook HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n".to_vec();
    for (name, value) in &head.headers {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(format!("content-length: {}\r\n\r\n", BODY.len()).into_bytes());
    bytes.extend(BODY);

    let mut gone = tokio::net::TcpStream::connect(address).await.unwrap();
    gone.write_all(&bytes).await.unwrap();
    while calls.load(SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    drop(gone);
    let answered = async {
        loop {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            if !answer.starts_with("HTTP/1.1 503") {
                return answer;
            }
        }
    };
    let limit = Duration::from_secs(20);
    let answer = tokio::time::timeout(limit, answered).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"),
        "{answer}"
    );
    assert_eq!(calls.load(SeqCst), 2);
    server.abort();
}
