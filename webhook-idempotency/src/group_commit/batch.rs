//! What goes into one commit, and whom to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::operation::Operation;
use crate::error::{StoreError, StoreErrorKind};
use crate::key::Key;

pub(super) const STORE: &str = "group commit";

pub(super) type Answered<O> = Result<Vec<<O as Operation>::Answer>, StoreError>;

/// One caller's items. They are committed together or not at all.
pub(super) struct Request<O: Operation> {
    pub(super) items: Vec<O::Item>,
    pub(super) common: O::Common,
    pub(super) answer: oneshot::Sender<Answered<O>>,
    /// Its place in the bounded queue, given up when it is answered.
    pub(super) place: OwnedSemaphorePermit,
}

impl<O: Operation> Request<O> {
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.items.iter().map(O::key)
    }

    pub(super) fn bytes(&self) -> usize {
        self.items.iter().map(O::bytes).sum()
    }

    /// Whether its caller has gone away. What was not begun for it need not be.
    pub(super) fn is_forsaken(&self) -> bool {
        self.answer.is_closed()
    }
}

struct Seat<O: Operation> {
    items: usize,
    answer: oneshot::Sender<Answered<O>>,
    _place: OwnedSemaphorePermit,
}

/// The requests of one commit.
pub(super) struct Batch<O: Operation> {
    items: Vec<O::Item>,
    common: O::Common,
    seats: Vec<Seat<O>>,
    /// How many more failures are worth the search for the bad records, shared with everything that was split off.
    search: Option<Arc<AtomicU32>>,
}

impl<O: Operation> Batch<O> {
    pub(super) fn of(first: Request<O>) -> Self {
        let mut batch = Self {
            items: Vec::new(),
            common: first.common,
            seats: Vec::new(),
            search: None,
        };
        batch.add(first);
        batch
    }

    pub(super) fn add(&mut self, request: Request<O>) {
        self.seats.push(Seat {
            items: request.items.len(),
            answer: request.answer,
            _place: request.place,
        });
        if self.items.is_empty() {
            self.items = request.items;
        } else {
            self.items.extend(request.items);
        }
    }

    pub(super) fn items(&self) -> &[O::Item] {
        &self.items
    }

    pub(super) const fn common(&self) -> O::Common {
        self.common
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.items.iter().map(O::key)
    }

    pub(super) fn is_forsaken(&self) -> bool {
        self.seats.iter().all(|seat| seat.answer.is_closed())
    }

    /// Whether nobody in it is there for another reason than the others.
    pub(super) fn is_one_matter(&self) -> bool {
        let mut requests = self.seats.iter().scan(0, |at, seat| {
            let items = self.items.get(*at..*at + seat.items)?;
            *at += seat.items;
            Some(items)
        });
        let Some(first) = requests.next() else {
            return true;
        };
        requests.all(|other| other.iter().map(O::key).eq(first.iter().map(O::key)))
    }

    /// Whether that request asks for the same keys as the first one here.
    pub(super) fn starts_like(&self, request: &Request<O>) -> bool {
        let first = self.seats.first().map_or(0, |seat| seat.items);
        self.keys().take(first).eq(request.keys())
    }

    /// Two smaller batches, each with whole requests. Nothing if it has failed so often that too many of its records must
    /// be to blame for each to be worth looking for.
    pub(super) fn halve(mut self) -> Result<(Self, Self), Self> {
        let count = self.seats.len();
        if count < 2 {
            return Err(self);
        }
        // Each bad record costs one failure for each halving.
        let limit = BAD_RECORDS * (count.ilog2() + 1);
        let search = self
            .search
            .get_or_insert_with(|| Arc::new(AtomicU32::new(limit)));
        let spend = |left: u32| left.checked_sub(1);
        if search
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend)
            .is_err()
        {
            return Err(self);
        }
        let seats = self.seats.split_off(count / 2);
        let middle = self.seats.iter().map(|seat| seat.items).sum();
        let later = Self {
            items: self.items.split_off(middle),
            common: self.common,
            seats,
            search: self.search.clone(),
        };
        Ok((self, later))
    }

    /// Tells everybody what became of their own.
    pub(super) fn answer(self, answered: Answered<O>) {
        let answers = match answered {
            Ok(answers) if answers.len() == self.items.len() => answers,
            Ok(answers) => {
                let error = miscounted(answers.len(), self.items.len());
                return self.fail(&error);
            }
            Err(error) => return self.fail(&error),
        };
        let mut answers = answers.into_iter();
        for seat in self.seats {
            let own = answers.by_ref().take(seat.items).collect();
            // Nobody may be there any more; it is committed all the same.
            let _ = seat.answer.send(Ok(own));
        }
    }

    fn fail(self, error: &StoreError) {
        for seat in self.seats {
            let _ = seat.answer.send(Err(error.clone()));
        }
    }
}

/// So many bad records in one batch are told apart from the good ones.
const BAD_RECORDS: u32 = 8;

/// A store that leaves an item unanswered has not confirmed it, and nobody can say whose it was.
fn miscounted(answers: usize, items: usize) -> StoreError {
    unavailable(format!("the store gave {answers} answers to {items} items"))
}

pub(super) fn unavailable(why: impl Into<String>) -> StoreError {
    StoreError::new(STORE, StoreErrorKind::Unavailable).with_source(why.into())
}
