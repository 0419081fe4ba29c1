//! From the text that a user copies to the bytes of a key.

use alloc::vec::Vec;

use base64ct::{Base64, Base64Unpadded, Encoding as _};
use zeroize::Zeroizing;

use crate::error::{ConfigError, SecretProblem};
use crate::scheme::KeyFormat;
use crate::secret::Secret;

/// Keys that everybody knows must not become shared secrets: whoever holds the public half could then sign.
fn looks_asymmetric(text: &[u8]) -> bool {
    [&b"whpk_"[..], b"whsk_", b"-----BEGIN"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

pub(crate) fn key_bytes(
    format: KeyFormat,
    secret: &Secret,
) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let text = secret.expose();
    if looks_asymmetric(text) {
        return Err(secret.problem(SecretProblem::PublicKey));
    }
    let (decoded, not_encoded) = match format {
        KeyFormat::Text => return Ok(Zeroizing::new(text.to_vec())),
        KeyFormat::Base64 { prefix } => {
            let encoded = text.strip_prefix(prefix.as_bytes()).unwrap_or(text);
            if encoded.is_empty() {
                return Err(secret.problem(SecretProblem::Empty));
            }
            (from_base64(encoded), SecretProblem::NotBase64)
        }
        #[cfg(feature = "ed25519")]
        KeyFormat::Ed25519 { .. } => return Err(secret.problem(SecretProblem::PublicKey)),
        KeyFormat::Hex => (from_hex(text), SecretProblem::NotHex),
    };
    match decoded {
        None => Err(secret.problem(not_encoded)),
        Some(key) if key.len() < 16 => Err(secret.problem(SecretProblem::TooShort)),
        Some(key) => Ok(key),
    }
}

/// Decodes into memory that is wiped, and that is never too small, so that nothing is copied on the way.
pub(crate) fn from_base64(encoded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(alloc::vec![0; encoded.len()]);
    let len = match encoded.len() % 4 {
        0 => Base64::decode(encoded, &mut key).ok()?.len(),
        // Some tools drop the padding when they show the secret.
        _ => Base64Unpadded::decode(encoded, &mut key).ok()?.len(),
    };
    key.truncate(len);
    Some(key)
}

pub(crate) fn from_hex(encoded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(alloc::vec![0; encoded.len().div_ceil(2)]);
    base16ct::mixed::decode(encoded, &mut key).ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base64_key_may_lack_its_padding_and_nothing_else() {
        let format = KeyFormat::Base64 { prefix: "whsec_" };
        let key = |text: &str| key_bytes(format, &Secret::new(text).unwrap());
        let problem = |text: &str| match key(text) {
            Err(ConfigError::Secret { problem, .. }) => Some(problem),
            _ => None,
        };
        let expected = b"a fake key of 20 byt";
        assert_eq!(
            &**key("whsec_YSBmYWtlIGtleSBvZiAyMCBieXQ=").unwrap(),
            expected
        );
        assert_eq!(&**key("YSBmYWtlIGtleSBvZiAyMCBieXQ").unwrap(), expected);
        assert_eq!(problem("whsec_"), Some(SecretProblem::Empty));
        assert_eq!(problem("whsec_QQ=="), Some(SecretProblem::TooShort));
        assert_eq!(
            problem("whsec_not base64 at all!"),
            Some(SecretProblem::NotBase64)
        );
        assert_eq!(
            problem("whsec_YSBmYWtlIGtleSBvZiAyMCBieXR"),
            Some(SecretProblem::NotBase64)
        );
        assert_eq!(
            problem("whpk_YSBmYWtlIGtleSBvZiAyMCBieXQ="),
            Some(SecretProblem::PublicKey)
        );
    }

    #[test]
    fn a_hexadecimal_key_is_decoded_whatever_its_case() {
        let key = |text: &str| key_bytes(KeyFormat::Hex, &Secret::new(text).unwrap());
        assert_eq!(
            &**key("00ffA0a0112233445566778899aabbcc").unwrap(),
            b"\x00\xff\xa0\xa0\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc"
        );
        assert!(
            key("00ffA0a0112233445566778899aabbc").is_err(),
            "an odd number of digits"
        );
        assert!(key("zzffA0a0112233445566778899aabbcc").is_err());
        assert!(key("00ff").is_err(), "too short");
    }
}
