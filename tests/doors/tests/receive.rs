//! The durable receivers of both frameworks, over real sockets: what is acknowledged is stored, once, and what is refused
//! is not.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use webhook_doors::routes::{NOW, SECRET};
use webhook_doors::servers::{actix_receivers, receivers};
use webhook_doors::wire;
use webhook_tower::idempotency::{Inbox, MemoryStore, Namespace, Queue};
use webhook_verify::{Discord, GitHub, StandardWebhooks, Verifier};

/// What is posted, the status that comes back, and how many events are stored then.
const STEPS: [(&str, &str, &str, u16, u64); 11] = [
    // Its first delivery, and the retry of it.
    ("/github", GITHUB, "hi", 200, 1),
    ("/github", GITHUB, "hi", 200, 1),
    // A new delivery id was not signed, so it makes no new event.
    ("/github", GITHUB_OTHER_ID, "hi", 200, 1),
    ("/github", GITHUB, "ho", 401, 1),
    ("/github", "", "hi", 401, 1),
    ("/standard", STANDARD, "hi", 200, 2),
    ("/standard", STANDARD, "hi", 200, 2),
    // What Discord takes for "received".
    ("/discord", DISCORD, "hi", 204, 3),
    ("/discord", DISCORD, "hi", 204, 3),
    // An inbox takes no compressed body.
    ("/github", GITHUB_GZIP, "hi", 415, 3),
    ("/nowhere", GITHUB, "hi", 404, 3),
];

const GITHUB: &str = "x-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\n";
const GITHUB_OTHER_ID: &str = "x-github-delivery: 2\r\nx-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\n";
const GITHUB_GZIP: &str = "content-encoding: gzip\r\nx-hub-signature-256: sha256=d62b4d60025c533f775910f18e1d95e47d84bd73d815a31852c664bc8207b687\r\n";
const STANDARD: &str = "webhook-id: msg_1\r\nwebhook-timestamp: 1700000000\r\nwebhook-signature: v1,5SYwJjquXburm+x1KwBHAekKPF7pztgsdfok2JJCnw8=\r\n";
const DISCORD: &str = "x-signature-timestamp: 1700000000\r\nx-signature-ed25519: 78b32758d7869dd41552ba82f356b0e12e7978d52c7fca0b558de7c95f4dccddd6c42a9905a5ed415c3aea5c2a9c20483c113a6adc0a4bf9e56f47b279c89005\r\n";

type Mount = (&'static str, Verifier, Inbox);

fn mounts(store: &Arc<MemoryStore>) -> Vec<Mount> {
    let build = |scheme, secret| {
        Verifier::builder(scheme)
            .secret("current", secret)
            .clock(|| NOW)
            .build()
            .unwrap()
    };
    let inbox = Inbox::new(store.clone(), "github").unwrap();
    vec![
        ("/github", build(GitHub::SCHEME, SECRET), inbox.clone()),
        (
            "/standard",
            build(
                StandardWebhooks::SCHEME,
                "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0",
            ),
            inbox.endpoint("standard").unwrap(),
        ),
        (
            "/discord",
            build(
                Discord::SCHEME,
                "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
            ),
            inbox.endpoint("discord").unwrap(),
        ),
    ]
}

fn walk(server: SocketAddr, store: &MemoryStore) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for (at, (path, headers, body, status, stored)) in STEPS.into_iter().enumerate() {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: 2\r\n\r\n{body}"
        );
        let answer = wire::exchange(server, request.as_bytes(), Duration::from_secs(10));
        assert_eq!(answer.status, status, "step {at}");
        assert_eq!(answer.body, b"", "step {at}");
        let stats = runtime.block_on(store.stats(&Namespace::queue("inbox").unwrap()));
        assert_eq!(stats.unwrap().total(), stored, "step {at}");
    }
}

#[test]
fn tower_s_receivers_store_what_they_acknowledge_once() {
    let store = Arc::new(MemoryStore::new(100));
    let all = mounts(&store)
        .into_iter()
        .fold(webhook_tower::Receivers::new(), |all, mount| {
            all.with(mount.0, mount.1, mount.2)
        });
    walk(receivers(all), &store);
}

#[test]
fn actix_web_s_receivers_store_what_they_acknowledge_once() {
    let store = Arc::new(MemoryStore::new(100));
    let all = mounts(&store)
        .into_iter()
        .fold(webhook_actix::Receivers::new(), |all, mount| {
            all.with(mount.0, mount.1, mount.2)
        });
    walk(actix_receivers(all), &store);
}
