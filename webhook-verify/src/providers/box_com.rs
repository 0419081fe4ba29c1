//! Box.

use core::time::Duration;

use crate::scheme::{
    Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Part, Place, Scheme, TimeFormat,
    Timestamp,
};

super::provider! {
    /// Box: HMAC-SHA256 over `{body}{timestamp}`, in base64, in `BOX-SIGNATURE-PRIMARY` and
    /// `BOX-SIGNATURE-SECONDARY`, of which one suffices. Give it both keys.
    BoxCom = Scheme {
        name: "box",
        title: "Box",
        place: Place::Headers(&["box-signature-primary", "box-signature-secondary"]),
        encoding: Encoding::Base64,
        content: &[Part::Body, Part::Timestamp],
        timestamp: Some(Timestamp {
            field: Field::Header("box-delivery-timestamp"),
            format: TimeFormat::Rfc3339,
            tolerance: Duration::from_secs(600),
        }),
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["trigger"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(30, 2),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm box-node-sdk 10.12.0 src/internal/utilsNode.ts, src/managers/webhooks.ts",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
