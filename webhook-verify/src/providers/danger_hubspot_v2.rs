//! HubSpot (v2).

use crate::scheme::{Confidence, Delivery, Facts, Part, Scheme};

super::provider_with_url! {
    /// HubSpot v2: SHA-256 over `{client secret}POST{URL}{body}`, in `X-HubSpot-Signature`.
    ///
    /// Dangerous: a hash with the secret in front is no HMAC; with some hashes whoever has one signature can sign
    /// longer bodies. Use [`HubSpotV3`](crate::HubSpotV3).
    DangerHubSpotV2 = Scheme {
        name: "hubspot-v2",
        title: "HubSpot (v2)",
        content: &[Part::Secret, Part::Literal("POST"), Part::Url, Part::Body],
        delivery: Delivery::new(5, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @hubspot/api-client 13.5.0 lib/src/utils/signature.js; hookdeck/webhook-skills hubspot",
            checked: "2026-11-22",
        },
        ..crate::DangerHubSpotV1::SCHEME
    };
}
