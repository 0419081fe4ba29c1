//! Errors, by whose fault they are.

use alloc::boxed::Box;
use alloc::string::String;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use crate::key_source::KeyRequest;
use crate::settings::Setting;
use crate::time::UnixTime;

/// The program's own configuration is wrong. Comes from constructors only, never from a request.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The body limit is zero.
    BodyLimit,
    /// A custom scheme does not fit together.
    CustomScheme {
        /// The scheme.
        name: String,
        /// The field of its description: `content`.
        field: &'static str,
        /// What to change.
        problem: &'static str,
    },
    /// The scheme needs to know something that it was not told.
    MissingSetting {
        /// The scheme.
        scheme: String,
        /// What it needs.
        setting: Setting,
    },
    /// This target has no system clock and none was given.
    NoClock,
    /// The scheme's keys must be fetched, and no source of keys was given.
    NoKeySource {
        /// The scheme.
        scheme: String,
    },
    /// No secret was given.
    NoSecret,
    /// The scheme signs the URL that the provider was given, and none was given here.
    NoUrl {
        /// The scheme.
        scheme: String,
    },
    /// A signing secret cannot be used.
    Secret {
        /// Where it came from, as words for a sentence: `the environment variable STRIPE_WEBHOOK_SECRET`.
        origin: String,
        /// What is wrong with it.
        problem: SecretProblem,
    },
    /// Two secrets of one set have the same label.
    SecretLabel {
        /// The label.
        label: String,
    },
    /// The tolerance is zero or longer than a day.
    Tolerance,
    /// The program has made too many different custom schemes.
    TooManySchemes,
    /// The scheme does not authenticate the whole body.
    UncoveredBody {
        /// The scheme.
        scheme: String,
    },
    /// No secret of the set has this label.
    UnknownLabel {
        /// The label.
        label: String,
    },
    /// A secret's validity ends before it begins.
    Validity {
        /// The label of the secret.
        label: String,
    },
}

/// What is wrong with a signing secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretProblem {
    /// It has no bytes, or nothing but white space.
    Empty,
    /// It is not a key of the form that this scheme has.
    NotAKey,
    /// It should be base64 and is not.
    NotBase64,
    /// It should be hexadecimal digits and is not.
    NotHex,
    /// There is no such variable or file.
    NotFound,
    /// It is the sender's private key.
    PrivateKey,
    /// It is a public key, which everybody knows.
    PublicKey,
    /// It decodes to fewer than 16 bytes.
    TooShort,
    /// It is there but cannot be read, or is not text.
    Unreadable,
    /// It begins or ends with white space.
    WhiteSpace,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyLimit => f.write_str("the body limit is zero; give at least one byte"),
            Self::CustomScheme {
                name,
                field,
                problem,
            } => write!(f, "the field {field} of the scheme {name} {problem}"),
            Self::MissingSetting { scheme, setting } => write!(
                f,
                "the scheme {scheme} needs to know its {setting}; give it with setting(..)"
            ),
            Self::NoClock => {
                f.write_str("this target has no system clock; give the builder one with clock(..)")
            }
            Self::NoSecret => {
                f.write_str("no signing secret was given; add one with secret(label, secret)")
            }
            Self::NoKeySource { scheme } => write!(
                f,
                "the keys of the scheme {scheme} must be fetched; give the builder a KeyCache with key_source(..)"
            ),
            Self::NoUrl { scheme } => write!(
                f,
                "the scheme {scheme} signs the URL that the provider was given; give the same one with public_url(..)"
            ),
            Self::Secret { origin, problem } => write!(f, "{origin} {problem}"),
            Self::SecretLabel { label } => {
                write!(
                    f,
                    "two signing secrets have the label {label:?}; give each its own"
                )
            }
            Self::Tolerance => {
                f.write_str("the tolerance must be more than zero and at most one day")
            }
            Self::TooManySchemes => f.write_str(
                "the different custom schemes of this program take more than a mebibyte; make each once and share it",
            ),
            Self::UncoveredBody { scheme } => write!(
                f,
                "the scheme {scheme} does not authenticate the whole body; name accept_uncovered_body(..) if you accept that"
            ),
            Self::UnknownLabel { label } => write!(
                f,
                "no signing secret has the label {label:?}; add the secret before you limit it in time"
            ),
            Self::Validity { label } => write!(
                f,
                "the signing secret {label:?} is valid until a time before it begins to be; swap the two"
            ),
        }
    }
}

impl fmt::Display for SecretProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty; set it to the signing secret that the provider shows for this endpoint",
            Self::NotBase64 => "is not base64 after its prefix; copy the whole text again, beginning with whsec_",
            Self::NotAKey => "is not a usable key of this scheme; copy the whole key again, with its prefix if it has one",
            Self::PrivateKey => "is the sender's private key; give the receiver the public one",
            Self::NotHex => "is not an even number of hexadecimal digits; copy the whole text again",
            Self::NotFound => "does not exist; set it to the signing secret that the provider shows for this endpoint",
            Self::PublicKey => "is a public or asymmetric key; this scheme needs the shared signing secret",
            Self::TooShort => "is shorter than 16 bytes once decoded; copy the whole text or create a new secret",
            Self::Unreadable => "cannot be read as text; check its permissions and its encoding",
            Self::WhiteSpace => "begins or ends with white space; remove it",
        })
    }
}

/// The same as `Display`: a `main` that returns this error shows its user the sentence.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {}

impl From<core::convert::Infallible> for ConfigError {
    fn from(never: core::convert::Infallible) -> Self {
        match never {}
    }
}

/// The request is refused: its sender is not who it must be, or what it sent makes no sense.
///
/// Meant for logs and metrics; the peer sees [`VerifyError::status`] and an empty body. It holds header names and
/// numbers, never a secret, a signature or a body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The body is longer than the limit.
    BodyTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The public key is not here yet. Whoever fetches keys may get this one; the sender comes again.
    KeyNotFetched {
        /// Which key.
        request: Box<KeyRequest>,
    },
    /// The scheme keeps its signature in the body, and the body does not have it where it must be.
    MalformedBody,
    /// A header that the scheme needs is not of the form that the scheme gives it.
    MalformedHeader {
        /// Which header.
        header: String,
    },
    /// The time is not a plain number of seconds or milliseconds.
    MalformedTimestamp,
    /// A header that the scheme needs is not there.
    MissingHeader {
        /// Which header.
        header: String,
    },
    /// Every secret is outside its validity. Nobody can be let in, and it is the receiver's operator who must act.
    NoActiveSecret,
    /// The signature header holds no signature of the kind that the scheme names.
    NoSignature {
        /// Which header.
        header: String,
    },
    /// A header that the scheme needs is longer than the limit.
    OversizeHeader {
        /// Which header.
        header: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// A header that the scheme needs is there more than once.
    RepeatedHeader {
        /// Which header.
        header: String,
    },
    /// No signature matches under any of the secrets.
    SignatureMismatch,
    /// The signed time is too far in the future.
    TimestampInFuture {
        /// The signed time.
        signed_at: UnixTime,
        /// When the request came.
        received_at: UnixTime,
        /// How far the two may be apart.
        tolerance: Duration,
    },
    /// The signed time is too long ago.
    TimestampTooOld {
        /// The signed time.
        signed_at: UnixTime,
        /// When the request came.
        received_at: UnixTime,
        /// How far the two may be apart.
        tolerance: Duration,
    },
    /// The signature header holds more signatures than the scheme allows.
    TooManySignatures {
        /// The limit.
        limit: usize,
    },
    /// The public key is none of the provider's, or not at this time; or the URL of it is not on the provider's hosts.
    UnknownKey,
    /// A token says that it was made by or for somebody else.
    WrongParty {
        /// The claim that says so.
        claim: &'static str,
    },
}

impl VerifyError {
    /// The one mapping from a refusal to an HTTP status: 401 for every failure of authenticity, 400 for what cannot be
    /// read, 413 for a body over the limit, and 503 where a public key must be fetched first.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::MissingHeader { .. }
            | Self::NoActiveSecret
            | Self::NoSignature { .. }
            | Self::SignatureMismatch
            | Self::TimestampInFuture { .. }
            | Self::TimestampTooOld { .. }
            | Self::UnknownKey
            | Self::WrongParty { .. } => 401,
            Self::KeyNotFetched { .. } => 503,
            Self::MalformedBody
            | Self::MalformedHeader { .. }
            | Self::MalformedTimestamp
            | Self::OversizeHeader { .. }
            | Self::RepeatedHeader { .. }
            | Self::TooManySignatures { .. } => 400,
            Self::BodyTooLarge { .. } => 413,
        }
    }

    /// A short name for logs and metric labels; there are as many as there are variants.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::KeyNotFetched { .. } => "key_not_fetched",
            Self::MalformedBody => "malformed_body",
            Self::MalformedHeader { .. } => "malformed_header",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::MissingHeader { .. } => "missing_header",
            Self::NoActiveSecret => "no_active_secret",
            Self::NoSignature { .. } => "no_signature",
            Self::OversizeHeader { .. } => "oversize_header",
            Self::RepeatedHeader { .. } => "repeated_header",
            Self::SignatureMismatch => "signature_mismatch",
            Self::TimestampInFuture { .. } => "timestamp_in_future",
            Self::TimestampTooOld { .. } => "timestamp_too_old",
            Self::TooManySignatures { .. } => "too_many_signatures",
            Self::UnknownKey => "unknown_key",
            Self::WrongParty { .. } => "wrong_party",
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyTooLarge { limit } => write!(f, "the body is longer than {limit} bytes"),
            Self::KeyNotFetched { request } => write!(f, "{request} has not been fetched yet"),
            Self::MalformedBody => {
                f.write_str("the body does not have its signature where the scheme keeps it")
            }
            Self::MalformedHeader { header } => write!(f, "the header {header} is malformed"),
            Self::MalformedTimestamp => f.write_str("the timestamp is not a plain number"),
            Self::MissingHeader { header } => write!(f, "the header {header} is missing"),
            Self::NoActiveSecret => f.write_str("no signing secret is valid at this time"),
            Self::NoSignature { header } => write!(
                f,
                "the header {header} holds no signature of the expected kind"
            ),
            Self::OversizeHeader { header, limit } => {
                write!(f, "the header {header} is longer than {limit} bytes")
            }
            Self::RepeatedHeader { header } => {
                write!(f, "the header {header} is there more than once")
            }
            Self::SignatureMismatch => f.write_str("no signature matches under any secret"),
            Self::TimestampInFuture {
                signed_at,
                received_at,
                tolerance,
            } => write!(
                f,
                "the signed time {signed_at} is more than {} s after {received_at}",
                tolerance.as_secs()
            ),
            Self::TimestampTooOld {
                signed_at,
                received_at,
                tolerance,
            } => write!(
                f,
                "the signed time {signed_at} is more than {} s before {received_at}",
                tolerance.as_secs()
            ),
            Self::TooManySignatures { limit } => {
                write!(f, "there are more than {limit} signatures")
            }
            Self::UnknownKey => {
                f.write_str("the public key is none of the provider's at this time")
            }
            Self::WrongParty { claim } => write!(f, "the token's {claim} names somebody else"),
        }
    }
}

impl Error for VerifyError {}

/// A message cannot be signed as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The body is not of the form that the scheme signs.
    Body,
    /// The id is empty, too long, or has characters that the scheme cannot carry.
    InvalidId,
    /// The event type has characters that a header cannot carry.
    InvalidType,
    /// The scheme puts its signature into the body, which a signer does not write.
    InBody,
    /// The private key cannot sign, or this system has no randomness for it.
    Key,
    /// The scheme signs an id and the message has none.
    MissingId,
    /// The message has no time and this target has no system clock.
    MissingTime,
    /// Every secret of the signer is outside its validity at the time of the message.
    NoActiveSecret,
    /// The scheme needs to know something that the signer was not told.
    MissingSetting(Setting),
    /// The scheme signs the URL that the message goes to, and the message has none.
    MissingUrl,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingSetting(setting) => {
                return write!(f, "the scheme needs to know its {setting}; give it with setting(..)");
            }
            Self::Body => "the body is not of the form that the scheme signs",
            Self::InvalidId => {
                "the id must have 1 to 256 visible ASCII characters and no separator of the scheme"
            }
            Self::InvalidType => "the event type must have 1 to 256 visible ASCII characters",
            Self::InBody => {
                "the scheme keeps its signature in the body or the URL; sign such messages with sign_request(..)"
            }
            Self::Key => "the private key cannot sign; give it as PKCS#8",
            Self::MissingId => "the scheme signs an id; give the message one with id(..)",
            Self::MissingUrl => {
                "the scheme signs the URL; give the message the one it goes to with url(..)"
            }
            Self::NoActiveSecret => {
                "no signing secret is valid at the time of the message; give the signer one that is"
            }
            Self::MissingTime => {
                "this target has no system clock; give the message a time with at(..)"
            }
        })
    }
}

impl Error for SignError {}
