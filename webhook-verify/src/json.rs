//! Looking up a few members of a JSON body, strictly: one pass over the whole of it, and two of one name are ambiguous.

use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::scheme::Path;

/// What stands at one path of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// No value.
    Nothing,
    /// A value that is neither text nor a whole number.
    Other,
    /// The texts at a path with a `*` in it, in their order.
    List(Vec<Cow<'a, str>>),
    /// Text, or the digits of a whole number.
    Text(Cow<'a, str>),
    /// More than one value.
    Twice,
}

/// Looks up the paths, in their order; `None` if the body is not one JSON value. Of more than 64 paths the rest finds
/// nothing; rows have a handful.
pub(crate) fn pick<'a>(body: &'a [u8], paths: &[Path]) -> Option<Vec<Found<'a>>> {
    let empty = |path: &Path| match path.contains(&"*") {
        true => Found::List(Vec::new()),
        false => Found::Nothing,
    };
    let mut found: Vec<Found<'a>> = paths.iter().map(empty).collect();
    let mut json = serde_json::Deserializer::from_slice(body);
    Pick {
        paths,
        here: u64::MAX,
        depth: 0,
        found: &mut found,
    }
    .deserialize(&mut json)
    .ok()?;
    json.end().ok()?;
    Some(found)
}

/// The members of the body, with their values as they are written there; `None` if it is not one JSON object.
pub(crate) fn members(body: &[u8]) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let members = Members.deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(members)
}

struct Members;

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de str)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(name) = members.next_key_seed(Name)? {
            all.push((name, members.next_value::<&RawValue>()?.get()));
        }
        Ok(all)
    }
}

/// Walks one value. Which paths have led here is a bit each, so that no step needs memory.
struct Pick<'f, 'a> {
    paths: &'f [Path],
    here: u64,
    depth: usize,
    found: &'f mut [Found<'a>],
}

impl<'a> Pick<'_, 'a> {
    /// Notes what stands at every path that ends at this value.
    fn arrive(&mut self, value: &Found<'a>) {
        for ((path, found), bit) in self.paths.iter().zip(self.found.iter_mut()).zip(bits()) {
            if self.here & bit != 0 && path.len() == self.depth {
                match (&mut *found, value) {
                    (Found::Nothing, value) => *found = value.clone(),
                    (Found::List(list), Found::Text(text)) => list.push(text.clone()),
                    _ => *found = Found::Twice,
                }
            }
        }
    }

    /// The paths that have led here and go on by that name.
    fn led_on_by(&self, name: &str) -> u64 {
        self.paths
            .iter()
            .zip(bits())
            .filter(|(path, bit)| self.here & bit != 0 && path.get(self.depth) == Some(&name))
            .fold(0, |all, (_, bit)| all | bit)
    }

    fn step(&mut self, here: u64) -> Pick<'_, 'a> {
        Pick {
            paths: self.paths,
            here,
            depth: self.depth + 1,
            found: self.found,
        }
    }
}

/// A bit for each path.
fn bits() -> impl Iterator<Item = u64> {
    (0..u64::BITS).map(|at| 1 << at)
}

impl<'de> DeserializeSeed<'de> for Pick<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pick<'_, 'de> {
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
        match self.led_on_by("*") {
            0 => while items.next_element::<IgnoredAny>()?.is_some() {},
            on => while items.next_element_seed(self.step(on))?.is_some() {},
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.arrive(&Found::Other);
        while let Some(key) = members.next_key_seed(Name)? {
            match self.led_on_by(&key) {
                0 => {
                    members.next_value::<IgnoredAny>()?;
                }
                on => members.next_value_seed(self.step(on))?,
            }
        }
        Ok(())
    }
}

/// A member name, borrowed where it has no escapes.
pub(crate) struct Name;

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

    fn at(body: &str, path: Path) -> Option<Found<'static>> {
        let found = pick(body.as_bytes(), &[path])?;
        Some(match found.first()? {
            Found::Text(text) => Found::Text(Cow::Owned(text.clone().into_owned())),
            Found::List(list) => Found::List(
                list.iter()
                    .map(|text| Cow::Owned(text.clone().into_owned()))
                    .collect(),
            ),
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
    fn a_star_collects_from_every_element() {
        let list = |texts: &[&'static str]| {
            Some(Found::List(
                texts.iter().map(|text| Cow::Borrowed(*text)).collect(),
            ))
        };
        assert_eq!(
            at(r#"[{"id":"a"},{"x":1},{"id":2}]"#, &["*", "id"]),
            list(&["a", "2"])
        );
        assert_eq!(
            at(
                r#"{"events":[{"id":"a"},{"id":"b"}]}"#,
                &["events", "*", "id"]
            ),
            list(&["a", "b"])
        );
        assert_eq!(at(r#"{"events":[]}"#, &["events", "*", "id"]), list(&[]));
        assert_eq!(
            at(r#"{"events":{"id":"a"}}"#, &["events", "*", "id"]),
            list(&[])
        );
        assert_eq!(at(r#"[{"id":[]}]"#, &["*", "id"]), Some(Found::Twice));
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
