//! A row made ready for requests, so that none of them walks it.

use alloc::vec::Vec;

use super::{Algorithm, Encoding, Field, Part, Path, Place, Scheme, Syntax};
use crate::parsed::Rules;

/// Items of a signature header that are no signatures, such as a time and signatures of other versions. Honest senders
/// send a few.
const MAX_OTHER_ITEMS: usize = 8;

const LENGTHS: usize = 64;
/// No name of that length is wanted.
const UNWANTED: u8 = u8::MAX;

/// What of a scheme each request needs.
#[derive(Clone)]
pub(crate) struct Plan {
    /// The headers that are looked at, the shortest names first.
    wanted: Vec<Wanted>,
    /// What the names of a numbered family of signature headers begin with.
    pub(crate) numbered: Option<&'static str>,
    /// For each length of a name, where the wanted ones begin that are as long. The last stands for all longer ones.
    lengths: [u8; LENGTHS],
    /// What the items of the signature header begin with that are looked at, apart from signatures.
    pub(crate) items: Vec<(Vec<u8>, Slot)>,
    pub(crate) max_items: usize,
    /// Whether the time and the id must be there, because the signature covers them where they are.
    pub(crate) signs_time: bool,
    pub(crate) signs_id: bool,
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

impl Wanted {
    /// Whether a header has this name. Servers write names in lower case, as rows do, so the first comparison is nearly
    /// always the last.
    #[inline]
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.len() == name.len() && (self.name == name || self.name.eq_ignore_ascii_case(name))
    }
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

impl Slot {
    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
    }
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
                Some(Field::Item(name)) => items.push((scheme.item_front(name), slot)),
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
        // Stable, so that of two uses of one name that as a signature stays in front.
        wanted.sort_by_key(|one| one.name.len());
        let mut lengths = [UNWANTED; LENGTHS];
        // A number has one to three digits.
        let of_numbers = numbered
            .into_iter()
            .flat_map(|prefix| (1..=3).map(move |digits| prefix.len() + digits));
        for length in wanted.iter().map(|one| one.name.len()).chain(of_numbers) {
            let first = wanted
                .iter()
                .position(|one| bucket(one.name.len()) >= bucket(length))
                .unwrap_or(wanted.len());
            if let Some(room) = lengths.get_mut(bucket(length)) {
                *room = u8::try_from(first).unwrap_or(0);
            }
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
            signs_time: scheme.coverage().timestamp,
            signs_id: scheme.coverage().id,
            covers_id: scheme.covers(&Part::Id),
            covers_body: scheme.covers(&Part::Body),
            parsed_first: scheme.is_parsed_first(),
            after_id: scheme.separator_after(&Part::Id).unwrap_or_default(),
            members: in_body.into_iter().chain(of_content).collect(),
        }
    }

    /// Whether a header name of that length can be one that is looked at. Dismisses most headers of a request.
    #[inline]
    pub(crate) fn may_want(&self, length: usize) -> bool {
        self.lengths.get(bucket(length)) != Some(&UNWANTED)
    }

    /// The wanted headers whose names may be that one.
    #[inline]
    pub(crate) fn as_long_as(&self, name: &str) -> impl Iterator<Item = &Wanted> {
        let length = name.len();
        let first = self.lengths.get(bucket(length)).copied();
        let from = usize::from(first.unwrap_or(UNWANTED));
        let from = self.wanted.get(from..).unwrap_or_default().iter();
        from.take_while(move |one| one.name.len() <= length)
    }
}

const fn bucket(length: usize) -> usize {
    match length < LENGTHS - 1 {
        true => length,
        false => LENGTHS - 1,
    }
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

    /// What an item of that name begins with.
    fn item_front(&self, name: &str) -> Vec<u8> {
        let mut front = name.as_bytes().to_vec();
        if let Syntax::Items { assign, .. } = self.syntax {
            front.push(assign);
        }
        front
    }

    /// How a signature is compared: of a token, the bytes of its tag are.
    pub(crate) const fn signature_encoding(&self) -> Encoding {
        match self.algorithm {
            Algorithm::Token => Encoding::Verbatim,
            _ => self.encoding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DocuSign, GitHub, Stripe};

    fn roles(plan: &Plan, name: &str) -> Vec<Role> {
        match plan.may_want(name.len()) {
            true => plan
                .as_long_as(name)
                .filter(|one| one.is(name))
                .map(|one| one.role)
                .collect(),
            false => Vec::new(),
        }
    }

    #[test]
    fn a_header_has_its_role_in_any_case_and_others_have_none() {
        let plan = Plan::new(&GitHub::SCHEME);
        let expected = [
            ("x-hub-signature-256", Some(Role::Signature(1))),
            ("X-Hub-Signature-256", Some(Role::Signature(1))),
            ("x-github-event", Some(Role::Value(Slot::EventType))),
            ("Content-Length", Some(Role::ContentLength)),
            ("X-GITHUB-DELIVERY", Some(Role::Value(Slot::Id))),
            ("x-hub-signature-257", None),
            ("x-forwarded-proto", None),
            ("x-hub-signature", None),
            ("host", None),
            ("", None),
        ];
        for (name, role) in expected {
            let role: Vec<Role> = role.into_iter().collect();
            assert_eq!(roles(&plan, name), role, "{name}");
        }
    }

    #[test]
    fn names_of_any_length_are_told_apart() {
        const NAMES: [&str; 4] = [
            "x-a-name-of-sixty-two-characters-is-one-below-where-lengths-en",
            "x-a-name-of-sixty-three-characters-is-the-first-where-they-endd",
            "x-a-name-of-sixty-four-characters-is-the-second-where-they-enddd",
            "x-a-name-of-seventy-characters-is-far-behind-where-lengths-end-for-him",
        ];
        assert_eq!(NAMES.map(str::len), [62, 63, 64, 70]);
        let plan = Plan::new(&Scheme {
            place: Place::Headers(&NAMES),
            ..Scheme::BASE
        });
        for (at, name) in NAMES.iter().enumerate() {
            assert_eq!(roles(&plan, name), [Role::Signature(1 << at)], "{name}");
            assert_eq!(roles(&plan, &name.replace("x-", "y-")), [], "{name}");
        }
        assert!(!plan.may_want(61));
        assert!(plan.may_want(500));
    }

    #[test]
    fn numbers_of_one_to_three_digits_are_looked_at() {
        let plan = Plan::new(&DocuSign::SCHEME);
        let prefix = "x-docusign-signature-".len();
        let looked_at: Vec<usize> = (15..40).filter(|length| plan.may_want(*length)).collect();
        assert_eq!(looked_at, [prefix + 1, prefix + 2, prefix + 3]);
        assert!(plan.may_want("content-length".len()));
    }

    #[test]
    fn what_depends_on_the_row_is_known_before_the_first_request() {
        let plan = Plan::new(&Stripe::SCHEME);
        assert_eq!(plan.items, [(b"t=".to_vec(), Slot::Timestamp)]);
        assert_eq!(plan.max_items, 24);
        assert!(plan.signs_time && plan.covers_body && !plan.covers_id && !plan.parsed_first);
        assert_eq!(Plan::new(&crate::Svix::SCHEME).after_id, ".");
    }

    #[test]
    fn a_signature_has_as_many_characters_as_its_encoding_makes_of_it() {
        let len = |algorithm, encoding| {
            Scheme {
                algorithm,
                encoding,
                ..Scheme::BASE
            }
            .signature_text_len()
        };
        assert_eq!(len(Algorithm::HmacSha1, Encoding::Base64), 28);
        assert_eq!(len(Algorithm::HmacSha256, Encoding::Base64), 44);
        assert_eq!(len(Algorithm::HmacSha256, Encoding::Base64Url), 43);
        assert_eq!(len(Algorithm::HmacSha512, Encoding::Base64), 88);
        assert_eq!(len(Algorithm::HmacSha512, Encoding::Hex), 128);
        assert_eq!(len(Algorithm::Token, Encoding::Base64), 32);
    }
}
