//! One record by what a person calls it.

use webhook_idempotency::{Key, Record};

use super::{Opened, PAGE};
use crate::failure::Failure;
use crate::store;

/// How many digits of a key name it, if no other key begins so.
const FEWEST: usize = 8;

/// The record of that key, of the one key that begins so, or of the one event that its sender gave that id.
pub(super) async fn one(opened: &Opened, name: &str) -> Result<Record, Failure> {
    if let Some(key) = key(name) {
        let found = opened.store.get(&[key]).await;
        let found = found.map_err(|error| store::failed(&error))?;
        return found
            .into_iter()
            .flatten()
            .next()
            .ok_or_else(|| nothing(name));
    }
    let is_prefix = name.len() >= FEWEST && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let prefix = name.to_ascii_lowercase();
    let mut found: Option<Record> = None;
    let mut after = None;
    loop {
        let page = opened.page(None, after, PAGE).await?;
        let Some(last) = page.last() else {
            return found.ok_or_else(|| nothing(name));
        };
        after = Some(last.sequence);
        for record in page {
            let is_id = record.facts.id.as_ref().is_some_and(|id| id.value == name);
            let is_key = is_prefix && record.key.to_string().starts_with(&prefix);
            if !is_id && !is_key {
                continue;
            }
            if found.is_some() {
                return Err(Failure::failed(format_args!(
                    "several events are called \"{}\"; give the whole key of one of them",
                    name.escape_debug()
                )));
            }
            found = Some(record);
        }
    }
}

fn nothing(name: &str) -> Failure {
    let name: String = name.escape_debug().take(80).collect();
    Failure::failed(format_args!(
        "no event is called \"{name}\"; list them, and give a key, 8 digits of it or more, or the sender's id"
    ))
}

fn key(text: &str) -> Option<Key> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    (digits.len() == 64).then_some(())?;
    Some(Key::from_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_sixty_four_digits() {
        let text = "00ff".repeat(16);
        assert_eq!(key(&text).unwrap().to_string(), text);
        for text in [
            "",
            "00ff",
            &text[1..],
            &format!("{text}0"),
            &text.replace('0', "g"),
        ] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
