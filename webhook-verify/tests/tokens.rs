//! Tokens under shared secrets, and secrets in the body.
#![allow(clippy::unwrap_used, clippy::unwrap_in_result)]

use std::time::Duration;

use serde_json::{Value, json};
use webhook_verify::{
    BodyCoverage, ConfigError, JiraConnect, LiveKit, Message, MessageBird, MsGraph, Netlify,
    Setting, SignedRequest, UnixTime, Verifier, VerifyError,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "not-a-real-secret";

fn verify<'h>(
    verifier: &Verifier,
    headers: impl IntoIterator<Item = (&'h str, &'h str)> + Clone,
    body: &[u8],
) -> Result<(), VerifyError> {
    let whole = verifier.verify_at(headers.clone(), body, NOW).map(|_| ());
    let mut pieces = verifier.begin_at(headers, NOW);
    if let Ok(running) = &mut pieces {
        body.chunks(5)
            .for_each(|chunk| running.update(chunk).unwrap());
    }
    assert_eq!(
        whole,
        pieces.and_then(|running| running.finish()).map(|_| ())
    );
    whole
}

fn token(signed: &SignedRequest) -> String {
    let (_, value) = signed.headers().iter().next().unwrap();
    value.to_owned()
}

/// The same token with other claims, and the old signature.
fn reclaimed(token: &str, change: impl Fn(&mut Value)) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value =
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(parts[1]).unwrap()).unwrap();
    change(&mut claims);
    let claims = Base64UrlUnpadded::encode_string(claims.to_string().as_bytes());
    [parts[0], &claims, parts[2]].join(".")
}

#[test]
fn a_netlify_token_that_python_signed_verifies_and_is_bound_to_the_body() {
    // head={"alg":"HS256","typ":"JWT"}, claims={"iss":"netlify","sha256":sha256(body)}, signed with Python's hmac.
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJuZXRsaWZ5Iiwic2hhMjU2IjoiMWY4Y2EyODk5MzQ4NWQwNDQ3YjVhNGNlNTk5MjNmYWE3OWNkYWEzYmM0YTE4ZmE1NTM3NWQ2ZjY4YjU4NjFjZiJ9.lQ6byf1dM4Mqj2IFAkfMkDjX9D36xnmq1ht2qrCsRUU";
    let verifier = Netlify::new(SECRET).unwrap().into();
    let body = br#"{"id":"d1","state":"ready"}"#;
    let headers = [("x-webhook-signature", token)];
    assert_eq!(verify(&verifier, headers, body), Ok(()));
    assert_eq!(
        verify(&verifier, headers, b"{}"),
        Err(VerifyError::SignatureMismatch)
    );
    let other = Netlify::new("another-fake-secret").unwrap().into();
    assert_eq!(
        verify(&other, headers, body),
        Err(VerifyError::SignatureMismatch)
    );

    let forged = reclaimed(token, |claims| {
        claims["sha256"] =
            json!("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    });
    assert_eq!(
        verify(&verifier, [("x-webhook-signature", &*forged)], b"{}"),
        Err(VerifyError::SignatureMismatch)
    );
    let stranger = reclaimed(token, |claims| claims["iss"] = json!("evil"));
    assert_eq!(
        verify(&verifier, [("x-webhook-signature", &*stranger)], body),
        Err(VerifyError::WrongParty { claim: "iss" })
    );
}

#[test]
fn a_token_with_a_claim_twice_or_without_one_is_refused() {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let verifier = Netlify::new(SECRET).unwrap().into();
    let pack = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
    let head = pack(r#"{"alg":"HS256"}"#);
    for claims in [
        r#"{"iss":"netlify","iss":"netlify","sha256":"x"}"#,
        r#"{"iss":"netlify"}"#,
        r#"{"iss":"netlify","sha256":"44136f"}"#,
        r#"{"iss":"netlify","sha256":5}"#,
        "[]",
        "",
    ] {
        let token = [&*head, &pack(claims), "AAAA"].join(".");
        assert!(
            matches!(
                verify(&verifier, [("x-webhook-signature", &*token)], b"{}"),
                Err(VerifyError::MalformedHeader { .. })
            ),
            "{claims}"
        );
    }
    for alg in ["none", "HS384", "HS512", "RS256", "ES256"] {
        let head = pack(&format!(r#"{{"alg":"{alg}"}}"#));
        let token = [&*head, &pack(r#"{"iss":"netlify"}"#), "AAAA"].join(".");
        assert!(matches!(
            verify(&verifier, [("x-webhook-signature", &*token)], b"{}"),
            Err(VerifyError::MalformedHeader { .. })
        ));
    }
}

#[test]
fn a_livekit_token_is_of_one_api_key_and_ends() {
    let signer = LiveKit::signer(SECRET)
        .unwrap()
        .setting(Setting::Issuer, "APIkey");
    let body = r#"{"id":"EV_1","event":"room_started"}"#;
    let signed = signer.sign_request(&Message::new(body).at(NOW)).unwrap();
    let verifier: Verifier = LiveKit::new("APIkey", SECRET).unwrap().into();
    assert_eq!(verify(&verifier, signed.headers(), body.as_bytes()), Ok(()));
    assert_eq!(
        verify(&verifier, signed.headers(), b"{}"),
        Err(VerifyError::SignatureMismatch)
    );
    let other = LiveKit::new("APIother", SECRET).unwrap().into();
    assert_eq!(
        verify(&other, signed.headers(), body.as_bytes()),
        Err(VerifyError::WrongParty { claim: "iss" })
    );
    let verified = verifier.verify_at(signed.headers(), body, NOW).unwrap();
    assert_eq!(
        (verified.id().unwrap().value, verified.id().unwrap().signed),
        ("EV_1".into(), true)
    );
    let late = NOW.saturating_add(Duration::from_secs(180 + 61));
    assert!(matches!(
        verifier.verify_at(signed.headers(), body, late),
        Err(VerifyError::TimestampTooOld { .. })
    ));
    let endless = reclaimed(&token(&signed), |claims| {
        claims["exp"] = json!(9_000_000_000_u64)
    });
    assert!(matches!(
        verify(&verifier, [("authorization", &*endless)], body.as_bytes()),
        Err(VerifyError::TimestampInFuture { .. })
    ));
    assert!(matches!(
        LiveKit::new("", SECRET),
        Err(ConfigError::MissingSetting {
            setting: Setting::Issuer,
            ..
        })
    ));
}

#[test]
fn a_messagebird_token_is_bound_to_the_url_and_to_the_body() {
    let url = "https://shop.example.com/bird?a=1&b=2";
    let signer = MessageBird::signer(SECRET).unwrap();
    let signed = signer
        .sign_request(&Message::new("payload").id("nonce-1").url(url).at(NOW))
        .unwrap();
    let verifier: Verifier = MessageBird::new(SECRET, "https://shop.example.com/bird")
        .unwrap()
        .into();
    let headers: Vec<_> = signed.with_request_line().collect();
    assert_eq!(
        verify(&verifier, headers.iter().copied(), b"payload"),
        Ok(())
    );
    let verified = verifier
        .verify_at(headers.iter().copied(), "payload", NOW)
        .unwrap();
    assert_eq!(verified.id().unwrap().value, "nonce-1");
    assert!(verified.id().unwrap().signed);
    assert_eq!(
        verify(&verifier, headers.iter().copied(), b"other"),
        Err(VerifyError::SignatureMismatch)
    );
    let mut moved = headers.clone();
    moved[1].1 = "/bird?a=1&b=3";
    assert_eq!(
        verify(&verifier, moved.iter().copied(), b"payload"),
        Err(VerifyError::SignatureMismatch)
    );
    assert_eq!(
        verify(&verifier, signed.headers(), b"payload"),
        Err(VerifyError::MissingHeader {
            header: ":path".into()
        })
    );
    // Bird's tokens say nothing of a body that is not there; they must when there is one.
    let silent = reclaimed(&token(&signed), |claims| {
        claims.as_object_mut().unwrap().remove("payload_hash");
    });
    let mut headers = headers.clone();
    headers[2].1 = &silent;
    assert!(matches!(
        verify(&verifier, headers.iter().copied(), b"payload"),
        Err(VerifyError::MalformedHeader { .. })
    ));
}

#[test]
fn an_atlassian_token_is_bound_to_method_path_and_query_and_to_no_body() {
    let app = "https://shop.example.com/app";
    let signer = JiraConnect::signer(SECRET)
        .unwrap()
        .setting(Setting::Issuer, "client-1")
        .setting(Setting::Audience, app);
    let url = "https://shop.example.com/app/hook?b=2&a=1";
    let signed = signer
        .sign_request(&Message::new("{}").url(url).at(NOW))
        .unwrap();
    let verifier: Verifier = JiraConnect::builder()
        .secret("client-1", SECRET)
        .setting(Setting::Issuer, "client-1")
        .public_url(app)
        .accept_uncovered_body()
        .build()
        .unwrap()
        .into();
    let headers: Vec<_> = signed.with_request_line().collect();
    assert_eq!(verify(&verifier, headers.iter().copied(), b"{}"), Ok(()));
    assert_eq!(
        verify(&verifier, headers.iter().copied(), b"altered"),
        Ok(())
    );
    assert_eq!(JiraConnect::SCHEME.coverage().body, BodyCoverage::None);
    for (at, value) in [
        (0, "GET"),
        (1, "/app/other?b=2&a=1"),
        (1, "/app/hook?b=2&a=2"),
    ] {
        let mut moved = headers.clone();
        moved[at].1 = value;
        assert_eq!(
            verify(&verifier, moved.iter().copied(), b"{}"),
            Err(VerifyError::SignatureMismatch),
            "{value}"
        );
    }
    // Another order of the query is the same query.
    let mut ordered = headers.clone();
    ordered[1].1 = "/app/hook?a=1&b=2";
    assert_eq!(verify(&verifier, ordered.iter().copied(), b"{}"), Ok(()));
}

fn graph(body: &Value) -> Result<String, VerifyError> {
    let verifier = MsGraph::builder()
        .secret("users", SECRET)
        .secret("mail", "another-fake-secret")
        .accept_uncovered_body()
        .build()
        .unwrap();
    verifier
        .verify_at::<&str, &str, _>([], body.to_string(), NOW)
        .map(|good| good.secret_label().to_owned())
}

#[test]
fn every_graph_notification_has_a_client_state_of_ours() {
    let ours = json!({"clientState": SECRET, "changeType": "updated"});
    let mail = json!({"clientState": "another-fake-secret", "changeType": "created"});
    assert_eq!(graph(&json!({"value": [ours]})).as_deref(), Ok("users"));
    assert_eq!(
        graph(&json!({"value": [mail, ours]})).as_deref(),
        Ok("mail")
    );
    let theirs = json!({"clientState": "a guess"});
    for bad in [
        json!([ours, theirs]),
        json!([theirs, ours]),
        json!([theirs]),
    ] {
        assert_eq!(
            graph(&json!({"value": bad})),
            Err(VerifyError::SignatureMismatch),
            "{bad}"
        );
    }
    for bad in [
        json!({"value": []}),
        json!({"value": [ours, {"changeType": "updated"}]}),
        json!({"value": [{"clientState": null}]}),
        json!({"value": [{"clientState": 1}]}),
        json!({"value": vec![ours.clone(); 1_001]}),
        json!({}),
        json!([ours]),
    ] {
        assert_eq!(graph(&bad), Err(VerifyError::MalformedBody));
    }
    let signed = MsGraph::signer(SECRET)
        .unwrap()
        .sign_request(&Message::new(r#"{"value":[{"changeType":"updated"}]}"#))
        .unwrap();
    assert!(graph(&serde_json::from_slice(signed.body()).unwrap()).is_ok());
}
