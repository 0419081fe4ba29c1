//! Bodies of `application/x-www-form-urlencoded`, read strictly and with bounds, before their signature is known.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::error::VerifyError;

/// The most fields that a form may have.
const MAX_FIELDS: usize = 1_000;

/// A field's name and its value, decoded.
pub(crate) type Field<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// The fields of a form, in their order.
///
/// # Errors
/// [`VerifyError::MalformedBody`] if there are too many, or a percent sign is not followed by two hexadecimal digits:
/// readers differ on what that means, and the signature would be that of one reading.
pub(crate) fn fields(body: &[u8]) -> Result<Vec<Field<'_>>, VerifyError> {
    let mut fields = Vec::new();
    for part in body.split(|byte| *byte == b'&') {
        if part.is_empty() {
            continue;
        }
        if fields.len() == MAX_FIELDS {
            return Err(VerifyError::MalformedBody);
        }
        let at = part.iter().position(|byte| *byte == b'=');
        let (name, value) = part.split_at(at.unwrap_or(part.len()));
        let value = value.get(1..).unwrap_or_default();
        fields.push((decode(name)?, decode(value)?));
    }
    Ok(fields)
}

/// The one value of a field; nothing if it is missing, and an error if it is there twice.
pub(super) fn only<'f>(
    fields: &'f [Field<'_>],
    name: &str,
) -> Result<Option<&'f [u8]>, VerifyError> {
    let mut values = fields
        .iter()
        .filter(|(other, _)| **other == *name.as_bytes())
        .map(|(_, value)| &**value);
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(VerifyError::MalformedBody),
    }
}

/// Plus signs are spaces, and percent signs begin a byte.
pub(crate) fn decode(text: &[u8]) -> Result<Cow<'_, [u8]>, VerifyError> {
    if !text.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return Ok(Cow::Borrowed(text));
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        match rest {
            [] => return Ok(Cow::Owned(decoded)),
            [b'+', after @ ..] => {
                decoded.push(b' ');
                rest = after;
            }
            [b'%', high, low, after @ ..] => {
                let (Some(high), Some(low)) = (digit(high), digit(low)) else {
                    return Err(VerifyError::MalformedBody);
                };
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = after;
            }
            [b'%', ..] => return Err(VerifyError::MalformedBody),
            [byte, after @ ..] => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
}

/// A value as a form writes it.
pub(crate) fn encode(value: &[u8]) -> alloc::string::String {
    use core::fmt::Write as _;
    let mut text = alloc::string::String::with_capacity(value.len());
    for byte in value {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => {
                text.push(char::from(*byte));
            }
            b' ' => text.push('+'),
            // Writing to a string cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_its_sender_wrote_it() {
        let all = fields(b"a=1&b=x+y&&c=%41%2b&d&e=&a=2=3").unwrap();
        let all: Vec<(&[u8], &[u8])> = all.iter().map(|(k, v)| (&**k, &**v)).collect();
        let expected: [(&[u8], &[u8]); 6] = [
            (b"a", b"1"),
            (b"b", b"x y"),
            (b"c", b"A+"),
            (b"d", b""),
            (b"e", b""),
            (b"a", b"2=3"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn what_readers_differ_on_is_refused() {
        for body in ["a=%", "a=%4", "a=%zz", "%=1", "a=%+1"] {
            assert_eq!(
                fields(body.as_bytes()),
                Err(VerifyError::MalformedBody),
                "{body}"
            );
        }
    }

    #[test]
    fn a_form_of_a_thousand_fields_is_read_and_one_more_is_refused() {
        let body = |count| alloc::vec!["a=1"; count].join("&");
        assert_eq!(fields(body(1_000).as_bytes()).unwrap().len(), 1_000);
        assert_eq!(
            fields(body(1_001).as_bytes()),
            Err(VerifyError::MalformedBody)
        );
    }

    #[test]
    fn every_byte_comes_back_from_its_encoding() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(&*decode(encode(&all).as_bytes()).unwrap(), all);
    }
}
