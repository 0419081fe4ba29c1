//! The peers, each called as its documentation shows, from an `http::HeaderMap` and the bytes of a body.
//!
//! - `standardwebhooks` 1.0.1 and `svix` 2.9.1 take the map as it is; they copy the body into a string and hash with the
//!   scalar `hmac-sha256`. svix 2.9.1 is built with its default features: without a TLS feature it does not compile beside
//!   hyper-util 0.1.21 (`connector.rs:120: expected Poll<Result<(), Box<..>>>, found Poll<Result<(), ConnectError>>`).
//! - `webhook-verify` 0.1.0 is the unrelated crate of that name on the registry.
//! - `async-stripe-webhook` 1.0.0-rc.10 has no verification apart from `construct_event`, which parses the event into its
//!   types as well. It is given bodies that are not JSON: the signature and the time are checked in full and the parser
//!   stops at the first byte, so that what is measured is the verification and one error.
//! - `octocrab` 0.54.9 takes the value of the signature header.

use http::HeaderMap;
use peer_webhook_verify::{Provider, Secret, VerifyOptions};
use stripe_webhook::{Webhook, WebhookError};

use crate::request::{KEYS, Request};
use crate::row::Contender;

pub(crate) const STANDARDWEBHOOKS: &str = "standardwebhooks 1.0.1";
pub(crate) const SVIX: &str = "svix 2.9.1";
pub(crate) const REGISTRY: &str = "webhook-verify 0.1.0";
const ASYNC_STRIPE: &str = "async-stripe-webhook";
const OCTOCRAB: &str = "octocrab 0.54.9";

/// The two libraries of the Standard Webhooks family have no list of secrets: one is asked after the other.
pub(crate) fn standardwebhooks(request: Request, keys: usize, expected: bool) -> Contender {
    let one = |key: &&[u8]| standardwebhooks::Webhook::from_bytes(key.to_vec()).expect("a key");
    let webhooks: Vec<_> = KEYS[..keys].iter().map(one).collect();
    Contender::new(STANDARDWEBHOOKS, move || {
        let verify = |webhook: &standardwebhooks::Webhook| {
            webhook.verify(&request.body, &request.headers).is_ok()
        };
        webhooks.iter().any(verify) == expected
    })
}

pub(crate) fn svix(request: Request, keys: usize, expected: bool) -> Contender {
    let one = |key: &&[u8]| svix::webhooks::Webhook::from_bytes(key.to_vec()).expect("a key");
    let webhooks: Vec<_> = KEYS[..keys].iter().map(one).collect();
    Contender::new(SVIX, move || {
        let verify = |webhook: &svix::webhooks::Webhook| {
            webhook.verify(&request.body, &request.headers).is_ok()
        };
        webhooks.iter().any(verify) == expected
    })
}

pub(crate) fn registry(
    provider: Provider,
    request: Request,
    secrets: &[&str],
    expected: bool,
) -> Contender {
    let secrets: Vec<Secret> = secrets.iter().map(|text| Secret::new(*text)).collect();
    Contender::new(REGISTRY, move || {
        let Request { headers, body, .. } = &request;
        let options = VerifyOptions::default();
        let verdict = match &secrets[..] {
            [secret] => peer_webhook_verify::verify(provider, headers, body, secret, options),
            secrets => peer_webhook_verify::verify_any(provider, headers, body, secrets, options),
        };
        verdict.is_ok() == expected
    })
}

/// The request's body must not be JSON; see above.
pub(crate) fn async_stripe(request: Request, secret: &'static str) -> Contender {
    Contender::new(ASYNC_STRIPE, move || {
        let Ok(body) = std::str::from_utf8(&request.body) else {
            return false;
        };
        let Some(signature) = value(&request.headers, "stripe-signature") else {
            return false;
        };
        let verdict = Webhook::construct_event(body, signature, secret);
        matches!(verdict, Err(WebhookError::BadParse(_)))
    })
}

pub(crate) fn octocrab(request: Request, secret: &'static str) -> Contender {
    use octocrab::models::webhook_events::verification::WebhookVerifier;
    let verifier = WebhookVerifier::new(secret);
    Contender::new(OCTOCRAB, move || {
        value(&request.headers, "x-hub-signature-256")
            .is_some_and(|signature| verifier.verify(signature, &request.body).is_ok())
    })
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
