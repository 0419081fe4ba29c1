use std::error::Error;

use super::servers::{Server, read_request};
use super::*;

#[tokio::test]
async fn the_request_carries_the_bytes_the_headers_and_nothing_else() {
    let server = Server::answering(OK).await;
    let url = EndpointUrl::parse(
        &format!("{}?a=b", server.url()),
        &EgressPolicy::danger_allow_loopback(),
    )
    .unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("evt_1"));
    // Whoever fills the headers must not choose the destination or the framing.
    headers.insert("host", HeaderValue::from_static("elsewhere.example.com"));
    headers.insert("content-length", HeaderValue::from_static("3"));
    headers.insert("transfer-encoding", HeaderValue::from_static("chunked"));
    let answer = local()
        .post(&url, headers, Bytes::from_static(b"{\"a\": 1.0}"), LONG)
        .await
        .unwrap();
    assert_eq!(
        (
            answer.status.as_u16(),
            &answer.excerpt[..],
            answer.truncated
        ),
        (200, &b"ok"[..], false)
    );
    let request = server.requests().remove(0);
    let mut lines: Vec<_> = request.split("\r\n").collect();
    lines[1..6].sort_unstable();
    assert_eq!(
        lines,
        [
            "POST /hook?a=b HTTP/1.1",
            "accept-encoding: identity",
            "content-length: 10",
            &format!("host: {}", server.address),
            "user-agent: webhook-sender/0.1.0",
            "webhook-id: evt_1",
            "",
            "{\"a\": 1.0}"
        ]
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let target = Server::answering(OK).await;
    for status in [301, 302, 303, 307, 308] {
        let redirect = format!(
            "HTTP/1.1 {status} Moved\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            target.url()
        );
        let server = Server::answering(redirect).await;
        let answer = post(&local(), &server.url(), LONG).await.unwrap();
        assert_eq!(
            (answer.status.as_u16(), server.requests().len()),
            (status, 1)
        );
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_connection_serves_several_requests_of_one_client_and_of_no_other() {
    let server = Server::answering(OK).await;
    let client = local();
    for _ in 0..3 {
        post(&client, &server.url(), LONG).await.unwrap();
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 3));
    post(&local(), &server.url(), LONG).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_older_than_a_minute_is_not_used_again() {
    let server = Server::answering(OK).await;
    let client = local();
    // It is never idle for a minute, and grows old all the same.
    for (step, connections) in [(0, 1), (40, 1), (40, 1), (0, 2)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(step)).await;
        tokio::time::resume();
        post(&client, &server.url(), LONG).await.unwrap();
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn a_compressed_body_is_kept_as_it_came() {
    // gzip of "hello", by the gzip program.
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00";
    let mut answer =
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 25\r\n\r\n".to_vec();
    answer.extend_from_slice(gzip);
    let server = Server::answering(answer).await;
    assert_eq!(
        post(&local(), &server.url(), LONG).await.unwrap().excerpt[..],
        gzip[..]
    );
}

#[tokio::test]
async fn retry_after_is_read_from_the_answer() {
    let server =
        Server::answering("HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n").await;
    let answer = post(&local(), &server.url(), LONG).await.unwrap();
    assert_eq!(
        answer.retry_after,
        Some(RetryAfter::In(Duration::from_secs(7)))
    );
}

#[tokio::test]
async fn a_refused_connection_and_an_answer_that_is_not_http_are_unreachable() {
    let closed = Server::answering(OK).await.url();
    // The listener is gone with the server at the end of the statement above.
    tokio::task::yield_now().await;
    assert_eq!(
        class_of(&local(), &closed, LONG).await,
        FailureClass::Unreachable
    );
    let ssh = Server::answering("SSH-2.0-OpenSSH_9.2\r\n").await;
    assert_eq!(
        class_of(&local(), &ssh.url(), LONG).await,
        FailureClass::Unreachable
    );
    let silent = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
    })
    .await;
    assert_eq!(
        class_of(&local(), &silent.url(), LONG).await,
        FailureClass::Unreachable
    );
}

#[tokio::test]
async fn what_a_tenant_may_see_of_a_failure_has_no_address_and_no_detail() {
    let closed = Server::answering(OK).await;
    let url = closed.url();
    drop(closed);
    tokio::task::yield_now().await;
    let failure = post(&local(), &url, LONG).await.unwrap_err();
    assert_eq!(failure.to_string(), "the endpoint could not be reached");
    assert!(failure.source().is_some());
}
