use std::fmt;
use std::time::Duration;

use tower_layer::Layer;
use webhook_door::{Intake, Tenants, Verifiers};
use webhook_verify::{LiveVerifier, Provider};

use super::service::Verify;

/// Puts a verification in front of a service.
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use webhook_tower::{VerifyLayer, verify::{GitHub, Verified}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let handler = service_fn(|request: Request<Full<Bytes>>| async move {
///     let verified = request.extensions().get::<Verified>().expect("the layer is in front");
///     assert_eq!(verified.body(), b"Hello, World!");
///     Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
/// });
/// let service = ServiceBuilder::new()
///     .layer(VerifyLayer::new(GitHub::new("It's a Secret to Everybody")?))
///     .service(handler);
///
/// let request = Request::post("/")
///     .header(
///         "x-hub-signature-256",
///         "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
///     )
///     .body(Full::new(Bytes::from("Hello, World!")))?;
/// assert_eq!(service.clone().oneshot(request).await?.status(), 200);
///
/// let unsigned = Request::post("/").body(Full::new(Bytes::from("Hello, World!")))?;
/// assert_eq!(service.oneshot(unsigned).await?.status(), 401);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct VerifyLayer {
    verifiers: Verifiers,
    intake: Intake,
}

impl VerifyLayer {
    /// A layer that lets in what this provider's verifier accepts.
    #[must_use]
    pub fn new(provider: impl Provider) -> Self {
        Self::of(Verifiers::fixed(&provider))
    }

    /// A layer that lets in what the current verifier accepts, for secrets that are swapped while requests run.
    #[must_use]
    pub fn live<P: Provider>(live: LiveVerifier<P>) -> Self {
        Self::of(Verifiers::live(live))
    }

    /// A layer that lets in what the verifier of the request's tenant accepts.
    #[must_use]
    pub fn tenants(tenants: Tenants) -> Self {
        Self::of(Verifiers::tenants(tenants))
    }

    fn of(verifiers: Verifiers) -> Self {
        Self {
            verifiers,
            intake: Intake::new(),
        }
    }

    /// Which requests are taken, and in what time; the default [`Intake`] unless given.
    ///
    /// How long the inner service takes is its own business: cutting it off could leave its effects half done.
    #[must_use]
    pub fn intake(mut self, intake: Intake) -> Self {
        self.intake = intake;
        self
    }

    /// How long the body may take to arrive; see [`Intake::body_deadline`].
    #[must_use]
    pub fn body_deadline(mut self, deadline: Duration) -> Self {
        self.intake = self.intake.body_deadline(deadline);
        self
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify::new(inner, self.verifiers.clone(), self.intake.clone())
    }
}

impl fmt::Debug for VerifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("verifiers", &self.verifiers)
            .finish_non_exhaustive()
    }
}
