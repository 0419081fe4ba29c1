//! Braintree: two fields of a form, one of them base64 of XML, the other its signatures by public key.

use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use super::judge::pieces;
use super::{Algorithm, Check, Claims, Outgoing, Request, Rules, SignedRequest, form, hex_tag};
use crate::error::{ConfigError, SignError, VerifyError};
use crate::mac::Side;
use crate::scheme::KeyFormat;
use crate::secret::Secret;
use crate::settings::Setting;
use crate::text::Text;

const SIGNATURE: &str = "bt_signature";
const PAYLOAD: &str = "bt_payload";

/// The key pairs of one account that may sign one request.
const MAX_PAIRS: usize = 16;

pub(crate) static BRAINTREE: Braintree = Braintree;

#[derive(Debug)]
pub(crate) struct Braintree;

impl Rules for Braintree {
    fn algorithm(&self) -> &'static str {
        "HMAC-SHA1"
    }

    fn headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn settings(&self) -> &'static [Setting] {
        &[Setting::KeyId]
    }

    fn key(&self, secret: &Secret, _: Side) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        let text = crate::key_bytes::key_bytes(KeyFormat::Text, secret)?;
        Ok(Zeroizing::new(Sha1::digest(&*text).to_vec()))
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let fields = form::fields(request.body)?;
        // Whatever else stands in the form is signed by nobody.
        if fields.len() > 2 {
            return Err(VerifyError::MalformedBody);
        }
        let (Some(signatures), Some(payload)) = (
            form::only(&fields, SIGNATURE)?,
            form::only(&fields, PAYLOAD)?,
        ) else {
            return Err(VerifyError::MalformedBody);
        };
        if !payload.iter().all(
            |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'+' | b'/' | b'=' | b'\n'),
        ) {
            return Err(VerifyError::MalformedBody);
        }
        // What the handshake signs, which anybody may ask for, is no payload.
        let bare = payload.trim_ascii();
        if bare.len() <= 32
            && bare
                .iter()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(VerifyError::MalformedBody);
        }
        let public_key = request.settings.get(Setting::KeyId).unwrap_or_default();
        let check = Check {
            content: alloc::vec![payload.to_vec().into()],
            variant: Some(alloc::vec![payload.to_vec().into(), b"\n".into()]),
            candidates: candidates(signatures, public_key.as_bytes())?,
        };
        Ok(Claims {
            event_type: kind(payload),
            document: Some(payload.to_vec().into()),
            ..Claims::one(Algorithm::HmacSha1, check)
        })
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        let public_key = message
            .settings
            .get(Setting::KeyId)
            .ok_or(SignError::MissingSetting(Setting::KeyId))?;
        let payload = [&Base64::encode_string(message.body), "\n"].concat();
        let tag = message.hmac(Algorithm::HmacSha1, &pieces([payload.as_bytes()]));
        let signature = [public_key, "|", &base16ct::lower::encode_string(&tag)].concat();
        let body = [
            SIGNATURE,
            "=",
            &form::encode(signature.as_bytes()),
            "&",
            PAYLOAD,
            "=",
            &form::encode(payload.as_bytes()),
        ];
        Ok(SignedRequest::body(body.concat().into_bytes()))
    }
}

/// The signatures that were made with our key pair.
fn candidates(
    signatures: &[u8],
    public_key: &[u8],
) -> Result<Vec<alloc::boxed::Box<[u8]>>, VerifyError> {
    let mut ours = Vec::new();
    for (count, pair) in signatures.split(|byte| *byte == b'&').enumerate() {
        if count == MAX_PAIRS {
            return Err(VerifyError::TooManySignatures { limit: MAX_PAIRS });
        }
        let Some(at) = pair.iter().position(|byte| *byte == b'|') else {
            continue;
        };
        let (key, rest) = pair.split_at(at);
        if key == public_key {
            ours.extend(hex_tag(
                rest.get(1..).unwrap_or_default(),
                Algorithm::HmacSha1.tag_len(),
            ));
        }
    }
    Ok(ours)
}

/// The kind of notification, which stands in front of the subject that it is about. Not worth an XML parser: whatever
/// cannot be found like this is a notification without a type.
fn kind(payload: &[u8]) -> Option<Text> {
    let packed: Vec<u8> = payload
        .iter()
        .copied()
        .filter(|byte| *byte != b'\n')
        .collect();
    let xml = Base64::decode_vec(core::str::from_utf8(&packed).ok()?).ok()?;
    let xml = core::str::from_utf8(&xml).ok()?;
    let head = xml.split_once("<subject").map_or(xml, |(head, _)| head);
    let (_, rest) = head.split_once("<kind>")?;
    let (kind, rest) = rest.split_once("</kind>")?;
    (!rest.contains("<kind>")).then(|| Text::new(kind.as_bytes()))
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned;

    use super::*;

    #[test]
    fn only_signatures_of_our_key_pair_are_candidates() {
        let ours = "ours|".to_owned() + &"ab".repeat(20);
        let count = |text: &str| candidates(text.as_bytes(), b"ours").unwrap().len();
        assert_eq!(count(&ours), 1);
        assert_eq!(count(&ours.replace("ours", "theirs")), 0);
        assert_eq!(count(&alloc::format!("theirs|00&{ours}&x")), 1);
        assert_eq!(count(&alloc::format!("{ours}00")), 0);
        assert_eq!(count(""), 0);
        assert!(candidates(&[b'&'; 16], b"ours").is_err());
    }

    #[test]
    fn the_kind_is_read_in_front_of_the_subject() {
        let of = |xml: &str| {
            kind(Base64::encode_string(xml.as_bytes()).as_bytes())
                .map(|text| text.as_bytes().to_vec())
        };
        let xml =
            "<notification><kind>check</kind><subject><kind>x</kind></subject></notification>";
        assert_eq!(of(xml).as_deref(), Some(&b"check"[..]));
        assert_eq!(of("<kind>a</kind><kind>b</kind>"), None);
        assert_eq!(of("<subject><kind>x</kind></subject>"), None);
        assert_eq!(of(""), None);
    }
}
