//! The doors, each behind a listener on loopback that lives as long as the test's process.

mod actix;
mod axum;
mod hyper;

use std::net::{Ipv4Addr, SocketAddr};

pub use self::actix::{actix_extractor, actix_layer, actix_receivers, actix_unguarded};
pub use self::axum::{axum_extractor, axum_layer, axum_unguarded, receivers};
pub use self::hyper::tower_over_hyper;

use crate::routes::Route;

/// A header that only a handler sets.
pub const RAN: &str = "x-handler-ran";

/// A door with a name for messages.
pub type Door = (&'static str, fn(Vec<Route>) -> SocketAddr);

/// All doors that hand a delivery to a handler.
pub const DOORS: [Door; 5] = [
    ("tower's layer over hyper", tower_over_hyper),
    ("axum, behind the layer", axum_layer),
    ("axum, by the extractor", axum_extractor),
    ("actix-web, behind the middleware", actix_layer),
    ("actix-web, by the extractor", actix_extractor),
];

/// One door for each server: what an attacker does to it is decided there.
pub const SERVERS: [Door; 3] = [
    ("tower's layer over hyper", tower_over_hyper),
    ("axum, by the extractor, behind our server", axum_extractor),
    ("actix-web, behind the middleware", actix_layer),
];

/// A listener of the standard library, for any runtime.
fn listener() -> (std::net::TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Runs a future on a runtime in a thread of its own.
fn on_a_thread<F: Future<Output = ()>>(make: impl FnOnce() -> F + Send + 'static) {
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(make());
    });
}
