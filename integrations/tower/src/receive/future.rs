use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tokio::time::{Timeout, timeout};
use webhook_idempotency::{Accepted, Inbox, StoreError};
use webhook_verify::Verified;

use crate::pump::Pump;
use crate::rejection::Rejection;

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
        Storing { #[pin] put: Timeout<Put> },
        Rejected { rejection: Option<Rejection> },
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
                    Ok(verified) => State::Storing {
                        put: timeout(*deadline, put(inbox.clone(), verified)),
                    },
                    Err(rejection) => State::Rejected {
                        rejection: Some(rejection),
                    },
                },
                StateProjection::Storing { put } => match ready!(put.poll(cx)) {
                    // New or seen before, it is durable: that is all that a 2xx says.
                    Ok(Ok(accepted)) => {
                        let mut response = Response::new(Full::default());
                        response.extensions_mut().insert(accepted);
                        return Poll::Ready(Ok(response));
                    }
                    Ok(Err(error)) => State::Rejected {
                        rejection: Some(Rejection::Store(Some(Arc::new(error)))),
                    },
                    Err(_) => State::Rejected {
                        rejection: Some(Rejection::Store(None)),
                    },
                },
                StateProjection::Rejected { rejection } => {
                    // Polled again after its end a future may do anything but panic; this one waits for ever.
                    return match rejection.take() {
                        Some(rejection) => Poll::Ready(Ok(rejection.into_response())),
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
