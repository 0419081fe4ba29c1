//! A bundled webhook sender: events leave with your transaction, are signed at each attempt, and go only where they may.
//!
//! ```
//! use std::sync::Arc;
//!
//! use sqlx::{Connection, SqliteConnection};
//! use webhook_sender::idempotency::SqliteStore;
//! use webhook_sender::verify::StandardWebhooks;
//! use webhook_sender::{Client, EgressPolicy, Endpoint, EndpointUrl, Outbox, OutgoingEvent, Sender};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("shop.db").display().to_string();
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let customers_url = format!("http://{}/webhooks", listener.local_addr()?);
//! # let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! # let shutdown = async move { stopped.await.unwrap_or_default() };
//! # let receiver = tokio::spawn(async move {
//! #     use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! #     let (mut stream, _) = listener.accept().await.unwrap();
//! #     let mut request = Vec::new();
//! #     while !request.ends_with(b"{\"order\":7}") {
//! #         assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
//! #     }
//! #     stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
//! #     stop.send(()).unwrap();
//! # });
//! // The outbox lives in the program's own SQLite file.
//! let store = Arc::new(SqliteStore::open(&path).await?);
//! let outbox = Outbox::new(store.clone())?;
//!
//! // The order and its event are committed together, or not at all.
//! let mut connection = SqliteConnection::connect(&path).await?;
//! # sqlx::query("CREATE TABLE orders (id INTEGER) STRICT").execute(&mut connection).await?;
//! let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
//! sqlx::query("INSERT INTO orders VALUES (7)").execute(&mut *transaction).await?;
//! let event = OutgoingEvent::new("evt_1", "order.placed", r#"{"order":7}"#)?;
//! outbox.enqueue_in(&mut transaction, "customer-1", event).await?;
//! transaction.commit().await?;
//! outbox.wake();
//!
//! // The default policy is `https` to public addresses. This one is for examples and tests.
//! let policy = EgressPolicy::danger_allow_loopback();
//! let url = EndpointUrl::parse(&customers_url, &policy)?;
//! let signer = StandardWebhooks::signer("whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0")?;
//! let sender = Sender::builder(store)
//!     .client(Client::new(policy)?)
//!     .endpoint("customer-1", Endpoint::new(url, signer))
//!     .build()?;
//! sender.run(shutdown).await;
//! # receiver.await?;
//! # Ok(()) }
//! ```
//!
//! # What is promised
//!
//! - An event that was committed is delivered at least once, or ends as a dead letter that says why. One that was rolled
//!   back is never sent.
//! - Every attempt carries the same id and the same bytes, and a signature of its own moment. A receiver that knows ids
//!   again runs the event once.
//! - Nothing is sent to an address that the [`EgressPolicy`] refuses, whatever the name resolves to at that moment.
//! - One attempt costs no more than its endpoint's timeout and 16 KiB of answer.
//!
//! Events are sent in no particular order, and one to several endpoints at the same time.
//!
//! # What an attempt leads to
//!
//! [`classify`] has the table. Failed attempts are repeated by [`STANDARD_SCHEDULE`] unless told otherwise; dead letters
//! are listed and replayed through the store ([`idempotency::Queue`]), under [`Outbox::namespace`].
//!
//! Tenants may be shown the text of a [`Failure`], of which there are four. What is behind it is its
//! [`source`](std::error::Error::source), which is logged and not stored.

mod classify;
mod client;
mod deliver;
mod egress;
mod endpoint;
mod error;
mod event;
mod event_types;
mod filter;
mod outbox;
mod sender;

pub use classify::{DeadReason, Decision, Patience, classify, classify_failure};
pub use client::{
    Answer, Client, DEFAULT_TIMEOUT, EXCERPT_LIMIT, Failure, FailureClass, RetryAfter,
};
pub use egress::{EgressPolicy, EndpointUrl, Resolve, SystemResolver, UrlError};
pub use endpoint::Endpoint;
pub use error::ConfigError;
pub use event::{EventError, OutgoingEvent};
pub use event_types::{EventTypePattern, PatternError};
pub use filter::{Filter, FilterError, Member};
pub use outbox::{EnqueueError, Enqueued, Outbox};
pub use sender::{STANDARD_SCHEDULE, Sender, SenderBuilder};
pub use webhook_idempotency as idempotency;
pub use webhook_verify as verify;
