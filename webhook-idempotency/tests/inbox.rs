//! The inbox over a real store, with deliveries that a real verifier let through.
#![allow(clippy::unwrap_used)]

use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use webhook_idempotency::{
    Accepted, Inbox, ListRequest, MemoryStore, Namespace, Provenance, Queue, State, StoreErrorKind,
};
use webhook_verify::{BodyCoverage, Message, StandardWebhooks, UnixTime, Verified};

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";

fn delivery(id: &str, body: &str) -> Verified<Bytes> {
    let signer = StandardWebhooks::signer(SECRET).unwrap();
    let now = UnixTime::from_secs(1_700_000_000);
    let headers = signer.sign(&Message::new(body).id(id).at(now)).unwrap();
    StandardWebhooks::new(SECRET)
        .unwrap()
        .verify_at(&headers, Bytes::from(body.to_owned()), now)
        .unwrap()
}

fn store() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(100))
}

fn inbox(store: &Arc<MemoryStore>) -> Inbox {
    let store: Arc<dyn Queue> = Arc::<MemoryStore>::clone(store);
    Inbox::new(store, "shop-live").unwrap()
}

async fn stored(store: &MemoryStore, namespace: &str) -> Vec<webhook_idempotency::Record> {
    store
        .list(&ListRequest::new(Namespace::queue(namespace).unwrap()))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_delivery_is_stored_once_with_all_that_was_verified() {
    let store = store();
    let inbox = inbox(&store);
    assert_eq!(
        inbox.accept(delivery("msg_1", "{\"a\":1}")).await.unwrap(),
        Accepted::New
    );
    let again = inbox.accept(delivery("msg_1", "{\"a\":1}")).await.unwrap();
    assert!(
        matches!(
            again,
            Accepted::Duplicate {
                same_payload: true,
                ..
            }
        ),
        "{again:?}"
    );

    let records = stored(&store, "inbox").await;
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert!(matches!(record.state, State::Ready { .. }));
    assert_eq!(record.payload.as_ref(), b"{\"a\":1}");
    assert_eq!(record.facts.endpoint, "shop-live");
    assert_eq!(record.facts.provenance, Provenance::Verified);
    assert_eq!(record.facts.coverage.body, BodyCoverage::Whole);
    assert_eq!(
        record.facts.signed_at,
        Some(UnixTime::from_secs(1_700_000_000))
    );
    assert_eq!(record.facts.secret.as_deref(), Some("current"));
    let id = record.facts.id.as_ref().unwrap();
    assert_eq!((id.value.as_str(), id.signed), ("msg_1", true));
}

#[tokio::test]
async fn each_endpoint_and_each_namespace_has_events_of_its_own() {
    let store = store();
    let live = inbox(&store);
    let test = live.endpoint("shop-test").unwrap();
    let bulk = live.clone().in_namespace("bulk").unwrap();
    for inbox in [&live, &test, &bulk] {
        assert_eq!(
            inbox.accept(delivery("msg_1", "{}")).await.unwrap(),
            Accepted::New
        );
    }
    assert_eq!(stored(&store, "inbox").await.len(), 2);
    assert_eq!(stored(&store, "bulk").await.len(), 1);
    assert_eq!(
        (test.endpoint_name(), bulk.namespace().as_str()),
        ("shop-test", "queue:bulk")
    );
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let store = store();
    let inbox = inbox(&store);
    inbox.accept(delivery("msg_2", "{}")).await.unwrap();
    let batch = [
        delivery("msg_1", "{}"),
        delivery("msg_2", "{}"),
        delivery("msg_3", "{}"),
        delivery("msg_1", "{}"),
    ];
    let new: Vec<bool> = inbox
        .accept_all(batch)
        .await
        .unwrap()
        .iter()
        .map(|answer| *answer == Accepted::New)
        .collect();
    assert_eq!(new, [true, false, true, false]);
    assert_eq!(
        inbox
            .accept_all(Vec::<Verified<Bytes>>::new())
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_store_that_refuses_has_accepted_nothing() {
    let store = Arc::new(MemoryStore::new(1));
    let inbox = inbox(&store);
    inbox.accept(delivery("msg_1", "{}")).await.unwrap();
    let error = inbox.accept(delivery("msg_2", "{}")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full);
    assert!(
        inbox.accept(delivery("msg_1", "{}")).await.is_ok(),
        "what is stored is acknowledged all the same"
    );
}

#[test]
fn a_bad_endpoint_name_is_refused_at_start_up() {
    let error = Inbox::new(store(), "Stripe live").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the endpoint name \"Stripe live\" must have 1 to 64 characters out of a-z, 0-9, '-', '_', '.' and '/'"
    );
}

#[tokio::test]
async fn an_id_that_comes_back_with_another_payload_is_kept_as_it_was_and_warned_about() {
    let store = store();
    let inbox = inbox(&store);
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    inbox
        .accept(delivery("msg_1", "{\"amount\":1}"))
        .await
        .unwrap();
    inbox
        .accept(delivery("msg_1", "{\"amount\":1}"))
        .await
        .unwrap();
    assert_eq!(*log.0.lock().unwrap(), [""; 0]);

    let other = inbox
        .accept(delivery("msg_1", "{\"amount\":2}"))
        .await
        .unwrap();
    drop(guard);
    assert!(
        matches!(
            other,
            Accepted::Duplicate {
                same_payload: false,
                ..
            }
        ),
        "{other:?}"
    );
    assert_eq!(
        stored(&store, "inbox").await[0].payload.as_ref(),
        b"{\"amount\":1}"
    );
    let lines = log.0.lock().unwrap();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].contains("id=\"msg_1\"") && lines[0].contains("endpoint=shop-live"),
        "{lines:?}"
    );
    assert!(!lines[0].contains("amount"), "{lines:?}");
}

/// Collects warnings as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!("{}={value:?} ", field.name()));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn two_providers_behind_one_endpoint_do_not_take_each_others_events_for_duplicates() {
    use webhook_verify::Stripe;
    let store = store();
    let inbox = inbox(&store);
    assert_eq!(
        inbox.accept(delivery("evt_1", "{}")).await.unwrap(),
        Accepted::New
    );

    let body = r#"{"id":"evt_1","type":"invoice.paid"}"#;
    let signed = Stripe::signer("whsec_not-a-real-secret")
        .unwrap()
        .sign(&Message::new(body))
        .unwrap();
    let verified = Stripe::new("whsec_not-a-real-secret")
        .unwrap()
        .verify(&signed, body)
        .unwrap();
    assert_eq!(inbox.accept(verified).await.unwrap(), Accepted::New);
    assert_eq!(stored(&store, "inbox").await.len(), 2);
}

#[tokio::test]
async fn one_captured_github_delivery_stays_one_event_whatever_its_unsigned_headers_say() {
    use webhook_verify::GitHub;
    let store = store();
    let inbox = inbox(&store);
    let github = GitHub::new("not-a-real-secret").unwrap();
    let signer = GitHub::signer("not-a-real-secret").unwrap();
    let body = r#"{"ref":"refs/heads/main"}"#;
    for at in 0..20 {
        let (id, event_type) = (format!("delivery-{at}"), format!("push{at}"));
        let signed = signer
            .sign(&Message::new(body).id(&id).event_type(&event_type))
            .unwrap();
        let accepted = inbox
            .accept(github.verify(&signed, body).unwrap())
            .await
            .unwrap();
        assert_eq!(accepted == Accepted::New, at == 0, "{at}: {accepted:?}");
    }
    assert_eq!(stored(&store, "inbox").await.len(), 1);
}

#[tokio::test]
async fn a_delivery_that_nothing_identifies_is_stored_every_time() {
    use webhook_verify::Dropbox;
    let store = store();
    let inbox = inbox(&store);
    let body = r#"{"list_folder":{"accounts":["dbid:1"]}}"#;
    let signed = Dropbox::signer("not-a-real-secret")
        .unwrap()
        .sign(&Message::new(body))
        .unwrap();
    for _ in 0..3 {
        let verified = Dropbox::new("not-a-real-secret")
            .unwrap()
            .verify(&signed, body)
            .unwrap();
        assert_eq!(inbox.accept(verified).await.unwrap(), Accepted::New);
    }
    assert_eq!(stored(&store, "inbox").await.len(), 3);
}
