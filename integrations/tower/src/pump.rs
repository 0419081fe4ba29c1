//! The one place that reads request bodies: frames in, a verdict out. It owns a timer and no rule.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::request::Parts;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use webhook_door::{Arrived, Head, Intake, Reading, Rejection};
use webhook_verify::Verifier;

/// How many frames are read before others get a turn.
const FRAMES_AT_ONCE: u32 = 64;

pin_project! {
    /// Reads a body to its end and verifies it.
    pub(crate) struct Pump<B> {
        #[pin]
        body: B,
        // Most bodies are there at once and need no timer.
        #[pin]
        timer: Option<Sleep>,
        reading: Option<Reading>,
    }
}

/// The time by the clock that tests can step.
pub(crate) fn now() -> std::time::Instant {
    Instant::now().into_std()
}

impl<B: Body> Pump<B> {
    /// Judges the head. A refusal here has read nothing of the body, so no `100 Continue` was sent for it.
    pub(crate) fn start(
        verifier: &Verifier,
        intake: &Intake,
        head: &Parts,
        body: B,
    ) -> Result<Self, Rejection> {
        let head = Head {
            method: head.method.as_str(),
            target: head
                .uri
                .path_and_query()
                .map_or("", |target| target.as_str()),
            headers: &head.headers,
        };
        Ok(Self {
            body,
            timer: None,
            reading: Some(intake.begin(verifier, head, now())?),
        })
    }
}

impl<B> Future for Pump<B>
where
    B: Body,
    B::Error: fmt::Display,
{
    type Output = Result<Arrived, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        for _ in 0..FRAMES_AT_ONCE {
            // Polled again after its end a future may do anything but panic; this one waits for ever.
            let Some(reading) = this.reading.as_mut() else {
                return Poll::Pending;
            };
            let refused = match this.body.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are not part of what any scheme signs.
                    let chunk = frame.into_data().map(into_bytes).unwrap_or_default();
                    match reading.chunk(chunk, now()) {
                        Ok(()) => continue,
                        Err(rejection) => rejection,
                    }
                }
                Poll::Ready(Some(Err(error))) => reading.broken(error.to_string()),
                Poll::Ready(None) => match this.reading.take() {
                    Some(reading) => return Poll::Ready(reading.finish()),
                    None => return Poll::Pending,
                },
                Poll::Pending => match late(reading, this.timer.as_mut(), cx) {
                    Some(rejection) => rejection,
                    None => return Poll::Pending,
                },
            };
            *this.reading = None;
            return Poll::Ready(Err(refused));
        }
        // Others want to run too, the timer among them.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Waits for the next frame no longer than until it is due. The timer is set again when it fires too early, not at each
/// frame: frames come often, and each of them moves the end of the wait.
fn late(
    reading: &Reading,
    mut timer: Pin<&mut Option<Sleep>>,
    cx: &mut Context<'_>,
) -> Option<Rejection> {
    loop {
        if let Some(sleep) = timer.as_mut().as_pin_mut()
            && sleep.poll(cx).is_pending()
        {
            return None;
        }
        if let Err(rejection) = reading.check(now()) {
            return Some(rejection);
        }
        timer.set(Some(sleep_until(reading.due().into())));
    }
}

/// Free of a copy where the data is [`Bytes`] already, as it is with hyper and axum.
fn into_bytes(mut data: impl Buf) -> Bytes {
    data.copy_to_bytes(data.remaining())
}
