//! The one place that judges claims.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::{Algorithm, Check, Claims, Pieces};
use crate::compare::Tag;
use crate::mac::Key;

/// Whether every check holds under one of the keys: the index of the newest that the first check holds under.
///
/// Nothing shows in the time but the sizes: every key, every check and every candidate is worked through, and there is
/// one branch, at the end.
pub(crate) fn judge(claims: &Claims<'_>, keys: &[&Key]) -> Option<usize> {
    let mut all = Choice::from(u8::from(!claims.checks.is_empty()));
    let mut first = 0_u32;
    for (at, check) in claims.checks.iter().enumerate() {
        let mut matched = 0_u32;
        for (number, key) in (1_u32..).zip(keys) {
            let fresh = holds(claims.algorithm, check, key.secret()) & matched.ct_eq(&0);
            matched.conditional_assign(&number, fresh);
        }
        all &= !matched.ct_eq(&0);
        if at == 0 {
            first = matched;
        }
    }
    if let Some((signed, found)) = &claims.digests {
        all &= signed.ct_eq(found);
    }
    match bool::from(all) {
        true => usize::try_from(first).ok()?.checked_sub(1),
        false => None,
    }
}

fn holds(algorithm: Algorithm, check: &Check<'_>, key: &[u8]) -> Choice {
    let mut equal = Choice::from(0);
    for content in [Some(&check.content), check.variant.as_ref()]
        .into_iter()
        .flatten()
    {
        let tag = tag(algorithm, key, content);
        for candidate in &check.candidates {
            equal |= tag.as_bytes().ct_eq(candidate);
        }
    }
    equal
}

/// The signature of the pieces in one.
pub(super) fn tag(algorithm: Algorithm, key: &[u8], content: &Pieces<'_>) -> Tag {
    match algorithm {
        Algorithm::HmacSha1 => hmac::<Hmac<Sha1>>(key, content),
        Algorithm::HmacSha256 => hmac::<Hmac<Sha256>>(key, content),
    }
}

fn hmac<M: hmac::Mac + KeyInit>(key: &[u8], content: &Pieces<'_>) -> Tag {
    // HMAC takes keys of any length, so this cannot be reached; an empty tag is equal to no candidate.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        return Tag::of(&[]);
    };
    content.iter().for_each(|piece| mac.update(piece));
    Tag::of(&mac.finalize().into_bytes())
}

/// A content of borrowed pieces.
pub(super) fn pieces<'a, const N: usize>(pieces: [&'a [u8]; N]) -> Pieces<'a> {
    Vec::from(pieces.map(Into::into))
}
