//! A clock that tests step, a receiver on loopback, and a sender between them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use webhook_sender::idempotency::{
    Drained, ListRequest, Queue, Record, SqliteOptions, SqliteStore, State, Stats,
};
use webhook_sender::verify::{Clock, Signer, StandardWebhooks, UnixTime};
use webhook_sender::{
    Client, EgressPolicy, Endpoint, EndpointUrl, Outbox, OutgoingEvent, Sender, SenderBuilder,
};

pub(crate) const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";

/// Only a broken build waits for that long.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn set(&self, time: UnixTime) {
        self.0.store(time.as_millis(), Ordering::SeqCst);
    }

    pub(crate) fn step(&self, by: Duration) {
        self.set(self.now().saturating_add(by));
    }

    pub(crate) fn shared(&self) -> Arc<dyn Clock> {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

/// One file, one clock, and an outbox on both.
pub(crate) struct World {
    pub(crate) clock: TestClock,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) outbox: Outbox,
    directory: Arc<TempDir>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let clock = TestClock(Arc::new(AtomicU64::new(1_700_000_000_000)));
        Self::open(Arc::new(TempDir::new().unwrap()), clock).await
    }

    /// The same file, opened again.
    pub(crate) async fn reopened(&self) -> Self {
        Self::open(Arc::clone(&self.directory), self.clock.clone()).await
    }

    async fn open(directory: Arc<TempDir>, clock: TestClock) -> Self {
        let options = SqliteOptions::new(directory.path().join("outbox.db")).clock(clock.shared());
        let store = Arc::new(options.open().await.unwrap());
        let outbox = Outbox::new(Arc::clone(&store)).unwrap();
        Self {
            clock,
            store,
            outbox,
            directory,
        }
    }

    /// A connection of the program's own, as its other tables would use it.
    pub(crate) async fn connection(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.directory.path().join("outbox.db"));
        options.connect().await.unwrap()
    }

    /// A sender that polls fast, with one endpoint under the name `shop`.
    pub(crate) fn sender(&self, receiver: &Receiver) -> SenderBuilder {
        self.bare_sender().endpoint("shop", receiver.endpoint())
    }

    pub(crate) fn bare_sender(&self) -> SenderBuilder {
        Sender::builder(self.store.clone())
            .client(Client::new(EgressPolicy::danger_allow_loopback()).unwrap())
            .clock(self.clock.shared())
            .poll_interval(Duration::from_millis(5))
    }

    pub(crate) async fn stats(&self) -> Stats {
        self.store.stats(self.outbox.namespace()).await.unwrap()
    }

    pub(crate) async fn records(&self) -> Vec<Record> {
        self.store
            .list(&ListRequest::new(self.outbox.namespace().clone()))
            .await
            .unwrap()
    }

    /// Waits until the record is as wanted.
    pub(crate) async fn wait_for(&self, wanted: impl Fn(&Record) -> bool) -> Record {
        let looking = async {
            loop {
                if let Some(record) = self.records().await.into_iter().find(&wanted) {
                    return record;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looking)
            .await
            .expect("the record never got there")
    }

    /// Waits until attempt number `attempt` has failed, and says when the next one is due.
    pub(crate) async fn retry_behind(&self, attempt: u32) -> UnixTime {
        let record = self
            .wait_for(|r| r.attempts == attempt && matches!(r.state, State::Ready { .. }))
            .await;
        match record.state {
            State::Ready { at } => at,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn event(id: &str) -> OutgoingEvent {
    OutgoingEvent::new(id, "invoice.paid", &b"{\"type\":\"invoice.paid\"}"[..]).unwrap()
}

/// A sender that runs until it is stopped.
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Running {
    pub(crate) fn start(sender: SenderBuilder) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let sender = sender.build().unwrap();
        let task = tokio::spawn(sender.run(async move { stopped.await.unwrap_or_default() }));
        Self { stop, task }
    }

    pub(crate) async fn stop(self) -> Drained {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// When it came, on the test's clock.
    pub(crate) at: UnixTime,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let (_, value) = found.next().unwrap_or_else(|| panic!("no {name}"));
        assert!(found.next().is_none(), "two of {name}");
        value
    }

    /// The id that a Standard Webhooks receiver accepts this request under, at the time it came.
    pub(crate) fn verified_id(&self) -> String {
        let verifier = StandardWebhooks::new(SECRET).unwrap();
        let headers = self.headers.iter().map(|(name, value)| (name, value));
        let verified = verifier
            .verify_at(headers, &self.body[..], self.at)
            .unwrap();
        verified.id().unwrap().value.into_owned()
    }
}

/// A receiver that gives one prepared answer after another, then repeats the last.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// `None` takes the request and never answers it.
    pub(crate) async fn start(clock: &TestClock, answers: &[Option<&str>]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let script: VecDeque<_> = answers
            .iter()
            .map(|answer| answer.map(str::to_owned))
            .collect();
        let script = Arc::new(Mutex::new(script));
        let (log, clock) = (Arc::clone(&requests), clock.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(
                    stream,
                    clock.clone(),
                    Arc::clone(&log),
                    Arc::clone(&script),
                ));
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    pub(crate) async fn answering(clock: &TestClock, statuses: &[&str]) -> Self {
        Self::start(
            clock,
            &statuses.iter().copied().map(Some).collect::<Vec<_>>(),
        )
        .await
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        let url = format!("http://{}/hook", self.address);
        let url = EndpointUrl::parse(&url, &EgressPolicy::danger_allow_loopback()).unwrap();
        Endpoint::new(url, signer())
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) async fn wait_for_requests(&self, count: usize) {
        let waiting = async {
            while self.requests.lock().unwrap().len() < count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .expect("the request never came");
    }
}

pub(crate) fn signer() -> Signer {
    StandardWebhooks::signer(SECRET).unwrap()
}

type Script = Arc<Mutex<VecDeque<Option<String>>>>;

async fn serve(
    mut stream: TcpStream,
    clock: TestClock,
    log: Arc<Mutex<Vec<Request>>>,
    script: Script,
) {
    while let Some((headers, body)) = read_request(&mut stream).await {
        log.lock().unwrap().push(Request {
            headers,
            body,
            at: clock.now(),
        });
        let answer = {
            let mut script = script.lock().unwrap();
            if script.len() > 1 {
                script.pop_front().unwrap()
            } else {
                script[0].clone()
            }
        };
        let Some(answer) = answer else {
            std::future::pending::<()>().await;
            return;
        };
        let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<(Vec<(String, String)>, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let headers: Vec<_> = head
            .lines()
            .skip(1)
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let length: usize = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .unwrap()
            .1
            .parse()
            .unwrap();
        if bytes.len() >= end + 4 + length {
            return Some((headers, bytes.split_off(end + 4)));
        }
    }
}

/// Begins the way that a program which reads before it writes has to.
pub(crate) async fn begin(
    connection: &mut SqliteConnection,
) -> sqlx::Transaction<'_, sqlx::Sqlite> {
    connection.begin_with("BEGIN IMMEDIATE").await.unwrap()
}
