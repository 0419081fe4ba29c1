//! Twilio: the URL and the sorted fields of a form, or the URL with a hash of the body in it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256};

use super::form::{self, Field};
use super::public_url::{other_port, with_query, without_fragment};
use super::{
    Algorithm, Check, Claims, METHOD, Outgoing, PATH, Pieces, Request, Rules, SignedRequest,
    base64_tag,
};
use crate::error::{SignError, VerifyError};
use crate::settings::Setting;

const SIGNATURE: &str = "x-twilio-signature";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";
const SHA256_SETTING: &[u8] = b"HMAC_SHA256";
const BODY_HASH: &[u8] = b"bodySHA256";

pub(crate) static TWILIO: Twilio = Twilio {
    body: Kind::Form,
    algorithm: Algorithm::HmacSha1,
};
pub(crate) static TWILIO_JSON: Twilio = Twilio {
    body: Kind::HashInUrl,
    algorithm: Algorithm::HmacSha1,
};
pub(crate) static TWILIO_SHA256: Twilio = Twilio {
    body: Kind::Form,
    algorithm: Algorithm::HmacSha256,
};
pub(crate) static TWILIO_JSON_SHA256: Twilio = Twilio {
    body: Kind::HashInUrl,
    algorithm: Algorithm::HmacSha256,
};

#[derive(Debug)]
pub(crate) struct Twilio {
    body: Kind,
    algorithm: Algorithm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Form,
    HashInUrl,
}

impl Rules for Twilio {
    fn algorithm(&self) -> &'static str {
        match self.algorithm {
            Algorithm::HmacSha1 => "HMAC-SHA1",
            _ => "HMAC-SHA256",
        }
    }

    fn headers(&self) -> &'static [&'static str] {
        &[SIGNATURE, SETTINGS, METHOD, PATH]
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let signature = request.header(SIGNATURE)?;
        if self.algorithm == Algorithm::HmacSha256 {
            check_settings(request.header(SETTINGS)?)?;
        }
        let (url, fields, digests) = match self.body {
            Kind::Form => {
                let url = match request.optional(METHOD) {
                    // Without a body there is nothing to sign but the query.
                    Some(b"GET") => with_query(request.url, target(request)?),
                    _ => Cow::Borrowed(without_fragment(request.url)),
                };
                (url, sorted(form::fields(request.body)?), Vec::new())
            }
            Kind::HashInUrl => {
                let target = target(request)?;
                let signed = body_hash(target)?;
                let found = Sha256::digest(request.body).into();
                let url = with_query(request.url, target);
                (url, Vec::new(), alloc::vec![(signed, found)])
            }
        };
        let behind = |url: String| {
            let mut pieces: Pieces<'a> = alloc::vec![url.into_bytes().into()];
            pieces.extend(fields.iter().cloned());
            pieces
        };
        let check = Check {
            variant: other_port(&url).map(behind),
            content: behind(url.into_owned()),
            candidates: base64_tag(signature, self.algorithm.tag_len())
                .into_iter()
                .collect(),
        };
        Ok(Claims {
            digests,
            ..Claims::one(self.algorithm, check)
        })
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        let url = without_fragment(message.url()?);
        let (url, content, changed) = match self.body {
            Kind::Form => {
                let fields = form::fields(message.body).map_err(|_| SignError::Body)?;
                (Cow::Borrowed(url), sorted(fields), None)
            }
            Kind::HashInUrl => {
                let hash = base16ct::lower::encode_string(&Sha256::digest(message.body));
                let mark = if url.contains('?') { '&' } else { '?' };
                let url = alloc::format!("{url}{mark}bodySHA256={hash}");
                (Cow::Owned(url.clone()), Vec::new(), Some(url))
            }
        };
        let mut pieces: Pieces<'_> = alloc::vec![url.as_bytes().into()];
        pieces.extend(content);
        let tag = message.hmac(self.algorithm, &pieces);
        let mut signed = SignedRequest::header(SIGNATURE, Base64::encode_string(&tag));
        if self.algorithm == Algorithm::HmacSha256 {
            let key = message
                .settings
                .get(Setting::KeyId)
                .unwrap_or("webhooks_sharedkey");
            signed = signed.and(SETTINGS, alloc::format!("key={key},algorithm=HMAC_SHA256"));
        }
        signed.url = changed;
        Ok(signed)
    }
}

fn target<'r>(request: &'r Request<'_>) -> Result<&'r str, VerifyError> {
    core::str::from_utf8(request.header(PATH)?).map_err(|_| Request::malformed(PATH))
}

/// The algorithm is the row's. What the header names must be that one, so that a request under another is told apart
/// from a forged one.
fn check_settings(value: &[u8]) -> Result<(), VerifyError> {
    let mut named = value.split(|byte| *byte == b',').filter_map(|item| {
        let item = item.trim_ascii();
        item.strip_prefix(b"algorithm=")
    });
    match (named.next(), named.next()) {
        (Some(SHA256_SETTING), None) => Ok(()),
        _ => Err(Request::malformed(SETTINGS)),
    }
}

/// Names and values, the names in the order of their bytes; a name's values without repeats, in the same order.
fn sorted(mut fields: Vec<Field<'_>>) -> Pieces<'_> {
    fields.sort_unstable();
    fields.dedup();
    fields
        .into_iter()
        .flat_map(|(name, value)| [name, value])
        .collect()
}

/// The hash of the body that the query carries, once.
fn body_hash(target: &str) -> Result<[u8; 32], VerifyError> {
    let (_, query) = target.split_once('?').unwrap_or_default();
    let mut values = query
        .as_bytes()
        .split(|byte| *byte == b'&')
        .filter_map(|item| {
            let at = item.iter().position(|byte| *byte == b'=')?;
            let (name, value) = item.split_at(at);
            (name == BODY_HASH).then(|| value.get(1..).unwrap_or_default())
        });
    let (Some(hex), None) = (values.next(), values.next()) else {
        return Err(Request::malformed(PATH));
    };
    let mut hash = [0; 32];
    match base16ct::mixed::decode(hex, &mut hash) {
        Ok(decoded) if decoded.len() == 32 => Ok(hash),
        _ => Err(Request::malformed(PATH)),
    }
}

#[cfg(test)]
fn text(pieces: &Pieces<'_>) -> String {
    pieces
        .iter()
        .map(|piece| String::from_utf8_lossy(piece))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_signed_in_the_order_of_their_names_and_a_value_only_once() {
        let of = |body: &str| text(&sorted(form::fields(body.as_bytes()).unwrap()));
        assert_eq!(
            of("Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"),
            "Digits1234Digits5678SidCA123SidAccountAC123"
        );
        assert_eq!(of("b=2&a=%C3%A9+x&B=1"), "B1aé xb2");
    }

    #[test]
    fn the_hash_of_the_body_stands_in_the_query_once() {
        let hex = "0A1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
        let of = |query: &str| body_hash(&alloc::format!("/myapp.php{query}")).is_ok();
        assert!(of(&alloc::format!("?foo=1&bodySHA256={hex}")));
        assert!(!of(&alloc::format!("?bodySHA256={hex}&bodySHA256={hex}")));
        assert!(!of(&alloc::format!("?bodysha256={hex}")));
        assert!(!of(&alloc::format!("?bodySHA256={}", &hex[2..])));
        assert!(!of("?bodySHA256="));
        assert!(!of(""));
    }

    #[test]
    fn the_algorithm_is_named_once_and_is_the_one_of_the_row() {
        for good in ["key=k,algorithm=HMAC_SHA256", "algorithm=HMAC_SHA256"] {
            assert!(check_settings(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "key=k",
            "algorithm=HMAC_SHA1",
            "algorithm=none",
            "algorithm=HMAC_SHA256,algorithm=HMAC_SHA1",
            "algorithm=hmac_sha256",
        ] {
            assert!(check_settings(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
