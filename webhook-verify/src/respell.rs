//! Other spellings of a body and of a URL, as frameworks and people make them.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// What the body may have been before something changed it, and how it differs from what is here; simple changes first.
pub(crate) fn bodies(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    if let Some(trimmed) = body.strip_suffix(b"\n") {
        let trimmed = trimmed.strip_suffix(b"\r").unwrap_or(trimmed);
        all.push(("without the line break at its end", trimmed.to_owned()));
    }
    if let Some(rest) = body.strip_prefix("\u{feff}".as_bytes()) {
        all.push(("without the byte order mark in front", rest.to_owned()));
    }
    all.extend([
        ("with a line break at its end", [body, b"\n"].concat()),
        ("with CR and LF at its end", [body, b"\r\n"].concat()),
        ("with its line breaks as CR and LF", with_crlf(body)),
        ("with its line breaks as LF alone", without_cr(body)),
        ("as JSON without white space", json(body, Style::Compact)),
        (
            "as JSON with a space behind each comma and colon",
            json(body, Style::Spaced),
        ),
        (
            "as JSON indented by two spaces",
            json(body, Style::Indented),
        ),
        (
            "with its characters beyond ASCII as \\u escapes",
            escaped(body),
        ),
        ("with \\/ for each slash", escaped_slashes(body)),
    ]);
    all.retain(|(_, other)| other != body);
    all
}

/// The URL with and without what people get wrong.
pub(crate) fn urls(url: &str) -> Vec<String> {
    if url.is_empty() {
        return Vec::new();
    }
    let slash = match url.strip_suffix('/') {
        Some(without) => without.to_owned(),
        None => [url, "/"].concat(),
    };
    let other_scheme = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => Some(["http://", rest].concat()),
        (_, Some(rest)) => Some(["https://", rest].concat()),
        _ => None,
    };
    let without_query = url.split_once('?').map(|(front, _)| front.to_owned());
    [Some(slash), other_scheme, without_query]
        .into_iter()
        .flatten()
        .collect()
}

fn with_crlf(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for (at, byte) in body.iter().enumerate() {
        if *byte == b'\n' && at.checked_sub(1).and_then(|at| body.get(at)) != Some(&b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

fn without_cr(body: &[u8]) -> Vec<u8> {
    body.iter().copied().filter(|byte| *byte != b'\r').collect()
}

fn escaped(body: &[u8]) -> Vec<u8> {
    let Ok(text) = core::str::from_utf8(body) else {
        return body.to_owned();
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&alloc::format!("\\u{unit:04x}"));
            }
        }
    }
    out.into_bytes()
}

fn escaped_slashes(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for (at, byte) in body.iter().enumerate() {
        if *byte == b'/' && at.checked_sub(1).and_then(|at| body.get(at)) != Some(&b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Compact,
    Indented,
    Spaced,
}

/// The same JSON tokens, in their order, with other white space between them. What is not JSON comes out as something
/// else that is not JSON, which does no harm here.
fn json(body: &[u8], style: Style) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() * 2);
    let mut depth = 0_usize;
    let (mut in_string, mut escaped) = (false, false);
    let tokens: Vec<u8> = body.to_owned();
    for (at, byte) in tokens.iter().copied().enumerate() {
        if in_string {
            out.push(byte);
            match (escaped, byte) {
                (true, _) => escaped = false,
                (false, b'\\') => escaped = true,
                (false, b'"') => in_string = false,
                _ => {}
            }
            continue;
        }
        let next = tokens
            .get(at + 1..)
            .unwrap_or_default()
            .trim_ascii_start()
            .first();
        let break_line = |out: &mut Vec<u8>, depth: usize| {
            out.push(b'\n');
            out.resize(out.len() + 2 * depth.min(64), b' ');
        };
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'{' | b'[' => {
                out.push(byte);
                depth += 1;
                if style == Style::Indented && !matches!(next, Some(b'}' | b']')) {
                    break_line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if style == Style::Indented && !matches!(out.last(), Some(b'{' | b'[')) {
                    break_line(&mut out, depth);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                match style {
                    Style::Compact => {}
                    Style::Indented => break_line(&mut out, depth),
                    Style::Spaced => out.push(b' '),
                }
            }
            b':' => {
                out.push(byte);
                if style != Style::Compact {
                    out.push(b' ');
                }
            }
            _ => {
                in_string = byte == b'"';
                out.push(byte);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_respaced_and_nothing_else_is_changed() {
        let body = br#" { "a" : [ 1 , { } , "x, : {" ] , "b\"" : [] } "#;
        let text = |style| String::from_utf8(json(body, style)).unwrap();
        assert_eq!(text(Style::Compact), r#"{"a":[1,{},"x, : {"],"b\"":[]}"#);
        assert_eq!(
            text(Style::Spaced),
            r#"{"a": [1, {}, "x, : {"], "b\"": []}"#
        );
        assert_eq!(
            text(Style::Indented),
            "{\n  \"a\": [\n    1,\n    {},\n    \"x, : {\"\n  ],\n  \"b\\\"\": []\n}"
        );
    }

    #[test]
    fn characters_beyond_ascii_become_escapes() {
        assert_eq!(escaped("é😀a".as_bytes()), br"\u00e9\ud83d\ude00a");
        assert_eq!(escaped(b"\xff"), b"\xff");
    }

    #[test]
    fn line_breaks_are_changed_once() {
        assert_eq!(with_crlf(b"a\nb\r\n"), b"a\r\nb\r\n");
        assert_eq!(without_cr(b"a\r\nb\n"), b"a\nb\n");
    }
}
