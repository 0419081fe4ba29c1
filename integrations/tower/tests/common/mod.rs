//! Signed requests, and bodies that misbehave.
#![allow(dead_code, clippy::unwrap_used)]

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame};
use http_body_util::Full;
use webhook_verify::{Message, StandardWebhooks};

pub(crate) const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
pub(crate) const BODY: &[u8] = br#"{"type":"order.paid","amount":100}"#;

pub(crate) fn provider() -> StandardWebhooks {
    StandardWebhooks::new(SECRET).unwrap()
}

/// A POST under a good signature of `signed`, with whatever body.
pub(crate) fn request<B>(id: &str, signed: &[u8], body: B) -> Request<B> {
    let headers = StandardWebhooks::signer(SECRET)
        .unwrap()
        .sign(&Message::new(signed).id(id))
        .unwrap();
    let mut request = Request::post("/hook");
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    request.body(body).unwrap()
}

pub(crate) fn good(id: &str) -> Request<Full<Bytes>> {
    request(id, BODY, Full::new(Bytes::from_static(BODY)))
}

/// A body that counts how often it is asked for a frame.
pub(crate) struct Watched {
    pub(crate) frames: Vec<Bytes>,
    pub(crate) polls: Arc<AtomicUsize>,
    /// Whether it hangs once the frames are used up, rather than end.
    pub(crate) hangs: bool,
}

impl Watched {
    pub(crate) fn new(frames: &[&'static [u8]]) -> Self {
        let frames = frames
            .iter()
            .rev()
            .map(|frame| Bytes::from_static(frame))
            .collect();
        Self {
            frames,
            polls: Arc::default(),
            hangs: false,
        }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        match (self.frames.pop(), self.hangs) {
            (Some(frame), _) => Poll::Ready(Some(Ok(Frame::data(frame)))),
            (None, true) => Poll::Pending,
            (None, false) => Poll::Ready(None),
        }
    }
}
