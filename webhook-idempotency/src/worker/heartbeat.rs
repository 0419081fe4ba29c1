//! Keeping the leases of running handlers from lapsing.

use std::time::Duration;

use crate::claims::Claims;
use crate::text;

use super::in_hand::InHand;

/// So that one statement never grows with the concurrency of a worker.
const BATCH: usize = 500;

/// Extends every lease in hand at each third of its length, until it is dropped.
///
/// It runs in a task of its own, so that a handler that blocks its thread does not also stop its heart.
pub(super) async fn beat<Q: Claims + ?Sized>(store: &Q, in_hand: &InHand, lease: Duration) {
    let mut pause = lease / 3;
    loop {
        tokio::time::sleep(pause).await;
        pause = lease / 3;
        for leases in in_hand.running().chunks(BATCH) {
            match store.extend(leases, lease).await {
                Ok(answers) => {
                    for (held, answer) in leases.iter().zip(answers) {
                        match answer {
                            Some(extended) => in_hand.extended(extended),
                            None => in_hand.lost(held.fence),
                        }
                    }
                }
                // Whether a lease is lost is for the store to say: while nobody can reach it, nobody can take it.
                Err(error) => {
                    tracing::warn!(error = text::chain(&error), "leases could not be extended");
                    pause = lease / 12;
                }
            }
        }
    }
}
