//! `webhookctl secret new`.

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::SigningKey;
use rand::RngExt as _;
use serde::Serialize;
use webhook_verify::{Scheme, Signer};

use crate::failure::{Failure, Verdict};
use crate::names;
use crate::output::Output;

#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// For whom, as in webhookctl providers.
    #[arg(long, alias = "provider", value_name = "PROVIDER", default_value = "standard-webhooks", value_parser = names::scheme)]
    scheme: Scheme,
}

#[derive(Serialize)]
struct New<'a> {
    scheme: &'a str,
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let name = args.scheme.name();
    let bytes: [u8; 32] = rand::rng().random();
    let (secret, public_key) = if name == "standard-webhooks-v1a" {
        pair(&bytes)
    } else if names::has_public_key(&args.scheme) {
        return Err(Failure::misuse(format_args!(
            "{name} makes its key pairs itself; copy its public key from there"
        )));
    } else {
        (shared(&args.scheme, &bytes)?, None)
    };
    match (output.is_json(), public_key) {
        (true, public_key) => output.object(&New {
            scheme: name,
            secret,
            public_key,
        })?,
        (false, None) => output.text(secret)?,
        (false, Some(public_key)) => output.text(format_args!("{secret}\n{public_key}"))?,
    }
    Ok(Verdict::Done)
}

/// The first of the usual forms that the scheme takes. Most take any text, and then it has the prefix by which scanners
/// find secrets that were published by mistake.
fn shared(scheme: &Scheme, bytes: &[u8; 32]) -> Result<String, Failure> {
    let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [
        format!("whsec_{}", Base64::encode_string(bytes)),
        hexadecimal,
    ]
    .into_iter()
    .find(|secret| Signer::new(*scheme, secret).is_ok())
    .ok_or_else(|| {
        Failure::misuse(format_args!(
            "{} makes its secrets itself; copy one from there",
            scheme.name()
        ))
    })
}

/// A private key and its public one, as the Standard Webhooks specification writes them.
fn pair(seed: &[u8; 32]) -> (String, Option<String>) {
    let key = SigningKey::from_bytes(seed);
    let private = Base64::encode_string(&key.to_keypair_bytes());
    let public = Base64::encode_string(key.verifying_key().as_bytes());
    (format!("whsk_{private}"), Some(format!("whpk_{public}")))
}
