//! What makes two deliveries the same event.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::error::ConfigError;

/// Whether records of a namespace wait for a worker or guard a handler that runs inside the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Records are claimed by the request that put them, and never leased by a worker.
    Guard,
    /// Records wait until a worker leases them.
    Queue,
}

/// A named set of records of one kind, such as `inbox` or `outbox`.
///
/// The kind is part of the name that stores see (`queue:inbox`), so a guard and a queue can never share records.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace {
    qualified: String,
    kind: Kind,
}

impl Namespace {
    /// The namespace of that name whose records wait for a worker.
    ///
    /// # Errors
    /// [`ConfigError::Name`] unless the name has 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, `.` and `/`.
    pub fn queue(name: &str) -> Result<Self, ConfigError> {
        Self::new(name, Kind::Queue)
    }

    /// The namespace of that name whose records guard handlers inside requests.
    ///
    /// # Errors
    /// As [`Namespace::queue`].
    pub fn guard(name: &str) -> Result<Self, ConfigError> {
        Self::new(name, Kind::Guard)
    }

    fn new(name: &str, kind: Kind) -> Result<Self, ConfigError> {
        check_name("namespace", name)?;
        let prefix = match kind {
            Kind::Guard => "guard",
            Kind::Queue => "queue",
        };
        Ok(Self {
            qualified: format!("{prefix}:{name}"),
            kind,
        })
    }

    /// The name with its kind in front, as stores keep it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.qualified
    }

    /// Guard or queue.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.qualified)
    }
}

/// Names come from the program, never from a request, so a strict alphabet costs nothing.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<(), ConfigError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_./".contains(&b);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(allowed) {
        return Err(ConfigError::Name {
            what,
            name: name.escape_debug().take(80).collect(),
        });
    }
    Ok(())
}

/// The one unique key of a record: a SHA-256 over namespace, source, endpoint, tenant and identity.
///
/// The source is a part of it, so that two providers behind one endpoint cannot take each other's events for duplicates.
///
/// Every part goes in behind its length, so that no two lists of parts share a key by moving a boundary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of `identity` from `source` at `endpoint`, within a tenant if there are several.
    ///
    /// ```
    /// use webhook_idempotency::{Key, Namespace};
    /// # fn main() -> Result<(), webhook_idempotency::ConfigError> {
    /// let inbox = Namespace::queue("inbox")?;
    /// let a = Key::derive(&inbox, "stripe", "live", Some("acme"), b"evt_1");
    /// let b = Key::derive(&inbox, "stripe", "live", Some("other"), b"evt_1");
    /// assert_ne!(a, b);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn derive(
        namespace: &Namespace,
        source: &str,
        endpoint: &str,
        tenant: Option<&str>,
        identity: &[u8],
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"webhook key 1");
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(namespace.as_str().as_bytes());
        part(source.as_bytes());
        part(endpoint.as_bytes());
        // No tenant and a tenant with an empty name are different things.
        part(&[u8::from(tenant.is_some())]);
        part(tenant.unwrap_or_default().as_bytes());
        part(identity);
        Self(hash.finalize().into())
    }

    /// A key read back from a store.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes that a store keeps.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_boundary_between_parts_changes_the_key() {
        let inbox = Namespace::queue("inbox").unwrap();
        let key = |source, endpoint, tenant| Key::derive(&inbox, source, endpoint, tenant, b"d");
        assert_ne!(key("s", "a", Some("bc")), key("s", "ab", Some("c")));
        assert_ne!(key("s", "ab", None), key("sa", "b", None));
        assert_ne!(key("s", "a", None), key("s", "a", Some("")));
    }

    #[test]
    fn a_guard_and_a_queue_of_one_name_are_apart() {
        assert_ne!(
            Namespace::queue("x").unwrap(),
            Namespace::guard("x").unwrap()
        );
        assert_eq!(Namespace::queue("x").unwrap().as_str(), "queue:x");
    }

    #[test]
    fn a_name_outside_the_alphabet_is_refused() {
        for name in ["", "A", "a b", "é", "a\n", &"a".repeat(65)] {
            assert!(Namespace::queue(name).is_err(), "{name:?}");
        }
    }
}
