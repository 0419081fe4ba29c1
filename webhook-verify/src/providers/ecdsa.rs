//! Providers that sign with ECDSA over P-256.

use crate::ConfigError;
use crate::key_source::KeySource;
use crate::parsed::{PLAID, SENDGRID};
use crate::scheme::{
    Confidence, Delivery, FIVE_MINUTES, Facts, Field, IdentityRule, Part, Place, Scheme,
    TimeFormat, Timestamp,
};

super::provider! {
    /// SendGrid's event webhook and its signed inbound parse: ECDSA over `{timestamp}{body}`, in
    /// `X-Twilio-Email-Event-Webhook-Signature`. The key is the public one that SendGrid shows, base64 with or without
    /// PEM around it.
    ///
    /// One request carries many events, each with an `sg_event_id`; the body ends in CR LF, which is signed.
    SendGrid = Scheme {
        name: "sendgrid",
        title: "SendGrid",
        place: Place::Rules(&["x-twilio-email-event-webhook-signature"]),
        rules: Some(&SENDGRID),
        content: &[Part::Timestamp, Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("x-twilio-email-event-webhook-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Json(&["*", "sg_event_id"])),
        event_type: Some(Field::Json(&["*", "event"])),
        identity: IdentityRule::Composite(&[&["*", "sg_event_id"]]),
        delivery: Delivery::new(0, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "sendgrid/sendgrid-python sendgrid/helpers/eventwebhook + test/unit/test_eventwebhook.py; npm \
                @sendgrid/eventwebhook 8.0.0; anymail/webhooks/sendgrid.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

super::any_provider! {
    /// Plaid: a token (ES256) in `Plaid-Verification`, with the SHA-256 of the body in it. The key is fetched by its id
    /// from `/webhook_verification_key/get` with your client's credentials.
    Plaid = Scheme {
        name: "plaid",
        title: "Plaid",
        place: Place::Rules(&["plaid-verification"]),
        rules: Some(&PLAID),
        content: &[Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Claim("iat"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        event_type: Some(Field::Json(&["webhook_code"])),
        identity: IdentityRule::Digest,
        delivery: Delivery::new(10, 24),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "plaid.com/docs/api/webhooks/webhook-verification; elixir_plaid lib/plaid/webhooks.ex",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

impl Plaid {
    /// A verifier with Plaid's keys from that source.
    ///
    /// # Errors
    /// [`ConfigError::NoClock`] on targets without a system clock; give the builder one there.
    pub fn new(keys: impl KeySource) -> Result<Self, ConfigError> {
        Self::builder().key_source(keys).build()
    }
}
