//! Verification and what names the event, beside floors that do both by hand: for Stripe the id and the type out of the
//! JSON, for GitHub a digest over the type and the body.

use std::hint::black_box;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use webhook_verify::{GitHub, Identity, Stripe};

use crate::floor::{self, Floor};
use crate::request::{self, Request, SECRETS};
use crate::row::{Contender, FLOOR, OURS};

pub(crate) fn stripe(size: usize) -> Vec<Contender> {
    let request = request::stripe(request::event(size));
    vec![stripe_floor(request.clone()), stripe_ours(request)]
}

/// serde skips what it has no field for, and refuses the second of two fields of one name, as ours does.
#[derive(Deserialize)]
struct Event<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
}

fn stripe_floor(request: Request) -> Contender {
    let floor = Floor::new(SECRETS[0].as_bytes());
    Contender::new(FLOOR, move || {
        let Request {
            prefix,
            body,
            signature,
            ..
        } = black_box(&request);
        let event: Option<Event<'_>> = serde_json::from_slice(body).ok();
        let named = black_box(event).is_some_and(|e| !e.id.is_empty() && !e.event_type.is_empty());
        named && floor::equal(&floor.tag([&prefix[..], body]), &floor::hex(signature))
    })
}

fn stripe_ours(request: Request) -> Contender {
    let verifier = Stripe::new(SECRETS[0]).expect("a secret");
    Contender::new(OURS, move || {
        let Request { headers, body, .. } = black_box(&request);
        let Ok(verified) = verifier.verify(headers, &body[..]) else {
            return false;
        };
        let names = black_box(verified.attributes());
        names.id.is_ok() && names.event_type.is_ok()
    })
}

pub(crate) fn github(size: usize) -> Vec<Contender> {
    let request = request::github(request::event(size));
    vec![github_floor(request.clone()), github_ours(request)]
}

fn github_floor(request: Request) -> Contender {
    let floor = Floor::new(SECRETS[0].as_bytes());
    Contender::new(FLOOR, move || {
        let Request {
            body, signature, ..
        } = black_box(&request);
        let mut digest = Sha256::new();
        digest.update(4_u64.to_be_bytes());
        digest.update(b"push");
        digest.update(body);
        black_box(digest.finalize());
        floor::equal(&floor.tag([&body[..]]), &floor::hex(signature))
    })
}

fn github_ours(request: Request) -> Contender {
    let verifier = GitHub::new(SECRETS[0]).expect("a secret");
    Contender::new(OURS, move || {
        let Request { headers, body, .. } = black_box(&request);
        let Ok(verified) = verifier.verify(headers, &body[..]) else {
            return false;
        };
        matches!(black_box(verified.identity()), Identity::Digest(_))
    })
}
