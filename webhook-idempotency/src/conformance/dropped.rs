//! Futures that are dropped half way.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// More polls than any store needs for one call.
pub(super) const MOST_POLLS: usize = 1_000;

/// Polls a future that often at most, each time only after it asked for it, and then drops it.
struct Dropped<F> {
    future: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for Dropped<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        match self.future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

pub(super) async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let dropped = pin!(Dropped {
        future: Box::pin(future),
        polls
    });
    dropped.await
}
