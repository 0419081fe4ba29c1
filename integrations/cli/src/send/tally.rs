//! What was answered, and how long that took.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use webhook_sender::FailureClass;

use crate::output::{BAD, FAINT, GOOD};

const WIDTH: usize = 40;

/// How one request ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Answered(u16, Duration),
    Unanswered(FailureClass),
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<&'static str, u64>,
    /// In microseconds, in the order of the answers.
    latencies: Vec<u64>,
    took: Duration,
}

/// The same for programs.
#[derive(Serialize)]
pub(super) struct Report {
    sent: u64,
    accepted: u64,
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<&'static str, u64>,
    seconds: f64,
    per_second: f64,
    latency_ms: Option<Latency>,
}

#[derive(Serialize)]
struct Latency {
    min: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

impl Tally {
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Answered(status, took) => {
                *self.statuses.entry(status).or_default() += 1;
                self.latencies
                    .push(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
            }
            Outcome::Unanswered(class) => *self.failures.entry(class.as_str()).or_default() += 1,
        }
    }

    pub(super) const fn took(&mut self, time: Duration) {
        self.took = time;
    }

    pub(super) fn sent(&self) -> u64 {
        self.statuses.values().chain(self.failures.values()).sum()
    }

    fn accepted(&self) -> u64 {
        self.statuses.range(200..300).map(|(_, count)| count).sum()
    }

    pub(super) fn all_accepted(&self) -> bool {
        self.accepted() == self.sent()
    }

    #[allow(clippy::cast_precision_loss)]
    fn per_second(&self) -> f64 {
        let seconds = self.took.as_secs_f64();
        match seconds > 0.0 {
            true => (self.sent() as f64 / seconds * 10.0).round() / 10.0,
            false => 0.0,
        }
    }

    fn latency(&self) -> Option<Latency> {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = |percent: usize| {
            // The smallest latency that so many percent of the answers did not exceed.
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            sorted.get(rank - 1).copied().map(milliseconds)
        };
        Some(Latency {
            min: sorted.first().copied().map(milliseconds)?,
            p50: at(50)?,
            p90: at(90)?,
            p99: at(99)?,
            max: sorted.last().copied().map(milliseconds)?,
        })
    }

    pub(super) fn report(&self) -> Report {
        Report {
            sent: self.sent(),
            accepted: self.accepted(),
            statuses: self.statuses.clone(),
            failures: self.failures.clone(),
            seconds: (self.took.as_secs_f64() * 1000.0).round() / 1000.0,
            per_second: self.per_second(),
            latency_ms: self.latency(),
        }
    }

    pub(super) fn in_words(&self) -> String {
        let mut text = String::new();
        for (status, count) in &self.statuses {
            let style = if (200..300).contains(status) {
                GOOD
            } else {
                BAD
            };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{style}{count} x {status}{style:#}");
        }
        for (class, count) in &self.failures {
            let what = match *class {
                "refused" => "not sent: the address is not allowed",
                "timeout" => "no answer in time",
                "tls" => "no secure connection",
                _ => "not reached",
            };
            let _ = writeln!(text, "{BAD}{count} x {what}{BAD:#}");
        }
        if let Some(latency) = self.latency() {
            let Latency {
                min,
                p50,
                p90,
                p99,
                max,
            } = latency;
            let _ = writeln!(
                text,
                "{FAINT}milliseconds{FAINT:#}  min {min:.1}  p50 {p50:.1}  p90 {p90:.1}  p99 {p99:.1}  max {max:.1}"
            );
        }
        if self.latencies.len() > 1 {
            self.histogram(&mut text);
        }
        let _ = write!(
            text,
            "{} sent in {:.1} s, {:.1} a second",
            self.sent(),
            self.took.as_secs_f64(),
            self.per_second()
        );
        text
    }

    /// A line for each doubling of the latency between the shortest and the longest.
    fn histogram(&self, text: &mut String) {
        let mut buckets: BTreeMap<u32, usize> = BTreeMap::new();
        for latency in &self.latencies {
            *buckets.entry(latency.max(&1).ilog2()).or_default() += 1;
        }
        let (Some(first), Some(last)) = (buckets.keys().next(), buckets.keys().last()) else {
            return;
        };
        let most = buckets.values().max().copied().unwrap_or(1);
        for bucket in *first..=*last {
            let count = buckets.get(&bucket).copied().unwrap_or_default();
            let below = milliseconds(2_u64.saturating_pow(bucket + 1));
            let bar = "#".repeat((count * WIDTH).div_ceil(most));
            let _ = writeln!(text, "{FAINT}{below:>10.1} ms{FAINT:#}  {count:>7}  {bar}");
        }
    }
}

#[allow(clippy::cast_precision_loss)]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(milliseconds: impl Iterator<Item = u64>) -> Tally {
        let mut tally = Tally::default();
        milliseconds.for_each(|ms| tally.count(Outcome::Answered(200, Duration::from_millis(ms))));
        tally
    }

    #[test]
    fn a_percentile_is_a_latency_that_was_measured() {
        let latency = tally((1..=100).rev()).latency().unwrap();
        let Latency {
            min,
            p50,
            p90,
            p99,
            max,
        } = latency;
        assert_eq!([min, p50, p90, p99, max], [1.0, 50.0, 90.0, 99.0, 100.0]);
        let Latency { min, p50, p99, .. } = tally([7].into_iter()).latency().unwrap();
        assert_eq!([min, p50, p99], [7.0, 7.0, 7.0]);
        assert!(Tally::default().latency().is_none());
    }

    #[test]
    fn every_answer_is_in_the_histogram() {
        let mut text = String::new();
        tally([1, 1, 1, 3, 20].into_iter()).histogram(&mut text);
        let text = anstream::adapter::strip_str(&text).to_string();
        let rows: Vec<(&str, &str)> = text
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                Some((words.next()?, words.nth(1)?))
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("1.0", "3"),
                ("2.0", "0"),
                ("4.1", "1"),
                ("8.2", "0"),
                ("16.4", "0"),
                ("32.8", "1")
            ]
        );
    }

    #[test]
    fn only_a_2xx_is_an_acceptance() {
        let mut tally = tally([1, 2].into_iter());
        assert!(tally.all_accepted());
        tally.count(Outcome::Answered(302, Duration::ZERO));
        tally.count(Outcome::Unanswered(FailureClass::Timeout));
        assert!(!tally.all_accepted());
        tally.took(Duration::from_secs(2));
        let report = serde_json::to_value(tally.report()).unwrap();
        assert_eq!(report["sent"], 4);
        assert_eq!(report["accepted"], 2);
        assert_eq!(report["statuses"], serde_json::json!({"200": 2, "302": 1}));
        assert_eq!(report["failures"], serde_json::json!({"timeout": 1}));
        assert_eq!(report["per_second"], 2.0);
    }
}
