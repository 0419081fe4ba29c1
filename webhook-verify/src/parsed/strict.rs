//! JSON that is read before its signature is known: no name twice in one object, bounded depth and size, and numbers as
//! whole numbers or not at all.

use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

const MAX_DEPTH: usize = 16;
/// Members and elements, counted through the whole of it.
const MAX_VALUES: usize = 1_000;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// The digits of a whole number.
    Whole(i128),
    /// Any other number.
    Fraction,
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    /// Reads one value and nothing behind it.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        Self::read_many(text, MAX_VALUES)
    }

    /// As [`Json::read`], with room for so many members and elements.
    pub(crate) fn read_many(text: &'a [u8], mut values: usize) -> Option<Self> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let seed = Seed {
            depth: 0,
            left: &mut values,
        };
        let value = seed.deserialize(&mut json).ok()?;
        json.end().ok()?;
        Some(value)
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                let (_, value) = members.iter().find(|(other, _)| other == name)?;
                Some(value)
            }
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// A number of seconds.
    pub(crate) fn seconds(&self) -> Option<u64> {
        match self {
            Self::Whole(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }
}

struct Seed<'v> {
    depth: usize,
    left: &'v mut usize,
}

impl<'v> Seed<'v> {
    /// Accounts for one value inside.
    fn inner<E: Error>(&mut self) -> Result<Seed<'_>, E> {
        let left = self.left.checked_sub(1).filter(|_| self.depth < MAX_DEPTH);
        *self.left = left.ok_or_else(|| E::custom("too deep or too many"))?;
        Ok(Seed {
            depth: self.depth + 1,
            left: self.left,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Json<'de>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Whole(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Whole(number.into()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json<'de>, E> {
        Ok(Json::Fraction)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_string())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Lazy(&mut self))? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut all: Vec<(Cow<'de, str>, Json<'de>)> = Vec::new();
        while let Some(name) = members.next_key_seed(crate::json::Name)? {
            let value = members.next_value_seed(Lazy(&mut self))?;
            all.push((name, value));
        }
        // Sorted first: comparing each name with each would take a thousand times a thousand steps.
        let mut names: Vec<&str> = all.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        match names.windows(2).any(|pair| pair.first() == pair.last()) {
            true => Err(A::Error::custom("a name is there twice")),
            false => Ok(Json::Object(all)),
        }
    }
}

/// Counts a value when it is there.
struct Lazy<'s, 'v>(&'s mut Seed<'v>);

impl<'de> DeserializeSeed<'de> for Lazy<'_, '_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Json<'de>, D::Error> {
        self.0.inner()?.deserialize(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Json<'_>> {
        Json::read(text.as_bytes())
    }

    #[test]
    fn a_name_that_stands_twice_in_one_object_is_refused_at_any_depth() {
        assert!(read(r#"{"a":1,"b":2}"#).is_some());
        assert!(read(r#"{"a":1,"a":1}"#).is_none());
        assert!(read(r#"{"a":1,"\u0061":1}"#).is_none());
        assert!(read(r#"[{"x":{"a":1,"a":2}}]"#).is_none());
        assert!(read(r#"[{"a":1},{"a":2}]"#).is_some());
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = |levels: usize| alloc::format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&deep(17)).is_some());
        assert!(read(&deep(18)).is_none());
        let wide = |count: usize| alloc::format!("[{}]", alloc::vec!["1"; count].join(","));
        assert!(read(&wide(1_000)).is_some());
        assert!(read(&wide(1_001)).is_none());
        assert!(read("[1] x").is_none());
        assert!(read("").is_none());
    }

    #[test]
    fn a_number_is_whole_or_it_is_none() {
        assert_eq!(read("-5"), Some(Json::Whole(-5)));
        assert_eq!(
            read("18446744073709551615"),
            Some(Json::Whole(18_446_744_073_709_551_615))
        );
        for text in ["1.0", "1e3", "18446744073709551616"] {
            assert_eq!(read(text), Some(Json::Fraction), "{text}");
        }
    }
}
