//! Whether a handler runs.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::attempt::Attempt;
use super::key::GuardKey;
use super::refusal::{GuardReason, GuardRefusal};
use super::response::StoredResponse;
use super::{Guard, Shared};
use crate::claims::Begun;
use crate::error::{StoreError, StoreErrorKind};
use crate::record::NewRecord;
use crate::text;

/// How often a repetition that waits looks again, at first and at most.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOK_AGAIN_AT_MOST: Duration = Duration::from_secs(1);

/// What a guard says to a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Entry {
    /// Run the handler, and finish the attempt with its response.
    Began(Attempt),
    /// Do not run it; answer so.
    Refused(GuardRefusal),
    /// It ran before; answer with this.
    Replayed(StoredResponse),
    /// The store could not be asked, and the guard was built to run the handler all the same. Nothing is recorded.
    Unguarded,
}

enum Asked {
    Began(Attempt),
    Conflict,
    Done(Option<Bytes>),
    InFlight,
}

impl Guard {
    /// Asks whether the handler of this request runs now.
    ///
    /// If this future is dropped, the request is released again.
    pub async fn begin(&self, key: &GuardKey) -> Entry {
        let give_up = Instant::now() + self.shared.policy.wait;
        let mut pause = LOOK_AGAIN;
        loop {
            let reason = match self.ask(&key.record).await {
                Ok(Asked::Began(attempt)) => return Entry::Began(attempt),
                Ok(Asked::Done(output)) => return Entry::Replayed(stored(output)),
                Ok(Asked::Conflict) => GuardReason::Conflict,
                Ok(Asked::InFlight) => GuardReason::InFlight,
                Err(reason) if self.shared.policy.fails_open => {
                    let refusal = reason.refuse(key.statuses);
                    tracing::error!(
                        key = %key.record.key(),
                        error = text::chain(&refusal),
                        "a handler runs without its guard, as configured"
                    );
                    return Entry::Unguarded;
                }
                Err(reason) => reason,
            };
            let left = give_up.saturating_duration_since(Instant::now());
            if !matches!(reason, GuardReason::InFlight) || left.is_zero() {
                return Entry::Refused(reason.refuse(key.statuses));
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(LOOK_AGAIN_AT_MOST);
        }
    }

    /// Puts the record from a task of its own. A lease that nobody waits for any more is dropped there, which releases it.
    async fn ask(&self, record: &NewRecord) -> Result<Asked, GuardReason> {
        let failed = |kind| StoreError::new("guard", kind);
        let runtime = Handle::try_current().map_err(|error| {
            GuardReason::Store(failed(StoreErrorKind::Unavailable).with_source(error))
        })?;
        let place = Arc::clone(&self.shared.places)
            .try_acquire_owned()
            .map_err(|_| GuardReason::Store(failed(StoreErrorKind::Overloaded)))?;
        let (tell, told) = oneshot::channel();
        let (shared, record, own) = (Arc::clone(&self.shared), record.clone(), runtime.clone());
        runtime.spawn(async move {
            let asked = shared.put(&record, &own).await;
            // First, so that a release finds it.
            drop(place);
            let _ = tell.send(asked);
        });
        match tokio::time::timeout(self.shared.policy.store_deadline, told).await {
            Ok(Ok(asked)) => asked.map_err(GuardReason::Store),
            Ok(Err(_)) => Err(GuardReason::Store(failed(StoreErrorKind::Unavailable))),
            Err(_) => Err(GuardReason::StoreTimeout),
        }
    }
}

impl Shared {
    async fn put(
        self: &Arc<Self>,
        record: &NewRecord,
        runtime: &Handle,
    ) -> Result<Asked, StoreError> {
        let records = std::slice::from_ref(record);
        let mut begun = self.store.put_leased(records, self.policy.lease).await?;
        match begun.pop() {
            Some(Begun::Began(lease)) if begun.is_empty() => {
                Ok(Asked::Began(Attempt::new(self, lease, runtime)))
            }
            Some(Begun::Conflict) => Ok(Asked::Conflict),
            Some(Begun::Done(output)) => Ok(Asked::Done(output)),
            Some(Begun::InFlight { .. }) => Ok(Asked::InFlight),
            _ => Err(StoreError::new("guard", StoreErrorKind::Unavailable)
                .with_source("the store did not give one answer to one put")),
        }
    }
}

/// The handler has run, so a repetition is told so even if what it said can no longer be read.
fn stored(output: Option<Bytes>) -> StoredResponse {
    output
        .and_then(StoredResponse::decode)
        .unwrap_or_else(|| StoredResponse::bare(200))
}
