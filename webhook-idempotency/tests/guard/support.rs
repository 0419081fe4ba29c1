//! A store, its clock, and requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use webhook_idempotency::{
    Attempt, Claims, Entry, Guard, GuardBuilder, GuardKey, GuardRefusal, MemoryStore,
    StoredResponse,
};
use webhook_verify::{Message, StandardWebhooks, UnixTime, Verified};

use crate::sqlite::Database;

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";

/// A store whose clock stands still until it is stepped.
pub(crate) struct Stage {
    pub(crate) store: Arc<dyn Claims>,
    clock: Clock,
}

enum Clock {
    Memory(Arc<Mutex<UnixTime>>),
    Sqlite(Database),
}

impl Stage {
    pub(crate) fn memory() -> Self {
        let now = Arc::new(Mutex::new(UnixTime::from_secs(1_700_000_000)));
        let clock = Arc::clone(&now);
        let store = MemoryStore::new(10_000).with_clock(Arc::new(move || *clock.lock().unwrap()));
        Self {
            store: Arc::new(store),
            clock: Clock::Memory(now),
        }
    }

    pub(crate) async fn sqlite() -> Self {
        let database = Database::new(true);
        Self {
            store: Arc::new(database.open().await),
            clock: Clock::Sqlite(database),
        }
    }

    pub(crate) fn step(&self, by: Duration) {
        match &self.clock {
            Clock::Memory(now) => {
                let mut now = now.lock().unwrap();
                *now = now.saturating_add(by);
            }
            Clock::Sqlite(database) => database.step(by),
        }
    }

    pub(crate) fn builder(&self) -> GuardBuilder {
        Guard::builder(Arc::clone(&self.store), "shop")
    }

    pub(crate) fn guard(&self) -> Guard {
        self.builder().build().unwrap()
    }
}

pub(crate) fn verified(id: &str, body: &'static [u8]) -> Verified {
    let signer = StandardWebhooks::signer(SECRET).unwrap();
    let headers = signer.sign(&Message::new(body).id(id)).unwrap();
    let verifier = StandardWebhooks::new(SECRET).unwrap();
    verifier
        .verify(&headers, Bytes::from_static(body))
        .unwrap()
        .into_owned()
}

pub(crate) fn delivery(guard: &Guard, id: &str) -> GuardKey {
    guard.delivery(&verified(id, b"{}"))
}

pub(crate) fn client(guard: &Guard, key: &str) -> GuardKey {
    guard.client("acme", key.as_bytes(), &[b"body"]).unwrap()
}

pub(crate) fn ok() -> StoredResponse {
    StoredResponse::new(
        201,
        [("content-type", "text/plain")],
        Bytes::from_static(b"paid"),
    )
}

pub(crate) async fn began(guard: &Guard, key: &GuardKey) -> Attempt {
    match guard.begin(key).await {
        Entry::Began(attempt) => attempt,
        other => panic!("expected to begin, got {other:?}"),
    }
}

pub(crate) async fn refused(guard: &Guard, key: &GuardKey) -> GuardRefusal {
    match guard.begin(key).await {
        Entry::Refused(refusal) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

pub(crate) async fn replayed(guard: &Guard, key: &GuardKey) -> StoredResponse {
    match guard.begin(key).await {
        Entry::Replayed(response) => response,
        other => panic!("expected a stored response, got {other:?}"),
    }
}

/// Begins as soon as whatever goes on in the background is done. It waits for no lease: no clock moves.
pub(crate) async fn began_soon(guard: &Guard, key: &GuardKey) -> Attempt {
    let beginning = async {
        loop {
            match guard.begin(key).await {
                Entry::Began(attempt) => return attempt,
                Entry::Refused(_) => tokio::task::yield_now().await,
                other => panic!("expected to begin, got {other:?}"),
            }
        }
    };
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, beginning).await.unwrap()
}

/// Polls a future that often at most, each time only after it asked for it, and then drops it.
pub(crate) struct Dropped<F> {
    pub(crate) future: Pin<Box<F>>,
    pub(crate) polls: usize,
}

impl<F: Future> Future for Dropped<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        match self.future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}
