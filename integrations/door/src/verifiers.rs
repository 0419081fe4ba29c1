//! Where the verifier of a request comes from.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use webhook_verify::{Challenge, ChallengeError, Delivery, LiveVerifier, Provider, Verifier};

use crate::head::Head;
use crate::intake::Intake;
use crate::pace::after;
use crate::reading::Reading;
use crate::rejection::{Reason, Rejection};
use crate::tenants::{Found, Tenants};

/// One verifier for all requests, the current one of several, or that of the request's tenant.
#[derive(Clone)]
pub struct Verifiers(Kind);

#[derive(Clone)]
enum Kind {
    Fixed(Verifier),
    Live(Arc<dyn Fn() -> Verifier + Send + Sync>),
    Tenants(Tenants),
}

impl Verifiers {
    /// The verifier of this provider for all requests.
    #[must_use]
    pub fn fixed(provider: &impl Provider) -> Self {
        Self(Kind::Fixed(provider.verifier().clone()))
    }

    /// Whichever verifier is the current one when a request comes.
    #[must_use]
    pub fn live<P: Provider>(live: LiveVerifier<P>) -> Self {
        Self(Kind::Live(Arc::new(move || live.load().verifier().clone())))
    }

    /// The verifier of each request's tenant.
    #[must_use]
    pub const fn tenants(tenants: Tenants) -> Self {
        Self(Kind::Tenants(tenants))
    }

    /// The answer to a request that is no event but a provider's question, from its head alone; ask before
    /// [`Intake::begin_with`], which takes events only. `None` if it is none, or if a tenant would have to be looked up.
    pub fn challenge<H, K, V>(
        &self,
        head: &Head<'_, H>,
    ) -> Option<Result<Challenge, ChallengeError>>
    where
        H: IntoIterator<Item = (K, V)> + Clone,
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let asked = |verifier: &Verifier| {
            verifier.challenge(head.method, head.target, head.headers.clone())
        };
        match &self.0 {
            Kind::Fixed(verifier) => asked(verifier),
            Kind::Live(load) => asked(&load()),
            Kind::Tenants(_) => None,
        }
    }
}

impl fmt::Debug for Verifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Fixed(verifier) => verifier.fmt(f),
            Kind::Live(load) => load().fmt(f),
            Kind::Tenants(tenants) => tenants.fmt(f),
        }
    }
}

/// What becomes of a request's head.
#[derive(Debug)]
#[must_use]
pub enum Begun {
    /// Its tenant must be looked up before it can be judged.
    Looking(Lookup),
    /// It was judged, and its body may come.
    Reading(Reading),
}

/// A lookup of a tenant. A door polls it until [`Lookup::due`], and then gives the verifier to [`Lookup::resume`].
#[must_use = "futures do nothing unless polled"]
pub struct Lookup {
    answer: Pin<Box<dyn Future<Output = Result<Verifier, Reason>> + Send>>,
    intake: Intake,
    received: Instant,
    due: Instant,
}

impl Lookup {
    /// When to give up.
    #[must_use]
    pub const fn due(&self) -> Instant {
        self.due
    }

    /// The refusal of a request whose tenant was not found by then.
    #[must_use]
    pub const fn late() -> Rejection {
        Rejection::new(Reason::TenantTimeout, &Delivery::UNKNOWN)
    }

    /// Judges the head, by the verifier that was found. The body has its whole time from now on; the answer is due when
    /// it would have been without the lookup.
    ///
    /// # Errors
    /// As [`Intake::begin`].
    pub fn resume<H, K, V>(
        self,
        verifier: &Verifier,
        head: Head<'_, H>,
        now: Instant,
    ) -> Result<Reading, Rejection>
    where
        H: IntoIterator<Item = (K, V)> + Clone,
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        self.intake.resume(verifier, head, self.received, now)
    }
}

impl Future for Lookup {
    type Output = Result<Verifier, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.answer
            .as_mut()
            .poll(cx)
            .map_err(|reason| Rejection::new(reason, &Delivery::UNKNOWN))
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup").finish_non_exhaustive()
    }
}

impl Intake {
    /// As [`Intake::begin`], where the verifier may have to be looked up first. A request whose method or type is not
    /// taken causes no lookup.
    ///
    /// # Errors
    /// As [`Intake::begin`]; 401 for a tenant that is unknown.
    pub fn begin_with<H, K, V>(
        &self,
        verifiers: &Verifiers,
        head: Head<'_, H>,
        now: Instant,
    ) -> Result<Begun, Rejection>
    where
        H: IntoIterator<Item = (K, V)> + Clone,
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let tenants = match &verifiers.0 {
            Kind::Fixed(verifier) => return self.begin(verifier, head, now).map(Begun::Reading),
            Kind::Live(load) => return self.begin(&load(), head, now).map(Begun::Reading),
            Kind::Tenants(tenants) => tenants,
        };
        self.screen(&head, &Delivery::UNKNOWN)?;
        match tenants.find(head.target, head.headers.clone()) {
            Ok(Found::Now(verifier)) => self.begin(&verifier, head, now).map(Begun::Reading),
            Ok(Found::Later(answer)) => Ok(Begun::Looking(Lookup {
                answer,
                intake: self.clone(),
                received: now,
                due: after(now, tenants.time()),
            })),
            Err(reason) => Err(Rejection::new(reason, &Delivery::UNKNOWN)),
        }
    }
}
