//! The sender's half of these schemes.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Algorithm, Pieces, judge};
use crate::error::SignError;
use crate::settings::Settings;
use crate::time::UnixTime;

/// What is to be signed, and with what.
pub(crate) struct Outgoing<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) url: Option<&'a str>,
    pub(crate) id: Option<&'a str>,
    pub(crate) time: UnixTime,
    /// The bytes of the newest key.
    pub(crate) key: &'a [u8],
    pub(crate) settings: &'a Settings,
}

impl<'a> Outgoing<'a> {
    pub(super) fn url(&self) -> Result<&'a str, SignError> {
        self.url.ok_or(SignError::MissingUrl)
    }

    /// A signature with the signer's private key, as PKCS#8.
    #[cfg(feature = "ecdsa")]
    pub(super) fn ecdsa(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, SignError> {
        use ring::signature::{
            ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
        };
        let parameters = match algorithm {
            Algorithm::EcdsaP256Fixed => &ECDSA_P256_SHA256_FIXED_SIGNING,
            _ => &ECDSA_P256_SHA256_ASN1_SIGNING,
        };
        let random = ring::rand::SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(parameters, self.key, &random)
            .ok()
            .and_then(|pair| pair.sign(&random, message).ok())
            .map(|signature| signature.as_ref().to_vec())
            .ok_or(SignError::Key)
    }

    /// As [`Outgoing::ecdsa`], with RSA.
    #[cfg(feature = "rsa")]
    pub(super) fn rsa(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
        let pair = RsaKeyPair::from_pkcs8(self.key).map_err(|_| SignError::Key)?;
        let mut signature = alloc::vec![0; pair.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .map_err(|_| SignError::Key)?;
        Ok(signature)
    }

    pub(super) fn hmac(&self, algorithm: Algorithm, content: &Pieces<'_>) -> Vec<u8> {
        judge::tag(algorithm, self.key, content).as_bytes().to_vec()
    }
}

/// A request as it must be sent.
#[derive(Debug, Default)]
pub(crate) struct SignedRequest {
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    /// The body, where the signature is in it; otherwise the message's own is what must be sent.
    pub(crate) body: Option<Vec<u8>>,
    /// The URL, where the signature covers something that stands in it.
    pub(crate) url: Option<String>,
}

impl SignedRequest {
    pub(super) fn header(name: &'static str, value: String) -> Self {
        Self {
            headers: alloc::vec![(name.into(), value)],
            ..Self::default()
        }
    }

    pub(super) fn and(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(super) fn body(body: Vec<u8>) -> Self {
        Self {
            body: Some(body),
            ..Self::default()
        }
    }
}
