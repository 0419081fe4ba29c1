//! Verify and sign webhooks: constant-time, over raw bytes, with rotation. No I/O, no async, no runtime.
//!
//! A [`Scheme`] is one row of data: where the signature, the time and the id are, what is signed, and how the key is
//! made from what the user copies. [`Verifier`] and [`Signer`] interpret the same row, so they cannot disagree.
//! [`schemes`] has the table of all of them, which is rendered from the rows.
//!
//! # A receiver
//!
//! ```
//! use webhook_verify::{Secret, Stripe, UnixTime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let stripe = Stripe::new("whsec_not-a-real-secret")?;
//!
//! // Any iterator of header names and values will do; http::HeaderMap is one.
//! let headers = [(
//!     "stripe-signature",
//!     "t=1700000000,v1=2c2e7dfe17f3ad8c04c28f10f5a2d3c5b59e9e5e62f5d7e3f7a9eb6c0a1e1f00",
//! )];
//! let body = br#"{"id":"evt_1","type":"invoice.paid"}"#;
//! let refused = stripe.verify_at(headers, body, UnixTime::from_secs(1_700_000_010)).unwrap_err();
//! assert_eq!(refused.status(), 401);
//! # Ok(()) }
//! ```
//!
//! # A sender
//!
//! ```
//! use webhook_verify::{Message, StandardWebhooks};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
//! let signer = StandardWebhooks::signer(secret)?;
//! let headers = signer.sign(&Message::new(b"{}").id("msg_1"))?;
//!
//! let verified = StandardWebhooks::new(secret)?.verify(&headers, b"{}")?;
//! assert_eq!(verified.id().map(|id| id.signed), Some(true));
//! # Ok(()) }
//! ```
//!
//! More of both is in the [`guide`]: a handler of your own, a sender, the rotation of secrets, and a page for each
//! provider.
//!
//! # What a success means
//!
//! [`Verified`] is evidence: only the engine builds one, after every secret was compared with every candidate signature
//! in constant time. It carries the very bytes that were signed, and says which secret matched, what the signature
//! covered, and of the id, the type and the time whether they were signed.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `ed25519` | no | the schemes with public keys: Standard Webhooks v1a, Discord, Telnyx |
//! | `ecdsa` | no | the schemes with ECDSA over P-256: SendGrid, Plaid |
//! | `rsa` | no | the schemes with RSA and certificates: Amazon SNS, PayPal, Google Pub/Sub |
//! | `http` | no | `testing::Request::into_http` |
//! | `serde` | no | [`CustomScheme`] out of TOML, JSON and other configurations |
//! | `std` | yes | [`SystemClock`], [`Secret::from_env`], [`Secret::from_file`], [`LiveVerifier`], [`TenantCache`] |
//! | `testing` | no | `testing`: genuine requests and attacks, for tests of receivers |
//!
//! Without `std` the crate needs `alloc` and a [`Clock`] of yours. It builds for `wasm32-unknown-unknown`, which has no
//! system clock either.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod attributes;
mod body;
mod challenge;
mod compare;
#[cfg(doctest)]
mod compile_fail;
mod content;
#[cfg(feature = "ed25519")]
mod ed25519;
mod enrolment;
mod error;
mod explain;
pub mod guide;
mod head;
mod json;
mod key_bytes;
#[cfg(all(feature = "std", any(feature = "ecdsa", feature = "rsa")))]
mod key_cache;
mod key_source;
#[cfg(feature = "std")]
mod live;
mod mac;
mod parsed;
mod providers;
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
mod public_key;
mod respell;
mod scheme;
mod secret;
mod settings;
mod signer;
#[cfg(feature = "std")]
mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod time;
mod time_format;
mod untrusted;
mod validity;
mod verification;
mod verified;
mod verifier;

pub use attributes::{Absent, Attribute, Attributes, Identity};
pub use body::Body;
pub use challenge::{Challenge, ChallengeError, Judged};
pub use enrolment::{Enrolled, Enrolment, EnrolmentError, HandsOver};
pub use error::{ConfigError, SecretProblem, SignError, VerifyError};
pub use explain::{Explanation, Hint};
#[cfg(all(feature = "std", any(feature = "ecdsa", feature = "rsa")))]
pub use key_cache::KeyCache;
pub use key_source::KeyRequest;
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub use key_source::{KeyAnswer, KeySource};
#[cfg(feature = "std")]
pub use live::LiveVerifier;
pub use providers::{
    Adyen, AdyenPlatforms, Asana, BigCommerce, Bitbucket, BoxCom, Braintree, Calendly, CircleCi,
    Clerk, CloudEvents, CoinbaseCommerce, DangerHubSpotV1, DangerHubSpotV2, Datadog, DocuSign,
    Dropbox, EventGrid, Figma, GitHub, GitLab, GitLabToken, GoCardless, HubSpotV3, Intercom, Jira,
    JiraConnect, LemonSqueezy, Line, Linear, LiveKit, Mailgun, Mandrill, MessageBird, Meta, Mollie,
    MsGraph, Netlify, Notion, Okta, OpenAi, Paddle, PagerDuty, Polar, Postmark, Provider, Razorpay,
    Resend, Sanity, Sentry, Shopify, ShopifyEvents, Slack, Source, Square, StandardWebhooks,
    Stripe, Svix, Telegram, Trello, Twilio, TwilioJson, TwilioJsonSha256, TwilioSha256, Twitch,
    Typeform, Vercel, WooCommerce, WorkOs, X, Zendesk, Zoom, schemes,
};
#[cfg(feature = "rsa")]
pub use providers::{DangerSnsV1, PayPal, PubSub, Sns};
#[cfg(feature = "ed25519")]
pub use providers::{Discord, StandardWebhooksEd25519, Telnyx};
#[cfg(feature = "ecdsa")]
pub use providers::{Plaid, SendGrid};
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub use public_key::{KeyError, PublicKey};
pub use scheme::{
    BodyCoverage, Confidence, Coverage, CustomEncoding, CustomHash, CustomScheme, CustomSecret,
    CustomTime, Delivery, Facts, Scheme,
};
pub use secret::{Secret, SecretSet};
pub use settings::Setting;
pub use signer::{Message, SignedHeaders, SignedRequest, Signer};
#[cfg(feature = "std")]
pub use tenants::{Lookup, Tenant, TenantCache};
#[cfg(all(
    feature = "std",
    not(all(target_family = "wasm", target_os = "unknown"))
))]
pub use time::SystemClock;
pub use time::{Clock, UnixTime};
pub use untrusted::Untrusted;
pub use validity::Validity;
pub use verification::Verification;
pub use verified::Verified;
pub use verifier::{Verifier, VerifierBuilder};
