//! Requests to test receivers with: genuine ones, and every attack that a receiver must refuse.
//!
//! Works for receivers of any kind, hand-written ones too: all that it asks of one is a function from a request to a
//! status.
//!
//! ```
//! use webhook_verify::{Stripe, testing::{Request, assert_refuses_all_blocking}};
//!
//! # fn main() -> Result<(), webhook_verify::ConfigError> {
//! let secret = "whsec_not-a-real-secret";
//! let stripe = Stripe::new(secret)?;
//! let receiver = |request: Request| match stripe.verify(request.headers(), request.body()) {
//!     Ok(_) => 200,
//!     Err(refused) => refused.status(),
//! };
//!
//! let paid = Stripe::sample("invoice.paid").signed(secret);
//! assert_eq!(receiver(paid.clone()), 200);
//! assert_eq!(receiver(paid.tampered()), 401);
//! assert_eq!(receiver(paid.stale()), 401);
//! assert_eq!(receiver(paid.unsigned()), 401);
//!
//! // These and all others.
//! assert_refuses_all_blocking(&paid, receiver);
//! # Ok(()) }
//! ```
//!
//! With the feature `http` a [`Request`] becomes an `http::Request` with [`Request::into_http`], for tower services; the
//! header pairs do for everything else.
//!
//! The functions of this module panic where they cannot do what they were asked for: they are for tests.
// A test that cannot begin must fail there and then.
#![allow(clippy::panic)]

mod attacks;
mod body;
mod check;

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

pub use self::attacks::Attack;
pub use self::check::{assert_refuses_all, assert_refuses_all_blocking};
use crate::error::ConfigError;
use crate::scheme::{Part, Scheme};
use crate::secret::{Secret, secret_from};
use crate::signer::{Message, Signer};
use crate::time::UnixTime;

/// Older than any tolerance that a verifier can have.
const LONG_AGO: Duration = Duration::from_secs(25 * 60 * 60);

/// An event of a provider that is not signed yet. Its body has the members that the provider's row names, and no others.
#[derive(Clone, Debug)]
#[must_use]
pub struct Sample {
    scheme: Scheme,
    event_type: String,
    id: String,
    body: Option<Vec<u8>>,
    url: String,
    at: Option<UnixTime>,
}

impl Sample {
    /// An event of that type.
    pub fn new(scheme: Scheme, event_type: &str) -> Self {
        Self {
            scheme,
            event_type: event_type.to_owned(),
            id: "evt_1".to_owned(),
            body: None,
            url: "https://shop.example.com/hooks".to_owned(),
            at: None,
        }
    }

    /// Its id. `evt_1` unless given.
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// Its body, in place of the made-up one.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// The URL that it is sent to, for providers that sign it. `https://shop.example.com/hooks` unless given.
    pub fn url(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// The time that it is signed at. Now, unless given.
    pub const fn at(mut self, time: UnixTime) -> Self {
        self.at = Some(time);
        self
    }

    /// The request that the provider sends, signed with that secret; for public-key schemes, with that private key.
    ///
    /// # Panics
    /// If the secret is not of the provider's form, or if the provider keeps its signature in the body.
    pub fn signed<S>(&self, secret: S) -> Request
    where
        S: TryInto<Secret>,
        ConfigError: From<S::Error>,
    {
        match secret_from(secret) {
            Ok(secret) => Request::sign(self.clone(), secret),
            Err(error) => panic!("{error}"),
        }
    }

    fn time(&self) -> UnixTime {
        self.at.unwrap_or_else(|| {
            crate::verifier::default_clock().map_or_else(UnixTime::default, |clock| clock.now())
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let made_up = || body::made_up(&self.scheme, &self.id, &self.event_type, self.time());
        self.body.clone().unwrap_or_else(made_up)
    }
}

/// A request as it arrives.
#[derive(Clone)]
#[must_use]
pub struct Request {
    sample: Sample,
    secret: Secret,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn sign(sample: Sample, secret: Secret) -> Self {
        let at = sample.time();
        // From here on the time stands still, so that variations differ in nothing else.
        let sample = sample.at(at);
        let body = sample.bytes();
        let headers = match headers(&sample.scheme, &secret, &sample, &body) {
            Ok(headers) => headers,
            Err(problem) => panic!(
                "a sample of {} cannot be signed: {problem}",
                sample.scheme.name()
            ),
        };
        Self {
            sample,
            secret,
            headers,
            body,
        }
    }

    /// Names and values of its headers; repeats are kept.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Its body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The same request with another body under the same signature. Verifies only where the provider does not sign the
    /// whole body.
    pub fn tampered(&self) -> Self {
        let mut other = self.clone();
        match other.body.iter().rposition(u8::is_ascii_alphanumeric) {
            Some(at) => {
                if let Some(byte) = other.body.get_mut(at) {
                    *byte = if *byte == b'0' { b'1' } else { b'0' };
                }
            }
            None => other.body.push(b' '),
        }
        other
    }

    /// The same event, signed twenty-five hours ago: longer than any tolerance.
    ///
    /// # Panics
    /// If the provider signs no time, so that nobody can tell.
    pub fn stale(&self) -> Self {
        self.signed_at(self.sample.time().saturating_sub(LONG_AGO))
    }

    /// The same event, signed twenty-five hours from now.
    ///
    /// # Panics
    /// If the provider signs no time.
    pub fn future(&self) -> Self {
        self.signed_at(self.sample.time().saturating_add(LONG_AGO))
    }

    fn signed_at(&self, time: UnixTime) -> Self {
        assert!(
            self.sample.scheme.coverage().timestamp,
            "{} signs no time, so no request of it is stale",
            self.sample.scheme.name()
        );
        Self::sign(self.sample.clone().at(time), self.secret.clone())
    }

    /// The same request once more, byte for byte: authentic, and to be told from the first only by what is remembered.
    pub fn replayed(&self) -> Self {
        self.clone()
    }

    /// The same request without its signature.
    pub fn unsigned(&self) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(name, _)| !self.is_signature(name));
        other
    }

    /// The same event signed with another secret.
    ///
    /// # Panics
    /// If the provider's secrets have a form that nobody can make up.
    pub fn signed_by_another(&self) -> Self {
        match attacks::another_secret(&self.sample.scheme) {
            Ok(secret) => Self::sign(self.sample.clone(), secret),
            Err(error) => panic!("{error}"),
        }
    }

    /// As a request of the `http` crate, by POST to the path of its URL.
    ///
    /// # Panics
    /// If the URL or a header is none that HTTP allows.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn into_http(self) -> http::Request<bytes::Bytes> {
        let (_, behind) = self
            .sample
            .url
            .split_once("://")
            .unwrap_or(("", &self.sample.url));
        let target = behind.find('/').and_then(|at| behind.get(at..));
        let mut request =
            http::Request::post(target.unwrap_or("/")).header("content-type", "application/json");
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        match request.body(self.body.into()) {
            Ok(request) => request,
            Err(error) => panic!("{error}"),
        }
    }

    fn is_signature(&self, name: &str) -> bool {
        self.sample
            .scheme
            .signature_headers()
            .iter()
            .any(|header| match header.ends_with('-') {
                true => name.starts_with(header),
                false => name == *header,
            })
    }
}

/// The headers of a sample under that secret.
fn headers(
    scheme: &Scheme,
    secret: &Secret,
    sample: &Sample,
    body: &[u8],
) -> Result<Vec<(String, String)>, String> {
    let signer = Signer::new(*scheme, secret.clone()).map_err(|error| error.to_string())?;
    let mut message = Message::new(body)
        .event_type(&sample.event_type)
        .url(&sample.url)
        .at(sample.time());
    if scheme.covers(&Part::Id) || scheme.id.is_some() {
        message = message.id(&sample.id);
    }
    let signed = signer.sign(&message).map_err(|error| error.to_string())?;
    Ok(signed
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("scheme", &self.sample.scheme.name())
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
