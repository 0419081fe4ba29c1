//! The one place that judges claims.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::{Algorithm, Check, Claims, Pieces};
use crate::compare::Tag;
use crate::mac::Key;
use crate::scheme::token_tag;

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
    all &= digests_agree(claims);
    match bool::from(all) {
        true => usize::try_from(first).ok()?.checked_sub(1),
        false => None,
    }
}

/// Whether every check holds under a public key that was fetched.
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub(crate) fn judge_fetched(claims: &Claims<'_>, key: &crate::PublicKey) -> bool {
    let holds = |check: &Check<'_>| {
        let contents = [Some(&check.content), check.variant.as_ref()];
        contents.into_iter().flatten().any(|content| {
            let message = content.concat();
            let verifies = |candidate: &alloc::boxed::Box<[u8]>| {
                key.verifies(claims.algorithm, &message, candidate)
            };
            check.candidates.iter().any(verifies)
        })
    };
    let all = !claims.checks.is_empty() && claims.checks.iter().all(holds);
    all && bool::from(digests_agree(claims))
}

fn digests_agree(claims: &Claims<'_>) -> Choice {
    let agree = |(signed, found): &([u8; 32], [u8; 32])| signed.ct_eq(found);
    claims
        .digests
        .iter()
        .map(agree)
        .fold(Choice::from(1), |all, one| all & one)
}

fn holds(algorithm: Algorithm, check: &Check<'_>, key: &[u8]) -> Choice {
    let mut equal = Choice::from(0);
    for content in [Some(&check.content), check.variant.as_ref()]
        .into_iter()
        .flatten()
    {
        #[cfg(feature = "ecdsa")]
        if algorithm.is_asymmetric() {
            let message = content.concat();
            for candidate in &check.candidates {
                let good = crate::public_key::p256_verifies(key, algorithm, &message, candidate);
                equal |= Choice::from(u8::from(good));
            }
            continue;
        }
        let tag = tag(algorithm, key, content);
        for candidate in &check.candidates {
            equal |= tag.as_bytes().ct_eq(candidate);
        }
    }
    equal
}

/// The signature of the pieces in one, under a shared secret. What needs another kind of key has none, and an empty tag
/// is equal to no candidate.
pub(super) fn tag(algorithm: Algorithm, key: &[u8], content: &Pieces<'_>) -> Tag {
    match algorithm {
        Algorithm::HmacSha1 => hmac::<Hmac<Sha1>>(key, content),
        Algorithm::HmacSha256 => hmac::<Hmac<Sha256>>(key, content),
        // Candidates are what a token's hash is, too.
        Algorithm::Token => Tag::of(&token_tag(key)),
        #[cfg(feature = "ecdsa")]
        Algorithm::EcdsaP256Der | Algorithm::EcdsaP256Fixed => Tag::of(&[]),
        #[cfg(feature = "rsa")]
        Algorithm::RsaSha1 | Algorithm::RsaSha256 => Tag::of(&[]),
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
