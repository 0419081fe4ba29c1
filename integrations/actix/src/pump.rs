//! The one place that reads request bodies: chunks in, a verdict out. It owns a timer and no rule.

use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::http::header::HeaderMap;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};
use webhook_door::{Arrived, Head, Intake, Reading, Rejection};
use webhook_verify::Provider;

/// How many chunks are read before others get a turn.
const CHUNKS_AT_ONCE: u32 = 64;

/// The time by the clock that tests can step.
pub(crate) fn now() -> std::time::Instant {
    Instant::now().into_std()
}

/// The head in the terms of the core.
pub(crate) fn head_of<'a>(
    method: &'a str,
    uri: &'a Uri,
    headers: &'a HeaderMap,
) -> Head<'a, &'a HeaderMap> {
    Head {
        method,
        target: uri.path_and_query().map_or("", |target| target.as_str()),
        headers,
    }
}

/// Judges the head. A refusal here has read nothing of the body.
pub(crate) fn begin(
    provider: &impl Provider,
    intake: &Intake,
    method: &str,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Reading, Rejection> {
    intake.begin(provider, head_of(method, uri, headers), now())
}

/// Reads a body to its end and verifies it. It must be the raw payload: what actix-web's extractors hand out may be
/// decompressed.
pub(crate) async fn read(
    payload: &mut Payload,
    mut reading: Reading,
) -> Result<Arrived, Rejection> {
    let mut chunks = 0_u32;
    loop {
        match timeout_at(reading.due().into(), payload.next()).await {
            Ok(Some(Ok(chunk))) => reading.chunk(chunk, now())?,
            Ok(Some(Err(error))) => return Err(reading.broken(error.to_string())),
            Ok(None) => return reading.finish(),
            Err(_) => reading.check(now())?,
        }
        chunks = chunks.wrapping_add(1);
        if chunks.is_multiple_of(CHUNKS_AT_ONCE) {
            tokio::task::yield_now().await;
        }
    }
}
