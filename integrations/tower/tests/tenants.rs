//! Many tenants behind one route, and secrets that are swapped while requests run.
#![allow(clippy::unwrap_used, clippy::unwrap_in_result)]

mod common;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use common::{BODY, Watched};
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use webhook_tower::verify::{
    LiveVerifier, Message, StandardWebhooks, TenantCache, Untrusted, Verified, Verifier,
};
use webhook_tower::{Reason, Rejection, TenantResolver, Tenants, VerifyLayer};

const ACME: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
const SHOP: &str = "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgdGVzdHM=";

/// Tenants in memory, with a count of lookups. The tenants `down` and `slow` are troubled.
#[derive(Clone, Default)]
struct Accounts {
    secrets: Arc<Mutex<BTreeMap<String, &'static str>>>,
    lookups: Arc<AtomicUsize>,
}

impl Accounts {
    fn new() -> Self {
        let accounts = Self::default();
        accounts.set("acme", ACME);
        accounts.set("shop", SHOP);
        accounts
    }

    fn set(&self, tenant: &str, secret: &'static str) {
        self.secrets.lock().unwrap().insert(tenant.into(), secret);
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

impl TenantResolver for Accounts {
    fn tenant(&self, request: &Untrusted<'_>) -> Option<String> {
        let header = request
            .header("x-account")
            .and_then(|value| std::str::from_utf8(value).ok());
        request.param("account").or(header).map(str::to_owned)
    }

    async fn resolve(
        &self,
        tenant: &str,
    ) -> Result<Option<Verifier>, Box<dyn Error + Send + Sync>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        match tenant {
            "down" => return Err("the database is down".into()),
            "slow" => std::future::pending().await,
            _ => {}
        }
        let secret = self.secrets.lock().unwrap().get(tenant).copied();
        Ok(match secret {
            Some(secret) => Some(StandardWebhooks::new(secret)?.into()),
            None => None,
        })
    }
}

fn tenants(accounts: &Accounts) -> Tenants {
    Tenants::new(accounts.clone()).route("/hooks/{account}")
}

fn signed<B>(path: &str, secret: &str, id: &str, body: B) -> Request<B> {
    let headers = StandardWebhooks::signer(secret)
        .unwrap()
        .sign(&Message::new(BODY).id(id))
        .unwrap();
    let mut request = Request::post(path);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    request.body(body).unwrap()
}

fn good(path: &str, secret: &str) -> Request<Full<Bytes>> {
    signed(path, secret, "msg_1", Full::from(BODY))
}

/// A handler that answers with the tenant that was verified.
fn door<B>(
    layer: VerifyLayer,
) -> impl Service<
    Request<B>,
    Response = Response<Full<Bytes>>,
    Error = Infallible,
    Future: Future<Output = Result<Response<Full<Bytes>>, Infallible>>,
> + Clone
where
    B: Body,
    B::Error: std::fmt::Display,
{
    let handler = service_fn(|request: Request<Full<Bytes>>| async move {
        let verified = request.extensions().get::<Verified>().unwrap();
        let tenant = verified.tenant().unwrap_or_default().to_owned();
        Ok::<_, Infallible>(Response::new(Full::from(tenant)))
    });
    ServiceBuilder::new().layer(layer).service(handler)
}

async fn answer<B>(layer: &VerifyLayer, request: Request<B>) -> (StatusCode, String)
where
    B: Body,
    B::Error: std::fmt::Display,
{
    let response = door(layer.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

const UNAUTHORIZED: (StatusCode, String) = (StatusCode::UNAUTHORIZED, String::new());

fn ok(tenant: &str) -> (StatusCode, String) {
    (StatusCode::OK, tenant.to_owned())
}

#[tokio::test]
async fn each_tenant_is_verified_by_its_own_secret_and_no_other() {
    let accounts = Accounts::new();
    let layer = VerifyLayer::tenants(tenants(&accounts));
    for _ in 0..2 {
        assert_eq!(answer(&layer, good("/hooks/acme", ACME)).await, ok("acme"));
        assert_eq!(answer(&layer, good("/hooks/shop", SHOP)).await, ok("shop"));
        assert_eq!(
            answer(&layer, good("/hooks/shop", ACME)).await,
            UNAUTHORIZED
        );
        assert_eq!(
            answer(&layer, good("/hooks/acme", SHOP)).await,
            UNAUTHORIZED
        );
    }
    assert_eq!(accounts.lookups(), 2);

    let mut by_header = good("/elsewhere", SHOP);
    by_header
        .headers_mut()
        .insert("x-account", "shop".parse().unwrap());
    assert_eq!(answer(&layer, by_header).await, ok("shop"));
    assert_eq!(answer(&layer, good("/elsewhere", SHOP)).await, UNAUTHORIZED);
}

#[tokio::test]
async fn an_unknown_tenant_gets_the_answer_of_a_wrong_signature_and_nothing_of_its_body_is_read() {
    let accounts = Accounts::new();
    let layer = VerifyLayer::tenants(tenants(&accounts));
    let refused = |request| door(layer.clone()).oneshot(request);
    let wrong = refused(good("/hooks/acme", SHOP)).await.unwrap();
    for known_by_now in [false, true] {
        let unknown = refused(good("/hooks/evil", ACME)).await.unwrap();
        assert_eq!(unknown.status(), wrong.status());
        assert_eq!(unknown.headers(), wrong.headers());
        assert_eq!(unknown.version(), wrong.version());
        let rejection = unknown.extensions().get::<Rejection>().unwrap();
        assert!(matches!(rejection.reason(), Reason::UnknownTenant));
        let body = unknown.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "");
        assert_eq!(accounts.lookups(), 2, "{known_by_now}");
    }

    let body = Watched::new(&[BODY]);
    let polls = body.polls.clone();
    let request = signed("/hooks/evil2", ACME, "msg_1", body);
    assert_eq!(answer(&layer, request).await, UNAUTHORIZED);
    assert_eq!(polls.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_fails_or_hangs_is_503_and_the_sender_is_asked_to_come_back() {
    let accounts = Accounts::new();
    let layer = VerifyLayer::tenants(tenants(&accounts).deadline(Duration::from_secs(2)));
    for tenant in ["down", "slow"] {
        let path = format!("/hooks/{tenant}");
        let response = door(layer.clone())
            .oneshot(good(&path, ACME))
            .await
            .unwrap();
        assert_eq!(
            response.status(),
            StatusCode::SERVICE_UNAVAILABLE,
            "{tenant}"
        );
        assert_eq!(response.headers()["retry-after"], "5");
        assert!(
            response
                .into_body()
                .collect()
                .await
                .unwrap()
                .to_bytes()
                .is_empty()
        );
    }
    // It is kept nowhere.
    assert_eq!(answer(&layer, good("/hooks/down", ACME)).await.0, 503);
    assert_eq!(accounts.lookups(), 3);
}

#[tokio::test]
async fn a_changed_secret_counts_from_the_next_request_once_its_tenant_is_invalidated() {
    let accounts = Accounts::new();
    let tenants = tenants(&accounts);
    let layer = VerifyLayer::tenants(tenants.clone());
    assert_eq!(answer(&layer, good("/hooks/acme", ACME)).await, ok("acme"));
    accounts.set("acme", SHOP);
    assert_eq!(answer(&layer, good("/hooks/acme", ACME)).await, ok("acme"));
    tenants.invalidate("acme");
    assert_eq!(
        answer(&layer, good("/hooks/acme", ACME)).await,
        UNAUTHORIZED
    );
    assert_eq!(answer(&layer, good("/hooks/acme", SHOP)).await, ok("acme"));
}

#[tokio::test]
async fn tenants_that_a_full_cache_let_go_are_looked_up_again() {
    let accounts = Accounts::new();
    let layer = VerifyLayer::tenants(tenants(&accounts).cache(TenantCache::new(2)));
    for tenant in ["a", "b", "c", "a"] {
        accounts.set(tenant, ACME);
        let path = format!("/hooks/{tenant}");
        assert_eq!(answer(&layer, good(&path, ACME)).await, ok(tenant));
    }
    assert_eq!(accounts.lookups(), 4, "c pushed a out");
}

#[tokio::test]
async fn the_head_of_a_tenants_request_is_judged_before_its_body_is_read_also_after_a_lookup() {
    let accounts = Accounts::new();
    let layer = VerifyLayer::tenants(tenants(&accounts));
    let body = Watched::new(&[BODY]);
    let polls = body.polls.clone();
    let mut request = signed("/hooks/acme", ACME, "msg_1", body);
    request.headers_mut().remove("webhook-signature");
    assert_eq!(answer(&layer, request).await, UNAUTHORIZED);
    assert_eq!((accounts.lookups(), polls.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_lookup_takes_nothing_off_the_time_that_the_body_has() {
    #[derive(Clone)]
    struct Slow;
    impl TenantResolver for Slow {
        fn tenant(&self, _: &Untrusted<'_>) -> Option<String> {
            Some("acme".into())
        }
        async fn resolve(&self, _: &str) -> Result<Option<Verifier>, Box<dyn Error + Send + Sync>> {
            tokio::time::sleep(Duration::from_secs(3)).await;
            Ok(Some(StandardWebhooks::new(ACME)?.into()))
        }
    }
    let layer = VerifyLayer::tenants(Tenants::new(Slow)).body_deadline(Duration::from_secs(1));
    assert_eq!(answer(&layer, good("/", ACME)).await, ok("acme"));
}

#[tokio::test]
async fn swapped_secrets_count_from_the_next_request() {
    let live = LiveVerifier::new(StandardWebhooks::new(ACME).unwrap());
    let layer = VerifyLayer::live(live.clone());
    assert_eq!(answer(&layer, good("/", ACME)).await, ok(""));
    live.swap(StandardWebhooks::new(SHOP).unwrap());
    assert_eq!(answer(&layer, good("/", ACME)).await, UNAUTHORIZED);
    assert_eq!(answer(&layer, good("/", SHOP)).await, ok(""));
}

#[cfg(feature = "inbox")]
#[tokio::test]
async fn an_id_that_one_tenant_signs_is_still_new_to_another() {
    use webhook_tower::Receive;
    use webhook_tower::idempotency::{Accepted, Inbox, MemoryStore};

    let inbox = Inbox::new(Arc::new(MemoryStore::new(100)), "hooks").unwrap();
    let receive = Receive::tenants(tenants(&Accounts::new()), inbox);
    let accept = async |path: &str, secret: &str| {
        let request = signed(path, secret, "msg_of_shop", Full::<Bytes>::from(BODY));
        let response = receive.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        matches!(response.extensions().get(), Some(Accepted::New))
    };
    assert!(accept("/hooks/acme", ACME).await);
    assert!(accept("/hooks/shop", SHOP).await, "acme cannot suppress it");
    assert!(!accept("/hooks/shop", SHOP).await);
    assert!(!accept("/hooks/acme", ACME).await);
}
