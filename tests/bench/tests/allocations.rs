//! How often a verification asks for memory. The counter is per thread, so tests beside each other do not disturb it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use http::{HeaderMap, HeaderName, HeaderValue};
use webhook_verify::{
    BodyCoverage, GitHub, Message, Scheme, Secret, SecretSet, SignedHeaders, Signer,
    StandardWebhooks, Stripe, Verifier,
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    // A thread that is ending has no counter any more, and nobody reads it.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to `System` unchanged, which keeps the contract of `GlobalAlloc`; counting touches a constant
// thread-local that needs no memory and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`, which is `System`'s own.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as in `alloc`; `memory` came from `System`, because all memory does.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as in `realloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATIONS.get();
    let result = work();
    (result, ALLOCATIONS.get() - before)
}

const SECRETS: [&str; 8] = [
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDA=",
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDE=",
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDI=",
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDM=",
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDQ=",
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDU=",
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDY=",
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaDc=",
];
const URL: &str = "https://shop.example.com/hooks";
const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"total":1}}}"#;

fn set(count: usize) -> SecretSet {
    let secret = |index: usize| Secret::new(SECRETS[index]).unwrap();
    (1..count).fold(SecretSet::new("0", secret(0)), |set, index| {
        set.and(&index.to_string(), secret(index)).unwrap()
    })
}

fn verifier(scheme: Scheme, secrets: usize) -> Verifier {
    let builder = Verifier::builder(scheme)
        .secrets(set(secrets))
        .public_url(URL);
    builder.build().unwrap()
}

/// A request signed with the oldest of `secrets`, as the map that a server makes.
fn request(scheme: Scheme, secrets: usize, id: &str) -> HeaderMap {
    let signer = Signer::new(scheme, SECRETS[secrets - 1]).unwrap();
    let message = Message::new(BODY)
        .id(id)
        .event_type("invoice.paid")
        .url(URL);
    let signed: SignedHeaders = signer.sign(&message).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("content-length", HeaderValue::from(BODY.len()));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    for (name, value) in &signed {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

const SCHEMES: [Scheme; 3] = [StandardWebhooks::SCHEME, Stripe::SCHEME, GitHub::SCHEME];

#[test]
fn a_borrowed_body_costs_no_allocation_under_up_to_four_secrets() {
    for scheme in SCHEMES {
        for secrets in 1..=4 {
            let verifier = verifier(scheme, secrets);
            let headers = request(scheme, secrets, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W");
            let (verdict, count) = allocations(|| verifier.verify(&headers, BODY).map(drop));
            verdict.unwrap();
            assert_eq!(count, 0, "{} with {secrets} secrets", scheme.name());
        }
    }
}

/// The rows with a signature that this program can make: in a header, under a secret in text or base64, over a body without
/// a time in it.
fn rows() -> Vec<Scheme> {
    let signs = |scheme: &&Scheme| {
        let signer = Signer::new(**scheme, SECRETS[0]);
        let message = Message::new(BODY)
            .id("msg_1")
            .event_type("invoice.paid")
            .url(URL);
        let time_in_body = ["linear", "square"].contains(&scheme.name());
        scheme.coverage().body == BodyCoverage::Whole
            && !time_in_body
            && signer.is_ok_and(|signer| signer.sign(&message).is_ok())
    };
    webhook_verify::schemes()
        .iter()
        .filter(signs)
        .copied()
        .collect()
}

#[test]
fn no_row_costs_an_allocation_with_a_borrowed_body() {
    let rows = rows();
    assert!(rows.len() > 40, "{}", rows.len());
    for scheme in rows {
        let verifier = verifier(scheme, 4);
        let headers = request(scheme, 4, "msg_1");
        let (verdict, count) = allocations(|| verifier.verify(&headers, BODY).map(drop));
        assert_eq!((verdict.err(), count), (None, 0), "{}", scheme.name());
    }
}

#[test]
fn a_body_that_is_handed_over_is_not_copied() {
    for scheme in SCHEMES {
        let verifier = verifier(scheme, 1);
        let headers = request(scheme, 1, "msg_1");
        let body = bytes::Bytes::from_static(BODY);
        let (verdict, count) = allocations(|| verifier.verify(&headers, body));
        assert_eq!(count, 0, "{}", scheme.name());
        let verified = verdict.unwrap();
        let (_, count) = allocations(|| verified.into_bytes());
        assert_eq!(count, 0, "{}", scheme.name());
    }
}

#[test]
fn many_secrets_and_long_ids_cost_two_allocations_at_most() {
    let long = "m".repeat(256);
    for scheme in SCHEMES {
        for secrets in [1, 5, 8] {
            let verifier = verifier(scheme, secrets);
            let headers = request(scheme, secrets, &long);
            let (verdict, count) = allocations(|| verifier.verify(&headers, BODY).map(drop));
            verdict.unwrap();
            assert!(
                count <= 2,
                "{} with {secrets} secrets: {count}",
                scheme.name()
            );
        }
    }
}

#[test]
fn sixteen_signatures_cost_no_allocation() {
    let verifier = verifier(StandardWebhooks::SCHEME, 3);
    let mut headers = request(StandardWebhooks::SCHEME, 3, "msg_1");
    let good = headers["webhook-signature"].to_str().unwrap();
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ".repeat(15);
    let value = HeaderValue::from_str(&format!("{other}{good}")).unwrap();
    headers.insert("webhook-signature", value);
    let (verdict, count) = allocations(|| verifier.verify(&headers, BODY).map(drop));
    verdict.unwrap();
    assert_eq!(count, 0);
}

/// Not part of the verification, and bounded all the same: the walk over the JSON keeps what it finds in small vectors.
#[test]
fn id_type_and_identity_cost_eight_allocations_at_most() {
    for scheme in rows() {
        let verifier = verifier(scheme, 1);
        let headers = request(scheme, 1, "msg_1");
        let verified = verifier.verify(&headers, BODY).unwrap();
        let (_, count) = allocations(|| drop(verified.attributes()));
        assert!(count <= 8, "{}: {count}", scheme.name());
    }
}

#[test]
fn a_time_in_the_body_costs_five_allocations_at_most() {
    let time = webhook_verify::Clock::now(&webhook_verify::SystemClock).as_millis();
    let body = format!(r#"{{"webhookTimestamp":{time},"id":"evt_1"}}"#);
    let scheme = webhook_verify::Linear::SCHEME;
    let signer = Signer::new(scheme, SECRETS[0]).unwrap();
    let signed = signer.sign(&Message::new(&body).id("msg_1")).unwrap();
    let verifier = verifier(scheme, 1);
    let (verdict, count) = allocations(|| verifier.verify(&signed, &body[..]).map(drop));
    verdict.unwrap();
    assert!(count <= 5, "{count}");
}

#[test]
fn a_streamed_body_of_one_piece_costs_two_allocations_at_most() {
    for secrets in 1..=4 {
        let verifier = verifier(StandardWebhooks::SCHEME, secrets);
        let headers = request(StandardWebhooks::SCHEME, secrets, "msg_1");
        let (verdict, count) = allocations(|| {
            let mut verification = verifier.begin(&headers)?;
            verification.update_bytes(bytes::Bytes::from_static(BODY))?;
            verification.finish().map(drop)
        });
        verdict.unwrap();
        assert!(count <= 2, "{secrets} secrets: {count}");
    }
}

#[test]
fn a_clone_of_a_verifier_costs_no_allocation() {
    let verifier = verifier(StandardWebhooks::SCHEME, 4);
    let (_clone, count) = allocations(|| verifier.clone());
    assert_eq!(count, 0);
}

#[test]
fn a_refusal_costs_two_allocations_at_most() {
    let verifier = verifier(StandardWebhooks::SCHEME, 4);
    let good = request(StandardWebhooks::SCHEME, 4, "msg_1");
    let mut refused = vec![(good.clone(), &b"another body"[..])];
    for value in [
        "",
        "v1,AA==",
        "v2,x",
        "v1,x v1,x v1,x v1,x v1,x v1,x v1,x v1,x v1,x",
    ] {
        let mut headers = good.clone();
        headers.insert("webhook-signature", HeaderValue::from_static(value));
        refused.push((headers, BODY));
    }
    for name in ["webhook-signature", "webhook-id", "webhook-timestamp"] {
        let mut headers = good.clone();
        headers.append(name, headers[name].clone());
        refused.push((headers.clone(), BODY));
        headers.remove(name);
        refused.push((headers, BODY));
    }
    for (headers, body) in &refused {
        let (verdict, count) = allocations(|| verifier.verify(headers, *body).map(drop));
        let error = verdict.unwrap_err();
        assert!(count <= 2, "{error}: {count}");
    }
}
