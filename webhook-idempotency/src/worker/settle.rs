//! Writing down how an attempt ended.

use std::time::Duration;

use rand::Rng;
use tokio::time::Instant;

use crate::claims::{Claims, Outcome, Settled, Settlement};
use crate::record::Lease;
use crate::text;

use super::backoff::Backoff;

/// What became of a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// This fence had settled the record before.
    Already,
    /// It is written.
    Now,
    /// Somebody else has the record.
    LeaseLost,
    /// The store could not be reached for as long as a lease lasts. The lease lapses, and the event runs again.
    Unknown,
}

/// Settles one lease, and tries again while the store is in trouble, for as long as `patience`.
///
/// Trying is safe even behind the end of the lease, because the write carries the fence.
pub(super) async fn settle<Q: Claims + ?Sized, R: Rng>(
    store: &Q,
    lease: Lease,
    outcome: Outcome,
    patience: Duration,
    rng: &mut R,
) -> Written {
    let settlement = [Settlement { lease, outcome }];
    let give_up = Instant::now() + patience;
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
    loop {
        let error = match store
            .settle(&settlement)
            .await
            .map(|answers| answers.first().copied())
        {
            Ok(Some(Settled::Applied)) => return Written::Now,
            Ok(Some(Settled::AlreadySettled)) => return Written::Already,
            Ok(Some(Settled::LeaseLost)) => return Written::LeaseLost,
            Ok(None) => return Written::Unknown,
            Err(error) if error.is_lease_lost() => return Written::LeaseLost,
            Err(error) => error,
        };
        let pause = backoff.next(rng);
        if !error.is_transient() || Instant::now() + pause >= give_up {
            tracing::error!(
                error = text::chain(&error),
                "the outcome of an attempt could not be stored; the event runs again when its lease has lapsed"
            );
            return Written::Unknown;
        }
        tracing::warn!(
            error = text::chain(&error),
            "the outcome of an attempt could not be stored; trying again"
        );
        tokio::time::sleep(pause).await;
    }
}
