//! Mailchimp Transactional, which was Mandrill: the URL, and one field of a form.

use alloc::borrow::Cow;

use base64ct::{Base64, Encoding as _};

use super::judge::pieces;
use super::{Algorithm, Check, Claims, Outgoing, Request, Rules, SignedRequest, base64_tag, form};
use crate::error::{SignError, VerifyError};

const SIGNATURE: &str = "x-mandrill-signature";
const EVENTS: &str = "mandrill_events";

pub(crate) static MANDRILL: Mandrill = Mandrill;

#[derive(Debug)]
pub(crate) struct Mandrill;

impl Rules for Mandrill {
    fn algorithm(&self) -> &'static str {
        "HMAC-SHA1"
    }

    fn headers(&self) -> &'static [&'static str] {
        &[SIGNATURE]
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let signature = request.header(SIGNATURE)?;
        let events = events(request.body)?;
        let check = Check {
            content: alloc::vec![
                request.url.as_bytes().into(),
                EVENTS.as_bytes().into(),
                events.clone(),
            ],
            variant: None,
            candidates: base64_tag(signature, Algorithm::HmacSha1.tag_len())
                .into_iter()
                .collect(),
        };
        Ok(Claims {
            document: Some(events),
            ..Claims::one(Algorithm::HmacSha1, check)
        })
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        let content = pieces([message.url()?.as_bytes(), EVENTS.as_bytes(), message.body]);
        let tag = message.hmac(Algorithm::HmacSha1, &content);
        let body = [EVENTS, "=", &form::encode(message.body)].concat();
        Ok(SignedRequest {
            body: Some(body.into_bytes()),
            ..SignedRequest::header(SIGNATURE, Base64::encode_string(&tag))
        })
    }
}

/// The events, which must be the only field: names and values run together under the signature, so that with a second
/// field somebody who holds one signed request could shift the border between the two.
fn events(body: &[u8]) -> Result<Cow<'_, [u8]>, VerifyError> {
    let mut fields = form::fields(body)?;
    match (fields.pop(), fields.pop()) {
        (Some((name, value)), None) if *name == *EVENTS.as_bytes() => Ok(value),
        _ => Err(VerifyError::MalformedBody),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_are_the_only_field() {
        assert_eq!(&*events(b"mandrill_events=%5B%5D").unwrap(), b"[]");
        for body in [
            "",
            "mandrill_event=[]",
            "mandrill_events=[]&a=1",
            "m=andrill_events[&mandrill_events=]",
            "mandrill_events=[]&mandrill_events=[]",
        ] {
            assert_eq!(
                events(body.as_bytes()),
                Err(VerifyError::MalformedBody),
                "{body}"
            );
        }
    }
}
