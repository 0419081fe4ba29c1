//! The one place that reads request bodies: frames in, a verdict out. It owns a timer and no rule.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};
use webhook_door::{Arrived, Begun, Head, Intake, Lookup, Reading, Rejection, Verifiers};

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
        lookup: Option<Looking>,
        reading: Option<Reading>,
    }
}

/// A head that waits for its verifier.
struct Looking {
    lookup: Lookup,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

pub(crate) fn head_of<'a>(
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
) -> Head<'a, &'a HeaderMap> {
    Head {
        method: method.as_str(),
        target: uri.path_and_query().map_or("", |target| target.as_str()),
        headers,
    }
}

/// The time by the clock that tests can step.
pub(crate) fn now() -> std::time::Instant {
    Instant::now().into_std()
}

impl<B: Body> Pump<B> {
    /// Judges the head, or begins to look up who can. A refusal of the head has read nothing of the body, so no
    /// `100 Continue` was sent for it.
    pub(crate) fn start(
        verifiers: &Verifiers,
        intake: &Intake,
        parts: &Parts,
        body: B,
    ) -> Result<Self, Rejection> {
        let head = head_of(&parts.method, &parts.uri, &parts.headers);
        let (lookup, reading) = match intake.begin_with(verifiers, head, now())? {
            Begun::Reading(reading) => (None, Some(reading)),
            Begun::Looking(lookup) => {
                let looking = Looking {
                    lookup,
                    method: parts.method.clone(),
                    uri: parts.uri.clone(),
                    headers: parts.headers.clone(),
                };
                (Some(looking), None)
            }
        };
        Ok(Self {
            body,
            timer: None,
            lookup,
            reading,
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
        if let Some(looking) = this.lookup.as_mut() {
            let found = match Pin::new(&mut looking.lookup).poll(cx) {
                Poll::Ready(found) => found,
                Poll::Pending => {
                    let due = looking.lookup.due();
                    if !is_due(due, this.timer.as_mut(), cx) {
                        return Poll::Pending;
                    }
                    Err(Lookup::late())
                }
            };
            this.timer.set(None);
            let reading = match (found, this.lookup.take()) {
                (Ok(verifier), Some(looking)) => {
                    let head = head_of(&looking.method, &looking.uri, &looking.headers);
                    looking.lookup.resume(&verifier, head, now())
                }
                (Err(rejection), _) => Err(rejection),
                (Ok(_), None) => return Poll::Pending,
            };
            *this.reading = Some(reading?);
        }
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

/// Whether that time has come; if not, the task is woken when it has.
fn is_due(
    due: std::time::Instant,
    mut timer: Pin<&mut Option<Sleep>>,
    cx: &mut Context<'_>,
) -> bool {
    if timer.is_none() {
        timer.set(Some(sleep_until(due.into())));
    }
    match timer.as_pin_mut() {
        Some(sleep) => sleep.poll(cx).is_ready(),
        None => true,
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
