use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tokio::time::{Timeout, timeout};
use webhook_door::{Reason, Rejection, Reservation};
use webhook_idempotency::{Accepted, Inbox, StoreError};
use webhook_verify::{Delivery, Verified};

use crate::handshake;
use crate::pump::{Pump, now};
use crate::rejection::refuse;

/// The put has no name, and is boxed: beside a disk or a network that costs nothing.
type Put = Pin<Box<dyn Future<Output = Result<Accepted, StoreError>> + Send>>;

pin_project! {
    /// The response of [`Receive`](super::Receive).
    pub struct ReceiveFuture<B> {
        #[pin]
        state: State<B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<B> {
        Reading { #[pin] pump: Pump<B>, inbox: Inbox, deadline: Duration },
        Storing { #[pin] put: Timeout<Put>, delivery: Delivery, reservation: Reservation },
        Rejected { rejection: Option<Rejection> },
        Answered { response: Option<Response<Full<Bytes>>> },
    }
}

impl<B> ReceiveFuture<B> {
    pub(super) const fn reading(pump: Pump<B>, inbox: Inbox, deadline: Duration) -> Self {
        Self {
            state: State::Reading {
                pump,
                inbox,
                deadline,
            },
        }
    }

    pub(super) const fn answered(response: Response<Full<Bytes>>) -> Self {
        Self {
            state: State::Answered {
                response: Some(response),
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

fn put(inbox: Inbox, verified: Verified) -> Put {
    Box::pin(async move { inbox.accept(verified).await })
}

impl<B> Future for ReceiveFuture<B>
where
    B: Body,
    B::Error: fmt::Display,
{
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Reading {
                    pump,
                    inbox,
                    deadline,
                } => match ready!(pump.poll(cx)) {
                    Ok(arrived) => {
                        let deadline = arrived.time_left(now()).min(*deadline);
                        let delivery = *arrived.delivery();
                        let (verified, reservation) = arrived.into_parts();
                        match handshake::event(verified) {
                            Ok(event) => State::Storing {
                                put: timeout(deadline, put(inbox.clone(), event)),
                                delivery,
                                reservation,
                            },
                            Err(answer) => State::Answered {
                                response: Some(*answer),
                            },
                        }
                    }
                    Err(rejection) => State::Rejected {
                        rejection: Some(rejection),
                    },
                },
                StateProjection::Storing { put, delivery, .. } => match ready!(put.poll(cx)) {
                    // New or seen before, it is durable: that is all that a 2xx says.
                    Ok(Ok(accepted)) => {
                        let mut response = Response::new(Full::default());
                        *response.status_mut() =
                            StatusCode::from_u16(delivery.ack_status).unwrap_or(StatusCode::OK);
                        response.extensions_mut().insert(accepted);
                        return Poll::Ready(Ok(response));
                    }
                    Ok(Err(error)) => State::Rejected {
                        rejection: Some(Rejection::new(Reason::Store(Arc::new(error)), delivery)),
                    },
                    Err(_) => State::Rejected {
                        rejection: Some(Rejection::new(Reason::StoreTimeout, delivery)),
                    },
                },
                StateProjection::Answered { response } => {
                    return response
                        .take()
                        .map_or(Poll::Pending, |it| Poll::Ready(Ok(it)));
                }
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

impl<B> fmt::Debug for ReceiveFuture<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiveFuture").finish_non_exhaustive()
    }
}
