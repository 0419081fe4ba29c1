//! The built binary, as people and programs call it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_in_result
)]

mod captured;
mod misuse;
mod providers;
mod sign;
mod support;
mod verify;
