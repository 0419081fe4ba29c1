//! The one place that reads request bodies: frames in, a verdict out. It owns a timer and no rule.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::request::Parts;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::Sleep;
use webhook_verify::{Verification, Verified, Verifier};

use crate::rejection::Rejection;

/// A body that has not arrived after this long is given up, so that a sender who dribbles cannot hold a connection.
pub(crate) const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// How many frames are read before others get a turn.
const FRAMES_AT_ONCE: u32 = 64;

pin_project! {
    /// Reads a body to its end and verifies it.
    pub(crate) struct Pump<B> {
        #[pin]
        body: B,
        #[pin]
        deadline: Sleep,
        verification: Option<Verification>,
    }
}

impl<B: Body> Pump<B> {
    /// Judges the head. A refusal here has read nothing of the body, so no `100 Continue` was sent for it.
    pub(crate) fn start(
        verifier: &Verifier,
        head: &Parts,
        body: B,
        deadline: Duration,
    ) -> Result<Self, Rejection> {
        let verification = verifier.begin(&head.headers).map_err(Rejection::Verify)?;
        Ok(Self {
            body,
            deadline: tokio::time::sleep(deadline),
            verification: Some(verification),
        })
    }
}

impl<B> Future for Pump<B>
where
    B: Body,
    B::Error: fmt::Display,
{
    type Output = Result<Verified, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        for _ in 0..FRAMES_AT_ONCE {
            // Looked at first: a body that always has one more frame ready must not outrun its deadline.
            if this.deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(Rejection::BodyTimeout));
            }
            let Some(verification) = this.verification.as_mut() else {
                return Poll::Ready(Err(Rejection::BodyBroken("it was read already".into())));
            };
            match ready!(this.body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Trailers are not part of what any scheme signs.
                    if let Ok(data) = frame.into_data() {
                        verification
                            .update_bytes(into_bytes(data))
                            .map_err(Rejection::Verify)?;
                    }
                }
                Some(Err(error)) => {
                    return Poll::Ready(Err(Rejection::BodyBroken(error.to_string().into())));
                }
                None => {
                    let verdict = this.verification.take().map(Verification::finish);
                    return Poll::Ready(match verdict {
                        Some(verdict) => verdict.map_err(Rejection::Verify),
                        None => Err(Rejection::BodyBroken("it was read already".into())),
                    });
                }
            }
        }
        // Others want to run too, the timer among them.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Free of a copy where the data is [`Bytes`] already, as it is with hyper and axum.
fn into_bytes(mut data: impl Buf) -> Bytes {
    data.copy_to_bytes(data.remaining())
}
