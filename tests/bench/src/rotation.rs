//! Several secrets, of which the last one matches, and several signatures, of which the last one is right.

use std::hint::black_box;

use base64ct::{Base64, Encoding as _};
use peer_webhook_verify::Provider;
use webhook_verify::{StandardWebhooks, Verifier};

use crate::floor::{self, Floor};
use crate::peers;
use crate::request::{self, KEYS, Request, SECRETS};
use crate::row::{Contender, FLOOR, OURS};

pub(crate) fn row(secrets: usize, candidates: usize) -> Vec<Contender> {
    let mut request = request::standard(request::event(1024), secrets - 1);
    let list = (1..candidates)
        .map(|index| Base64::encode_string(&[index as u8; 32]))
        .chain([request.signature.clone()])
        .collect::<Vec<_>>();
    let value = list.iter().map(|text| format!("v1,{text}"));
    let value = value.collect::<Vec<_>>().join(" ");
    request::set(&mut request.headers, "webhook-signature", &value);
    vec![
        floor(request.clone(), secrets, list),
        ours(request.clone(), secrets),
        peers::standardwebhooks(request.clone(), secrets, true),
        peers::svix(request.clone(), secrets, true),
        peers::registry(
            Provider::StandardWebhooks,
            request,
            &SECRETS[..secrets],
            true,
        ),
    ]
}

/// Every secret with every candidate, as constant time wants it; the peers stop at the first match.
fn floor(request: Request, secrets: usize, candidates: Vec<String>) -> Contender {
    let floors: Vec<Floor> = KEYS[..secrets].iter().map(|key| Floor::new(key)).collect();
    Contender::new(FLOOR, move || {
        let Request { prefix, body, .. } = black_box(&request);
        let mut tags = [[0; 32]; 16];
        for (tag, text) in tags.iter_mut().zip(&candidates) {
            *tag = floor::base64(text);
        }
        let mut equal = false;
        for floor in &floors {
            let tag = floor.tag([&prefix[..], body]);
            for candidate in &tags[..candidates.len()] {
                equal |= floor::equal(&tag, candidate);
            }
        }
        equal
    })
}

fn ours(request: Request, secrets: usize) -> Contender {
    let mut builder = Verifier::builder(StandardWebhooks::SCHEME);
    for (label, secret) in ["newest", "middle", "oldest"]
        .iter()
        .zip(&SECRETS[..secrets])
    {
        builder = builder.secret(label, *secret);
    }
    let verifier = builder.build().expect("secrets");
    Contender::new(OURS, move || {
        let Request { headers, body, .. } = black_box(&request);
        black_box(verifier.verify(headers, &body[..])).is_ok()
    })
}
