//! Stripe: time and signature in one header, one secret. The id, which is in the body, is not asked for here.

use std::hint::black_box;

use bytes::Bytes;
use peer_webhook_verify::Provider;
use webhook_verify::Stripe;

use crate::floor::{self, Floor};
use crate::peers;
use crate::request::{self, Request, SECRETS};
use crate::row::{Contender, FLOOR, OURS};

pub(crate) fn row(size: usize) -> Vec<Contender> {
    let request = request::stripe(request::event(size));
    let no_json = request::stripe(Bytes::from("x".repeat(size)));
    vec![
        floor(request.clone()),
        ours(request.clone()),
        peers::registry(Provider::Stripe, request, &SECRETS[..1], true),
        peers::async_stripe(no_json, SECRETS[0]),
    ]
}

fn floor(request: Request) -> Contender {
    let floor = Floor::new(SECRETS[0].as_bytes());
    Contender::new(FLOOR, move || {
        let Request {
            prefix,
            body,
            signature,
            ..
        } = black_box(&request);
        floor::equal(&floor.tag([&prefix[..], body]), &floor::hex(signature))
    })
}

fn ours(request: Request) -> Contender {
    let verifier = Stripe::new(SECRETS[0]).expect("a secret");
    Contender::new(OURS, move || {
        let Request { headers, body, .. } = black_box(&request);
        black_box(verifier.verify(headers, &body[..])).is_ok()
    })
}
