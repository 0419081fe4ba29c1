//! The verify layer in front of services of all kinds.
#![allow(clippy::unwrap_used)]

mod common;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use common::{BODY, Watched, good, provider, request};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use webhook_tower::verify::{Verified, VerifyError};
use webhook_tower::{Intake, Reason, Rejection, VerifyLayer};

/// A handler that counts its calls and answers with the bytes it was given.
fn echo(
    calls: &Arc<AtomicUsize>,
) -> impl Service<
    Request<Full<Bytes>>,
    Response = Response<Full<Bytes>>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ 'static {
    let calls = Arc::clone(calls);
    service_fn(move |request: Request<Full<Bytes>>| {
        calls.fetch_add(1, Ordering::SeqCst);
        async move {
            let verified = request.extensions().get::<Verified>().unwrap().clone();
            let body = request.into_body().collect().await?.to_bytes();
            assert_eq!(verified.body(), body);
            Ok(Response::new(Full::new(body)))
        }
    })
}

#[tokio::test]
async fn the_bytes_that_come_out_are_the_bytes_that_went_in() {
    let calls = Arc::default();
    let service = VerifyLayer::new(provider()).layer(echo(&calls));
    let body = Watched::new(&[&BODY[..7], b"", &BODY[7..20], &BODY[20..]]);
    let response = service.oneshot(request("msg_1", BODY, body)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        BODY
    );
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_refusal_calls_no_handler_and_shows_its_reason_only_inside() {
    let calls = Arc::default();
    let service = VerifyLayer::new(provider()).layer(echo(&calls));
    let response = service
        .oneshot(request("msg_1", b"{}", Full::new(Bytes::from_static(BODY))))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(matches!(
        response.extensions().get().map(Rejection::reason),
        Some(Reason::Verify(VerifyError::SignatureMismatch))
    ));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "");
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_unsigned_or_oversize_request_is_refused_without_reading_its_body() {
    let unsigned = || Request::post("/").header("content-length", "3");
    let announced = || {
        let (parts, ()) = request("msg_1", BODY, ()).into_parts();
        let mut builder = Request::post("/").header("content-length", "99999999999");
        builder.headers_mut().unwrap().extend(parts.headers);
        builder
    };
    for (builder, status) in [(unsigned(), 401), (announced(), 413)] {
        let body = Watched::new(&[b"abc"]);
        let polls = Arc::clone(&body.polls);
        let service = VerifyLayer::new(provider()).layer(echo(&Arc::default()));
        let response = service.oneshot(builder.body(body).unwrap()).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(polls.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_given_up_at_the_first_frame_over_it() {
    let verifier = webhook_tower::verify::StandardWebhooks::builder()
        .secret("current", common::SECRET)
        .body_limit(8)
        .build()
        .unwrap();
    let body = Watched::new(&[b"12345678", b"9", b"never", b"read"]);
    let polls = Arc::clone(&body.polls);
    let service = VerifyLayer::new(verifier).layer(echo(&Arc::default()));
    let response = service.oneshot(request("msg_1", BODY, body)).await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(polls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_hangs_is_given_up_when_it_is_too_slow_and_at_its_deadline() {
    let second = Duration::from_secs(1);
    for (intake, seconds) in [
        // 34 bytes buy 33 ms at the default rate after two seconds of grace, and 6.8 s at 5 bytes a second.
        (Intake::new(), 2),
        (Intake::new().minimum_rate(0, second), 10),
        (Intake::new().minimum_rate(5, second), 7),
        (
            Intake::new()
                .minimum_rate(0, second)
                .body_deadline(second * 3),
            3,
        ),
    ] {
        let mut body = Watched::new(&[BODY]);
        body.hangs = true;
        let service = VerifyLayer::new(provider())
            .intake(intake)
            .layer(echo(&Arc::default()));
        let began = tokio::time::Instant::now();
        let response = service.oneshot(request("msg_1", BODY, body)).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(response.headers()["connection"], "close");
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
}

/// A body that always has one more frame ready, and nothing in it.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::new()))))
    }
}

#[test]
fn a_body_of_endless_empty_frames_is_given_up_and_lets_others_run() {
    // On a thread of its own: a pump that never yields would hang the runtime, and with it any timeout inside.
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let service = VerifyLayer::new(provider())
            .body_deadline(Duration::from_millis(50))
            .layer(echo(&Arc::default()));
        let response = runtime
            .block_on(service.oneshot(request("msg_1", BODY, Endless)))
            .unwrap();
        send.send(response.status()).unwrap();
    });
    assert_eq!(
        receive.recv_timeout(Duration::from_secs(20)),
        Ok(StatusCode::PAYLOAD_TOO_LARGE)
    );
}

#[tokio::test]
async fn the_service_that_is_called_is_the_one_that_was_polled_ready() {
    // Each of these panics or fails when a clone that was never polled ready is called.
    let calls = Arc::default();
    let mut limited = ServiceBuilder::new()
        .layer(VerifyLayer::new(provider()))
        .concurrency_limit(1)
        .service(echo(&calls));
    for id in ["msg_1", "msg_2", "msg_3"] {
        assert_eq!(send(&mut limited, good(id)).await.status(), 200);
    }

    let mut buffered = ServiceBuilder::new()
        .map_err(|error: BoxError| error.to_string())
        .layer(VerifyLayer::new(provider()))
        .buffer(2)
        .service(echo(&calls));
    for id in ["msg_4", "msg_5"] {
        assert_eq!(send(&mut buffered, good(id)).await.status(), 200);
    }

    let mut shed = ServiceBuilder::new()
        .map_err(|error: BoxError| error.to_string())
        .layer(VerifyLayer::new(provider()))
        .load_shed()
        .concurrency_limit(1)
        .service(echo(&calls));
    assert_eq!(send(&mut shed, good("msg_6")).await.status(), 200);
    assert_eq!(calls.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn the_future_may_be_dropped_at_any_point() {
    let calls = Arc::default();
    let mut service = VerifyLayer::new(provider()).layer(echo(&calls));
    let mut body = Watched::new(&[&BODY[..5]]);
    body.hangs = true;
    let mut future = Box::pin(service.call(request("msg_1", BODY, body)));
    assert!(futures_poll(&mut future).await.is_none());
    drop(future);
    assert_eq!(send(&mut service, good("msg_1")).await.status(), 200);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

async fn send<S, B>(service: &mut S, request: Request<B>) -> S::Response
where
    S: Service<Request<B>>,
    S::Error: std::fmt::Debug,
{
    service.ready().await.unwrap().call(request).await.unwrap()
}

/// Polls once.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(cx) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
