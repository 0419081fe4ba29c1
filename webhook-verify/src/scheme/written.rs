//! A custom scheme as it is written in a configuration.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Error as _, Serialize, Serializer};

use super::custom::Where;
use super::{CustomEncoding, CustomHash, CustomScheme, CustomSecret, CustomTime, Scheme};

/// The only version of the format there is.
const VERSION: u32 = 1;

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "known_version")]
    version: u32,
    name: String,
    header: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    items: Option<Items>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<CustomHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<CustomEncoding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<CustomSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_limit: Option<usize>,
    // Tables come last, which TOML asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timestamp: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_type: Option<Place>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Items {
    separator: char,
    assign: char,
    signature: String,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    format: CustomTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tolerance_seconds: Option<u64>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Header(String),
    Member(Vec<String>),
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        other => Err(D::Error::custom(format!(
            "the version of a scheme is {other}, and this program reads version {VERSION}"
        ))),
    }
}

impl<'de> Deserialize<'de> for CustomScheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let mut scheme = Scheme::custom(&written.name, &written.header);
        scheme.prefix = written.prefix.unwrap_or(scheme.prefix);
        if let Some(items) = written.items {
            let byte = |field: &str, divider: char| {
                u8::try_from(divider)
                    .ok()
                    .filter(u8::is_ascii)
                    .ok_or_else(|| {
                        let expected = format!("an ASCII character as {field} of items");
                        D::Error::invalid_value(Unexpected::Char(divider), &&*expected)
                    })
            };
            scheme.items = Some((
                byte("separator", items.separator)?,
                byte("assign", items.assign)?,
                items.signature,
            ));
        }
        scheme.hash = written.hash.unwrap_or(scheme.hash);
        scheme.encoding = written.encoding.unwrap_or(scheme.encoding);
        scheme.secret = written.secret.unwrap_or(scheme.secret);
        scheme.content = written.content.unwrap_or(scheme.content);
        scheme.body_limit = written.body_limit.unwrap_or(scheme.body_limit);
        if let Some(time) = written.timestamp {
            let place = match (time.header, time.item) {
                (Some(header), None) => Where::Header(header),
                (None, Some(item)) => Where::Item(item),
                _ => {
                    return Err(D::Error::custom(
                        "the field timestamp must have either header or item",
                    ));
                }
            };
            scheme.timestamp = Some((place, time.format));
            scheme.tolerance = time
                .tolerance_seconds
                .map_or(scheme.tolerance, Duration::from_secs);
        }
        scheme.id = written.id.map(Where::from);
        scheme.event_type = written.event_type.map(Where::from);
        scheme.check().map_err(D::Error::custom)?;
        Ok(scheme)
    }
}

impl From<Place> for Where {
    fn from(place: Place) -> Self {
        match place {
            Place::Header(name) => Self::Header(name),
            Place::Member(names) => Self::Member(names),
        }
    }
}

/// Writes what differs from what goes without saying.
impl Serialize for CustomScheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn unless<T: Clone + PartialEq>(usual: &T, value: &T) -> Option<T> {
            (value != usual).then(|| value.clone())
        }
        if self.tolerance.subsec_nanos() != 0 {
            return Err(S::Error::custom(
                "the field tolerance_seconds must be whole seconds",
            ));
        }
        let usual = Scheme::custom("", "");
        let written = Written {
            version: VERSION,
            name: self.name.clone(),
            header: self.header.clone(),
            prefix: unless(&usual.prefix, &self.prefix),
            items: self
                .items
                .as_ref()
                .map(|(separator, assign, signature)| Items {
                    separator: char::from(*separator),
                    assign: char::from(*assign),
                    signature: signature.clone(),
                }),
            hash: unless(&usual.hash, &self.hash),
            encoding: unless(&usual.encoding, &self.encoding),
            secret: unless(&usual.secret, &self.secret),
            content: unless(&usual.content, &self.content),
            body_limit: unless(&usual.body_limit, &self.body_limit),
            timestamp: self.timestamp.as_ref().map(|(place, format)| {
                let (header, item) = match place {
                    Where::Header(name) => (Some(name.clone()), None),
                    Where::Item(name) => (None, Some(name.clone())),
                    Where::Member(_) => (None, None),
                };
                Time {
                    header,
                    item,
                    format: *format,
                    tolerance_seconds: unless(&usual.tolerance, &self.tolerance)
                        .map(|tolerance| tolerance.as_secs()),
                }
            }),
            id: self.id.as_ref().map(Place::from),
            event_type: self.event_type.as_ref().map(Place::from),
        };
        written.serialize(serializer)
    }
}

impl From<&Where> for Place {
    fn from(place: &Where) -> Self {
        match place {
            // Only a time can be an item.
            Where::Header(name) | Where::Item(name) => Self::Header(name.clone()),
            Where::Member(names) => Self::Member(names.clone()),
        }
    }
}
