//! Questions that are signed like events.

use serde_json::json;

use super::Handshake;
use super::answer::{Challenge, ChallengeError, harmless, signable};
use crate::json::{Found, pick};
use crate::parsed::is_amazon;
use crate::time::UnixTime;
use crate::verifier::Verifier;

/// The answer to a body that has been verified; `None` if it is no question.
pub(super) fn answer(
    handshake: Handshake,
    verifier: &Verifier,
    body: &[u8],
    now: UnixTime,
) -> Option<Result<Challenge, ChallengeError>> {
    match handshake {
        Handshake::EchoMember {
            path,
            value,
            answer,
        } => Some(
            asked(body, path, value, answer)?.and_then(|text| harmless(&text).map(Challenge::text)),
        ),
        Handshake::EchoMemberAsJson {
            path,
            value,
            answer,
            name,
        } => Some(
            asked(body, path, value, answer)?
                .and_then(|text| harmless(&text))
                .map(|text| Challenge::json(&json!({ name: text }))),
        ),
        Handshake::Discord => discord(body).map(Ok),
        Handshake::Zoom => Some(zoom(verifier, body, now)?),
        _ => None,
    }
}

fn zoom(
    verifier: &Verifier,
    body: &[u8],
    now: UnixTime,
) -> Option<Result<Challenge, ChallengeError>> {
    let asked = asked(
        body,
        &["event"],
        "endpoint.url_validation",
        &["payload", "plainToken"],
    )?;
    Some(asked.and_then(|token| {
        let token = signable(&token, 64)?;
        let mac = verifier
            .newest_mac(token.as_bytes(), now)
            .ok_or(ChallengeError::Malformed)?;
        let mac = base16ct::lower::encode_string(&mac);
        Ok(Challenge::json(
            &json!({"plainToken": token, "encryptedToken": mac}),
        ))
    }))
}

/// An interaction of type 1 is a ping; a webhook event of type 1 is an event, and has one in it.
fn discord(body: &[u8]) -> Option<Challenge> {
    let found = pick(body, &[&["type"], &["event"]])?;
    match found.as_slice() {
        [Found::Text(kind), Found::Nothing] if kind == "1" => {
            Some(Challenge::json(&json!({"type": 1})))
        }
        [Found::Text(kind), Found::Nothing] if kind == "0" => {
            Some(Challenge::new(204).with("content-type", "application/json".into()))
        }
        _ => None,
    }
}

/// Where a subscription is confirmed, if that is what is asked.
pub(super) fn visit(body: &[u8]) -> Option<Result<alloc::string::String, ChallengeError>> {
    let asked = asked(
        body,
        &["Type"],
        "SubscriptionConfirmation",
        &["SubscribeURL"],
    )?;
    Some(asked.and_then(|url| {
        let (address, query) = url.split_once('?').unwrap_or((&url, ""));
        let plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\');
        match is_amazon(address) && url.len() <= 2048 && query.bytes().all(plain) {
            true => Ok(url),
            false => Err(ChallengeError::Malformed),
        }
    }))
}

/// The text to send back, if the member of that path has that value.
fn asked(
    body: &[u8],
    path: &'static [&'static str],
    value: &str,
    answer: &'static [&'static str],
) -> Option<Result<alloc::string::String, ChallengeError>> {
    let found = pick(body, &[path, answer])?;
    let one = |found: &Found<'_>| match found {
        Found::Text(text) => Some(text.clone().into_owned()),
        Found::List(texts) => match texts.as_slice() {
            [text] => Some(text.clone().into_owned()),
            _ => None,
        },
        _ => None,
    };
    let [kind, text] = found.as_slice() else {
        return None;
    };
    (one(kind)? == value).then(|| one(text).ok_or(ChallengeError::Malformed))
}
