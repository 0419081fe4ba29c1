//! The page of each scheme in `guide::providers`.
#![cfg(all(
    feature = "testing",
    feature = "ed25519",
    feature = "ecdsa",
    feature = "rsa"
))]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use webhook_verify::{BodyCoverage, Scheme, schemes};

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
const HOW_TO_UPDATE: &str = "src/guide/providers.md is not what the rows say; run \
    UPDATE_PROVIDERS=1 cargo test -p webhook-verify --all-features --test pages";

/// The names of the types, which no row knows, from the sources.
fn types() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/providers");
    let mut types = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut name = None;
        for line in text.lines().map(str::trim) {
            if let Some((before, _)) = line.split_once(" = Scheme {") {
                name = Some(before.to_owned());
            }
            if let Some(scheme) = line.strip_prefix("name: \"")
                && let Some(name) = name.take()
            {
                types.insert(scheme.trim_end_matches("\",").to_owned(), name);
            }
        }
    }
    types
}

#[test]
fn the_pages_of_the_providers_are_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/providers.md");
    let expected = pages();
    if std::env::var_os("UPDATE_PROVIDERS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == expected,
        "{HOW_TO_UPDATE}"
    );
}

fn pages() -> String {
    let types = types();
    let mut text = String::new();
    for scheme in schemes() {
        let Some(name) = types.get(scheme.name()) else {
            continue;
        };
        if !text.is_empty() {
            text.push('\n');
        }
        page(&mut text, scheme, name);
    }
    text
}

fn page(text: &mut String, scheme: &Scheme, name: &str) {
    writeln!(text, "# {}\n", scheme.title()).unwrap();
    let mut line = |what: &str, value: &str| writeln!(text, "- **{what}**: {value}").unwrap();
    let code = |value: &str| format!("`{value}`");
    let headers: Vec<String> = scheme.headers().iter().map(|header| code(header)).collect();
    line("Type", &format!("[`{name}`](crate::{name})"));
    line("Algorithm", scheme.algorithm());
    let content = scheme.signed_content();
    line(
        "Signed",
        &if content.is_empty() {
            "nothing".to_owned()
        } else {
            code(&content)
        },
    );
    line(
        "Headers",
        &match headers.is_empty() {
            true => "none: the signature is in the body".to_owned(),
            false => headers.join(", "),
        },
    );
    let place = |place: Option<String>| place.unwrap_or_else(|| "none".to_owned());
    let signed = |is| if is { ", signed" } else { ", **not signed**" };
    let coverage = scheme.coverage();
    for (what, found, is_signed) in [
        ("Time", scheme.time_place(), coverage.timestamp),
        ("Id", scheme.id_place(), coverage.id),
    ] {
        let mark = if found.is_some() {
            signed(is_signed)
        } else {
            ""
        };
        line(what, &(place(found) + mark));
    }
    line("Type of the event", &place(scheme.type_place()));
    line("Identity of the event", scheme.identity());
    line(
        "Signatures in one request while secrets rotate",
        &match scheme.signatures_per_request() {
            1 => "one".to_owned(),
            several => format!("up to {several}"),
        },
    );
    let delivery = scheme.delivery();
    let seconds = |of: Option<std::time::Duration>| of.map(|time| time.as_secs());
    if let Some(time) = seconds(delivery.ack_deadline) {
        line("Waits for an answer", &format!("{time} s"));
    }
    if let Some(time) = seconds(delivery.resend_horizon) {
        line("Sends an event again for", &format!("{} h", time / 3600));
    }
    line(
        "Answer",
        &format!(
            "{} once it is stored, {} while you are in trouble",
            delivery.ack_status, delivery.retry_status
        ),
    );
    for pitfall in pitfalls(scheme) {
        line("Mind", &pitfall);
    }
    line(
        "Source",
        &format!(
            "{}; read on {}",
            escaped(scheme.facts().source),
            scheme.facts().checked
        ),
    );
    example(text, scheme, name);
}

fn pitfalls(scheme: &Scheme) -> Vec<String> {
    let coverage = scheme.coverage();
    let mut all = Vec::new();
    if coverage.body == BodyCoverage::Fields {
        all.push(
            "names and values run together under the signature; whoever holds a signed request can shift the border between two"
                .to_owned(),
        );
    } else if coverage.body != BodyCoverage::Whole {
        all.push(
            "whoever has the credential can change the body; it is built only with `accept_uncovered_body()`"
                .to_owned(),
        );
    }
    if !coverage.timestamp {
        all.push(
            "no time is signed, so a replay is told only by what is remembered of the event"
                .to_owned(),
        );
    }
    if scheme.id_place().is_some() && !coverage.id {
        all.push("the id is not signed: it names an event for people, and is no key".to_owned());
    }
    if scheme.signed_content().contains("{url}") {
        all.push("give `public_url(..)` the URL to the letter as the provider has it, whatever a proxy makes of it".to_owned());
    }
    if let Some(window) = scheme.window()
        && window.as_secs() < 300
    {
        all.push(format!(
            "the clocks may differ by {} s only",
            window.as_secs()
        ));
    }
    all
}

fn example(text: &mut String, scheme: &Scheme, name: &str) {
    let asymmetric = ["Ed25519", "ECDSA", "RSA"]
        .iter()
        .any(|algorithm| scheme.algorithm().starts_with(algorithm));
    // The others need keys, settings or bodies of a form of their own, and have examples at their types.
    if asymmetric || scheme.is_parsed() || scheme.signature_headers().is_empty() {
        return;
    }
    let secret = match scheme.name() {
        "adyen-platforms" => "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056",
        _ => SECRET,
    };
    let mut builder = format!("{name}::builder().secret(\"current\", secret)");
    if scheme.signed_content().contains("{url}") {
        builder.push_str(".public_url(\"https://shop.example.com/hooks\")");
    }
    if scheme.coverage().body != BodyCoverage::Whole {
        builder.push_str(".accept_uncovered_body()");
    }
    write!(
        text,
        "\n```\nuse webhook_verify::{name};\n\n\
         # fn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
         let secret = \"{secret}\";\n\
         let verifier = {builder}.build()?;\n\
         let request = {name}::sample(\"an.event\").signed(secret);\n\
         let verified = verifier.verify(request.headers(), request.body())?;\n\
         assert_eq!(verified.source(), \"{}\");\n\
         # Ok(()) }}\n```\n",
        scheme.name()
    )
    .unwrap();
}

/// Text for Markdown.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut text, next| {
        if matches!(next, '|' | '*' | '_' | '[' | ']' | '<' | '>' | '`' | '\\') {
            text.push('\\');
        }
        text.push(next);
        text
    })
}
