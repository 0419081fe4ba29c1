//! What the abuse tests share: signed heads, a good client with a stopwatch, and this process's memory.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use webhook_verify::{GitHub, Message};

use crate::routes::SECRET;
use crate::wire::{self, Answer};

/// The head of a GitHub delivery whose body will be `signed`, without the end of its header block.
#[must_use]
pub fn head(path: &str, signed: &[u8]) -> String {
    let signer = GitHub::signer(SECRET).unwrap();
    let headers = signer
        .sign(&Message::new(signed).id("1").event_type("push"))
        .unwrap();
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}")
}

/// Opens a connection and sends the beginning of a request.
#[must_use]
pub fn open(server: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// A whole delivery of `body`, and how long its answer took.
#[must_use]
pub fn deliver(server: SocketAddr, path: &str, body: &[u8]) -> (Answer, Duration) {
    let mut request = head(path, body).into_bytes();
    request.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
    let began = Instant::now();
    let answer = wire::exchange(server, &request, Duration::from_secs(20));
    (answer, began.elapsed())
}

/// The median time of so many deliveries by a good client, each of which must get in.
#[must_use]
pub fn median(server: SocketAddr, path: &str, deliveries: usize) -> Duration {
    let mut times: Vec<Duration> = (0..deliveries)
        .map(|_| {
            let (answer, time) = deliver(server, path, br#"{"id":"evt_1"}"#);
            assert_eq!(answer.status, 200);
            time
        })
        .collect();
    times.sort();
    times[deliveries / 2]
}

/// Bytes of this process that are in memory now.
#[must_use]
pub fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}
