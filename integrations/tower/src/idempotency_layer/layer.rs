use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use tower_layer::Layer;
use webhook_idempotency::Guard;

use super::service::{Idempotency, Mode, Settings};

/// Runs a handler once for each delivery or request, however often it comes.
///
/// A repetition is answered with what the handler said the first time and a header `idempotency-replayed: true`; one that
/// comes while the handler still runs is refused with a status on which its peer tries again. See
/// [`Guard`] for what is stored, and for what happens when a handler fails, panics, or loses its client.
///
/// The inner service gets the body as `Full<Bytes>`. Its response is read up to 64 KiB before it is passed on, and what
/// completes a request is stored before its peer is answered; a longer response is passed on as it comes.
///
/// Behind a [`VerifyLayer`](crate::VerifyLayer), for deliveries:
///
/// ```
/// use std::sync::Arc;
/// use axum::{Router, routing::post};
/// use webhook_tower::idempotency::{Guard, MemoryStore};
/// use webhook_tower::{IdempotencyLayer, VerifyLayer, verify::{GitHub, Verified}};
///
/// async fn hook(verified: axum::Extension<Verified>) -> String {
///     format!("{} bytes, counted once", verified.body().len())
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guard = Guard::new(Arc::new(MemoryStore::new(10_000)), "github")?;
/// let github = GitHub::new("not-a-real-secret")?;
/// let app: Router = Router::new()
///     .route("/github", post(hook))
///     .layer(IdempotencyLayer::new(guard))
///     // The last layer is the first to see a request.
///     .layer(VerifyLayer::new(github));
/// # Ok(()) }
/// ```
///
/// For clients of an API who send an `Idempotency-Key`:
///
/// ```
/// use std::sync::Arc;
/// use axum::{Router, routing::post};
/// use webhook_tower::IdempotencyLayer;
/// use webhook_tower::idempotency::{Guard, MemoryStore};
///
/// /// Who the client is, as the authentication in front of this found out.
/// #[derive(Clone)]
/// struct Client(String);
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guard = Guard::new(Arc::new(MemoryStore::new(10_000)), "api")?;
/// let layer = IdempotencyLayer::for_clients(guard, |head| {
///     head.extensions.get::<Client>().map(|client| client.0.clone())
/// });
/// let app: Router = Router::new()
///     .route("/orders", post(|| async { "ordered, once" }))
///     .layer(layer);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct IdempotencyLayer {
    guard: Guard,
    settings: Settings,
}

impl IdempotencyLayer {
    /// Behind a verification: a delivery is known by its verified identity. A request that nothing verified is answered
    /// with 500, since the program is wrong then.
    #[must_use]
    pub const fn new(guard: Guard) -> Self {
        Self {
            guard,
            settings: Settings {
                mode: Mode::Deliveries,
                body_limit: usize::MAX,
                body_deadline: Duration::from_secs(10),
            },
        }
    }

    /// For clients of an API: a POST or PATCH is known by its `Idempotency-Key`, and must have one. Other methods pass.
    ///
    /// `client` says who the client is, from what an authentication in front of this left in the request. Keys of
    /// different clients are different requests; without that, one client could read what another one was answered.
    /// Whom it does not know is answered with 401.
    ///
    /// A key that comes again with another method, path, query or body is answered with 422.
    #[must_use]
    pub fn for_clients(
        guard: Guard,
        client: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            guard,
            settings: Settings {
                mode: Mode::Clients {
                    client: Arc::new(client),
                    required: true,
                },
                body_limit: 1024 * 1024,
                body_deadline: Duration::from_secs(10),
            },
        }
    }

    /// Lets clients choose: a POST or PATCH without a key passes, and runs as often as it comes. Changes nothing for
    /// deliveries.
    #[must_use]
    pub fn key_is_optional(mut self) -> Self {
        if let Mode::Clients { required, .. } = &mut self.settings.mode {
            *required = false;
        }
        self
    }

    /// The longest body of a client's request in bytes; 1 MiB unless given. Deliveries were limited when they were
    /// verified.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.settings.body_limit = bytes;
        self
    }

    /// How long the body of a client's request may take to arrive; ten seconds unless given.
    #[must_use]
    pub const fn body_deadline(mut self, deadline: Duration) -> Self {
        self.settings.body_deadline = deadline;
        self
    }
}

impl<S> Layer<S> for IdempotencyLayer {
    type Service = Idempotency<S>;

    fn layer(&self, inner: S) -> Idempotency<S> {
        Idempotency::new(inner, self.guard.clone(), self.settings.clone())
    }
}

impl fmt::Debug for IdempotencyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyLayer")
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}
