//! Private keys of senders, and the public ones that users copy, as PEM or as the base64 inside.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::error::{ConfigError, SecretProblem};
use crate::key_bytes::from_base64;
use crate::secret::Secret;

/// The bytes inside of PEM, or of base64 without it.
pub(super) fn der(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let not_a_key = || secret.problem(SecretProblem::NotAKey);
    let text = core::str::from_utf8(secret.expose()).map_err(|_| not_a_key())?;
    let inside: Zeroizing<String> = Zeroizing::new(
        text.lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .collect(),
    );
    from_base64(inside.as_bytes())
        .filter(|der| !der.is_empty())
        .ok_or_else(not_a_key)
}

/// What stands in front of a point of P-256 in the form in which public keys are published (RFC 5480).
#[cfg(feature = "ecdsa")]
const P256_INFO: &[u8; 26] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";

/// The point of a published key.
#[cfg(feature = "ecdsa")]
pub(super) fn p256_point(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let der = der(secret)?;
    match der.strip_prefix(P256_INFO) {
        Some(point) if point.len() == 65 && point.first() == Some(&4) => {
            Ok(Zeroizing::new(point.to_vec()))
        }
        _ => Err(secret.problem(SecretProblem::NotAKey)),
    }
}

/// A sender's key of P-256, as PKCS#8.
#[cfg(feature = "ecdsa")]
pub(super) fn p256_private(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
    let der = der(secret)?;
    let random = ring::rand::SystemRandom::new();
    match EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der, &random) {
        Ok(_) => Ok(der),
        Err(_) => Err(secret.problem(SecretProblem::NotAKey)),
    }
}

/// A sender's RSA key, as PKCS#8.
#[cfg(feature = "rsa")]
pub(super) fn rsa_private(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let der = der(secret)?;
    match ring::signature::RsaKeyPair::from_pkcs8(&der) {
        Ok(_) => Ok(der),
        Err(_) => Err(secret.problem(SecretProblem::NotAKey)),
    }
}
