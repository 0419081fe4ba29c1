//! How to use this crate, by what you want to do. Every example is run by the tests.
//!
//! - [`receivers`]: a plain function in a handler of your own.
//! - [`senders`]: sign the webhooks that your program sends.
//! - [`rotation`]: change secrets without losing an event.
//! - [`providers`]: what each provider signs, and what to look out for.

#[doc = include_str!("receivers.md")]
pub mod receivers {}

#[doc = include_str!("senders.md")]
pub mod senders {}

#[doc = include_str!("rotation.md")]
pub mod rotation {}

/// A page for each scheme, rendered from the rows; with the features `testing` and `ed25519`, which its examples need.
#[cfg_attr(
    all(feature = "testing", feature = "ed25519"),
    doc = "",
    doc = include_str!("providers.md")
)]
pub mod providers {}
