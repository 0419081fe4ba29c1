//! Adyen payments: a signature inside each item of the body, over eight of the item's members.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::strict::Json;
use super::{Algorithm, Check, Claims, Outgoing, Request, Rules, SignedRequest, base64_tag};
use crate::error::{ConfigError, SignError, VerifyError};
use crate::key_bytes::key_bytes;
use crate::mac::Side;
use crate::scheme::KeyFormat;
use crate::secret::Secret;

/// Adyen itself sends one item, or a few.
const MAX_ITEMS: usize = 100;

/// What is signed of an item, in this order and with colons between.
const SIGNED: [&[&str]; 8] = [
    &["pspReference"],
    &["originalReference"],
    &["merchantAccountCode"],
    &["merchantReference"],
    &["amount", "value"],
    &["amount", "currency"],
    &["eventCode"],
    &["success"],
];

pub(crate) static ADYEN: Adyen = Adyen;

#[derive(Debug)]
pub(crate) struct Adyen;

impl Rules for Adyen {
    fn algorithm(&self) -> &'static str {
        "HMAC-SHA256"
    }

    fn headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn key(&self, secret: &Secret, _: Side) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        key_bytes(KeyFormat::Hex, secret)
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let body = Json::read(request.body).ok_or(VerifyError::MalformedBody)?;
        let items = items(&body).ok_or(VerifyError::MalformedBody)?;
        let checks = items.iter().map(|item| {
            let signature = item
                .get("additionalData")
                .and_then(|data| data.get("hmacSignature"))
                .and_then(Json::text)?;
            Some(Check {
                content: alloc::vec![Cow::Owned(content(item)?.into_bytes())],
                variant: None,
                candidates: base64_tag(signature.as_bytes(), Algorithm::HmacSha256.tag_len())
                    .into_iter()
                    .collect(),
            })
        });
        let checks: Option<Vec<_>> = checks.collect();
        let checks = checks.ok_or(VerifyError::MalformedBody)?;
        Ok(Claims::all(Algorithm::HmacSha256, checks))
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        let read = Json::read(message.body).ok_or(SignError::Body)?;
        let signatures = items(&read)
            .ok_or(SignError::Body)?
            .into_iter()
            .map(|item| {
                let content = alloc::vec![Cow::Owned(content(item)?.into_bytes())];
                Some(Base64::encode_string(
                    &message.hmac(Algorithm::HmacSha256, &content),
                ))
            });
        let signatures: Option<Vec<String>> = signatures.collect();
        let mut body: serde_json::Value =
            serde_json::from_slice(message.body).map_err(|_| SignError::Body)?;
        let items = body
            .get_mut("notificationItems")
            .and_then(serde_json::Value::as_array_mut)
            .ok_or(SignError::Body)?;
        for (item, signature) in items.iter_mut().zip(signatures.ok_or(SignError::Body)?) {
            let item = item
                .get_mut("NotificationRequestItem")
                .and_then(serde_json::Value::as_object_mut)
                .ok_or(SignError::Body)?;
            item.entry("additionalData")
                .or_insert_with(|| serde_json::json!({}))
                .as_object_mut()
                .ok_or(SignError::Body)?
                .insert("hmacSignature".into(), signature.into());
        }
        Ok(SignedRequest::body(body.to_string().into_bytes()))
    }
}

/// The items of a notification: one at least.
fn items<'j>(body: &'j Json<'_>) -> Option<Vec<&'j Json<'j>>> {
    let items = body.get("notificationItems")?.list()?;
    if items.is_empty() || items.len() > MAX_ITEMS {
        return None;
    }
    items
        .iter()
        .map(|item| item.get("NotificationRequestItem"))
        .collect()
}

/// The signed text of an item. What is missing is empty, and nothing is escaped.
fn content(item: &Json<'_>) -> Option<String> {
    let mut content = String::new();
    for (at, path) in SIGNED.iter().enumerate() {
        if at > 0 {
            content.push(':');
        }
        let value = path.iter().try_fold(item, |value, name| value.get(name));
        match value {
            None | Some(Json::Null) => {}
            Some(Json::Text(text)) => content.push_str(text),
            Some(Json::Whole(number)) => content.push_str(&number.to_string()),
            Some(Json::Bool(value)) => content.push_str(if *value { "true" } else { "false" }),
            Some(Json::Fraction | Json::List(_) | Json::Object(_)) => return None,
        }
    }
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_members_are_signed_as_they_are_and_what_is_missing_is_empty() {
        let of = |json: &str| content(&Json::read(json.as_bytes()).unwrap());
        assert_eq!(
            of(r#"{"pspReference":"7914073381342284","merchantAccountCode":"TestMerchant",
                "merchantReference":"TestPayment-1407325143704","amount":{"value":1130,"currency":"EUR"},
                "eventCode":"AUTHORISATION","success":"true","reason":"x"}"#)
            .as_deref(),
            Some("7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true")
        );
        assert_eq!(of("{}").as_deref(), Some(":::::::"));
        assert_eq!(of(r#"{"amount":{"value":11.30}}"#), None);
        assert_eq!(of(r#"{"pspReference":["a"]}"#), None);
    }
}
