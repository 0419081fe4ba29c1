//! Bytes come back as they were put.

use bytes::Bytes;
use webhook_verify::{Message, StandardWebhooks, UnixTime};

use super::Harness;
use super::case::{Case, LEASE, event_in, guard, inbox, lease_one, settle};
use crate::claims::{Begun, Outcome, Settled};
use crate::record::{NewRecord, Provenance};

/// Anything that fits in a body: nothing, a NUL, broken UTF-8, JSON that no parser would write again, a mebibyte.
pub async fn payload_bytes_come_back_exactly(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let megabyte: Vec<u8> = (0..1_048_576_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3])
        .collect();
    let payloads = [
        Vec::new(),
        b"\0".to_vec(),
        b"a\0b\r\n\x1b[2J".to_vec(),
        vec![0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80],
        br#" {"b":1,"a":1.0e0,"b":2,"u":"\u0000"} "#.to_vec(),
        (0..=255).collect(),
        megabyte,
    ];
    for (n, payload) in payloads.into_iter().map(Bytes::from).enumerate() {
        let record = NewRecord::own(
            &inbox(),
            "shop",
            "hooks",
            &format!("evt_{n}"),
            "blob",
            payload.clone(),
        );
        case.one.put(std::slice::from_ref(&record)).await.unwrap();
        let leased = case.other.lease(&inbox(), 10, LEASE).await.unwrap();
        assert_eq!(leased.len(), 1);
        assert!(
            leased[0].record.payload == payload,
            "payload {n} changed on the way to its worker"
        );
        let stored = case
            .other
            .get(&[record.key()])
            .await
            .unwrap()
            .remove(0)
            .unwrap();
        assert!(
            stored.payload == payload && !stored.damaged,
            "payload {n} changed"
        );
    }
}

/// Ids are the sender's, so they may hold anything that text can.
pub async fn ids_and_types_come_back_exactly(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
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
        let stored = case
            .other
            .get(&[record.key()])
            .await
            .unwrap()
            .remove(0)
            .unwrap();
        assert_eq!(&stored.facts, record.facts(), "{text:.40?}");
    }
    assert_eq!(case.one.stats(&inbox()).await.unwrap().ready, 6);
}

/// What the signature covered and which secret matched travels with the event.
pub async fn the_facts_of_a_verified_delivery_come_back_exactly(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
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

    let stored = case
        .other
        .get(&[record.key()])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    assert_eq!(&stored.facts, record.facts());
    assert_eq!(stored.facts.provenance, Provenance::Verified);
    assert_eq!(stored.facts.secret.as_deref(), Some("spring"));
    assert_eq!(stored.facts.tenant.as_deref(), Some("acme"));
    assert_eq!(stored.facts.signed_at, Some(now));
    assert_eq!(stored.payload, &body[..]);
}

/// A guard answers a duplicate with what it stored, and nothing is not the same as an empty answer.
pub async fn the_output_of_a_guard_comes_back_exactly(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
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
        let lease = super::case::began(begun);
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
pub async fn errors_and_reasons_come_back_exactly(harness: &dyn Harness) {
    let case = Case::leased(harness).await;
    let error = "\0\x1b[2J 🪝 '".to_owned();
    let retry = Outcome::Retry {
        after: super::case::SECOND,
        error: error.clone(),
    };
    assert_eq!(case.settle(retry).await, Settled::Applied);
    assert_eq!(
        case.stored().await.unwrap().last_error.as_deref(),
        Some(&*error)
    );
    harness.advance(10 * super::case::SECOND).await;
    let lease = lease_one(&*case.one).await;
    assert_eq!(
        settle(
            &*case.one,
            lease,
            Outcome::Dead {
                reason: error.clone()
            }
        )
        .await,
        Settled::Applied
    );
    assert_eq!(
        case.stored().await.unwrap().last_error.as_deref(),
        Some(&*error)
    );
}
