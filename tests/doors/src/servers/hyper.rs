use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tower::{Layer, ServiceExt, service_fn};
use webhook_tower::VerifyLayer;
use webhook_tower::verify::Verified;

use super::{RAN, listener, on_a_thread};
use crate::routes::Route;

/// The layer in front of a plain service, on a server of hyper's without any framework.
#[must_use]
pub fn tower_over_hyper(routes: Vec<Route>) -> SocketAddr {
    let (listener, address) = listener();
    on_a_thread(move || async move {
        let layers: Arc<HashMap<&str, VerifyLayer>> = Arc::new(
            routes
                .into_iter()
                .map(|route| {
                    let layer = VerifyLayer::new(route.verifier).intake(route.intake);
                    (route.path, layer)
                })
                .collect(),
        );
        let service = service_fn(move |request: Request<hyper::body::Incoming>| {
            let layer = layers[request.uri().path()].clone();
            layer.layer(service_fn(echo)).oneshot(request)
        });
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let _ = Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    address
}

async fn echo(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    assert!(request.extensions().get::<Verified>().is_some());
    let body = request.into_body().collect().await?.to_bytes();
    let mut response = Response::new(Full::new(body));
    response
        .headers_mut()
        .insert(RAN, http::HeaderValue::from_static("1"));
    Ok(response)
}
