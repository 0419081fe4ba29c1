//! What a request says of itself before anybody vouched for it.

use alloc::vec::Vec;
use core::fmt;

/// The path, the route parameters and the headers of a request that nobody has verified yet: enough to look up whose
/// secrets may verify it, and not to be believed beyond that. The body is never part of it.
///
/// ```
/// use webhook_verify::Untrusted;
/// let request = Untrusted::new("/hooks/acme", [("x-account", "42")])
///     .with_params([("tenant", "acme")]);
/// assert_eq!(request.param("tenant"), Some("acme"));
/// assert_eq!(request.header("X-Account"), Some(&b"42"[..]));
/// assert_eq!(request.header("x-other"), None);
/// ```
#[derive(Clone, Default)]
pub struct Untrusted<'a> {
    path: &'a str,
    params: Vec<(&'a str, &'a str)>,
    headers: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Untrusted<'a> {
    /// A request for that path with these headers: names in any case, repeats kept.
    pub fn new<V>(path: &'a str, headers: impl IntoIterator<Item = (&'a str, &'a V)>) -> Self
    where
        V: AsRef<[u8]> + ?Sized + 'a,
    {
        Self {
            path,
            params: Vec::new(),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name, value.as_ref()))
                .collect(),
        }
    }

    /// The request with the parameters that its route found in its path.
    #[must_use]
    pub fn with_params(mut self, params: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.params.extend(params);
        self
    }

    /// The path, as it was sent.
    #[must_use]
    pub const fn path(&self) -> &'a str {
        self.path
    }

    /// The route parameter of that name; `None` if there is none, or more than one.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'a str> {
        only(
            self.params
                .iter()
                .filter(|(other, _)| *other == name)
                .map(|(_, value)| *value),
        )
    }

    /// The value of the header of that name, in any case; `None` if there is none, or more than one: whoever reads the
    /// headers after us might take the other.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        only(
            self.headers
                .iter()
                .filter(|(other, _)| other.eq_ignore_ascii_case(name))
                .map(|(_, value)| *value),
        )
    }
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    match all.next() {
        None => Some(first),
        Some(_) => None,
    }
}

/// Names only: the values may be anything, and signatures are among them.
impl<'a> fmt::Debug for Untrusted<'a> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &mut dyn Iterator<Item = &'a str>| pairs.collect::<Vec<_>>();
        f.debug_struct("Untrusted")
            .field(
                "params",
                &names(&mut self.params.iter().map(|(name, _)| *name)),
            )
            .field(
                "headers",
                &names(&mut self.headers.iter().map(|(name, _)| *name)),
            )
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_there_twice_is_nobodys() {
        let request = Untrusted::new("/", [("x-account", "1"), ("X-Account", "2"), ("y", "3")])
            .with_params([("tenant", "a"), ("tenant", "b")]);
        assert_eq!(request.header("x-account"), None);
        assert_eq!(request.param("tenant"), None);
        assert_eq!(request.header("y"), Some(&b"3"[..]));
    }

    #[test]
    fn debug_shows_no_value() {
        let request = Untrusted::new("/canary", [("x", "canary")]).with_params([("p", "canary")]);
        assert!(!alloc::format!("{request:?}").contains("canary"));
    }
}
