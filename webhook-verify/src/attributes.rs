//! The id and the type of a verified event, read after the signature was judged. Nothing in here can refuse a request.

use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};

use crate::head::{Head, MAX_ATTRIBUTE};
use crate::scheme::{Field, IdentityRule, Part, Scheme};
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
    /// A SHA-256 over the event type and the body: nothing that names the event is signed.
    Digest([u8; 32]),
    /// The id, which is signed.
    SignedId(Cow<'a, str>),
}

impl Identity<'_> {
    /// The identity as bytes for a key; a digest and an id never give the same.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Digest(digest) => [b"digest:", &digest[..]].concat(),
            Self::SignedId(id) => [b"id:", id.as_bytes()].concat(),
        }
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
        let mut found = [Found::Nothing, Found::Nothing];
        let paths = [&scheme.id, &scheme.event_type].map(|field| match field {
            Some(Field::Json(path)) => Some(&**path),
            _ => None,
        });
        if paths.iter().any(Option::is_some) && !pick(body, paths, &mut found) {
            found = [Found::Nothing, Found::Nothing];
        }
        let [id_found, type_found] = found;
        let id = attribute(scheme, scheme.id.as_ref(), &Part::Id, head.id(), id_found);
        // No scheme lists the type among its content; it is signed only as a member of a covered body.
        let event_type = attribute(
            scheme,
            scheme.event_type.as_ref(),
            &Part::Timestamp,
            head.event_type(),
            type_found,
        );
        let identity = match (scheme.identity, &id) {
            (
                IdentityRule::SignedId,
                Ok(Attribute {
                    value,
                    signed: true,
                }),
            ) => Identity::SignedId(value.clone()),
            _ => Identity::Digest(digest(head.event_type_bytes(), body)),
        };
        Self {
            id,
            event_type,
            identity,
        }
    }
}

fn attribute<'a>(
    scheme: &Scheme,
    field: Option<&Field>,
    part: &Part,
    text: Option<&'a Text>,
    found: Found<'a>,
) -> Result<Attribute<'a>, Absent> {
    let field = field.ok_or(Absent::Undefined)?;
    let value = match field {
        Field::Header(_) | Field::Item(_) => {
            let text = text.ok_or(Absent::Missing)?;
            Cow::Borrowed(text.visible(MAX_ATTRIBUTE).ok_or(Absent::Unusable)?)
        }
        Field::Json(_) => match found {
            Found::Nothing => return Err(Absent::Missing),
            Found::Twice => return Err(Absent::Ambiguous),
            Found::Other => return Err(Absent::Unusable),
            Found::Text(text) if visible(text.as_bytes(), MAX_ATTRIBUTE).is_some() => text,
            Found::Text(_) => return Err(Absent::Unusable),
        },
    };
    Ok(Attribute {
        value,
        signed: scheme.signs(field, part),
    })
}

fn digest(event_type: &[u8], body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((event_type.len() as u64).to_be_bytes());
    hash.update(event_type);
    hash.update(body);
    hash.finalize().into()
}

/// What stands at one path of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found<'a> {
    Nothing,
    Other,
    Text(Cow<'a, str>),
    Twice,
}

type Path<'p> = &'p [Cow<'static, str>];

/// Looks up two paths in one strict pass over the whole body; `false` if it is not JSON.
fn pick<'a>(body: &'a [u8], paths: [Option<Path<'_>>; 2], found: &mut [Found<'a>; 2]) -> bool {
    let mut json = serde_json::Deserializer::from_slice(body);
    Pick { paths, found }.deserialize(&mut json).is_ok() && json.end().is_ok()
}

/// Walks one value. A path that has arrived here is empty; one that leads elsewhere is `None`.
struct Pick<'p, 'f, 'a> {
    paths: [Option<Path<'p>>; 2],
    found: &'f mut [Found<'a>; 2],
}

impl<'a> Pick<'_, '_, 'a> {
    /// Notes what stands at every path that ends at this value.
    fn arrive(&mut self, value: &Found<'a>) {
        for (path, found) in self.paths.iter().zip(self.found.iter_mut()) {
            if matches!(path, Some([])) {
                *found = match found {
                    Found::Nothing => value.clone(),
                    _ => Found::Twice,
                };
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Pick<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pick<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(mut self, text: &'de str) -> Result<(), E> {
        self.arrive(&Found::Text(Cow::Borrowed(text)));
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        self.arrive(&Found::Text(Cow::Owned(text.to_string())));
        Ok(())
    }

    fn visit_u64<E>(mut self, number: u64) -> Result<(), E> {
        self.arrive(&Found::Text(Cow::Owned(number.to_string())));
        Ok(())
    }

    fn visit_i64<E>(mut self, number: i64) -> Result<(), E> {
        self.arrive(&Found::Text(Cow::Owned(number.to_string())));
        Ok(())
    }

    fn visit_f64<E>(mut self, _: f64) -> Result<(), E> {
        self.arrive(&Found::Other);
        Ok(())
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<(), E> {
        self.arrive(&Found::Other);
        Ok(())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.arrive(&Found::Other);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.arrive(&Found::Other);
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.arrive(&Found::Other);
        while let Some(key) = members.next_key_seed(Name)? {
            let paths = self.paths.map(|path| match path {
                Some([first, rest @ ..]) if *first == key => Some(rest),
                _ => None,
            });
            if paths.iter().all(Option::is_none) {
                members.next_value::<IgnoredAny>()?;
            } else {
                members.next_value_seed(Pick {
                    paths,
                    found: self.found,
                })?;
            }
        }
        Ok(())
    }
}

/// A member name, borrowed where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(body: &str, path: &[&'static str]) -> Option<Found<'static>> {
        let path: Vec<Cow<'static, str>> = path.iter().map(|name| Cow::Borrowed(*name)).collect();
        let mut found = [Found::Nothing, Found::Nothing];
        let json = pick(body.as_bytes(), [Some(&path), None], &mut found);
        let [first, _] = found;
        json.then(|| match first {
            Found::Text(text) => Found::Text(Cow::Owned(text.into_owned())),
            Found::Nothing => Found::Nothing,
            Found::Other => Found::Other,
            Found::Twice => Found::Twice,
        })
    }

    fn text(value: &'static str) -> Option<Found<'static>> {
        Some(Found::Text(Cow::Borrowed(value)))
    }

    #[test]
    fn a_member_is_found_wherever_it_stands() {
        assert_eq!(at(r#"{"a":1,"id":"x"}"#, &["id"]), text("x"));
        assert_eq!(
            at(
                r#"{"data":{"b":[{"id":"no"}],"id":"y"},"id":"x"}"#,
                &["data", "id"]
            ),
            text("y")
        );
        assert_eq!(at(r#"{"id":7}"#, &["id"]), text("7"));
        assert_eq!(at(r#"{"id":-7}"#, &["id"]), text("-7"));
        assert_eq!(at(r#"{"\u0069d":"\u0078"}"#, &["id"]), text("x"));
    }

    #[test]
    fn a_member_that_is_there_twice_is_ambiguous() {
        assert_eq!(at(r#"{"id":"a","id":"b"}"#, &["id"]), Some(Found::Twice));
        assert_eq!(at(r#"{"id":"a","id":"a"}"#, &["id"]), Some(Found::Twice));
        assert_eq!(
            at(r#"{"id":"a","\u0069d":"b"}"#, &["id"]),
            Some(Found::Twice)
        );
        assert_eq!(
            at(r#"{"d":{"id":"a"},"d":{"id":"b"}}"#, &["d", "id"]),
            Some(Found::Twice)
        );
    }

    #[test]
    fn anything_but_text_and_whole_numbers_names_no_event() {
        for body in [
            r#"{"id":null}"#,
            r#"{"id":1.5}"#,
            r#"{"id":true}"#,
            r#"{"id":[1]}"#,
            r#"{"id":{"id":"x"}}"#,
        ] {
            assert_eq!(at(body, &["id"]), Some(Found::Other), "{body}");
        }
        assert_eq!(at("[]", &["id"]), Some(Found::Nothing));
        assert_eq!(at("{}", &["id"]), Some(Found::Nothing));
    }

    #[test]
    fn a_body_that_is_not_one_json_value_has_no_members() {
        for body in [
            "",
            "{",
            r#"{"id":"a"} x"#,
            r#"{"id":"a"}{}"#,
            "\u{feff}{}",
            r#"{"id":"a",}"#,
        ] {
            assert_eq!(at(body, &["id"]), None, "{body}");
        }
    }

    #[test]
    fn nesting_without_end_is_walked_or_given_up_without_harm() {
        let deep = alloc::format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let _ = at(&deep, &["id"]);
    }
}
