//! GitHub: nothing but the body is signed. The identity, a digest of the body, is not asked for here.

use std::hint::black_box;

use peer_webhook_verify::Provider;
use webhook_verify::GitHub;

use crate::floor::{self, Floor};
use crate::peers;
use crate::request::{self, Request, SECRETS};
use crate::row::{Contender, FLOOR, OURS};

pub(crate) fn row(size: usize) -> Vec<Contender> {
    let request = request::github(request::event(size));
    vec![
        floor(request.clone()),
        ours(request.clone()),
        peers::octocrab(request.clone(), SECRETS[0]),
        peers::registry(Provider::GitHub, request, &SECRETS[..1], true),
    ]
}

fn floor(request: Request) -> Contender {
    let floor = Floor::new(SECRETS[0].as_bytes());
    Contender::new(FLOOR, move || {
        let Request {
            body, signature, ..
        } = black_box(&request);
        floor::equal(&floor.tag([&body[..]]), &floor::hex(signature))
    })
}

fn ours(request: Request) -> Contender {
    let verifier = GitHub::new(SECRETS[0]).expect("a secret");
    Contender::new(OURS, move || {
        let Request { headers, body, .. } = black_box(&request);
        black_box(verifier.verify(headers, &body[..])).is_ok()
    })
}
