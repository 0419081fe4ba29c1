//! `webhookctl providers`.

use serde_json::json;
use webhook_verify::schemes;

use crate::support::call;

#[test]
fn every_row_is_in_the_table_and_in_the_object() {
    let table = call(&["providers"]);
    assert_eq!((table.status, &*table.stderr), (0, ""));
    let all = call(&["providers", "--json"]).json();
    let all = all["providers"].as_array().unwrap().clone();
    assert_eq!(all.len(), schemes().len());
    for scheme in schemes() {
        let line = table
            .stdout
            .lines()
            .find(|line| line.split(' ').next() == Some(scheme.name()));
        assert!(line.is_some(), "{}", scheme.name());
        assert!(all.iter().any(|row| row["name"] == scheme.name()));
    }
    assert!(
        !table.stdout.contains('\u{1b}'),
        "colours only on a terminal"
    );
}

#[test]
fn one_provider_is_told_in_full() {
    let row = call(&["providers", "github", "--json"]).json();
    for (key, value) in [
        ("name", json!("github")),
        ("title", json!("GitHub")),
        ("algorithm", json!("HMAC-SHA256")),
        ("key", json!("shared secret")),
        (
            "headers",
            json!(["x-hub-signature-256", "x-github-delivery", "x-github-event"]),
        ),
        (
            "covers",
            json!({"body": "whole", "timestamp": false, "id": false}),
        ),
        ("id", json!("header x-github-delivery")),
        ("type", json!("header x-github-event")),
        ("identity", json!("digest of the body")),
        ("tolerance_seconds", json!(null)),
        ("answer_within_seconds", json!(10)),
        ("resend_horizon_seconds", json!(259_200)),
    ] {
        assert_eq!(row[key], value, "{key}");
    }
    let text = call(&["providers", "github"]).stdout;
    assert!(
        text.starts_with("github  GitHub\n  algorithm  HMAC-SHA256\n"),
        "{text}"
    );
    assert!(text.contains("  repeats    for 3 d\n"), "{text}");
}

#[test]
fn every_provider_that_is_covered_is_known_by_its_id() {
    // One provider may have several schemes; its id alone means the one to use.
    let ids = [
        "standard_webhooks",
        "svix",
        "stripe",
        "github",
        "gitlab",
        "bitbucket",
        "slack",
        "shopify",
        "square",
        "paddle",
        "lemonsqueezy",
        "mollie",
        "razorpay",
        "coinbase_commerce",
        "zoom",
        "hubspot",
        "intercom",
        "zendesk",
        "linear",
        "notion",
        "asana",
        "trello",
        "jira",
        "figma",
        "discord",
        "telegram",
        "meta",
        "x",
        "twitch",
        "line",
        "mailgun",
        "postmark",
        "typeform",
        "calendly",
        "docusign",
        "dropbox",
        "box",
        "workos",
        "okta",
        "vercel",
        "circleci",
        "pagerduty",
        "sentry",
        "datadog",
        "woocommerce",
        "bigcommerce",
        "eventgrid",
        "cloudevents",
        "generic_source",
        "clerk",
        "twilio",
        "adyen",
        "braintree",
        "mandrill",
        "resend",
        "openai",
        "polar",
        "telnyx",
        "gocardless",
        "sanity",
        // Further schemes.
        "hubspot_v1",
        "hubspot_v2",
        "hubspot_v3",
        "adyen_platforms",
        "gitlab_token",
        "shopify_events",
        "standard_webhooks_ed25519",
        "standard_webhooks_v1a",
    ];
    for id in ids {
        for name in [id.replace('_', "-"), id.to_owned(), id.to_ascii_uppercase()] {
            let answer = call(&["providers", "--json", &name]);
            assert_eq!(answer.status, 0, "{name} {answer:?}");
        }
    }
    assert_eq!(
        call(&["providers", "hubspot", "--json"]).json()["name"],
        "hubspot-v3"
    );
}

#[test]
fn a_name_that_is_nearly_right_is_recognised() {
    assert_eq!(
        call(&["providers", "stirpe"]).sentence(),
        "no provider is called \"stirpe\"; did you mean stripe?"
    );
    assert_eq!(
        call(&["providers", "quux\u{1b}[31m"]).sentence(),
        "no provider is called \"quux\\u{1b}[31m\"; webhookctl providers lists them"
    );
}
