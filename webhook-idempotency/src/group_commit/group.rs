//! Lanes: the tasks that commit.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;

use super::Limits;
use super::apart::Parted;
use super::batch::{Answered, Batch, Request, STORE, unavailable};
use super::operation::Operation;
use super::plan::Plan;
use crate::claims::Claims;
use crate::error::{StoreError, StoreErrorKind};
use crate::handler::BoxFuture;

/// What a commit beside the common lane has: its keys to itself, and its place.
type Aside = (Parted, Option<OwnedSemaphorePermit>);

/// All callers of one operation.
pub(super) struct Group<O: Operation, S: ?Sized> {
    store: Arc<S>,
    limits: Limits,
    /// Room for items that wait or are being committed.
    places: Arc<Semaphore>,
    /// Room for commits beside the common lane.
    sides: Arc<Semaphore>,
    plan: Mutex<Plan<O>>,
}

impl<O: Operation, S: Claims + ?Sized> Group<O, S> {
    pub(super) fn new(store: Arc<S>, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            store,
            limits,
            places: Arc::new(Semaphore::new(limits.queue)),
            sides: Arc::new(Semaphore::new(limits.lanes - 1)),
            plan: Mutex::default(),
        })
    }

    /// Commits these items together with those of whoever else asks now.
    ///
    /// What runs the commit is a task of its own. So it is finished whoever goes away meanwhile, and a caller that is not
    /// polled holds up nobody.
    pub(super) async fn submit(
        self: &Arc<Self>,
        items: &[O::Item],
        common: O::Common,
    ) -> Answered<O> {
        if items.is_empty() || items.len() > self.limits.max_batch {
            return O::commit(&*self.store, items, common).await;
        }
        let runtime = Handle::try_current().map_err(|error| unavailable(error.to_string()))?;
        let wanted = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.places)
            .try_acquire_many_owned(wanted)
            .map_err(|_| StoreError::new(STORE, StoreErrorKind::Overloaded))?;
        let (answer, answered) = oneshot::channel();
        {
            let mut plan = self.plan();
            plan.add(Request {
                items: items.to_vec(),
                common,
                answer,
                place,
            });
            self.start(&mut plan, &runtime);
        }
        let abandoned = || unavailable("the runtime that ran the commit was shut down");
        answered.await.unwrap_or_else(|_| Err(abandoned()))
    }

    /// Starts a task for whatever can be committed now and is not.
    fn start(self: &Arc<Self>, plan: &mut Plan<O>, runtime: &Handle) {
        while plan.has_work_aside() {
            let Ok(side) = Arc::clone(&self.sides).try_acquire_owned() else {
                break;
            };
            let Some((batch, parted)) = plan.next_aside(self.limits) else {
                break;
            };
            let group = Arc::clone(self);
            runtime.spawn(async move {
                let answered =
                    contained(O::commit(&*group.store, batch.items(), batch.common())).await;
                group.finish(batch, answered, Some((parted, Some(side))));
            });
        }
        if plan.has_work() && !plan.is_running {
            plan.is_running = true;
            let helm = Helm {
                group: Arc::clone(self),
                let_go: false,
            };
            runtime.spawn(helm.steer());
        }
    }

    fn start_here(self: &Arc<Self>, plan: &mut Plan<O>) {
        if let Ok(runtime) = Handle::try_current() {
            self.start(plan, &runtime);
        }
    }

    /// Answers a batch, or makes two of one that failed because of one of its records.
    fn finish(self: &Arc<Self>, batch: Batch<O>, answered: Answered<O>, aside: Option<Aside>) {
        let mut plan = self.plan();
        let settled = match &answered {
            Err(error) if error.is_about_a_record() => {
                let halves = if batch.is_one_matter() {
                    Err(batch)
                } else {
                    batch.halve()
                };
                match halves {
                    Ok((one, other)) => {
                        plan.suspect(one);
                        plan.suspect(other);
                        None
                    }
                    Err(batch) => {
                        if error.kind() == StoreErrorKind::Locked && batch.is_one_matter() {
                            plan.locked.found_locked(batch.keys());
                        }
                        Some(batch)
                    }
                }
            }
            Ok(_) => {
                plan.locked.found_free(batch.keys());
                Some(batch)
            }
            Err(_) => Some(batch),
        };
        drop(aside);
        self.start_here(&mut plan);
        drop(plan);
        if let Some(batch) = settled {
            batch.answer(answered);
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan<O>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The common lane, in the hands of the one task that runs it.
struct Helm<O: Operation, S: Claims + ?Sized> {
    group: Arc<Group<O, S>>,
    let_go: bool,
}

impl<O: Operation, S: Claims + ?Sized> Helm<O, S> {
    /// Commits what waits until nothing does, or until a commit is so late that it must not keep the others waiting.
    async fn steer(mut self) {
        let group = Arc::clone(&self.group);
        while let Some((batch, patience)) = self.next() {
            let began = Instant::now();
            let mut commit = contained(O::commit(&*group.store, batch.items(), batch.common()));
            let mut answered = tokio::time::timeout(patience, &mut commit).await.ok();
            let mut aside = None;
            if answered.is_none() {
                let side = pin!(Arc::clone(&group.sides).acquire_owned());
                match first(&mut commit, side).await {
                    First::Left(late) => answered = Some(late),
                    First::Right(side) => aside = Some((self.let_go(&batch), side.ok())),
                }
            }
            let answered = match answered {
                Some(answered) => answered,
                None => commit.as_mut().await,
            };
            drop(commit);
            if answered.is_ok() {
                group.plan().took(began.elapsed());
            }
            group.finish(batch, answered, aside);
            if self.let_go {
                return;
            }
            // Whoever was answered and has more to do gets into the next commit, and not into the one behind it.
            tokio::task::yield_now().await;
        }
    }

    fn next(&mut self) -> Option<(Batch<O>, Duration)> {
        let mut plan = self.group.plan();
        let batch = plan.next(self.group.limits);
        if batch.is_none() {
            plan.is_running = false;
            self.let_go = true;
        }
        let patience = plan.patience();
        self.group.start_here(&mut plan);
        batch.map(|batch| (batch, patience))
    }

    /// Leaves the lane to another task and keeps only this batch.
    fn let_go(&mut self, batch: &Batch<O>) -> Parted {
        self.let_go = true;
        let mut plan = self.group.plan();
        plan.is_running = false;
        let parted = plan.apart.set(batch.keys());
        self.group.start_here(&mut plan);
        parted
    }
}

impl<O: Operation, S: Claims + ?Sized> Drop for Helm<O, S> {
    /// A runtime that shuts down drops its tasks half way. Nobody may be left waiting for them.
    fn drop(&mut self) {
        if !self.let_go {
            let given_up = self.group.plan().give_up();
            drop(given_up);
        }
    }
}

/// A commit that panics has failed, and takes nobody else with it.
fn contained<'a, T: Send + 'a>(
    mut commit: BoxFuture<'a, Result<T, StoreError>>,
) -> BoxFuture<'a, Result<T, StoreError>> {
    Box::pin(poll_fn(move |context| {
        let polled = catch_unwind(AssertUnwindSafe(|| commit.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(unavailable("the store panicked"))))
    }))
}

enum First<A, B> {
    Left(A),
    Right(B),
}

/// Whichever is ready first.
async fn first<A: Future + Unpin, B: Future + Unpin>(
    mut one: A,
    mut other: B,
) -> First<A::Output, B::Output> {
    poll_fn(|context| {
        if let Poll::Ready(output) = Pin::new(&mut one).poll(context) {
            return Poll::Ready(First::Left(output));
        }
        Pin::new(&mut other).poll(context).map(First::Right)
    })
    .await
}
