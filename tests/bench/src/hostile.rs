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
    vec![
        standard::floor(honest),
        ours(OURS, request.clone(), false),
        ours("ours, 8 KiB of them", short, false),
        peers::standardwebhooks(request.clone(), 1, false),
        peers::svix(request.clone(), 1, false),
        peers::registry(Provider::StandardWebhooks, request, &SECRETS[..1], false),
    ]
}

/// The longest headers that are still read, with one valid signature at their end.
pub(crate) fn admitted(size: usize) -> Vec<Contender> {
    let honest = request::standard(request::event(size), 0);
    let padded = |unit: &str| {
        let mut request = honest.clone();
        let good = format!(" v1,{}", request.signature);
        let room = LIMIT - good.len();
        let value = unit.repeat(room / unit.len()) + &good;
        request::set(&mut request.headers, "webhook-signature", &value);
        request
    };
    let candidates = {
        let mut request = honest.clone();
        let each = (LIMIT - 64) / 15;
        let one = format!("v1,{} ", "A".repeat((each - 4) / 4 * 4));
        let value = one.repeat(15) + "v1," + &request.signature;
        request::set(&mut request.headers, "webhook-signature", &value);
        request
    };
    vec![
        standard::floor(honest.clone()),
        ours(OURS, honest.clone(), true),
        ours("ours, spaces", padded(" "), true),
        ours("ours, short unknown items", padded(" a,b"), true),
        ours("ours, long unknown item", padded("x"), true),
        ours("ours, 15 long candidates", candidates, true),
    ]
}

fn ours(name: &'static str, request: Request, expected: bool) -> Contender {
    let verifier = StandardWebhooks::new(SECRETS[0]).expect("a secret");
    Contender::new(name, move || {
        let Request { headers, body, .. } = black_box(&request);
        black_box(verifier.verify(headers, &body[..])).is_ok() == expected
    })
}
