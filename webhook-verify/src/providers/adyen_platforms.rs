//! Adyen (platforms).

use crate::scheme::{Confidence, Delivery, Encoding, Facts, Field, KeyFormat, Place, Scheme};

super::provider! {
    /// Adyen for platforms, banking and management: HMAC-SHA256 over the body, in base64, in `HmacSignature`. The key
    /// is hexadecimal digits.
    AdyenPlatforms = Scheme {
        name: "adyen-platforms",
        title: "Adyen (platforms)",
        place: Place::Header("hmacsignature"),
        encoding: Encoding::Base64,
        key: KeyFormat::Hex,
        event_type: Some(Field::Json(&["type"])),
        delivery: Delivery::new(10, 720),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Secondary,
            source: "Adyen/adyen-python-api-library Adyen/util.py, test/UtilTest.py, test/mocks/util; npm \
                @adyen/api-library 32.1.0 hmacValidator.js; docs.adyen.com handle-webhook-events, \
                best-practices; hookdeck 'solve Adyen webhook timeout errors' (10 s)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
