use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::io::AsyncWriteExt;

use super::servers::{Server, read_request, write_for_ever};
use super::*;

/// Runs it and says whether it ended at the deadline: not before, and not much later.
async fn ends_at_the_deadline<T>(attempt: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let result = attempt.await;
    let took = started.elapsed();
    assert!(took >= SHORT && took < LONG, "took {took:?}");
    result
}

#[tokio::test]
async fn a_server_that_never_answers_costs_the_deadline_and_no_more() {
    let server =
        Server::start(
            |mut stream, _| async move { while read_request(&mut stream).await.is_some() {} },
        )
        .await;
    let class = ends_at_the_deadline(class_of(&local(), &server.url(), SHORT)).await;
    assert_eq!((class, server.connections()), (FailureClass::Timeout, 1));
}

#[tokio::test]
async fn a_tls_handshake_that_never_comes_costs_the_deadline_and_no_more() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
    })
    .await;
    let url = format!("https://127.0.0.1:{}/", server.address.port());
    let class = ends_at_the_deadline(class_of(&local(), &url, SHORT)).await;
    assert_eq!((class, server.connections()), (FailureClass::Timeout, 1));
}

#[tokio::test]
async fn headers_that_drip_end_at_the_deadline() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await;
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let class = ends_at_the_deadline(class_of(&local(), &server.url(), SHORT)).await;
    assert_eq!(class, FailureClass::Timeout);
}

#[tokio::test]
async fn a_body_that_drips_ends_at_the_deadline_and_the_status_counts() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 1000000\r\n\r\n")
            .await;
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let answer = ends_at_the_deadline(post(&local(), &server.url(), SHORT))
        .await
        .unwrap();
    assert_eq!((answer.status.as_u16(), answer.truncated), (503, true));
    assert!((1..1000).contains(&answer.excerpt.len()), "{answer:?}");
}

#[tokio::test]
async fn endless_headers_are_cut_off_before_the_deadline() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await;
        write_for_ever(&mut stream, &[b'a'; 4096]).await;
    })
    .await;
    assert_eq!(
        class_of(&local(), &server.url(), LONG).await,
        FailureClass::Unreachable
    );
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit_and_the_rest_is_never_read() {
    for head in [
        "content-length: 10737418240\r\n\r\n",
        "connection: close\r\n\r\n",
    ] {
        let sent = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&sent);
        let server = Server::start(move |mut stream, _| {
            let count = Arc::clone(&count);
            async move {
                read_request(&mut stream).await;
                let _ = stream
                    .write_all(format!("HTTP/1.1 200 OK\r\n{head}").as_bytes())
                    .await;
                let written = write_for_ever(&mut stream, &[b'a'; 4096]).await;
                count.store(written, Ordering::SeqCst);
            }
        })
        .await;
        let answer = post(&local(), &server.url(), LONG).await.unwrap();
        assert_eq!(
            (
                answer.status.as_u16(),
                answer.excerpt.len(),
                answer.truncated
            ),
            (200, 16_384, true)
        );
        // The server's loop ends only because the client hung up.
        let closed = async {
            while sent.load(Ordering::SeqCst) == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LONG, closed).await.unwrap();
        assert!(sent.load(Ordering::SeqCst) < 64 * 1024 * 1024);
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_whole() {
    let body = "a".repeat(16_384);
    let server = Server::answering(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 16384\r\n\r\n{body}"
    ))
    .await;
    let answer = post(&local(), &server.url(), LONG).await.unwrap();
    assert_eq!((answer.excerpt.len(), answer.truncated), (16_384, false));
    let server = Server::answering(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 16385\r\n\r\n{body}a"
    ))
    .await;
    let answer = post(&local(), &server.url(), LONG).await.unwrap();
    assert_eq!((answer.excerpt.len(), answer.truncated), (16_384, true));
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_status_standing() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
            .await;
    })
    .await;
    let answer = post(&local(), &server.url(), LONG).await.unwrap();
    assert_eq!(
        (
            answer.status.as_u16(),
            &answer.excerpt[..],
            answer.truncated
        ),
        (200, &b"abc"[..], true)
    );
}
