//! HubSpot (v3).

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, Part, Place, Scheme,
    TimeFormat, Timestamp,
};

super::provider_with_url! {
    /// HubSpot v3: HMAC-SHA256 over `POST{URL}{body}{timestamp}`, in base64, in `X-HubSpot-Signature-v3`. The time is
    /// in milliseconds.
    ///
    /// The URL is the one that HubSpot calls, decoded as HubSpot's documentation says: `%3A`, `%2F`, `%3F`, `%40`,
    /// `%21`, `%24`, `%27`, `%28`, `%29`, `%2A`, `%2C` and `%3B` stand for themselves. The weaker v1 and v2
    /// signatures beside it are never looked at. Attempts are counted in the body, so the identity of a request are
    /// the ids of its events.
    HubSpotV3 = Scheme {
        name: "hubspot-v3",
        title: "HubSpot (v3)",
        place: Place::Header("x-hubspot-signature-v3"),
        encoding: Encoding::Base64,
        content: &[Part::Literal("POST"), Part::Url, Part::Body, Part::Timestamp],
        timestamp: Some(Timestamp {
            field: Field::Header("x-hubspot-request-timestamp"),
            format: TimeFormat::Millis,
            tolerance: FIVE_MINUTES,
        }),
        identity: IdentityRule::Composite(&[&["*", "eventId"], &["*", "subscriptionId"], &["*", "occurredAt"]]),
        delivery: Delivery::new(5, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @hubspot/api-client 13.5.0 lib/src/utils/signature.js; hookdeck/webhook-skills hubspot",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
