//! Telegram.

use crate::scheme::{Algorithm, Confidence, Delivery, Encoding, Facts, Field, Place, Scheme};

super::uncovered_provider! {
    /// Telegram's bots: the secret token itself is sent, in `X-Telegram-Bot-Api-Secret-Token`, and nothing is signed.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    Telegram = Scheme {
        name: "telegram",
        title: "Telegram",
        place: Place::Header("x-telegram-bot-api-secret-token"),
        encoding: Encoding::Verbatim,
        algorithm: Algorithm::Token,
        content: &[],
        id: Some(Field::Json(&["update_id"])),
        delivery: Delivery::new(60, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Unchecked,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "PyPI python-telegram-bot 22.8 telegram/ext/_utils/webhookhandler.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
