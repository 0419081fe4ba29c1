use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer};
use webhook_actix::verify::Verifier;
use webhook_actix::{Receivers, Verified, VerifyLayer, Webhook};

use super::RAN;
use crate::routes::Route;

async fn behind(_: Verified, body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().insert_header((RAN, "1")).body(body)
}

async fn by_itself(hook: Webhook<Verifier>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((RAN, "1"))
        .body(hook.content().clone())
}

/// A handler behind the middleware.
#[must_use]
pub fn actix_layer(routes: Vec<Route>) -> SocketAddr {
    serve(move |config| {
        for route in &routes {
            let layer = VerifyLayer::new(route.verifier.clone()).intake(route.intake.clone());
            config.service(web::resource(route.path).wrap(layer).to(behind));
        }
    })
}

/// A handler that takes a [`Webhook`].
#[must_use]
pub fn actix_extractor(routes: Vec<Route>) -> SocketAddr {
    serve(move |config| {
        for route in &routes {
            config.service(
                web::resource(route.path)
                    .app_data(Data::new(route.verifier.clone()))
                    .app_data(route.intake.clone())
                    .to(by_itself),
            );
        }
    })
}

/// Handlers that ask for a proof where nothing verifies.
#[must_use]
pub fn actix_unguarded() -> SocketAddr {
    serve(|config| {
        config
            .route("/behind", web::post().to(behind))
            .route("/by-itself", web::post().to(by_itself));
    })
}

/// Durable receivers.
#[must_use]
pub fn actix_receivers(receivers: Receivers) -> SocketAddr {
    serve(move |config| receivers.mount(config))
}

/// One worker of actix-web, HTTP/1 and HTTP/2, with every compress feature on.
fn serve(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> SocketAddr {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || App::new().configure(configure.clone()))
                .workers(1)
                .disable_signals()
                .bind_auto_h2c((Ipv4Addr::LOCALHOST, 0))
                .unwrap();
            send.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    receive.recv().unwrap()
}
