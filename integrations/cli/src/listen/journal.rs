//! What happened: printed as it happens, and counted for the metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use webhook_idempotency::{Drained, Event, NewRecord, Put};
use webhook_tower::{Reason, Rejection};

use crate::failure::Failure;
use crate::output::{BAD, FAINT, GOOD, Output};
use crate::store::chain;

#[derive(Debug)]
pub(super) struct Journal {
    output: Output,
    counts: Mutex<Counts>,
}

/// By what the metrics tell apart. Every label comes from the configuration or from a fixed list, never from a sender.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) received: BTreeMap<(String, &'static str), u64>,
    pub(super) refused: BTreeMap<&'static str, u64>,
    pub(super) forwarded: BTreeMap<(String, &'static str), u64>,
    pub(super) puts: u64,
    pub(super) put_seconds: f64,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    Received {
        result: &'a str,
        endpoint: &'a str,
        provider: &'a str,
        secret: Option<&'a str>,
        id: Option<&'a str>,
        id_signed: Option<bool>,
        timestamp: Option<u64>,
        r#type: Option<&'a str>,
        bytes: usize,
        key: String,
    },
    Refused {
        path: &'a str,
        status: u16,
        reason: &'a str,
        error: String,
    },
    Forwarded {
        delivered: bool,
        endpoint: &'a str,
        id: Option<&'a str>,
        key: String,
        attempt: u32,
        status: Option<u16>,
        answer: &'a str,
        milliseconds: u128,
    },
    Stopped {
        received: u64,
        refused: u64,
    },
    Drained {
        finished: usize,
        released: usize,
        left_to_lapse: usize,
    },
}

impl Journal {
    pub(super) const fn new(output: Output) -> Self {
        Self {
            output,
            counts: Mutex::new(Counts {
                received: BTreeMap::new(),
                refused: BTreeMap::new(),
                forwarded: BTreeMap::new(),
                puts: 0,
                put_seconds: 0.0,
            }),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.with(|counts| counts.clone())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Counts) -> T) -> T {
        // Nothing in here panics, and a count that is off by one is better than none.
        act(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Prints a line. That nobody reads it must not stop a receiver.
    fn tell(&self, line: &Line<'_>, text: impl FnOnce() -> String) {
        drop(match self.output.is_json() {
            true => self.output.object(line),
            false => self.output.text(text()),
        });
    }

    pub(super) fn put_took(&self, time: Duration) {
        self.with(|counts| {
            counts.puts += 1;
            counts.put_seconds += time.as_secs_f64();
        });
    }

    pub(super) fn received(&self, record: &NewRecord, put: Put) {
        let result = match put {
            Put::New => "new",
            Put::Duplicate {
                same_payload: true, ..
            } => "duplicate",
            _ => "duplicate_with_another_payload",
        };
        let facts = record.facts();
        let bytes = record.payload().len();
        let key = (facts.endpoint.clone(), result);
        self.with(|counts| *counts.received.entry(key).or_default() += 1);
        let text = |attribute: &Option<webhook_idempotency::Attribute>| {
            attribute.as_ref().map(|attribute| attribute.value.clone())
        };
        let (id, event_type) = (text(&facts.id), text(&facts.event_type));
        let line = Line::Received {
            result,
            endpoint: &facts.endpoint,
            provider: &facts.source,
            secret: facts.secret.as_deref(),
            id: id.as_deref(),
            id_signed: facts.id.as_ref().map(|id| id.signed),
            timestamp: facts.signed_at.map(|at| at.as_secs()),
            r#type: event_type.as_deref(),
            bytes,
            key: record.key().to_string(),
        };
        self.tell(&line, || {
            let (style, word) = match result {
                "new" => (GOOD, "new"),
                "duplicate" => (FAINT, "duplicate"),
                _ => (BAD, "duplicate, another payload"),
            };
            format!(
                "{style}{word:<9}{style:#}  {}  {}  {}  {bytes} bytes  {FAINT}secret {}{FAINT:#}",
                facts.endpoint,
                id.as_deref().unwrap_or("no id"),
                event_type.as_deref().unwrap_or("no type"),
                facts.secret.as_deref().unwrap_or("-"),
            )
        });
    }

    pub(super) fn refused(&self, path: &str, rejection: &Rejection) {
        let reason = rejection.reason().name();
        let error = match rejection.reason() {
            Reason::Verify(error) => error.to_string(),
            _ => chain(rejection),
        };
        self.refusal(path, rejection.status(), reason, &error);
    }

    pub(super) fn not_found(&self, path: &str) {
        self.refusal(path, 404, "not_found", "no endpoint has this path");
    }

    fn refusal(&self, path: &str, status: u16, reason: &'static str, error: &str) {
        self.with(|counts| *counts.refused.entry(reason).or_default() += 1);
        // A path is the sender's text.
        let path: String = path.escape_debug().take(200).collect();
        let line = Line::Refused {
            path: &path,
            status,
            reason,
            error: error.to_owned(),
        };
        self.tell(&line, || {
            format!("{BAD}refused{BAD:#}    {status}  {path}  {error}")
        });
    }

    pub(super) fn forwarded(
        &self,
        event: &Event,
        status: Option<u16>,
        answer: &str,
        took: Duration,
    ) {
        let delivered = status.is_some_and(|status| (200..300).contains(&status));
        let result = if delivered { "delivered" } else { "failed" };
        let key = (event.endpoint().to_owned(), result);
        self.with(|counts| *counts.forwarded.entry(key).or_default() += 1);
        let line = Line::Forwarded {
            delivered,
            endpoint: event.endpoint(),
            id: event.id(),
            key: event.key().to_string(),
            attempt: event.attempt(),
            status,
            answer,
            milliseconds: took.as_millis(),
        };
        self.tell(&line, || {
            let style = if delivered { GOOD } else { BAD };
            format!(
                "{style}forwarded{style:#}  {}  {}  {answer} in {} ms, attempt {}",
                event.endpoint(),
                event.id().unwrap_or("no id"),
                took.as_millis(),
                event.attempt()
            )
        });
    }

    pub(super) fn drained(&self, drained: Drained) {
        let Drained {
            finished,
            released,
            left_to_lapse,
            ..
        } = drained;
        let line = Line::Drained {
            finished,
            released,
            left_to_lapse,
        };
        self.tell(&line, || {
            format!("drained: {finished} deliveries ended by themselves, {released} were given back, {left_to_lapse} come back later")
        });
    }

    pub(super) fn stopped(&self) -> Result<(), Failure> {
        let counts = self.counts();
        let (received, refused) = (
            counts.received.values().sum(),
            counts.refused.values().sum(),
        );
        self.tell(&Line::Stopped { received, refused }, || {
            format!("stopped: {received} received, {refused} refused")
        });
        Ok(())
    }
}
