//! A verifier per request, for receivers of many tenants.

mod route;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use webhook_verify::{Tenant, TenantCache, Untrusted, Verifier};

use self::route::Route;
use crate::rejection::Reason;

/// A lookup that has not answered by then is slow enough for the sender to give up; better to say so ourselves.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(5);
/// Verifiers that are kept unless a cache is given.
const CAPACITY: usize = 10_000;

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Resolved = Result<Option<Verifier>, Box<dyn Error + Send + Sync>>;

/// Finds the verifier of a tenant. [`Tenants`] asks it, and remembers its answers.
pub trait TenantResolver: Send + Sync + 'static {
    /// Which tenant a request says it is for: a route parameter, or a header. Nothing of it is verified yet; it only picks
    /// the secrets that the request must then have been signed with. `None` refuses the request.
    fn tenant(&self, request: &Untrusted<'_>) -> Option<String>;

    /// The verifier of that tenant, or `None` if there is no such tenant. The verifier's tenant becomes part of the key of
    /// every event; it is the name that was asked for, unless the verifier's builder named another.
    ///
    /// # Errors
    /// Any, if the tenant could not be looked up. The sender is then answered 503, and comes back.
    fn resolve(&self, tenant: &str) -> impl Future<Output = Resolved> + Send;
}

/// The resolver with a boxed future: beside a database that costs nothing.
trait Erased: Send + Sync {
    fn tenant(&self, request: &Untrusted<'_>) -> Option<String>;
    fn resolve<'a>(&'a self, tenant: &'a str) -> Answer<'a, Resolved>;
}

impl<R: TenantResolver> Erased for R {
    fn tenant(&self, request: &Untrusted<'_>) -> Option<String> {
        TenantResolver::tenant(self, request)
    }

    fn resolve<'a>(&'a self, tenant: &'a str) -> Answer<'a, Resolved> {
        Box::pin(TenantResolver::resolve(self, tenant))
    }
}

/// The verifiers of many tenants, looked up when they are needed and kept for a while.
///
/// | what happened | status |
/// |---|---|
/// | the resolver failed, or took longer than its deadline | 503 with `Retry-After` |
/// | there is no such tenant, or the request names none | 401, as for any other refusal |
///
/// Clones share one cache: keep one to call [`Tenants::invalidate`].
///
/// ```
/// use std::error::Error;
/// use webhook_door::{TenantResolver, Tenants};
/// use webhook_verify::{GitHub, Untrusted, Verifier};
///
/// struct Accounts { /* a pool */ }
///
/// impl TenantResolver for Accounts {
///     fn tenant(&self, request: &Untrusted<'_>) -> Option<String> {
///         request.param("account").map(str::to_owned)
///     }
///
///     async fn resolve(&self, tenant: &str) -> Result<Option<Verifier>, Box<dyn Error + Send + Sync>> {
///         // SELECT secret FROM accounts WHERE name = ..
///         match tenant {
///             "acme" => Ok(Some(GitHub::new("not-a-real-secret")?.into())),
///             _ => Ok(None),
///         }
///     }
/// }
///
/// // Give a clone of it to the door.
/// let tenants = Tenants::new(Accounts {}).route("/hooks/{account}");
/// // When acme changes its secrets:
/// tenants.invalidate("acme");
/// ```
#[derive(Clone)]
pub struct Tenants {
    resolver: Arc<dyn Erased>,
    cache: Arc<TenantCache>,
    route: Arc<Route>,
    deadline: Duration,
}

impl Tenants {
    /// The tenants that this resolver finds, of which ten thousand are kept.
    #[must_use]
    pub fn new(resolver: impl TenantResolver) -> Self {
        Self {
            resolver: Arc::new(resolver),
            cache: Arc::new(TenantCache::new(CAPACITY)),
            route: Arc::new(Route::default()),
            deadline: LOOKUP_DEADLINE,
        }
    }

    /// Keeps verifiers in that cache, for another capacity or other times.
    #[must_use]
    pub fn cache(mut self, cache: TenantCache) -> Self {
        self.cache = Arc::new(cache);
        self
    }

    /// Where the route parameters of [`Untrusted::param`] stand in the path: `/hooks/{account}`, which matches paths of as
    /// many segments. The path is the one that the service sees; routers that nest may have cut off its front. Without a
    /// route there are no parameters.
    #[must_use]
    pub fn route(mut self, template: &str) -> Self {
        self.route = Arc::new(Route::new(template));
        self
    }

    /// How long a lookup may take. Five seconds unless given; keep it below the time that the provider waits.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Forgets what is known of that tenant, after its secrets changed or it came or went.
    pub fn invalidate(&self, tenant: &str) {
        self.cache.invalidate(tenant);
    }

    /// Forgets what is known of all tenants.
    pub fn invalidate_all(&self) {
        self.cache.invalidate_all();
    }

    /// The verifier of a request, at once if it is known.
    pub(crate) fn find<K, V>(
        &self,
        target: &str,
        headers: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Found, Reason>
    where
        K: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let params = self.route.params(path);
        let headers: Vec<(K, V)> = headers.into_iter().collect();
        let headers = headers.iter().map(|(name, value)| (name.as_ref(), value));
        let request = Untrusted::new(path, headers)
            .with_params(params.iter().map(|(name, value)| (*name, &**value)));
        let tenant = self
            .resolver
            .tenant(&request)
            .ok_or(Reason::UnknownTenant)?;
        let started = match self.cache.get(&tenant) {
            Tenant::Known(verifier) => return Ok(Found::Now(verifier)),
            Tenant::Missing(started) => started,
            _ => return Err(Reason::UnknownTenant),
        };
        let (resolver, cache) = (Arc::clone(&self.resolver), Arc::clone(&self.cache));
        Ok(Found::Later(Box::pin(async move {
            match resolver.resolve(&tenant).await {
                Ok(found) => cache
                    .put(&tenant, started, found)
                    .ok_or(Reason::UnknownTenant),
                Err(error) => Err(Reason::Tenant(error.into())),
            }
        })))
    }

    pub(crate) const fn time(&self) -> Duration {
        self.deadline
    }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("cache", &self.cache)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// A verifier, or the wait for one.
pub(crate) enum Found {
    Now(Verifier),
    Later(Answer<'static, Result<Verifier, Reason>>),
}
