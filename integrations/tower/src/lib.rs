//! Webhook verification and a durable webhook inbox for tower and axum.
//!
//! The doors, over one engine:
//!
//! - [`VerifyLayer`] in front of a service of yours: verified bytes go in, and the very same bytes come out.
#![cfg_attr(
    feature = "inbox",
    doc = "- [`Receive`], a leaf service that verifies, persists and then acknowledges."
)]
#![cfg_attr(
    not(feature = "inbox"),
    doc = "- `Receive` (feature `inbox`), a leaf service that verifies, persists and then acknowledges."
)]
#![cfg_attr(
    feature = "inbox",
    doc = "- [`IdempotencyLayer`], for handlers that answer with their result: each request runs once."
)]
#![cfg_attr(
    not(feature = "inbox"),
    doc = "- `IdempotencyLayer` (feature `inbox`), for handlers that answer with their result: each request runs once."
)]
#![cfg_attr(
    feature = "axum",
    doc = "- [`Webhook`], an axum extractor that verifies by itself."
)]
#![cfg_attr(
    not(feature = "axum"),
    doc = "- `Webhook` (feature `axum`), an axum extractor that verifies by itself."
)]
//!
//! Each refuses what it can before it reads one byte of the body, reads the body once under a limit and a deadline, and
//! answers a refusal with a bare status; the reason travels in the response's extensions as a [`Rejection`], for logs.
//!
//! ```
//! use axum::{Router, routing::post};
//! use webhook_tower::{VerifyLayer, verify::{GitHub, Verified}};
//!
//! async fn hook(verified: axum::Extension<Verified>) -> String {
//!     format!("{} bytes", verified.body().len())
//! }
//!
//! # fn main() -> Result<(), webhook_tower::verify::ConfigError> {
//! let github = GitHub::new("not-a-real-secret")?;
//! let app: Router = Router::new().route("/github", post(hook)).layer(VerifyLayer::new(github));
//! # Ok(()) }
//! ```
//!
//! Secrets that change while the program runs come through [`VerifyLayer::live`], and those of many tenants through
//! [`VerifyLayer::tenants`] and [`Tenants`].
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `axum` | `Webhook`, the extractor, and `Verified`, for handlers behind the layer |
//! | `inflate` | `Intake::inflate`: compressed bodies, decompressed after they were verified |
//! | `inbox` | `Receive`, `Receivers` for many providers, `IdempotencyLayer`, and [`webhook_idempotency`](https://docs.rs/webhook-idempotency) as `idempotency` |
//! | `json` | `Event::json` in handlers (implies `inbox`) |
//! | `serve` | `Server`, which bounds what a connection may do before there is a request |
//! | `sqlite` | the SQLite store behind the inbox (implies `inbox`) |
//! | `worker` | the worker that runs handlers over stored events (implies `inbox`) |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "inbox")]
mod handshake;
#[cfg(feature = "inbox")]
mod idempotency_layer;
mod pump;
#[cfg(feature = "inbox")]
mod receive;
#[cfg(feature = "inbox")]
mod receivers;
mod rejection;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "axum")]
mod verified;
mod verify_layer;

pub use webhook_door::{Budget, Intake, Reason, Rejection, TenantResolver, Tenants};
#[cfg(feature = "inbox")]
pub use webhook_idempotency as idempotency;
pub use webhook_verify as verify;

#[cfg(feature = "axum")]
pub use crate::axum::{Payload, Unparsed, Webhook, WebhookRejection};
#[cfg(feature = "inbox")]
pub use crate::idempotency_layer::{
    GuardedBody, Idempotency, IdempotencyFuture, IdempotencyLayer, IdempotencyRejection,
};
#[cfg(feature = "inbox")]
pub use crate::receive::{Receive, ReceiveFuture};
#[cfg(feature = "inbox")]
pub use crate::receivers::{Receivers, ReceiversFuture};
pub use crate::rejection::refuse;
#[cfg(feature = "serve")]
pub use crate::serve::Server;
#[cfg(feature = "axum")]
pub use crate::verified::{Verified, VerifiedRejection};
pub use crate::verify_layer::{Verify, VerifyFuture, VerifyLayer};
