//! Twilio, in its four ways of signing.

use crate::parsed::{TWILIO, TWILIO_JSON, TWILIO_JSON_SHA256, TWILIO_SHA256};
use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme};

const SOURCE: &str = "PyPI twilio 9.13.0 request_validator.py; npm twilio 6.2.0 lib/webhooks/webhooks.js; \
    twilio/twilio-python tests/unit/test_request_validator.py; \
    twilio.com/docs/usage/webhooks/webhooks-connection-overrides";

super::provider_with_url! {
    /// Twilio: HMAC-SHA1 over `{URL}` and the names and values of the form in the order of the names, in base64, in
    /// `X-Twilio-Signature`, under the auth token.
    ///
    /// Give the URL that Twilio calls, to the letter, with its query and with any user and password in it; it is tried
    /// with and without its port, because Twilio itself is not consistent there. Names and values run together under
    /// the signature, so whoever has one signed request could shift the border between a name and a value: check what
    /// you read. A request by GET needs the request line, `:method` and `:path`, among its headers. Deliveries with a
    /// JSON body are [`TwilioJson`](crate::TwilioJson)'s.
    ///
    /// The same form may rightly come again, so an event is told by `I-Twilio-Idempotency-Token`, which is not signed,
    /// together with the body.
    Twilio = Scheme {
        name: "twilio",
        title: "Twilio",
        place: Place::Rules(&["x-twilio-signature"]),
        rules: Some(&TWILIO),
        content: &[Part::Url, Part::Fields],
        id: Some(Field::Header("i-twilio-idempotency-token")),
        identity: IdentityRule::DigestOf(&[Part::Id, Part::Body]),
        body_limit: crate::parsed::PARSED_LIMIT,
        delivery: Delivery::new(15, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: SOURCE,
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

super::provider_with_url! {
    /// Twilio with a JSON body: HMAC-SHA1 over the URL with `bodySHA256` in its query, in base64, in
    /// `X-Twilio-Signature`; the hash in the query must be that of the body.
    ///
    /// The query comes from the request line, so `:path` must be among the headers; scheme, host and path of the URL are
    /// those that you give. A body without its hash in the URL is refused: nothing would cover it.
    TwilioJson = Scheme {
        name: "twilio-json",
        title: "Twilio (JSON)",
        rules: Some(&TWILIO_JSON),
        content: &[Part::Url, Part::Body],
        body_limit: 1024 * 1024,
        ..Twilio::SCHEME
    };
}

super::provider_with_url! {
    /// Twilio with a shared key: as [`Twilio`](crate::Twilio), with HMAC-SHA256, where
    /// `X-Twilio-Webhooks-Signature-Settings` names that algorithm.
    TwilioSha256 = Scheme {
        name: "twilio-sha256",
        title: "Twilio (shared key)",
        rules: Some(&TWILIO_SHA256),
        ..Twilio::SCHEME
    };
}

super::provider_with_url! {
    /// Twilio with a JSON body and a shared key: as [`TwilioJson`](crate::TwilioJson), with HMAC-SHA256, where
    /// `X-Twilio-Webhooks-Signature-Settings` names that algorithm.
    TwilioJsonSha256 = Scheme {
        name: "twilio-json-sha256",
        title: "Twilio (JSON, shared key)",
        rules: Some(&TWILIO_JSON_SHA256),
        ..TwilioJson::SCHEME
    };
}
