//! Every attack of `webhook_verify::testing`, against our doors and against handlers that people write themselves.
#![cfg(all(feature = "axum", feature = "inbox"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::FromRef;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use futures_util::FutureExt;
use http_body_util::Full;
use tower::{Service, ServiceExt};
use webhook_tower::idempotency::{Inbox, MemoryStore};
use webhook_tower::verify::testing::{Request, assert_refuses_all};
use webhook_tower::verify::{GitHub, Slack, StandardWebhooks, Stripe};
use webhook_tower::{Receive, VerifyLayer, Webhook};

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";

/// The four shapes of schemes: only the body, time and body, items in one header, and an id in a header.
fn genuine() -> [Request; 4] {
    [
        GitHub::sample("push").signed(SECRET),
        Slack::sample("event_callback").signed(SECRET),
        Stripe::sample("invoice.paid").signed(SECRET),
        StandardWebhooks::sample("order.paid").signed(SECRET),
    ]
}

fn layers() -> [VerifyLayer; 4] {
    [
        VerifyLayer::new(GitHub::new(SECRET).unwrap()),
        VerifyLayer::new(Slack::new(SECRET).unwrap()),
        VerifyLayer::new(Stripe::new(SECRET).unwrap()),
        VerifyLayer::new(StandardWebhooks::new(SECRET).unwrap()),
    ]
}

async fn status<S>(service: &S, request: Request) -> u16
where
    S: Service<http::Request<Full<Bytes>>, Error = Infallible, Response: StatusOf> + Clone,
{
    let request = request.into_http().map(Full::from);
    service.clone().oneshot(request).await.unwrap().status_of()
}

/// The status of a response, whatever its body.
trait StatusOf {
    fn status_of(&self) -> u16;
}

impl<B> StatusOf for http::Response<B> {
    fn status_of(&self) -> u16 {
        self.status().as_u16()
    }
}

fn router(handler: axum::routing::MethodRouter) -> Router {
    Router::new().route("/hooks", handler)
}

async fn answer(app: &Router, request: Request) -> u16 {
    let request = request.into_http().map(Body::from);
    app.clone()
        .oneshot(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn the_layer_refuses_them_all() {
    for (request, layer) in genuine().iter().zip(layers()) {
        let app = router(post(|| async {}).layer(layer));
        assert_refuses_all(request, async |attack| answer(&app, attack).await).await;
    }
}

#[tokio::test]
async fn the_durable_receiver_refuses_them_all() {
    let inbox = || Inbox::new(Arc::new(MemoryStore::new(100)), "hooks").unwrap();
    let receivers = [
        Receive::new(GitHub::new(SECRET).unwrap(), inbox()),
        Receive::new(Slack::new(SECRET).unwrap(), inbox()),
        Receive::new(Stripe::new(SECRET).unwrap(), inbox()),
        Receive::new(StandardWebhooks::new(SECRET).unwrap(), inbox()),
    ];
    for (request, receive) in genuine().iter().zip(receivers) {
        assert_refuses_all(request, async |attack| status(&receive, attack).await).await;
    }
}

#[derive(Clone)]
struct App {
    stripe: Stripe,
}

impl FromRef<App> for Stripe {
    fn from_ref(app: &App) -> Self {
        app.stripe.clone()
    }
}

#[tokio::test]
async fn the_extractor_refuses_them_all() {
    async fn hook(_: Webhook<Stripe>) -> StatusCode {
        StatusCode::NO_CONTENT
    }
    let stripe = Stripe::new(SECRET).unwrap();
    let app = Router::new()
        .route("/hooks", post(hook))
        .with_state(App { stripe });
    let paid = Stripe::sample("invoice.paid").signed(SECRET);
    assert_refuses_all(&paid, async |attack| answer(&app, attack).await).await;
}

#[tokio::test]
async fn a_handler_that_parses_before_it_verifies_is_found_out() {
    // Verifies what the body means, printed again, and not the bytes that came.
    async fn hook(headers: HeaderMap, body: Bytes) -> StatusCode {
        let Ok(parsed) = serde_json::from_slice::<serde_json::Value>(&body) else {
            return StatusCode::BAD_REQUEST;
        };
        let github = GitHub::new(SECRET).unwrap();
        match github.verify(&headers, parsed.to_string().into_bytes()) {
            Ok(_) => StatusCode::OK,
            Err(refused) => StatusCode::from_u16(refused.status()).unwrap(),
        }
    }
    let app = router(post(hook));
    let push = GitHub::sample("push")
        .body(r#"{"ref":"main"}"#)
        .signed(SECRET);
    let check = assert_refuses_all(&push, async |attack| answer(&app, attack).await);
    let failure = AssertUnwindSafe(check).catch_unwind().await.unwrap_err();
    assert_eq!(
        failure.downcast_ref::<String>().unwrap(),
        "the receiver does not refuse everything that it must:\n\
         - extended body: a line break was added to the body, and the receiver answers 200"
    );
}

#[tokio::test]
async fn a_route_that_was_added_beside_the_layer_is_found_out() {
    let layer = VerifyLayer::new(GitHub::new(SECRET).unwrap());
    let guarded = Router::new()
        .route("/other", post(|| async {}))
        .layer(layer);
    // Routes that are added after the layer are not behind it.
    let app = guarded.route("/hooks", post(|| async {}));
    let push = GitHub::sample("push").signed(SECRET);
    let check = assert_refuses_all(&push, async |attack| answer(&app, attack).await);
    let failure = AssertUnwindSafe(check).catch_unwind().await.unwrap_err();
    let message = failure.downcast_ref::<String>().unwrap();
    assert!(
        message
            .contains("- unsigned: its signature header is missing, and the receiver answers 200"),
        "{message}"
    );
}
