//! What the two programs that look for leaks share: the schemes, and requests whose signature can be altered.

mod request;
mod schemes;

pub use request::{Request, body};
pub use schemes::{Named, all, left_out, named};
