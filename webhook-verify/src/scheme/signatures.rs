//! Reading the signatures: candidates in, and the items that stand beside them.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use super::{Algorithm, Encoding, Scheme, Syntax};

/// Room for sixteen SHA-256 signatures, more than any sender needs while it rotates.
const INLINE: usize = 512;

/// The candidate signatures of one request, decoded.
#[derive(Clone, Debug)]
pub(crate) struct Signatures {
    inline: [u8; INLINE],
    len: usize,
    /// What does not fit inline; only schemes that allow many signatures get here.
    more: Vec<u8>,
    /// How many there were, with those that do not decode to a signature.
    pub(crate) seen: usize,
}

impl Signatures {
    pub(crate) const fn none() -> Self {
        Self {
            inline: [0; INLINE],
            len: 0,
            more: Vec::new(),
            seen: 0,
        }
    }

    /// The candidates, each of that length.
    pub(crate) fn each(&self, tag_len: usize) -> impl Iterator<Item = &[u8]> {
        let inline = self.inline.get(..self.len).unwrap_or_default();
        inline
            .chunks_exact(tag_len)
            .chain(self.more.chunks_exact(tag_len))
    }

    /// Takes a candidate in. One that does not decode to exactly a signature can match nothing and is left out, so that
    /// a malformed sibling does not spoil a good one.
    fn push(&mut self, text: &[u8], scheme: &Scheme) {
        self.seen += 1;
        if self.seen > scheme.max_signatures {
            return;
        }
        let tag_len = scheme.algorithm.tag_len();
        if scheme.algorithm == Algorithm::Token {
            if let Some(tag) = decoded_token(text, scheme.encoding) {
                self.append(&tag);
            }
            return;
        }
        match self.inline.get_mut(self.len..self.len + tag_len) {
            Some(room) => {
                if decode(text, scheme.encoding, room) {
                    self.len += tag_len;
                }
            }
            None => {
                let mut room = [0; 64];
                let room = room.get_mut(..tag_len).unwrap_or_default();
                if decode(text, scheme.encoding, room) {
                    self.more.extend_from_slice(room);
                }
            }
        }
    }

    fn append(&mut self, tag: &[u8; 32]) {
        match self.inline.get_mut(self.len..self.len + tag.len()) {
            Some(room) => {
                room.copy_from_slice(tag);
                self.len += tag.len();
            }
            None => self.more.extend_from_slice(tag),
        }
    }

    /// Reads a value; `item` is called with the name and text of every item that is not a signature.
    pub(crate) fn read<'v>(
        &mut self,
        scheme: &Scheme,
        value: &'v [u8],
        mut item: impl FnMut(&'v [u8], &'v [u8]),
    ) {
        match scheme.syntax {
            Syntax::Items {
                separator,
                assign,
                signature_key,
            } => {
                for part in value.split(|byte| *byte == separator) {
                    let part = part.trim_ascii();
                    let Some(at) = part.iter().position(|byte| *byte == assign) else {
                        continue;
                    };
                    let (key, rest) = part.split_at(at);
                    let text = rest.get(1..).unwrap_or_default();
                    if key == signature_key.as_bytes() {
                        self.push(text, scheme);
                        // Nothing behind the limit can change the verdict any more.
                        if self.seen > scheme.max_signatures {
                            return;
                        }
                    } else {
                        item(key, text);
                    }
                }
            }
            Syntax::Single { prefix } => {
                if let Some(text) = value.strip_prefix(prefix.as_bytes()) {
                    self.push(text, scheme);
                }
            }
            Syntax::List { separator, prefix } => {
                for part in value.split(|byte| *byte == separator) {
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

/// Decodes in time that depends on the length alone.
fn decode(text: &[u8], encoding: Encoding, tag: &mut [u8]) -> bool {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
    let len = tag.len();
    let decoded = match encoding {
        Encoding::Base64 => Base64::decode(text, tag).map(<[u8]>::len).ok(),
        Encoding::Base64Url => Base64UrlUnpadded::decode(text, tag).map(<[u8]>::len).ok(),
        Encoding::Hex => base16ct::mixed::decode(text, tag).map(<[u8]>::len).ok(),
        Encoding::Verbatim => None,
    };
    decoded == Some(len)
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
        let mut signatures = Signatures::none();
        signatures.read(scheme, value.as_bytes(), |_, _| {});
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
                    signatures.each(digits / 2).count(),
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
        assert_eq!(signatures.each(32).collect::<Vec<_>>(), [[0xab; 32]]);
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
        let first: Vec<u8> = signatures.each(32).map(|tag| tag[0]).collect();
        assert_eq!(first, (0..100).collect::<Vec<u8>>());
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
            signatures.each(32).collect::<Vec<_>>(),
            [[0xab; 32], [0xcd; 32]]
        );
    }
}
