//! Requests as they arrive behind a proxy: the provider's headers among nine others.

use base64ct::{Base64, Encoding as _};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use webhook_verify::{Clock as _, SystemClock};

use crate::floor::Floor;

/// Fake secrets, the newest first, as Standard Webhooks shows them.
pub(crate) const SECRETS: [&str; 3] = [
    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaA==",
    "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgYSBiZW5jaA==",
    "whsec_YSB0aGlyZCBmYWtlIHNlY3JldCBmb3IgYSBiZW5jaA==",
];
/// Their keys.
pub(crate) const KEYS: [&[u8]; 3] = [
    b"not a real secret, only a bench",
    b"another fake secret for a bench",
    b"a third fake secret for a bench",
];
pub(crate) const ID: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What is signed before the body.
    pub(crate) prefix: Vec<u8>,
    /// The signature that is valid, as it stands in its header.
    pub(crate) signature: String,
}

pub(crate) fn now() -> u64 {
    SystemClock.now().as_secs()
}

/// An event in JSON of exactly `size` bytes: an id, a type and a list of small objects.
pub(crate) fn event(size: usize) -> Bytes {
    let mut body = String::from(r#"{"id":"evt_1PqRsT2eZvKYlo2C","object":"event","data":["#);
    let end = r#"null],"type":"invoice.paid","pad":""}"#;
    for index in 0.. {
        let item = format!(
            r#"{{"id":"il_{index}","amount":{},"live":false}},"#,
            index * 7
        );
        if body.len() + item.len() + end.len() > size {
            break;
        }
        body.push_str(&item);
    }
    let pad = "x".repeat(size - body.len() - end.len());
    body.push_str(&end.replace(r#""pad":"""#, &format!(r#""pad":"{pad}""#)));
    assert_eq!(body.len(), size);
    body.into()
}

fn usual(body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let length = body.len().to_string();
    for (name, value) in [
        ("host", "hooks.example.com"),
        ("user-agent", "Example-Webhooks/1.0"),
        ("accept", "*/*"),
        ("accept-encoding", "gzip"),
        ("content-type", "application/json; charset=utf-8"),
        ("content-length", &*length),
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-proto", "https"),
        ("x-request-id", "01JD3N6V7Q8R9S0T1V2W3X4Y5Z"),
    ] {
        set(&mut headers, name, value);
    }
    headers
}

pub(crate) fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    headers.insert(
        HeaderName::from_bytes(name.as_bytes()).expect("a header name"),
        HeaderValue::from_str(value).expect("a header value"),
    );
}

/// A Standard Webhooks request signed with the key of that index.
pub(crate) fn standard(body: Bytes, key: usize) -> Request {
    let timestamp = now().to_string();
    let prefix = format!("{ID}.{timestamp}.").into_bytes();
    let signature = Base64::encode_string(&Floor::new(KEYS[key]).tag([&prefix[..], &body]));
    let mut headers = usual(&body);
    set(&mut headers, "webhook-id", ID);
    set(&mut headers, "webhook-timestamp", &timestamp);
    set(
        &mut headers,
        "webhook-signature",
        &format!("v1,{signature}"),
    );
    Request {
        headers,
        body,
        prefix,
        signature,
    }
}

/// A Stripe request. Stripe's key is the text of the secret.
pub(crate) fn stripe(body: Bytes) -> Request {
    let timestamp = now();
    let prefix = format!("{timestamp}.").into_bytes();
    let tag = Floor::new(SECRETS[0].as_bytes()).tag([&prefix[..], &body]);
    let signature = base16ct::lower::encode_string(&tag);
    let mut headers = usual(&body);
    let old = "6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39";
    let value = format!("t={timestamp},v1={signature},v0={old}");
    set(&mut headers, "stripe-signature", &value);
    Request {
        headers,
        body,
        prefix,
        signature,
    }
}

/// A GitHub request, with the SHA-1 signature that GitHub still sends beside the one that counts.
pub(crate) fn github(body: Bytes) -> Request {
    let tag = Floor::new(SECRETS[0].as_bytes()).tag([&body[..]]);
    let signature = base16ct::lower::encode_string(&tag);
    let mut headers = usual(&body);
    let sha1 = "sha1=de9f2c7fd25e1b3afad3e85a0bd17d9b100db4b3";
    set(&mut headers, "x-github-event", "push");
    set(
        &mut headers,
        "x-github-delivery",
        "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    );
    set(&mut headers, "x-hub-signature", sha1);
    set(
        &mut headers,
        "x-hub-signature-256",
        &format!("sha256={signature}"),
    );
    Request {
        headers,
        body,
        prefix: Vec::new(),
        signature,
    }
}
