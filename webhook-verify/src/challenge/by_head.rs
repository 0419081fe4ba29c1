//! Questions that a head asks, before there is anything to verify.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use serde_json::json;
use subtle::ConstantTimeEq as _;

use super::answer::{Challenge, ChallengeError, harmless, signable};
use super::{Handshake, only, parameter};
use crate::scheme::token_tag;
use crate::settings::Setting;
use crate::verifier::Verifier;

/// The head of a request.
pub(super) struct Question<'q> {
    method: &'q str,
    query: &'q str,
    headers: Vec<(String, Vec<u8>)>,
}

/// The headers that ask something.
const HEADERS: [&str; 3] = [
    "x-okta-verification-challenge",
    "webhook-request-origin",
    "webhook-request-rate",
];

impl<'q> Question<'q> {
    pub(super) fn new<K, V>(
        method: &'q str,
        query: &'q str,
        headers: impl IntoIterator<Item = (K, V)>,
    ) -> Self
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let asks = |(name, value): (K, V)| {
            let name = HEADERS
                .iter()
                .find(|asks| asks.eq_ignore_ascii_case(name.as_ref()))?;
            Some(((*name).to_owned(), value.as_ref().to_vec()))
        };
        Self {
            method,
            query: if query.len() <= 8 * 1024 { query } else { "" },
            headers: headers.into_iter().filter_map(asks).collect(),
        }
    }

    pub(super) fn answer(
        &self,
        handshake: Handshake,
        verifier: &Verifier,
    ) -> Option<Result<Challenge, ChallengeError>> {
        match handshake {
            Handshake::EchoQuery { method, name } if self.method == method => {
                let text = parameter(self.query, name)?;
                Some(harmless(&text).map(Challenge::text))
            }
            Handshake::EchoQueryWithToken { name, token } if self.method == "GET" => {
                let text = parameter(self.query, name)?;
                Some(
                    self.token_is_right(verifier, token)
                        .and_then(|()| harmless(&text))
                        .map(Challenge::text),
                )
            }
            Handshake::EchoHeaderAsJson { header, name } if self.method == "GET" => {
                let text = only(&self.headers, header)?;
                Some(harmless(text).map(|text| Challenge::json(&json!({ name: text }))))
            }
            Handshake::X if self.method == "GET" => {
                let token = parameter(self.query, "crc_token")?;
                Some(self.signed(verifier, &token, 128).map(|mac| {
                    let token = ["sha256=", &Base64::encode_string(&mac)].concat();
                    Challenge::json(&json!({"response_token": token}))
                }))
            }
            Handshake::Braintree if self.method == "GET" => {
                let number = parameter(self.query, "bt_challenge")?;
                let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                if !(20..=32).contains(&number.len()) || !number.bytes().all(plain) {
                    return Some(Err(ChallengeError::Malformed));
                }
                let key = verifier.setting(Setting::KeyId).unwrap_or_default();
                Some(self.signed(verifier, &number, 32).and_then(|mac| {
                    let key = harmless(key)?;
                    Ok(Challenge::text(
                        [&key, "|", &base16ct::lower::encode_string(&mac)].concat(),
                    ))
                }))
            }
            Handshake::Consent if self.method == "OPTIONS" => Some(self.consent(verifier)),
            Handshake::Head if self.method == "HEAD" => Some(Ok(Challenge::new(200))),
            _ => None,
        }
    }

    fn token_is_right(&self, verifier: &Verifier, name: &str) -> Result<(), ChallengeError> {
        let ours = verifier
            .setting(Setting::VerifyToken)
            .filter(|token| !token.is_empty());
        let shown = parameter(self.query, name);
        let (Some(ours), Some(shown)) = (ours, shown) else {
            return Err(ChallengeError::WrongToken);
        };
        let equal = token_tag(ours.as_bytes()).ct_eq(&token_tag(shown.as_bytes()));
        match bool::from(equal) {
            true => Ok(()),
            false => Err(ChallengeError::WrongToken),
        }
    }

    fn signed(
        &self,
        verifier: &Verifier,
        text: &str,
        longest: usize,
    ) -> Result<Vec<u8>, ChallengeError> {
        let text = signable(text, longest)?;
        verifier
            .newest_mac(text.as_bytes(), verifier.now())
            .ok_or(ChallengeError::Malformed)
    }

    /// Consents to be called by an origin that the user named, or by any if none was named.
    fn consent(&self, verifier: &Verifier) -> Result<Challenge, ChallengeError> {
        let origin =
            only(&self.headers, "webhook-request-origin").ok_or(ChallengeError::Malformed)?;
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'*');
        if origin.is_empty() || origin.len() > 253 || !origin.bytes().all(plain) {
            return Err(ChallengeError::Malformed);
        }
        // No consent is an answer without the header.
        let refused = Challenge::new(405).with("allow", "POST".into());
        match verifier.setting(Setting::Issuer) {
            Some(ours) if ours != origin => return Ok(refused),
            _ => {}
        }
        let consent = Challenge::new(200)
            .with("allow", "POST".into())
            .with("webhook-allowed-origin", origin.into());
        let rate = only(&self.headers, "webhook-request-rate");
        Ok(match rate {
            Some(rate)
                if rate.len() <= 9
                    && rate.bytes().all(|byte| byte.is_ascii_digit())
                    && !rate.is_empty() =>
            {
                consent.with("webhook-allowed-rate", rate.into())
            }
            Some(_) => consent.with("webhook-allowed-rate", "*".into()),
            None => consent,
        })
    }
}
