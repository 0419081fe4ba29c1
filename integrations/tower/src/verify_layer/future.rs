use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, header};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_door::{Arrived, Rejection, Reservation};

use crate::pump::Pump;
use crate::rejection::refuse;

pin_project! {
    /// The response of a [`Verify`](super::Verify) service.
    pub struct VerifyFuture<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        #[pin]
        state: State<S, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B>
    where
        S: Service<Request<Full<Bytes>>>,
    {
        Reading { #[pin] pump: Pump<B>, ready: Option<(S, Parts)> },
        // The body is in memory until the handler is done with it.
        Calling { #[pin] response: S::Future, reservation: Reservation },
        Rejected { rejection: Option<Rejection> },
    }
}

impl<S, B> VerifyFuture<S, B>
where
    S: Service<Request<Full<Bytes>>>,
{
    pub(super) const fn reading(service: S, head: Parts, pump: Pump<B>) -> Self {
        Self {
            state: State::Reading {
                pump,
                ready: Some((service, head)),
            },
        }
    }

    pub(super) const fn rejected(rejection: Rejection) -> Self {
        Self {
            state: State::Rejected {
                rejection: Some(rejection),
            },
        }
    }
}

/// The request as the inner service gets it: the same head, the verified content, and the proof in its extensions.
fn hand_on(mut head: Parts, arrived: Arrived) -> (Request<Full<Bytes>>, Reservation) {
    let content = arrived.content();
    if arrived.is_inflated() {
        head.headers.remove(header::CONTENT_ENCODING);
        head.headers
            .insert(header::CONTENT_LENGTH, content.len().into());
    }
    let (verified, reservation) = arrived.into_parts();
    head.extensions.insert(verified);
    (Request::from_parts(head, Full::new(content)), reservation)
}

impl<S, B, R> Future for VerifyFuture<S, B>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>>,
    B: Body,
    B::Error: fmt::Display,
    R: Default,
{
    type Output = Result<Response<R>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Reading {
                    pump,
                    ready: waiting,
                } => match (ready!(pump.poll(cx)), waiting.take()) {
                    (Ok(arrived), Some((mut service, head))) => {
                        let (request, reservation) = hand_on(head, arrived);
                        State::Calling {
                            response: service.call(request),
                            reservation,
                        }
                    }
                    (Err(rejection), _) => State::Rejected {
                        rejection: Some(rejection),
                    },
                    (Ok(_), None) => State::Rejected { rejection: None },
                },
                StateProjection::Calling { response, .. } => return response.poll(cx),
                StateProjection::Rejected { rejection } => {
                    // Polled again after its end a future may do anything but panic; this one waits for ever.
                    return match rejection.take() {
                        Some(rejection) => Poll::Ready(Ok(refuse(rejection))),
                        None => Poll::Pending,
                    };
                }
            };
            state.set(next);
        }
    }
}

impl<S, B> fmt::Debug for VerifyFuture<S, B>
where
    S: Service<Request<Full<Bytes>>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyFuture").finish_non_exhaustive()
    }
}
