use std::sync::atomic::Ordering;

use super::servers::{Scripted, Server};
use super::*;

/// A name that only scripted resolvers know, on the port of that server.
fn named(server: &Server) -> String {
    format!("https://hooks.example.com:{}/", server.address.port())
}

#[tokio::test]
async fn a_name_with_one_refused_address_gets_no_packet_at_all() {
    let server = Server::answering(OK).await;
    let guarded = EgressPolicy::guarded();
    // Under this policy 127.0.0.1 alone would be dialled. All addresses are this host's, so that a guard that is broken
    // shows as a connection here and nowhere else.
    let loopback = EgressPolicy::danger_allow_loopback();
    for (policy, answer) in [
        (guarded, &["127.0.0.1"][..]),
        (guarded, &["::1"]),
        (guarded, &["::ffff:127.0.0.1"]),
        (guarded, &["0.0.0.0"]),
        (loopback, &["127.0.0.1", "0.0.0.0"]),
        (loopback, &["0.0.0.0", "127.0.0.1"]),
        (loopback, &["127.0.0.1", "::1", "::ffff:127.0.0.1"]),
    ] {
        let resolver = Scripted::new(&[answer]);
        let client = Client::with_resolver(policy, Arc::clone(&resolver)).unwrap();
        assert_eq!(
            class_of(&client, &named(&server), LONG).await,
            FailureClass::Refused,
            "{answer:?}"
        );
        assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_guarded_client_refuses_a_url_that_was_read_under_another_policy() {
    let server = Server::answering(OK).await;
    let client = Client::new(EgressPolicy::guarded()).unwrap();
    let port = server.address.port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
    ] {
        assert_eq!(
            class_of(&client, &url, LONG).await,
            FailureClass::Refused,
            "{url}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_connector_judges_literals_without_help_from_the_url() {
    use tower_service::Service as _;
    let server = Server::answering(OK).await;
    let port = server.address.port();
    let resolver = Scripted::new(&[&["127.0.0.1"]]);
    let mut connector = Connector::new(EgressPolicy::guarded(), resolver, guarded_tls().unwrap());
    for uri in [
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://localhost:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://hooks.example.com:{port}/"),
    ] {
        let error = connector
            .call(uri.parse().unwrap())
            .await
            .map(|_| ())
            .unwrap_err();
        assert!(
            matches!(error, crate::egress::ConnectError::Refused(_)),
            "{uri}: {error:?}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_resolver_that_fails_or_finds_nothing_fails_the_delivery() {
    let server = Server::answering(OK).await;
    for resolver in [Scripted::failing(), Scripted::new(&[&[]])] {
        let client = Client::with_resolver(EgressPolicy::guarded(), Arc::clone(&resolver)).unwrap();
        assert_eq!(
            class_of(&client, &named(&server), LONG).await,
            FailureClass::Unreachable
        );
        assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn localhost_is_not_a_question_for_the_resolver() {
    let server = Server::answering(OK).await;
    let resolver = Scripted::failing();
    let client =
        Client::with_resolver(EgressPolicy::danger_allow_loopback(), Arc::clone(&resolver))
            .unwrap();
    let url = format!("http://localhost:{}/", server.address.port());
    assert_eq!(
        post(&client, &url, LONG).await.unwrap().status.as_u16(),
        200
    );
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 0);
}
