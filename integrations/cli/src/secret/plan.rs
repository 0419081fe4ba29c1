//! `webhookctl secret rotate-plan`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use webhook_idempotency::{Inbox, Record};
use webhook_verify::{Clock as _, SystemClock, UnixTime, schemes};

use crate::failure::{Failure, Verdict};
use crate::numbers;
use crate::output::{BAD, FAINT, GOOD, HEADING, Output};
use crate::records::{Opened, PAGE, Place, block_on};
use crate::when;

/// How long a provider that does not say so is taken to send an event again.
const UNKNOWN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What is known is what the store still has: events that were purged used a secret too, and so did repeated deliveries of
/// an event, of which only the first one is stored.
#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// How long an old secret must not have been used [default: as long as its provider sends an event again, or 7d].
    #[arg(long, value_name = "TIME", value_parser = numbers::duration)]
    unused_for: Option<Duration>,
}

#[derive(Serialize)]
struct Plan {
    endpoints: Vec<Endpoint>,
}

#[derive(Serialize)]
struct Endpoint {
    endpoint: String,
    provider: String,
    must_be_unused_for_seconds: u64,
    /// The one that came into use last stands first.
    secrets: Vec<Use>,
}

#[derive(Clone, Serialize)]
struct Use {
    label: String,
    events: u64,
    first_used: u64,
    last_used: u64,
    may_go: bool,
    why: String,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let plan = block_on(async {
        let opened = args.place.open(Inbox::NAMESPACE).await?;
        let uses = read(&opened).await?;
        Ok(Plan {
            endpoints: judge(uses, args.unused_for, SystemClock.now()),
        })
    })?;
    match output.is_json() {
        true => output.object(&plan)?,
        false => output.text(in_words(&plan))?,
    }
    Ok(Verdict::Done)
}

type Uses = BTreeMap<(String, String), BTreeMap<String, Use>>;

async fn read(opened: &Opened) -> Result<Uses, Failure> {
    let mut uses = Uses::new();
    let mut after = None;
    loop {
        let page = opened.page(None, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(uses);
        };
        after = Some(last.sequence);
        page.iter().for_each(|record| count(&mut uses, record));
    }
}

fn count(uses: &mut Uses, record: &Record) {
    let facts = &record.facts;
    let Some(label) = &facts.secret else {
        return;
    };
    let at = record.received_at.as_secs();
    let endpoint = uses
        .entry((facts.endpoint.clone(), facts.source.clone()))
        .or_default();
    let used = endpoint.entry(label.clone()).or_insert_with(|| Use {
        label: label.clone(),
        events: 0,
        first_used: at,
        last_used: at,
        may_go: false,
        why: String::new(),
    });
    used.events += 1;
    used.first_used = used.first_used.min(at);
    used.last_used = used.last_used.max(at);
}

fn judge(uses: Uses, unused_for: Option<Duration>, now: UnixTime) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    for ((endpoint, provider), secrets) in uses {
        let row = schemes().iter().find(|scheme| scheme.name() == provider);
        let horizon = row.and_then(|scheme| scheme.delivery().resend_horizon);
        let unused_for = unused_for.or(horizon).unwrap_or(UNKNOWN).as_secs();
        let mut secrets: Vec<Use> = secrets.into_values().collect();
        secrets.sort_by_key(|used| std::cmp::Reverse((used.first_used, used.last_used)));
        let newest = secrets
            .first()
            .map(|used| used.last_used)
            .unwrap_or_default();
        for (at, used) in secrets.iter_mut().enumerate() {
            let ago = now.as_secs().saturating_sub(used.last_used);
            (used.may_go, used.why) = if at == 0 {
                (false, "it is the newest".to_owned())
            } else if newest < used.last_used {
                (
                    false,
                    "it was used after the newest one was: the sender still signs with it"
                        .to_owned(),
                )
            } else if ago < unused_for {
                let left = when::roughly(unused_for - ago);
                (
                    false,
                    format!(
                        "it was used {} ago; look again in {left}",
                        when::roughly(ago)
                    ),
                )
            } else {
                (true, format!("it was not used for {}", when::roughly(ago)))
            };
        }
        endpoints.push(Endpoint {
            endpoint,
            provider,
            must_be_unused_for_seconds: unused_for,
            secrets,
        });
    }
    endpoints
}

fn in_words(plan: &Plan) -> String {
    if plan.endpoints.is_empty() {
        return "nothing that is stored was signed by anybody".to_owned();
    }
    let mut text = String::new();
    for endpoint in &plan.endpoints {
        let again = when::roughly(endpoint.must_be_unused_for_seconds);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{HEADING}{}{HEADING:#} ({}): an old secret may go once it was not used for {again}",
            endpoint.endpoint, endpoint.provider
        );
        for used in &endpoint.secrets {
            let (style, verdict) = match used.may_go {
                true => (GOOD, "may go"),
                false => (BAD, "keep"),
            };
            let last = when::utc(UnixTime::from_secs(used.last_used));
            let _ = writeln!(
                text,
                "  {style}{verdict:<6}{style:#}  {}  {} events, last {last}  {FAINT}{}{FAINT:#}",
                used.label, used.events, used.why
            );
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(label: &str, first_used: u64, last_used: u64) -> (String, Use) {
        let used = Use {
            label: label.to_owned(),
            events: 1,
            first_used,
            last_used,
            may_go: false,
            why: String::new(),
        };
        (label.to_owned(), used)
    }

    fn verdicts(secrets: [(String, Use); 2], now: u64) -> Vec<(String, bool)> {
        let key = ("shop".to_owned(), "github".to_owned());
        let uses = Uses::from([(key, BTreeMap::from(secrets))]);
        let endpoints = judge(uses, None, UnixTime::from_secs(now));
        let secrets = endpoints[0].secrets.iter();
        secrets
            .map(|used| (used.label.clone(), used.may_go))
            .collect()
    }

    #[test]
    fn an_old_secret_goes_once_the_sender_can_no_longer_send_an_event_again() {
        // GitHub sends an event again for three days.
        let day = 24 * 60 * 60;
        let keep = |now| verdicts([used("old", 0, day), used("new", day, 2 * day)], now);
        assert_eq!(
            keep(4 * day - 1),
            [("new".to_owned(), false), ("old".to_owned(), false)]
        );
        assert_eq!(
            keep(4 * day),
            [("new".to_owned(), false), ("old".to_owned(), true)]
        );
    }

    #[test]
    fn a_secret_that_is_still_in_use_stays_however_old_it_is() {
        let day = 24 * 60 * 60;
        let both = [used("old", 0, 3 * day), used("new", day, 2 * day)];
        assert_eq!(verdicts(both, 100 * day)[1], ("old".to_owned(), false));
    }
}
