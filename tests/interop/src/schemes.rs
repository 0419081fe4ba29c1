//! The schemes that have an official SDK. One more is a row here, and an adapter in `oracle.mjs` or `oracle.py` for each
//! of its SDKs.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::SigningKey;
use rand::RngExt;
use rand::rngs::StdRng;
use webhook_verify::{
    AdyenPlatforms, ConfigError, Discord, GitHub, GoCardless, Line, Notion, OpenAi, Paddle,
    Provider as _, Razorpay, Sanity, Shopify, ShopifyEvents, Signer, Slack, Square,
    StandardWebhooks, Stripe, Svix, Telnyx, Verifier, WorkOs,
};

use crate::cases;
use crate::corpus::{Kind, Secrets, text_of};
use crate::verdicts::Case;

/// Where an SDK comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// A package from npm.
    Npm,
    /// A package from PyPI.
    PyPi,
}

/// An official SDK and what it can do.
#[derive(Clone, Copy, Debug)]
pub struct Sdk {
    /// Where it comes from.
    pub runtime: Runtime,
    /// The name of its package, which is also the name of its adapter.
    pub package: &'static str,
    /// The kinds of bodies that it can verify. The tests fail if it can verify any other kind.
    pub verifies: &'static [Kind],
    /// The kinds of bodies that it can sign; the same is true of them.
    pub signs: &'static [Kind],
}

impl fmt::Display for Sdk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registry = match self.runtime {
            Runtime::Npm => "npm",
            Runtime::PyPi => "PyPI",
        };
        write!(f, "{registry} {}", self.package)
    }
}

/// A scheme and its oracles.
#[derive(Debug)]
pub struct Row {
    /// Its name in tables and for adapters.
    pub name: &'static str,
    /// Our signer, from a signing secret.
    pub signer: fn(&str) -> Result<Signer, ConfigError>,
    /// Our verifier, from a verifying secret.
    pub verifier: fn(&str) -> Result<Verifier, ConfigError>,
    /// Secrets as the provider makes them.
    pub secrets: fn(&mut StdRng) -> Secrets,
    /// The kinds of bodies that the provider may send.
    pub bodies: &'static [Kind],
    /// The URL that the provider was given, if it signs it.
    pub url: Option<&'static str>,
    /// The header of the signature.
    pub signature_header: &'static str,
    /// The header of the time, if it has one of its own.
    pub time_header: Option<&'static str>,
    /// Its SDKs, in the order of the columns of its table.
    pub sdks: &'static [Sdk],
    /// The odd requests that it is asked about.
    pub cases: fn() -> Vec<Case>,
}

use Kind::{Bom, Empty, Form, Json, Text};

/// What an SDK can sign that only verifies.
const NONE: &[Kind] = &[];
/// What an SDK can take that turns the body into text.
const UTF8: &[Kind] = &[Empty, Json, Form, Text, Bom];
/// As [`UTF8`], if it takes an empty text for none.
const UTF8_NOT_EMPTY: &[Kind] = &[Json, Form, Text, Bom];
/// As [`UTF8`], if it drops a byte order mark.
const UTF8_NOT_BOM: &[Kind] = &[Empty, Json, Form, Text];

const fn npm(package: &'static str, verifies: &'static [Kind], signs: &'static [Kind]) -> Sdk {
    Sdk {
        runtime: Runtime::Npm,
        package,
        verifies,
        signs,
    }
}

const fn pypi(package: &'static str, verifies: &'static [Kind], signs: &'static [Kind]) -> Sdk {
    Sdk {
        runtime: Runtime::PyPi,
        package,
        verifies,
        signs,
    }
}

/// The table.
pub static SCHEMES: &[Row] = &[
    Row {
        name: "standard-webhooks",
        signer: |secret| StandardWebhooks::signer(secret),
        verifier: |secret| Ok(StandardWebhooks::new(secret)?.verifier().clone()),
        secrets: whsec,
        bodies: &Kind::ALL,
        url: None,
        signature_header: "webhook-signature",
        time_header: Some("webhook-timestamp"),
        sdks: &[
            npm("standardwebhooks", UTF8, UTF8),
            pypi("standardwebhooks", UTF8, UTF8),
            npm("svix", UTF8, UTF8),
            pypi("svix", UTF8, UTF8),
        ],
        cases: cases::standard_webhooks,
    },
    Row {
        name: "stripe",
        signer: |secret| Stripe::signer(secret),
        verifier: |secret| Ok(Stripe::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(format!("whsec_{}", text_of(ALPHANUMERIC, 32, rng))),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "stripe-signature",
        time_header: None,
        sdks: &[
            npm("stripe", UTF8_NOT_BOM, UTF8),
            pypi("stripe", UTF8, UTF8),
        ],
        cases: cases::stripe,
    },
    Row {
        name: "github",
        signer: |secret| GitHub::signer(secret),
        verifier: |secret| Ok(GitHub::new(secret)?.verifier().clone()),
        // Users type it in, so it may be any text.
        secrets: |rng| Secrets::shared(text_of("aZ09 -_$%\"é株🦀", 24, rng).trim().to_owned()),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "x-hub-signature-256",
        time_header: None,
        sdks: &[npm(
            "@octokit/webhooks-methods",
            UTF8_NOT_EMPTY,
            UTF8_NOT_EMPTY,
        )],
        cases: cases::github,
    },
    Row {
        name: "svix",
        signer: |secret| Svix::signer(secret),
        verifier: |secret| Ok(Svix::new(secret)?.verifier().clone()),
        secrets: whsec,
        bodies: &Kind::ALL,
        url: None,
        signature_header: "svix-signature",
        time_header: Some("svix-timestamp"),
        sdks: &[npm("svix", UTF8, UTF8), pypi("svix", UTF8, UTF8)],
        cases: cases::svix,
    },
    Row {
        name: "slack",
        signer: |secret| Slack::signer(secret),
        verifier: |secret| Ok(Slack::new(secret)?.verifier().clone()),
        secrets: hex_text,
        bodies: &Kind::ALL,
        url: None,
        signature_header: "x-slack-signature",
        time_header: Some("x-slack-request-timestamp"),
        sdks: &[
            npm("@slack/bolt", UTF8, NONE),
            pypi("slack-sdk", UTF8, UTF8),
        ],
        cases: cases::slack,
    },
    Row {
        name: "shopify",
        signer: |secret| Shopify::signer(secret),
        verifier: |secret| Ok(Shopify::new(secret)?.verifier().clone()),
        secrets: hex_text,
        bodies: &Kind::ALL,
        url: None,
        signature_header: "x-shopify-hmac-sha256",
        time_header: None,
        sdks: &[npm("@shopify/shopify-api", UTF8_NOT_EMPTY, NONE)],
        cases: cases::shopify,
    },
    Row {
        name: "shopify-events",
        signer: |secret| ShopifyEvents::signer(secret),
        verifier: |secret| Ok(ShopifyEvents::new(secret)?.verifier().clone()),
        secrets: hex_text,
        bodies: &Kind::ALL,
        url: None,
        signature_header: "shopify-hmac-sha256",
        time_header: None,
        sdks: &[npm("@shopify/shopify-api", UTF8_NOT_EMPTY, NONE)],
        cases: cases::shopify,
    },
    Row {
        name: "square",
        signer: |secret| Square::signer(secret),
        verifier: |secret| {
            Ok(
                Square::new(secret, "https://example.com/webhooks/square?a=1&b=%20x")?
                    .verifier()
                    .clone(),
            )
        },
        secrets: |rng| Secrets::shared(text_of(ALPHANUMERIC, 22, rng)),
        bodies: &Kind::ALL,
        url: Some("https://example.com/webhooks/square?a=1&b=%20x"),
        signature_header: "x-square-hmacsha256-signature",
        time_header: None,
        sdks: &[
            npm("square", UTF8, NONE),
            pypi("squareup", UTF8_NOT_EMPTY, NONE),
        ],
        cases: cases::square,
    },
    Row {
        name: "line",
        signer: |secret| Line::signer(secret),
        verifier: |secret| Ok(Line::new(secret)?.verifier().clone()),
        secrets: hex_text,
        bodies: &Kind::ALL,
        url: None,
        signature_header: "x-line-signature",
        time_header: None,
        sdks: &[
            npm("@line/bot-sdk", &Kind::ALL, NONE),
            pypi("line-bot-sdk", UTF8, NONE),
        ],
        cases: cases::line,
    },
    Row {
        name: "notion",
        signer: |secret| Notion::signer(secret),
        verifier: |secret| Ok(Notion::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(format!("secret_{}", text_of(ALPHANUMERIC, 43, rng))),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "x-notion-signature",
        time_header: None,
        sdks: &[npm("@notionhq/client", &Kind::ALL, &Kind::ALL)],
        cases: cases::notion,
    },
    Row {
        name: "openai",
        signer: |secret| OpenAi::signer(secret),
        verifier: |secret| Ok(OpenAi::new(secret)?.verifier().clone()),
        secrets: whsec,
        bodies: &Kind::ALL,
        url: None,
        signature_header: "webhook-signature",
        time_header: Some("webhook-timestamp"),
        sdks: &[npm("openai", UTF8, NONE)],
        cases: cases::openai,
    },
    Row {
        name: "razorpay",
        signer: |secret| Razorpay::signer(secret),
        verifier: |secret| Ok(Razorpay::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(text_of(ALPHANUMERIC, 40, rng)),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "x-razorpay-signature",
        time_header: None,
        sdks: &[npm("razorpay", UTF8, NONE)],
        cases: cases::razorpay,
    },
    Row {
        name: "gocardless",
        signer: |secret| GoCardless::signer(secret),
        verifier: |secret| Ok(GoCardless::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(text_of(ALPHANUMERIC, 40, rng)),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "webhook-signature",
        time_header: None,
        sdks: &[npm("gocardless-nodejs", &Kind::ALL, NONE)],
        cases: cases::gocardless,
    },
    Row {
        name: "workos",
        signer: |secret| WorkOs::signer(secret),
        verifier: |secret| Ok(WorkOs::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(text_of(ALPHANUMERIC, 40, rng)),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "workos-signature",
        time_header: None,
        sdks: &[npm("@workos-inc/node", UTF8, NONE)],
        cases: cases::workos,
    },
    Row {
        name: "sanity",
        signer: |secret| Sanity::signer(secret),
        verifier: |secret| Ok(Sanity::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(text_of(ALPHANUMERIC, 40, rng)),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "sanity-webhook-signature",
        time_header: None,
        sdks: &[npm("@sanity/webhook", UTF8_NOT_EMPTY, NONE)],
        cases: cases::sanity,
    },
    Row {
        name: "paddle",
        signer: |secret| Paddle::signer(secret),
        verifier: |secret| Ok(Paddle::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(format!("pdl_ntfset_{}", text_of(ALPHANUMERIC, 40, rng))),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "paddle-signature",
        time_header: None,
        sdks: &[npm("@paddle/paddle-node-sdk", UTF8, NONE)],
        cases: cases::paddle,
    },
    Row {
        name: "adyen-platforms",
        signer: |secret| AdyenPlatforms::signer(secret),
        verifier: |secret| Ok(AdyenPlatforms::new(secret)?.verifier().clone()),
        secrets: |rng| Secrets::shared(text_of("0123456789ABCDEF", 64, rng)),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "hmacsignature",
        time_header: None,
        sdks: &[npm("@adyen/api-library", UTF8, UTF8)],
        cases: cases::adyen_platforms,
    },
    Row {
        name: "discord",
        signer: |secret| Discord::signer(secret),
        verifier: |secret| Ok(Discord::new(secret)?.verifier().clone()),
        secrets: |rng| {
            key_pair(rng, |key| {
                key.iter().map(|byte| format!("{byte:02x}")).collect()
            })
        },
        bodies: &Kind::ALL,
        url: None,
        signature_header: "x-signature-ed25519",
        time_header: Some("x-signature-timestamp"),
        sdks: &[npm("discord-interactions", &Kind::ALL, NONE)],
        cases: cases::discord,
    },
    Row {
        name: "telnyx",
        signer: |secret| Telnyx::signer(secret),
        verifier: |secret| Ok(Telnyx::new(secret)?.verifier().clone()),
        secrets: |rng| key_pair(rng, Base64::encode_string),
        bodies: &Kind::ALL,
        url: None,
        signature_header: "telnyx-signature-ed25519",
        time_header: Some("telnyx-timestamp"),
        // It verifies and parses in one call.
        sdks: &[npm("telnyx", &[Json], NONE)],
        cases: cases::telnyx,
    },
];

/// A private key to sign with and its public key to verify with, written in the provider's way.
fn key_pair(rng: &mut StdRng, write: fn(&[u8]) -> String) -> Secrets {
    let private = SigningKey::from_bytes(&std::array::from_fn(|_| rng.random()));
    Secrets {
        signing: write(private.as_bytes()),
        verifying: write(private.verifying_key().as_bytes()),
    }
}

const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `whsec_` and base64 of 24 to 64 bytes, the lengths that Standard Webhooks allows.
fn whsec(rng: &mut StdRng) -> Secrets {
    let key: Vec<u8> = (0..rng.random_range(24..=64))
        .map(|_| rng.random())
        .collect();
    Secrets::shared(format!("whsec_{}", Base64::encode_string(&key)))
}

/// Hexadecimal digits that are used as text.
fn hex_text(rng: &mut StdRng) -> Secrets {
    Secrets::shared(text_of("0123456789abcdef", 32, rng))
}
