//! A client that writes what it is told, byte for byte.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::cases::Case;

/// What came back on a connection until it was closed.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status; 0 if there was no answer.
    pub status: u16,
    /// The head, in lower case.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
    /// Whether `100 Continue` came first.
    pub continued: bool,
    /// Whether the server had closed the connection when the client stopped waiting.
    pub closed: bool,
}

/// Sends bytes and reads until the answer is whole, the server closes, or it says nothing for that long.
#[must_use]
pub fn exchange(server: SocketAddr, request: &[u8], patience: Duration) -> Answer {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // A server that refuses early stops reading; what it said is still there to read.
    let _ = stream.write_all(request);
    read_until(&mut stream, patience, is_whole)
}

/// Reads until the server closes or says nothing for that long.
#[must_use]
pub fn read(stream: &mut TcpStream, patience: Duration) -> Answer {
    read_until(stream, patience, |_| false)
}

/// Whether there is a final answer with all of its body. Some servers wait a while with the end of a connection whose
/// request they did not read.
fn is_whole(bytes: &[u8]) -> bool {
    let answer = parse(bytes, false);
    let length = answer.head.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.split("\r\n").next());
    length.is_some_and(|length| length.parse() == Ok(answer.body.len()))
}

fn read_until(stream: &mut TcpStream, patience: Duration, enough: fn(&[u8]) -> bool) -> Answer {
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let closed = loop {
        if enough(&bytes) {
            break false;
        }
        match stream.read(&mut buffer) {
            Ok(0) => break true,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                break false;
            }
            Err(_) => break true,
        }
    };
    parse(&bytes, closed)
}

fn parse(bytes: &[u8], closed: bool) -> Answer {
    let continued = bytes.starts_with(b"HTTP/1.1 100 ");
    let rest = match continued {
        true => &bytes[end_of_head(bytes).unwrap()..],
        false => bytes,
    };
    let Some(end) = end_of_head(rest) else {
        return Answer {
            status: 0,
            head: String::new(),
            body: rest.to_vec(),
            continued,
            closed,
        };
    };
    let head = String::from_utf8_lossy(&rest[..end]).to_lowercase();
    Answer {
        status: head[9..12].parse().unwrap(),
        body: rest[end..].to_vec(),
        head,
        continued,
        closed,
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(at + 4)
}

/// A case as HTTP/1.1.
#[must_use]
pub fn http1(case: &Case) -> Vec<u8> {
    let headers = case.headers();
    let mut out = format!("{} {} HTTP/1.1\r\n", case.method(), case.path()).into_bytes();
    if !headers.iter().any(|(name, _)| *name == "host") {
        out.extend_from_slice(b"host: hooks.example.net\r\n");
    }
    for (name, value) in &headers {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"connection: close\r\n");
    let body = case.body();
    match (case.chunks(), &case.announce) {
        (Some(chunks), _) => {
            out.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
            for chunk in chunks {
                out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                out.extend_from_slice(&chunk);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n\r\n");
        }
        (None, Some(length)) => {
            out.extend_from_slice(format!("content-length: {length}\r\n\r\n").as_bytes());
        }
        (None, None) => {
            out.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
            out.extend_from_slice(&body);
        }
    }
    out
}
