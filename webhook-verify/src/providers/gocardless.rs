//! GoCardless.

use crate::scheme::{Confidence, Delivery, Facts, IdentityRule, Place, Scheme};

super::provider! {
    /// GoCardless: HMAC-SHA256 over the body, in `Webhook-Signature`. One request holds several events; its identity
    /// are their ids.
    GoCardless = Scheme {
        name: "gocardless",
        title: "GoCardless",
        place: Place::Header("webhook-signature"),
        identity: IdentityRule::Composite(&[&["events", "*", "id"]]),
        delivery: Delivery::new(10, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Unchecked,
            source: "npm gocardless-nodejs 10.1.2 esm/webhooks.js",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
