//! A network that fails on demand: a proxy on the loopback interface, in front of any server that speaks TCP.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What the network does with everything, until it is told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each chunk of bytes arrives that much later, in both directions.
    Delay(Duration),
    /// Connections are cut, and new ones as soon as they are made.
    Down,
    /// Connections stay open, new ones are made, and no byte arrives: what a lost route or a frozen host looks like.
    HalfOpen,
    /// Everything arrives.
    Pass,
}

/// What happens to one connection, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// That many bytes of the reply arrive, and then the connection is cut.
    CutReply(usize),
    /// That many bytes of the request arrive, and then the connection is cut.
    CutRequest(usize),
    /// The request arrives only after that time, when whoever sent it may have given up on it.
    DelayRequest(Duration),
    /// The request arrives, nothing of the reply does, and the connection stays open.
    SwallowReply,
}

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    target: u16,
    mode: Mode,
    /// What waits for a request with these bytes in it.
    armed: Option<(Vec<u8>, Fault)>,
    /// How often an armed fault has happened.
    happened: usize,
    /// Both ends of each connection, to cut it.
    open: HashMap<usize, [TcpStream; 2]>,
    accepted: usize,
    ended: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            target: 0,
            mode: Mode::Pass,
            armed: None,
            happened: 0,
            open: HashMap::new(),
            accepted: 0,
            ended: false,
        }
    }
}

impl Proxy {
    /// A proxy in front of that port of this host.
    #[must_use]
    pub fn to(target: u16) -> Self {
        let listener =
            TcpListener::bind(("127.0.0.1", 0)).expect("the loopback interface has a free port");
        let port = listener
            .local_addr()
            .expect("a bound socket has an address")
            .port();
        let shared = Arc::new(Shared::default());
        shared.state().target = target;
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.state().ended {
                    return;
                }
                if let Ok(client) = client {
                    accepting.connect(client);
                }
            }
        });
        Self { port, shared }
    }

    /// Where it listens, on the loopback interface.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Makes the network behave like that from now on.
    pub fn set(&self, mode: Mode) {
        let mut state = self.shared.state();
        state.mode = mode;
        if mode == Mode::Down {
            state.cut_all();
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Leads new connections to another server, and cuts those that there are.
    pub fn lead_to(&self, target: u16) {
        let mut state = self.shared.state();
        state.target = target;
        state.cut_all();
    }

    /// Makes that happen to the next request that has these bytes in it, and to its connection.
    pub fn arm(&self, request: &[u8], fault: Fault) {
        self.shared.state().armed = Some((request.to_vec(), fault));
    }

    /// How often what was armed has happened.
    #[must_use]
    pub fn happened(&self) -> usize {
        self.shared.state().happened
    }

    /// How many connections have been made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.state().accepted
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.ended = true;
        state.mode = Mode::Down;
        state.cut_all();
        drop(state);
        self.shared.changed.notify_all();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl State {
    fn cut_all(&mut self) {
        for (_, ends) in self.open.drain() {
            cut(&ends);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: &Arc<Self>, client: TcpStream) {
        let target = {
            let mut state = self.state();
            state.accepted += 1;
            match state.mode {
                Mode::Down => return,
                _ => state.target,
            }
        };
        let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else {
            return;
        };
        let _ = client.set_nodelay(true);
        let _ = server.set_nodelay(true);
        let copies = (
            client.try_clone(),
            server.try_clone(),
            client.try_clone(),
            server.try_clone(),
        );
        let (Ok(from_client), Ok(from_server), Ok(to_client), Ok(to_server)) = copies else {
            return;
        };
        let number = {
            let mut state = self.state();
            let number = state.accepted;
            state.open.insert(number, [client, server]);
            number
        };
        // How many bytes of replies still pass; none means all.
        let left: Arc<Mutex<Option<usize>>> = Arc::default();
        let (shared, limit) = (Arc::clone(self), Arc::clone(&left));
        thread::spawn(move || {
            shared.requests(from_client, to_server, &limit);
            shared.end(number);
        });
        let shared = Arc::clone(self);
        thread::spawn(move || {
            shared.replies(from_server, to_client, &left);
            shared.end(number);
        });
    }

    fn end(&self, number: usize) {
        if let Some(ends) = self.state().open.remove(&number) {
            cut(&ends);
        }
    }

    fn requests(&self, mut from: TcpStream, mut to: TcpStream, left: &Mutex<Option<usize>>) {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let Some(chunk) = read(&mut from, &mut buffer) else {
                return;
            };
            let fault = {
                let mut state = self.state();
                let found = state
                    .armed
                    .take_if(|(wanted, _)| chunk.windows(wanted.len()).any(|seen| seen == wanted));
                state.happened += usize::from(found.is_some());
                found.map(|(_, fault)| fault)
            };
            match fault {
                Some(Fault::CutRequest(bytes)) => {
                    let _ = to.write_all(&chunk[..bytes.min(chunk.len())]);
                    // What was sent is to arrive; a reset would take it back.
                    thread::sleep(Duration::from_millis(20));
                    return;
                }
                Some(Fault::CutReply(bytes)) => {
                    *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
                }
                Some(Fault::SwallowReply) => {
                    *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(usize::MAX);
                }
                Some(Fault::DelayRequest(by)) => thread::sleep(by),
                None => {}
            }
            if !self.passes() || to.write_all(chunk).is_err() {
                return;
            }
        }
    }

    fn replies(&self, mut from: TcpStream, mut to: TcpStream, left: &Mutex<Option<usize>>) {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let Some(chunk) = read(&mut from, &mut buffer) else {
                return;
            };
            let limit = *left.lock().unwrap_or_else(PoisonError::into_inner);
            match limit {
                Some(usize::MAX) => continue,
                Some(bytes) => {
                    let _ = to.write_all(&chunk[..bytes.min(chunk.len())]);
                    thread::sleep(Duration::from_millis(20));
                    return;
                }
                None => {}
            }
            if !self.passes() || to.write_all(chunk).is_err() {
                return;
            }
        }
    }

    /// Waits for as long as the network holds a chunk back. Whether it arrives then.
    fn passes(&self) -> bool {
        let mut state = self.state();
        loop {
            match state.mode {
                Mode::Pass => return true,
                Mode::Down => return false,
                Mode::Delay(by) => {
                    drop(state);
                    thread::sleep(by);
                    return true;
                }
                Mode::HalfOpen => {
                    state = self
                        .changed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

fn read<'b>(from: &mut TcpStream, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    match from.read(buffer) {
        Ok(0) | Err(_) => None,
        Ok(length) => Some(&buffer[..length]),
    }
}

fn cut(ends: &[TcpStream; 2]) {
    for end in ends {
        let _ = end.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    /// Answers each chunk with itself, and says what it got.
    fn echo() -> (u16, Arc<Mutex<Vec<u8>>>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let got: Arc<Mutex<Vec<u8>>> = Arc::default();
        let seen = Arc::clone(&got);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, seen) = (stream.expect("a connection"), Arc::clone(&seen));
                thread::spawn(move || {
                    let mut buffer = [0; 100];
                    while let Some(chunk) = read(&mut stream, &mut buffer) {
                        seen.lock().expect("no panic").extend_from_slice(chunk);
                        if stream.write_all(chunk).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        (port, got)
    }

    fn connect(proxy: &Proxy) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", proxy.port())).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .expect("a time limit");
        stream
    }

    /// What comes back, and whether the connection is cut.
    fn say(stream: &mut TcpStream, text: &str) -> (String, bool) {
        let _ = stream.write_all(text.as_bytes());
        let mut heard = String::new();
        let mut buffer = [0; 100];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return (heard, true),
                Ok(length) => {
                    heard.push_str(&String::from_utf8_lossy(&buffer[..length]));
                    if heard.len() >= text.len() {
                        return (heard, false);
                    }
                }
                Err(error) => {
                    let silent =
                        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                    return (heard, !silent);
                }
            }
        }
    }

    #[test]
    fn each_fault_happens_once_and_to_the_request_that_it_waits_for() {
        let (port, got) = echo();
        let proxy = Proxy::to(port);
        for (fault, heard, arrived) in [
            (Fault::CutReply(2), ("he", true), "hello"),
            (Fault::CutRequest(3), ("hel", true), "hel"),
            (Fault::SwallowReply, ("", false), "hello"),
            (
                Fault::DelayRequest(Duration::from_millis(100)),
                ("hello", false),
                "hello",
            ),
        ] {
            let mut stream = connect(&proxy);
            proxy.arm(b"ell", fault);
            assert_eq!(say(&mut stream, "other"), ("other".into(), false));
            got.lock().expect("no panic").clear();
            let (text, cut) = say(&mut stream, "hello");
            // What was cut off on the way there has no echo that must arrive.
            if !matches!(fault, Fault::CutRequest(_)) {
                assert_eq!((&*text, cut), heard, "{fault:?}");
            }
            assert_eq!(&got.lock().expect("no panic")[..], arrived.as_bytes());
            assert_eq!(say(&mut connect(&proxy), "hello").0, "hello");
        }
        assert_eq!(proxy.happened(), 4);
    }

    #[test]
    fn a_network_that_is_half_open_says_nothing_and_goes_on_where_it_stopped() {
        let (port, _) = echo();
        let proxy = Proxy::to(port);
        let mut stream = connect(&proxy);
        proxy.set(Mode::HalfOpen);
        assert_eq!(say(&mut stream, "hello"), (String::new(), false));
        proxy.set(Mode::Pass);
        assert_eq!(say(&mut stream, ""), ("hello".into(), false));
        proxy.set(Mode::Down);
        assert!(say(&mut stream, "hello").1);
        assert!(say(&mut connect(&proxy), "hello").1);
    }
}
