//! The one comparison that decides.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::scheme::{Encoding, Piece, Signatures};

/// What the signature must be. Its length is that of the algorithm, never that of what was sent.
pub(crate) struct Tag {
    bytes: [u8; 64],
    len: usize,
}

impl Tag {
    #[inline]
    pub(crate) fn of(hash: &[u8]) -> Self {
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

/// A tag as it must stand in the request. Written once, and compared with each candidate as that is written: an encoding has
/// one spelling for a tag, but for the case of hexadecimal digits.
struct Expected {
    text: [Piece; 2],
    len: usize,
    /// A bit in each byte that tells letters from digits, where the case of letters does not matter.
    either_case: u64,
}

impl Expected {
    /// In time that depends on the length alone.
    fn of(tag: &Tag, encoding: Encoding) -> Self {
        let (tag, mut text) = (tag.as_bytes(), [[0; 64]; 2]);
        let room = text.as_flattened_mut();
        // Two pieces have room for 64 bytes in any encoding. Had they not, nothing would be equal to what is of no length.
        let len = match encoding {
            Encoding::Base64 => Base64::encode(tag, room).map(str::len).ok(),
            Encoding::Base64Url => Base64UrlUnpadded::encode(tag, room).map(str::len).ok(),
            Encoding::Hex => base16ct::lower::encode(tag, room).map(<[u8]>::len).ok(),
            Encoding::Verbatim => {
                room.iter_mut().zip(tag).for_each(|(to, from)| *to = *from);
                Some(tag.len())
            }
        };
        let len = len.unwrap_or(0);
        let either_case = match encoding {
            Encoding::Hex => u64::from_ne_bytes([0x40; 8]),
            Encoding::Base64 | Encoding::Base64Url | Encoding::Verbatim => 0,
        };
        Self {
            text,
            len,
            either_case,
        }
    }

    /// One if a candidate, which has the length of such a text, is this one, and zero if not. All of it is looked at.
    #[inline]
    fn equals(&self, candidate: &[Piece]) -> u64 {
        let mut differences = 0;
        for (ours, theirs) in self.text.iter().zip(candidate) {
            let (ours, _) = ours.as_chunks::<8>();
            let (theirs, _) = theirs.as_chunks::<8>();
            for (ours, theirs) in ours.iter().zip(theirs) {
                let (ours, theirs) = (u64::from_ne_bytes(*ours), u64::from_ne_bytes(*theirs));
                // 0x40 is set in a letter and in no digit; half of it is what the two cases of a letter differ in.
                let case = (ours & self.either_case) >> 1;
                differences |= (ours ^ theirs) & !case;
            }
        }
        // Of a number and its negative one has the top bit set, but for zero.
        ((differences | differences.wrapping_neg()) >> 63) ^ 1
    }
}

/// Compares every secret's tag with every candidate. Neither which secret nor which candidate matches shows in the time:
/// all of them are compared, and there is one branch, at the end.
pub(crate) struct Comparison {
    /// One more than the place of the newest secret that matched; zero while none has.
    matched: u32,
    /// One more than the place of the secret that is looked at.
    current: u32,
}

impl Comparison {
    pub(crate) const fn new() -> Self {
        Self {
            matched: 0,
            current: 0,
        }
    }

    /// Names the place, among all secrets, of the one whose tag comes next. Were it looked up after the verdict, by how many
    /// were compared, the walk there would show which of them matched.
    pub(crate) fn secret(&mut self, place: usize) {
        self.current = u32::try_from(place).map_or(0, |place| place.saturating_add(1));
    }

    pub(crate) fn add(&mut self, tag: &Tag, encoding: Encoding, candidates: &Signatures) {
        let expected = Expected::of(tag, encoding);
        let mut equal = 0;
        candidates.each(|candidate| equal |= expected.equals(candidate));
        let comparable = expected.len > 0 && expected.len == candidates.len();
        self.record(equal.ct_eq(&1) & Choice::from(u8::from(comparable)));
    }

    /// Takes the verdict of an asymmetric check, which compares nothing secret.
    #[cfg(feature = "ed25519")]
    pub(crate) fn note(&mut self, verified: bool) {
        self.record(Choice::from(u8::from(verified)));
    }

    fn record(&mut self, equal: Choice) {
        let first = equal & self.matched.ct_eq(&0);
        self.matched.conditional_assign(&self.current, first);
    }

    /// The place of the secret that matched.
    pub(crate) fn verdict(&self) -> Option<usize> {
        usize::try_from(self.matched).ok()?.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::GitHub;
    use crate::scheme::{Algorithm, Scheme};

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
        let mut signatures = Signatures::of(&scheme);
        signatures.read(&scheme, usize::MAX, text.join(",").as_bytes(), |_| {});
        signatures
    }

    #[test]
    fn the_newest_matching_secret_is_reported() {
        let (one, two) = ([1; 32], [2; 32]);
        let verdict = |tags: &[[u8; 32]], sent: &[[u8; 32]]| {
            let mut comparison = Comparison::new();
            for (place, tag) in tags.iter().enumerate() {
                comparison.secret(place);
                comparison.add(&Tag::of(tag), Encoding::Hex, &candidates(sent));
            }
            comparison.verdict()
        };
        assert_eq!(verdict(&[one, two], &[]), None);
        assert_eq!(verdict(&[one, two], &[[3; 32]]), None);
        assert_eq!(verdict(&[one, two], &[two]), Some(1));
        assert_eq!(verdict(&[one, two], &[two, one]), Some(0));
        assert_eq!(verdict(&[one, one], &[one]), Some(0));
    }

    #[test]
    fn a_secret_is_reported_by_its_place_among_those_that_are_not_looked_at_too() {
        let sent = candidates(&[[1; 32]]);
        for places in [[0, 4], [2, 3], [7, 9]] {
            let mut comparison = Comparison::new();
            for (place, tag) in places.into_iter().zip([[2; 32], [1; 32]]) {
                comparison.secret(place);
                comparison.add(&Tag::of(&tag), Encoding::Hex, &sent);
            }
            assert_eq!(comparison.verdict(), Some(places[1]));
        }
    }

    #[test]
    fn a_tag_that_differs_in_one_bit_anywhere_does_not_match() {
        for bit in 0..256 {
            let mut candidate = [0x5a; 32];
            candidate[bit / 8] ^= 1 << (bit % 8);
            let mut comparison = Comparison::new();
            comparison.secret(0);
            comparison.add(
                &Tag::of(&[0x5a; 32]),
                Encoding::Hex,
                &candidates(&[candidate]),
            );
            assert_eq!(comparison.verdict(), None, "{bit}");
        }
    }

    fn accepts(tag: &[u8], encoding: Encoding, algorithm: Algorithm, text: &[u8]) -> bool {
        let scheme = Scheme {
            algorithm,
            encoding,
            ..Scheme::BASE
        };
        let mut signatures = Signatures::of(&scheme);
        signatures.read(&scheme, usize::MAX, text, |_| {});
        let mut comparison = Comparison::new();
        comparison.secret(0);
        comparison.add(&Tag::of(tag), encoding, &signatures);
        comparison.verdict().is_some()
    }

    /// What another reading of the same text says: it decodes to the tag.
    fn decodes_to(tag: &[u8], encoding: Encoding, text: &[u8]) -> bool {
        let text = core::str::from_utf8(text).unwrap_or("\u{7f}");
        let decoded = match encoding {
            Encoding::Base64 => Base64::decode_vec(text).ok(),
            Encoding::Base64Url => Base64UrlUnpadded::decode_vec(text).ok(),
            Encoding::Hex => base16ct::mixed::decode_vec(text).ok(),
            Encoding::Verbatim => None,
        };
        decoded.as_deref() == Some(tag)
    }

    #[test]
    fn exactly_the_texts_that_decode_to_the_tag_are_taken_for_it() {
        let bytes: Vec<u8> = (0..64).map(|at: u8| at.wrapping_mul(151) ^ 0xa7).collect();
        for (algorithm, len) in [
            (Algorithm::HmacSha1, 20),
            (Algorithm::HmacSha256, 32),
            (Algorithm::HmacSha512, 64),
        ] {
            let tag = &bytes[..len];
            for (encoding, text) in [
                (Encoding::Base64, Base64::encode_string(tag)),
                (Encoding::Base64Url, Base64UrlUnpadded::encode_string(tag)),
                (Encoding::Hex, base16ct::lower::encode_string(tag)),
                (Encoding::Hex, base16ct::upper::encode_string(tag)),
            ] {
                assert!(accepts(tag, encoding, algorithm, text.as_bytes()));
                let mut taken = 0;
                for at in 0..text.len() {
                    for byte in 0..=u8::MAX {
                        let mut altered = text.clone().into_bytes();
                        altered[at] = byte;
                        let expected = decodes_to(tag, encoding, &altered);
                        taken += usize::from(expected);
                        assert_eq!(
                            accepts(tag, encoding, algorithm, &altered),
                            expected,
                            "{algorithm:?} {encoding:?} {byte} at {at}"
                        );
                    }
                }
                let letters = match encoding {
                    Encoding::Hex => text.bytes().filter(u8::is_ascii_alphabetic).count(),
                    _ => 0,
                };
                // Itself at every place, and each hexadecimal letter in its other case.
                assert_eq!(taken, text.len() + letters);
            }
        }
    }

    #[test]
    fn a_tag_of_another_length_matches_nothing_whatever_is_sent() {
        for text in [&[0; 64][..], &[0; 40], b""] {
            for len in [0, 19, 20, 31, 33, 64] {
                let tag = &[0; 64][..len];
                assert!(!accepts(tag, Encoding::Hex, Algorithm::HmacSha256, text));
                assert!(!accepts(
                    tag,
                    Encoding::Hex,
                    Algorithm::HmacSha256,
                    &[b'0'; 64]
                ));
            }
        }
    }
}
