//! A scheme, its secrets and a policy, ready for requests.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::body::Body;
use crate::compare::Comparison;
use crate::content::Content;
use crate::error::{ConfigError, VerifyError};
use crate::head::{Extra, Head, Window};
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
use crate::key_source::{KeyAnswer, KeySource};
use crate::mac::{Key, Running, Side};
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
use crate::parsed::judge_fetched;
use crate::parsed::{Claimed, Claims, Request, Rules, judge};
use crate::scheme::{BodyCoverage, Coverage, FIVE_MINUTES, Part, Plan, Scheme, Signatures};
use crate::secret::{Secret, SecretSet, secret_from};
use crate::settings::{Setting, Settings};
use crate::time::{Clock, UnixTime};
use crate::validity::Validity;
use crate::verification::Verification;
use crate::verified::Verified;

/// Signatures times keys in one request, where each check costs as much as hashing a hundred kilobytes.
const MAX_ASYMMETRIC_CHECKS: usize = 8;
const MAX_TOLERANCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Verifies requests of one scheme under one set of secrets. Clones share everything and cost one counter.
///
/// ```
/// use std::time::Duration;
/// use webhook_verify::{Secret, StandardWebhooks, Verifier};
///
/// # fn main() -> Result<(), webhook_verify::ConfigError> {
/// let verifier = Verifier::builder(StandardWebhooks::SCHEME)
///     .secret("2026-11", "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0")
///     .secret("2026-05", "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgdGVzdHM=")
///     .tolerance(Duration::from_secs(60))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

/// What verifiers, running verifications and proofs share.
#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) scheme: Scheme,
    pub(crate) plan: Plan,
    pub(crate) keys: Vec<Key>,
    /// What the keys were made from, to explain a refusal by.
    secrets: SecretSet,
    pub(crate) tenant: Option<Arc<str>>,
    pub(crate) body_limit: usize,
    url: Box<str>,
    pub(crate) settings: Settings,
    tolerance: Duration,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    pub(crate) const fn of(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Starts a verifier of that scheme.
    pub fn builder(scheme: Scheme) -> VerifierBuilder {
        VerifierBuilder::new(scheme, |verifier| verifier)
    }

    /// Checks a whole request that is in memory.
    ///
    /// `headers` are all headers of the request, or at least those that the scheme reads; names in any case, repeats
    /// kept. `body` must be the bytes as they came over the wire: nothing parsed, re-encoded or decompressed.
    ///
    /// # Errors
    /// [`VerifyError`] if the request is refused; answer with [`VerifyError::status`] and an empty body.
    pub fn verify<K, V, B>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
        body: B,
    ) -> Result<Verified<B>, VerifyError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
        B: Body,
    {
        self.verify_at(headers, body, self.inner.clock.now())
    }

    /// As [`Verifier::verify`], for a request that was received at a known time.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn verify_at<K, V, B>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
        body: B,
        received_at: UnixTime,
    ) -> Result<Verified<B>, VerifyError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
        B: Body,
    {
        let inner = &*self.inner;
        let mut signatures = Signatures::of(&inner.scheme);
        let mut head = Head::none();
        inner.read(headers, received_at, &mut head, &mut signatures)?;
        if body.as_ref().len() > inner.body_limit {
            return Err(VerifyError::BodyTooLarge {
                limit: inner.body_limit,
            });
        }
        let secret = inner.judge(&mut head, &mut signatures, body.as_ref(), None, received_at)?;
        Ok(Verified::new(
            Arc::clone(&self.inner),
            head,
            secret,
            received_at,
            body,
        ))
    }

    /// Judges the headers of a request whose body is still to come.
    ///
    /// # Errors
    /// [`VerifyError`] if the request can be refused without its body, also because its `Content-Length` is over the
    /// limit. Read nothing of it then.
    pub fn begin<K, V>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Verification, VerifyError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        self.begin_at(headers, self.inner.clock.now())
    }

    /// As [`Verifier::begin`], for a request that was received at a known time.
    ///
    /// # Errors
    /// As [`Verifier::begin`].
    pub fn begin_at<K, V>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
        received_at: UnixTime,
    ) -> Result<Verification, VerifyError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let mut signatures = Signatures::of(&self.inner.scheme);
        let mut head = Head::none();
        self.inner
            .read(headers, received_at, &mut head, &mut signatures)?;
        Ok(Verification::new(
            Arc::clone(&self.inner),
            head,
            signatures,
            received_at,
        ))
    }

    /// The tenant whose secrets these are, if there are several tenants.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.inner.tenant.as_deref()
    }

    /// This verifier as that tenant's; the tenant becomes part of every event's key. Copies the keys, so do it once for a
    /// tenant and not for each request.
    #[must_use]
    pub fn with_tenant(&self, tenant: &str) -> Self {
        let mut inner = Inner::clone(&self.inner);
        inner.tenant = Some(tenant.into());
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The MAC of a short text under the newest secret of that time.
    pub(crate) fn newest_mac(&self, text: &[u8], now: UnixTime) -> Option<Vec<u8>> {
        let (_, key) = self.inner.active(now).next()?;
        key.mac(text)
    }

    pub(crate) fn setting(&self, setting: Setting) -> Option<&str> {
        self.inner.settings.get(setting)
    }

    pub(crate) fn now(&self) -> UnixTime {
        self.inner.clock.now()
    }

    /// The URL that the provider was given, or nothing.
    pub(crate) fn public_url(&self) -> &str {
        &self.inner.url
    }

    /// This verifier, with each of its secrets valid at any time.
    pub(crate) fn without_validity(&self) -> Option<Self> {
        let secrets = self.inner.secrets.clone().without_validity();
        self.with(*self.scheme(), self.public_url(), secrets)
    }

    /// A verifier with this one's secrets and policy for another scheme and URL, where the secrets fit it.
    pub(crate) fn like(&self, scheme: Scheme, url: &str) -> Option<Self> {
        self.with(scheme, url, self.inner.secrets.clone())
    }

    fn with(&self, scheme: Scheme, url: &str, secrets: SecretSet) -> Option<Self> {
        let inner = &*self.inner;
        let mut builder = Self::builder(scheme)
            .secrets(secrets)
            .body_limit(inner.body_limit)
            .public_url(url)
            .accept_uncovered_body();
        builder.settings = inner.settings.clone();
        builder.clock = Some(Arc::clone(&inner.clock));
        builder.build().ok()
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.inner.scheme
    }

    /// The longest body that is taken, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.inner.body_limit
    }
}

impl Inner {
    fn read<K, V>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
        received_at: UnixTime,
        head: &mut Head,
        signatures: &mut Signatures,
    ) -> Result<(), VerifyError>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        head.read(
            &self.scheme,
            &self.plan,
            headers,
            self.window(received_at),
            self.body_limit,
            signatures,
        )?;
        match self.active(received_at).next() {
            None if self.scheme.has_secrets() => Err(VerifyError::NoActiveSecret),
            _ => Ok(()),
        }
    }

    /// The keys that count at that time, which depends on nothing secret, and where they stand among all keys.
    pub(crate) fn active(&self, received_at: UnixTime) -> impl Iterator<Item = (usize, &Key)> {
        self.keys
            .iter()
            .enumerate()
            .filter(move |(_, key)| key.validity.contains(received_at))
    }

    const fn window(&self, received_at: UnixTime) -> Window {
        Window {
            received_at,
            tolerance: self.tolerance,
        }
    }

    pub(crate) fn content(&self) -> Content<'_> {
        Content {
            scheme: &self.scheme,
            url: &self.url,
        }
    }

    /// The verdict over a whole body: the secret that matched; what was read from the body goes into the head. `running`
    /// are hashes that the body was fed to while it arrived, one for each key that counts at that time.
    pub(crate) fn judge(
        &self,
        head: &mut Head,
        signatures: &mut Signatures,
        body: &[u8],
        running: Option<Vec<Running>>,
        received_at: UnixTime,
    ) -> Result<usize, VerifyError> {
        let (scheme, plan, window) = (&self.scheme, &self.plan, self.window(received_at));
        if let Some(rules) = scheme.rules {
            return self.judge_claims(rules, head, body, received_at);
        }
        if plan.parsed_first {
            head.read_members(scheme, plan, body, window, signatures)?;
        }
        if scheme.algorithm.is_asymmetric() {
            let keys = self.active(received_at).count();
            if signatures.seen.saturating_mul(keys) > MAX_ASYMMETRIC_CHECKS {
                return Err(VerifyError::TooManySignatures {
                    limit: MAX_ASYMMETRIC_CHECKS / keys.max(1),
                });
            }
        }
        let (mut comparison, content) = (Comparison::new(), self.content());
        match running {
            Some(running) => {
                for ((place, key), running) in self.active(received_at).zip(running) {
                    comparison.secret(place);
                    key.judge(running, content, head, signatures, &mut comparison);
                }
            }
            None => {
                for (place, key) in self.active(received_at) {
                    comparison.secret(place);
                    key.check(content, head, body, signatures, &mut comparison);
                }
            }
        }
        let secret = comparison.verdict().ok_or(VerifyError::SignatureMismatch)?;
        head.read_signed_time(scheme, plan, body, window)?;
        Ok(secret)
    }
}

impl Inner {
    /// The verdict where the scheme has rules: they say what the request claims, and this says whether that is so.
    fn judge_claims(
        &self,
        rules: &dyn Rules,
        head: &mut Head,
        body: &[u8],
        received_at: UnixTime,
    ) -> Result<usize, VerifyError> {
        let nothing = Extra::default();
        let claims = rules.claims(&Request {
            head: head.extra.as_deref().unwrap_or(&nothing),
            body,
            url: &self.url,
            settings: &self.settings,
            window: self.window(received_at),
        })?;
        let (places, keys): (Vec<usize>, Vec<&Key>) = self.active(received_at).unzip();
        let candidates = claims
            .checks
            .iter()
            .map(|check| check.candidates.len())
            .sum::<usize>();
        let checks = candidates.saturating_mul(keys.len().max(1));
        if claims.algorithm.is_asymmetric() && checks > MAX_ASYMMETRIC_CHECKS {
            return Err(VerifyError::TooManySignatures {
                limit: MAX_ASYMMETRIC_CHECKS,
            });
        }
        if let Some(claimed) = claims.key.clone() {
            self.judge_fetched(&claims, &claimed, received_at)?;
            let claims = claims.into_owned();
            head.adopt(&self.scheme, claims);
            return Ok(usize::MAX);
        }
        let secret = judge(&claims, &keys)
            .and_then(|matched| places.get(matched).copied())
            .ok_or(VerifyError::SignatureMismatch)?;
        // The claims borrow from the head that they are about to be kept in.
        let claims = claims.into_owned();
        head.adopt(&self.scheme, claims);
        Ok(secret)
    }
}

impl Inner {
    /// The verdict under a key that the user's source has.
    #[cfg(any(feature = "ecdsa", feature = "rsa"))]
    fn judge_fetched(
        &self,
        claims: &Claims<'_>,
        claimed: &Claimed,
        received_at: UnixTime,
    ) -> Result<(), VerifyError> {
        let unknown = || VerifyError::UnknownKey;
        let source = self.settings.keys().ok_or_else(unknown)?;
        let key = match source.key(&claimed.request, received_at) {
            KeyAnswer::Found(key) => key,
            KeyAnswer::Unknown => return Err(unknown()),
            KeyAnswer::NotYet => {
                return Err(VerifyError::KeyNotFetched {
                    request: Box::new(claimed.request.clone()),
                });
            }
        };
        if !key.is_valid_at(received_at) {
            return Err(unknown());
        }
        #[cfg(feature = "rsa")]
        if let Some(suffix) = claimed.certified
            && !key.is_certified(
                suffix,
                self.settings.get(Setting::TrustAnchors),
                received_at,
            )
        {
            return Err(unknown());
        }
        match judge_fetched(claims, &key) {
            true => Ok(()),
            false => Err(VerifyError::SignatureMismatch),
        }
    }

    /// No row of this build claims a key that must be fetched.
    #[cfg(not(any(feature = "ecdsa", feature = "rsa")))]
    #[expect(clippy::unused_self, reason = "the other one needs it")]
    fn judge_fetched(&self, _: &Claims<'_>, _: &Claimed, _: UnixTime) -> Result<(), VerifyError> {
        Err(VerifyError::UnknownKey)
    }
}

/// The policy in five lines, for a log at start-up: what is looked at, what it covers, the window, the secrets by their
/// labels, and the limits.
impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            scheme,
            keys,
            tolerance,
            body_limit,
            ..
        } = &*self.inner;
        let Coverage {
            body,
            timestamp,
            id,
        } = scheme.coverage();
        writeln!(
            f,
            "{}: {} in {}",
            scheme.name(),
            scheme.algorithm(),
            scheme.signature_name()
        )?;
        let body = match body {
            BodyCoverage::Whole => "the whole body",
            BodyCoverage::Fields => "all fields of the body, run together",
            BodyCoverage::Partial => "a part of the body",
            BodyCoverage::None => "nothing of the body",
        };
        let signed = |is: bool| if is { "signed" } else { "not signed" };
        writeln!(
            f,
            "covers {body}; the time is {}, the id is {}",
            signed(timestamp),
            signed(id)
        )?;
        match timestamp {
            true => writeln!(f, "the clocks may differ by {} s", tolerance.as_secs())?,
            false => writeln!(f, "a replay cannot be told by its age")?,
        }
        f.write_str("secrets: ")?;
        for (at, key) in keys.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{}{}", key.label.escape_debug(), key.validity)?;
        }
        write!(
            f,
            "\nat most {} signatures and {body_limit} bytes of body",
            scheme.max_signatures
        )
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<&str> = self.inner.keys.iter().map(|key| &*key.label).collect();
        f.debug_struct("Verifier")
            .field("scheme", &self.inner.scheme.name())
            .field("secrets", &labels)
            .field("tenant", &self.inner.tenant)
            .field("tolerance", &self.inner.tolerance)
            .field("body_limit", &self.inner.body_limit)
            .finish_non_exhaustive()
    }
}

/// Collects a verifier's secrets and policy. `P` is what [`VerifierBuilder::build`] makes: a [`Verifier`], or the typed
/// one of a provider.
#[must_use]
pub struct VerifierBuilder<P = Verifier> {
    scheme: Scheme,
    secrets: Result<Option<SecretSet>, ConfigError>,
    tenant: Option<Arc<str>>,
    tolerance: Duration,
    body_limit: Option<usize>,
    url: Option<Box<str>>,
    settings: Settings,
    clock: Option<Arc<dyn Clock>>,
    accept_uncovered_body: bool,
    wrap: fn(Verifier) -> P,
}

impl<P> VerifierBuilder<P> {
    pub(crate) fn new(scheme: Scheme, wrap: fn(Verifier) -> P) -> Self {
        Self {
            scheme,
            secrets: Ok(None),
            tenant: None,
            tolerance: scheme
                .timestamp
                .map_or(FIVE_MINUTES, |timestamp| timestamp.tolerance),
            body_limit: None,
            url: None,
            settings: Settings::default(),
            clock: default_clock(),
            accept_uncovered_body: false,
            wrap,
        }
    }

    /// Adds a secret under a label that logs, metrics and [`Verified::secret_label`] show. Give the newest first.
    pub fn secret<S>(mut self, label: &str, secret: S) -> Self
    where
        S: TryInto<Secret>,
        ConfigError: From<S::Error>,
    {
        self.secrets = self.secrets.and_then(|secrets| {
            let secret = secret_from(secret)?;
            match secrets {
                None => Ok(Some(SecretSet::new(label, secret))),
                Some(secrets) => secrets.and(label, secret).map(Some),
            }
        });
        self
    }

    /// Limits that secret in time: outside its validity it does not verify. A secret is always valid unless limited.
    ///
    /// ```
    /// use webhook_verify::{GitHub, UnixTime, Validity};
    /// # fn main() -> Result<(), webhook_verify::ConfigError> {
    /// let github = GitHub::builder()
    ///     .secret("2026-11", "not-a-real-secret-2")
    ///     .secret("2026-05", "not-a-real-secret-1")
    ///     .validity("2026-05", Validity::ALWAYS.not_after(UnixTime::from_secs(1_796_083_200)))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn validity(mut self, label: &str, validity: Validity) -> Self {
        self.secrets = self.secrets.and_then(|secrets| match secrets {
            Some(secrets) => secrets.validity(label, validity).map(Some),
            None => Err(ConfigError::UnknownLabel {
                label: label.to_string(),
            }),
        });
        self
    }

    /// Takes these secrets instead of all that were given before.
    pub fn secrets(mut self, secrets: SecretSet) -> Self {
        self.secrets = Ok(Some(secrets));
        self
    }

    /// Names the tenant whose secrets these are; it becomes part of every event's key.
    pub fn tenant(mut self, tenant: &str) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The URL that the provider was given, to the letter, for schemes that sign it. Never taken from a request: what a
    /// request says of its own host and scheme is up to its sender.
    pub fn public_url(mut self, url: &str) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Tells the scheme something that it needs besides secrets, as [`Scheme::settings`] lists. A setting may be given
    /// several times where several values are allowed; elsewhere the last one counts.
    pub fn setting(mut self, setting: Setting, value: &str) -> Self {
        self.settings.add(setting, value);
        self
    }

    /// Where public keys come from, for schemes whose keys must be fetched.
    #[cfg(any(feature = "ecdsa", feature = "rsa"))]
    pub fn key_source(mut self, source: impl KeySource) -> Self {
        self.settings.set_keys(Arc::new(source));
        self
    }

    /// How far the signed time and the clock may be apart, to either side. What the provider's own SDK allows unless
    /// given, which is five minutes for most; at most one day.
    pub const fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The longest body that is taken, in bytes. [`Scheme::body_limit`] unless given.
    pub const fn body_limit(mut self, limit: usize) -> Self {
        self.body_limit = Some(limit);
        self
    }

    /// Where "now" comes from. The system's clock unless given.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Accepts that the scheme says who may send and nothing about what was sent.
    pub const fn accept_uncovered_body(mut self) -> Self {
        self.accept_uncovered_body = true;
        self
    }

    /// Makes the verifier.
    ///
    /// # Errors
    /// [`ConfigError`] if there is no secret, one of them cannot be used with this scheme, a limit is out of range, or
    /// the scheme leaves the body uncovered and that was not accepted.
    pub fn build(self) -> Result<P, ConfigError> {
        let secrets = match self.secrets? {
            Some(secrets) => secrets,
            None if self.scheme.has_secrets() => return Err(ConfigError::NoSecret),
            None => SecretSet::none(),
        };
        if self.tolerance.is_zero() || self.tolerance > MAX_TOLERANCE {
            return Err(ConfigError::Tolerance);
        }
        let body_limit = self.body_limit.unwrap_or(self.scheme.body_limit);
        if body_limit == 0 {
            return Err(ConfigError::BodyLimit);
        }
        let covered = matches!(
            self.scheme.coverage().body,
            BodyCoverage::Whole | BodyCoverage::Fields
        );
        if !covered && !self.accept_uncovered_body {
            return Err(ConfigError::UncoveredBody {
                scheme: self.scheme.name().to_string(),
            });
        }
        if self.scheme.covers(&Part::Url) && self.url.is_none() {
            return Err(ConfigError::NoUrl {
                scheme: self.scheme.name().to_string(),
            });
        }
        if !self.scheme.has_secrets() && !self.settings.has_keys() {
            return Err(ConfigError::NoKeySource {
                scheme: self.scheme.name().to_string(),
            });
        }
        if let Some(setting) = self.settings.missing(self.scheme.settings()) {
            return Err(ConfigError::MissingSetting {
                scheme: self.scheme.name().to_string(),
                setting,
            });
        }
        let clock = self.clock.ok_or(ConfigError::NoClock)?;
        let keys = Key::all(&self.scheme, &secrets, Side::Verify)?;
        let inner = Inner {
            plan: Plan::new(&self.scheme),
            scheme: self.scheme,
            keys,
            secrets,
            tenant: self.tenant,
            body_limit,
            url: self.url.unwrap_or_default(),
            settings: self.settings,
            tolerance: self.tolerance,
            clock,
        };
        Ok((self.wrap)(Verifier {
            inner: Arc::new(inner),
        }))
    }
}

impl<P> fmt::Debug for VerifierBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder")
            .field("scheme", &self.scheme.name())
            .finish_non_exhaustive()
    }
}

#[cfg(all(
    feature = "std",
    not(all(target_family = "wasm", target_os = "unknown"))
))]
pub(crate) fn default_clock() -> Option<Arc<dyn Clock>> {
    Some(Arc::new(crate::time::SystemClock))
}

#[cfg(not(all(
    feature = "std",
    not(all(target_family = "wasm", target_os = "unknown"))
)))]
pub(crate) fn default_clock() -> Option<Arc<dyn Clock>> {
    None
}
