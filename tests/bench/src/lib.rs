//! One list of rows, each a request and everybody who can check it, for the three programs that measure it: `compare`
//! (time, interleaved), `instructions` (callgrind) and the criterion bench `verify`.
//!
//! The first contender of a row is its floor: what a user would write by hand for that one request and no other, with
//! the key prepared, the signed bytes at hand and the signature already found in its header.

mod floor;
mod github;
mod hostile;
mod names;
mod peers;
mod request;
mod rotation;
mod row;
mod standard;
mod streaming;
mod stripe;

pub use row::{Contender, FLOOR, OURS, Row};

/// Body sizes in bytes.
pub const SIZES: [usize; 5] = [256, 1024, 16 * 1024, 64 * 1024, 1024 * 1024];

/// Calls `visit` with every row whose title contains `filter`. A row is made just before, so that its signatures are
/// still fresh for peers whose window cannot be set.
pub fn each(filter: &str, mut visit: impl FnMut(Row)) {
    let mut wanted = |title: String, make: &dyn Fn() -> Vec<Contender>| {
        if title.contains(filter) {
            visit(Row {
                title,
                contenders: make(),
            });
        }
    };
    for size in SIZES {
        let title = |what: &str| format!("{what}, {}", row::size(size));
        wanted(title("standard webhooks"), &|| standard::row(size));
        wanted(title("stripe"), &|| stripe::row(size));
        wanted(title("github"), &|| github::row(size));
        wanted(title("names: stripe"), &|| names::stripe(size));
        wanted(title("names: github"), &|| names::github(size));
        wanted(title("streaming: 16 KiB chunks"), &|| streaming::row(size));
    }
    for (secrets, candidates) in [(1, 1), (3, 1), (1, 16), (3, 16)] {
        let title = format!("rotation: {secrets} secrets, {candidates} candidates, 1 KiB");
        wanted(title, &|| rotation::row(secrets, candidates));
    }
    wanted("hostile: refused, 1 KiB".into(), &hostile::refused);
    for size in [256, 1024] {
        let title = format!("hostile: admitted, {}", row::size(size));
        wanted(title, &|| hostile::admitted(size));
    }
}
