//! What a scheme needs to know of its user besides secrets.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

/// Something that a scheme must know and that no request can be trusted to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// Whom a token must be made for.
    Audience,
    /// Who must have made a token.
    Issuer,
    /// Which key pair or API key the secret belongs to. Not secret itself.
    KeyId,
    /// The service account that must have sent.
    ServiceAccount,
    /// A topic that may send here; give it several times for several.
    Topic,
    /// The certificates that a fetched one must lead to, as PEM, instead of the web's own.
    TrustAnchors,
    /// The token that the provider shows when it asks whether this endpoint wants its events.
    VerifyToken,
    /// The id that the provider gave this webhook.
    WebhookId,
}

impl Setting {
    /// Its name in configuration files and on command lines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audience => "audience",
            Self::Issuer => "issuer",
            Self::KeyId => "key-id",
            Self::ServiceAccount => "service-account",
            Self::Topic => "topic",
            Self::TrustAnchors => "trust-anchors",
            Self::VerifyToken => "verify-token",
            Self::WebhookId => "webhook-id",
        }
    }

    /// The setting of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Audience,
            Self::Issuer,
            Self::KeyId,
            Self::ServiceAccount,
            Self::Topic,
            Self::TrustAnchors,
            Self::VerifyToken,
            Self::WebhookId,
        ]
        .into_iter()
        .find(|setting| setting.name() == name)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The settings of one verifier or signer. Its `Debug` shows which there are, since one of them is as good as a secret.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    values: Vec<(Setting, Arc<str>)>,
    #[cfg(any(feature = "ecdsa", feature = "rsa"))]
    keys: Option<Arc<dyn crate::key_source::KeySource>>,
}

impl Settings {
    pub(crate) fn add(&mut self, setting: Setting, value: &str) {
        self.values.push((setting, value.into()));
    }

    /// The value of a setting, the last that was given.
    pub(crate) fn get(&self, setting: Setting) -> Option<&str> {
        self.all(setting).last()
    }

    pub(crate) fn all(&self, setting: Setting) -> impl Iterator<Item = &str> {
        self.values
            .iter()
            .filter(move |(other, _)| *other == setting)
            .map(|(_, value)| &**value)
    }

    #[cfg(any(feature = "ecdsa", feature = "rsa"))]
    pub(crate) fn set_keys(&mut self, source: Arc<dyn crate::key_source::KeySource>) {
        self.keys = Some(source);
    }

    #[cfg(any(feature = "ecdsa", feature = "rsa"))]
    pub(crate) fn keys(&self) -> Option<&dyn crate::key_source::KeySource> {
        self.keys.as_deref()
    }

    /// Whether there is a source of public keys.
    pub(crate) const fn has_keys(&self) -> bool {
        #[cfg(any(feature = "ecdsa", feature = "rsa"))]
        return self.keys.is_some();
        #[cfg(not(any(feature = "ecdsa", feature = "rsa")))]
        return false;
    }

    /// The first of `needed` that has no value, or an empty one.
    pub(crate) fn missing(&self, needed: &[Setting]) -> Option<Setting> {
        needed
            .iter()
            .copied()
            .find(|setting| self.get(*setting).is_none_or(str::is_empty))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Box<[Setting]> = self.values.iter().map(|(setting, _)| *setting).collect();
        f.debug_list().entries(names.iter()).finish()
    }
}
