//! The schemes that have an official SDK. One more is a row here, and an adapter in `oracle.mjs` or `oracle.py` for each
//! of its SDKs.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use rand::RngExt;
use rand::rngs::StdRng;
use webhook_verify::{
    ConfigError, GitHub, Provider as _, Signer, StandardWebhooks, Stripe, Verifier,
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
    /// Its SDKs, in the order of the columns of its table.
    pub sdks: &'static [Sdk],
    /// The odd requests that it is asked about.
    pub cases: fn() -> Vec<Case>,
}

use Kind::{Bom, Empty, Form, Json, Text};

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
        sdks: &[npm(
            "@octokit/webhooks-methods",
            UTF8_NOT_EMPTY,
            UTF8_NOT_EMPTY,
        )],
        cases: cases::github,
    },
];

const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `whsec_` and base64 of 24 to 64 bytes, the lengths that Standard Webhooks allows.
fn whsec(rng: &mut StdRng) -> Secrets {
    let key: Vec<u8> = (0..rng.random_range(24..=64))
        .map(|_| rng.random())
        .collect();
    Secrets::shared(format!("whsec_{}", Base64::encode_string(&key)))
}
