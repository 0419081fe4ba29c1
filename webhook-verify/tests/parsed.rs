//! Schemes that must read a request before they can judge it: published vectors, and what only they can get wrong.
#![allow(clippy::unwrap_used, clippy::unwrap_in_result)]

use serde_json::{Value, json};
use webhook_verify::{
    Adyen, BodyCoverage, Braintree, ConfigError, Identity, Mandrill, Message, Setting, SignError,
    SignedRequest, Signer, Twilio, TwilioJson, TwilioJsonSha256, TwilioSha256, UnixTime, Verified,
    Verifier, VerifyError,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const TOKEN: &str = "12345";
const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const FORM: &str = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
const JSON: &str = r#"{"property": "value", "boolean": true}"#;
const JSON_TARGET: &str = "/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

/// The verdict over a whole body, which must be the same in pieces.
fn verify(
    verifier: impl Into<Verifier>,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Verified<Vec<u8>>, VerifyError> {
    let verifier = verifier.into();
    let whole = verifier.verify_at(headers.iter().copied(), body.as_bytes().to_vec(), NOW);
    let mut pieces = verifier.begin_at(headers.iter().copied(), NOW);
    if let Ok(running) = &mut pieces {
        body.as_bytes()
            .chunks(7)
            .for_each(|chunk| running.update(chunk).unwrap());
    }
    let pieces = pieces.and_then(|running| running.finish());
    assert_eq!(
        whole.as_ref().map(|good| good.secret_label().to_owned()),
        pieces.as_ref().map(|good| good.secret_label().to_owned()),
    );
    whole
}

fn twilio(url: &str, signature: &str, body: &str) -> Result<(), VerifyError> {
    let twilio = Twilio::new(TOKEN, url).unwrap();
    verify(twilio, &[("X-Twilio-Signature", signature)], body).map(|_| ())
}

#[test]
fn twilios_own_forms_verify_with_and_without_the_port() {
    for (url, signature) in [
        (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        // Signed without the port and registered with it, and the other way about.
        (
            "https://mycompany.com:443/myapp.php?foo=1&bar=2",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (
            "https://mycompany.com:443/myapp.php?foo=1&bar=2",
            "kvajT1Ptam85bY51eRf/AJRuM3w=",
        ),
        (
            "http://mycompany.com/myapp.php?foo=1&bar=2",
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        (
            "http://mycompany.com:1234/myapp.php?foo=1&bar=2",
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
        ),
        // What follows the sharp sign configures Twilio and is not sent.
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2#rc=2",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
    ] {
        assert_eq!(twilio(url, signature, FORM), Ok(()), "{url} {signature}");
    }
    let duplicates = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";
    assert_eq!(
        twilio(URL, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", duplicates),
        Ok(())
    );
}

#[test]
fn a_twilio_url_is_the_configured_one_whatever_the_request_says_of_itself() {
    let good = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    for url in [
        "https://mycompany.com:8443/myapp.php?foo=1&bar=2x",
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "https://evil.example/myapp.php?foo=1&bar=2",
        "https://mycompany.com/myapp.php",
    ] {
        assert_eq!(
            twilio(url, good, FORM),
            Err(VerifyError::SignatureMismatch),
            "{url}"
        );
        let headers = [
            ("x-twilio-signature", good),
            ("host", "mycompany.com"),
            ("x-forwarded-host", "mycompany.com"),
            ("x-forwarded-proto", "https"),
            (":method", "POST"),
            (":path", "/myapp.php?foo=1&bar=2"),
        ];
        assert_eq!(
            verify(Twilio::new(TOKEN, url).unwrap(), &headers, FORM).unwrap_err(),
            VerifyError::SignatureMismatch,
            "{url}"
        );
    }
}

#[test]
fn an_altered_twilio_form_is_refused_and_a_shifted_border_is_what_the_row_admits() {
    let good = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    for body in [
        FORM.replace("1234567890", "1234567891"),
        FORM.replace("&Digits=1234", ""),
        format!("{FORM}&Extra=1"),
        FORM.replace("Digits", "digits"),
        String::new(),
        r#"{"CallSid":"CA1234567890ABCDE"}"#.to_owned(),
    ] {
        assert_eq!(
            twilio(URL, good, &body),
            Err(VerifyError::SignatureMismatch),
            "{body}"
        );
    }
    assert_eq!(
        twilio(URL, good, "CallSid=%zz"),
        Err(VerifyError::MalformedBody)
    );
    // The text of all fields is the same: Twilio's signature has no borders in it.
    let shifted = FORM.replace("Digits=1234", "Digits1=234");
    assert_eq!(twilio(URL, good, &shifted), Ok(()));
    assert_eq!(Twilio::SCHEME.coverage().body, BodyCoverage::Fields);
}

#[test]
fn a_twilio_form_is_bounded_before_it_is_signed() {
    let many = vec!["a=1"; 1_001].join("&");
    assert_eq!(twilio(URL, "x", &many), Err(VerifyError::MalformedBody));
    let long = format!("a={}", "x".repeat(64 * 1024));
    assert_eq!(
        Twilio::new(TOKEN, URL)
            .unwrap()
            .verify_at([("x-twilio-signature", "x")], &long, NOW)
            .unwrap_err(),
        VerifyError::BodyTooLarge { limit: 64 * 1024 }
    );
}

#[test]
fn twilios_own_json_verifies_by_the_hash_in_its_query_and_by_nothing_else() {
    let good = ("x-twilio-signature", "a9nBmqA0ju/hNViExpshrM61xv4=");
    let json = |url: &str, headers: &[(&str, &str)], body: &str| {
        verify(TwilioJson::new(TOKEN, url).unwrap(), headers, body).map(|_| ())
    };
    let path = (":path", JSON_TARGET);
    assert_eq!(json(URL, &[good, path], JSON), Ok(()));
    assert_eq!(
        json("https://mycompany.com/myapp.php", &[good, path], JSON),
        Ok(())
    );
    // Host, scheme and path are the user's.
    let elsewhere = JSON_TARGET.replace("/myapp.php", "//evil.example/other");
    assert_eq!(json(URL, &[good, (":path", &elsewhere)], JSON), Ok(()));
    assert_eq!(
        json("https://evil.example/myapp.php", &[good, path], JSON),
        Err(VerifyError::SignatureMismatch)
    );

    assert_eq!(
        json(URL, &[good, path], "{}"),
        Err(VerifyError::SignatureMismatch)
    );
    assert_eq!(
        json(URL, &[good], JSON),
        Err(VerifyError::MissingHeader {
            header: ":path".into()
        })
    );
    let malformed = Err(VerifyError::MalformedHeader {
        header: ":path".into(),
    });
    assert_eq!(
        json(URL, &[good, (":path", "/myapp.php?foo=1&bar=2")], JSON),
        malformed
    );
    let twice = format!("{JSON_TARGET}&bodySHA256=00");
    assert_eq!(json(URL, &[good, (":path", &twice)], JSON), malformed);
    // Upper case would be another text under the signature.
    let upper = JSON_TARGET.replace("0a1ff", "0A1FF");
    assert_eq!(
        json(URL, &[good, (":path", &upper)], JSON),
        Err(VerifyError::SignatureMismatch)
    );
}

#[test]
fn a_request_line_that_comes_twice_is_refused() {
    let headers = [
        ("x-twilio-signature", "a9nBmqA0ju/hNViExpshrM61xv4="),
        (":path", JSON_TARGET),
        (":path", JSON_TARGET),
    ];
    assert_eq!(
        verify(TwilioJson::new(TOKEN, URL).unwrap(), &headers, JSON).unwrap_err(),
        VerifyError::RepeatedHeader {
            header: ":path".into()
        }
    );
}

/// What the signer says must be sent, as headers and a body.
fn send(signed: &SignedRequest) -> (Vec<(&str, &str)>, &str) {
    let body = core::str::from_utf8(signed.body()).unwrap();
    (signed.with_request_line().collect(), body)
}

#[test]
fn a_twilio_signature_under_a_shared_key_needs_the_setting_that_names_its_algorithm() {
    let signer = TwilioSha256::signer(TOKEN)
        .unwrap()
        .setting(Setting::KeyId, "webhooks_sharedkey_1");
    let signed = signer.sign_request(&Message::new(FORM).url(URL)).unwrap();
    let (headers, body) = send(&signed);
    let verifier = || TwilioSha256::new(TOKEN, URL).unwrap();
    assert!(verify(verifier(), &headers, body).is_ok());
    assert_eq!(
        headers[3],
        (
            "x-twilio-webhooks-signature-settings",
            "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
        )
    );
    assert_eq!(
        verify(verifier(), &headers[..3], body).unwrap_err(),
        VerifyError::MissingHeader {
            header: "x-twilio-webhooks-signature-settings".into()
        }
    );
    let mut other = headers.clone();
    other[3].1 = "key=k,algorithm=HMAC_SHA1";
    assert_eq!(
        verify(verifier(), &other, body).unwrap_err(),
        VerifyError::MalformedHeader {
            header: "x-twilio-webhooks-signature-settings".into()
        }
    );
    // One row is one scheme: a request of one is no request of another.
    assert!(verify(Twilio::new(TOKEN, URL).unwrap(), &headers, body).is_err());

    let signer = TwilioJsonSha256::signer(TOKEN).unwrap();
    let signed = signer.sign_request(&Message::new(JSON).url(URL)).unwrap();
    let (headers, body) = send(&signed);
    assert!(verify(TwilioJsonSha256::new(TOKEN, URL).unwrap(), &headers, body).is_ok());
    assert!(verify(TwilioJson::new(TOKEN, URL).unwrap(), &headers, body).is_err());
    assert_eq!(
        signer.sign(&Message::new(JSON).url(URL)).unwrap_err(),
        SignError::InBody
    );
}

#[test]
fn a_twilio_retry_is_the_same_event_and_the_same_keys_pressed_again_are_another() {
    let verifier = Verifier::from(Twilio::new(TOKEN, URL).unwrap());
    let identity = |token: &str| {
        let headers = [
            ("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            ("i-twilio-idempotency-token", token),
        ];
        let verified = verify(verifier.clone(), &headers, FORM).unwrap();
        assert!(!verified.id().unwrap().signed);
        verified.identity().to_bytes()
    };
    assert_eq!(identity("a"), identity("a"));
    assert_ne!(identity("a"), identity("b"));
}

#[test]
fn mandrill_signs_its_url_and_its_one_field() {
    let url = "https://user:pass@shop.example.com/mandrill?x=1";
    let events = r#"[{"_id":"m1","event":"send","ts":1,"msg":{"subject":"a + b & é"}}]"#;
    let signer = Mandrill::signer("not-a-real-key").unwrap();
    let signed = signer.sign_request(&Message::new(events).url(url)).unwrap();
    let (headers, body) = send(&signed);
    // printf '%s' "${url}mandrill_events${events}" | openssl dgst -sha1 -hmac not-a-real-key -binary | base64
    assert_eq!(
        headers[2],
        ("x-mandrill-signature", "1b6sOrldBxCVZfm6/qAaHdbVK7c=")
    );
    let mandrill = |url: &str| Mandrill::new("not-a-real-key", url).unwrap();
    let verified = verify(mandrill(url), &headers, body).unwrap();
    assert_eq!(verified.id().unwrap().value, "m1");
    assert_eq!(verified.event_type().unwrap().value, "send");
    assert!(verified.id().unwrap().signed);

    let other = "https://shop.example.com/mandrill?x=1";
    assert!(verify(mandrill(other), &headers, body).is_err());
    assert_eq!(
        verify(mandrill(url), &headers, &body.replace("send", "sand")).unwrap_err(),
        VerifyError::SignatureMismatch
    );
    for body in [
        format!("{body}&a=1"),
        format!("{body}&{body}"),
        String::new(),
    ] {
        assert_eq!(
            verify(mandrill(url), &headers, &body).unwrap_err(),
            VerifyError::MalformedBody
        );
    }
}

#[test]
fn braintree_signs_its_payload_with_the_key_pair_that_it_names() {
    let xml = "<notification><timestamp>2026-11-22T00:00:00Z</timestamp><kind>check</kind><subject/></notification>";
    let signer = Braintree::signer("not-a-real-private-key")
        .unwrap()
        .setting(Setting::KeyId, "public");
    let signed = signer.sign_request(&Message::new(xml)).unwrap();
    let body = core::str::from_utf8(signed.body()).unwrap();
    // key=$(printf not-a-real-private-key | openssl dgst -sha1 -r | cut -d' ' -f1)
    // (printf '%s' "$xml" | base64 -w0; echo) | openssl dgst -sha1 -mac hmac -macopt hexkey:$key
    assert!(
        body.starts_with(
            "bt_signature=public%7Ca1e62016258a28f17cfa923ea60f46e2b3e879e4&bt_payload="
        ),
        "{body}"
    );
    let braintree = |key: &str| Braintree::new(key, "not-a-real-private-key").unwrap();
    let verified = verify(braintree("public"), &[], body).unwrap();
    assert_eq!(verified.event_type().unwrap().value, "check");
    assert!(verified.event_type().unwrap().signed);

    // Signed with its line break and sent without it.
    let without = body.replace("%0A", "");
    assert!(verify(braintree("public"), &[], &without).is_ok());
    assert!(verify(braintree("other"), &[], body).is_err());
    assert!(verify(Braintree::new("public", "another").unwrap(), &[], body).is_err());
    let wrong = body.replace("bt_payload=P", "bt_payload=Q");
    assert_eq!(
        verify(braintree("public"), &[], &wrong).unwrap_err(),
        VerifyError::SignatureMismatch
    );
    for malformed in [
        "",
        "bt_payload=x",
        "bt_signature=x",
        &format!("{body}&a=1"),
        &format!("{body}&bt_payload=x"),
        &body.replace("bt_payload=", "bt_payload=%3C"),
    ] {
        assert_eq!(
            verify(braintree("public"), &[], malformed).unwrap_err(),
            VerifyError::MalformedBody,
            "{malformed}"
        );
    }
    assert_eq!(
        Braintree::new("", "not-a-real-private-key").unwrap_err(),
        ConfigError::MissingSetting {
            scheme: "braintree".into(),
            setting: Setting::KeyId
        }
    );
}

#[test]
fn a_braintree_event_signed_again_is_the_same_event() {
    let identity = |key: &str| {
        let signer = Braintree::signer("not-a-real-private-key")
            .unwrap()
            .setting(Setting::KeyId, key);
        let signed = signer
            .sign_request(&Message::new("<kind>x</kind>"))
            .unwrap();
        let braintree = Braintree::new(key, "not-a-real-private-key").unwrap();
        let verified = braintree.verify(signed.headers(), signed.body()).unwrap();
        verified.identity().to_bytes()
    };
    assert_eq!(identity("one"), identity("two"));
}

fn adyen_item(signing_string: &str, signature: &str) -> Value {
    // The published vectors give what is signed; its references stand in its first and last columns.
    let columns: Vec<&str> = signing_string.split(':').collect();
    let from_end = |at: usize| columns[columns.len() - at];
    let reference = columns[3..columns.len() - 4].join(":");
    json!({"NotificationRequestItem": {
        "pspReference": columns[0],
        "originalReference": columns[1],
        "merchantAccountCode": columns[2],
        "merchantReference": reference,
        "amount": {"value": from_end(4).parse::<u64>().unwrap(), "currency": from_end(3)},
        "eventCode": from_end(2),
        "success": from_end(1),
        "additionalData": {"hmacSignature": signature},
    }})
}

fn adyen(key: &str, items: &[Value]) -> Result<Verified<Vec<u8>>, VerifyError> {
    let verifier = Adyen::builder()
        .secret(
            "other",
            "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        )
        .secret("ours", key)
        .accept_uncovered_body()
        .build()
        .unwrap();
    let body = json!({"live": "false", "notificationItems": items}).to_string();
    verify(verifier, &[], &body)
}

const ADYEN_KEY: &str = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174";

/// The published items under that key, and the signature of each.
const ADYEN_ITEMS: [(&str, &str); 4] = [
    (
        "T7FD4VM4D3RZNN82::AntoniStroinski:\\\\slashes are fun:1000:EUR:AUTHORISATION:true",
        "nIgT81gaB5oJpn2jPXupDq68iRo2wUlBsuYjtYfwKqo=",
    ),
    (
        "M8NB66SBZSGLNK82::AntoniStroinski::slashes are fun:1000:EUR:AUTHORISATION:true",
        "2EQYm7YJpKO4EtHSPu55SQTyWf8dkW5u2nD1tJFpViA=",
    ),
    (
        "X3GWNS6KJ8NKGK82::AntoniStroinski://slashes are fun:1000:EUR:AUTHORISATION:true",
        "9Z0xdpG9Xi3zcmXv14t/BvMBut77O/Xq9D4CQXSDUi4=",
    ),
    (
        "ZVWN7D3WSMK2WN82::AntoniStroinski:\\:/\\/slashes are fun:1000:EUR:AUTHORISATION:true",
        "CZErGCNQaSsxbaQfZaJlakqo7KPP+mIa8a+wx3yNs9A=",
    ),
];

#[test]
fn adyens_own_items_verify_without_any_escaping() {
    let classic = adyen_item(
        "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true",
        "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=",
    );
    let key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    let verified = adyen(key, &[classic]).unwrap();
    assert_eq!(verified.secret_label(), "ours");
    assert_eq!(verified.id().unwrap().value, "7914073381342284");
    assert_eq!(verified.event_type().unwrap().value, "AUTHORISATION");
    assert!(verified.event_type().unwrap().signed);
    for (text, signature) in ADYEN_ITEMS {
        assert!(
            adyen(ADYEN_KEY, &[adyen_item(text, signature)]).is_ok(),
            "{text}"
        );
    }
}

#[test]
fn every_item_of_an_adyen_notification_must_be_signed() {
    let items: Vec<Value> = ADYEN_ITEMS
        .iter()
        .map(|(text, signature)| adyen_item(text, signature))
        .collect();
    let all = adyen(ADYEN_KEY, &items).unwrap();
    assert!(all.id().is_none(), "four items have four ids");
    assert!(matches!(all.identity(), Identity::Digest(_)));
    for at in 0..items.len() {
        let mut altered = items.clone();
        altered[at]["NotificationRequestItem"]["amount"]["value"] = json!(1);
        assert_eq!(
            adyen(ADYEN_KEY, &altered).unwrap_err(),
            VerifyError::SignatureMismatch,
            "{at}"
        );
        let mut unsigned = items.clone();
        unsigned[at]["NotificationRequestItem"]["additionalData"] = json!({});
        assert_eq!(
            adyen(ADYEN_KEY, &unsigned).unwrap_err(),
            VerifyError::MalformedBody,
            "{at}"
        );
    }
    assert_eq!(
        adyen(ADYEN_KEY, &[]).unwrap_err(),
        VerifyError::MalformedBody
    );
    let many = vec![items[0].clone(); 101];
    assert_eq!(
        adyen(ADYEN_KEY, &many).unwrap_err(),
        VerifyError::MalformedBody
    );
}

#[test]
fn an_adyen_notification_is_signed_in_every_item_and_its_identity_leaves_out_what_is_not_signed() {
    let body = json!({"notificationItems": [
        {"NotificationRequestItem": {"pspReference": "a", "eventCode": "REFUND", "success": "true"}},
        {"NotificationRequestItem": {"pspReference": "b", "eventCode": "REFUND", "success": "true"}},
    ]})
    .to_string();
    let signed = Adyen::signer(ADYEN_KEY)
        .unwrap()
        .sign_request(&Message::new(&body))
        .unwrap();
    let adyen = Adyen::builder()
        .secret("current", ADYEN_KEY)
        .accept_uncovered_body()
        .build()
        .unwrap();
    let first = adyen.verify(signed.headers(), signed.body()).unwrap();
    let text = core::str::from_utf8(signed.body()).unwrap();
    let altered = text.replace(
        r#""pspReference":"a""#,
        r#""reason":"x","pspReference":"a""#,
    );
    assert_ne!(altered, text);
    let second = adyen.verify(signed.headers(), &altered).unwrap();
    assert_eq!(first.identity(), second.identity());
    let other = text.replace(r#""pspReference":"a""#, r#""pspReference":"c""#);
    assert!(adyen.verify(signed.headers(), &other).is_err());
}

#[test]
fn one_object_with_a_name_twice_is_refused_before_a_key_is_touched() {
    let signed = Signer::new(Adyen::SCHEME, ADYEN_KEY)
        .unwrap()
        .sign_request(&Message::new(
            r#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"a"}}]}"#,
        ))
        .unwrap();
    let text = core::str::from_utf8(signed.body()).unwrap();
    let twice = text.replace(
        r#""pspReference":"a""#,
        r#""pspReference":"b","pspReference":"a""#,
    );
    let adyen = Adyen::builder()
        .secret("current", ADYEN_KEY)
        .accept_uncovered_body()
        .build()
        .unwrap();
    assert!(adyen.verify(signed.headers(), text).is_ok());
    assert_eq!(
        adyen.verify(signed.headers(), &twice).unwrap_err(),
        VerifyError::MalformedBody
    );
}
