//! Adyen: standard webhooks of payments.

use crate::parsed::{ADYEN, PARSED_LIMIT};
use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme};

const ITEMS: &str = "notificationItems";
const ITEM: &str = "NotificationRequestItem";

super::uncovered_provider! {
    /// Adyen's payments: HMAC-SHA256 in each item of the body, over eight of its members, under the key's hexadecimal
    /// digits.
    ///
    /// Everything else in the body is not covered, `reason` and `additionalData` among it: build it with
    /// `accept_uncovered_body()`. An item is named by its references, its code and its success, which are covered.
    Adyen = Scheme {
        name: "adyen",
        title: "Adyen (payments)",
        place: Place::Rules(&[]),
        rules: Some(&ADYEN),
        content: &[
            Part::Json(&[ITEMS, "*", ITEM, "pspReference"]),
            Part::Json(&[ITEMS, "*", ITEM, "originalReference"]),
            Part::Json(&[ITEMS, "*", ITEM, "merchantAccountCode"]),
            Part::Json(&[ITEMS, "*", ITEM, "merchantReference"]),
            Part::Json(&[ITEMS, "*", ITEM, "amount", "value"]),
            Part::Json(&[ITEMS, "*", ITEM, "amount", "currency"]),
            Part::Json(&[ITEMS, "*", ITEM, "eventCode"]),
            Part::Json(&[ITEMS, "*", ITEM, "success"]),
        ],
        id: Some(Field::Json(&[ITEMS, "*", ITEM, "pspReference"])),
        event_type: Some(Field::Json(&[ITEMS, "*", ITEM, "eventCode"])),
        identity: IdentityRule::Composite(&[
            &[ITEMS, "*", ITEM, "pspReference"],
            &[ITEMS, "*", ITEM, "originalReference"],
            &[ITEMS, "*", ITEM, "eventCode"],
            &[ITEMS, "*", ITEM, "success"],
        ]),
        body_limit: 4 * PARSED_LIMIT,
        delivery: Delivery::new(10, 720),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Secondary,
            source: "Adyen/adyen-python-api-library Adyen/util.py, test/UtilTest.py, test/mocks/util; npm \
                @adyen/api-library 32.1.0 hmacValidator.js; docs.adyen.com handle-webhook-events, best-practices",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
