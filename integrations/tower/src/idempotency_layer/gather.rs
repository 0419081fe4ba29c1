//! Reading a body into memory, up to a limit.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;
use http_body::Body;

/// How many frames are read before others get a turn.
const FRAMES_AT_ONCE: u32 = 64;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Gather {
    one: Bytes,
    many: BytesMut,
    trailers: Option<HeaderMap>,
}

/// How reading ended.
pub(super) enum Gathered<E> {
    /// It broke behind so much of it.
    Broken(Bytes, E),
    /// The body is longer than the limit; this much of it was read.
    Over(Bytes),
    Whole(Bytes, Option<HeaderMap>),
}

impl Gather {
    pub(super) fn poll<B: Body>(
        &mut self,
        mut body: Pin<&mut B>,
        limit: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Gathered<B::Error>> {
        for _ in 0..FRAMES_AT_ONCE {
            match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.push(into_bytes(data)),
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
                Some(Err(error)) => return Poll::Ready(Gathered::Broken(self.take(), error)),
                None => return Poll::Ready(Gathered::Whole(self.take(), self.trailers.take())),
            }
            if self.one.len() + self.many.len() > limit {
                return Poll::Ready(Gathered::Over(self.take()));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Most bodies are one frame, which is not copied.
    fn push(&mut self, data: Bytes) {
        if self.one.is_empty() && self.many.is_empty() {
            self.one = data;
        } else {
            let one = std::mem::take(&mut self.one);
            self.many.extend_from_slice(&one);
            self.many.extend_from_slice(&data);
        }
    }

    fn take(&mut self) -> Bytes {
        if self.many.is_empty() {
            std::mem::take(&mut self.one)
        } else {
            std::mem::take(&mut self.many).freeze()
        }
    }
}

/// Free of a copy where the data is [`Bytes`] already, as it is with hyper and axum.
pub(super) fn into_bytes(mut data: impl Buf) -> Bytes {
    data.copy_to_bytes(data.remaining())
}
