//! The keyed hash, and the one comparison that decides.

use alloc::sync::Arc;
use alloc::vec::Vec;

use base64ct::{Base64, Base64Unpadded, Encoding as _};
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::error::{ConfigError, SecretProblem};
use crate::head::Head;
use crate::scheme::{KeyFormat, Part, Scheme, TAG_LEN, Tag};
use crate::secret::{Secret, SecretSet};

/// A secret made ready: cloning the keyed state is a memory copy, keying it anew costs two compressions.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) label: Arc<str>,
    keyed: Hmac<Sha256>,
}

impl Key {
    pub(crate) fn all(scheme: &Scheme, secrets: &SecretSet) -> Result<Vec<Self>, ConfigError> {
        secrets
            .iter()
            .map(|(label, secret)| Self::new(scheme, label, secret))
            .collect()
    }

    fn new(scheme: &Scheme, label: &Arc<str>, secret: &Secret) -> Result<Self, ConfigError> {
        let key = key_bytes(&scheme.key, secret)?;
        // HMAC takes a key of any length; the error is there for other algorithms of the same trait.
        let keyed =
            Hmac::new_from_slice(&key).map_err(|_| secret.problem(SecretProblem::TooShort))?;
        Ok(Self {
            label: Arc::clone(label),
            keyed,
        })
    }

    pub(crate) fn start(&self, scheme: &Scheme, head: &Head) -> Running {
        let mut running = Running {
            mac: self.keyed.clone(),
        };
        let before = scheme
            .content
            .iter()
            .take_while(|part| **part != Part::Body);
        running.feed(before, head);
        running
    }
}

/// Keys that everybody knows must not become HMAC keys: whoever holds the public half could then sign.
fn looks_asymmetric(text: &[u8]) -> bool {
    [&b"whpk_"[..], b"whsk_", b"-----BEGIN"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

fn key_bytes(format: &KeyFormat, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let text = secret.expose();
    if looks_asymmetric(text) {
        return Err(secret.problem(SecretProblem::PublicKey));
    }
    match format {
        KeyFormat::Text => Ok(Zeroizing::new(text.to_vec())),
        KeyFormat::Base64 { prefix } => {
            let encoded = text.strip_prefix(prefix.as_bytes()).unwrap_or(text);
            if encoded.is_empty() {
                return Err(secret.problem(SecretProblem::Empty));
            }
            // Room for the longest decoding, so that the decoder writes into memory that is wiped.
            let mut key = Zeroizing::new(alloc::vec![0; encoded.len()]);
            let decoded = match encoded.len() % 4 {
                0 => Base64::decode(encoded, &mut key).map(<[u8]>::len).ok(),
                // Some tools drop the padding when they show the secret.
                _ => Base64Unpadded::decode(encoded, &mut key)
                    .map(<[u8]>::len)
                    .ok(),
            };
            match decoded {
                None => Err(secret.problem(SecretProblem::NotBase64)),
                Some(0..16) => Err(secret.problem(SecretProblem::TooShort)),
                Some(len) => {
                    key.truncate(len);
                    Ok(key)
                }
            }
        }
    }
}

/// A hash that is being fed.
#[derive(Clone)]
pub(crate) struct Running {
    mac: Hmac<Sha256>,
}

impl Running {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.mac.update(bytes);
    }

    fn feed<'p>(&mut self, parts: impl Iterator<Item = &'p Part>, head: &Head) {
        for part in parts {
            match part {
                Part::Body => {}
                Part::Id => self.update(head.id_bytes()),
                Part::Literal(text) => self.update(text.as_bytes()),
                Part::Timestamp => self.update(head.timestamp_bytes()),
            }
        }
    }

    pub(crate) fn finish(mut self, scheme: &Scheme, head: &Head) -> Tag {
        let after = scheme
            .content
            .iter()
            .skip_while(|part| **part != Part::Body)
            .skip(1);
        self.feed(after, head);
        self.mac.finalize().into_bytes().into()
    }
}

/// Compares every secret's tag with every candidate. Neither which secret nor which candidate matches shows in the time:
/// all of them are compared, and there is one branch, at the end.
pub(crate) struct Comparison {
    /// One more than the index of the newest secret that matched; zero while none has.
    matched: u32,
    index: u32,
}

impl Comparison {
    pub(crate) const fn new() -> Self {
        Self {
            matched: 0,
            index: 0,
        }
    }

    pub(crate) fn add(&mut self, tag: &Tag, candidates: &[Tag]) {
        let mut equal = Choice::from(0);
        for candidate in candidates {
            equal |= tag.ct_eq(candidate);
        }
        self.index += 1;
        let first = equal & self.matched.ct_eq(&0);
        self.matched.conditional_assign(&self.index, first);
    }

    /// The index of the secret that matched.
    pub(crate) fn verdict(&self) -> Option<usize> {
        usize::try_from(self.matched).ok()?.checked_sub(1)
    }
}

const _: () = assert!(TAG_LEN == 32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_matching_secret_is_reported() {
        let (one, two) = ([1; TAG_LEN], [2; TAG_LEN]);
        let verdict = |tags: &[Tag], candidates: &[Tag]| {
            let mut comparison = Comparison::new();
            tags.iter().for_each(|tag| comparison.add(tag, candidates));
            comparison.verdict()
        };
        assert_eq!(verdict(&[one, two], &[]), None);
        assert_eq!(verdict(&[one, two], &[[3; TAG_LEN]]), None);
        assert_eq!(verdict(&[one, two], &[two]), Some(1));
        assert_eq!(verdict(&[one, two], &[two, one]), Some(0));
        assert_eq!(verdict(&[one, one], &[one]), Some(0));
    }

    #[test]
    fn a_tag_that_differs_in_one_bit_anywhere_does_not_match() {
        for bit in 0..TAG_LEN * 8 {
            let mut candidate = [0x5a; TAG_LEN];
            candidate[bit / 8] ^= 1 << (bit % 8);
            let mut comparison = Comparison::new();
            comparison.add(&[0x5a; TAG_LEN], &[candidate]);
            assert_eq!(comparison.verdict(), None, "{bit}");
        }
    }

    #[test]
    fn a_base64_key_may_lack_its_padding_and_nothing_else() {
        let format = KeyFormat::Base64 {
            prefix: "whsec_".into(),
        };
        let key = |text: &str| key_bytes(&format, &Secret::new(text).unwrap());
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
}
