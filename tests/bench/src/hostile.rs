//! Headers made to cost time. A refused one should cost less than an honest request; an admitted one, which holds a valid
//! signature because only the provider can make it longer, hardly more.

use std::hint::black_box;

use base64ct::{Base64, Encoding as _};
use peer_webhook_verify::Provider;
use webhook_verify::StandardWebhooks;

use crate::peers;
use crate::request::{self, Request, SECRETS};
use crate::row::{Contender, OURS};
use crate::standard;

/// The longest signature header that ours reads.
const LIMIT: usize = 8 * 1024;
/// The most signatures that ours reads in one of this scheme, and the most items beside them.
const CANDIDATES: usize = 16;
const OTHER_ITEMS: usize = 8;

/// Ten thousand well-formed signatures of nobody: 480 kB of header, as a server without limits would hand it on.
pub(crate) fn refused() -> Vec<Contender> {
    let honest = request::standard(request::event(1024), 0);
    let mut request = honest.clone();
    let one = format!("v1,{}", Base64::encode_string(&[7; 32]));
    request::set(
        &mut request.headers,
        "webhook-signature",
        &vec![one; 10_000].join(" "),
    );
    let mut short = honest.clone();
    let many = vec!["v1,AA=="; LIMIT / 8].join(" ");
    request::set(&mut short.headers, "webhook-signature", &many);
    let mut spaces = honest.clone();
    let value = " ".repeat(LIMIT / 2) + "v1," + &spaces.signature;
    request::set(&mut spaces.headers, "webhook-signature", &value);
    vec![
        standard::floor(honest),
        ours(OURS, request.clone(), false),
        ours("ours, 8 KiB of them", short, false),
        ours("ours, 4 KiB of spaces", spaces, false),
        peers::standardwebhooks(request.clone(), 1, false),
        peers::svix(request.clone(), 1, false),
        peers::registry(Provider::StandardWebhooks, request, &SECRETS[..1], false),
    ]
}

/// What is still read beside one valid signature, which stands at the end: other signatures, items of other kinds, an item
/// as long as the header may be, and headers that have nothing to do with it.
pub(crate) fn admitted(size: usize) -> Vec<Contender> {
    let honest = request::standard(request::event(size), 0);
    let behind = |front: &str| {
        let mut request = honest.clone();
        let value = format!("{front}v1,{}", request.signature);
        request::set(&mut request.headers, "webhook-signature", &value);
        request
    };
    let candidates = format!("v1,{} ", Base64::encode_string(&[7; 32])).repeat(CANDIDATES - 1);
    let items = "a,b ".repeat(OTHER_ITEMS);
    let long = |front: &str| {
        let room = LIMIT - front.len() - "v1,".len() - honest.signature.len() - 1;
        format!("{}{front}{}", "x".repeat(room), " ")
    };
    let everything = long(&format!(" {}{candidates}", "a,b ".repeat(OTHER_ITEMS - 2)));
    let mut crowd = honest.clone();
    for number in 0..1000 {
        request::set(&mut crowd.headers, &format!("x-unrelated-{number}"), "x");
    }
    vec![
        standard::floor(honest.clone()),
        ours(OURS, honest.clone(), true),
        ours("ours, spaces", behind(&" ".repeat(OTHER_ITEMS)), true),
        ours("ours, other items", behind(&items), true),
        ours("ours, long item", behind(&long("")), true),
        ours("ours, 16 candidates", behind(&candidates), true),
        ours("ours, all of these", behind(&everything), true),
        ours("ours, 1000 other headers", crowd, true),
    ]
}

fn ours(name: &'static str, request: Request, expected: bool) -> Contender {
    let verifier = StandardWebhooks::new(SECRETS[0]).expect("a secret");
    Contender::new(name, move || {
        let Request { headers, body, .. } = black_box(&request);
        black_box(verifier.verify(headers, &body[..])).is_ok() == expected
    })
}
