//! The words of a command that was saved as a shell would read it: quotes, `$'..'`, and lines that go on behind a `\`.

use std::iter::Peekable;

use crate::failure::Failure;

/// Cuts a command into words. Nothing is expanded: a variable stays as it is written.
pub(super) fn words(text: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut rest = text.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\'' => until(
                &mut rest,
                b'\'',
                word.get_or_insert_default(),
                Escapes::None,
            )?,
            b'"' => until(&mut rest, b'"', word.get_or_insert_default(), Escapes::Some)?,
            b'$' if rest.peek() == Some(&b'\'') => {
                rest.next();
                until(
                    &mut rest,
                    b'\'',
                    word.get_or_insert_default(),
                    Escapes::Ansi,
                )?;
            }
            b'\\' => match rest.next() {
                Some(b'\n') => {}
                Some(b'\r') if rest.peek() == Some(&b'\n') => drop(rest.next()),
                Some(other) => word.get_or_insert_default().push(other),
                None => {}
            },
            byte if byte.is_ascii_whitespace() => words.extend(word.take()),
            byte => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    Ok(words)
}

#[derive(Clone, Copy)]
enum Escapes {
    /// As in `$'..'`.
    Ansi,
    /// As in `'..'`.
    None,
    /// As in `".."`.
    Some,
}

fn until(
    rest: &mut Peekable<impl Iterator<Item = u8>>,
    quote: u8,
    word: &mut Vec<u8>,
    escapes: Escapes,
) -> Result<(), Failure> {
    let open =
        || Failure::misuse("a quote in the curl command is never closed; copy the whole command");
    loop {
        match rest.next().ok_or_else(open)? {
            byte if byte == quote => return Ok(()),
            b'\\' => match escapes {
                Escapes::None => word.push(b'\\'),
                Escapes::Some => match rest.next().ok_or_else(open)? {
                    b'\n' => {}
                    byte @ (b'$' | b'`' | b'"' | b'\\') => word.push(byte),
                    other => word.extend([b'\\', other]),
                },
                Escapes::Ansi => ansi(rest, word).ok_or_else(open)?,
            },
            byte => word.push(byte),
        }
    }
}

/// One escape of `$'..'`, as browsers write it.
fn ansi<I: Iterator<Item = u8>>(rest: &mut Peekable<I>, word: &mut Vec<u8>) -> Option<()> {
    match rest.next()? {
        b'n' => word.push(b'\n'),
        b'r' => word.push(b'\r'),
        b't' => word.push(b'\t'),
        b'x' => word.push(u8::try_from(hexadecimal(rest, 2)?).ok()?),
        b'u' => {
            let mut unit = hexadecimal(rest, 4)?;
            if (0xD800..0xDC00).contains(&unit) && rest.next_if_eq(&b'\\').is_some() {
                rest.next_if_eq(&b'u')?;
                let low = hexadecimal(rest, 4)?.checked_sub(0xDC00)?;
                unit = 0x10000 + (unit - 0xD800) * 0x400 + low;
            }
            let letter = char::from_u32(unit)?;
            word.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        other => word.push(other),
    }
    Some(())
}

/// Up to that many digits.
fn hexadecimal<I: Iterator<Item = u8>>(rest: &mut Peekable<I>, most: usize) -> Option<u32> {
    let mut value = None;
    for _ in 0..most {
        let Some(digit) = rest.next_if(u8::is_ascii_hexdigit) else {
            break;
        };
        let digit = char::from(digit).to_digit(16)?;
        value = Some(value.unwrap_or(0) * 16 + digit);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_as_a_shell_cuts_them() {
        let table: [(&str, &[&str]); 9] = [
            ("curl  -X\tPOST\n", &["curl", "-X", "POST"]),
            ("a \\\n  b", &["a", "b"]),
            ("a \\\r\n  b", &["a", "b"]),
            ("'a b'\"c d\"e", &["a bc de"]),
            ("'' \"\"", &["", ""]),
            (r#"'a\n' "a\"\\\n$x" a\ b"#, &[r"a\n", r#"a"\\n$x"#, "a b"]),
            (r"$'a\n\'\x41\u00e9\ud83d\ude00'", &["a\n'A\u{e9}\u{1f600}"]),
            ("$x $", &["$x", "$"]),
            ("", &[]),
        ];
        for (text, expected) in table {
            let found = words(text.as_bytes()).unwrap();
            let expected: Vec<Vec<u8>> = expected
                .iter()
                .map(|word| word.as_bytes().to_vec())
                .collect();
            assert_eq!(found, expected, "{text}");
        }
        for text in ["'a", "\"a", "\"a\\", "$'a", "$'\\", "$'\\u12"] {
            assert!(words(text.as_bytes()).is_err(), "{text}");
        }
    }
}
