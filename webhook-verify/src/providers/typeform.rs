//! Typeform.

use crate::scheme::{
    Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Place, Scheme, Syntax,
};

super::provider! {
    /// Typeform: HMAC-SHA256 over the body, in base64, in `Typeform-Signature`.
    Typeform = Scheme {
        name: "typeform",
        title: "Typeform",
        place: Place::Header("typeform-signature"),
        syntax: Syntax::Single { prefix: "sha256=" },
        encoding: Encoding::Base64,
        id: Some(Field::Json(&["event_id"])),
        event_type: Some(Field::Json(&["event_type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(30, 10),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @trigger.dev/core 4.8.3; find_string hits quoting \
                typeform.com/developers/webhooks/secure-your-webhooks",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
