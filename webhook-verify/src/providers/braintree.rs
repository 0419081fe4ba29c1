//! Braintree.

use crate::challenge::Handshake;
use crate::parsed::{BRAINTREE, PARSED_LIMIT};
use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme};
use crate::{ConfigError, Secret, Setting};

super::any_provider! {
    /// Braintree: HMAC-SHA1 over the form field `bt_payload`, in `bt_signature`, under the SHA-1 of the private key.
    ///
    /// The form has these two fields and no other. `bt_payload` is base64 of XML.
    Braintree = Scheme {
        name: "braintree",
        title: "Braintree",
        handshakes: &[Handshake::Braintree],
        place: Place::Rules(&[]),
        rules: Some(&BRAINTREE),
        content: &[Part::Fields],
        event_type: Some(Field::Claim("kind")),
        identity: IdentityRule::DigestOf(&[Part::Fields]),
        body_limit: 4 * PARSED_LIMIT,
        delivery: Delivery::new(30, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm braintree 3.40.0 lib/braintree/webhook_notification_gateway.js, digest.js; PyPI braintree 4.48.0",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

impl Braintree {
    /// A verifier with one API key: its public half, which says which signature is meant, and its private half.
    ///
    /// # Errors
    /// [`ConfigError::Secret`] if the private key is empty, [`ConfigError::MissingSetting`] if the public one is.
    pub fn new<S>(public_key: &str, private_key: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secret>,
        ConfigError: From<S::Error>,
    {
        Self::builder()
            .setting(Setting::KeyId, public_key)
            .secret(public_key, private_key)
            .build()
    }
}
