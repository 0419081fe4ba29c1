//! The same requests over HTTP/2 with prior knowledge.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::cases::Case;

/// A body in the pieces in which it is sent, each a DATA frame.
#[derive(Debug)]
pub struct Pieces(Vec<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

/// A connection to that server.
pub async fn connect(server: SocketAddr) -> SendRequest<Pieces> {
    let stream = TcpStream::connect(server).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    sender
}

/// The status and the body of the answer to a case, and whether a handler ran.
pub async fn exchange(sender: &mut SendRequest<Pieces>, case: &Case) -> (u16, Vec<u8>, bool) {
    let mut request = Request::builder()
        .method(case.method())
        .uri(format!("http://hooks.example.net{}", case.path()));
    for (name, value) in case.headers() {
        request = request.header(name, HeaderValue::from_bytes(&value).unwrap());
    }
    let body = case.body();
    let mut pieces: Vec<Bytes> = match case.chunks() {
        Some(chunks) => chunks.into_iter().map(Bytes::from).collect(),
        None if body.is_empty() => Vec::new(),
        None => vec![Bytes::from(body)],
    };
    pieces.reverse();
    sender.ready().await.unwrap();
    let response = sender
        .send_request(request.body(Pieces(pieces)).unwrap())
        .await
        .unwrap();
    let status = response.status().as_u16();
    let ran = response.headers().contains_key(crate::servers::RAN);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, body.to_vec(), ran)
}
