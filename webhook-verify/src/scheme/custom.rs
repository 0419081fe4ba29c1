//! A scheme of the user's own, in a few lines.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::{
    Algorithm, Encoding, FIVE_MINUTES, Field, IdentityRule, KeyFormat, Part, Place, Scheme, Syntax,
    TimeFormat, Timestamp, intern,
};
use crate::error::ConfigError;

/// Describes how a provider signs that this crate does not know. Made by [`Scheme::custom`].
///
/// Unless told otherwise: HMAC-SHA256 over the body, in hexadecimal digits, in one header, under the secret's own text;
/// an event is identified by a digest of its body.
///
/// ```
/// use webhook_verify::{CustomEncoding, CustomTime, Message, Scheme, Signer, Verifier};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let acme = Scheme::custom("acme", "x-acme-signature")
///     .prefix("v2=")
///     .encoding(CustomEncoding::Base64)
///     .content("{timestamp}|{body}")
///     .timestamp_header("x-acme-time", CustomTime::Seconds)
///     .id_member(&["event", "id"])
///     .build()?;
///
/// let body = r#"{"event":{"id":"evt_1"}}"#;
/// let signed = Signer::new(acme, "not-a-real-secret")?.sign(&Message::new(body))?;
/// let verifier = Verifier::builder(acme).secret("current", "not-a-real-secret").build()?;
/// assert_eq!(verifier.verify(&signed, body)?.id().map(|id| id.value), Some("evt_1".into()));
/// # Ok(()) }
/// ```
#[cfg_attr(feature = "serde", doc = include_str!("written.md"))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a builder does nothing before it is built"]
pub struct CustomScheme {
    pub(super) name: String,
    pub(super) header: String,
    pub(super) prefix: String,
    pub(super) items: Option<(u8, u8, String)>,
    pub(super) hash: CustomHash,
    pub(super) encoding: CustomEncoding,
    pub(super) secret: CustomSecret,
    pub(super) content: String,
    pub(super) timestamp: Option<(Where, CustomTime)>,
    pub(super) tolerance: Duration,
    pub(super) id: Option<Where>,
    pub(super) event_type: Option<Where>,
    pub(super) body_limit: usize,
}

/// The hash under the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum CustomHash {
    /// Old, but unbroken as an HMAC.
    Sha1,
    /// What nearly all providers use.
    Sha256,
    /// Longer.
    Sha512,
}

/// How the signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum CustomEncoding {
    /// With padding.
    Base64,
    /// With `-` and `_`, and without padding.
    Base64Url,
    /// Hexadecimal digits of either case.
    Hex,
}

/// How the key is made from the text of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum CustomSecret {
    /// The text is base64 of the key.
    Base64,
    /// The text is the key in hexadecimal digits.
    Hex,
    /// The bytes of the text are the key.
    Text,
}

/// How the time of signing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum CustomTime {
    /// Milliseconds since 1970.
    Millis,
    /// `2021-03-25T05:09:27Z`, with decimals and offset if need be.
    Rfc3339,
    /// Seconds since 1970.
    Seconds,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Header(String),
    Item(String),
    Member(Vec<String>),
}

impl Scheme {
    /// Begins to describe a scheme of that name (`a-z`, `0-9` and `-`) whose signature is in that header.
    pub fn custom(name: &str, signature_header: &str) -> CustomScheme {
        CustomScheme {
            name: name.to_owned(),
            header: signature_header.to_owned(),
            prefix: String::new(),
            items: None,
            hash: CustomHash::Sha256,
            encoding: CustomEncoding::Hex,
            secret: CustomSecret::Text,
            content: "{body}".to_owned(),
            timestamp: None,
            tolerance: FIVE_MINUTES,
            id: None,
            event_type: None,
            body_limit: Self::BASE.body_limit,
        }
    }
}

impl CustomScheme {
    /// What stands in front of the signature: `sha256=`.
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.to_owned();
        self
    }

    /// The header is a list of items such as `t=1,v1=ab,v1=cd`: the byte between items, the byte behind an item's name,
    /// and the name of the items that are signatures.
    pub fn items(mut self, separator: u8, assign: u8, signature_name: &str) -> Self {
        self.items = Some((separator, assign, signature_name.to_owned()));
        self
    }

    /// The hash under the HMAC. SHA-256 unless given.
    pub const fn hash(mut self, hash: CustomHash) -> Self {
        self.hash = hash;
        self
    }

    /// How the signature is written. Hexadecimal digits unless given.
    pub const fn encoding(mut self, encoding: CustomEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// How the key is made from the secret. Its text unless given.
    pub const fn secret(mut self, secret: CustomSecret) -> Self {
        self.secret = secret;
        self
    }

    /// What is signed, as text with `{body}` and, where they are signed, `{id}`, `{timestamp}` and `{url}` in it.
    /// `{body}` unless given.
    pub fn content(mut self, template: &str) -> Self {
        self.content = template.to_owned();
        self
    }

    /// The signed time is in that header.
    pub fn timestamp_header(mut self, header: &str, format: CustomTime) -> Self {
        self.timestamp = Some((Where::Header(header.to_owned()), format));
        self
    }

    /// The signed time is an item of the signature header.
    pub fn timestamp_item(mut self, name: &str, format: CustomTime) -> Self {
        self.timestamp = Some((Where::Item(name.to_owned()), format));
        self
    }

    /// How far the signed time and the receiver's clock may be apart. Five minutes unless given.
    pub const fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The id of the event is in that header.
    pub fn id_header(mut self, header: &str) -> Self {
        self.id = Some(Where::Header(header.to_owned()));
        self
    }

    /// The id of the event is that member of the JSON body: the names on the way to it.
    pub fn id_member(mut self, path: &[&str]) -> Self {
        self.id = Some(member(path));
        self
    }

    /// The event type is in that header.
    pub fn type_header(mut self, header: &str) -> Self {
        self.event_type = Some(Where::Header(header.to_owned()));
        self
    }

    /// The event type is that member of the JSON body: the names on the way to it.
    pub fn type_member(mut self, path: &[&str]) -> Self {
        self.event_type = Some(member(path));
        self
    }

    /// The longest body, in bytes. One mebibyte unless given.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The scheme. Its texts are kept for as long as the program runs, equal ones once: building the same scheme again costs
    /// no memory, and a program can have a mebibyte of different ones.
    ///
    /// # Errors
    /// [`ConfigError::CustomScheme`], which names the field, if a name has characters that it must not have, or if the
    /// content does not fit the rest. [`ConfigError::TooManySchemes`] if there are too many different ones.
    pub fn build(self) -> Result<Scheme, ConfigError> {
        let content = self.check()?;
        let parts = content
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => intern::text(text).map(Part::Literal),
                Piece::Value(part) => Ok(*part),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let keep = |place: &Option<Where>| place.as_ref().map(Where::keep).transpose();
        let id = keep(&self.id)?;
        let identity = match id {
            Some(Field::Json(_)) => IdentityRule::SignedId,
            Some(_) if parts.contains(&Part::Id) => IdentityRule::SignedId,
            _ => IdentityRule::Digest,
        };
        let name = intern::text(&self.name)?;
        Ok(Scheme {
            name,
            title: name,
            place: Place::Header(intern::text(&self.header)?),
            syntax: match &self.items {
                Some((separator, assign, signature)) => Syntax::Items {
                    separator: *separator,
                    assign: *assign,
                    signature_key: intern::text(signature)?,
                },
                None => Syntax::Single {
                    prefix: intern::text(&self.prefix)?,
                },
            },
            encoding: match self.encoding {
                CustomEncoding::Base64 => Encoding::Base64,
                CustomEncoding::Base64Url => Encoding::Base64Url,
                CustomEncoding::Hex => Encoding::Hex,
            },
            algorithm: match self.hash {
                CustomHash::Sha1 => Algorithm::HmacSha1,
                CustomHash::Sha256 => Algorithm::HmacSha256,
                CustomHash::Sha512 => Algorithm::HmacSha512,
            },
            key: match self.secret {
                CustomSecret::Base64 => KeyFormat::Base64 { prefix: "" },
                CustomSecret::Hex => KeyFormat::Hex,
                CustomSecret::Text => KeyFormat::Text,
            },
            content: intern::parts(parts)?,
            timestamp: match &self.timestamp {
                None => None,
                Some((place, format)) => Some(Timestamp {
                    field: place.keep()?,
                    format: match format {
                        CustomTime::Millis => TimeFormat::Millis,
                        CustomTime::Rfc3339 => TimeFormat::Rfc3339,
                        CustomTime::Seconds => TimeFormat::Seconds,
                    },
                    tolerance: self.tolerance,
                }),
            },
            id,
            event_type: keep(&self.event_type)?,
            identity,
            max_signatures: 16,
            body_limit: self.body_limit,
            ..Scheme::BASE
        })
    }

    /// The content in pieces, if everything fits together.
    pub(super) fn check(&self) -> Result<Vec<Piece<'_>>, ConfigError> {
        let refuse = |field, problem| {
            Err(ConfigError::CustomScheme {
                name: self.name.clone(),
                field,
                problem,
            })
        };
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(kebab) {
            return refuse(
                "name",
                "must have 1 to 64 characters out of a-z, 0-9 and '-'",
            );
        }
        let timestamp = self.timestamp.as_ref().map(|(place, _)| place);
        for (field, place) in [
            ("header", Some(&Where::Header(self.header.clone()))),
            ("timestamp", timestamp),
            ("id", self.id.as_ref()),
            ("event_type", self.event_type.as_ref()),
        ] {
            match place {
                Some(Where::Header(name)) if !is_header_name(name) => {
                    return refuse(field, "has characters that no header name has");
                }
                Some(Where::Member(names))
                    if names.is_empty() || names.iter().any(|name| name == "*") =>
                {
                    return refuse(
                        field,
                        "must be the names on the way to one member of the body",
                    );
                }
                Some(Where::Item(_)) if self.items.is_none() => {
                    return refuse(
                        field,
                        "is an item of the signature header, which has no items; give it items",
                    );
                }
                _ => {}
            }
        }
        if let Some((separator, assign, signature)) = &self.items {
            let divides = |byte: &u8| byte.is_ascii_punctuation() || *byte == b' ';
            if !divides(separator) || !divides(assign) || separator == assign {
                return refuse(
                    "items",
                    "must be divided by two different characters that are no letters and no digits",
                );
            }
            if signature.is_empty() {
                return refuse("items", "must say which of them are signatures");
            }
            if !self.prefix.is_empty() {
                return refuse("prefix", "stands in front of no item; leave it out");
            }
        }
        if self.body_limit == 0 {
            return refuse("body_limit", "must be at least one byte");
        }

        let Some(content) = pieces(&self.content) else {
            return refuse(
                "content",
                "has something else in braces than body, id, timestamp or url, or one of them twice",
            );
        };
        let has = |part| content.contains(&Piece::Value(part));
        if !has(Part::Body) {
            return refuse("content", "does not sign the body; put {body} into it");
        }
        match (has(Part::Timestamp), &self.timestamp) {
            (true, None) => {
                return refuse(
                    "content",
                    "signs a {timestamp} that is nowhere; say where it is",
                );
            }
            (false, Some(_)) => {
                return refuse(
                    "timestamp",
                    "is not signed; put {timestamp} into the content, or leave it out",
                );
            }
            _ => {}
        }
        if has(Part::Id) && !matches!(self.id, Some(Where::Header(_))) {
            return refuse(
                "content",
                "signs an {id} that is in no header; say in which it is",
            );
        }
        Ok(content)
    }
}

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Literal(&'t str),
    Value(Part),
}

impl Where {
    fn keep(&self) -> Result<Field, ConfigError> {
        Ok(match self {
            Self::Header(name) => Field::Header(intern::text(name)?),
            Self::Item(name) => Field::Item(intern::text(name)?),
            Self::Member(names) => {
                let names = names.iter().map(|name| intern::text(name));
                Field::Json(intern::path(names.collect::<Result<_, _>>()?)?)
            }
        })
    }
}

fn member(path: &[&str]) -> Where {
    Where::Member(path.iter().map(|name| (*name).to_owned()).collect())
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The pieces of a template, or `None` if it has other values than the four, or one of them twice.
fn pieces(template: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let (literal, behind) = rest.split_once('{').unwrap_or((rest, ""));
        if literal.contains('}') {
            return None;
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        if literal.len() == rest.len() {
            break;
        }
        let (name, behind) = behind.split_once('}')?;
        let piece = Piece::Value(match name {
            "body" => Part::Body,
            "id" => Part::Id,
            "timestamp" => Part::Timestamp,
            "url" => Part::Url,
            _ => return None,
        });
        if pieces.contains(&piece) {
            return None;
        }
        pieces.push(piece);
        rest = behind;
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::{Message, Signer, Slack, StandardWebhooks, Stripe, UnixTime};

    fn signed(scheme: Scheme) -> Vec<(String, String)> {
        let signer = Signer::new(scheme, "bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0").unwrap();
        let message = Message::new("{}")
            .id("msg_1")
            .at(UnixTime::from_secs(1_700_000_000));
        let signed = signer.sign(&message).unwrap();
        signed
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn a_scheme_that_repeats_a_row_signs_as_the_row_does() {
        let slack = Scheme::custom("my-slack", "x-slack-signature")
            .prefix("v0=")
            .content("v0:{timestamp}:{body}")
            .timestamp_header("x-slack-request-timestamp", CustomTime::Seconds);
        assert_eq!(signed(slack.build().unwrap()), signed(Slack::SCHEME));

        let stripe = Scheme::custom("my-stripe", "stripe-signature")
            .items(b',', b'=', "v1")
            .content("{timestamp}.{body}")
            .timestamp_item("t", CustomTime::Seconds);
        assert_eq!(signed(stripe.build().unwrap()), signed(Stripe::SCHEME));

        let standard = Scheme::custom("my-standard", "webhook-signature")
            .items(b' ', b',', "v1")
            .encoding(CustomEncoding::Base64)
            .secret(CustomSecret::Base64)
            .content("{id}.{timestamp}.{body}")
            .timestamp_header("webhook-timestamp", CustomTime::Seconds)
            .id_header("webhook-id");
        assert_eq!(
            signed(standard.build().unwrap()),
            signed(StandardWebhooks::SCHEME)
        );
    }

    #[test]
    fn hmac_sha512_is_what_openssl_makes_of_it() {
        // printf '{}' | openssl dgst -sha512 -hmac bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0
        let scheme = Scheme::custom("long", "x-signature")
            .hash(CustomHash::Sha512)
            .build()
            .unwrap();
        assert_eq!(signed(scheme), [("x-signature".to_owned(), "914606d62f4a007c6c2e2e5015f40ec9f4e53557ca977c997d87160f7a00a8038ea2ad1132556b02c25c902d63e3a08e40590cd1f1b821c381b20b19c2bca9cc".to_owned())]);
    }

    #[test]
    fn a_scheme_that_does_not_fit_together_is_refused() {
        let custom = || Scheme::custom("acme", "x-signature");
        let refused = [
            Scheme::custom("", "x-signature"),
            Scheme::custom("Acme", "x-signature"),
            Scheme::custom("acme", "x signature"),
            Scheme::custom("acme", ""),
            custom().id_header("x:id"),
            custom().content("{id}.{body}"),
            custom().content("{id}.{body}").id_member(&["id"]),
            custom().content("{timestamp}.{body}"),
            custom().timestamp_header("x-time", CustomTime::Seconds),
            custom()
                .content("{timestamp}.{body}")
                .timestamp_item("t", CustomTime::Seconds),
            custom().content("static text"),
            custom().content("{body}{body}"),
            custom().content("{secret}{body}"),
            custom().content("{body"),
            custom().content("body}"),
            custom().id_member(&[]),
            custom().type_member(&["events", "*"]),
            custom().items(b',', b',', "v1"),
            custom().items(b'a', b'=', "v1"),
            custom().items(b',', b'=', ""),
            custom().items(b',', b'=', "v1").prefix("v1="),
            custom().body_limit(0),
        ];
        for scheme in refused {
            assert!(scheme.clone().build().is_err(), "{scheme:?}");
        }
        assert_eq!(
            custom()
                .content("static text")
                .build()
                .unwrap_err()
                .to_string(),
            "the field content of the scheme acme does not sign the body; put {body} into it"
        );
    }

    #[test]
    fn an_id_is_the_identity_only_where_it_is_signed() {
        let coverage = |scheme: CustomScheme| scheme.build().unwrap().identity;
        let custom = || Scheme::custom("acme", "x-signature");
        assert_eq!(coverage(custom().id_header("x-id")), IdentityRule::Digest);
        assert_eq!(
            coverage(custom().id_header("x-id").content("{id}{body}")),
            IdentityRule::SignedId
        );
        assert_eq!(
            coverage(custom().id_member(&["id"])),
            IdentityRule::SignedId
        );
    }
}
