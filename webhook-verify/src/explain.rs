//! Why a request was refused, for the person who has to find out. Never on the request path.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::error::VerifyError;
use crate::providers::schemes;
use crate::respell;
use crate::scheme::{KeyFormat, Scheme};
use crate::time::UnixTime;
use crate::verifier::Verifier;

/// What a refused request most likely suffers from.
///
/// For a terminal or a log at debug level: it names headers and labels, never a secret or a signature. Do not send it to
/// the peer, since it says more than a stranger should know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The verdict itself.
    pub verdict: Result<(), VerifyError>,
    /// What was found by trying, the likeliest first. Empty if the request is good.
    pub hints: Vec<Hint>,
}

/// A mistake that explains a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// The body was changed between the sender and here.
    Body {
        /// What would make it verify: `with a line break at its end`.
        verifies: &'static str,
    },
    /// The sender's clock and this one differ, or the request is a replay.
    Clock {
        /// By how much.
        off_by: Duration,
    },
    /// The request has the headers of another scheme.
    Headers {
        /// Its name.
        scheme: &'static str,
        /// The header that it has.
        header: &'static str,
    },
    /// The request verifies under another scheme with the same secret.
    Scheme {
        /// Its name.
        scheme: &'static str,
    },
    /// The secret is right, but this scheme makes another key of it than the sender did.
    SecretForm {
        /// The label of the secret.
        label: String,
        /// What the sender took it for: `base64`.
        sender_took_it_for: &'static str,
    },
    /// The request verifies under a secret that is outside its validity.
    SecretInactive {
        /// The label of the secret.
        label: String,
    },
    /// Nothing that was tried makes it verify: most likely the secret is of another endpoint, account or mode.
    SecretOfAnother,
    /// The request has no signature of any scheme that this crate knows.
    Unsigned,
    /// The URL differs from the one that the sender signed.
    Url {
        /// The URL under which it verifies.
        verifies: String,
    },
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body { verifies } => write!(
                f,
                "the body was changed on its way here: it verifies {verifies}; hand the bytes on as they came, before \
                 anything parses, decompresses or prints them again"
            ),
            Self::Clock { off_by } => write!(
                f,
                "the signed time and the clock here are {} s apart; set the clock, or it is an old request sent again",
                off_by.as_secs()
            ),
            Self::Headers { scheme, header } => {
                write!(f, "the request has the header {header}; it may be of the scheme {scheme}")
            }
            Self::Scheme { scheme } => write!(f, "the request verifies under the scheme {scheme}; use that one"),
            Self::SecretForm { label, sender_took_it_for } => write!(
                f,
                "it verifies if the secret {label:?} is taken for {sender_took_it_for}; the sender makes its key in \
                 another way than this scheme does"
            ),
            Self::SecretInactive { label } => write!(
                f,
                "it verifies under the secret {label:?}, which is outside its validity; the sender has not changed to \
                 the next one yet, or has already, or the clock is wrong"
            ),
            Self::SecretOfAnother => f.write_str(
                "nothing that was tried makes it verify; the secret may be of another endpoint, account or mode (test \
                 or live), or the body was changed beyond recognition",
            ),
            Self::Unsigned => f.write_str(
                "the request has no signature; many senders sign only once a secret is set on their side, and some \
                 proxies drop headers",
            ),
            Self::Url { verifies } => {
                write!(f, "it verifies for the URL {verifies}; give public_url(..) what the provider was given")
            }
        }
    }
}

type Headers = Vec<(String, Vec<u8>)>;

impl Verifier {
    /// Finds out what is most likely wrong with a request that was refused at that time, by trying what people get wrong
    /// most often. Costs dozens of verifications: never call it for strangers' requests.
    ///
    /// ```
    /// use webhook_verify::{GitHub, Hint, Message, UnixTime, Verifier};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let signed = GitHub::signer("not-a-real-secret")?.sign(&Message::new("{\"a\": 1}\n"))?;
    /// let github = Verifier::from(GitHub::new("not-a-real-secret")?);
    /// // Somebody trimmed the body before it came here.
    /// let explanation = github.explain(&signed, b"{\"a\": 1}", UnixTime::from_secs(1_700_000_000));
    /// assert_eq!(explanation.hints, [Hint::Body { verifies: "with a line break at its end" }]);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn explain<K, V>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
        body: &[u8],
        received_at: UnixTime,
    ) -> Explanation
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let headers: Headers = headers
            .into_iter()
            .map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_vec()))
            .collect();
        let verdict = self
            .verify_at(by_reference(&headers), body, received_at)
            .map(|_| ());
        let hints = match &verdict {
            Ok(()) => Vec::new(),
            Err(VerifyError::MissingHeader { .. } | VerifyError::NoSignature { .. }) => {
                of_headers(self, &headers)
            }
            Err(
                VerifyError::TimestampInFuture {
                    signed_at,
                    received_at,
                    ..
                }
                | VerifyError::TimestampTooOld {
                    signed_at,
                    received_at,
                    ..
                },
            ) => alloc::vec![Hint::Clock {
                off_by: signed_at.abs_diff(*received_at)
            }],
            Err(VerifyError::SignatureMismatch | VerifyError::NoActiveSecret) => {
                of_content(self, &headers, body, received_at)
            }
            // These say what is wrong by themselves.
            Err(_) => Vec::new(),
        };
        Explanation { verdict, hints }
    }
}

fn by_reference(headers: &Headers) -> impl Iterator<Item = (&str, &[u8])> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
}

/// Which other schemes have their headers in the request.
fn of_headers(verifier: &Verifier, headers: &Headers) -> Vec<Hint> {
    let own = verifier.scheme().signature_headers();
    let mut hints: Vec<Hint> = Vec::new();
    for scheme in schemes() {
        for header in scheme
            .signature_headers()
            .iter()
            .filter(|header| !own.contains(header))
        {
            // Many schemes share a header such as Authorization; one of them is enough to look at.
            let known = hints
                .iter()
                .any(|hint| matches!(hint, Hint::Headers { header: other, .. } if other == header));
            if !known
                && headers
                    .iter()
                    .any(|(name, _)| name.eq_ignore_ascii_case(header))
            {
                hints.push(Hint::Headers {
                    scheme: scheme.name(),
                    header,
                });
            }
        }
    }
    if hints.is_empty() {
        hints.push(Hint::Unsigned);
    }
    hints
}

/// What would have to be different for the signature to match.
fn of_content(
    verifier: &Verifier,
    headers: &Headers,
    body: &[u8],
    received_at: UnixTime,
) -> Vec<Hint> {
    let verifies = |verifier: &Verifier, body: &[u8]| {
        verifier
            .verify_at(by_reference(headers), body, received_at)
            .ok()
            .map(|good| good.secret_label().to_owned())
    };
    let mut hints = Vec::new();
    let inactive = verifier.without_validity();
    hints.extend(
        inactive
            .and_then(|other| verifies(&other, body))
            .map(|label| Hint::SecretInactive { label }),
    );
    // The simplest change that explains it; the others are variations of it.
    let changed = respell::bodies(body)
        .into_iter()
        .find(|(_, other)| verifies(verifier, other).is_some());
    hints.extend(changed.map(|(how, _)| Hint::Body { verifies: how }));
    for url in respell::urls(verifier.public_url()) {
        if let Some(other) = verifier.like(*verifier.scheme(), &url)
            && verifies(&other, body).is_some()
        {
            hints.push(Hint::Url { verifies: url });
        }
    }
    let forms = [
        ("plain text", KeyFormat::Text),
        ("base64", KeyFormat::Base64 { prefix: "" }),
        (
            "base64 behind whsec_",
            KeyFormat::Base64 { prefix: "whsec_" },
        ),
        ("hexadecimal digits", KeyFormat::Hex),
    ];
    for (form, key) in forms {
        let scheme = Scheme {
            key,
            ..*verifier.scheme()
        };
        if let Some(label) = verifier
            .like(scheme, verifier.public_url())
            .and_then(|other| verifies(&other, body))
        {
            hints.push(Hint::SecretForm {
                label,
                sender_took_it_for: form,
            });
        }
    }
    for scheme in schemes()
        .iter()
        .filter(|scheme| scheme.name() != verifier.scheme().name())
    {
        // A token is no signature: that it matches says nothing about this body.
        let signs = scheme.coverage().body == crate::BodyCoverage::Whole;
        if signs
            && let Some(other) = verifier.like(*scheme, verifier.public_url())
            && verifies(&other, body).is_some()
        {
            hints.push(Hint::Scheme {
                scheme: scheme.name(),
            });
        }
    }
    if hints.is_empty() {
        hints.push(Hint::SecretOfAnother);
    }
    hints
}
