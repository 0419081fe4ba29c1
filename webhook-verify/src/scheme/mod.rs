//! A provider as one row of data.

mod coverage;
mod custom;
mod describe;
mod facts;
mod intern;
mod plan;
mod signatures;
#[cfg(feature = "serde")]
mod written;

use core::time::Duration;

pub use coverage::{BodyCoverage, Coverage};
pub use custom::{CustomEncoding, CustomHash, CustomScheme, CustomSecret, CustomTime};
pub use facts::{Confidence, Delivery, Facts};
pub(crate) use plan::{Plan, Role, Slot};
pub(crate) use signatures::{Piece, Signatures, token_tag};

use crate::challenge::Handshake;
use crate::parsed::Rules;
use crate::settings::Setting;

/// How one provider signs: one opaque row that [`Verifier`](crate::Verifier) and [`Signer`](crate::Signer) interpret.
///
/// ```
/// use webhook_verify::{GitHub, StandardWebhooks};
/// assert_eq!(StandardWebhooks::SCHEME.name(), "standard-webhooks");
/// // GitHub signs nothing but the body: a replay cannot be told by its age.
/// assert!(!GitHub::SCHEME.coverage().timestamp);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) place: Place,
    pub(crate) syntax: Syntax,
    pub(crate) encoding: Encoding,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: KeyFormat,
    pub(crate) content: &'static [Part],
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) id: Option<Field>,
    pub(crate) event_type: Option<Field>,
    pub(crate) identity: IdentityRule,
    /// What a row cannot say is said by code.
    pub(crate) rules: Option<&'static dyn Rules>,
    /// How the provider asks an endpoint before, or between, its events.
    pub(crate) handshakes: &'static [Handshake],
    pub(crate) max_signatures: usize,
    pub(crate) body_limit: usize,
    pub(crate) delivery: Delivery,
    pub(crate) facts: Facts,
}

/// The names on the way to a member of the JSON body; `*` stands for every element of an array.
pub(crate) type Path = &'static [&'static str];

/// Where the signatures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In one header of this name.
    Header(&'static str),
    /// In one header of each of these names, of which one suffices.
    Headers(&'static [&'static str]),
    /// In every header of this name, which may come several times.
    HeaderLines(&'static str),
    /// In headers of which the names are this and a number from 1.
    HeaderNumbers(&'static str),
    /// In a member of the body.
    Json(Path),
    /// Where the rules of the scheme look: in these headers, or in the body.
    Rules(&'static [&'static str]),
}

/// The grammar of a signature header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Items like `v1=abc`, of which those with `signature_key` are signatures.
    Items {
        separator: u8,
        assign: u8,
        signature_key: &'static str,
    },
    /// One signature behind a prefix, which may be empty.
    Single { prefix: &'static str },
    /// Signatures behind a prefix that may be missing, with this byte between them.
    List { separator: u8, prefix: &'static str },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Base64,
    /// With `-` and `_`, and without padding.
    Base64Url,
    Hex,
    /// As it is: only for tokens.
    Verbatim,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    #[cfg(feature = "ed25519")]
    Ed25519,
    HmacSha1,
    HmacSha256,
    HmacSha512,
    /// A hash over content that has the secret in it.
    Sha256,
    /// No signature at all: the secret itself is sent.
    Token,
}

impl Algorithm {
    /// Bytes of a signature.
    pub(crate) const fn tag_len(self) -> usize {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => 64,
            Self::HmacSha1 => 20,
            Self::HmacSha256 | Self::Sha256 | Self::Token => 32,
            Self::HmacSha512 => 64,
        }
    }

    /// Whether a check costs so much that there may be only a few in one request.
    pub(crate) const fn is_asymmetric(self) -> bool {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => true,
            Self::HmacSha1 | Self::HmacSha256 | Self::HmacSha512 | Self::Sha256 | Self::Token => {
                false
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => "Ed25519",
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::Sha256 => "SHA-256 with the secret in front",
            Self::Token => "none: the secret itself is sent",
        }
    }
}

/// How the key is made from the text that the user copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFormat {
    /// Base64 behind an optional prefix.
    Base64 { prefix: &'static str },
    /// An Ed25519 key behind a prefix that says which half it is, or none: the public half verifies, the private one signs.
    #[cfg(feature = "ed25519")]
    Ed25519 {
        public_prefix: &'static str,
        private_prefix: &'static str,
        encoding: Encoding,
    },
    /// Hexadecimal digits.
    Hex,
    /// The bytes of the text itself.
    Text,
}

/// A piece of the signed content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Body,
    /// A CRC-32 of the body, which is no hash: it keeps mistakes out, and nobody who means it.
    #[cfg_attr(
        not(feature = "rsa"),
        expect(dead_code, reason = "only PayPal has one")
    )]
    Checksum,
    /// The names and the values of a form, but not where the one ends and the other begins.
    Fields,
    Id,
    /// A member of the body, as text.
    Json(Path),
    Literal(&'static str),
    Secret,
    Timestamp,
    /// The URL that was given to the provider.
    Url,
}

/// Where a value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// What the rules of the scheme read from under the signature; its name is for readers of the row.
    Claim(&'static str),
    /// The value of a header.
    Header(&'static str),
    /// An item of the signature header.
    Item(&'static str),
    /// A member of the JSON body.
    Json(Path),
}

/// Where the time of signing is, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    pub(crate) field: Field,
    pub(crate) format: TimeFormat,
    /// How far it may be from the receiver's clock unless the user says otherwise.
    pub(crate) tolerance: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    Millis,
    Rfc3339,
    Seconds,
}

/// What makes two deliveries the same event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentityRule {
    /// The values of these members of the body together.
    Composite(&'static [Path]),
    /// A digest over the body: nothing that names the event is signed.
    Digest,
    /// A digest over the event type and the body, for providers that send one body under several types. The type is not
    /// signed there, so a replay under another type is another event.
    DigestAndType,
    /// A digest over these parts, for bodies that may rightly come again.
    DigestOf(&'static [Part]),
    /// A digest over the body without this member, which is another one at every attempt.
    DigestWithout(&'static str),
    /// Nothing: a body may rightly come again, so no delivery is a duplicate of another.
    None,
    /// The signed id.
    SignedId,
}

/// Five minutes, as the libraries of Standard Webhooks and of Stripe have it.
pub(crate) const FIVE_MINUTES: Duration = Duration::from_secs(300);

impl Scheme {
    /// What most providers do: HMAC-SHA256 of the body, in hexadecimal digits, under the secret's own text.
    pub(crate) const BASE: Self = Self {
        name: "",
        title: "",
        place: Place::Header(""),
        syntax: Syntax::Single { prefix: "" },
        encoding: Encoding::Hex,
        algorithm: Algorithm::HmacSha256,
        key: KeyFormat::Text,
        content: &[Part::Body],
        timestamp: None,
        id: None,
        event_type: None,
        identity: IdentityRule::Digest,
        rules: None,
        handshakes: &[],
        max_signatures: 16,
        body_limit: 1024 * 1024,
        delivery: Delivery::UNKNOWN,
        facts: Facts::UNKNOWN,
    };

    /// The name that stored events, logs and metrics carry: `standard-webhooks`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The provider's own name: `Standard Webhooks`.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// The algorithm, in words.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self.rules {
            Some(rules) => rules.algorithm(),
            None => self.algorithm.name(),
        }
    }

    /// What a valid signature covers.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let body = match self {
            _ if self.covers(&Part::Body) => BodyCoverage::Whole,
            _ if self.covers(&Part::Fields) => BodyCoverage::Fields,
            _ if self
                .content
                .iter()
                .any(|part| matches!(part, Part::Json(_) | Part::Checksum)) =>
            {
                BodyCoverage::Partial
            }
            _ => BodyCoverage::None,
        };
        Coverage {
            body,
            timestamp: self
                .timestamp
                .is_some_and(|timestamp| self.signs(&timestamp.field, &Part::Timestamp)),
            id: self.id.is_some_and(|id| self.signs(&id, &Part::Id)),
        }
    }

    /// How long after an event the provider may still send it, and how long it waits for an answer.
    #[must_use]
    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Where the facts in this row come from, and how sure they are.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The longest body that a verifier takes unless told otherwise, in bytes.
    #[must_use]
    pub const fn body_limit(&self) -> usize {
        self.body_limit
    }

    /// How far the signed time and the receiver's clock may be apart unless a verifier is told otherwise; `None` where no
    /// time is signed.
    #[must_use]
    pub fn window(&self) -> Option<Duration> {
        let timestamp = self.timestamp?;
        self.coverage().timestamp.then_some(timestamp.tolerance)
    }

    /// Whether the request must be read to know what is signed of it, by code that the row names. Such a reading is bounded,
    /// and nothing of it is believed before the signature is judged.
    #[must_use]
    pub const fn is_parsed(&self) -> bool {
        self.rules.is_some()
    }

    /// What a verifier must be told besides secrets, with [`VerifierBuilder::setting`](crate::VerifierBuilder::setting).
    #[must_use]
    pub fn settings(&self) -> &'static [Setting] {
        self.rules.map_or(&[], Rules::settings)
    }

    /// Whether a verifier needs the URL that the provider was given.
    #[must_use]
    pub fn needs_url(&self) -> bool {
        self.covers(&Part::Url)
    }

    /// Whether the user has a secret to give, rather than a source of public keys.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        self.rules.is_none_or(Rules::has_secrets)
    }

    /// What makes two deliveries the same event, in words.
    #[must_use]
    pub const fn identity(&self) -> &'static str {
        match self.identity {
            IdentityRule::Composite(_) => "digest of the members that name the event",
            IdentityRule::Digest => "digest of the body",
            IdentityRule::DigestAndType => "digest of type and body",
            IdentityRule::DigestOf([Part::Id, ..]) => "digest of id and body",
            IdentityRule::DigestOf([Part::Fields]) => "digest of the signed field",
            IdentityRule::DigestOf(_) => "digest of time and body",
            IdentityRule::DigestWithout(_) => "digest of the body without its time",
            IdentityRule::None => "none: the same body may rightly come again",
            IdentityRule::SignedId => "signed id",
        }
    }

    /// How many secrets a request can be signed with at once, while they rotate. One where the sender's wire format has no
    /// room for a second signature: a sender then changes over at one moment, and receivers must know both secrets
    /// around it.
    #[must_use]
    pub const fn signatures_per_request(&self) -> usize {
        match (&self.place, self.syntax) {
            (Place::Json(_) | Place::Rules(_), _) | (Place::Header(_), Syntax::Single { .. }) => 1,
            (Place::Headers(names), _) => names.len(),
            (Place::Header(_) | Place::HeaderLines(_) | Place::HeaderNumbers(_), _) => {
                self.max_signatures
            }
        }
    }

    /// The names of the headers that carry the signature; of a numbered family, what the names begin with.
    #[must_use]
    pub const fn signature_headers(&self) -> &[&'static str] {
        match &self.place {
            Place::Header(name) | Place::HeaderLines(name) | Place::HeaderNumbers(name) => {
                core::slice::from_ref(name)
            }
            Place::Headers(names) | Place::Rules(names) => names,
            Place::Json(_) => &[],
        }
    }

    pub(crate) fn covers(&self, part: &Part) -> bool {
        self.content.contains(part)
    }

    /// Whether a value was under the signature: as a part of the content, or as a member of a covered body.
    pub(crate) fn signs(&self, field: &Field, part: &Part) -> bool {
        match field {
            Field::Claim(_) => true,
            Field::Json(path) => {
                self.covers(&Part::Body)
                    || self.covers(&Part::Fields)
                    || self.covers(&Part::Json(path))
            }
            Field::Header(_) | Field::Item(_) => self.covers(part),
        }
    }

    /// The text that follows a part in the content, which that part must therefore not contain.
    pub(crate) fn separator_after(&self, part: &Part) -> Option<&'static str> {
        let at = self.content.iter().position(|other| other == part)?;
        match self.content.get(at + 1)? {
            Part::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the body must be read as JSON before its signature can be judged.
    pub(crate) fn is_parsed_first(&self) -> bool {
        matches!(self.place, Place::Json(_) | Place::Rules(_))
            || self
                .content
                .iter()
                .any(|part| matches!(part, Part::Json(_)))
    }

    /// The name for the signature in errors.
    pub(crate) const fn signature_name(&self) -> &'static str {
        match &self.place {
            Place::Header(name) | Place::HeaderLines(name) | Place::HeaderNumbers(name) => name,
            Place::Headers(names) | Place::Rules(names) => match names {
                [first, ..] => first,
                [] => "signature in the body",
            },
            Place::Json(_) => "signature in the body",
        }
    }
}
