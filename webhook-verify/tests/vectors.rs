//! Signatures that providers and the specification published, verified and reproduced.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value;
use webhook_verify::{Message, Scheme, Signer, Stripe, UnixTime, Verifier, VerifyError, schemes};

fn scheme(name: &str) -> Scheme {
    *schemes()
        .iter()
        .find(|scheme| scheme.name() == name)
        .unwrap()
}

/// A vector of the file, with everything one needs to verify it.
struct Vector {
    scheme: Scheme,
    name: String,
    secret: String,
    url: String,
    now: UnixTime,
    headers: Vec<(String, String)>,
    body: String,
    reproduced: bool,
}

impl Vector {
    fn all() -> Vec<Self> {
        let file: Value = serde_json::from_str(include_str!("vectors/published.json")).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let headers = |value: &Value| {
            value
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.clone(), text(value)))
                .collect()
        };
        file.as_array()
            .unwrap()
            .iter()
            .map(|vector| Self {
                scheme: scheme(vector["scheme"].as_str().unwrap()),
                name: text(&vector["name"]),
                secret: text(&vector["secret"]),
                url: text(&vector["url"]),
                now: UnixTime::from_secs(vector["now"].as_u64().unwrap()),
                headers: headers(&vector["headers"]),
                body: text(&vector["body"]),
                reproduced: vector["reproduced"].as_bool().unwrap(),
            })
            .collect()
    }

    fn verifier(&self, secrets: &[&str]) -> Verifier {
        let mut builder = Verifier::builder(self.scheme).public_url(&self.url);
        for (at, secret) in secrets.iter().enumerate() {
            builder = builder.secret(&format!("secret {at}"), *secret);
        }
        builder.build().unwrap()
    }

    /// Another secret of the same form.
    fn other_secret(&self) -> &'static str {
        match self.scheme.name() {
            "adyen-platforms" => "00112233445566778899aabbccddeeff",
            _ => "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0",
        }
    }
}

#[test]
fn every_published_vector_verifies_with_its_secret_first_or_second_and_not_without_it() {
    let vectors = Vector::all();
    assert_eq!(vectors.len(), 27);
    for vector in vectors {
        let (good, other) = (vector.secret.as_str(), vector.other_secret());
        let label = |secrets: &[&str]| {
            let verified = vector.verifier(secrets).verify_at(
                vector.headers.clone(),
                &vector.body,
                vector.now,
            );
            verified.map(|verified| verified.secret_label().to_owned())
        };
        assert_eq!(label(&[good]).unwrap(), "secret 0", "{}", vector.name);
        assert_eq!(
            label(&[good, other]).unwrap(),
            "secret 0",
            "{}",
            vector.name
        );
        assert_eq!(
            label(&[other, good]).unwrap(),
            "secret 1",
            "{}",
            vector.name
        );
        assert_eq!(
            label(&[other]).unwrap_err(),
            VerifyError::SignatureMismatch,
            "{}",
            vector.name
        );
    }
}

#[test]
fn every_published_vector_verifies_in_pieces_of_every_size() {
    for vector in Vector::all() {
        let verifier = vector.verifier(&[&vector.secret]);
        for size in 1..=vector.body.len() {
            let mut running = verifier
                .begin_at(vector.headers.clone(), vector.now)
                .unwrap();
            for chunk in vector.body.as_bytes().chunks(size) {
                running.update(chunk).unwrap();
            }
            assert!(
                running.finish().is_ok(),
                "{} in pieces of {size}",
                vector.name
            );
        }
    }
}

#[test]
fn a_signer_reproduces_every_published_signature() {
    for vector in Vector::all().iter().filter(|vector| vector.reproduced) {
        let id = vector
            .headers
            .iter()
            .find(|(name, _)| name.ends_with("-id"))
            .map(|(_, value)| value.as_str());
        let mut message = Message::new(&vector.body).url(&vector.url).at(vector.now);
        if let Some(id) = id {
            message = message.id(id);
        }
        let signed = Signer::new(vector.scheme, &vector.secret)
            .unwrap()
            .sign(&message)
            .unwrap();
        let mut signed: Vec<_> = signed
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut expected = vector.headers.clone();
        signed.sort();
        expected.sort();
        assert_eq!(signed, expected, "{}", vector.name);
    }
}

#[test]
fn one_changed_bit_in_any_header_of_a_published_vector_is_refused() {
    for vector in Vector::all() {
        let verifier = vector.verifier(&[&vector.secret]);
        for (at, (name, value)) in vector.headers.iter().enumerate() {
            // A sibling that was never a signature may change without harm.
            for bit in 0..value.len() * 8 {
                let mut headers: Vec<_> = vector
                    .headers
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
                    .collect();
                headers[at].1[bit / 8] ^= 1 << (bit % 8);
                let verdict = verifier.verify_at(headers.clone(), &vector.body, vector.now);
                let same_bytes =
                    headers[at].1.eq_ignore_ascii_case(value.as_bytes()) && value.is_ascii();
                let is_sibling = value.contains("h1=dummy");
                assert!(
                    verdict.is_err() || same_bytes || is_sibling,
                    "{} {name} bit {bit}",
                    vector.name
                );
            }
        }
    }
}

#[test]
fn the_stripe_signature_that_openssl_computes_verifies_and_is_reproduced() {
    // printf '1700000000.{"id":"evt_1","type":"invoice.paid"}' | openssl dgst -sha256 -hmac whsec_not-a-real-secret
    let body = r#"{"id":"evt_1","type":"invoice.paid"}"#;
    let header = "t=1700000000,v1=76c2ae8ce3da824a522cb60cf4aa8d013a67a73c8af9a5722e4fcfb7a5c57df5";
    let at = UnixTime::from_secs(1_700_000_000);
    let signer = Stripe::signer("whsec_not-a-real-secret").unwrap();
    let signed = signer.sign(&Message::new(body).id("evt_1").at(at)).unwrap();
    assert_eq!(
        signed.iter().collect::<Vec<_>>(),
        [("stripe-signature", header)]
    );

    let stripe = Stripe::new("whsec_not-a-real-secret").unwrap();
    let verified = stripe
        .verify_at([("Stripe-Signature", header)], body, at)
        .unwrap();
    assert_eq!(verified.id().unwrap().value, "evt_1");
    assert_eq!(verified.event_type().unwrap().value, "invoice.paid");
}

#[test]
fn one_secret_makes_different_keys_where_one_scheme_decodes_it_and_another_does_not() {
    // The key of Stripe is the text itself, the key of Polar too; that of Standard Webhooks is what it decodes to.
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let at = UnixTime::from_secs(1_614_265_330);
    let message = Message::new(r#"{"test": 2432232314}"#)
        .id("msg_p5jXN8AQM9LWM0D4loKWxJek")
        .at(at);
    let signature = |name: &str| {
        let signed = Signer::new(scheme(name), secret)
            .unwrap()
            .sign(&message)
            .unwrap();
        signed.iter().last().unwrap().1.to_owned()
    };
    assert_eq!(
        signature("standard-webhooks"),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
    // printf %s 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' |
    //   openssl dgst -sha256 -hmac whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw -binary | base64
    assert_eq!(
        signature("polar"),
        "v1,TcxlhK9b6UD6iVI1ZU2tTqp8PEVfYRseNNfa6b+LcUg="
    );
    assert_eq!(signature("bigcommerce"), signature("polar"));
}

#[test]
fn each_header_of_a_published_vector_removed_repeated_or_cut_anywhere_is_refused() {
    let mut checked = 0;
    for vector in Vector::all() {
        let verifier = vector.verifier(&[&vector.secret]);
        let accepts = |headers: &[(String, String)]| {
            verifier
                .verify_at(headers.to_vec(), &vector.body, vector.now)
                .is_ok()
        };
        // Repeated lines are how one provider rotates its secrets.
        let has_lines = vector.scheme.name() == "mollie";
        for (at, (name, value)) in vector.headers.iter().enumerate() {
            let mut headers = vector.headers.clone();
            headers.remove(at);
            assert!(!accepts(&headers), "{} without {name}", vector.name);

            headers.push((name.clone(), value.clone()));
            assert!(accepts(&headers), "{} in another order", vector.name);
            headers.push((name.clone(), value.clone()));
            assert_eq!(accepts(&headers), has_lines, "{} {name} twice", vector.name);

            for len in 0..value.len() {
                let mut headers = vector.headers.clone();
                headers[at].1.truncate(len);
                // Cut behind its good signature a list still holds that.
                let is_whole = value
                    .get(len..)
                    .is_some_and(|rest| rest.starts_with([',', ' ', ';']));
                assert!(
                    !accepts(&headers) || is_whole || value.contains("h1=dummy"),
                    "{} {name} cut to {len}",
                    vector.name
                );
            }
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked}");
}
