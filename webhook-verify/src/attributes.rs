//! The id and the type of a verified event, read after the signature was judged. Nothing in here can refuse a request.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::content::Values as _;
use crate::head::{Head, MAX_ATTRIBUTE};
use crate::json::{Found, members, pick};
use crate::scheme::{Field, IdentityRule, Part, Path, Scheme};
use crate::text::{Text, visible};

/// An id or a type, and whether the signature covered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The text: 1 to 256 visible ASCII characters.
    pub value: Cow<'a, str>,
    /// Whether somebody without the secret could have changed it.
    pub signed: bool,
}

/// Why an event has no id or no type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absent {
    /// The body has it twice; two readers could see two values.
    Ambiguous,
    /// It is not there, or the body is not JSON.
    Missing,
    /// It is empty, longer than 256 characters, or not visible ASCII.
    Unusable,
    /// The scheme has none.
    Undefined,
}

/// What makes two deliveries the same event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity<'a> {
    /// A SHA-256: over what names the event in its body, or over its type and its body where nothing names it.
    Digest([u8; 32]),
    /// Nothing: this provider may rightly say the same thing again, so no delivery is a duplicate of another.
    None,
    /// The id, which is signed.
    SignedId(Cow<'a, str>),
}

impl Identity<'_> {
    /// The identity as bytes for a key; a digest and an id never give the same. `None` if there is no identity: the caller
    /// then makes up a key that nothing else has.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Digest(digest) => [b"digest:", &digest[..]].concat(),
            Self::None => return None,
            Self::SignedId(id) => [b"id:", id.as_bytes()].concat(),
        })
    }
}

/// Everything that names an event, read in one pass over the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attributes<'a> {
    /// The id of the event.
    pub id: Result<Attribute<'a>, Absent>,
    /// The type of the event.
    pub event_type: Result<Attribute<'a>, Absent>,
    /// What makes two deliveries the same event.
    pub identity: Identity<'a>,
}

impl<'a> Attributes<'a> {
    pub(crate) fn read(scheme: &Scheme, head: &'a Head, body: &'a [u8]) -> Self {
        // The id, the type, and whatever else makes up the identity, in one pass.
        let mut paths: Vec<Path> = Vec::new();
        for field in [scheme.id, scheme.event_type] {
            if let Some(Field::Json(path)) = field {
                paths.push(path);
            }
        }
        if let IdentityRule::Composite(members) = scheme.identity {
            paths.extend_from_slice(members);
        }
        let found = match paths.is_empty() {
            true => None,
            false => pick(head.document(body), &paths),
        };
        let at = |path: Path| {
            let at = paths.iter().position(|other| *other == path)?;
            found.as_ref()?.get(at)
        };

        let id = attribute(scheme, scheme.id, &Part::Id, head.id_text(), at);
        // No scheme lists the type among its content; it is signed only as a member of a covered body.
        let event_type = attribute(
            scheme,
            scheme.event_type,
            &Part::Timestamp,
            head.event_type(),
            at,
        );
        let body_alone = || Identity::Digest(digest(b"", body));
        let identity = match scheme.identity {
            IdentityRule::Composite(members) => {
                composite(members, at).map_or_else(body_alone, Identity::Digest)
            }
            IdentityRule::Digest => body_alone(),
            IdentityRule::DigestAndType => Identity::Digest(digest(head.event_type_bytes(), body)),
            IdentityRule::DigestOf(parts) => Identity::Digest(digest_of(parts, head, body)),
            IdentityRule::DigestWithout(member) => Identity::Digest(digest_without(member, body)),
            IdentityRule::None => Identity::None,
            IdentityRule::SignedId => match &id {
                Ok(Attribute {
                    value,
                    signed: true,
                }) => Identity::SignedId(value.clone()),
                _ => body_alone(),
            },
        };
        Self {
            id,
            event_type,
            identity,
        }
    }
}

fn attribute<'a, 'f>(
    scheme: &Scheme,
    field: Option<Field>,
    part: &Part,
    text: Option<&'a Text>,
    at: impl Fn(Path) -> Option<&'f Found<'a>>,
) -> Result<Attribute<'a>, Absent>
where
    'a: 'f,
{
    let field = field.ok_or(Absent::Undefined)?;
    let value = match field {
        Field::Claim(_) | Field::Header(_) | Field::Item(_) => {
            let text = text.ok_or(Absent::Missing)?;
            Cow::Borrowed(text.visible(MAX_ATTRIBUTE).ok_or(Absent::Unusable)?)
        }
        Field::Json(path) => match at(path).ok_or(Absent::Missing)? {
            Found::Nothing => return Err(Absent::Missing),
            // A list of one event names that event; of several, each has its own.
            Found::List(texts) => match texts.as_slice() {
                [] => return Err(Absent::Missing),
                [text] if visible(text.as_bytes(), MAX_ATTRIBUTE).is_some() => text.clone(),
                [_] => return Err(Absent::Unusable),
                _ => return Err(Absent::Ambiguous),
            },
            Found::Twice => return Err(Absent::Ambiguous),
            Found::Other => return Err(Absent::Unusable),
            Found::Text(text) if visible(text.as_bytes(), MAX_ATTRIBUTE).is_some() => text.clone(),
            Found::Text(_) => return Err(Absent::Unusable),
        },
    };
    Ok(Attribute {
        value,
        signed: scheme.signs(&field, part),
    })
}

fn digest(event_type: &[u8], body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((event_type.len() as u64).to_be_bytes());
    hash.update(event_type);
    hash.update(body);
    hash.finalize().into()
}

fn digest_of(parts: &[Part], head: &Head, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut feed = |piece: &[u8]| {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    };
    for part in parts {
        feed(match part {
            Part::Id => head.id(),
            Part::Timestamp => head.timestamp(),
            Part::Fields => head.document(body),
            _ => body,
        });
    }
    hash.finalize().into()
}

/// A digest over the members of the body but one; over the whole of a body that is not an object.
fn digest_without(left_out: &str, body: &[u8]) -> [u8; 32] {
    let Some(members) = members(body) else {
        return digest(b"", body);
    };
    let mut hash = Sha256::new();
    let mut feed = |piece: &[u8]| {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    };
    for (name, value) in members.iter().filter(|(name, _)| name != left_out) {
        feed(name.as_bytes());
        feed(value.as_bytes());
    }
    hash.finalize().into()
}

/// A digest over several members, or `None` if one of them is ambiguous or none is there.
fn composite<'f, 'a: 'f>(
    members: &[Path],
    at: impl Fn(Path) -> Option<&'f Found<'a>>,
) -> Option<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut any = false;
    for path in members {
        match at(path)? {
            Found::Text(text) => {
                any = true;
                hash.update((text.len() as u64 + 1).to_be_bytes());
                hash.update(text.as_bytes());
            }
            Found::Nothing => hash.update(0_u64.to_be_bytes()),
            Found::List(texts) => {
                any |= !texts.is_empty();
                hash.update((texts.len() as u64).to_be_bytes());
                for text in texts {
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text.as_bytes());
                }
            }
            Found::Other | Found::Twice => return None,
        }
    }
    any.then(|| hash.finalize().into())
}
