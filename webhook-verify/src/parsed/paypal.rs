//! PayPal: a line of ids and a checksum of the body, signed under a certificate of PayPal's.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::key_url::plain_https;
use super::{
    Algorithm, Check, Claimed, Claims, Outgoing, Request, Rules, SignedRequest, private_key,
};
use crate::error::{ConfigError, SecretProblem, SignError, VerifyError};
use crate::head::MAX_ATTRIBUTE;
use crate::key_source::KeyRequest;
use crate::mac::Side;
use crate::scheme::TimeFormat;
use crate::secret::Secret;
use crate::settings::Setting;
use crate::text::visible;
use crate::time_format;

const ID: &str = "paypal-transmission-id";
const TIME: &str = "paypal-transmission-time";
const SIGNATURE: &str = "paypal-transmission-sig";
const CERTIFICATE: &str = "paypal-cert-url";
const ALGORITHM: &str = "paypal-auth-algo";
const SHA256_WITH_RSA: &str = "SHA256withRSA";

const HOSTS: [&str; 2] = ["api.paypal.com", "api.sandbox.paypal.com"];
const FOLDER: &str = "/v1/notifications/certs/";

pub(crate) static PAYPAL: PayPal = PayPal;

#[derive(Debug)]
pub(crate) struct PayPal;

impl Rules for PayPal {
    fn algorithm(&self) -> &'static str {
        "RSA PKCS#1 with SHA-256"
    }

    fn headers(&self) -> &'static [&'static str] {
        &[SIGNATURE, ID, TIME, CERTIFICATE, ALGORITHM]
    }

    fn settings(&self) -> &'static [Setting] {
        &[Setting::WebhookId]
    }

    fn has_secrets(&self) -> bool {
        false
    }

    fn key(&self, secret: &Secret, side: Side) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        match side {
            Side::Sign => private_key::rsa_private(secret),
            Side::Verify => Err(secret.problem(SecretProblem::NotAKey)),
        }
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let text = |name| {
            let value = request.header(name)?;
            visible(value, 1024).ok_or_else(|| Request::malformed(name))
        };
        if text(ALGORITHM)? != SHA256_WITH_RSA {
            return Err(Request::malformed(ALGORITHM));
        }
        let id = text(ID)?;
        if id.len() > MAX_ATTRIBUTE || id.contains('|') {
            return Err(Request::malformed(ID));
        }
        let time = text(TIME)?;
        let signed_at = time_format::read(time.as_bytes(), TimeFormat::Rfc3339);
        let signed_at = signed_at.ok_or(VerifyError::MalformedTimestamp)?;
        request.window.admit(signed_at)?;
        let url = text(CERTIFICATE)?;
        match plain_https(url) {
            Some((host, path)) if HOSTS.contains(&host) && path.starts_with(FOLDER) => {}
            _ => return Err(VerifyError::UnknownKey),
        }
        let signature = Base64::decode_vec(text(SIGNATURE)?);
        let signature = signature.map_err(|_| Request::malformed(SIGNATURE))?;
        let webhook = request.settings.get(Setting::WebhookId).unwrap_or_default();
        let check = Check {
            content: alloc::vec![line(id, time, webhook, request.body).into_bytes().into()],
            variant: None,
            candidates: alloc::vec![signature.into()],
        };
        Ok(Claims {
            key: Some(Claimed {
                request: KeyRequest::Certificate {
                    url: url.to_owned(),
                },
                certified: Some(".paypal.com"),
            }),
            signed_at: Some(signed_at),
            ..Claims::one(Algorithm::RsaSha256, check)
        })
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        let webhook = message.settings.get(Setting::WebhookId);
        let webhook = webhook.ok_or(SignError::MissingSetting(Setting::WebhookId))?;
        let url = message.settings.get(Setting::KeyId);
        let url = url.ok_or(SignError::MissingSetting(Setting::KeyId))?;
        let id = message.id.ok_or(SignError::MissingId)?;
        if id.contains('|') {
            return Err(SignError::InvalidId);
        }
        let time = time_format::write(message.time, TimeFormat::Rfc3339);
        let signature = message.rsa(line(id, &time, webhook, message.body).as_bytes())?;
        let signed = SignedRequest::header(SIGNATURE, Base64::encode_string(&signature));
        Ok(signed
            .and(ID, id)
            .and(TIME, time)
            .and(CERTIFICATE, url)
            .and(ALGORITHM, SHA256_WITH_RSA))
    }
}

fn line(id: &str, time: &str, webhook: &str, body: &[u8]) -> String {
    alloc::format!("{id}|{time}|{webhook}|{}", crc32(body))
}

/// The CRC-32 of ISO 3309, as zip and PNG have it.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let index = (crc ^ u32::from(*byte)) & 0xff;
        let index = usize::try_from(index).unwrap_or_default();
        TABLE.get(index).copied().unwrap_or_default() ^ (crc >> 8)
    };
    !bytes.iter().fold(!0, step)
}

static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u32;
    while byte < 256 {
        let mut crc = byte;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[byte as usize] = crc;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_zip() {
        // The check value of the CRC catalogue.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
