//! Standard Webhooks: the specification of standardwebhooks.com, version 1.0.0, scheme `v1`.

use alloc::borrow::Cow;
use core::time::Duration;

use crate::scheme::{
    Encoding, Field, IdentityRule, KeyFormat, Part, Scheme, SignatureHeader, Syntax,
};

super::provider! {
    /// Standard Webhooks `v1`: HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`.
    ///
    /// The secret is `whsec_` and base64 of the key. The id is signed and is the identity of the event; it must not
    /// contain a dot, because the content could then be cut in two ways. Entries of versions other than `v1` are passed
    /// over, as the specification asks.
    StandardWebhooks = Scheme {
        name: Cow::Borrowed("standard-webhooks"),
        signature: SignatureHeader {
            header: Cow::Borrowed("webhook-signature"),
            syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: Cow::Borrowed("v1") },
            encoding: Encoding::Base64,
        },
        key: KeyFormat::Base64 { prefix: Cow::Borrowed("whsec_") },
        content: Cow::Borrowed(&[
            Part::Id,
            Part::Literal(Cow::Borrowed(".")),
            Part::Timestamp,
            Part::Literal(Cow::Borrowed(".")),
            Part::Body,
        ]),
        timestamp: Some(Field::Header(Cow::Borrowed("webhook-timestamp"))),
        id: Some(Field::Header(Cow::Borrowed("webhook-id"))),
        event_type: Some(Field::Json(Cow::Borrowed(&[Cow::Borrowed("type")]))),
        identity: IdentityRule::SignedId,
        body_limit: 1024 * 1024,
        ack_deadline: Some(Duration::from_secs(15)),
        // The example schedule of the specification ends after 75 h 35 min 05 s.
        resend_horizon: Some(Duration::from_secs(272_105)),
    };
}
