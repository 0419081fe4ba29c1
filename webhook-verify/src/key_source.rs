//! Public keys that must be fetched, by somebody else: this crate does no I/O.

use alloc::string::String;
use core::fmt;

#[cfg(any(feature = "ecdsa", feature = "rsa"))]
use crate::time::UnixTime;

/// A public key that a request claims to be signed with. Names it for whoever fetches keys.
///
/// A URL in it was held against the provider's own hosts before anybody got to see it; fetch it without following
/// redirects. An id is whatever the request says: visible characters, at most 128, and nothing else is known of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyRequest {
    /// A certificate, or a chain of them with that of the signer first, as PEM behind this URL.
    Certificate {
        /// An `https` URL on a host of the provider.
        url: String,
    },
    /// A key of the provider's by its id: one JSON Web Key.
    Jwk {
        /// The name of the scheme, and so of the provider.
        scheme: &'static str,
        /// The `kid` of the key.
        id: String,
        /// Where the provider publishes its keys, if that is at one address for everybody.
        url: Option<&'static str>,
    },
}

impl KeyRequest {
    /// What tells the key from the provider's others: its id, or the last part of its URL. At most 128 characters.
    #[must_use]
    pub fn label(&self) -> &str {
        let text = match self {
            Self::Certificate { url } => url.rsplit('/').next().unwrap_or(url),
            Self::Jwk { id, .. } => id,
        };
        text.get(..128).unwrap_or(text)
    }
}

impl fmt::Display for KeyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate { url } => write!(f, "the certificate at {url}"),
            Self::Jwk { scheme, id, .. } => write!(f, "the key {id} of {scheme}"),
        }
    }
}

/// What a [`KeySource`] knows of a key.
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeyAnswer {
    /// Here it is.
    Found(crate::PublicKey),
    /// It is not here yet. The request is answered with 503, and its sender comes again.
    NotYet,
    /// The provider says that it has no such key. The request is refused.
    Unknown,
}

/// Where public keys come from. Asked while a request is verified, so it must answer at once, from memory.
///
/// A key is fetched beside the requests: a source that lacks one says [`KeyAnswer::NotYet`], the sender is told to come
/// back, and by then the key is there. [`KeyCache`](crate::KeyCache) does this much.
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub trait KeySource: Send + Sync + 'static {
    /// The key, as far as it is known at that time.
    fn key(&self, request: &KeyRequest, now: UnixTime) -> KeyAnswer;
}

/// A source with one key, for whoever has it at hand.
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
impl KeySource for crate::PublicKey {
    fn key(&self, _: &KeyRequest, _: UnixTime) -> KeyAnswer {
        KeyAnswer::Found(self.clone())
    }
}
