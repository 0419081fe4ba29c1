//! A handler that asks for a proof where nothing verifies is not run.

use std::time::Duration;

use webhook_doors::abuse::head;
use webhook_doors::servers::{RAN, actix_unguarded, axum_unguarded};
use webhook_doors::wire;

#[test]
fn a_route_without_a_verification_fails_closed_in_both_frameworks() {
    let actix = actix_unguarded();
    for (server, path) in [
        (axum_unguarded(), "/behind"),
        (actix, "/behind"),
        (actix, "/by-itself"),
    ] {
        let request = format!("{}content-length: 2\r\n\r\nhi", head(path, b"hi"));
        let answer = wire::exchange(server, request.as_bytes(), Duration::from_secs(10));
        assert_eq!(answer.status, 500, "{path}");
        assert_eq!(answer.body, b"", "{path}");
        assert!(!answer.head.contains(RAN), "{path}");
    }
}
