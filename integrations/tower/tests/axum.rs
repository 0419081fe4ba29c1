//! The extractor, in routers over real sockets' worth of axum.
#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used)]

mod common;

use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use common::{BODY, good, provider, request};
use http_body_util::BodyExt;
use serde::Deserialize;
use tower::ServiceExt;
use webhook_tower::verify::{GitHub, StandardWebhooks};
use webhook_tower::{Reason, Rejection, Verified, VerifyLayer, Webhook};

#[derive(Clone)]
struct App {
    shop: StandardWebhooks,
    github: GitHub,
}

impl FromRef<App> for StandardWebhooks {
    fn from_ref(app: &App) -> Self {
        app.shop.clone()
    }
}

impl FromRef<App> for GitHub {
    fn from_ref(app: &App) -> Self {
        app.github.clone()
    }
}

#[derive(Debug, Deserialize)]
struct Order {
    amount: u64,
}

fn app() -> Router {
    async fn raw(hook: Webhook<StandardWebhooks>) -> Vec<u8> {
        hook.verified.body().to_vec()
    }
    async fn typed(hook: Webhook<StandardWebhooks, Order>) -> String {
        hook.payload.amount.to_string()
    }
    async fn github(hook: Webhook<GitHub>) -> String {
        hook.verified.source().to_owned()
    }
    let github_secret = GitHub::new("not-a-real-secret").unwrap();
    Router::new()
        .route("/raw", post(raw))
        .route("/typed", post(typed))
        .route("/github", post(github))
        .with_state(App {
            shop: provider(),
            github: github_secret,
        })
}

async fn send(path: &str, mut request: Request<Body>) -> (StatusCode, Vec<u8>) {
    *request.uri_mut() = path.parse().unwrap();
    let response = app().oneshot(request).await.unwrap();
    let status = response.status();
    (
        status,
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec(),
    )
}

fn signed(body: &'static [u8]) -> Request<Body> {
    request("msg_1", body, Body::from(body))
}

#[tokio::test]
async fn a_signed_delivery_reaches_its_handler_raw_or_parsed() {
    assert_eq!(
        send("/raw", signed(BODY)).await,
        (StatusCode::OK, BODY.to_vec())
    );
    assert_eq!(
        send("/typed", signed(BODY)).await,
        (StatusCode::OK, b"100".to_vec())
    );
    assert_eq!(
        send("/raw", signed(b"\xff\0")).await,
        (StatusCode::OK, b"\xff\0".to_vec())
    );
}

#[tokio::test]
async fn a_delivery_of_one_provider_does_not_enter_the_handler_of_another() {
    assert_eq!(
        send("/github", signed(BODY)).await,
        (StatusCode::UNAUTHORIZED, vec![])
    );
}

#[tokio::test]
async fn an_authentic_body_of_the_wrong_shape_is_422_and_tells_nothing() {
    assert_eq!(
        send("/typed", signed(b"{}")).await,
        (StatusCode::UNPROCESSABLE_ENTITY, vec![])
    );
    let mut request = signed(b"[1");
    *request.uri_mut() = "/typed".parse().unwrap();
    let response = app().oneshot(request).await.unwrap();
    assert!(matches!(
        response.extensions().get().map(Rejection::reason),
        Some(Reason::Json { line: 1, column: 2 })
    ));
}

#[tokio::test]
async fn an_unsigned_delivery_of_the_wrong_shape_is_not_parsed_but_refused() {
    let unsigned = Request::post("/typed")
        .body(Body::from("not json"))
        .unwrap();
    assert_eq!(
        send("/typed", unsigned).await,
        (StatusCode::UNAUTHORIZED, vec![])
    );
}

#[tokio::test]
async fn a_handler_behind_the_layer_has_the_proof_and_one_beside_it_fails_closed() {
    async fn hook(Verified(proof): Verified) -> String {
        proof.secret_label().to_owned()
    }
    let app = |layered: bool| {
        let router: Router = Router::new().route("/hook", post(hook));
        match layered {
            true => router.layer(VerifyLayer::new(provider())),
            false => router,
        }
    };
    let response = app(true)
        .oneshot(good("msg_1").map(Body::new))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let response = app(false)
        .oneshot(good("msg_1").map(Body::new))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(matches!(
        response.extensions().get().map(Rejection::reason),
        Some(Reason::Unguarded)
    ));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "");
}
