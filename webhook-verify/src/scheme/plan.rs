//! A row made ready for requests, so that none of them walks it.

use alloc::vec::Vec;

use super::{Algorithm, Encoding, Field, Part, Path, Place, Scheme};
use crate::parsed::Rules;

/// Items of a signature header that are no signatures, such as a time and signatures of other versions. Honest senders
/// send a few.
const MAX_OTHER_ITEMS: usize = 8;

/// What of a scheme each request needs.
#[derive(Clone)]
pub(crate) struct Plan {
    /// The headers that are looked at.
    pub(crate) wanted: Vec<Wanted>,
    /// What the names of a numbered family of signature headers begin with.
    pub(crate) numbered: Option<&'static str>,
    /// The lengths of all these names, a bit each; the last bit stands for all longer ones.
    lengths: u64,
    /// The items of the signature header that are looked at, apart from signatures.
    pub(crate) items: Vec<(&'static str, Slot)>,
    pub(crate) max_items: usize,
    pub(crate) covers_id: bool,
    pub(crate) covers_body: bool,
    pub(crate) parsed_first: bool,
    /// What must not be in a signed id, because it separates the id from what follows.
    pub(crate) after_id: &'static str,
    /// The members of the body that are read before anything is hashed; first the signature, if it is one.
    pub(crate) members: Vec<Path>,
}

/// A header that is looked at.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    ContentLength,
    /// One of those that the rules of the scheme ask for.
    Rules(usize),
    /// Carries signatures; the bit is its own if it may come once, and none if it may come again.
    Signature(u32),
    Value(Slot),
}

/// A value that there is at most one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    EventType,
    Id,
    Timestamp,
}

impl Plan {
    pub(crate) fn new(scheme: &Scheme) -> Self {
        let mut wanted = Vec::new();
        let mut numbered = None;
        let mut signature = |name, bit| {
            let role = Role::Signature(bit);
            wanted.push(Wanted { name, role });
        };
        match scheme.place {
            Place::Header(name) => signature(name, 1),
            Place::HeaderLines(name) => signature(name, 0),
            Place::Headers(names) => {
                for (at, name) in (0..).zip(names) {
                    signature(name, 1_u32.checked_shl(at).unwrap_or(0));
                }
            }
            Place::HeaderNumbers(prefix) => numbered = Some(prefix),
            Place::Json(_) | Place::Rules(_) => {}
        }
        let mut items = Vec::new();
        let fields = [
            (scheme.timestamp.map(|wanted| wanted.field), Slot::Timestamp),
            (scheme.id, Slot::Id),
            (scheme.event_type, Slot::EventType),
        ];
        for (field, slot) in fields {
            match field {
                Some(Field::Header(name)) => {
                    let role = Role::Value(slot);
                    wanted.push(Wanted { name, role });
                }
                Some(Field::Item(name)) => items.push((name, slot)),
                Some(Field::Claim(_) | Field::Json(_)) | None => {}
            }
        }
        let of_rules = scheme.rules.map_or(&[][..], Rules::headers);
        wanted.extend(of_rules.iter().enumerate().map(|(at, name)| Wanted {
            name,
            role: Role::Rules(at),
        }));
        wanted.push(Wanted {
            name: "content-length",
            role: Role::ContentLength,
        });
        let mut lengths = wanted
            .iter()
            .fold(0, |all, one| all | length_bit(one.name.len()));
        if let Some(prefix) = numbered {
            // A number has one to three digits.
            lengths |= (1..=3).fold(0, |all, digits| all | length_bit(prefix.len() + digits));
        }
        let in_body = match scheme.place {
            Place::Json(path) => Some(path),
            _ => None,
        };
        let of_content = scheme.content.iter().filter_map(|part| match part {
            Part::Json(path) => Some(*path),
            _ => None,
        });
        Self {
            wanted,
            numbered,
            lengths,
            items,
            max_items: scheme.max_signatures.saturating_add(MAX_OTHER_ITEMS),
            covers_id: scheme.covers(&Part::Id),
            covers_body: scheme.covers(&Part::Body),
            parsed_first: scheme.is_parsed_first(),
            after_id: scheme.separator_after(&Part::Id).unwrap_or_default(),
            members: in_body.into_iter().chain(of_content).collect(),
        }
    }

    /// Whether a header name of that length can be one that is looked at. Dismisses most headers of a request.
    #[inline]
    pub(crate) const fn may_want(&self, length: usize) -> bool {
        self.lengths & length_bit(length) != 0
    }
}

const fn length_bit(length: usize) -> u64 {
    1 << if length < 63 { length } else { 63 }
}

impl Scheme {
    /// Characters of a signature as it stands in a request; of a token, bytes of its tag.
    pub(crate) const fn signature_text_len(&self) -> usize {
        let bytes = self.algorithm.tag_len();
        match (self.algorithm, self.encoding) {
            (Algorithm::Token, _) | (_, Encoding::Verbatim) => bytes,
            (_, Encoding::Base64) => bytes.div_ceil(3) * 4,
            (_, Encoding::Base64Url) => (bytes * 8).div_ceil(6),
            (_, Encoding::Hex) => bytes * 2,
        }
    }

    /// How a signature is compared: of a token, the bytes of its tag are.
    pub(crate) const fn signature_encoding(&self) -> Encoding {
        match self.algorithm {
            Algorithm::Token => Encoding::Verbatim,
            _ => self.encoding,
        }
    }
}
