//! Signing secrets as the user copied them, and sets of them for rotation.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;

use zeroize::Zeroizing;

use crate::error::{ConfigError, SecretProblem};
use crate::validity::Validity;

/// A signing secret, exactly as the provider shows it. How the key is made from it is the scheme's business.
///
/// Never empty. Wiped from memory with its last clone. Has no `Display`, no `Default` and no `Serialize`, and its
/// `Debug` shows only where it came from.
///
/// ```
/// use webhook_verify::Secret;
/// assert!(Secret::new("").is_err());
/// assert!(Secret::new("   \n").is_err());
/// assert_eq!(format!("{:?}", Secret::new("hunter2-hunter2")?), "Secret(the signing secret)");
/// # Ok::<(), webhook_verify::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Secret {
    text: Arc<Zeroizing<Vec<u8>>>,
    origin: Arc<str>,
}

impl Secret {
    /// A secret from text or bytes.
    ///
    /// # Errors
    /// [`ConfigError::Secret`] if it is empty or begins or ends with white space: that is nearly always a copying
    /// mistake, and the signatures would never match. [`Secret::verbatim`] takes such a secret all the same.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::checked(text.as_ref(), "the signing secret")
    }

    /// A secret whose white space at the ends is meant.
    ///
    /// # Errors
    /// [`ConfigError::Secret`] if it has nothing but white space.
    pub fn verbatim(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let text = text.as_ref();
        let secret = Self::unchecked(text, "the signing secret");
        if text.trim_ascii().is_empty() {
            return Err(secret.problem(SecretProblem::Empty));
        }
        Ok(secret)
    }

    /// The secret in an environment variable. One line break at its end is left out.
    ///
    /// # Errors
    /// [`ConfigError::Secret`], which names the variable, if it is not set, not text, or as [`Secret::new`].
    #[cfg(feature = "std")]
    pub fn from_env(variable: &str) -> Result<Self, ConfigError> {
        use std::env::VarError;
        let origin = alloc::format!("the environment variable {variable}");
        match std::env::var(variable) {
            Ok(value) => Self::checked(
                without_line_break(Zeroizing::new(value).as_bytes()),
                &origin,
            ),
            Err(VarError::NotPresent) => {
                Err(Self::unchecked(b"", &origin).problem(SecretProblem::NotFound))
            }
            Err(VarError::NotUnicode(_)) => {
                Err(Self::unchecked(b"", &origin).problem(SecretProblem::Unreadable))
            }
        }
    }

    /// The secret in a file. One line break at its end is left out.
    ///
    /// # Errors
    /// [`ConfigError::Secret`], which names the file, if it cannot be read, or as [`Secret::new`].
    #[cfg(feature = "std")]
    pub fn from_file(path: impl AsRef<std::path::Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let origin = alloc::format!("the file {}", path.display());
        match std::fs::read(path) {
            Ok(value) => Self::checked(without_line_break(&Zeroizing::new(value)), &origin),
            Err(error) => {
                let problem = match error.kind() {
                    std::io::ErrorKind::NotFound => SecretProblem::NotFound,
                    _ => SecretProblem::Unreadable,
                };
                Err(Self::unchecked(b"", &origin).problem(problem))
            }
        }
    }

    fn checked(text: &[u8], origin: &str) -> Result<Self, ConfigError> {
        let secret = Self::unchecked(text, origin);
        let trimmed = text.trim_ascii();
        if trimmed.is_empty() {
            return Err(secret.problem(SecretProblem::Empty));
        }
        if trimmed.len() != text.len() {
            return Err(secret.problem(SecretProblem::WhiteSpace));
        }
        Ok(secret)
    }

    fn unchecked(text: &[u8], origin: &str) -> Self {
        Self {
            text: Arc::new(Zeroizing::new(text.to_vec())),
            origin: origin.into(),
        }
    }

    /// What must never be a secret, for forgeries.
    #[cfg(feature = "testing")]
    pub(crate) fn empty() -> Self {
        Self::unchecked(b"", "no secret")
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.text
    }

    /// An error about this secret that says where it came from.
    pub(crate) fn problem(&self, problem: SecretProblem) -> ConfigError {
        ConfigError::Secret {
            origin: self.origin.to_string(),
            problem,
        }
    }
}

#[cfg(feature = "std")]
fn without_line_break(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.origin)
    }
}

impl TryFrom<&str> for Secret {
    type Error = ConfigError;

    fn try_from(text: &str) -> Result<Self, ConfigError> {
        Self::new(text)
    }
}

impl From<&Self> for Secret {
    fn from(secret: &Self) -> Self {
        secret.clone()
    }
}

impl TryFrom<&String> for Secret {
    type Error = ConfigError;

    fn try_from(text: &String) -> Result<Self, ConfigError> {
        Self::new(text)
    }
}

/// Anything that a constructor takes for a secret: a [`Secret`], or text that becomes one.
pub(crate) fn secret_from<S>(secret: S) -> Result<Secret, ConfigError>
where
    S: TryInto<Secret>,
    ConfigError: From<S::Error>,
{
    secret.try_into().map_err(ConfigError::from)
}

// Keeps the bound above usable for `Secret` itself, whose conversion cannot fail.
const _: fn(Infallible) -> ConfigError = ConfigError::from;

/// One or more labelled secrets, the newest first: a signer signs with the first, a verifier accepts any.
///
/// ```
/// use webhook_verify::{Secret, SecretSet};
/// # fn main() -> Result<(), webhook_verify::ConfigError> {
/// let secrets = SecretSet::new("2026-11", Secret::new("not-a-real-secret-2")?)
///     .and("2026-05", Secret::new("not-a-real-secret-1")?)?;
/// assert_eq!(secrets.labels().collect::<Vec<_>>(), ["2026-11", "2026-05"]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct SecretSet {
    secrets: Vec<Labelled>,
}

/// A secret of a set.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    pub(crate) label: Arc<str>,
    pub(crate) secret: Secret,
    pub(crate) validity: Validity,
}

impl Labelled {
    fn always(label: &str, secret: Secret) -> Self {
        Self {
            label: label.into(),
            secret,
            validity: Validity::ALWAYS,
        }
    }
}

impl SecretSet {
    /// No secret at all, for schemes with public keys only.
    pub(crate) const fn none() -> Self {
        Self {
            secrets: Vec::new(),
        }
    }

    /// A set of one secret.
    #[must_use]
    pub fn new(label: &str, secret: Secret) -> Self {
        Self {
            secrets: alloc::vec![Labelled::always(label, secret)],
        }
    }

    /// The set with an older secret added.
    ///
    /// # Errors
    /// [`ConfigError::SecretLabel`] if the label is in the set already.
    pub fn and(mut self, label: &str, secret: Secret) -> Result<Self, ConfigError> {
        if self.labels().any(|other| other == label) {
            return Err(ConfigError::SecretLabel {
                label: label.to_owned(),
            });
        }
        self.secrets.push(Labelled::always(label, secret));
        Ok(self)
    }

    /// The set with that secret limited in time. A secret outside its validity neither verifies nor signs.
    ///
    /// ```
    /// use webhook_verify::{Secret, SecretSet, UnixTime, Validity};
    /// # fn main() -> Result<(), webhook_verify::ConfigError> {
    /// let secrets = SecretSet::new("2026-11", Secret::new("not-a-real-secret-2")?)
    ///     .and("2026-05", Secret::new("not-a-real-secret-1")?)?
    ///     .validity("2026-05", Validity::ALWAYS.not_after(UnixTime::from_secs(1_796_083_200)))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::UnknownLabel`] if no secret has that label, and [`ConfigError::Validity`] if it ends before it
    /// begins.
    pub fn validity(mut self, label: &str, validity: Validity) -> Result<Self, ConfigError> {
        if validity.is_empty() {
            return Err(ConfigError::Validity {
                label: label.to_owned(),
            });
        }
        match self.secrets.iter_mut().find(|one| &*one.label == label) {
            Some(one) => one.validity = validity,
            None => {
                return Err(ConfigError::UnknownLabel {
                    label: label.to_owned(),
                });
            }
        }
        Ok(self)
    }

    /// The same secrets, each of them valid at any time.
    pub(crate) fn without_validity(mut self) -> Self {
        for one in &mut self.secrets {
            one.validity = Validity::ALWAYS;
        }
        self
    }

    /// The labels, newest first.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(|one| &*one.label)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Labelled> {
        self.secrets.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_cannot_be_made() {
        for text in ["", " ", "\n", " \t\r\n"] {
            assert!(matches!(
                Secret::new(text),
                Err(ConfigError::Secret {
                    problem: SecretProblem::Empty,
                    ..
                })
            ));
            assert!(Secret::verbatim(text).is_err());
        }
    }

    #[test]
    fn white_space_at_an_end_is_refused_and_verbatim_takes_it() {
        for text in ["secret\n", " secret", "secret "] {
            assert!(matches!(
                Secret::new(text),
                Err(ConfigError::Secret {
                    problem: SecretProblem::WhiteSpace,
                    ..
                })
            ));
            assert_eq!(Secret::verbatim(text).unwrap().expose(), text.as_bytes());
        }
    }

    #[test]
    fn a_label_stands_for_one_secret() {
        let secret = || Secret::new("not-a-real-secret").unwrap();
        let set = SecretSet::new("a", secret()).and("a", secret());
        assert_eq!(
            set.unwrap_err(),
            ConfigError::SecretLabel { label: "a".into() }
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let set = SecretSet::new("a", Secret::new("canary-secret").unwrap());
        assert!(!alloc::format!("{set:?}").contains("canary"));
    }

    #[cfg(feature = "std")]
    #[test]
    fn an_unset_variable_is_named_in_the_error() {
        let error = Secret::from_env("WEBHOOK_VERIFY_NO_SUCH_VARIABLE").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment variable WEBHOOK_VERIFY_NO_SUCH_VARIABLE does not exist; \
             set it to the signing secret that the provider shows for this endpoint"
        );
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_file_loses_one_line_break_and_no_more() {
        let path =
            std::env::temp_dir().join(alloc::format!("webhook-verify-{}", std::process::id()));
        std::fs::write(&path, "from-a-file\r\n").unwrap();
        assert_eq!(Secret::from_file(&path).unwrap().expose(), b"from-a-file");
        std::fs::write(&path, "from-a-file\n\n").unwrap();
        assert!(Secret::from_file(&path).is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(Secret::from_file(&path).is_err());
    }
}
