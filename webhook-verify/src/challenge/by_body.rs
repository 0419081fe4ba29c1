//! Questions that are signed like events.

use serde_json::json;

use super::answer::{Challenge, ChallengeError, harmless, signable};
use super::Handshake;
use crate::json::{Found, pick};
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
        } => Some(asked(body, path, value, answer)?.and_then(|text| harmless(&text).map(Challenge::text))),
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
        Handshake::Pong {
            path,
            value,
            status,
            answer,
        } => {
            is(body, path, value)?;
            Some(Ok(match answer {
                "" => Challenge::new(status).with("content-type", "application/json".into()),
                answer => Challenge::fixed(status, answer),
            }))
        }
        Handshake::Zoom => Some(zoom(verifier, body, now)?),
        _ => None,
    }
}

fn zoom(verifier: &Verifier, body: &[u8], now: UnixTime) -> Option<Result<Challenge, ChallengeError>> {
    let asked = asked(body, &["event"], "endpoint.url_validation", &["payload", "plainToken"])?;
    Some(asked.and_then(|token| {
        let token = signable(&token, 64)?;
        let mac = verifier.newest_mac(token.as_bytes(), now).ok_or(ChallengeError::Malformed)?;
        let mac = base16ct::lower::encode_string(&mac);
        Ok(Challenge::json(&json!({"plainToken": token, "encryptedToken": mac})))
    }))
}

fn is(body: &[u8], path: &'static [&'static str], value: &str) -> Option<()> {
    let found = pick(body, &[path])?;
    matches!(found.as_slice(), [Found::Text(text)] if text == value).then_some(())
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
