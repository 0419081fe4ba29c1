//! Custom schemes out of configurations.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use webhook_verify::{
    CustomEncoding, CustomHash, CustomScheme, CustomSecret, CustomTime, Message, Scheme, Signer,
    UnixTime, Verifier,
};

const FULL: &str = r#"version = 1
name = "acme"
header = "x-acme-signature"
hash = "sha512"
encoding = "base64url"
secret = "hex"
content = "{id}.{timestamp}.{url}.{body}"
body_limit = 4096

[items]
separator = ";"
assign = ":"
signature = "s"

[timestamp]
item = "t"
format = "millis"
tolerance_seconds = 30

[id]
header = "x-acme-id"

[event_type]
member = ["event", "type"]
"#;

fn full() -> CustomScheme {
    Scheme::custom("acme", "x-acme-signature")
        .items(b';', b':', "s")
        .hash(CustomHash::Sha512)
        .encoding(CustomEncoding::Base64Url)
        .secret(CustomSecret::Hex)
        .content("{id}.{timestamp}.{url}.{body}")
        .timestamp_item("t", CustomTime::Millis)
        .tolerance(Duration::from_secs(30))
        .id_header("x-acme-id")
        .type_member(&["event", "type"])
        .body_limit(4096)
}

fn least() -> CustomScheme {
    Scheme::custom("least", "x-signature")
}

#[test]
fn what_is_written_is_what_the_builder_makes_and_is_written_back_as_it_was() {
    assert_eq!(toml::from_str::<CustomScheme>(FULL).unwrap(), full());
    assert_eq!(toml::to_string(&full()).unwrap(), FULL);
    let json = r#"{"version":1,"name":"least","header":"x-signature"}"#;
    assert_eq!(serde_json::from_str::<CustomScheme>(json).unwrap(), least());
    assert_eq!(serde_json::to_string(&least()).unwrap(), json);
    for scheme in [
        full(),
        least(),
        least().prefix("v1=").id_member(&["a", "b"]),
    ] {
        let toml = toml::to_string(&scheme).unwrap();
        assert_eq!(toml::from_str::<CustomScheme>(&toml).unwrap(), scheme);
        let json = serde_json::to_string(&scheme).unwrap();
        assert_eq!(serde_json::from_str::<CustomScheme>(&json).unwrap(), scheme);
    }
}

#[test]
fn a_scheme_that_was_read_verifies_what_the_built_one_signs() {
    const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
    let secret = "00112233445566778899aabbccddeeff";
    let url = "https://shop.example.com/hooks";
    let body = r#"{"event":{"type":"paid"}}"#;
    let signer = Signer::new(full().build().unwrap(), secret).unwrap();
    let signed = signer
        .sign(&Message::new(body).id("evt_1").url(url).at(NOW))
        .unwrap();
    let read: CustomScheme = toml::from_str(FULL).unwrap();
    let verified = Verifier::builder(read.build().unwrap())
        .secret("current", secret)
        .public_url(url)
        .build()
        .unwrap()
        .verify_at(&signed, body, NOW)
        .unwrap();
    assert_eq!(verified.event_type().unwrap().value, "paid");
    assert_eq!(verified.id().unwrap().value, "evt_1");
}

#[test]
fn a_mistake_is_refused_by_an_error_that_names_its_field() {
    let refused = |line: &str, with: &str| {
        let text = match with.starts_with('[') {
            true => format!("{line}\n{with}"),
            false => format!("{with}\n{line}"),
        };
        toml::from_str::<CustomScheme>(&text)
            .unwrap_err()
            .to_string()
    };
    let head = "version = 1\nname = \"acme\"\nheader = \"x-signature\"";
    for (line, field) in [
        ("contents = \"{body}\"", "unknown field `contents`"),
        (
            "content = \"{timestamp}{body}\"",
            "the field content of the scheme acme signs a {timestamp}",
        ),
        (
            "content = \"fixed\"",
            "the field content of the scheme acme does not sign the body",
        ),
        (
            "hash = \"md5\"",
            "unknown variant `md5`, expected one of `sha1`, `sha256`, `sha512`",
        ),
        ("body_limit = 0", "the field body_limit of the scheme acme"),
        (
            "id = { header = \"x id\" }",
            "the field id of the scheme acme",
        ),
        ("id = { query = \"id\" }", "unknown variant `query`"),
        (
            "event_type = { member = [] }",
            "the field event_type of the scheme acme",
        ),
        (
            "timestamp = { format = \"seconds\" }",
            "the field timestamp must have either header or item",
        ),
        (
            "timestamp = { header = \"t\", format = \"seconds\", tolerance = 3 }",
            "unknown field `tolerance`",
        ),
        ("timestamp = { header = \"t\" }", "missing field `format`"),
        (
            "timestamp = { item = \"t\", format = \"seconds\" }",
            "the field timestamp of the scheme acme is an item",
        ),
        (
            "items = { separator = \"é\", assign = \"=\", signature = \"v1\" }",
            "separator of items",
        ),
        (
            "items = { separator = \",\", assign = \",\", signature = \"v1\" }",
            "the field items of the scheme acme",
        ),
    ] {
        let error = refused(line, head);
        assert!(error.contains(field), "{line}: {error}");
    }
    let error = refused("", "version = 2\nname = \"acme\"\nheader = \"x\"");
    assert!(
        error.contains("the version of a scheme is 2, and this program reads version 1"),
        "{error}"
    );
    assert!(refused("", "name = \"acme\"\nheader = \"x\"").contains("missing field `version`"));
    assert!(refused("", "version = 1\nheader = \"x\"").contains("missing field `name`"));
}

#[test]
fn a_tolerance_that_has_no_whole_seconds_is_not_written_wrongly() {
    let scheme = full().tolerance(Duration::from_millis(1500));
    let error = serde_json::to_string(&scheme).unwrap_err().to_string();
    assert_eq!(error, "the field tolerance_seconds must be whole seconds");
}
