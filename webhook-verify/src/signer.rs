//! The sender's half: the same rows, interpreted the other way.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};

use crate::content::{Content, Values};
use crate::error::{ConfigError, SignError};
use crate::head::MAX_ATTRIBUTE;
use crate::mac::{Key, Side};
use crate::parsed;
use crate::scheme::{Algorithm, Encoding, Field, Part, Path, Place, Scheme, Syntax, TimeFormat};
use crate::secret::{Secret, SecretSet, secret_from};
use crate::settings::{Setting, Settings};
use crate::text::visible;
use crate::time::{Clock, UnixTime};
use crate::time_format;

/// Signs requests of one scheme.
///
/// While secrets rotate it signs with each secret that is valid at the time of the message, in the scheme's own way to say
/// so, so that receivers with any one of them accept the request. Where the format has room for fewer
/// ([`Scheme::signatures_per_request`]) the newest are used, in most such formats only one. Limit the new secret with
/// [`SecretSet::validity`](crate::SecretSet::validity) there, so that receivers can take it in before it is used.
///
/// Sign once per attempt: a retry needs a fresh time under the same id. Send exactly the bytes that were signed.
#[derive(Clone)]
pub struct Signer {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    scheme: Scheme,
    keys: Vec<Key>,
    settings: Settings,
    clock: Option<Arc<dyn Clock>>,
}

/// What is to be signed.
#[derive(Clone, Copy)]
#[must_use]
pub struct Message<'a> {
    body: &'a [u8],
    id: Option<&'a str>,
    event_type: Option<&'a str>,
    url: Option<&'a str>,
    at: Option<UnixTime>,
}

impl<'a> Message<'a> {
    /// A message of these bytes.
    pub fn new(body: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self {
            body: body.as_ref(),
            id: None,
            event_type: None,
            url: None,
            at: None,
        }
    }

    /// The id of the event: the same for every attempt. Needed by schemes that sign it.
    pub const fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    /// The event type, for schemes that carry it in a header.
    pub const fn event_type(mut self, event_type: &'a str) -> Self {
        self.event_type = Some(event_type);
        self
    }

    /// The URL that the message goes to, as its receiver registered it. Needed by schemes that sign it.
    pub const fn url(mut self, url: &'a str) -> Self {
        self.url = Some(url);
        self
    }

    /// The time of this attempt. The signer's clock unless given.
    pub const fn at(mut self, time: UnixTime) -> Self {
        self.at = Some(time);
        self
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("at", &self.at)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl Signer {
    /// A signer with one secret.
    ///
    /// # Errors
    /// [`ConfigError::Secret`] if the secret cannot be used with this scheme.
    pub fn new<S>(scheme: Scheme, secret: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secret>,
        ConfigError: From<S::Error>,
    {
        Self::with_secrets(scheme, &SecretSet::new("current", secret_from(secret)?))
    }

    /// A signer with several secrets, the newest first.
    ///
    /// # Errors
    /// As [`Signer::new`].
    pub fn with_secrets(scheme: Scheme, secrets: &SecretSet) -> Result<Self, ConfigError> {
        let keys = Key::all(&scheme, secrets, Side::Sign)?;
        let clock = crate::verifier::default_clock();
        Ok(Self {
            inner: Arc::new(Inner {
                scheme,
                keys,
                settings: Settings::default(),
                clock,
            }),
        })
    }

    /// Tells the scheme something that it needs besides secrets, as [`Scheme::settings`] lists.
    #[must_use]
    pub fn setting(self, setting: Setting, value: &str) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.inner);
        inner.settings.add(setting, value);
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The whole request that makes a receiver accept the message: its headers, and the body and the URL where the scheme
    /// puts something into them.
    ///
    /// ```
    /// use webhook_verify::{Message, TwilioJson};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let signer = TwilioJson::signer("not-a-real-token")?;
    /// let signed = signer.sign_request(&Message::new("{}").url("https://shop.example.com/hooks"))?;
    /// assert_eq!(
    ///     signed.url(),
    ///     Some("https://shop.example.com/hooks?bodySHA256=\
    ///         44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
    /// );
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`Signer::sign`], and [`SignError::Body`] if the body is not of the form that the scheme signs.
    pub fn sign_request(&self, message: &Message<'_>) -> Result<SignedRequest, SignError> {
        let Some(rules) = self.inner.scheme.rules else {
            let headers = self.sign(message)?;
            return Ok(SignedRequest {
                headers,
                body: message.body.to_vec(),
                url: message.url.map(ToOwned::to_owned),
            });
        };
        let time = self.time(message)?;
        let visible_or = |text: Option<&str>, error| match text {
            Some(text) if visible(text.as_bytes(), MAX_ATTRIBUTE).is_none() => Err(error),
            _ => Ok(()),
        };
        visible_or(message.id, SignError::InvalidId)?;
        visible_or(message.event_type, SignError::InvalidType)?;
        let active = self
            .inner
            .keys
            .iter()
            .find(|key| key.validity.contains(time));
        let signed = rules.sign(&parsed::Outgoing {
            body: message.body,
            url: message.url,
            id: message.id,
            time,
            key: active.ok_or(SignError::NoActiveSecret)?.secret(),
            settings: &self.inner.settings,
        })?;
        let mut headers = signed.headers;
        for (field, value) in [
            (self.inner.scheme.id, message.id),
            (self.inner.scheme.event_type, message.event_type),
        ] {
            if let (Some(Field::Header(name)), Some(value)) = (field, value) {
                headers.push((name.into(), value.to_owned()));
            }
        }
        Ok(SignedRequest {
            headers: SignedHeaders { headers },
            body: signed.body.unwrap_or_else(|| message.body.to_vec()),
            url: signed.url.or_else(|| message.url.map(ToOwned::to_owned)),
        })
    }

    fn time(&self, message: &Message<'_>) -> Result<UnixTime, SignError> {
        match (message.at, &self.inner.clock) {
            (Some(time), _) => Ok(time),
            (None, Some(clock)) => Ok(clock.now()),
            (None, None) => Err(SignError::MissingTime),
        }
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.inner.scheme
    }

    /// The headers that make a receiver accept the message.
    ///
    /// # Errors
    /// [`SignError`] if the scheme needs what the message lacks, or cannot carry what it has.
    pub fn sign(&self, message: &Message<'_>) -> Result<SignedHeaders, SignError> {
        let Inner { scheme, keys, .. } = &*self.inner;
        if scheme.rules.is_some() {
            let signed = self.sign_request(message)?;
            let as_it_was = signed.body == message.body && signed.url.as_deref() == message.url;
            return as_it_was.then_some(signed.headers).ok_or(SignError::InBody);
        }
        let time = self.time(message)?;
        let id = self.id(message)?;
        let event_type = match message.event_type {
            Some(text) => {
                Some(visible(text.as_bytes(), MAX_ATTRIBUTE).ok_or(SignError::InvalidType)?)
            }
            None => None,
        };
        if matches!(scheme.place, Place::Json(_)) {
            return Err(SignError::InBody);
        }
        let url = match message.url {
            None if scheme.covers(&Part::Url) => return Err(SignError::MissingUrl),
            url => url.unwrap_or_default(),
        };
        let format = scheme
            .timestamp
            .map_or(TimeFormat::Seconds, |timestamp| timestamp.format);
        let timestamp = time_format::write(time, format);

        let values = Outgoing {
            id: id.unwrap_or_default(),
            timestamp: &timestamp,
        };
        let content = Content { scheme, url };
        let mut active = keys
            .iter()
            .filter(|key| key.validity.contains(time))
            .peekable();
        if active.peek().is_none() {
            return Err(SignError::NoActiveSecret);
        }
        let signatures = active.take(scheme.signatures_per_request()).map(|key| {
            if scheme.algorithm == Algorithm::Token {
                return token_text(key.secret(), scheme.encoding);
            }
            let mut running = key.start(content, &values);
            running.update(message.body);
            encode(
                key.sign(running, content, &values).as_bytes(),
                scheme.encoding,
            )
        });

        let mut headers: Vec<(Cow<'static, str>, String)> = Vec::with_capacity(4);
        let mut carry = |field: Option<Field>, value: Option<&str>| {
            if let (Some(Field::Header(name)), Some(value)) = (field, value) {
                headers.push((name.into(), value.to_owned()));
            }
        };
        carry(scheme.id, id);
        carry(
            scheme.timestamp.map(|wanted| wanted.field),
            Some(&timestamp),
        );
        carry(scheme.event_type, event_type);
        headers.extend(self.signature_headers(signatures, &timestamp));
        Ok(SignedHeaders { headers })
    }

    fn id<'a>(&self, message: &Message<'a>) -> Result<Option<&'a str>, SignError> {
        let scheme = &self.inner.scheme;
        let signed = scheme.covers(&Part::Id);
        let Some(id) = message.id else {
            return if signed {
                Err(SignError::MissingId)
            } else {
                Ok(None)
            };
        };
        let id = visible(id.as_bytes(), MAX_ATTRIBUTE).ok_or(SignError::InvalidId)?;
        match scheme.separator_after(&Part::Id) {
            Some(separator) if id.contains(separator) => Err(SignError::InvalidId),
            _ => Ok(Some(id)),
        }
    }

    /// As many signatures as the scheme's headers have room for, the newest secret's first.
    fn signature_headers(
        &self,
        signatures: impl Iterator<Item = String>,
        timestamp: &str,
    ) -> Vec<(Cow<'static, str>, String)> {
        let scheme = &self.inner.scheme;
        let behind = |prefix: &str, signature: String| [prefix, &signature].concat();
        if let (Place::Header(name), Syntax::List { separator, prefix }) =
            (scheme.place, scheme.syntax)
        {
            let mut value = String::new();
            for signature in signatures {
                if !value.is_empty() {
                    value.push(char::from(separator));
                }
                value.push_str(prefix);
                value.push_str(&signature);
            }
            return alloc::vec![(name.into(), value)];
        }
        let single = match scheme.syntax {
            Syntax::Items {
                separator,
                assign,
                signature_key,
            } => {
                let mut value = String::new();
                let mut item = |key: &str, text: &str| {
                    if !value.is_empty() {
                        value.push(char::from(separator));
                    }
                    value.push_str(key);
                    value.push(char::from(assign));
                    value.push_str(text);
                };
                if let Some(Field::Item(key)) = scheme.timestamp.map(|wanted| wanted.field) {
                    item(key, timestamp);
                }
                signatures.for_each(|signature| item(signature_key, &signature));
                return alloc::vec![(scheme.signature_name().into(), value)];
            }
            Syntax::Single { prefix } | Syntax::List { prefix, .. } => {
                signatures.map(move |text| behind(prefix, text))
            }
        };
        match scheme.place {
            Place::Header(name) | Place::HeaderLines(name) => {
                single.map(|value| (name.into(), value)).collect()
            }
            Place::Headers(names) => names
                .iter()
                .zip(single)
                .map(|(name, value)| ((*name).into(), value))
                .collect(),
            Place::HeaderNumbers(prefix) => (1..)
                .zip(single)
                .map(|(number, value)| (Cow::Owned(alloc::format!("{prefix}{number}")), value))
                .collect(),
            Place::Json(_) | Place::Rules(_) => Vec::new(),
        }
    }
}

/// What a message puts into the content.
struct Outgoing<'a> {
    id: &'a str,
    timestamp: &'a str,
}

impl Values for Outgoing<'_> {
    fn id(&self) -> &[u8] {
        self.id.as_bytes()
    }

    fn timestamp(&self) -> &[u8] {
        self.timestamp.as_bytes()
    }

    fn json(&self, _: Path) -> &[u8] {
        b""
    }
}

fn encode(signature: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Base64 => Base64::encode_string(signature),
        Encoding::Base64Url => Base64UrlUnpadded::encode_string(signature),
        Encoding::Hex | Encoding::Verbatim => base16ct::lower::encode_string(signature),
    }
}

/// The secret itself, where that is what the scheme sends.
fn token_text(secret: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Verbatim => String::from_utf8_lossy(secret).into_owned(),
        Encoding::Base64 | Encoding::Base64Url | Encoding::Hex => encode(secret, encoding),
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<&str> = self.inner.keys.iter().map(|key| &*key.label).collect();
        f.debug_struct("Signer")
            .field("scheme", &self.inner.scheme.name())
            .field("secrets", &labels)
            .finish_non_exhaustive()
    }
}

/// The headers to send along with the signed bytes. No other header of the request may have one of these names.
///
/// A reference to it iterates over names and values, which is also what a verifier takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    headers: Vec<(Cow<'static, str>, String)>,
}

impl SignedHeaders {
    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl<'a> IntoIterator for &'a SignedHeaders {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        Iter {
            headers: self.headers.iter(),
        }
    }
}

/// A request to send, of which every part may be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    headers: SignedHeaders,
    body: Vec<u8>,
    url: Option<String>,
}

impl SignedRequest {
    /// The headers, besides whatever else the request has.
    #[must_use]
    pub const fn headers(&self) -> &SignedHeaders {
        &self.headers
    }

    /// The body to send, to the byte.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The URL to send it to, if the message has one.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The headers with the request line in front of them in HTTP/2's spelling, as a verifier takes them: the method POST,
    /// and the path and query of the URL.
    pub fn with_request_line(&self) -> impl Iterator<Item = (&str, &str)> {
        let target = self.url().map(|url| {
            let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
            let rest = rest.split_once('#').map_or(rest, |(front, _)| front);
            rest.find(['/', '?'])
                .and_then(|at| rest.get(at..))
                .unwrap_or("/")
        });
        [
            Some((":method", "POST")),
            target.map(|target| (":path", target)),
        ]
        .into_iter()
        .flatten()
        .chain(&self.headers)
    }
}

/// Iterates over [`SignedHeaders`].
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    headers: core::slice::Iter<'a, (Cow<'static, str>, String)>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.headers.next().map(|(name, value)| (&**name, &**value))
    }
}
