//! A request as HTTP/1.1 text, as tools save it. Its body is taken as it is, since that is what was signed.

use super::{Captured, is_token};
use crate::failure::Failure;

/// Lines may end in CR LF, as on the wire, or in LF alone, as editors leave them.
pub(super) fn read(bytes: &[u8]) -> Result<Captured, Failure> {
    let (line, mut rest) = next_line(bytes).ok_or_else(no_request)?;
    let (method, target) = request_line(line)?;
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    for number in 2.. {
        let Some((line, behind)) = next_line(rest) else {
            // No empty line: headers alone.
            rest = b"";
            break;
        };
        rest = behind;
        if line.is_empty() {
            break;
        }
        headers.push(header(line, number)?);
    }
    let body = body(&headers, rest)?;
    Ok(Captured {
        method: Some(method),
        target: Some(target),
        url: None,
        headers,
        body,
    })
}

fn next_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (bytes.get(..end)?, bytes.get(end + 1..)?),
        None => (bytes, &b""[..]),
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

fn request_line(line: &[u8]) -> Result<(String, String), Failure> {
    let line = std::str::from_utf8(line).map_err(|_| no_request())?;
    let mut words = line.split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(method), Some(target), Some(version), None)
            if !method.is_empty()
                && method.bytes().all(|byte| is_token(&byte))
                && version.starts_with("HTTP/") =>
        {
            Ok((method.to_owned(), target.to_owned()))
        }
        _ => Err(no_request()),
    }
}

fn header(line: &[u8], number: usize) -> Result<(String, Vec<u8>), Failure> {
    let malformed = || {
        Failure::misuse(format_args!(
            "line {number} of the request is no header; headers are 'Name: value', and an empty line stands in front of \
             the body"
        ))
    };
    let at = line
        .iter()
        .position(|byte| *byte == b':')
        .ok_or_else(malformed)?;
    let (name, value) = line.split_at(at);
    if name.is_empty() || !name.iter().all(is_token) {
        return Err(malformed());
    }
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    Ok((String::from_utf8_lossy(name).into_owned(), value.to_vec()))
}

/// What a server would have taken for the body.
fn body(headers: &[(String, Vec<u8>)], rest: &[u8]) -> Result<Vec<u8>, Failure> {
    let value = |wanted: &str| {
        let named = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.map(|(_, value)| value.as_slice())
    };
    if value("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) {
        // Most tools save the body without its chunks and leave the header in.
        return Ok(without_chunks(rest).unwrap_or_else(|| rest.to_vec()));
    }
    let Some(length) = value("content-length") else {
        return Ok(rest.to_vec());
    };
    let length: Option<usize> = std::str::from_utf8(length)
        .ok()
        .and_then(|text| text.parse().ok());
    let Some(length) = length else {
        return Err(Failure::misuse(
            "the Content-Length of the request is not a number",
        ));
    };
    // An editor may have put a line break behind the body, which a server would not have read.
    match rest.get(..length) {
        Some(body) => Ok(body.to_vec()),
        None => Err(Failure::misuse(format_args!(
            "the request says Content-Length: {length} but has {} bytes of body; capture it again as raw bytes",
            rest.len()
        ))),
    }
}

fn without_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (size, behind) = next_line(rest)?;
        let size = std::str::from_utf8(size).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(behind.get(..size)?);
        let (empty, behind) = next_line(behind.get(size..)?)?;
        if !empty.is_empty() {
            return None;
        }
        rest = behind;
    }
}

fn no_request() -> Failure {
    Failure::misuse(
        "--request names no captured request; its first line must be like 'POST /hooks HTTP/1.1', or the file must be a \
         curl command",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(bytes: &[u8]) -> String {
        match read(bytes) {
            Err(Failure::Misuse(sentence)) => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_is_read_with_either_line_end_and_its_body_is_left_alone() {
        for (text, body) in [
            (
                &b"POST /a?b=1 HTTP/1.1\r\nHost: x\r\nX-A:  1 \r\n\r\n\xff\0\r\n"[..],
                &b"\xff\0\r\n"[..],
            ),
            (b"POST /a?b=1 HTTP/1.1\nHost: x\nX-A: 1\n\n{}\n", b"{}\n"),
            (b"POST /a?b=1 HTTP/2\nHost: x\nX-A: 1\n", b""),
        ] {
            let captured = read(text).unwrap();
            assert_eq!(captured.method.as_deref(), Some("POST"));
            assert_eq!(captured.target.as_deref(), Some("/a?b=1"));
            let headers = [
                ("Host".to_owned(), b"x".to_vec()),
                ("X-A".to_owned(), b"1".to_vec()),
            ];
            assert_eq!(captured.headers, headers);
            assert_eq!(captured.body, body);
        }
    }

    #[test]
    fn the_body_ends_where_a_server_would_have_ended_it() {
        let body = |text: &[u8]| read(text).unwrap().body;
        assert_eq!(body(b"POST / HTTP/1.1\nContent-Length: 2\n\n{}\n"), b"{}");
        let chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n";
        assert_eq!(body(chunked), b"{}");
        let saved_without = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{}";
        assert_eq!(body(saved_without), b"{}");
        assert_eq!(
            sentence(b"POST / HTTP/1.1\nContent-Length: 3\n\n{}"),
            "the request says Content-Length: 3 but has 2 bytes of body; capture it again as raw bytes"
        );
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for text in [
            &b""[..],
            b"{}",
            b"POST /",
            b"POST / FTP/1",
            b"\xff / HTTP/1.1",
            b"P@ST / HTTP/1.1",
        ] {
            assert!(sentence(text).starts_with("--request names no captured request"));
        }
        assert!(
            sentence(b"POST / HTTP/1.1\nHost x\n\n")
                .starts_with("line 2 of the request is no header")
        );
        assert!(
            sentence(b"POST / HTTP/1.1\nA: b\n folded\n\n")
                .starts_with("line 3 of the request is no header")
        );
    }
}
