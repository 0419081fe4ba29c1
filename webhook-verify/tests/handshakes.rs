//! What providers ask an endpoint, and what they get.
#![allow(clippy::unwrap_used, clippy::unwrap_in_result)]

use std::time::Duration;

use webhook_verify::{
    Braintree, Challenge, ChallengeError, CloudEvents, Dropbox, Enrolment, EnrolmentError,
    EventGrid, GitHub, HandsOver, Judged, Message, Meta, MsGraph, Okta, Scheme, Setting, Signer,
    Slack, Trello, Twitch, UnixTime, Verifier, X, Zoom,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "not-a-real-secret";

fn verifier(scheme: Scheme) -> Verifier {
    Verifier::builder(scheme)
        .secret("current", SECRET)
        .public_url("https://shop.example.com/hooks")
        .setting(Setting::KeyId, "public_key_1")
        .setting(Setting::VerifyToken, "a-fake-verify-token")
        .accept_uncovered_body()
        .clock(|| NOW)
        .build()
        .unwrap()
}

type Answer = Option<Result<(u16, String), ChallengeError>>;

fn shown(answer: Option<Result<Challenge, ChallengeError>>) -> Answer {
    answer.map(|answer| {
        answer.map(|answer| {
            for (name, value) in answer.headers() {
                assert!(!value.contains(['\r', '\n']), "{name}");
            }
            if !answer.body().is_empty() {
                let headers: Vec<_> = answer.headers().collect();
                assert!(headers.contains(&("x-content-type-options", "nosniff")));
                assert!(!headers.iter().any(|(_, value)| value.contains("html")));
            }
            (
                answer.status(),
                String::from_utf8(answer.body().to_vec()).unwrap(),
            )
        })
    })
}

fn ask(scheme: Scheme, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    shown(verifier(scheme).challenge(method, target, headers.iter().copied()))
}

fn ok(body: &str) -> Answer {
    Some(Ok((200, body.to_owned())))
}

/// What a signed body is taken for.
fn send(scheme: Scheme, body: &str, headers: &[(&str, &str)]) -> Answer {
    let signer = Signer::new(scheme, SECRET).unwrap();
    let signed = signer
        .sign_request(&Message::new(body).id("msg_1").at(NOW))
        .unwrap();
    let all = signed.with_request_line().chain(headers.iter().copied());
    let verifier = verifier(scheme);
    let verified = verifier.verify_at(all, body.to_owned(), NOW).unwrap();
    match verifier.classify(verified) {
        Ok(Judged::Event(_)) => None,
        Ok(Judged::Challenge(answer)) => shown(Some(Ok(answer))),
        Ok(other) => unreachable!("{other:?}"),
        Err(error) => Some(Err(error)),
    }
}

const MALFORMED: Answer = Some(Err(ChallengeError::Malformed));

#[test]
fn a_parameter_is_echoed_as_plain_text_and_only_if_it_is_harmless() {
    let dropbox = |target: &str| ask(Dropbox::SCHEME, "GET", target, &[]);
    assert_eq!(dropbox("/hook?challenge=abc123"), ok("abc123"));
    for hostile in [
        "/hook?challenge=%3Cscript%3Ealert(1)%3C/script%3E",
        "/hook?challenge=a%0D%0ASet-Cookie:%20x=1",
        "/hook?challenge=a%00b",
        "/hook?challenge=%C3%A9",
        "/hook?challenge=",
        &format!("/hook?challenge={}", "a".repeat(1025)),
    ] {
        assert_eq!(dropbox(hostile), MALFORMED, "{hostile}");
    }
    // What is no question is treated as any other request.
    for other in [
        "/hook",
        "/hook?other=1",
        "/hook?challenge=a&challenge=b",
        "/hook?challenge=%zz",
    ] {
        assert_eq!(dropbox(other), None, "{other}");
    }
    assert_eq!(
        ask(Dropbox::SCHEME, "POST", "/hook?challenge=abc", &[]),
        None
    );
    assert_eq!(ask(GitHub::SCHEME, "GET", "/hook?challenge=abc", &[]), None);

    // Graph wants its token decoded.
    assert_eq!(
        ask(
            MsGraph::SCHEME,
            "POST",
            "/?validationToken=Validation%3A+Testing%20it%3A%201-2",
            &[]
        ),
        ok("Validation: Testing it: 1-2")
    );
    assert_eq!(
        ask(
            MsGraph::SCHEME,
            "POST",
            "/?validationToken=%3Cimg%20src%3Dx%3E",
            &[]
        ),
        MALFORMED
    );
}

#[test]
fn meta_is_answered_only_if_it_knows_the_verify_token() {
    let meta = |query: &str| {
        ask(
            Meta::SCHEME,
            "GET",
            &format!("/hook?hub.mode=subscribe&{query}"),
            &[],
        )
    };
    assert_eq!(
        meta("hub.challenge=1158201444&hub.verify_token=a-fake-verify-token"),
        ok("1158201444")
    );
    for query in [
        "hub.challenge=1&hub.verify_token=wrong",
        "hub.challenge=1&hub.verify_token=",
        "hub.challenge=1",
        "hub.challenge=1&hub.verify_token=a-fake-verify-token&hub.verify_token=wrong",
    ] {
        assert_eq!(
            meta(query),
            Some(Err(ChallengeError::WrongToken)),
            "{query}"
        );
    }
    let none: [(&str, &str); 0] = [];
    let unset: Verifier = Meta::new(SECRET).unwrap().into();
    let answer = unset.challenge("GET", "/?hub.challenge=1&hub.verify_token=", none);
    assert_eq!(answer, Some(Err(ChallengeError::WrongToken)));
}

#[test]
fn a_header_is_echoed_in_json() {
    let okta = |value: &str| {
        ask(
            Okta::SCHEME,
            "GET",
            "/",
            &[("X-Okta-Verification-Challenge", value)],
        )
    };
    assert_eq!(
        okta("my verification value"),
        ok(r#"{"verification":"my verification value"}"#)
    );
    assert_eq!(okta(r#"","admin":"true"#), MALFORMED);
    assert_eq!(okta("<b>"), MALFORMED);
    assert_eq!(ask(Okta::SCHEME, "GET", "/", &[]), None);
}

#[test]
fn consent_is_given_to_the_named_origin() {
    let consent = |origin: &str, ours: Option<&str>| {
        let mut builder = CloudEvents::builder()
            .secret("current", SECRET)
            .accept_uncovered_body();
        if let Some(ours) = ours {
            builder = builder.setting(Setting::Issuer, ours);
        }
        let verifier: Verifier = builder.build().unwrap().into();
        let headers = [
            ("WebHook-Request-Origin", origin),
            ("WebHook-Request-Rate", "120"),
        ];
        verifier
            .challenge("OPTIONS", "/", headers)
            .unwrap()
            .map(|answer| {
                let allowed = answer
                    .headers()
                    .find(|(name, _)| *name == "webhook-allowed-origin");
                allowed.map(|(_, value)| value.to_owned())
            })
    };
    assert_eq!(
        consent("eventemitter.example.com", None),
        Ok(Some("eventemitter.example.com".into()))
    );
    assert_eq!(
        consent("evil.example", Some("eventemitter.example.com")),
        Ok(None)
    );
    assert_eq!(
        consent("a\r\nset-cookie: x", None),
        Err(ChallengeError::Malformed)
    );
}

#[test]
fn a_signed_question_is_verified_first_and_an_event_is_no_question() {
    let body = r#"{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"#;
    assert_eq!(
        send(Slack::SCHEME, body, &[]),
        ok("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P")
    );
    assert_eq!(
        send(
            Slack::SCHEME,
            r#"{"challenge":"<script>","type":"url_verification"}"#,
            &[]
        ),
        MALFORMED
    );
    assert_eq!(
        send(Slack::SCHEME, r#"{"type":"url_verification"}"#, &[]),
        MALFORMED
    );
    assert_eq!(
        send(
            Slack::SCHEME,
            r#"{"type":"event_callback","challenge":"x"}"#,
            &[]
        ),
        None
    );
    assert_eq!(
        send(
            Slack::SCHEME,
            r#"{"type":"url_verification","type":"url_verification","challenge":"x"}"#,
            &[]
        ),
        None
    );
    // Nothing unsigned is answered.
    let none: [(&str, &str); 0] = [];
    assert!(verifier(Slack::SCHEME).verify_at(none, body, NOW).is_err());
    assert_eq!(ask(Slack::SCHEME, "POST", "/?challenge=x", &[]), None);

    let twitch = r#"{"challenge":"pogchamp-kappa-360noscope","subscription":{"status":"webhook_callback_verification_pending"}}"#;
    assert_eq!(
        send(Twitch::SCHEME, twitch, &[]),
        ok("pogchamp-kappa-360noscope")
    );
    assert_eq!(
        send(Twitch::SCHEME, &twitch.replace("_pending", ""), &[]),
        None
    );
    let grid = r#"[{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6","validationUrl":"https://evil.example"}}]"#;
    assert_eq!(
        send(EventGrid::SCHEME, grid, &[]),
        ok(r#"{"validationResponse":"512d38b6"}"#)
    );
}

#[test]
fn zoom_gets_the_mac_of_a_plain_token_and_of_nothing_that_could_be_an_event() {
    let zoom = |token: &str| {
        let body = serde_json::json!({"event": "endpoint.url_validation", "payload": {"plainToken": token}});
        send(Zoom::SCHEME, &body.to_string(), &[])
    };
    // printf qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac not-a-real-secret
    assert_eq!(
        zoom("qgg8vlvZRS6UYooatFL8Aw"),
        ok(
            r#"{"encryptedToken":"5c60e2f8e51bc255c11491273f33b50f223b6f4a023f9c46fa858fa078031ddd","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}"#
        )
    );
    for oracle in ["v0:1700000000:{}", "{}", "a b", "", &"a".repeat(65)] {
        assert_eq!(zoom(oracle), MALFORMED, "{oracle}");
    }
}

#[test]
fn x_gets_the_mac_of_a_short_token_and_of_no_body_of_an_event() {
    let x = |token: &str| ask(X::SCHEME, "GET", &format!("/hook?crc_token={token}"), &[]);
    // printf MTIzNDU2Nzg5MA== | openssl dgst -sha256 -hmac not-a-real-secret -binary | base64
    assert_eq!(
        x("MTIzNDU2Nzg5MA=="),
        ok(r#"{"response_token":"sha256=y375zW5iD2lBIvk5qgIQDP20tcoFGUSYUafRsfx7z+E="}"#)
    );
    let event = "%7B%22for_user_id%22%3A%221%22%7D";
    for oracle in [event, "[]", "%22a%22", "a%20b", "", &"a".repeat(129)] {
        assert_eq!(x(oracle), MALFORMED, "{oracle}");
    }
}

#[test]
fn braintree_gets_the_mac_of_a_number_and_a_number_is_no_payload() {
    let ask = |number: &str| {
        ask(
            Braintree::SCHEME,
            "GET",
            &format!("/?bt_challenge={number}"),
            &[],
        )
    };
    let number = "20f9f8ed05f77439fe955c977e4c8a53";
    // key=$(printf not-a-real-secret | openssl dgst -sha1 -r | cut -d' ' -f1)
    // printf $number | openssl dgst -sha1 -mac hmac -macopt hexkey:$key
    let mac = "fa8b17f619a3df0284029290e53130e9c7d9d701";
    assert_eq!(ask(number), ok(&format!("public_key_1|{mac}")));
    for oracle in [
        &number[..19],
        &format!("{number}0"),
        &number.to_uppercase(),
        "PG5vdGlmaWNhdGlvbj4=PG5vdG",
        "",
    ] {
        assert_eq!(ask(oracle), MALFORMED, "{oracle}");
    }
    let forged = format!("bt_signature=public_key_1%7C{mac}&bt_payload={number}");
    let none: [(&str, &str); 0] = [];
    let refused = verifier(Braintree::SCHEME).verify_at(none, &forged, NOW);
    assert_eq!(
        refused.unwrap_err(),
        webhook_verify::VerifyError::MalformedBody
    );
}

#[test]
fn who_only_asks_whether_somebody_is_there_gets_an_empty_200() {
    assert_eq!(ask(Trello::SCHEME, "HEAD", "/", &[]), ok(""));
    assert_eq!(ask(GitHub::SCHEME, "HEAD", "/", &[]), None);
}

const ROUTE: &str = "/hooks/asana/7f3a";
const HANDED: &str = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";

fn open() -> Enrolment {
    Enrolment::open(
        HandsOver::Asana,
        ROUTE,
        Some("one"),
        NOW,
        Duration::from_secs(60),
    )
}

#[test]
fn a_secret_is_taken_once_in_time_on_its_own_route_and_for_its_own_tenant() {
    let headers = [("X-Hook-Secret", HANDED)];
    let enrolled = open()
        .take(ROUTE, Some("one"), headers, b"{}", NOW)
        .unwrap();
    assert_eq!(
        enrolled.headers().collect::<Vec<_>>(),
        [("x-hook-secret", HANDED)]
    );
    assert!(!format!("{enrolled:?}").contains(HANDED));
    // It is the secret that events are then signed with.
    let secret = enrolled.into_secret();
    let asana = webhook_verify::Asana::new(secret).unwrap();
    let signed = webhook_verify::Asana::signer(HANDED)
        .unwrap()
        .sign(&Message::new("{}"))
        .unwrap();
    assert!(asana.verify(&signed, "{}").is_ok());

    let refused = |route: &str, tenant: Option<&str>, now: UnixTime| {
        open().take(route, tenant, headers, b"{}", now).unwrap_err()
    };
    assert_eq!(
        refused("/hooks/asana/other", Some("one"), NOW),
        EnrolmentError::NotHere
    );
    assert_eq!(refused(ROUTE, Some("two"), NOW), EnrolmentError::NotHere);
    assert_eq!(refused(ROUTE, None, NOW), EnrolmentError::NotHere);
    let late = NOW.saturating_add(Duration::from_secs(61));
    assert_eq!(refused(ROUTE, Some("one"), late), EnrolmentError::Over);
    let for_ever = Enrolment::open(HandsOver::Asana, ROUTE, None, NOW, Duration::MAX);
    assert!(!for_ever.is_open_at(NOW.saturating_add(Duration::from_secs(3601))));
}

#[test]
fn what_hands_over_no_secret_of_the_form_is_refused() {
    let take = |headers: &[(&str, &str)]| {
        open()
            .take(ROUTE, Some("one"), headers.iter().copied(), b"{}", NOW)
            .map(|_| ())
    };
    for headers in [
        &[][..],
        &[("x-hook-secret", "")],
        &[("x-hook-secret", "short")],
        &[("x-hook-secret", "a\r\nset-cookie: x=12345678")],
        &[("x-hook-secret", HANDED), ("x-hook-secret", HANDED)],
        &[("x-hook-secret", HANDED), ("x-hook-signature", "00")],
    ] {
        assert_eq!(take(headers), Err(EnrolmentError::Malformed), "{headers:?}");
    }
    let none: [(&str, &str); 0] = [];
    let notion = |body: &str| {
        Enrolment::open(HandsOver::Notion, ROUTE, None, NOW, Duration::from_secs(60))
            .take(ROUTE, None, none, body.as_bytes(), NOW)
            .map(|enrolled| enrolled.headers().count())
    };
    assert_eq!(
        notion(r#"{"verification_token":"secret_a1b2c3d4e5f6g7h8"}"#),
        Ok(0)
    );
    for body in [
        "{}",
        "",
        r#"{"verification_token":1}"#,
        r#"{"verification_token":"secret_a1b2c3d4e5f6g7h8","verification_token":"secret_a1b2c3d4e5f6g7h9"}"#,
    ] {
        assert_eq!(notion(body), Err(EnrolmentError::Malformed), "{body}");
    }
}
