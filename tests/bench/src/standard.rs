//! Standard Webhooks: the id and the time in headers of their own, one secret, one signature.

use std::hint::black_box;

use peer_webhook_verify::Provider;
use webhook_verify::{StandardWebhooks, UnixTime};

use crate::floor::{self, Floor};
use crate::peers;
use crate::request::{self, KEYS, Request, SECRETS};
use crate::row::{Contender, FLOOR, OURS};

pub(crate) fn row(size: usize) -> Vec<Contender> {
    let request = request::standard(request::event(size), 0);
    vec![
        floor(request.clone()),
        ours(request.clone()),
        ours_at(request.clone()),
        peers::standardwebhooks(request.clone(), 1, true),
        peers::svix(request.clone(), 1, true),
        peers::registry(Provider::StandardWebhooks, request, &SECRETS[..1], true),
    ]
}

pub(crate) fn floor(request: Request) -> Contender {
    let floor = Floor::new(KEYS[0]);
    Contender::new(FLOOR, move || {
        let Request {
            prefix,
            body,
            signature,
            ..
        } = black_box(&request);
        floor::equal(&floor.tag([&prefix[..], body]), &floor::base64(signature))
    })
}

fn ours(request: Request) -> Contender {
    let verifier = StandardWebhooks::new(SECRETS[0]).expect("a secret");
    Contender::new(OURS, move || {
        let Request { headers, body, .. } = black_box(&request);
        black_box(verifier.verify(headers, &body[..])).is_ok()
    })
}

/// As [`ours`], without reading the clock, which the floor does not read either.
fn ours_at(request: Request) -> Contender {
    let verifier = StandardWebhooks::new(SECRETS[0]).expect("a secret");
    let now = UnixTime::from_secs(request::now());
    Contender::new("ours, time given", move || {
        let Request { headers, body, .. } = black_box(&request);
        black_box(verifier.verify_at(headers, &body[..], now)).is_ok()
    })
}
