//! Keys that were fetched, for as long as they are good.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use crate::key_source::{KeyAnswer, KeyRequest, KeySource};
use crate::public_key::PublicKey;
use crate::time::UnixTime;

/// Requests for keys that wait to be fetched. More than a provider has at once, and few enough to try all of them.
const MAX_WANTED: usize = 64;

/// A bounded cache of public keys. It fetches nothing: it notes what is wanted, and somebody fetches that and puts it in.
///
/// Clones share everything. A stranger can ask for keys that do not exist: fetch at a bounded rate, and
/// [`refuse`](Self::refuse) what the provider does not know, so that it is not asked for again and again.
///
/// ```
/// use webhook_verify::{KeyCache, KeyRequest, PublicKey, UnixTime};
/// # fn fetch(_: &KeyRequest) -> Option<PublicKey> { None }
/// # let now = UnixTime::from_secs(1_700_000_000);
/// let cache = KeyCache::new(100);
/// // In a task of yours, after a request was answered with 503, or every few seconds:
/// for request in cache.wanted() {
///     let hour = std::time::Duration::from_secs(3600);
///     match fetch(&request) {
///         Some(key) => cache.insert(request, key, now.saturating_add(hour)),
///         None => cache.refuse(request, now.saturating_add(hour)),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct KeyCache {
    inner: Arc<Mutex<Inner>>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Inner {
    entries: BTreeMap<KeyRequest, Entry>,
    wanted: Vec<KeyRequest>,
}

#[derive(Debug)]
struct Entry {
    /// Nothing if the provider has no such key.
    key: Option<PublicKey>,
    until: UnixTime,
}

impl KeyCache {
    /// An empty cache for at most that many keys, and for one at least.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            inner: Arc::default(),
            capacity: capacity.max(1),
        }
    }

    /// Puts a key in, to be used before that time. When the cache is full, the one that ends first makes room.
    pub fn insert(&self, request: KeyRequest, key: PublicKey, until: UnixTime) {
        self.put(request, Some(key), until);
    }

    /// Notes that the provider has no such key, before that time.
    pub fn refuse(&self, request: KeyRequest, until: UnixTime) {
        self.put(request, None, until);
    }

    /// The keys that requests asked for and that are not here, each once. They are forgotten with this call, and wanted
    /// again when the next request asks.
    #[must_use]
    pub fn wanted(&self) -> Vec<KeyRequest> {
        core::mem::take(&mut self.lock().wanted)
    }

    fn put(&self, request: KeyRequest, key: Option<PublicKey>, until: UnixTime) {
        let mut inner = self.lock();
        inner.wanted.retain(|other| *other != request);
        if inner.entries.len() >= self.capacity && !inner.entries.contains_key(&request) {
            // What is known not to exist goes before what does.
            let first = inner
                .entries
                .iter()
                .min_by_key(|(_, entry)| (entry.key.is_some(), entry.until))
                .map(|(request, _)| request.clone());
            if let Some(first) = first {
                inner.entries.remove(&first);
            }
        }
        inner.entries.insert(request, Entry { key, until });
    }

    /// A thread that panicked while it held the lock left nothing half done.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeySource for KeyCache {
    fn key(&self, request: &KeyRequest, now: UnixTime) -> KeyAnswer {
        let mut inner = self.lock();
        match inner.entries.get(request) {
            Some(Entry { key, until }) if now < *until => match key {
                Some(key) => KeyAnswer::Found(key.clone()),
                None => KeyAnswer::Unknown,
            },
            _ => {
                if inner.wanted.len() < MAX_WANTED && !inner.wanted.contains(request) {
                    inner.wanted.push(request.clone());
                }
                KeyAnswer::NotYet
            }
        }
    }
}

#[cfg(all(test, feature = "ecdsa"))]
mod tests {
    use std::format;
    use std::string::ToString;

    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
    const THEN: UnixTime = UnixTime::from_secs(1_700_000_060);

    fn request(id: usize) -> KeyRequest {
        KeyRequest::Jwk {
            scheme: "plaid",
            id: id.to_string(),
            url: None,
        }
    }

    #[allow(clippy::unwrap_used)]
    fn key() -> PublicKey {
        PublicKey::from_jwk(crate::public_key::TEST_JWK).unwrap()
    }

    #[test]
    fn a_key_is_wanted_once_found_while_it_lasts_and_then_wanted_again() {
        let cache = KeyCache::new(2);
        for _ in 0..3 {
            assert!(matches!(cache.key(&request(1), NOW), KeyAnswer::NotYet));
        }
        assert_eq!(cache.wanted(), [request(1)]);
        assert_eq!(cache.wanted(), []);
        cache.insert(request(1), key(), THEN);
        assert!(matches!(cache.key(&request(1), NOW), KeyAnswer::Found(_)));
        assert!(matches!(cache.key(&request(1), THEN), KeyAnswer::NotYet));
        assert_eq!(cache.wanted(), [request(1)]);
        cache.refuse(request(1), THEN);
        assert!(matches!(cache.key(&request(1), NOW), KeyAnswer::Unknown));
    }

    #[test]
    fn strangers_cannot_make_it_grow_or_push_a_key_out() {
        let cache = KeyCache::new(3);
        cache.insert(request(0), key(), THEN);
        for id in 1..1_000 {
            assert!(matches!(cache.key(&request(id), NOW), KeyAnswer::NotYet));
            if id > 500 {
                cache.refuse(
                    request(id),
                    THEN.saturating_add(core::time::Duration::from_secs(9)),
                );
            }
        }
        assert_eq!(cache.wanted().len(), MAX_WANTED);
        assert_eq!(cache.lock().entries.len(), 3);
        assert!(matches!(cache.key(&request(0), NOW), KeyAnswer::Found(_)));
        assert!(format!("{cache:?}").len() < 10_000);
    }
}
