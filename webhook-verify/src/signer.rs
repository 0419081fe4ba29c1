//! The sender's half: the same rows, interpreted the other way.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use base64ct::{Base64, Encoding as _};

use crate::error::{ConfigError, SignError};
use crate::head::{Head, MAX_ATTRIBUTE};
use crate::mac::Key;
use crate::scheme::{Encoding, Field, Part, Scheme, Syntax, Tag};
use crate::secret::{Secret, SecretSet, secret_from};
use crate::text::visible;
use crate::time::{Clock, UnixTime};

/// Signs requests of one scheme. While secrets rotate it signs with all of them where the scheme's header can say so,
/// and with the newest where it cannot.
///
/// Sign once per attempt: a retry needs a fresh time under the same id. Send exactly the bytes that were signed.
#[derive(Clone)]
pub struct Signer {
    inner: Arc<Inner>,
}

struct Inner {
    scheme: Scheme,
    keys: Vec<Key>,
    clock: Option<Arc<dyn Clock>>,
}

/// What is to be signed.
#[derive(Clone, Copy)]
#[must_use]
pub struct Message<'a> {
    body: &'a [u8],
    id: Option<&'a str>,
    event_type: Option<&'a str>,
    at: Option<UnixTime>,
}

impl<'a> Message<'a> {
    /// A message of these bytes.
    pub fn new(body: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self {
            body: body.as_ref(),
            id: None,
            event_type: None,
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
        let keys = Key::all(&scheme, secrets)?;
        let clock = crate::verifier::default_clock();
        Ok(Self {
            inner: Arc::new(Inner {
                scheme,
                keys,
                clock,
            }),
        })
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
        let Inner {
            scheme,
            keys,
            clock,
        } = &*self.inner;
        let time = match (message.at, clock) {
            (Some(time), _) => time,
            (None, Some(clock)) => clock.now(),
            (None, None) => return Err(SignError::MissingTime),
        };
        let id = self.id(message)?;
        let event_type = match message.event_type {
            Some(text) => {
                Some(visible(text.as_bytes(), MAX_ATTRIBUTE).ok_or(SignError::InvalidType)?)
            }
            None => None,
        };
        let timestamp = time.as_secs().to_string();

        let head = Head::to_sign(id.unwrap_or_default(), &timestamp);
        let tags = keys.iter().map(|key| {
            let mut running = key.start(scheme, &head);
            running.update(message.body);
            running.finish(scheme, &head)
        });
        let mut headers = Vec::with_capacity(4);
        let mut carry = |field: &Option<Field>, value: Option<&str>| {
            if let (Some(Field::Header(name)), Some(value)) = (field, value) {
                headers.push((name.clone(), value.to_owned()));
            }
        };
        carry(&scheme.id, id);
        carry(&scheme.timestamp, Some(&timestamp));
        carry(&scheme.event_type, event_type);
        headers.push((
            scheme.signature.header.clone(),
            self.signature(tags, &timestamp),
        ));
        Ok(SignedHeaders { headers })
    }

    fn id<'a>(&self, message: &Message<'a>) -> Result<Option<&'a str>, SignError> {
        let scheme = &self.inner.scheme;
        let signed = scheme.content.contains(&Part::Id);
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

    /// The value of the signature header.
    fn signature(&self, tags: impl Iterator<Item = Tag>, timestamp: &str) -> String {
        let header = &self.inner.scheme.signature;
        let mut tags = tags.map(|tag| match header.encoding {
            Encoding::Base64 => Base64::encode_string(&tag),
            Encoding::Hex => base16ct::lower::encode_string(&tag),
        });
        let mut value = String::new();
        match &header.syntax {
            Syntax::Single { prefix } => {
                value.push_str(prefix);
                value.push_str(&tags.next().unwrap_or_default());
            }
            Syntax::Items {
                separator,
                assign,
                signature_key,
            } => {
                let mut item = |key: &str, text: &str| {
                    if !value.is_empty() {
                        value.push(char::from(*separator));
                    }
                    value.push_str(key);
                    value.push(char::from(*assign));
                    value.push_str(text);
                };
                if let Some(Field::Item(key)) = &self.inner.scheme.timestamp {
                    item(key, timestamp);
                }
                tags.for_each(|tag| item(signature_key, &tag));
            }
        }
        value
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
