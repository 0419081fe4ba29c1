//! A provider as one row of data.

mod coverage;
mod signatures;

use alloc::borrow::Cow;
use core::time::Duration;

pub use coverage::{BodyCoverage, Coverage};
pub(crate) use signatures::{MAX_CANDIDATES, Signatures, TAG_LEN, Tag};

/// How one provider signs: one opaque row that [`Verifier`](crate::Verifier) and [`Signer`](crate::Signer) interpret.
///
/// ```
/// use webhook_verify::{GitHub, StandardWebhooks};
/// assert_eq!(StandardWebhooks::SCHEME.name(), "standard-webhooks");
/// // GitHub signs nothing but the body: a replay cannot be told by its age.
/// assert!(!GitHub::SCHEME.coverage().timestamp);
/// ```
#[derive(Clone, Debug)]
pub struct Scheme {
    pub(crate) name: Cow<'static, str>,
    pub(crate) signature: SignatureHeader,
    pub(crate) key: KeyFormat,
    pub(crate) content: Cow<'static, [Part]>,
    pub(crate) timestamp: Option<Field>,
    pub(crate) id: Option<Field>,
    pub(crate) event_type: Option<Field>,
    pub(crate) identity: IdentityRule,
    pub(crate) body_limit: usize,
    pub(crate) ack_deadline: Option<Duration>,
    pub(crate) resend_horizon: Option<Duration>,
}

/// Where the signatures are and how they are written.
#[derive(Clone, Debug)]
pub(crate) struct SignatureHeader {
    pub(crate) header: Cow<'static, str>,
    pub(crate) syntax: Syntax,
    pub(crate) encoding: Encoding,
}

/// The grammar of a signature header.
#[derive(Clone, Debug)]
pub(crate) enum Syntax {
    /// Items like `v1=abc`, of which those with `signature_key` are signatures.
    Items {
        separator: u8,
        assign: u8,
        signature_key: Cow<'static, str>,
    },
    /// One signature behind a prefix, which may be empty.
    Single { prefix: Cow<'static, str> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Base64,
    Hex,
}

/// How the key is made from the text that the user copies.
#[derive(Clone, Debug)]
pub(crate) enum KeyFormat {
    /// Base64 behind an optional prefix.
    Base64 { prefix: Cow<'static, str> },
    /// The bytes of the text itself.
    Text,
}

/// A piece of the signed content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Body,
    Id,
    Literal(Cow<'static, str>),
    Timestamp,
}

/// Where a value is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// The value of a header.
    Header(Cow<'static, str>),
    /// An item of the signature header.
    Item(Cow<'static, str>),
    /// A member of the JSON body, as the names on the way to it.
    Json(Cow<'static, [Cow<'static, str>]>),
}

/// What makes two deliveries the same event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentityRule {
    /// A digest over the body and the event type: nothing that names the event is signed.
    Digest,
    /// The signed id.
    SignedId,
}

impl Scheme {
    /// The name that stored events, logs and metrics carry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a valid signature covers.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let body = match self.covers(&Part::Body) {
            true => BodyCoverage::Whole,
            false => BodyCoverage::None,
        };
        Coverage {
            body,
            timestamp: self.covers(&Part::Timestamp),
            id: self.id.as_ref().is_some_and(|id| self.signs(id, &Part::Id)),
        }
    }

    /// The longest body that a verifier takes unless told otherwise, in bytes.
    #[must_use]
    pub const fn body_limit(&self) -> usize {
        self.body_limit
    }

    /// How long the provider waits for an answer, where it says so.
    #[must_use]
    pub const fn ack_deadline(&self) -> Option<Duration> {
        self.ack_deadline
    }

    /// How long after an event the provider may still send it again, by itself or by hand, where it says so.
    #[must_use]
    pub const fn resend_horizon(&self) -> Option<Duration> {
        self.resend_horizon
    }

    fn covers(&self, part: &Part) -> bool {
        self.content.contains(part)
    }

    /// Whether a value was under the signature: as a part of the content, or as a member of a covered body.
    pub(crate) fn signs(&self, field: &Field, part: &Part) -> bool {
        match field {
            Field::Json(_) => self.covers(&Part::Body),
            Field::Header(_) | Field::Item(_) => self.covers(part),
        }
    }

    /// The text that follows a part in the content, which that part must therefore not contain.
    pub(crate) fn separator_after(&self, part: &Part) -> Option<&str> {
        let at = self.content.iter().position(|other| other == part)?;
        match self.content.get(at + 1)? {
            Part::Literal(text) => Some(text),
            _ => None,
        }
    }
}
