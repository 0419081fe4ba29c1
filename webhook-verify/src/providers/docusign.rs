//! DocuSign.

use crate::scheme::{Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Place, Scheme};

super::provider! {
    /// DocuSign Connect: HMAC-SHA256 over the body, in base64, in `X-DocuSign-Signature-1` and so on: a header for
    /// each active key, up to a hundred.
    ///
    /// The body counts its retries, so the identity of an event is its envelope, its name and its time.
    DocuSign = Scheme {
        name: "docusign",
        title: "DocuSign",
        place: Place::HeaderNumbers("x-docusign-signature-"),
        encoding: Encoding::Base64,
        event_type: Some(Field::Json(&["event"])),
        identity: IdentityRule::Composite(&[&["data", "envelopeId"], &["event"], &["generatedDateTime"]]),
        max_signatures: 100,
        body_limit: 25 * 1024 * 1024,
        delivery: Delivery::new(100, 360),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "developers.docusign.com/docs/platform/webhooks/connect/validate (C# sample); hookdeck docusign \
                skill summary; find_string multi-key implementations",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
