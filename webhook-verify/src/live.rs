//! Changing the secrets of a program that runs.

use std::sync::{Arc, PoisonError, RwLock};

use crate::providers::Provider;
use crate::verifier::Verifier;

/// A verifier that can be swapped for another while requests run. Clones are handles to the same one.
///
/// [`LiveVerifier::load`] gives the current verifier; whatever began with it, a running
/// [`Verification`](crate::Verification) for one, keeps its secrets to its end. A swap is seen by every load that begins
/// after it returned.
///
/// A load takes a read lock for as long as it takes to raise a counter, and only a swap takes the write lock, for as long
/// as it takes to store a pointer: verifiers are built before, and dropped after.
///
/// ```
/// use webhook_verify::{LiveVerifier, Secret, Stripe};
///
/// # fn main() -> Result<(), webhook_verify::ConfigError> {
/// let live = LiveVerifier::new(Stripe::new("whsec_not-a-real-secret")?);
///
/// // On SIGHUP, or whenever the secret store says so:
/// let before = live.swap(
///     Stripe::builder()
///         .secret("2026-11", "whsec_another-fake-secret")
///         .secret("2026-05", "whsec_not-a-real-secret")
///         .build()?,
/// );
/// # drop(before);
/// // In a request:
/// let stripe = live.load();
/// # drop(stripe);
/// # Ok(()) }
/// ```
///
/// Needs `std` for its lock. Without it a [`Verifier`] is one pointer that is cheap to clone, so that any cell of the
/// platform's will do.
#[derive(Debug)]
pub struct LiveVerifier<P = Verifier> {
    current: Arc<RwLock<P>>,
}

impl<P: Provider> LiveVerifier<P> {
    /// Begins with that verifier.
    #[must_use]
    pub fn new(provider: P) -> Self {
        Self {
            current: Arc::new(RwLock::new(provider)),
        }
    }

    /// The current verifier.
    #[must_use]
    pub fn load(&self) -> P {
        // Nothing that could panic runs under the lock, so that even a poisoned one holds a whole verifier.
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Makes that verifier the current one, and gives back the one before.
    pub fn swap(&self, provider: P) -> P {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        core::mem::replace(&mut *current, provider)
    }
}

impl<P> Clone for LiveVerifier<P> {
    fn clone(&self) -> Self {
        Self {
            current: Arc::clone(&self.current),
        }
    }
}
