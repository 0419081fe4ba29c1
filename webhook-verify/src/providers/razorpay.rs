//! Razorpay.

use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme};

super::provider! {
    /// Razorpay: HMAC-SHA256 over the body, in `X-Razorpay-Signature`.
    Razorpay = Scheme {
        name: "razorpay",
        title: "Razorpay",
        place: Place::Header("x-razorpay-signature"),
        id: Some(Field::Header("x-razorpay-event-id")),
        event_type: Some(Field::Json(&["event"])),
        delivery: Delivery::new(5, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm razorpay 2.9.8 dist/utils/razorpay-utils.js; razorpay/razorpay-python \
                tests/test_client_utility.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
