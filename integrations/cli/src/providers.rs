//! `webhookctl providers`: what each provider authenticates, and how.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use webhook_verify::{BodyCoverage, Confidence, Scheme, schemes};

use crate::failure::{Failure, Verdict};
use crate::names;
use crate::output::{BAD, FAINT, HEADING, Output};
use crate::verify::in_words;
use crate::when::roughly;

#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// Only this one, in full.
    #[arg(value_name = "NAME", value_parser = names::scheme)]
    name: Option<Scheme>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    match (&args.name, output.is_json()) {
        (Some(scheme), true) => output.object(&Row::new(scheme))?,
        (Some(scheme), false) => output.text(in_full(&Row::new(scheme)))?,
        (None, true) => output.object(&All {
            providers: sorted().map(Row::new).collect(),
        })?,
        (None, false) => output.text(table())?,
    }
    Ok(Verdict::Done)
}

fn sorted() -> impl Iterator<Item = &'static Scheme> {
    let mut all: Vec<&Scheme> = schemes().iter().collect();
    all.sort_by_key(|scheme| scheme.name());
    all.into_iter()
}

#[derive(Serialize)]
struct All {
    providers: Vec<Row>,
}

/// A row of the table, under the names that programs read.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    title: &'static str,
    algorithm: &'static str,
    key: &'static str,
    headers: Vec<&'static str>,
    covers: Covers,
    id: Option<String>,
    r#type: Option<String>,
    identity: &'static str,
    needs_url: bool,
    settings: Vec<&'static str>,
    tolerance_seconds: Option<u64>,
    answer_within_seconds: Option<u64>,
    resend_horizon_seconds: Option<u64>,
    body_limit_bytes: usize,
    known_from: Known,
}

#[derive(Serialize)]
struct Covers {
    body: &'static str,
    timestamp: bool,
    id: bool,
    #[serde(skip)]
    in_words: String,
}

/// How sure the row is.
#[derive(Serialize)]
struct Known {
    signature: &'static str,
    secret: &'static str,
    event_id: &'static str,
    delivery: &'static str,
    source: &'static str,
    checked: &'static str,
}

impl Row {
    fn new(scheme: &Scheme) -> Self {
        let coverage = scheme.coverage();
        let delivery = scheme.delivery();
        let facts = scheme.facts();
        let seconds = |duration: Option<Duration>| duration.map(|duration| duration.as_secs());
        Self {
            name: scheme.name(),
            title: scheme.title(),
            algorithm: scheme.algorithm(),
            key: match names::has_public_key(scheme) {
                true => "public key",
                false => "shared secret",
            },
            headers: scheme.headers(),
            covers: Covers {
                body: match coverage.body {
                    BodyCoverage::Whole => "whole",
                    BodyCoverage::Partial => "partial",
                    BodyCoverage::Fields => "fields",
                    _ => "none",
                },
                timestamp: coverage.timestamp,
                id: coverage.id,
                in_words: in_words(coverage),
            },
            id: scheme.id_place(),
            r#type: scheme.type_place(),
            identity: scheme.identity(),
            needs_url: scheme.needs_url(),
            settings: scheme
                .settings()
                .iter()
                .map(|setting| setting.name())
                .collect(),
            tolerance_seconds: seconds(scheme.window()),
            answer_within_seconds: seconds(delivery.ack_deadline),
            resend_horizon_seconds: seconds(delivery.resend_horizon),
            body_limit_bytes: scheme.body_limit(),
            known_from: Known {
                signature: sure(facts.signature),
                secret: sure(facts.secret),
                event_id: sure(facts.event_id),
                delivery: sure(facts.delivery),
                source: facts.source,
                checked: facts.checked,
            },
        }
    }
}

const fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Source => "the provider's own code",
        Confidence::Documented => "its documentation",
        Confidence::Secondary => "code or guides of third parties",
        _ => "memory of the documentation",
    }
}

fn table() -> String {
    let rows: Vec<[String; 5]> = sorted()
        .map(Row::new)
        .map(|row| {
            let body = match row.covers.body {
                "whole" => "body",
                "partial" => "part of the body",
                "fields" => "fields of the body",
                _ => "nothing",
            };
            let mut covers = body.to_owned();
            if row.covers.timestamp {
                covers.push_str(", time");
            }
            if row.covers.id {
                covers.push_str(", id");
            }
            [
                row.name.to_owned(),
                row.algorithm
                    .split(':')
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                row.headers
                    .first()
                    .copied()
                    .unwrap_or("the body")
                    .to_owned(),
                covers,
                row.resend_horizon_seconds
                    .map_or_else(|| "-".to_owned(), roughly),
            ]
        })
        .collect();
    let titles = [
        "NAME",
        "ALGORITHM",
        "SIGNATURE IN",
        "COVERS",
        "SENT AGAIN FOR",
    ];
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(String::len);
        cells
            .chain(titles.get(column).map(|title| title.len()))
            .max()
            .unwrap_or_default()
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let mut text = String::new();
    let mut line = |cells: [&str; 5], style: anstyle::Style| {
        let [name, algorithm, header, covers, again] = cells;
        let [a, b, c, d] = widths;
        let colour = if covers.starts_with("body") {
            anstyle::Style::new()
        } else {
            style
        };
        let _ = writeln!(
            text,
            "{name:a$}  {algorithm:b$}  {header:c$}  {colour}{covers:d$}{colour:#}  {again}"
        );
    };
    line(titles, HEADING);
    for [name, algorithm, header, covers, again] in &rows {
        line([name, algorithm, header, covers, again], BAD);
    }
    text.push_str("\nwebhookctl providers NAME tells all that is known of one.");
    text
}

/// What a verifier must be told besides the key.
fn needs(row: &Row) -> String {
    let url = row.needs_url.then(|| "--url URL".to_owned());
    let settings = row
        .settings
        .iter()
        .map(|name| format!("--setting {name}=VALUE"));
    let body = (row.covers.body != "whole" && row.covers.body != "fields")
        .then(|| "--accept-uncovered-body".to_owned());
    let all: Vec<String> = url.into_iter().chain(settings).chain(body).collect();
    match all.is_empty() {
        true => "nothing else".to_owned(),
        false => all.join(" "),
    }
}

fn in_full(row: &Row) -> String {
    let seconds =
        |seconds: Option<u64>, none: &str| seconds.map_or_else(|| none.to_owned(), roughly);
    let headers = match row.headers.is_empty() {
        true => "none: its signature is in the body".to_owned(),
        false => row.headers.join(", "),
    };
    let absent = || "none".to_owned();
    let lines = [
        ("algorithm", row.algorithm.to_owned()),
        ("key", row.key.to_owned()),
        ("headers", headers),
        ("covers", row.covers.in_words.clone()),
        ("id", row.id.clone().unwrap_or_else(absent)),
        ("type", row.r#type.clone().unwrap_or_else(absent)),
        ("identity", row.identity.to_owned()),
        ("needs", needs(row)),
        (
            "tolerance",
            seconds(row.tolerance_seconds, "no time is signed"),
        ),
        (
            "answer in",
            seconds(row.answer_within_seconds, "it does not say"),
        ),
        (
            "repeats",
            match row.resend_horizon_seconds {
                Some(seconds) => format!("for {}", roughly(seconds)),
                None => "it does not say for how long".to_owned(),
            },
        ),
        ("body limit", format!("{} KiB", row.body_limit_bytes / 1024)),
        (
            "known from",
            format!(
                "signature: {}; key: {}; id: {}; delivery: {}",
                row.known_from.signature,
                row.known_from.secret,
                row.known_from.event_id,
                row.known_from.delivery
            ),
        ),
        (
            "source",
            format!("{} ({})", row.known_from.source, row.known_from.checked),
        ),
    ];
    let mut text = format!("{HEADING}{}{HEADING:#}  {}", row.name, row.title);
    for (name, value) in lines {
        let _ = write!(text, "\n  {FAINT}{name:<10}{FAINT:#} {value}");
    }
    text
}
