//! Handshakes that hand over a secret. Only whoever was told to expect one may take it.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::error::ConfigError;
use crate::json::{Found, pick};
use crate::secret::Secret;
use crate::time::UnixTime;

/// The one chance of a provider to hand over a signing secret: for one route and tenant, until a time, once.
///
/// Open one when you create the webhook with the provider, at an address that only this webhook has, and drop it
/// afterwards. It is taken by value, so it cannot be used twice; a request that brings a secret while no enrolment is open
/// must be refused like any other that is not signed. It never replaces a secret: what comes out is new, and for you to
/// store beside the others.
///
/// ```
/// use std::time::Duration;
/// use webhook_verify::{Enrolment, HandsOver, UnixTime};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = UnixTime::from_secs(1_700_000_000);
/// let open = Enrolment::open(HandsOver::Asana, "/hooks/asana/7f3a", Some("tenant-1"), now, Duration::from_secs(60));
/// let headers = [("x-hook-secret", "a-fake-secret-of-some-length")];
/// let enrolled = open.take("/hooks/asana/7f3a", Some("tenant-1"), headers, b"{}", now)?;
/// assert_eq!(enrolled.headers().next(), Some(("x-hook-secret", "a-fake-secret-of-some-length")));
/// let secret = enrolled.into_secret();
/// # Ok(()) }
/// ```
#[must_use]
pub struct Enrolment {
    from: HandsOver,
    route: Box<str>,
    tenant: Option<Box<str>>,
    until: UnixTime,
}

/// The providers that hand over a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandsOver {
    /// In the header `X-Hook-Secret`, which must be sent back.
    Asana,
    /// In the body, as `verification_token`.
    Notion,
}

/// A secret that was handed over.
#[must_use]
pub struct Enrolled {
    secret: Secret,
    echo: Option<String>,
}

/// A secret was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnrolmentError {
    /// The request is none that hands over a secret, or not in the provider's form.
    Malformed,
    /// It came to another route or for another tenant.
    NotHere,
    /// It came too late.
    Over,
}

impl Enrolment {
    /// Opens an enrolment for that long from now, one hour at most.
    pub fn open(
        from: HandsOver,
        route: &str,
        tenant: Option<&str>,
        now: UnixTime,
        during: core::time::Duration,
    ) -> Self {
        let during = during.min(core::time::Duration::from_secs(3600));
        Self {
            from,
            route: route.into(),
            tenant: tenant.map(Into::into),
            until: now.saturating_add(during),
        }
    }

    /// Whether a request at that time can still be the one.
    #[must_use]
    pub fn is_open_at(&self, now: UnixTime) -> bool {
        now <= self.until
    }

    /// Takes the secret out of a request that came to that route for that tenant. The enrolment is over with it, whatever
    /// comes out: somebody else at that address may be trying, and the provider is asked again.
    ///
    /// # Errors
    /// [`EnrolmentError`] if the request is not the one that is waited for; answer with its status.
    pub fn take<K, V>(
        self,
        route: &str,
        tenant: Option<&str>,
        headers: impl IntoIterator<Item = (K, V)>,
        body: &[u8],
        now: UnixTime,
    ) -> Result<Enrolled, EnrolmentError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        if *self.route != *route || self.tenant.as_deref() != tenant {
            return Err(EnrolmentError::NotHere);
        }
        if !self.is_open_at(now) {
            return Err(EnrolmentError::Over);
        }
        let mut shown = None;
        let mut signed = false;
        for (name, value) in headers {
            let name = name.as_ref();
            if name.eq_ignore_ascii_case("x-hook-secret") {
                if shown.is_some() {
                    return Err(EnrolmentError::Malformed);
                }
                shown = core::str::from_utf8(value.as_ref()).ok().map(String::from);
            }
            signed |= name.eq_ignore_ascii_case("x-hook-signature")
                || name.eq_ignore_ascii_case("x-notion-signature");
        }
        // A signed request is an event; who hands over a secret cannot sign with it yet.
        if signed {
            return Err(EnrolmentError::Malformed);
        }
        let text = match self.from {
            HandsOver::Asana => shown,
            HandsOver::Notion => match pick(body, &[&["verification_token"]]).as_deref() {
                Some([Found::Text(text)]) => Some(text.clone().into_owned()),
                _ => None,
            },
        };
        let text = text
            .filter(|text| is_secret(text))
            .ok_or(EnrolmentError::Malformed)?;
        let secret = Secret::new(&text).map_err(|_: ConfigError| EnrolmentError::Malformed)?;
        let echo = (self.from == HandsOver::Asana).then_some(text);
        Ok(Enrolled { secret, echo })
    }
}

/// Secrets that are handed over are 16 to 256 letters, digits, dashes and underscores.
fn is_secret(text: &str) -> bool {
    (16..=256).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl Enrolled {
    /// The headers to answer with, and status 200.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.echo
            .as_deref()
            .map(|text| ("x-hook-secret", text))
            .into_iter()
    }

    /// The secret, to be stored. Store it before you answer.
    #[must_use]
    pub fn into_secret(self) -> Secret {
        self.secret
    }
}

impl EnrolmentError {
    /// The status to answer with, and an empty body.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotHere | Self::Over => 401,
        }
    }
}

impl fmt::Display for EnrolmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the request hands over no secret in the provider's form",
            Self::NotHere => "the enrolment is for another route or tenant",
            Self::Over => "the enrolment is over",
        })
    }
}

impl core::error::Error for EnrolmentError {}

/// Shows no secret.
impl fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolled").finish_non_exhaustive()
    }
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment")
            .field("from", &self.from)
            .field("route", &self.route)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}
