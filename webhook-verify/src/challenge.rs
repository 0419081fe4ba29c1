//! Handshakes: what a provider asks an endpoint before, or between, its events.
//!
//! An answer is made only of what was asked, limited in length and in its characters, so that no browser takes it for a
//! page and no header ends early. Where the question is signed it is verified like an event, before anything is answered.
//! Where the answer is signed with the key of the events, what may be signed is so narrow that no event can hide in it.

mod answer;
mod by_body;
mod by_head;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

pub use answer::{Challenge, ChallengeError};

use crate::body::Body;
use crate::parsed::form;
use crate::verified::Verified;
use crate::verifier::Verifier;

/// How a provider asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// By an event that is signed like all others: the member of that path must have that value, and the answer is the
    /// text of another, as text.
    EchoMember {
        path: &'static [&'static str],
        value: &'static str,
        answer: &'static [&'static str],
    },
    /// As [`Handshake::EchoMember`], answered with one member in JSON.
    EchoMemberAsJson {
        path: &'static [&'static str],
        value: &'static str,
        answer: &'static [&'static str],
        name: &'static str,
    },
    /// By a signed ping, which interactions and webhook events number differently.
    #[cfg_attr(
        not(feature = "ed25519"),
        expect(dead_code, reason = "its row is a feature")
    )]
    Discord,
    /// By an event that is signed like all others, with a URL in it to be fetched.
    Sns,
    /// By an event that is signed like all others, to which the answer has a MAC of a short text in it.
    Zoom,
    /// By `GET` (or `POST` where Graph asks) with this parameter in the query, which is the answer.
    EchoQuery {
        method: &'static str,
        name: &'static str,
    },
    /// As [`Handshake::EchoQuery`], if another parameter is the token that the user chose.
    EchoQueryWithToken {
        name: &'static str,
        token: &'static str,
    },
    /// By `GET` with a header whose value is answered in JSON.
    EchoHeaderAsJson {
        header: &'static str,
        name: &'static str,
    },
    /// By `GET` with a token in the query, of which the answer has a MAC under the key of the events.
    X,
    /// By `GET` with a number in the query, of which the answer has a MAC under the key of the events.
    Braintree,
    /// By `OPTIONS`, as the web hooks of CloudEvents ask for consent.
    Consent,
    /// By `HEAD` or a plain `GET`, which only asks whether somebody is there.
    Head,
}

/// What came of a verified request.
#[derive(Debug)]
#[must_use]
// Nearly all of them are events, which a box would cost an allocation each.
#[expect(clippy::large_enum_variant)]
pub enum Judged<B: Body> {
    /// An event.
    Event(Verified<B>),
    /// A question that is signed like an event. Answer it, and store nothing.
    Challenge(Challenge),
    /// A question that is answered by a `GET` of this URL, which was signed and is on a host of the provider's; answer the
    /// request itself with 200. Store nothing.
    Visit(String),
}

impl Verifier {
    /// The answer to a request that is no event, from its head alone: to a `GET`, a `HEAD` or an `OPTIONS`, or to a `POST`
    /// that a provider asks with. `None` if the provider does not ask like this; then treat the request as any other.
    ///
    /// `target` is the path and query of the request.
    ///
    /// ```
    /// use webhook_verify::{Dropbox, Verifier};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let dropbox: Verifier = Dropbox::new("not-a-real-secret")?.into();
    /// let none: [(&str, &str); 0] = [];
    /// let answer = dropbox.challenge("GET", "/hook?challenge=abc123", none).unwrap()?;
    /// assert_eq!((answer.status(), answer.body()), (200, &b"abc123"[..]));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ChallengeError`] if the question is not one that may be answered; answer with its status and an empty body.
    pub fn challenge<K, V>(
        &self,
        method: &str,
        target: &str,
        headers: impl IntoIterator<Item = (K, V)>,
    ) -> Option<Result<Challenge, ChallengeError>>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let asks = self.scheme().handshakes;
        if asks.is_empty() {
            return None;
        }
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let question = by_head::Question::new(method, query, headers);
        asks.iter()
            .find_map(|handshake| question.answer(*handshake, self))
    }

    /// Tells a signed question from an event. Cheap where the provider asks no such questions.
    ///
    /// # Errors
    /// [`ChallengeError`] if it is a question that may not be answered; answer with its status and an empty body.
    pub fn classify<B: Body>(&self, verified: Verified<B>) -> Result<Judged<B>, ChallengeError> {
        for handshake in self.scheme().handshakes {
            if *handshake == Handshake::Sns
                && let Some(url) = by_body::visit(verified.body())
            {
                return url.map(Judged::Visit);
            }
            let answer = by_body::answer(*handshake, self, verified.body(), verified.received_at());
            if let Some(answer) = answer {
                return answer.map(Judged::Challenge);
            }
        }
        Ok(Judged::Event(verified))
    }
}

/// The one value of a parameter in a query; nothing if it is not there, or there twice.
fn parameter<'q>(query: &'q str, name: &str) -> Option<Cow<'q, str>> {
    let fields = form::fields(query.as_bytes()).ok()?;
    let mut values = fields
        .into_iter()
        .filter(|(other, _)| **other == *name.as_bytes());
    let (Some((_, value)), None) = (values.next(), values.next()) else {
        return None;
    };
    match value {
        Cow::Borrowed(value) => core::str::from_utf8(value).ok().map(Cow::Borrowed),
        Cow::Owned(value) => String::from_utf8(value).ok().map(Cow::Owned),
    }
}

/// The only header of the question that matters, if it is there once.
fn only<'h>(headers: &'h [(String, Vec<u8>)], name: &str) -> Option<&'h str> {
    let mut values = headers
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name));
    match (values.next(), values.next()) {
        (Some((_, value)), None) => core::str::from_utf8(value).ok(),
        _ => None,
    }
}
