//! What makes two requests the same one.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use webhook_verify::{Body, Verified};

use super::Guard;
use super::refusal::{GuardReason, GuardRefusal, Statuses};
use crate::record::NewRecord;

/// A request to be handled once, with the answers that its peer understands.
#[derive(Clone, Debug)]
pub struct GuardKey {
    pub(super) record: NewRecord,
    pub(super) statuses: Statuses,
}

/// What API clients expect: 409 while the first request runs, 422 for a key that was used for something else.
const CLIENT: Statuses = Statuses {
    conflict: 422,
    in_flight: 409,
    outage: 503,
};

/// Longer keys are refused. Version 4 UUIDs have 36 characters.
const MOST_KEY_BYTES: usize = 255;

impl Guard {
    /// The key of a verified delivery: its identity at this guard's endpoint. While it runs, and during an outage, its
    /// provider is told the status on which it tries again.
    #[must_use]
    pub fn delivery<B: Body>(&self, verified: &Verified<B>) -> GuardKey {
        let fingerprint = if self.shared.policy.compares_deliveries {
            Bytes::copy_from_slice(&verified.body_sha256())
        } else {
            Bytes::new()
        };
        let shared = &self.shared;
        let retry_status = verified.delivery().retry_status;
        GuardKey {
            record: NewRecord::guarding(&shared.namespace, &shared.endpoint, verified, fingerprint),
            statuses: Statuses {
                conflict: 422,
                in_flight: retry_status,
                outage: retry_status,
            },
        }
    }

    /// The key that an API client sent with its request.
    ///
    /// `scope` is who the client is, as your authentication found out: without it one client could read what another one
    /// was answered. `parts` are what must be the same in a repetition: the method, the path, the body.
    ///
    /// # Errors
    /// A [`GuardRefusal`] with status 400 unless the key has 1 to 255 visible ASCII characters. Quotation marks around it
    /// are no part of it.
    pub fn client(
        &self,
        scope: &str,
        idempotency_key: &[u8],
        parts: &[&[u8]],
    ) -> Result<GuardKey, GuardRefusal> {
        let refuse = |problem| Err(GuardReason::Key(problem).refuse(CLIENT));
        let bare = idempotency_key
            .strip_prefix(b"\"")
            .and_then(|key| key.strip_suffix(b"\""))
            .unwrap_or(idempotency_key);
        if bare.is_empty() || bare.len() > MOST_KEY_BYTES {
            return refuse("must have 1 to 255 characters");
        }
        let key = match std::str::from_utf8(bare) {
            Ok(key) if bare.iter().all(u8::is_ascii_graphic) => key,
            _ => return refuse("must consist of visible ASCII characters"),
        };
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let fingerprint = Bytes::copy_from_slice(&hash.finalize());
        let shared = &self.shared;
        Ok(GuardKey {
            record: NewRecord::requested(
                &shared.namespace,
                &shared.endpoint,
                scope,
                key,
                fingerprint,
            ),
            statuses: CLIENT,
        })
    }
}

impl GuardKey {
    /// The answer for a handler that was stopped because its lease was lost, as [`Attempt::poll_lost`] says.
    ///
    /// [`Attempt::poll_lost`]: super::Attempt::poll_lost
    #[must_use]
    pub const fn lease_lost(&self) -> GuardRefusal {
        GuardReason::LeaseLost.refuse(self.statuses)
    }
}
