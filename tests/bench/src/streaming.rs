//! A body in chunks of 16 KiB, hashed and kept while it comes in. The floor keeps it in a buffer that grows, too.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use webhook_verify::{StandardWebhooks, Verifier, VerifyError};

use crate::floor::{self, Floor};
use crate::request::{self, KEYS, Request, SECRETS};
use crate::row::{Contender, FLOOR, OURS};

const CHUNK: usize = 16 * 1024;

pub(crate) fn row(size: usize) -> Vec<Contender> {
    let request = request::standard(request::event(size), 0);
    vec![
        floor(request.clone()),
        ours(request.clone()),
        ours_owned(request),
    ]
}

fn floor(request: Request) -> Contender {
    use hmac::Mac as _;
    let floor = Floor::new(KEYS[0]);
    Contender::new(FLOOR, move || {
        let Request {
            prefix,
            body,
            signature,
            ..
        } = black_box(&request);
        let mut mac = floor.start();
        mac.update(prefix);
        let mut kept = BytesMut::new();
        for chunk in body.chunks(CHUNK) {
            mac.update(chunk);
            kept.extend_from_slice(chunk);
        }
        black_box(kept.freeze());
        let tag: [u8; 32] = mac.finalize().into_bytes().into();
        floor::equal(&tag, &floor::base64(signature))
    })
}

fn verifier() -> Verifier {
    StandardWebhooks::new(SECRETS[0]).expect("a secret").into()
}

/// With chunks that are borrowed.
fn ours(request: Request) -> Contender {
    let verifier = verifier();
    Contender::new(OURS, move || {
        let Request { headers, body, .. } = black_box(&request);
        let verdict = || -> Result<_, VerifyError> {
            let mut verification = verifier.begin(headers)?;
            for chunk in body.chunks(CHUNK) {
                verification.update(chunk)?;
            }
            verification.finish()
        };
        black_box(verdict()).is_ok()
    })
}

/// With chunks that are counted references, as hyper hands them out.
fn ours_owned(request: Request) -> Contender {
    let verifier = verifier();
    let chunks: Vec<Bytes> = request
        .body
        .chunks(CHUNK)
        .map(|c| request.body.slice_ref(c))
        .collect();
    Contender::new("ours, update_bytes", move || {
        let Request { headers, .. } = black_box(&request);
        let verdict = || -> Result<_, VerifyError> {
            let mut verification = verifier.begin(headers)?;
            for chunk in &chunks {
                verification.update_bytes(chunk.clone())?;
            }
            verification.finish()
        };
        black_box(verdict()).is_ok()
    })
}
