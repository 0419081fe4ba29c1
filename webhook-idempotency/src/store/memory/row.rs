//! One record, and where it stands in each order that a call walks.

use std::collections::BTreeSet;

use webhook_verify::UnixTime;

use crate::claims::Outcome;
use crate::key::Namespace;
use crate::queue::StateKind;
use crate::record::{Fence, Record, State};

#[derive(Debug)]
pub(super) struct Row {
    pub(super) namespace: Namespace,
    pub(super) record: Record,
    pub(super) payload_sha256: [u8; 32],
    /// Of the newest lease, also after it was settled.
    pub(super) fence: Option<Fence>,
}

/// The sequence numbers of one namespace, in each order that a call needs.
#[derive(Debug, Default)]
pub(super) struct Orders {
    pub(super) committed: BTreeSet<i64>,
    pub(super) due: BTreeSet<(UnixTime, i64)>,
    pub(super) settled: BTreeSet<(UnixTime, i64)>,
}

impl Orders {
    pub(super) fn add(&mut self, record: &Record) {
        let (order, at) = self.place(record);
        order.insert((at, record.sequence));
    }

    pub(super) fn remove(&mut self, record: &Record) {
        let (order, at) = self.place(record);
        order.remove(&(at, record.sequence));
    }

    fn place(&mut self, record: &Record) -> (&mut BTreeSet<(UnixTime, i64)>, UnixTime) {
        match record.state {
            State::Leased { until: at } | State::Ready { at } => (&mut self.due, at),
            State::Dead | State::Done => (&mut self.settled, record.settled_at.unwrap_or_default()),
        }
    }
}

impl Record {
    /// Ends an attempt.
    pub(super) fn end(&mut self, outcome: &Outcome, now: UnixTime) {
        match outcome {
            Outcome::Dead { reason } => {
                self.state = State::Dead;
                self.settled_at = Some(now);
                self.last_error = Some(reason.clone());
            }
            Outcome::Done { output } => {
                self.state = State::Done;
                self.settled_at = Some(now);
                self.last_error = None;
                self.output.clone_from(output);
            }
            Outcome::Release => {
                self.state = State::Ready { at: now };
                self.attempts = self.attempts.saturating_sub(1);
            }
            Outcome::Snooze { after } => {
                self.state = State::Ready {
                    at: now.saturating_add(*after),
                };
                self.attempts = self.attempts.saturating_sub(1);
            }
            Outcome::Retry { after, error } => {
                self.state = State::Ready {
                    at: now.saturating_add(*after),
                };
                self.last_error = Some(error.clone());
            }
        }
    }
}

/// The state without its times.
pub(super) const fn kind_of(state: State) -> StateKind {
    match state {
        State::Dead => StateKind::Dead,
        State::Done => StateKind::Done,
        State::Leased { .. } => StateKind::Leased,
        State::Ready { .. } => StateKind::Ready,
    }
}
