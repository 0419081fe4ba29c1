use std::future::pending;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::response::IntoResponse;
use axum::routing::any;
use webhook_tower::verify::Verifier;
use webhook_tower::{Receivers, Server, Verified, VerifyLayer, Webhook};

use super::{RAN, listener, on_a_thread};
use crate::routes::Route;

async fn behind(_: Verified, body: Bytes) -> impl IntoResponse {
    ([(RAN, "1")], body)
}

async fn by_itself(hook: Webhook<Verifier>) -> impl IntoResponse {
    ([(RAN, "1")], hook.content().clone())
}

fn layered(routes: Vec<Route>) -> Router {
    routes.into_iter().fold(Router::new(), |router, route| {
        let layer = VerifyLayer::new(route.verifier).intake(route.intake);
        router.route(route.path, any(behind).layer(layer))
    })
}

/// A handler behind the layer, served by axum.
#[must_use]
pub fn axum_layer(routes: Vec<Route>) -> SocketAddr {
    axum_plain_serve(layered(routes))
}

/// A handler that asks for a proof where nothing verifies.
#[must_use]
pub fn axum_unguarded() -> SocketAddr {
    axum_plain_serve(Router::new().route("/behind", any(behind)))
}

/// Any router, served by axum.
fn axum_plain_serve(app: Router) -> SocketAddr {
    let (listener, address) = listener();
    on_a_thread(move || async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, app).await.unwrap();
    });
    address
}

/// A handler that takes a [`Webhook`], served by our server.
#[must_use]
pub fn axum_extractor(routes: Vec<Route>) -> SocketAddr {
    let app = routes.into_iter().fold(Router::new(), |router, route| {
        let one = Router::new()
            .route(route.path, any(by_itself))
            .layer(axum::Extension(route.intake))
            .with_state(route.verifier);
        router.merge(one)
    });
    let (listener, address) = listener();
    on_a_thread(move || async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        Server::new(listener).run(app, pending()).await;
    });
    address
}

/// Durable receivers, served by our server without any framework.
#[must_use]
pub fn receivers(receivers: Receivers) -> SocketAddr {
    let (listener, address) = listener();
    on_a_thread(move || async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        Server::new(listener).run(receivers, pending()).await;
    });
    address
}
