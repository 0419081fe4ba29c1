//! Webhook verification and a durable webhook inbox for actix-web: the same doors as `webhook-tower`'s, under the same
//! names, over the same core.
//!
//! - [`VerifyLayer`], a middleware: the handler behind it gets the verified bytes and, as [`Verified`], the proof.
#![cfg_attr(
    feature = "inbox",
    doc = "- [`Receive`], a handler that verifies, persists and then acknowledges; [`Receivers`] for many providers."
)]
#![cfg_attr(
    not(feature = "inbox"),
    doc = "- `Receive` (feature `inbox`), a handler that verifies, persists and then acknowledges."
)]
//! - [`Webhook`], an extractor that verifies by itself.
//!
//! All of them take the raw payload. actix-web's own extractors decompress a body under `Content-Encoding` before anybody
//! sees it, so that what they hand out is not what was signed.
//!
//! ```
//! use actix_web::{App, web};
//! use webhook_actix::{Verified, VerifyLayer, verify::GitHub};
//!
//! async fn hook(Verified(proof): Verified) -> String {
//!     format!("{} bytes", proof.body().len())
//! }
//!
//! # fn main() -> Result<(), webhook_actix::verify::ConfigError> {
//! let github = GitHub::new("not-a-real-secret")?;
//! let app = App::new()
//!     .service(web::resource("/github").wrap(VerifyLayer::new(github)).route(web::post().to(hook)));
//! # drop(app);
//! # Ok(()) }
//! ```
//!
//! # What actix-web does not let a door do
//!
//! Its server sends `100 Continue` as soon as it has read a head, before any service sees the request; so a refused sender
//! that asked for it begins to send its body all the same. Nothing of that body is read.
//! It also reads ahead, some tens of kilobytes for each connection, whatever the [`Budget`].
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `inflate` | `Intake::inflate`: compressed bodies, decompressed after they were verified |
//! | `inbox` | `Receive`, `Receivers`, and [`webhook_idempotency`](https://docs.rs/webhook-idempotency) as `idempotency` |
//! | `json` | `Event::json` in handlers (implies `inbox`) |
//! | `sqlite` | the SQLite store behind the inbox (implies `inbox`) |
//! | `worker` | the worker that runs handlers over stored events (implies `inbox`) |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "inbox")]
mod handshake;
mod pump;
#[cfg(feature = "inbox")]
mod receive;
mod rejection;
mod verified;
mod verify_layer;
mod webhook;

pub use webhook_door::{Budget, Intake, Reason, Rejection};
#[cfg(feature = "inbox")]
pub use webhook_idempotency as idempotency;
pub use webhook_verify as verify;

#[cfg(feature = "inbox")]
pub use crate::receive::{Receive, Receivers};
pub use crate::rejection::Refused;
pub use crate::verified::Verified;
pub use crate::verify_layer::{Verify, VerifyLayer};
pub use crate::webhook::{Payload, Unparsed, Webhook};
