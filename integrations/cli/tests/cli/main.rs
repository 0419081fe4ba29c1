//! The built binary, as people and programs call it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_in_result
)]

mod captured;
mod keeping;
mod listen;
mod misuse;
mod process;
mod providers;
mod readme;
mod records;
mod send;
mod sign;
mod support;
mod verify;
