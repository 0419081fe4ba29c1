//! Reading the signatures: candidates in, and the items that stand beside them.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac as _};
use memchr::memchr_iter;
use sha2::Sha256;

use super::{Algorithm, Encoding, Scheme, Syntax};

/// A piece of a candidate, filled up with zeros. Of one size, so that comparing two is a few instructions without a branch.
pub(crate) type Piece = [u8; 64];

/// Pieces that nearly every request does with.
const FEW: usize = 2;
/// Pieces of which the room is made only when the first of them comes. With the few they are sixteen SHA-256 signatures, more
/// than any sender needs while it rotates.
const MANY: usize = 14;

/// The candidate signatures of one request, as they are written there. They are not decoded: what a signature must be is
/// encoded once instead, however many candidates there are.
#[derive(Clone, Debug)]
pub(crate) struct Signatures {
    /// Bytes of each.
    len: usize,
    used: usize,
    few: [Piece; FEW],
    many: Option<[Piece; MANY]>,
    /// What does not fit above; only schemes that allow many signatures get here.
    rest: Vec<Piece>,
    /// How many there were, with those that cannot be a signature.
    pub(crate) seen: usize,
    /// Whether there were more items than anybody needs.
    pub(crate) crowded: bool,
}

impl Signatures {
    /// None yet.
    #[inline]
    pub(crate) const fn of(scheme: &Scheme) -> Self {
        Self {
            len: scheme.signature_text_len(),
            used: 0,
            few: [[0; 64]; FEW],
            many: None,
            rest: Vec::new(),
            seen: 0,
            crowded: false,
        }
    }

    /// Bytes of each candidate.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The candidates, each as the same number of pieces.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[Piece]> {
        let pieces = self.len.div_ceil(64).max(1);
        let few = self.few.get(..self.used).unwrap_or(&self.few);
        let many = self.many.as_ref().map_or(&[][..], |many| {
            let used = self.used.saturating_sub(FEW);
            many.get(..used).unwrap_or(many)
        });
        few.chunks_exact(pieces)
            .chain(many.chunks_exact(pieces))
            .chain(self.rest.chunks_exact(pieces))
    }

    /// The candidates as they are written.
    #[cfg(any(test, feature = "ed25519"))]
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.each()
            .map(|pieces| pieces.as_flattened().get(..self.len).unwrap_or_default())
    }

    /// Takes a candidate in. One of another length than a signature's can match nothing and is left out, so that a
    /// malformed sibling does not spoil a good one.
    fn push(&mut self, text: &[u8], scheme: &Scheme) {
        self.seen += 1;
        if self.seen > scheme.max_signatures {
            return;
        }
        if scheme.algorithm == Algorithm::Token {
            if let Some(tag) = decoded_token(text, scheme.encoding) {
                self.append(&tag);
            }
        } else if text.len() == self.len {
            self.append(text);
        }
    }

    fn append(&mut self, text: &[u8]) {
        for chunk in text.chunks(64) {
            let mut piece = [0; 64];
            piece
                .get_mut(..chunk.len())
                .unwrap_or_default()
                .copy_from_slice(chunk);
            if let Some(room) = self.few.get_mut(self.used) {
                *room = piece;
            } else if let Some(room) = self
                .many
                .get_or_insert([[0; 64]; MANY])
                .get_mut(self.used - FEW)
            {
                *room = piece;
            } else {
                self.rest.push(piece);
            }
            self.used += 1;
        }
    }

    /// Reads a value; `item` is called with the name and text of every item that is not a signature. Stops where nothing
    /// that follows can change the verdict any more.
    pub(crate) fn read<'v>(
        &mut self,
        scheme: &Scheme,
        max_items: usize,
        value: &'v [u8],
        mut item: impl FnMut(&'v [u8], &'v [u8]),
    ) {
        match scheme.syntax {
            Syntax::Items {
                separator,
                assign,
                signature_key,
            } => {
                for (number, part) in parts(value, separator).enumerate() {
                    if number >= max_items {
                        self.crowded = true;
                        return;
                    }
                    let part = part.trim_ascii();
                    if let Some(text) = behind(part, signature_key.as_bytes(), assign) {
                        self.push(text, scheme);
                        if self.seen > scheme.max_signatures {
                            return;
                        }
                    } else if let Some(at) = memchr::memchr(assign, part) {
                        let (key, rest) = part.split_at(at);
                        item(key, rest.get(1..).unwrap_or_default());
                    }
                }
            }
            Syntax::Single { prefix } => {
                if let Some(text) = value.strip_prefix(prefix.as_bytes()) {
                    self.push(text, scheme);
                }
            }
            Syntax::List { separator, prefix } => {
                for part in parts(value, separator) {
                    let part = part.trim_ascii();
                    self.push(part.strip_prefix(prefix.as_bytes()).unwrap_or(part), scheme);
                    if self.seen > scheme.max_signatures {
                        return;
                    }
                }
            }
        }
    }
}

/// What stands between the separators.
fn parts(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    memchr_iter(separator, value)
        .chain([value.len()])
        .map(move |to| {
            let part = value.get(from..to).unwrap_or_default();
            from = to + 1;
            part
        })
}

/// What stands behind that name and the byte that ends names.
#[inline]
fn behind<'v>(item: &'v [u8], name: &[u8], assign: u8) -> Option<&'v [u8]> {
    match item.strip_prefix(name)? {
        [end, text @ ..] if *end == assign => Some(text),
        _ => None,
    }
}

fn decoded_token(text: &[u8], encoding: Encoding) -> Option<[u8; 32]> {
    use base64ct::{Base64, Encoding as _};
    match encoding {
        Encoding::Verbatim => Some(token_tag(text)),
        _ => Base64::decode_vec(core::str::from_utf8(text).ok()?)
            .ok()
            .map(|token| token_tag(&token)),
    }
}

/// Tokens have any length. Compared through a keyed hash, neither their length nor a common beginning shows.
pub(crate) fn token_tag(token: &[u8]) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(b"webhook token equality") {
        Ok(mut mac) => {
            mac.update(token);
            mac.finalize().into_bytes().into()
        }
        // HMAC takes keys of any length, so this cannot be reached; a tag nobody can present is the safe answer.
        Err(_) => [0; 32],
    }
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;
    use crate::Stripe;

    fn read(scheme: &Scheme, value: &str) -> Signatures {
        let mut signatures = Signatures::of(scheme);
        signatures.read(scheme, usize::MAX, value.as_bytes(), |_, _| {});
        signatures
    }

    #[test]
    fn a_tag_of_any_other_length_is_no_candidate() {
        let hex = "ab".repeat(80);
        for (algorithm, digits) in [
            (Algorithm::HmacSha1, 40),
            (Algorithm::HmacSha256, 64),
            (Algorithm::HmacSha512, 128),
        ] {
            let scheme = Scheme {
                algorithm,
                ..Stripe::SCHEME
            };
            for len in 0..=160 {
                let signatures = read(&scheme, &alloc::format!("v1={}", &hex[..len]));
                assert_eq!(
                    signatures.each().count(),
                    usize::from(len == digits),
                    "{algorithm:?} {len}"
                );
            }
        }
    }

    #[test]
    fn a_malformed_sibling_does_not_spoil_a_good_candidate() {
        let good = "ab".repeat(32);
        let signatures = read(
            &Stripe::SCHEME,
            &alloc::format!("v1=zz,v0={good},v1={good},nonsense,,v1"),
        );
        assert_eq!(signatures.texts().collect::<Vec<_>>(), [good.as_bytes()]);
        assert_eq!(signatures.seen, 2);
    }

    #[test]
    fn candidates_behind_the_limit_are_not_read() {
        let many = alloc::vec!["v1=00"; 10_000].join(",");
        assert_eq!(read(&Stripe::SCHEME, &many).seen, 17);
    }

    #[test]
    fn a_scheme_may_allow_more_candidates_than_fit_inline() {
        let scheme = Scheme {
            max_signatures: 100,
            ..Stripe::SCHEME
        };
        let many: Vec<_> = (0..100)
            .map(|at| alloc::format!("v1={}", alloc::format!("{at:02x}").repeat(32)))
            .collect();
        let signatures = read(&scheme, &many.join(","));
        let first: Vec<_> = signatures.texts().map(|text| text[..2].to_vec()).collect();
        let expected: Vec<_> = (0..100)
            .map(|at| alloc::format!("{at:02x}").into_bytes())
            .collect();
        assert_eq!(first, expected);
    }

    #[test]
    fn a_list_has_signatures_with_and_without_their_prefix() {
        let scheme = Scheme {
            place: Place::HeaderLines("x"),
            syntax: Syntax::List {
                separator: b',',
                prefix: "sha256=",
            },
            ..Scheme::BASE
        };
        let (one, two) = ("ab".repeat(32), "cd".repeat(32));
        let signatures = read(&scheme, &alloc::format!("sha256={one}, {two}"));
        assert_eq!(
            signatures.texts().collect::<Vec<_>>(),
            [one.as_bytes(), two.as_bytes()]
        );
    }
}
