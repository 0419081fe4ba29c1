//! The one comparison that decides.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::scheme::Signatures;

/// What the signature must be. Its length is that of the algorithm, never that of what was sent.
pub(crate) struct Tag {
    bytes: [u8; 64],
    len: usize,
}

impl Tag {
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
    pub(crate) fn note(&mut self, verified: bool) {
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
    use alloc::vec::Vec;

    use super::*;
    use crate::GitHub;
    use crate::scheme::Scheme;

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
}
