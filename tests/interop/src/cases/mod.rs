//! Requests that are odd in one thing each.

mod common;
mod github;
mod plain;
mod standard_webhooks;
mod stripe;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub use github::cases as github;
pub use plain::{
    adyen_platforms, discord, gocardless, line, notion, openai, paddle, razorpay, sanity, shopify,
    slack, square, svix, telnyx, workos,
};
pub use standard_webhooks::cases as standard_webhooks;
pub use stripe::cases as stripe;

/// HMAC-SHA256 by hand, for what our signer does not sign.
fn hmac_sha256(key: &[u8], content: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const HOUR: i64 = 60 * 60;
/// Inside every tolerance, and far enough from its end for the slowest machine.
const FOUR_MINUTES: i64 = 4 * 60;
const TEN_YEARS: i64 = 10 * 365 * 24 * HOUR;

/// Seconds since the epoch, that much from `now`.
fn seconds_from(now: webhook_verify::UnixTime, offset: i64) -> u64 {
    now.as_secs().checked_add_signed(offset).unwrap()
}
