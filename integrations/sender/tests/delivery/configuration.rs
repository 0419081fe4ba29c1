use std::error::Error;
use std::time::Duration;

use webhook_sender::{Client, ConfigError, EgressPolicy, Endpoint, EndpointUrl, Sender};

use super::support::{SECRET, World, signer};

fn endpoint() -> Endpoint {
    let url = "https://hooks.example.com/services/fake-credential";
    Endpoint::new(
        EndpointUrl::parse(url, &EgressPolicy::guarded()).unwrap(),
        signer(),
    )
}

fn text(error: &dyn Error) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

#[tokio::test]
async fn what_cannot_work_is_refused_when_the_sender_is_built() {
    let world = World::new().await;
    let seconds = Duration::from_secs;
    let builder = || Sender::builder(world.store.clone()).endpoint("shop", endpoint());
    let loopback = EndpointUrl::parse(
        "http://127.0.0.1:8080/",
        &EgressPolicy::danger_allow_loopback(),
    )
    .unwrap();
    for (sender, expected) in [
        (
            builder().lease(seconds(15)),
            "the lease must be at least 1 second longer than the timeout of every endpoint",
        ),
        (
            builder().endpoint("slow", endpoint().timeout(seconds(30))),
            "the lease must be at least 1 second longer than the timeout of every endpoint",
        ),
        (
            builder().endpoint("never", endpoint().timeout(Duration::ZERO)),
            "the timeout of an endpoint must be from 1 millisecond to 1 hour",
        ),
        (
            builder().brief_attempts(0),
            "the brief attempts must be at least 1",
        ),
        (
            builder().concurrency(0),
            "the concurrency must be from 1 to 10,000 events",
        ),
        (
            builder().endpoint("shop", endpoint()),
            "two endpoints are called \"shop\"; give each a name of its own",
        ),
        (
            builder().endpoint("A Shop", endpoint()),
            "the endpoint name \"A Shop\" must have 1 to 64 characters out of a-z, 0-9, '-', '_', '.' and '/'",
        ),
        (
            builder().endpoint("demo", Endpoint::new(loopback, signer())),
            "the egress policy refuses the URL of the endpoint \"demo\": the scheme is not https; use https",
        ),
    ] {
        assert_eq!(text(&sender.build().unwrap_err()), expected);
    }
    assert!(builder().lease(seconds(16)).build().is_ok());
}

#[tokio::test]
async fn nothing_prints_a_secret_or_the_path_of_a_url() {
    let world = World::new().await;
    let client = Client::new(EgressPolicy::guarded()).unwrap();
    let builder = Sender::builder(world.store)
        .client(client)
        .endpoint("shop", endpoint());
    let printed = format!(
        "{:?} {builder:?} {:?}",
        endpoint(),
        ConfigError::DuplicateEndpoint {
            name: "shop".into()
        }
    );
    let sender = format!("{:?}", builder.build().unwrap());
    for text in [printed, sender] {
        assert!(!text.contains("fake-credential"), "{text}");
        assert!(!text.contains(&SECRET[6..]), "{text}");
        assert!(!text.contains("not a real secret"), "{text}");
    }
}
