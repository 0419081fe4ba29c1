//! Bytes come back as they were put.

use bytes::Bytes;

use super::Harness;
use super::case::{Case, LEASE, inbox, lease_one, settle};
use crate::claims::{Outcome, Settled};
use crate::record::NewRecord;

/// Anything that fits in a body: nothing, a NUL, broken UTF-8, JSON that no parser would write again, a mebibyte.
pub(super) fn payloads() -> Vec<Bytes> {
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
    payloads.into_iter().map(Bytes::from).collect()
}

/// Also on the way to a worker.
pub async fn payload_bytes_reach_a_worker_exactly(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    for (n, payload) in payloads().into_iter().enumerate() {
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
