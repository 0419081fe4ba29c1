//! What a receiver must refuse.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Request, Sample, headers};
use crate::error::ConfigError;
use crate::scheme::{Algorithm, BodyCoverage, Field, KeyFormat, Part, Place, Scheme, Syntax};
use crate::secret::Secret;

/// A request that a receiver must refuse, and what is wrong with it.
///
/// | name | what is wrong | for providers that |
/// |---|---|---|
/// | `tampered body` | one character of the body was changed | sign the whole body |
/// | `truncated body` | the last byte of the body is missing | sign the whole body |
/// | `extended body` | a line break was added to the body | sign the whole body |
/// | `other secret` | signed with another secret | all |
/// | `empty secret` | signed with a key of no bytes | have shared secrets |
/// | `no secret` | a hash of the content that needs no key | sign by HMAC |
/// | `unsigned` | the signature header is missing | all |
/// | `empty signature` | the signature header has no value | all |
/// | `truncated signature` | the last two characters of the signature are missing | all |
/// | `half a signature` | the second half of the signature is missing | all |
/// | `extended signature` | two characters were added to the signature | all |
/// | `signature of zeros` | each character of the signature is a zero | all |
/// | `stale` | signed twenty-five hours ago | sign a time |
/// | `future` | signed twenty-five hours from now | sign a time |
/// | `altered time` | signed twenty-five hours ago, with the time of now put beside the old signature | sign a time that is in the headers |
/// | `no time` | the header of the time is missing | sign a time that is in a header of its own |
/// | `altered id` | another id beside the signature | sign an id that is in a header |
/// | `other header` | the signature is in a header that the provider does not use | all |
/// | `repeated signature` | the signature header comes twice, first with another value | have one signature header |
/// | `repeated time` | the header of the time comes twice, with two values | sign a time that is in a header of its own |
/// | `repeated id` | the header of the id comes twice, with two values | sign an id that is in a header |
/// | `weaker hash` | HMAC-SHA1 under the right secret, labelled `sha1` where there is a label | sign by HMAC-SHA256 |
/// | `other version` | the right signature under a version that is not the provider's | number their signatures |
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attack {
    /// Its name, as in the table.
    pub name: &'static str,
    /// What is wrong with it, as a clause: `the last byte of the body is missing`.
    pub what: &'static str,
    /// The request.
    pub request: Request,
}

impl Request {
    /// Every attack that there is on receivers of this provider, made from this genuine request.
    #[must_use]
    pub fn attacks(&self) -> Vec<Attack> {
        let scheme = &self.sample.scheme;
        let mut attacks = Attacks(Vec::new());
        if scheme.coverage().body == BodyCoverage::Whole {
            attacks.on_the_body(self);
        }
        attacks.on_the_secret(self);
        attacks.on_the_signature(self);
        attacks.on_the_time(self);
        attacks.on_the_headers(self);
        attacks.on_the_algorithm(self);
        attacks.0
    }

    /// This request with each signature header's value changed.
    fn with_signature(&self, change: impl Fn(&str) -> String) -> Self {
        let mut other = self.clone();
        for (name, value) in &mut other.headers {
            if self.is_signature(name) {
                *value = change(value);
            }
        }
        other
    }

    fn value_of(&self, header: &str) -> Option<&str> {
        self.headers()
            .find(|(name, _)| *name == header)
            .map(|(_, value)| value)
    }

    fn with_header(&self, header: &str, to: &str) -> Self {
        let mut other = self.clone();
        for (name, value) in &mut other.headers {
            if name == header {
                to.clone_into(value);
            }
        }
        other
    }

    /// This request with one more header in front of all others.
    fn and_before(&self, header: &str, value: &str) -> Self {
        let mut other = self.clone();
        other
            .headers
            .insert(0, (header.to_owned(), value.to_owned()));
        other
    }

    fn with_body(&self, change: impl Fn(&mut Vec<u8>)) -> Self {
        let mut other = self.clone();
        change(&mut other.body);
        other
    }

    /// This event under another row with the same or another secret: what a forger would make.
    fn forged(&self, scheme: Scheme, secret: &Secret) -> Option<Self> {
        let headers = headers(&scheme, secret, &self.sample, &self.body).ok()?;
        Some(Self {
            headers,
            ..self.clone()
        })
    }
}

struct Attacks(Vec<Attack>);

impl Attacks {
    fn add(&mut self, name: &'static str, what: &'static str, request: impl Into<Option<Request>>) {
        self.0.extend(request.into().map(|request| Attack {
            name,
            what,
            request,
        }));
    }

    fn on_the_body(&mut self, good: &Request) {
        self.add(
            "tampered body",
            "one character of the body was changed",
            good.tampered(),
        );
        self.add(
            "truncated body",
            "the last byte of the body is missing",
            (!good.body.is_empty())
                .then(|| good.with_body(|body| body.truncate(body.len().saturating_sub(1)))),
        );
        self.add(
            "extended body",
            "a line break was added to the body",
            good.with_body(|body| body.push(b'\n')),
        );
    }

    fn on_the_secret(&mut self, good: &Request) {
        let scheme = good.sample.scheme;
        self.add(
            "other secret",
            "it is signed with another secret",
            good.signed_by_another(),
        );
        let hashes = !scheme.algorithm.is_asymmetric() && scheme.algorithm != Algorithm::Token;
        if hashes && !scheme.is_parsed() {
            let text = Scheme {
                key: KeyFormat::Text,
                ..scheme
            };
            self.add(
                "empty secret",
                "it is signed with a key of no bytes",
                good.forged(text, &Secret::empty()),
            );
            if scheme.algorithm == Algorithm::HmacSha256 {
                let unkeyed = Scheme {
                    algorithm: Algorithm::Sha256,
                    ..text
                };
                self.add(
                    "no secret",
                    "its signature is a hash of the content that needs no key",
                    good.forged(unkeyed, &Secret::empty()),
                );
            }
        }
    }

    fn on_the_signature(&mut self, good: &Request) {
        self.add(
            "unsigned",
            "its signature header is missing",
            good.unsigned(),
        );
        self.add(
            "empty signature",
            "its signature header has no value",
            good.with_signature(|_| String::new()),
        );
        let cut = |value: &str, by: usize| {
            let kept = value.len().saturating_sub(by);
            value.get(..kept).unwrap_or_default().to_owned()
        };
        self.add(
            "truncated signature",
            "the last two characters of its signature are missing",
            good.with_signature(|value| cut(value, 2)),
        );
        self.add(
            "half a signature",
            "the second half of its signature is missing",
            good.with_signature(|value| cut(value, signature_len(value) / 2)),
        );
        self.add(
            "extended signature",
            "two characters were added to its signature",
            good.with_signature(|value| format!("{value}00")),
        );
        self.add(
            "signature of zeros",
            "each character of its signature is a zero",
            good.with_signature(|value| {
                let len = signature_len(value);
                cut(value, len) + &"0".repeat(len)
            }),
        );
    }

    fn on_the_time(&mut self, good: &Request) {
        let scheme = good.sample.scheme;
        if !scheme.coverage().timestamp {
            return;
        }
        let stale = good.stale();
        self.add(
            "stale",
            "it was signed twenty-five hours ago",
            stale.clone(),
        );
        self.add(
            "future",
            "it was signed twenty-five hours from now",
            good.future(),
        );
        match scheme.timestamp.map(|timestamp| timestamp.field) {
            Some(Field::Header(name)) => {
                let time = good.value_of(name).unwrap_or_default();
                self.add(
                    "altered time",
                    "the time of now stands beside a signature of twenty-five hours ago",
                    stale.with_header(name, time),
                );
                let mut without = good.clone();
                without.headers.retain(|(header, _)| header != name);
                self.add("no time", "the header of its time is missing", without);
                let old = stale.value_of(name).unwrap_or_default();
                self.add(
                    "repeated time",
                    "the header of its time comes twice, with two values",
                    good.and_before(name, old),
                );
            }
            Some(Field::Item(key)) => {
                if let Syntax::Items {
                    separator, assign, ..
                } = scheme.syntax
                {
                    let item = |value: &str| {
                        value
                            .split(char::from(separator))
                            .find(|item| item.starts_with(&format!("{key}{}", char::from(assign))))
                            .map(ToOwned::to_owned)
                    };
                    let now = good.headers().find_map(|(_, value)| item(value));
                    let old = stale.headers().find_map(|(_, value)| item(value));
                    if let (Some(now), Some(old)) = (now, old) {
                        self.add(
                            "altered time",
                            "the time of now stands beside a signature of twenty-five hours ago",
                            stale.with_signature(|value| value.replacen(&old, &now, 1)),
                        );
                    }
                }
            }
            Some(Field::Claim(_) | Field::Json(_)) | None => {}
        }
    }

    fn on_the_headers(&mut self, good: &Request) {
        let scheme = good.sample.scheme;
        if let Some(Field::Header(name)) = scheme.id
            && scheme.covers(&Part::Id)
        {
            self.add(
                "altered id",
                "another id stands beside its signature",
                good.with_header(name, "evt_of_another"),
            );
            self.add(
                "repeated id",
                "the header of its id comes twice, with two values",
                good.and_before(name, "evt_of_another"),
            );
        }
        let mut moved = good.clone();
        for (name, _) in &mut moved.headers {
            if good.is_signature(name) {
                "x-some-signature".clone_into(name);
            }
        }
        self.add(
            "other header",
            "its signature is in a header that the provider does not use",
            moved,
        );
        if let Place::Header(name) = scheme.place {
            let other = good.signed_by_another();
            let other = other.value_of(name).unwrap_or_default();
            self.add(
                "repeated signature",
                "its signature header comes twice, first with another value",
                good.and_before(name, other),
            );
        }
    }

    fn on_the_algorithm(&mut self, good: &Request) {
        let scheme = good.sample.scheme;
        if scheme.algorithm == Algorithm::HmacSha256 && !scheme.is_parsed() {
            let weaker = Scheme {
                algorithm: Algorithm::HmacSha1,
                ..scheme
            };
            let weaker = good.forged(weaker, &good.secret);
            self.add(
                "weaker hash",
                "its signature is an HMAC-SHA1",
                weaker.map(|request| {
                    request.with_signature(|value| value.replace("sha256=", "sha1="))
                }),
            );
        }
        if let Syntax::Items {
            assign,
            signature_key,
            ..
        } = scheme.syntax
        {
            let assign = char::from(assign);
            let (right, other) = (
                format!("{signature_key}{assign}"),
                format!("{signature_key}0{assign}"),
            );
            self.add(
                "other version",
                "its signature is of a version that is not the provider's",
                good.with_signature(|value| value.replace(&right, &other)),
            );
        }
    }
}

/// How many characters at the end of a header's value are a signature.
fn signature_len(value: &str) -> usize {
    let text =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let padding = value.bytes().rev().take_while(|byte| *byte == b'=').count();
    let behind = value.bytes().rev().skip(padding).take_while(text).count();
    behind + padding
}

/// A secret of the row's form that nobody has.
pub(super) fn another_secret(scheme: &Scheme) -> Result<Secret, ConfigError> {
    let bytes = *b"a secret that nobody else has 32";
    let base64 = "YSBzZWNyZXQgdGhhdCBub2JvZHkgZWxzZSBoYXMgMzI=";
    Secret::new(match scheme.key {
        KeyFormat::Base64 { prefix } => format!("{prefix}{base64}"),
        KeyFormat::Hex => base16ct::lower::encode_string(&bytes),
        KeyFormat::Text => "a-secret:that-nobody-else-has".to_owned(),
        #[cfg(feature = "ed25519")]
        KeyFormat::Ed25519 {
            private_prefix,
            encoding,
            ..
        } => match encoding {
            crate::scheme::Encoding::Hex => {
                format!("{private_prefix}{}", base16ct::lower::encode_string(&bytes))
            }
            _ => format!("{private_prefix}{base64}"),
        },
    })
}

impl Sample {
    /// The row.
    #[must_use]
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }
}
