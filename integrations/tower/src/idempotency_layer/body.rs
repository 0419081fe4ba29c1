use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use super::gather::into_bytes;

/// The body of a response that went through [`Idempotency`](super::Idempotency): what was read to be stored or was stored
/// before, and whatever comes behind it if it was too long to be stored.
pub struct GuardedBody<B: Body> {
    first: Bytes,
    rest: Rest<B>,
}

enum Rest<B: Body> {
    Broken(B::Error),
    None,
    Streaming(Pin<Box<B>>),
    Trailers(HeaderMap),
}

impl<B: Body> GuardedBody<B> {
    pub(super) fn whole(first: Bytes, trailers: Option<HeaderMap>) -> Self {
        let rest = trailers.map_or(Rest::None, Rest::Trailers);
        Self { first, rest }
    }

    pub(super) const fn streaming(first: Bytes, rest: Pin<Box<B>>) -> Self {
        let rest = Rest::Streaming(rest);
        Self { first, rest }
    }

    /// A body that breaks where the handler's did.
    pub(super) const fn broken(first: Bytes, error: B::Error) -> Self {
        let rest = Rest::Broken(error);
        Self { first, rest }
    }
}

impl<B: Body> Default for GuardedBody<B> {
    fn default() -> Self {
        Self::whole(Bytes::new(), None)
    }
}

// Nothing in it is pinned in place: the rest is behind a pointer, and the error is only ever moved.
impl<B: Body> Unpin for GuardedBody<B> {}

impl<B: Body> Body for GuardedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if !self.first.is_empty() {
            let first = std::mem::take(&mut self.first);
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if let Rest::Streaming(rest) = &mut self.rest {
            let frame = ready!(rest.as_mut().poll_frame(cx));
            return Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(into_bytes))));
        }
        Poll::Ready(match std::mem::replace(&mut self.rest, Rest::None) {
            Rest::Broken(error) => Some(Err(error)),
            Rest::Trailers(trailers) => Some(Ok(Frame::trailers(trailers))),
            Rest::None | Rest::Streaming(_) => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        let over = match &self.rest {
            Rest::None => true,
            Rest::Streaming(rest) => rest.is_end_stream(),
            Rest::Broken(_) | Rest::Trailers(_) => false,
        };
        over && self.first.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let first = self.first.len() as u64;
        let mut hint = SizeHint::new();
        match &self.rest {
            Rest::None | Rest::Trailers(_) => hint.set_exact(first),
            Rest::Broken(_) => hint.set_lower(first),
            Rest::Streaming(rest) => {
                let rest = rest.size_hint();
                hint.set_lower(first.saturating_add(rest.lower()));
                if let Some(upper) = rest.upper() {
                    hint.set_upper(first.saturating_add(upper));
                }
            }
        }
        hint
    }
}

impl<B: Body> fmt::Debug for GuardedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedBody")
            .field("first_bytes", &self.first.len())
            .finish_non_exhaustive()
    }
}
