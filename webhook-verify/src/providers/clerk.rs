//! Clerk.

use crate::scheme::{Confidence, Delivery, Facts, Scheme};

super::provider! {
    /// Clerk: sent by Svix, under `svix-*` headers.
    Clerk = Scheme {
        name: "clerk",
        title: "Clerk",
        delivery: Delivery::new(15, 28),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Unchecked,
            source: "npm @clerk/backend 3.25.0 dist/webhooks.js",
            checked: "2026-11-22",
        },
        ..crate::Svix::SCHEME
    };
}
