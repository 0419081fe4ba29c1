//! A request as both sides are given it.

use webhook_verify::{Clock, Message, SignedHeaders, SystemClock, UnixTime};

use crate::schemes::Row;

/// What a receiver has before it decides.
#[derive(Clone, Debug)]
pub struct Request {
    /// The secret that the receiver is configured with.
    pub secret: String,
    /// The headers; a name may be there twice.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// When it was received.
    pub now: UnixTime,
}

/// The time. Not every SDK can be told one, so requests are signed and received at the real one.
#[must_use]
pub fn now() -> UnixTime {
    SystemClock.now()
}

impl Request {
    /// Our verdict: `accept`, the reason of the refusal, or `config` if the secret cannot be used at all.
    #[must_use]
    pub fn our_verdict(&self, row: &Row) -> &'static str {
        let Ok(verifier) = (row.verifier)(&self.secret) else {
            return "config";
        };
        let headers = self.headers.iter().map(|(name, value)| (name, value));
        match verifier.verify_at(headers, &*self.body, self.now) {
            Ok(_) => "accept",
            Err(error) => error.reason(),
        }
    }

    /// The value of a header.
    pub fn header(&mut self, name: &str) -> &mut String {
        let found = self.headers.iter_mut().find(|(other, _)| other == name);
        &mut found.unwrap().1
    }
}

/// The headers that our signer makes for a message.
#[must_use]
pub fn sign(row: &Row, secret: &str, message: &Message<'_>) -> Vec<(String, String)> {
    let message = match row.url {
        Some(url) => message.url(url),
        None => *message,
    };
    let signed: SignedHeaders = (row.signer)(secret).unwrap().sign(&message).unwrap();
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    signed.iter().map(owned).collect()
}
