//! What the stored events say: whether somebody works on them, and whether they are kept for long enough.

use std::collections::BTreeSet;
use std::time::Duration;

use webhook_verify::{Clock as _, SystemClock, UnixTime, schemes};

use super::Check;
use crate::failure::Failure;
use crate::records::{Opened, PAGE};
use crate::store;
use crate::when;

/// An event that waited for so long was not left alone by a retry policy but by everybody.
const TOO_OLD: Duration = Duration::from_secs(60 * 60);
/// Clocks of several hosts differ by less.
const AHEAD: Duration = Duration::from_secs(60);

pub(super) async fn look(
    opened: &Opened,
    retention: Option<Duration>,
) -> Result<Vec<Check>, Failure> {
    let stats = opened.store.stats(&opened.namespace).await;
    let stats = stats.map_err(|error| store::failed(&error))?;
    let (providers, newest) = read(opened).await?;
    let mut checks = Vec::new();
    checks.push(match stats.oldest_pending {
        Some(age) if age > TOO_OLD => Check::warning(
            "backlog",
            format!(
                "{} wait, the oldest for {}",
                stats.ready + stats.leased,
                when::roughly(age.as_secs())
            ),
            "see whether a worker runs; webhookctl inbox list --state ready shows the attempts and errors",
        ),
        _ => Check::good("backlog", format!("{} wait", stats.ready + stats.leased)),
    });
    checks.push(match stats.dead {
        0 => Check::good("dead letters", "none"),
        dead => Check::warning(
            "dead letters",
            dead.to_string(),
            "webhookctl dead list says why; webhookctl dead replay runs them again",
        ),
    });
    let now = SystemClock.now();
    checks.push(match newest {
        Some(at) if at > now.saturating_add(AHEAD) => Check::bad(
            "stored times",
            format!("the newest event was stored {}", when::relative(at, now)),
            "a clock was set back or is wrong; set it right, or leases and retries wait until then",
        ),
        _ => Check::good("stored times", "none is in the future"),
    });
    checks.extend(kept(&providers, retention));
    Ok(checks)
}

/// Which providers have sent what is stored, and when the newest of it came.
async fn read(opened: &Opened) -> Result<(BTreeSet<String>, Option<UnixTime>), Failure> {
    let (mut providers, mut newest) = (BTreeSet::new(), None);
    let mut after = None;
    loop {
        let page = opened.page(None, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok((providers, newest));
        };
        after = Some(last.sequence);
        for record in page {
            newest = newest.max(Some(record.received_at));
            providers.insert(record.facts.source);
        }
    }
}

fn kept(providers: &BTreeSet<String>, retention: Option<Duration>) -> Vec<Check> {
    const NAME: &str = "retention";
    let rows = providers.iter().filter_map(|name| {
        let row = schemes().iter().find(|scheme| scheme.name() == name)?;
        Some((name, row.delivery().resend_horizon))
    });
    rows.map(|(name, horizon)| match (horizon, retention) {
        (None, _) => Check::warning(
            NAME,
            format!("{name} does not say for how long it sends an event again"),
            "keep settled events for as long as you can; 30d is more than most providers need",
        ),
        (Some(horizon), None) => Check::warning(
            NAME,
            format!(
                "{name} sends an event again for {}",
                when::roughly(horizon.as_secs())
            ),
            "say with --retention for how long you keep settled events",
        ),
        (Some(horizon), Some(kept)) if kept < horizon => {
            let again = when::roughly(horizon.as_secs());
            Check::bad(
                NAME,
                format!(
                    "{name} sends an event again for {again}, and it is forgotten after {}",
                    when::roughly(kept.as_secs())
                ),
                format!("keep settled events for {again} at least, or a resend runs a second time"),
            )
        }
        (Some(horizon), Some(_)) => Check::good(
            NAME,
            format!(
                "{name} sends an event again for {}",
                when::roughly(horizon.as_secs())
            ),
        ),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn a_retention_shorter_than_the_provider_sends_again_is_bad() {
        let github = BTreeSet::from(["github".to_owned()]);
        let status = |retention: Option<u64>| {
            let days = retention.map(|days| Duration::from_secs(days * 24 * 60 * 60));
            kept(&github, days)[0].status
        };
        assert!(status(Some(2)) == Status::Bad);
        assert!(status(Some(3)) == Status::Good);
        assert!(status(None) == Status::Warning);
    }
}
