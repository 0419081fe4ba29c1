//! `GET /metrics`, in the text form that Prometheus reads.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use webhook_idempotency::{Inbox, Namespace, Queue, Stats};

use super::journal::{Counts, Journal};

pub(super) fn page(journal: Arc<Journal>, store: Arc<dyn Queue>) -> Router {
    let answer = move || {
        let (journal, store) = (Arc::clone(&journal), Arc::clone(&store));
        async move {
            let stats = match Namespace::queue(Inbox::NAMESPACE) {
                Ok(inbox) => store.stats(&inbox).await.ok(),
                Err(_) => None,
            };
            let text = text(&journal.counts(), stats);
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
        }
    };
    Router::new().route("/metrics", get(answer))
}

fn text(counts: &Counts, stats: Option<Stats>) -> String {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, String)]| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let by_endpoint = |counts: &std::collections::BTreeMap<(String, &'static str), u64>| {
        let sample = |((endpoint, result), count): (&(String, &str), &u64)| {
            let labels = format!("{{endpoint=\"{endpoint}\",result=\"{result}\"}}");
            (labels, count.to_string())
        };
        counts.iter().map(sample).collect::<Vec<_>>()
    };
    family(
        "webhookctl_received_total",
        "counter",
        "Verified deliveries that were stored, or stored before.",
        &by_endpoint(&counts.received),
    );
    let refused = counts.refused.iter();
    family(
        "webhookctl_refused_total",
        "counter",
        "Requests that were refused.",
        &refused
            .map(|(reason, count)| (format!("{{reason=\"{reason}\"}}"), count.to_string()))
            .collect::<Vec<_>>(),
    );
    family(
        "webhookctl_forwarded_total",
        "counter",
        "Attempts to deliver a stored event to the local service.",
        &by_endpoint(&counts.forwarded),
    );
    family(
        "webhookctl_put_seconds",
        "summary",
        "Time until a delivery was durable.",
        &[
            ("_sum".to_owned(), counts.put_seconds.to_string()),
            ("_count".to_owned(), counts.puts.to_string()),
        ],
    );
    let Some(stats) = stats else {
        return text;
    };
    let state = |name: &str, count: u64| (format!("{{state=\"{name}\"}}"), count.to_string());
    family(
        "webhookctl_inbox_events",
        "gauge",
        "Stored events by state.",
        &[
            state("dead", stats.dead),
            state("done", stats.done),
            state("leased", stats.leased),
            state("ready", stats.ready),
        ],
    );
    let oldest = stats.oldest_pending.unwrap_or_default();
    family(
        "webhookctl_inbox_oldest_pending_seconds",
        "gauge",
        "How long the longest waiting event has been stored.",
        &[(String::new(), oldest.as_secs().to_string())],
    );
    text
}
