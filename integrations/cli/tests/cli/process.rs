//! Processes that the tests start, and end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::support::webhookctl;

/// A running `webhookctl listen --json`; killed if a test ends early.
pub(crate) struct Listener {
    child: Child,
    lines: BufReader<ChildStdout>,
    /// What it said first.
    pub(crate) hello: Value,
}

impl Listener {
    pub(crate) fn start(arguments: &[&str], secret: &str) -> Self {
        let fixed = ["listen", "--json", "--addr", "127.0.0.1:0"];
        let mut child = webhookctl(&[&fixed[..], arguments].concat())
            .env("HOOK_SECRET", secret)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let hello = next(&mut lines).expect("it ended before it listened");
        assert_eq!(hello["event"], "listening");
        Self {
            child,
            lines,
            hello,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.hello["endpoints"][0]["url"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The next thing that happened.
    pub(crate) fn next(&mut self) -> Value {
        next(&mut self.lines).expect("it ended")
    }

    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Everything else that it says, and its exit status.
    pub(crate) fn end(mut self) -> (Vec<Value>, i32) {
        self.terminate();
        let mut said = Vec::new();
        while let Some(line) = next(&mut self.lines) {
            said.push(line);
        }
        (said, self.child.wait().unwrap().code().unwrap())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn next(lines: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut line = String::new();
    (lines.read_line(&mut line).unwrap() > 0).then(|| serde_json::from_str(&line).unwrap())
}

/// A request as the service behind `--forward` sees it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// A service that answers one status after the other, and the last one for ever.
pub(crate) struct Service {
    pub(crate) addr: SocketAddr,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
}

impl Service {
    pub(crate) fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let service = Self {
            addr,
            seen: Arc::clone(&seen),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let request = read_request(&mut stream);
                let at = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(request);
                    seen.len() - 1
                };
                let status = statuses.get(at).or_else(|| statuses.last()).unwrap();
                let answer = format!(
                    "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        service
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.addr)
    }
}

fn read_request(stream: &mut TcpStream) -> Seen {
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        let line = line.trim_end().to_owned();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        headers.push(line);
    }
    headers.remove(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Seen { headers, body }
}
