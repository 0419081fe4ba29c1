//! Reading the signatures: candidates in, and the items that stand beside them.

use alloc::vec::Vec;
use core::slice;

use hmac::{Hmac, KeyInit, Mac as _};
use memchr::{memchr, memchr_iter};
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

    /// The pieces, in their order. A candidate never stands in two of these.
    fn stores(&self) -> [&[Piece]; 3] {
        let few = self.few.get(..self.used).unwrap_or(&self.few);
        let many = self.many.as_ref().map_or(&[][..], |many| {
            let used = self.used.saturating_sub(FEW);
            many.get(..used).unwrap_or(many)
        });
        [few, many, &self.rest]
    }

    /// Hands over every candidate, as its pieces.
    #[inline]
    pub(crate) fn each<'s>(&'s self, mut visit: impl FnMut(&'s [Piece])) {
        for store in self.stores() {
            match self.len {
                0..=64 => store.iter().map(slice::from_ref).for_each(&mut visit),
                _ => store.as_chunks::<2>().0.iter().for_each(|two| visit(two)),
            }
        }
    }

    /// Hands over every candidate as it is written.
    #[cfg(any(test, feature = "ed25519"))]
    pub(crate) fn each_text<'s>(&'s self, mut visit: impl FnMut(&'s [u8])) {
        self.each(|pieces| visit(pieces.as_flattened().get(..self.len).unwrap_or_default()));
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

    #[inline]
    fn append(&mut self, text: &[u8]) {
        for chunk in text.chunks(64) {
            if let Some(room) = self.room()
                && let Some(room) = room.get_mut(..chunk.len())
            {
                room.copy_from_slice(chunk);
            }
            self.used += 1;
        }
    }

    /// The next piece.
    #[inline]
    // Not lazily, the zeros are written for every candidate.
    #[expect(clippy::unnecessary_lazy_evaluations)]
    fn room(&mut self) -> Option<&mut Piece> {
        if self.used < FEW {
            return self.few.get_mut(self.used);
        }
        if self.used < FEW + MANY {
            let many = self.many.get_or_insert_with(|| [[0; 64]; MANY]);
            return many.get_mut(self.used - FEW);
        }
        self.rest.push([0; 64]);
        self.rest.last_mut()
    }

    /// Reads a value; `item` is called with every item that is not a signature. Stops where nothing
    /// that follows can change the verdict any more.
    pub(crate) fn read<'v>(
        &mut self,
        scheme: &Scheme,
        max_items: usize,
        value: &'v [u8],
        item: impl FnMut(&'v [u8]),
    ) {
        match scheme.syntax {
            Syntax::Items {
                separator,
                assign,
                signature_key,
            } => {
                let grammar = Grammar {
                    separator,
                    assign,
                    signature_key: signature_key.as_bytes(),
                };
                self.read_items(scheme, max_items, grammar, value, item);
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

    fn read_items<'v>(
        &mut self,
        scheme: &Scheme,
        max_items: usize,
        grammar: Grammar<'_>,
        value: &'v [u8],
        mut item: impl FnMut(&'v [u8]),
    ) {
        let mut rest = Some(value);
        for _ in 0..max_items {
            let Some(value) = rest else {
                return;
            };
            if let Some((text, behind)) = grammar.signature(value, self.len) {
                self.push(text, scheme);
                rest = behind;
            } else {
                let (part, behind) = split_at_byte(value, grammar.separator);
                rest = behind;
                let part = part.trim_ascii();
                match without(part, grammar.signature_key) {
                    Some([assign, text @ ..]) if *assign == grammar.assign => {
                        self.push(text, scheme);
                    }
                    _ => item(part),
                }
            }
            if self.seen > scheme.max_signatures {
                return;
            }
        }
        self.crowded |= rest.is_some();
    }
}

/// The grammar of items.
#[derive(Clone, Copy)]
struct Grammar<'g> {
    separator: u8,
    assign: u8,
    signature_key: &'g [u8],
}

impl Grammar<'_> {
    /// The signature that the value begins with, if it is written as signers write it, and what stands behind its separator.
    /// Nothing else depends on this shorter way: what it does not take is read item by item.
    #[inline]
    fn signature<'v>(&self, value: &'v [u8], len: usize) -> Option<(&'v [u8], Option<&'v [u8]>)> {
        let (assign, value) = without(value, self.signature_key)?.split_first()?;
        let (text, behind) = value.split_at_checked(len)?;
        let behind = match behind {
            [] => None,
            [separator, behind @ ..] if *separator == self.separator => Some(behind),
            _ => return None,
        };
        // White space at its end is not its own.
        let padded = text.last().is_some_and(u8::is_ascii_whitespace);
        let whole = *assign == self.assign && !padded && !contains(text, self.separator);
        whole.then_some((text, behind))
    }
}

/// What stands behind a name, which is so short that a loop over it beats a call.
#[inline]
fn without<'v>(value: &'v [u8], name: &[u8]) -> Option<&'v [u8]> {
    let (front, behind) = value.split_at_checked(name.len())?;
    let same = front.iter().zip(name).all(|(one, other)| one == other);
    same.then_some(behind)
}

/// Whether the byte is among them; eight at a time, for texts as short as signatures.
#[inline]
fn contains(bytes: &[u8], byte: u8) -> bool {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let same = u64::from_ne_bytes([byte; 8]);
    let Some(last) = bytes.last_chunk::<8>() else {
        return bytes.contains(&byte);
    };
    // The last eight overlap with what is in front of them; nothing is left over.
    let (chunks, _) = bytes.as_chunks::<8>();
    let none = chunks.iter().chain([last]).fold(u64::MAX, |none, eight| {
        // A byte of this is zero where the two are the same; the sum has its top bit set where it is not, or the byte has.
        let differences = u64::from_ne_bytes(*eight) ^ same;
        none & (((differences & LOW) + LOW) | differences)
    });
    none & !LOW != !LOW
}

/// What stands in front of the first such byte, and what stands behind it.
fn split_at_byte(value: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match memchr(byte, value) {
        Some(at) => (value.get(..at).unwrap_or_default(), value.get(at + 1..)),
        None => (value, None),
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
    use alloc::borrow::ToOwned;

    use super::super::Place;
    use super::*;
    use crate::Stripe;

    fn texts(signatures: &Signatures) -> Vec<&[u8]> {
        let mut all = Vec::new();
        signatures.each_text(|text| all.push(text));
        all
    }

    fn read(scheme: &Scheme, value: &str) -> Signatures {
        let mut signatures = Signatures::of(scheme);
        signatures.read(scheme, usize::MAX, value.as_bytes(), |_| {});
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
                    texts(&signatures).len(),
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
        assert_eq!(texts(&signatures), [good.as_bytes()]);
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
        let first: Vec<_> = texts(&signatures)
            .iter()
            .map(|text| text[..2].to_vec())
            .collect();
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
        assert_eq!(texts(&signatures), [one.as_bytes(), two.as_bytes()]);
    }

    /// What a reader that splits first and asks afterwards finds: the candidates, how many were seen, and the other items.
    fn naively(value: &str, len: usize) -> (Vec<&[u8]>, usize, Vec<&[u8]>) {
        let (mut texts, mut seen, mut others) = (Vec::new(), 0, Vec::new());
        for part in value.split(',').map(str::trim_ascii) {
            match part.split_once('=') {
                Some(("v1", text)) => {
                    seen += 1;
                    if text.len() == len {
                        texts.push(text.as_bytes());
                    }
                }
                _ => others.push(part.as_bytes()),
            }
        }
        (texts, seen, others)
    }

    #[test]
    fn items_are_read_as_a_reader_does_who_splits_first() {
        let hex = "ab".repeat(40);
        let mut items: Vec<_> = [39, 40, 41, 36, 0]
            .map(|len| alloc::format!("v1={}", &hex[..len]))
            .into();
        items.extend(
            [
                &*alloc::format!(" v1={} ", &hex[..40]),
                &alloc::format!("v1={} ", &hex[..39]),
                &alloc::format!("v1={}", "=".repeat(40)),
                &alloc::format!("v2={}", &hex[..40]),
                &alloc::format!("v1:{}", &hex[..40]),
                &alloc::format!("v{}", &hex[..40]),
                "v1",
                "v1==",
                "",
                " ",
                "t=1",
                "nonsense",
            ]
            .map(ToOwned::to_owned),
        );
        let scheme = Scheme {
            algorithm: Algorithm::HmacSha1,
            ..Stripe::SCHEME
        };
        for one in &items {
            for two in &items {
                for three in &items {
                    let value = alloc::format!("{one},{two},{three}");
                    let (expected, seen, others) = naively(&value, 40);
                    let (mut signatures, mut items) = (Signatures::of(&scheme), Vec::new());
                    signatures.read(&scheme, usize::MAX, value.as_bytes(), |item| {
                        items.push(item)
                    });
                    assert_eq!(texts(&signatures), expected, "{value}");
                    assert_eq!((signatures.seen, items), (seen, others), "{value}");
                }
            }
        }
    }

    #[test]
    fn more_items_than_the_limit_are_noticed_and_not_read() {
        let good = alloc::format!("v1={}", "ab".repeat(32));
        for (value, crowded, candidates) in [
            (alloc::format!("a=1,b=2,{good}"), false, 1),
            (alloc::format!("a=1,b=2,{good},"), true, 1),
            (alloc::format!("a=1,,,{good}"), true, 0),
            (alloc::format!("{good},{good},{good}"), false, 3),
            (alloc::format!("{good},{good},{good},{good}"), true, 3),
        ] {
            let mut signatures = Signatures::of(&Stripe::SCHEME);
            signatures.read(&Stripe::SCHEME, 3, value.as_bytes(), |_| {});
            assert_eq!(signatures.crowded, crowded, "{value}");
            assert_eq!(texts(&signatures).len(), candidates, "{value}");
        }
    }

    #[test]
    fn long_signatures_stand_in_two_pieces_and_stay_whole() {
        let scheme = Scheme {
            algorithm: Algorithm::HmacSha512,
            max_signatures: 100,
            ..Stripe::SCHEME
        };
        for count in [1, 2, 8, 9, 20] {
            let all: Vec<_> = (0..count)
                .map(|at| alloc::format!("{at:02x}").repeat(64))
                .collect();
            let value: Vec<_> = all.iter().map(|text| alloc::format!("v1={text}")).collect();
            let signatures = read(&scheme, &value.join(","));
            let expected: Vec<_> = all.iter().map(|text| text.as_bytes()).collect();
            assert_eq!(texts(&signatures), expected);
        }
    }

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for len in 0..40 {
            for there in 0..=u8::MAX {
                let mut bytes = alloc::vec![there; len];
                for wanted in [b',', b' ', 0, 0x7f, 0x80, 0xff, there ^ 1, there ^ 0x80] {
                    assert_eq!(
                        contains(&bytes, wanted),
                        len > 0 && wanted == there,
                        "{wanted} among {len} of {there}"
                    );
                }
                for at in 0..len {
                    bytes[at] = there ^ 0x81;
                    assert!(contains(&bytes, there ^ 0x81), "{at} of {len}, {there}");
                    bytes[at] = there;
                }
            }
        }
    }
}
