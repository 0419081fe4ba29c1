//! Records as people and programs read them.

use std::fmt::Write as _;

use base64ct::{Base64, Encoding as _};
use serde::Serialize;
use webhook_idempotency::{Provenance, Record, Replayed, State, Stats};
use webhook_verify::{BodyCoverage, Clock as _, SystemClock, UnixTime};

use crate::failure::Failure;
use crate::output::{BAD, FAINT, HEADING, Output};
use crate::verify::in_words;
use crate::when;

#[derive(Serialize)]
struct Row<'a> {
    key: String,
    sequence: i64,
    state: &'static str,
    due_at: Option<u64>,
    leased_until: Option<u64>,
    attempts: u32,
    last_error: Option<&'a str>,
    endpoint: &'a str,
    provider: &'a str,
    tenant: Option<&'a str>,
    id: Option<&'a str>,
    id_signed: Option<bool>,
    r#type: Option<&'a str>,
    timestamp: Option<u64>,
    secret: Option<&'a str>,
    provenance: &'static str,
    covers_body: &'static str,
    received_at: u64,
    settled_at: Option<u64>,
    bytes: usize,
    damaged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_base64: Option<String>,
}

impl<'a> Row<'a> {
    fn new(record: &'a Record) -> Self {
        let facts = &record.facts;
        let (state, due_at, leased_until) = state(record.state);
        Self {
            key: record.key.to_string(),
            sequence: record.sequence,
            state,
            due_at,
            leased_until,
            attempts: record.attempts,
            last_error: record.last_error.as_deref(),
            endpoint: &facts.endpoint,
            provider: &facts.source,
            tenant: facts.tenant.as_deref(),
            id: facts.id.as_ref().map(|id| &*id.value),
            id_signed: facts.id.as_ref().map(|id| id.signed),
            r#type: facts.event_type.as_ref().map(|found| &*found.value),
            timestamp: facts.signed_at.map(UnixTime::as_secs),
            secret: facts.secret.as_deref(),
            provenance: match facts.provenance {
                Provenance::Own => "own",
                Provenance::Recovered => "recovered",
                Provenance::Verified => "verified",
                _ => "unknown",
            },
            covers_body: match facts.coverage.body {
                BodyCoverage::Whole => "whole",
                BodyCoverage::Partial => "partial",
                BodyCoverage::Fields => "fields",
                _ => "none",
            },
            received_at: record.received_at.as_secs(),
            settled_at: record.settled_at.map(UnixTime::as_secs),
            bytes: record.payload.len(),
            damaged: record.damaged,
            payload: None,
            payload_base64: None,
        }
    }
}

fn state(state: State) -> (&'static str, Option<u64>, Option<u64>) {
    match state {
        State::Dead => ("dead", None, None),
        State::Done => ("done", None, None),
        State::Leased { until } => ("leased", None, Some(until.as_secs())),
        State::Ready { at } => ("ready", Some(at.as_secs()), None),
        _ => ("unknown", None, None),
    }
}

pub(super) fn titles(output: Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(());
    }
    output.text(format_args!(
        "{HEADING}{:<12}  {:<7}  {:>8}  {:<23}  {:<16}  {:<24}  TYPE{HEADING:#}",
        "KEY", "STATE", "ATTEMPTS", "RECEIVED", "ENDPOINT", "ID"
    ))
}

/// One record on a line; for a person the sender's texts are made safe for a terminal.
pub(super) fn line(record: &Record, output: Output) -> Result<(), Failure> {
    let row = Row::new(record);
    if output.is_json() {
        return output.object(&row);
    }
    let mut text = format!(
        "{:.12}  {:<7}  {:>8}  {:<23}  {:<16}  {:<24}  {}",
        row.key,
        row.state,
        row.attempts,
        when::utc(record.received_at),
        row.endpoint,
        safe(row.id),
        safe(row.r#type),
    );
    if let Some(error) = row.last_error {
        // Writing to a string cannot fail.
        let _ = write!(text, "  {BAD}{}{BAD:#}", safe(Some(error)));
    }
    if row.damaged {
        let _ = write!(text, "  {BAD}damaged{BAD:#}");
    }
    output.text(text)
}

fn safe(text: Option<&str>) -> String {
    text.map_or_else(|| "-".to_owned(), |text| text.escape_debug().collect())
}

pub(super) fn whole(record: &Record, output: Output) -> Result<(), Failure> {
    let mut row = Row::new(record);
    let payload = std::str::from_utf8(&record.payload);
    if output.is_json() {
        match payload {
            Ok(text) => row.payload = Some(text),
            Err(_) => row.payload_base64 = Some(Base64::encode_string(&record.payload)),
        }
        return output.object(&row);
    }
    let now = SystemClock.now();
    let time = |time: UnixTime| format!("{}, {}", when::utc(time), when::relative(time, now));
    let state = match record.state {
        State::Leased { until } => format!("leased until {}", time(until)),
        State::Ready { at } => format!("ready from {}", time(at)),
        _ => row.state.to_owned(),
    };
    let signed = |value: Option<&str>, signed: Option<bool>| match (value, signed) {
        (None, _) => "none".to_owned(),
        (Some(value), Some(true)) => format!("{value} (signed)"),
        (Some(value), _) => format!("{value} (not signed)"),
    };
    let type_signed = record.facts.event_type.as_ref().map(|found| found.signed);
    let mut lines = vec![
        ("state", state),
        ("attempts", row.attempts.to_string()),
        (
            "error",
            row.last_error.unwrap_or("none").escape_debug().to_string(),
        ),
        ("endpoint", format!("{} ({})", row.endpoint, row.provider)),
        ("id", signed(row.id, row.id_signed)),
        ("type", signed(row.r#type, type_signed)),
        ("secret", row.secret.unwrap_or("none").to_owned()),
        ("covers", in_words(record.facts.coverage)),
        ("received", time(record.received_at)),
    ];
    if let Some(settled_at) = record.settled_at {
        lines.push(("settled", time(settled_at)));
    }
    let mut text = format!("{HEADING}{}{HEADING:#}", row.key);
    for (name, value) in lines {
        let _ = write!(text, "\n  {FAINT}{name:<10}{FAINT:#} {value}");
    }
    let _ = match payload {
        _ if record.damaged => write!(
            text,
            "\n\nthe payload is not what was stored; restore it from a backup"
        ),
        Ok(payload) => write!(text, "\n\n{}", printable(payload)),
        Err(_) => write!(
            text,
            "\n\n{} bytes that are no text; --payload prints them",
            row.bytes
        ),
    };
    output.text(text)
}

/// A payload without what could steer a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\t' => letter,
            letter if letter.is_control() => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

#[derive(Serialize)]
struct Counts {
    ready: u64,
    leased: u64,
    done: u64,
    dead: u64,
    oldest_pending_seconds: Option<u64>,
}

pub(super) fn stats(stats: &Stats, output: Output) -> Result<(), Failure> {
    let counts = Counts {
        ready: stats.ready,
        leased: stats.leased,
        done: stats.done,
        dead: stats.dead,
        oldest_pending_seconds: stats.oldest_pending.map(|age| age.as_secs()),
    };
    if output.is_json() {
        return output.object(&counts);
    }
    let oldest = match counts.oldest_pending_seconds {
        Some(seconds) => format!(
            "the oldest that is not settled was stored {} ago",
            when::roughly(seconds)
        ),
        None => "everything is settled".to_owned(),
    };
    output.text(format_args!(
        "ready   {}\nleased  {}\ndone    {}\ndead    {}\n{oldest}",
        counts.ready, counts.leased, counts.done, counts.dead
    ))
}

#[derive(Serialize)]
struct Purged {
    purged: u64,
}

pub(super) fn purged(purged: u64, output: Output) -> Result<(), Failure> {
    match output.is_json() {
        true => output.object(&Purged { purged }),
        false => output.text(format_args!("{purged} events are forgotten")),
    }
}

#[derive(Serialize)]
struct Again<'a> {
    key: String,
    id: Option<&'a str>,
    replayed: bool,
    reason: Option<&'static str>,
}

pub(super) fn replayed(record: &Record, answer: Replayed, output: Output) -> Result<(), Failure> {
    let reason = match answer {
        Replayed::Ready => None,
        Replayed::Pending => Some("it is waiting or being worked on already"),
        _ => Some("it is gone"),
    };
    let id = record.facts.id.as_ref().map(|id| &*id.value);
    let key = record.key.to_string();
    if output.is_json() {
        let replayed = reason.is_none();
        return output.object(&Again {
            key,
            id,
            replayed,
            reason,
        });
    }
    match reason {
        None => output.text(format_args!("{key:.12}  {}  runs again", safe(id))),
        Some(reason) => output.text(format_args!(
            "{BAD}{key:.12}{BAD:#}  {}  {reason}",
            safe(id)
        )),
    }
}
