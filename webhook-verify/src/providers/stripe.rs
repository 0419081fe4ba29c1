//! Stripe, as its SDKs verify it and docs.stripe.com/webhooks describes it.

use crate::scheme::{
    Confidence, Delivery, FIVE_MINUTES, Facts, Field, IdentityRule, Part, Place, Scheme, Syntax,
    TimeFormat, Timestamp,
};

super::provider! {
    /// Stripe `v1`: HMAC-SHA256 over `{t}.{body}`.
    ///
    /// The secret is used as it is, with its `whsec_`: it is not base64. While an endpoint's secret is rolled Stripe
    /// sends several `v1=`; `v0=` and other keys are passed over. Unlike Stripe's own SDKs this refuses a time that
    /// is
    /// too far in the future.
    Stripe = Scheme {
        name: "stripe",
        title: "Stripe",
        place: Place::Header("stripe-signature"),
        syntax: Syntax::Items { separator: b',', assign: b'=', signature_key: "v1" },
        content: &[Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Item("t"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        // Live mode retries for three days; by hand an event can be sent again for thirty.
        delivery: Delivery::new(0, 30 * 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "npm stripe 23.1.0; PyPI stripe 16.1.0; docs.stripe.com/webhooks/process-undelivered-events",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
