use std::sync::atomic::Ordering;

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use super::servers::{Scripted, Server, read_request};
use super::*;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Serves HTTPS under a certificate for `name`, valid until `year`.
    async fn serving(&self, name: &str, year: i32) -> Server {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Server::start(move |stream, log| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                while let Some(request) = read_request(&mut stream).await {
                    log.lock().unwrap().push(request);
                    stream.write_all(OK.as_bytes()).await.unwrap();
                }
            }
        })
        .await
    }

    /// The guarded TLS settings, with this authority in place of the public ones.
    fn trusted(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    }
}

fn client(resolver: &Arc<Scripted>, tls: ClientConfig) -> Client {
    Client::with_tls(
        EgressPolicy::danger_allow_loopback(),
        Arc::clone(resolver),
        tls,
    )
}

#[tokio::test]
async fn the_answer_of_the_one_lookup_is_what_is_dialled() {
    let authority = Authority::new();
    let server = authority.serving("hooks.example.com", 2100).await;
    // The second answer would be refused, so a second lookup would show.
    let resolver = Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let client = client(&resolver, authority.trusted());
    let url = format!("https://hooks.example.com:{}/", server.address.port());
    assert_eq!(
        post(&client, &url, LONG).await.unwrap().status.as_u16(),
        200
    );
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    let host = format!("host: hooks.example.com:{}\r\n", server.address.port());
    assert!(
        server.requests()[0].contains(&host),
        "{:?}",
        server.requests()
    );
}

#[tokio::test]
async fn a_name_that_moved_to_a_refused_address_is_refused_at_the_next_connection() {
    let authority = Authority::new();
    let server = authority.serving("hooks.example.com", 2100).await;
    let resolver = Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let url = format!("https://hooks.example.com:{}/", server.address.port());
    assert!(
        post(&client(&resolver, authority.trusted()), &url, LONG)
            .await
            .is_ok()
    );
    let second = client(&resolver, authority.trusted());
    assert_eq!(class_of(&second, &url, LONG).await, FailureClass::Refused);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_certificate_that_is_unknown_expired_or_of_another_name_fails_as_tls() {
    let authority = Authority::new();
    let unknown = authority.serving("hooks.example.com", 2100).await;
    let expired = authority.serving("hooks.example.com", 2021).await;
    let other = authority.serving("other.example.com", 2100).await;
    for (server, tls) in [
        (&unknown, guarded_tls().unwrap()),
        (&unknown, Authority::new().trusted()),
        (&expired, authority.trusted()),
        (&other, authority.trusted()),
    ] {
        let resolver = Scripted::new(&[&["127.0.0.1"]]);
        let url = format!("https://hooks.example.com:{}/", server.address.port());
        assert_eq!(
            class_of(&client(&resolver, tls), &url, LONG).await,
            FailureClass::Tls
        );
        assert_eq!(
            (
                server.requests().len(),
                resolver.asked.load(Ordering::SeqCst)
            ),
            (0, 1)
        );
    }
}

#[tokio::test]
async fn plain_http_behind_an_https_url_fails_as_tls() {
    let server = Server::start(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        read_request(&mut stream).await;
    })
    .await;
    let url = format!("https://127.0.0.1:{}/", server.address.port());
    assert_eq!(class_of(&local(), &url, LONG).await, FailureClass::Tls);
}

#[tokio::test]
async fn no_process_wide_tls_provider_is_installed() {
    drop(local());
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}
