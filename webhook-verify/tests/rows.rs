//! Rows with something that the published vectors do not have, against signatures that Python's hmac made.
#![allow(clippy::unwrap_used, clippy::unwrap_in_result)]

use std::time::Duration;

use webhook_verify::{UnixTime, Verifier, VerifyError, schemes};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "not-a-real-secret";
const URL: &str = "https://shop.example.com/hooks";
const BODY: &str = r#"{"id":"1"}"#;
/// `NOW`, written as RFC 3339.
const TIME: &str = "2023-11-14T22:13:20Z";

fn verify_at(
    scheme: &str,
    headers: &[(&str, &str)],
    body: &str,
    now: UnixTime,
) -> Result<String, VerifyError> {
    let row = schemes().iter().find(|row| row.name() == scheme).unwrap();
    let verifier = Verifier::builder(*row)
        .secret("other", "somebody-elses-fake-secret")
        .secret("ours", SECRET)
        .public_url(URL)
        .accept_uncovered_body()
        .build()
        .unwrap();
    let whole = verifier
        .verify_at(headers.iter().copied(), body, now)
        .map(|good| good.secret_label().to_owned());
    let mut pieces = verifier.begin_at(headers.iter().copied(), now);
    if let Ok(running) = &mut pieces {
        body.as_bytes()
            .chunks(3)
            .for_each(|chunk| running.update(chunk).unwrap());
    }
    let pieces = pieces
        .and_then(|running| running.finish())
        .map(|good| good.secret_label().to_owned());
    assert_eq!(whole, pieces, "whole and in pieces");
    whole
}

fn verify(scheme: &str, headers: &[(&str, &str)], body: &str) -> Result<String, VerifyError> {
    verify_at(scheme, headers, body, NOW)
}

#[test]
fn content_in_front_of_and_behind_the_body_is_what_the_provider_says() {
    let rows: [(&str, &[(&str, &str)]); 8] = [
        (
            "trello",
            &[("x-trello-webhook", "ouIaJ8Y+bJNFwB3lFXAXaEIep6k=")],
        ),
        (
            "box",
            &[
                (
                    "box-signature-secondary",
                    "u9gWez7Jm5eKrbPHT5YLcE/DAyVWJ/J0sw4sHbOZyg0=",
                ),
                ("box-delivery-timestamp", TIME),
            ],
        ),
        (
            "hubspot-v3",
            &[
                (
                    "x-hubspot-signature-v3",
                    "Ubp8HEZQBclgHBSouiRvLaEPZd18fOVnZcZ3HSFCDv4=",
                ),
                ("x-hubspot-request-timestamp", "1700000000000"),
            ],
        ),
        (
            "hubspot-v1",
            &[(
                "x-hubspot-signature",
                "42f661085bb1dc2b4a74b72012d1a07a199fb409d1c1ef762e7dbd34c73b7536",
            )],
        ),
        (
            "hubspot-v2",
            &[(
                "x-hubspot-signature",
                "c0273634b0015f70049e6e8aa076fa13040f11bdd60788add71428d1e010600c",
            )],
        ),
        (
            "twitch",
            &[
                (
                    "twitch-eventsub-message-signature",
                    "sha256=d7df5a0bb1b99dc020202a4061c1ff9f98e610f06a1d7e4c116b8d971b4d7785",
                ),
                ("twitch-eventsub-message-id", "msg-1"),
                ("twitch-eventsub-message-timestamp", TIME),
            ],
        ),
        (
            "zendesk",
            &[
                (
                    "x-zendesk-webhook-signature",
                    "y1oPqnnqUuocjgChGlDBwmLxsqfk+MKJ9qmiJC+msb8=",
                ),
                ("x-zendesk-webhook-signature-timestamp", TIME),
            ],
        ),
        (
            "sanity",
            &[(
                "sanity-webhook-signature",
                "t=1700000000000,v1=oYSfIwHdd5aHrynKfPXcR_ittwuQuYhWoZByFLWO3vI",
            )],
        ),
    ];
    for (scheme, headers) in rows {
        assert_eq!(
            verify(scheme, headers, BODY).as_deref(),
            Ok("ours"),
            "{scheme}"
        );
        assert_eq!(
            verify(scheme, headers, "{}"),
            Err(VerifyError::SignatureMismatch),
            "{scheme}"
        );
    }
}

#[test]
fn a_signature_in_the_body_covers_what_it_covers_and_no_more() {
    let body = |signature: &str, token: &str, event: &str| {
        format!(
            r#"{{"signature":{{"timestamp":"1700000000","token":"{token}","signature":"{signature}"}},"event-data":{{"event":"{event}"}}}}"#
        )
    };
    let good = "e866a105bf78f6bf06f107164041c804e758bebf5645f93adc879e469894f4d9";
    assert_eq!(
        verify("mailgun", &[], &body(good, "token-1", "opened")).as_deref(),
        Ok("ours")
    );
    assert_eq!(
        verify("mailgun", &[], &body(good, "token-1", "forged")).as_deref(),
        Ok("ours")
    );
    assert_eq!(
        verify("mailgun", &[], &body(good, "token-2", "opened")),
        Err(VerifyError::SignatureMismatch)
    );
    assert_eq!(
        verify("mailgun", &[], &body("00", "token-1", "opened")),
        Err(VerifyError::SignatureMismatch)
    );
    for malformed in [
        "",
        "{}",
        "[]",
        r#"{"signature":{"token":"a","timestamp":"1"}}"#,
    ] {
        assert_eq!(
            verify("mailgun", &[], malformed),
            Err(VerifyError::MalformedBody),
            "{malformed}"
        );
    }
    let twice = body(good, "token-1", "x").replace("\"token\"", "\"token\":\"token-1\",\"token\"");
    assert_eq!(
        verify("mailgun", &[], &twice),
        Err(VerifyError::MalformedBody)
    );
}

#[test]
fn a_time_in_the_signed_body_is_held_against_the_window() {
    let headers = [(
        "linear-signature",
        "76e4d288702de5c6ab4ccb8c28574850808a4f7f624f409ab694fcd7847d9f66",
    )];
    let body = r#"{"webhookTimestamp":1700000000000}"#;
    let at = |now| verify_at("linear", &headers, body, now);
    assert_eq!(at(NOW).as_deref(), Ok("ours"));
    assert_eq!(
        at(NOW.saturating_add(Duration::from_secs(60))).as_deref(),
        Ok("ours")
    );
    assert!(matches!(
        at(NOW.saturating_add(Duration::from_secs(61))),
        Err(VerifyError::TimestampTooOld { .. })
    ));
    assert!(matches!(
        at(NOW.saturating_sub(Duration::from_secs(61))),
        Err(VerifyError::TimestampInFuture { .. })
    ));
}

#[test]
fn a_token_is_accepted_as_it_is_and_in_no_other_form() {
    let rows = [
        ("telegram", "x-telegram-bot-api-secret-token", ""),
        ("gitlab-token", "x-gitlab-token", ""),
        ("okta", "authorization", ""),
        ("eventgrid", "authorization", ""),
        ("cloudevents", "authorization", "Bearer "),
    ];
    for (scheme, header, prefix) in rows {
        let token = |text: &str| verify(scheme, &[(header, &format!("{prefix}{text}"))], "{}");
        assert_eq!(token(SECRET).as_deref(), Ok("ours"), "{scheme}");
        for wrong in [
            "",
            "not-a-real-secre",
            "not-a-real-secret2",
            "Not-a-real-secret",
            "not-a-real-secret ",
        ] {
            assert!(token(wrong).is_err(), "{scheme} {wrong:?}");
        }
    }
    for scheme in ["postmark", "datadog"] {
        let basic = |text: &str| verify(scheme, &[("authorization", text)], "{}");
        assert_eq!(
            basic("Basic bm90LWEtcmVhbC1zZWNyZXQ=").as_deref(),
            Ok("ours"),
            "{scheme}"
        );
        for wrong in [
            "Basic bm90LWEtcmVhbC1zZWNyZXQy",
            "bm90LWEtcmVhbC1zZWNyZXQ=",
            "Basic not-a-real-secret",
            "Basic ",
        ] {
            assert!(basic(wrong).is_err(), "{scheme} {wrong:?}");
        }
    }
    assert_eq!(
        verify("figma", &[], r#"{"passcode":"not-a-real-secret"}"#).as_deref(),
        Ok("ours")
    );
    assert_eq!(
        verify("figma", &[], r#"{"passcode":"not"}"#),
        Err(VerifyError::SignatureMismatch)
    );
    assert_eq!(verify("figma", &[], "{}"), Err(VerifyError::MalformedBody));
}
