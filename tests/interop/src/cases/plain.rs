//! Schemes whose oddities are all among the common ones.

use super::common::*;
use crate::verdicts::{ACCEPT, Case, REFUSE};

/// Svix, under its own names of the headers.
#[must_use]
pub fn svix() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT; 2]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE; 2]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE; 2]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE; 2]),
        stricter(
            REPLACED_BYTE,
            DECODED,
            "signature_mismatch",
            &[ACCEPT, "UnicodeDecodeError"],
        ),
        wider(NOT_UTF8, BYTES, &[REFUSE, "UnicodeDecodeError"]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT; 2]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE; 2]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE; 2]),
        agree(EMPTY_SIGNATURE, "no_signature", &[REFUSE; 2]),
        stricter(
            SIGNATURE_TWICE,
            ONE_HEADER,
            "repeated_header",
            &[ACCEPT, "ValueError"],
        ),
        agree(FOUR_MINUTES_AGO, ACCEPT, &[ACCEPT; 2]),
        agree(FOUR_MINUTES_AHEAD, ACCEPT, &[ACCEPT; 2]),
        agree(AN_HOUR_AGO, "timestamp_too_old", &[REFUSE; 2]),
        agree(AN_HOUR_AHEAD, "timestamp_in_future", &[REFUSE; 2]),
        agree(ALTERED_TIME, "signature_mismatch", &[REFUSE; 2]),
        stricter(PLUS_N, ONE_TIME, "malformed_timestamp", &[ACCEPT; 2]),
        stricter(ZERO_N, ONE_TIME, "malformed_timestamp", &[ACCEPT; 2]),
        stricter(N_POINT_0, ONE_TIME, "malformed_timestamp", &[ACCEPT; 2]),
        stricter(N_ABC, ONE_TIME, "malformed_timestamp", &[ACCEPT, REFUSE]),
        agree(WORDS, "malformed_timestamp", &[REFUSE; 2]),
        agree(NO_TIME, "missing_header", &[REFUSE; 2]),
        stricter(STANDARD_HEADERS, ONE_FAMILY, "missing_header", &[ACCEPT; 2]),
        stricter(MIXED_HEADERS, ONE_FAMILY, "missing_header", &[ACCEPT; 2]),
    ]
}

/// Slack.
#[must_use]
pub fn slack() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT; 2]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE; 2]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE; 2]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE; 2]),
        stricter(
            REPLACED_BYTE,
            DECODED,
            "signature_mismatch",
            &[ACCEPT, "UnicodeDecodeError"],
        ),
        wider(NOT_UTF8, BYTES, &[REFUSE, "UnicodeDecodeError"]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT; 2]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE; 2]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE; 2]),
        wider(UPPER_CASE, HEX, &[REFUSE; 2]),
        agree(NO_SIGNATURE, "missing_header", &["TypeError", REFUSE]),
        agree(EMPTY_SIGNATURE, "no_signature", &[REFUSE; 2]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE; 2]),
        agree(FOUR_MINUTES_AGO, ACCEPT, &[ACCEPT; 2]),
        agree(FOUR_MINUTES_AHEAD, ACCEPT, &[ACCEPT; 2]),
        agree(AN_HOUR_AGO, "timestamp_too_old", &[REFUSE; 2]),
        stricter(
            AN_HOUR_AHEAD,
            WINDOW,
            "timestamp_in_future",
            &[ACCEPT, REFUSE],
        ),
        agree(ALTERED_TIME, "signature_mismatch", &[REFUSE; 2]),
        stricter(PLUS_N, ONE_TIME, "malformed_timestamp", &[ACCEPT, REFUSE]),
        stricter(ZERO_N, ONE_TIME, "malformed_timestamp", &[ACCEPT, REFUSE]),
        stricter(
            N_POINT_0,
            ONE_TIME,
            "malformed_timestamp",
            &[ACCEPT, "ValueError"],
        ),
        agree(N_ABC, "malformed_timestamp", &[REFUSE, "ValueError"]),
        agree(WORDS, "malformed_timestamp", &[REFUSE, "ValueError"]),
        agree(NO_TIME, "missing_header", &[REFUSE, REFUSE]),
    ]
}

/// Shopify, under the older names of the headers and under the newer ones.
#[must_use]
pub fn shopify() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        stricter(REPLACED_BYTE, DECODED, "signature_mismatch", &[ACCEPT]),
        wider(NOT_UTF8, BYTES, &[REFUSE]),
        wider(EMPTY_BODY, NO_BYTES, &[REFUSE]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(UNPADDED, "signature_mismatch", &[REFUSE]),
        agree(OVERPADDED, "signature_mismatch", &[REFUSE]),
        agree(NOT_BASE64, "signature_mismatch", &[REFUSE]),
        agree(UNUSED_BITS, "signature_mismatch", &[REFUSE]),
        agree(HEX_FOR_BASE64, "signature_mismatch", &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE]),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE]),
    ]
}

/// Square.
#[must_use]
pub fn square() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT; 2]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE; 2]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE; 2]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE; 2]),
        stricter(
            REPLACED_BYTE,
            DECODED,
            "signature_mismatch",
            &[ACCEPT, "UnicodeDecodeError"],
        ),
        wider(NOT_UTF8, BYTES, &[REFUSE, "UnicodeDecodeError"]),
        wider(EMPTY_BODY, NO_BYTES, &[ACCEPT, REFUSE]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE; 2]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE; 2]),
        agree(UNPADDED, "signature_mismatch", &[REFUSE; 2]),
        agree(OVERPADDED, "signature_mismatch", &[REFUSE; 2]),
        agree(NOT_BASE64, "signature_mismatch", &[REFUSE; 2]),
        agree(UNUSED_BITS, "signature_mismatch", &[REFUSE; 2]),
        agree(HEX_FOR_BASE64, "signature_mismatch", &[REFUSE; 2]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE, "AttributeError"]),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE; 2]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE; 2]),
    ]
}

/// LINE.
#[must_use]
pub fn line() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT; 2]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE; 2]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE; 2]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE; 2]),
        agree(
            REPLACED_BYTE,
            "signature_mismatch",
            &[REFUSE, "UnicodeDecodeError"],
        ),
        wider(NOT_UTF8, BYTES, &[ACCEPT, "UnicodeDecodeError"]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT; 2]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE; 2]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE; 2]),
        stricter(UNPADDED, BASE64, "signature_mismatch", &[ACCEPT, REFUSE]),
        stricter(OVERPADDED, BASE64, "signature_mismatch", &[ACCEPT, REFUSE]),
        stricter(NOT_BASE64, BASE64, "signature_mismatch", &[ACCEPT, REFUSE]),
        stricter(UNUSED_BITS, BASE64, "signature_mismatch", &[ACCEPT, REFUSE]),
        agree(HEX_FOR_BASE64, "signature_mismatch", &[REFUSE; 2]),
        agree(
            NO_SIGNATURE,
            "missing_header",
            &["TypeError", "AttributeError"],
        ),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE; 2]),
        stricter(
            SIGNATURE_TWICE,
            ONE_HEADER,
            "repeated_header",
            &[ACCEPT, REFUSE],
        ),
    ]
}

/// Notion.
#[must_use]
pub fn notion() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        agree(REPLACED_BYTE, "signature_mismatch", &[REFUSE]),
        agree(NOT_UTF8, ACCEPT, &[ACCEPT]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(UPPER_CASE, ACCEPT, &[ACCEPT]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE]),
        agree(EMPTY_SIGNATURE, "no_signature", &[REFUSE]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE]),
    ]
}

/// OpenAI.
#[must_use]
pub fn openai() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        stricter(REPLACED_BYTE, DECODED, "signature_mismatch", &[ACCEPT]),
        wider(NOT_UTF8, BYTES, &[REFUSE]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &["Error"]),
        agree(EMPTY_SIGNATURE, "no_signature", &[REFUSE]),
        stricter(SIGNATURE_TWICE, ONE_HEADER, "repeated_header", &[ACCEPT]),
        agree(FOUR_MINUTES_AGO, ACCEPT, &[ACCEPT]),
        agree(FOUR_MINUTES_AHEAD, ACCEPT, &[ACCEPT]),
        agree(AN_HOUR_AGO, "timestamp_too_old", &[REFUSE]),
        agree(AN_HOUR_AHEAD, "timestamp_in_future", &[REFUSE]),
        agree(ALTERED_TIME, "signature_mismatch", &[REFUSE]),
        agree(PLUS_N, "malformed_timestamp", &[REFUSE]),
        agree(ZERO_N, "malformed_timestamp", &[REFUSE]),
        agree(N_POINT_0, "malformed_timestamp", &[REFUSE]),
        agree(N_ABC, "malformed_timestamp", &[REFUSE]),
        agree(WORDS, "malformed_timestamp", &[REFUSE]),
        agree(NO_TIME, "missing_header", &["Error"]),
    ]
}

/// Razorpay.
#[must_use]
pub fn razorpay() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        stricter(REPLACED_BYTE, DECODED, "signature_mismatch", &[ACCEPT]),
        wider(NOT_UTF8, BYTES, &[REFUSE]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        wider(UPPER_CASE, HEX, &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &["Error"]),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE]),
    ]
}

/// GoCardless.
#[must_use]
pub fn gocardless() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        agree(REPLACED_BYTE, "signature_mismatch", &[REFUSE]),
        agree(NOT_UTF8, ACCEPT, &[ACCEPT]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(UPPER_CASE, ACCEPT, &[ACCEPT]),
        agree(NO_SIGNATURE, "missing_header", &["TypeError"]),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE]),
        stricter(SIGNATURE_TWICE, ONE_HEADER, "repeated_header", &[ACCEPT]),
    ]
}

/// WorkOS.
#[must_use]
pub fn workos() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        stricter(REPLACED_BYTE, DECODED, "signature_mismatch", &[ACCEPT]),
        wider(NOT_UTF8, BYTES, &[REFUSE]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &["TypeError"]),
        agree(EMPTY_SIGNATURE, "no_signature", &[REFUSE]),
        stricter(SIGNATURE_TWICE, ONE_HEADER, "repeated_header", &[ACCEPT]),
        agree(AN_HOUR_AGO, "timestamp_too_old", &[REFUSE]),
        stricter(AN_HOUR_AHEAD, WINDOW, "timestamp_in_future", &[ACCEPT]),
    ]
}

/// Sanity.
#[must_use]
pub fn sanity() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        stricter(REPLACED_BYTE, DECODED, "signature_mismatch", &[ACCEPT]),
        wider(NOT_UTF8, BYTES, &[REFUSE]),
        wider(EMPTY_BODY, NO_BYTES, &[REFUSE]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE]),
        agree(EMPTY_SIGNATURE, "no_signature", &[REFUSE]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE]),
        agree(FOUR_MINUTES_AGO, ACCEPT, &[ACCEPT]),
        agree(FOUR_MINUTES_AHEAD, ACCEPT, &[ACCEPT]),
        stricter(AN_HOUR_AGO, WINDOW, "timestamp_too_old", &[ACCEPT]),
        stricter(AN_HOUR_AHEAD, WINDOW, "timestamp_in_future", &[ACCEPT]),
    ]
}

/// Paddle.
#[must_use]
pub fn paddle() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        stricter(REPLACED_BYTE, DECODED, "signature_mismatch", &[ACCEPT]),
        wider(NOT_UTF8, BYTES, &[REFUSE]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &["TypeError"]),
        agree(EMPTY_SIGNATURE, "no_signature", &["Error"]),
        stricter(SIGNATURE_TWICE, ONE_HEADER, "repeated_header", &[ACCEPT]),
        agree(AN_HOUR_AGO, "timestamp_too_old", &[REFUSE]),
        stricter(AN_HOUR_AHEAD, WINDOW, "timestamp_in_future", &[ACCEPT]),
    ]
}

/// Adyen's platforms.
#[must_use]
pub fn adyen_platforms() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        stricter(REPLACED_BYTE, DECODED, "signature_mismatch", &[ACCEPT]),
        wider(NOT_UTF8, BYTES, &[REFUSE]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        stricter(UNPADDED, BASE64, "signature_mismatch", &[ACCEPT]),
        stricter(OVERPADDED, BASE64, "signature_mismatch", &[ACCEPT]),
        stricter(NOT_BASE64, BASE64, "signature_mismatch", &[ACCEPT]),
        stricter(UNUSED_BITS, BASE64, "signature_mismatch", &[ACCEPT]),
        agree(HEX_FOR_BASE64, "signature_mismatch", &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE]),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE]),
        stricter(SIGNATURE_TWICE, ONE_HEADER, "repeated_header", &[ACCEPT]),
    ]
}

/// Discord.
#[must_use]
pub fn discord() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        agree(REPLACED_BYTE, "signature_mismatch", &[REFUSE]),
        agree(NOT_UTF8, ACCEPT, &[ACCEPT]),
        agree(EMPTY_BODY, ACCEPT, &[ACCEPT]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(UPPER_CASE, ACCEPT, &[ACCEPT]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE]),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE]),
        agree(FOUR_MINUTES_AGO, ACCEPT, &[ACCEPT]),
        stricter(AN_HOUR_AGO, WINDOW, "timestamp_too_old", &[ACCEPT]),
        stricter(AN_HOUR_AHEAD, WINDOW, "timestamp_in_future", &[ACCEPT]),
        agree(ALTERED_TIME, "signature_mismatch", &[REFUSE]),
        agree(WORDS, "malformed_timestamp", &[REFUSE]),
        agree(NO_TIME, "missing_header", &[REFUSE]),
    ]
}

/// Telnyx.
#[must_use]
pub fn telnyx() -> Vec<Case> {
    vec![
        agree(NOTHING, ACCEPT, &[ACCEPT]),
        agree(ALTERED_BODY, "signature_mismatch", &[REFUSE]),
        agree(LINE_BREAK_ADDED, "signature_mismatch", &[REFUSE]),
        agree(BOM_ADDED, "signature_mismatch", &[REFUSE]),
        // It has passed the signature of what it decoded, and then finds no JSON.
        agree(REPLACED_BYTE, "signature_mismatch", &["SyntaxError"]),
        agree(ANOTHER_SECRET, "signature_mismatch", &[REFUSE]),
        agree(HALF_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(UNPADDED, "signature_mismatch", &[REFUSE]),
        agree(OVERPADDED, "signature_mismatch", &[REFUSE]),
        agree(NOT_BASE64, "signature_mismatch", &[REFUSE]),
        agree(NO_SIGNATURE, "missing_header", &[REFUSE]),
        agree(EMPTY_SIGNATURE, "signature_mismatch", &[REFUSE]),
        agree(SIGNATURE_TWICE, "repeated_header", &[REFUSE]),
        agree(FOUR_MINUTES_AGO, ACCEPT, &[ACCEPT]),
        agree(AN_HOUR_AGO, "timestamp_too_old", &[REFUSE]),
        agree(AN_HOUR_AHEAD, "timestamp_in_future", &[REFUSE]),
        agree(ALTERED_TIME, "signature_mismatch", &[REFUSE]),
        agree(WORDS, "malformed_timestamp", &[REFUSE]),
        agree(NO_TIME, "missing_header", &[REFUSE]),
    ]
}
