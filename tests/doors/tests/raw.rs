//! Requests that no client library writes, byte for byte, to each server: what its parser lets through to our doors, and
//! that nothing of it gets in but what was signed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::SocketAddr;
use std::time::Duration;

use webhook_doors::routes::routes;
use webhook_doors::servers::{RAN, actix_layer, axum_extractor, axum_layer, tower_over_hyper};
use webhook_doors::wire;

const HEAD: &str = "POST /github HTTP/1.1\r\nHost: x\r\nx-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\n";
const NO_HOST: &str = "POST /github HTTP/1.1\r\nx-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\n";
const ABSOLUTE: &str = "POST http://evil.example.net/github HTTP/1.1\r\nHost: x\r\nx-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";

/// A name, the request, and the status that hyper's and actix-web's servers answer with; 0 is no answer before the
/// connection ends or our patience does. The handler must run where it is 200, and be given `hi`.
fn cases() -> Vec<(&'static str, Vec<u8>, u16, u16)> {
    let with = |more: &str| format!("{HEAD}{more}").into_bytes();
    let many = |count: usize| {
        let lines: String = (0..count).map(|at| format!("x{at}: 1\r\n")).collect();
        with(&format!("{lines}Content-Length: 2\r\n\r\nhi"))
    };
    let long = |length: usize| {
        with(&format!(
            "X-Long: {}\r\nContent-Length: 2\r\n\r\nhi",
            "a".repeat(length)
        ))
    };
    let bytes = |value: &[u8]| {
        let mut request = with("X-Bytes: ");
        request.extend_from_slice(value);
        request.extend_from_slice(b"\r\nContent-Length: 2\r\n\r\nhi");
        request
    };
    vec![
        (
            "as it should be",
            with("Content-Length: 2\r\n\r\nhi"),
            200,
            200,
        ),
        (
            "a length twice, the same",
            with("Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi"),
            200,
            400,
        ),
        (
            "a length twice, different",
            with("Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!"),
            400,
            400,
        ),
        (
            "a length with a sign",
            with("Content-Length: +2\r\n\r\nhi"),
            400,
            400,
        ),
        (
            "a length that is a list",
            with("Content-Length: 2, 2\r\n\r\nhi"),
            400,
            400,
        ),
        (
            "a length that is negative",
            with("Content-Length: -2\r\n\r\nhi"),
            400,
            400,
        ),
        (
            "a length in hexadecimal",
            with("Content-Length: 0x2\r\n\r\nhi"),
            400,
            400,
        ),
        (
            "a length over 64 bits",
            with("Content-Length: 99999999999999999999\r\n\r\nhi"),
            400,
            400,
        ),
        ("chunked", with(CHUNKED), 200, 200),
        (
            "a length and chunked",
            with(&format!("Content-Length: 5\r\n{CHUNKED}")),
            200,
            400,
        ),
        (
            "chunked, then identity",
            with("Transfer-Encoding: chunked, identity\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
            400,
            400,
        ),
        (
            "an unknown coding",
            with("Transfer-Encoding: xchunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
            400,
            400,
        ),
        (
            "chunked twice",
            with(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            ),
            200,
            400,
        ),
        (
            "a chunk extension",
            with("Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\n\r\n"),
            200,
            200,
        ),
        (
            "a chunk size that overflows",
            with("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nhi\r\n0\r\n\r\n"),
            400,
            400,
        ),
        (
            "a chunk size that is no number",
            with("Transfer-Encoding: chunked\r\n\r\nxyz\r\nhi\r\n0\r\n\r\n"),
            400,
            400,
        ),
        (
            "line feeds alone",
            format!("{HEAD}Content-Length: 2\r\n\r\nhi")
                .replace("\r\n", "\n")
                .into_bytes(),
            200,
            200,
        ),
        (
            "a folded header",
            with("X-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\nhi"),
            400,
            400,
        ),
        (
            "a space before the colon",
            with("X-Space : a\r\nContent-Length: 2\r\n\r\nhi"),
            400,
            400,
        ),
        ("a header that is not utf-8", bytes(b"\xff\xfe"), 200, 200),
        ("a header with a nul", bytes(b"a\0b"), 400, 400),
        (
            "the signature twice",
            with(
                "x-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\nContent-Length: 2\r\n\r\nhi",
            ),
            400,
            400,
        ),
        ("97 headers", many(94), 200, 431),
        ("102 headers", many(99), 431, 431),
        ("a header of 60 kB", long(60_000), 200, 200),
        ("a header of 120 kB", long(120_000), 200, 200),
        ("a header of 300 kB", long(300_000), 200, 431),
        ("a header of 2 MB", long(2_000_000), 431, 431),
        (
            "no host",
            format!("{NO_HOST}Content-Length: 2\r\n\r\nhi").into_bytes(),
            200,
            400,
        ),
        (
            "the absolute form",
            format!("{ABSOLUTE}Content-Length: 2\r\n\r\nhi").into_bytes(),
            200,
            200,
        ),
        (
            "http/1.0",
            format!("{HEAD}Content-Length: 2\r\n\r\nhi")
                .replace("HTTP/1.1", "HTTP/1.0")
                .into_bytes(),
            200,
            200,
        ),
        (
            "http/9.9",
            format!("{HEAD}Content-Length: 2\r\n\r\nhi")
                .replace("HTTP/1.1", "HTTP/9.9")
                .into_bytes(),
            400,
            400,
        ),
        (
            "no http",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
            400,
            400,
        ),
    ]
}

fn try_all(name: &str, server: SocketAddr, column: fn(u16, u16) -> u16) {
    let mut wrong = Vec::new();
    for (case, request, hyper, actix) in cases() {
        let expected = column(hyper, actix);
        let answer = wire::exchange(server, &request, Duration::from_millis(400));
        let ran = answer.head.contains(RAN);
        if answer.status != expected || ran != (expected == 200) {
            wrong.push(format!("{name}: {case}: {}, not {expected}", answer.status));
        }
        if ran && !String::from_utf8_lossy(&answer.body).contains("hi") {
            wrong.push(format!(
                "{name}: {case}: the handler was given {:?}",
                answer.body
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn hyper_lets_through_what_the_table_says_and_nothing_else_gets_in() {
    try_all("tower", tower_over_hyper(routes()), |hyper, _| hyper);
    try_all("axum", axum_layer(routes()), |hyper, _| hyper);
    try_all("our server", axum_extractor(routes()), |hyper, _| hyper);
}

#[test]
fn actix_web_lets_through_what_the_table_says_and_nothing_else_gets_in() {
    try_all("actix-web", actix_layer(routes()), |_, actix| actix);
}

#[test]
fn who_is_refused_at_the_head_is_not_told_to_continue() {
    for (headers, status) in [
        ("", 401),
        ("x-hub-signature-256: a\r\nx-hub-signature-256: b\r\n", 400),
        ("content-encoding: br\r\n", 415),
        (
            "x-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\nContent-Length: 3000000\r\n",
            413,
        ),
    ] {
        let length = match headers.contains("Content-Length") {
            true => "",
            false => "Content-Length: 2\r\n",
        };
        let request = format!(
            "POST /github HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}{length}Expect: 100-continue\r\n\r\n"
        );
        for start in [tower_over_hyper, axum_layer, axum_extractor] {
            let answer =
                wire::exchange(start(routes()), request.as_bytes(), Duration::from_secs(5));
            assert_eq!(
                (answer.status, answer.continued),
                (status, false),
                "{headers}"
            );
        }
        // Its server says so before any service is asked.
        let answer = wire::exchange(
            actix_layer(routes()),
            request.as_bytes(),
            Duration::from_secs(5),
        );
        assert_eq!(
            (answer.status, answer.continued),
            (status, true),
            "{headers}"
        );
    }
}

#[test]
fn who_is_let_in_is_told_to_continue() {
    let request =
        format!("{HEAD}Connection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");
    for start in [tower_over_hyper, axum_layer, axum_extractor, actix_layer] {
        let answer = wire::exchange(start(routes()), request.as_bytes(), Duration::from_secs(5));
        assert_eq!(answer.status, 200);
    }
}
