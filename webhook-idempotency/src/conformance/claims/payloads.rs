//! Bytes come back as they were put.

use bytes::Bytes;
use webhook_verify::{Message, StandardWebhooks, UnixTime};

use super::case::{Guarded, begin, settle, stored};
use crate::claims::{Begun, Outcome, Settled};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{LEASE, SECOND, began, event_in, guard, inbox};
use crate::conformance::payloads::payloads;
use crate::record::{NewRecord, Provenance};

/// In a queue and in a guard.
pub async fn payload_bytes_come_back_exactly(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    for (n, payload) in payloads().into_iter().enumerate() {
        let record = |namespace| {
            let id = format!("evt_{n}");
            NewRecord::own(namespace, "shop", "hooks", &id, "blob", payload.clone())
        };
        let (queued, guarded) = (record(&inbox()), record(&guard()));
        case.one.put(std::slice::from_ref(&queued)).await.unwrap();
        began(begin(&*case.one, &guarded).await);
        for key in [queued.key(), guarded.key()] {
            let stored = stored(&*case.other, key).await.unwrap();
            assert!(
                stored.payload == payload && !stored.damaged,
                "payload {n} changed"
            );
        }
    }
}

/// Ids are the sender's, so they may hold anything that text can.
pub async fn ids_and_types_come_back_exactly(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let long = "x".repeat(70_000);
    let texts = [
        "",
        "evt\0_1",
        "\x1b[31mred\x1b[0m\r\n",
        "'; DROP TABLE records; --",
        "\u{202e}txt.exe 🪝",
        &long,
    ];
    for text in texts {
        let record = NewRecord::own(
            &inbox(),
            "shop",
            "hooks",
            text,
            text,
            Bytes::from_static(b"{}"),
        );
        case.one.put(std::slice::from_ref(&record)).await.unwrap();
        let stored = stored(&*case.other, record.key()).await.unwrap();
        assert_eq!(&stored.facts, record.facts(), "{text:.40?}");
    }
}

/// What the signature covered and which secret matched travels with the event.
pub async fn the_facts_of_a_verified_delivery_come_back_exactly(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
    let now = UnixTime::from_secs(1_700_000_000);
    let signer = StandardWebhooks::signer(secret).unwrap();
    let body = br#"{"type":"order.paid"}"#;
    let headers = signer
        .sign(&Message::new(body).id("msg_1").at(now))
        .unwrap();
    let verifier = StandardWebhooks::builder()
        .secret("spring", secret)
        .tenant("acme")
        .build()
        .unwrap();
    let verified = verifier.verify_at(&headers, body, now).unwrap();
    let record = NewRecord::verified(&inbox(), "hooks", verified);
    case.one.put(std::slice::from_ref(&record)).await.unwrap();

    let stored = stored(&*case.other, record.key()).await.unwrap();
    assert_eq!(&stored.facts, record.facts());
    assert_eq!(stored.facts.provenance, Provenance::Verified);
    assert_eq!(stored.facts.secret.as_deref(), Some("spring"));
    assert_eq!(stored.facts.tenant.as_deref(), Some("acme"));
    assert_eq!(stored.facts.signed_at, Some(now));
    assert_eq!(stored.payload, &body[..]);
}

/// A guard answers a duplicate with what it stored, and nothing is not the same as an empty answer.
pub async fn the_output_of_a_guard_comes_back_exactly(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let outputs = [
        None,
        Some(Bytes::new()),
        Some(Bytes::from_static(b"\0\xff\x1b[m")),
    ];
    for (n, output) in outputs.into_iter().enumerate() {
        let record = event_in(&guard(), &format!("evt_{n}"));
        let begun = case
            .one
            .put_leased(std::slice::from_ref(&record), LEASE)
            .await
            .unwrap()
            .remove(0);
        let lease = began(begun);
        assert_eq!(
            settle(
                &*case.other,
                lease,
                Outcome::Done {
                    output: output.clone()
                }
            )
            .await,
            Settled::Applied
        );
        let answer = case
            .other
            .put_leased(std::slice::from_ref(&record), LEASE)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(answer, Begun::Done(output));
    }
}

/// Errors quote whatever a server answered.
pub async fn errors_of_a_guard_come_back_exactly(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let error = "\0\x1b[2J 🪝 '".to_owned();
    let retry = Outcome::Retry {
        after: SECOND,
        error: error.clone(),
    };
    assert_eq!(case.settle(retry).await, Settled::Applied);
    let stored = case.stored().await.unwrap();
    assert_eq!(stored.last_error.as_deref(), Some(&*error));
}
