//! The providers: a row each, and a type each, so that a proof of one cannot enter a handler of another.

mod github;
mod standard_webhooks;
mod stripe;

pub use github::GitHub;
pub use standard_webhooks::StandardWebhooks;
pub use stripe::Stripe;

use crate::verifier::Verifier;

/// A verifier whose provider is part of its type.
///
/// Implement it for a type of yours that wraps a [`Verifier`] to use a custom provider with typed extractors.
pub trait Provider: Clone + Send + Sync + 'static {
    /// The verifier inside.
    fn verifier(&self) -> &Verifier;
}

impl Provider for Verifier {
    fn verifier(&self) -> &Verifier {
        self
    }
}

macro_rules! provider {
    ($(#[$doc:meta])* $name:ident = $scheme:expr;) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(crate::verifier::Verifier);

        impl $name {
            /// The row of this provider.
            pub const SCHEME: crate::scheme::Scheme = $scheme;

            /// A verifier with one signing secret.
            ///
            /// # Errors
            /// [`ConfigError::Secret`](crate::ConfigError::Secret) if the secret is empty or not of this provider's
            /// form.
            pub fn new<S>(secret: S) -> Result<Self, crate::ConfigError>
            where
                S: TryInto<crate::Secret>,
                crate::ConfigError: From<S::Error>,
            {
                Self::builder().secret("current", secret).build()
            }

            /// A verifier with the signing secret in an environment variable.
            ///
            /// # Errors
            /// As `new`; the error names the variable.
            #[cfg(feature = "std")]
            pub fn from_env(variable: &str) -> Result<Self, crate::ConfigError> {
                Self::new(crate::Secret::from_env(variable)?)
            }

            /// Starts a verifier with several secrets or another policy.
            pub fn builder() -> crate::VerifierBuilder<Self> {
                crate::VerifierBuilder::new(Self::SCHEME, Self)
            }

            /// The sender's half, with one signing secret.
            ///
            /// # Errors
            /// As `new`.
            pub fn signer<S>(secret: S) -> Result<crate::Signer, crate::ConfigError>
            where
                S: TryInto<crate::Secret>,
                crate::ConfigError: From<S::Error>,
            {
                crate::Signer::new(Self::SCHEME, secret)
            }

            /// Checks a whole request; see [`Verifier::verify`](crate::Verifier::verify).
            ///
            /// # Errors
            /// [`VerifyError`](crate::VerifyError) if the request is refused.
            pub fn verify<K, V, B>(
                &self,
                headers: impl IntoIterator<Item = (K, V)>,
                body: B,
            ) -> Result<crate::Verified<B>, crate::VerifyError>
            where
                K: AsRef<str>,
                V: AsRef<[u8]>,
                B: crate::Body,
            {
                self.0.verify(headers, body)
            }

            /// Checks a whole request received at a known time; see
            /// [`Verifier::verify_at`](crate::Verifier::verify_at).
            ///
            /// # Errors
            /// [`VerifyError`](crate::VerifyError) if the request is refused.
            pub fn verify_at<K, V, B>(
                &self,
                headers: impl IntoIterator<Item = (K, V)>,
                body: B,
                received_at: crate::UnixTime,
            ) -> Result<crate::Verified<B>, crate::VerifyError>
            where
                K: AsRef<str>,
                V: AsRef<[u8]>,
                B: crate::Body,
            {
                self.0.verify_at(headers, body, received_at)
            }

            /// Judges the headers of a request whose body is still to come; see
            /// [`Verifier::begin`](crate::Verifier::begin).
            ///
            /// # Errors
            /// [`VerifyError`](crate::VerifyError) if the request can be refused without its body.
            pub fn begin<K, V>(
                &self,
                headers: impl IntoIterator<Item = (K, V)>,
            ) -> Result<crate::Verification, crate::VerifyError>
            where
                K: AsRef<str>,
                V: AsRef<[u8]>,
            {
                self.0.begin(headers)
            }
        }

        impl crate::Provider for $name {
            fn verifier(&self) -> &crate::Verifier {
                &self.0
            }
        }

        impl From<$name> for crate::Verifier {
            fn from(provider: $name) -> Self {
                provider.0
            }
        }
    };
}
pub(crate) use provider;
