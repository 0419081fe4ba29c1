//! The verifiers of many tenants, kept for a while.

use std::boxed::Box;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use core::fmt;

use crate::time::{Clock, UnixTime};
use crate::verifier::{Verifier, default_clock};

/// A tenant that was not found is asked for again after at most this long, so that a new one can begin to send.
const LONGEST_UNKNOWN: Duration = Duration::from_secs(5);
/// The longest name of a tenant, in bytes. Longer ones are unknown without asking.
const LONGEST_NAME: usize = 256;

/// Keeps the verifiers of tenants between requests, so that a database is not asked for each of them.
///
/// Bounded: it keeps at most [`TenantCache::capacity`] verifiers, and as many names of tenants that are unknown, in a place
/// of their own, so that made-up names push out no tenant. The verifiers that were used longest ago make room. What was
/// loaded while [`TenantCache::invalidate`] was called is not kept.
///
/// Whatever verifier it hands out has a tenant: the name that was asked for, unless its builder named another. It is part
/// of the key of every event, so that a tenant cannot suppress the events of another by signing their ids.
///
/// ```
/// use webhook_verify::{GitHub, TenantCache, Verifier};
///
/// # fn main() -> Result<(), webhook_verify::ConfigError> {
/// let tenants = TenantCache::new(10_000);
/// let load = |tenant: &str| match tenant {
///     // SELECT secret FROM tenants WHERE name = ..
///     "acme" => Ok(Some(Verifier::from(GitHub::new("not-a-real-secret")?))),
///     _ => Ok::<_, webhook_verify::ConfigError>(None),
/// };
///
/// let acme = tenants.get_or_load("acme", || load("acme"))?.expect("acme is known");
/// assert_eq!(acme.tenant(), Some("acme"));
/// assert!(tenants.get_or_load("evil", || load("evil"))?.is_none());
///
/// // When acme changes its secrets:
/// tenants.invalidate("acme");
/// # Ok(()) }
/// ```
///
/// Needs `std` for its lock.
pub struct TenantCache {
    kept: Mutex<Kept>,
    capacity: usize,
    known_for: Duration,
    unknown_for: Duration,
    clock: Option<Arc<dyn Clock>>,
}

#[derive(Default)]
struct Kept {
    known: HashMap<Box<str>, Known>,
    unknown: HashMap<Box<str>, UnixTime>,
    /// The unknown names in the order in which they came. Names that became known since are still in it.
    order: VecDeque<(Box<str>, UnixTime)>,
    /// Rises with every use, and says which verifier was used longest ago.
    uses: u64,
    /// Rises with every invalidation.
    generation: u64,
}

struct Known {
    verifier: Verifier,
    loaded_at: UnixTime,
    used: u64,
}

/// What [`TenantCache::get`] knows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Tenant {
    /// This is its verifier.
    Known(Verifier),
    /// It was not found a moment ago. Answer 401, as for any other refusal.
    Unknown,
    /// It must be looked up, and the answer given to [`TenantCache::put`] with this.
    Missing(Lookup),
}

/// The beginning of a lookup.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    generation: u64,
}

impl TenantCache {
    /// Keeps the verifiers of that many tenants, each for a minute, and as many unknown names for five seconds.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            kept: Mutex::default(),
            capacity: capacity.max(1),
            known_for: Duration::from_secs(60),
            unknown_for: LONGEST_UNKNOWN,
            clock: default_clock(),
        }
    }

    /// How long a verifier is kept before it is looked up again: as long as a secret that was revoked elsewhere may still
    /// verify. One minute unless given.
    #[must_use]
    pub const fn known_for(mut self, time: Duration) -> Self {
        self.known_for = time;
        self
    }

    /// How long a name is remembered as unknown; at most, and unless given, five seconds.
    #[must_use]
    pub fn unknown_for(mut self, time: Duration) -> Self {
        self.unknown_for = time.min(LONGEST_UNKNOWN);
        self
    }

    /// Where "now" comes from. The system's clock unless given; nothing is kept where there is none.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The most verifiers that it keeps.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// What is known of that tenant.
    #[must_use]
    pub fn get(&self, tenant: &str) -> Tenant {
        if tenant.is_empty() || tenant.len() > LONGEST_NAME {
            return Tenant::Unknown;
        }
        let now = self.now();
        let mut kept = self.kept();
        kept.uses += 1;
        let uses = kept.uses;
        if let (Some(known), Some(now)) = (kept.known.get_mut(tenant), now)
            && within(known.loaded_at, now, self.known_for)
        {
            known.used = uses;
            return Tenant::Known(known.verifier.clone());
        }
        if let (Some(since), Some(now)) = (kept.unknown.get(tenant), now)
            && within(*since, now, self.unknown_for)
        {
            return Tenant::Unknown;
        }
        Tenant::Missing(Lookup {
            generation: kept.generation,
        })
    }

    /// Takes the answer of a lookup in, and gives it back with its tenant set.
    #[must_use]
    pub fn put(&self, tenant: &str, lookup: Lookup, found: Option<Verifier>) -> Option<Verifier> {
        let found = found.map(|verifier| match verifier.tenant() {
            Some(_) => verifier,
            None => verifier.with_tenant(tenant),
        });
        let Some(now) = self.now() else {
            return found;
        };
        let mut kept = self.kept();
        if kept.generation != lookup.generation {
            return found;
        }
        match &found {
            Some(verifier) => kept.remember(tenant, verifier.clone(), now, self.capacity),
            None => kept.remember_unknown(tenant, now, self.capacity),
        }
        found
    }

    /// [`TenantCache::get`], a lookup if need be, and [`TenantCache::put`]. Nothing is locked while `load` runs.
    ///
    /// # Errors
    /// That of `load`, which is kept nowhere. Answer 503, so that the sender comes back.
    pub fn get_or_load<E>(
        &self,
        tenant: &str,
        load: impl FnOnce() -> Result<Option<Verifier>, E>,
    ) -> Result<Option<Verifier>, E> {
        match self.get(tenant) {
            Tenant::Known(verifier) => Ok(Some(verifier)),
            Tenant::Unknown => Ok(None),
            Tenant::Missing(lookup) => Ok(self.put(tenant, lookup, load()?)),
        }
    }

    /// Forgets what is known of that tenant. The next request of it is looked up, also if a lookup is running now.
    pub fn invalidate(&self, tenant: &str) {
        let mut kept = self.kept();
        kept.generation += 1;
        kept.known.remove(tenant);
        kept.unknown.remove(tenant);
    }

    /// Forgets everything.
    pub fn invalidate_all(&self) {
        let mut kept = self.kept();
        let generation = kept.generation + 1;
        *kept = Kept {
            generation,
            ..Kept::default()
        };
    }

    fn now(&self) -> Option<UnixTime> {
        self.clock.as_ref().map(|clock| clock.now())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether less than that time has passed. A clock that was set back makes everything old.
fn within(since: UnixTime, now: UnixTime, time: Duration) -> bool {
    since <= now && now.saturating_since(since) < time
}

impl Kept {
    fn remember(&mut self, tenant: &str, verifier: Verifier, now: UnixTime, capacity: usize) {
        self.unknown.remove(tenant);
        if self.known.len() >= capacity && !self.known.contains_key(tenant) {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.used);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.known.remove(&oldest);
            }
        }
        let used = self.uses;
        self.known.insert(
            tenant.into(),
            Known {
                verifier,
                loaded_at: now,
                used,
            },
        );
    }

    fn remember_unknown(&mut self, tenant: &str, now: UnixTime, capacity: usize) {
        self.known.remove(tenant);
        while self.order.len() >= capacity {
            let Some((name, since)) = self.order.pop_front() else {
                break;
            };
            // Unless it came back since, in which case a later entry stands for it.
            if self.unknown.get(&name) == Some(&since) {
                self.unknown.remove(&name);
            }
        }
        self.unknown.insert(tenant.into(), now);
        self.order.push_back((tenant.into(), now));
    }
}

impl fmt::Debug for TenantCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantCache")
            .field("capacity", &self.capacity)
            .field("known_for", &self.known_for)
            .field("unknown_for", &self.unknown_for)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
