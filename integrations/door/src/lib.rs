//! What every HTTP door for webhooks has in common: which requests it takes, how much of them, how slowly they may come,
//! and what it answers. No framework, no runtime, no I/O: a door hands in heads, chunks and the time, and does as it is
//! told.
//!
//! This is for people who write a door for another framework. Everybody else wants `webhook-tower` or `webhook-actix`,
//! which are made of it.
//!
//! ```
//! use std::time::Instant;
//! use webhook_door::{Head, Intake};
//! use webhook_verify::GitHub;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let intake = Intake::new();
//! let github = GitHub::new("It's a Secret to Everybody")?;
//! let headers = [(
//!     "x-hub-signature-256",
//!     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
//! )];
//!
//! // The head comes first, and is refused before one byte of the body is read.
//! let post = Head { method: "POST", target: "/github", headers };
//! let mut reading = intake.begin(&github, post, Instant::now())?;
//! for chunk in ["Hello, ", "World!"] {
//!     // A door gives up its wait for the next chunk at `reading.due()`.
//!     reading.chunk(chunk.into(), Instant::now())?;
//! }
//! assert_eq!(reading.finish()?.verified().body(), b"Hello, World!");
//!
//! let get = Head { method: "GET", target: "/github", headers };
//! let refused = intake.begin(&github, get, Instant::now()).unwrap_err();
//! assert_eq!((refused.status(), refused.allow()), (405, Some("POST")));
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `inflate` | `Intake::inflate`: compressed bodies, decompressed after they were verified |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod arrived;
mod budget;
mod coding;
mod head;
mod intake;
mod pace;
mod reading;
mod rejection;
mod request_line;
mod tenants;
mod verifiers;

pub use arrived::Arrived;
pub use budget::{Budget, Reservation};
pub use head::Head;
pub use intake::Intake;
pub use reading::Reading;
pub use rejection::{Reason, Rejection};
pub use tenants::{TenantResolver, Tenants};
pub use verifiers::{Begun, Lookup, Verifiers};
