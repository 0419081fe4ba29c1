//! What a store refuses to be opened on, and what it says.

use std::error::Error;
use std::time::Duration;

use webhook_idempotency::{Claims, ConfigError, Persistence, Put, RedisOptions, RedisStore};
use webhook_servers::redis::{Cluster, Redis};

use crate::harness::event;

const PASSWORD: &str = "not-a-real-password";

fn problem(refused: Result<RedisStore, ConfigError>) -> String {
    match refused {
        Ok(store) => panic!("{store:?} was opened"),
        Err(ConfigError::Database { problem, .. }) => problem,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_server_that_evicts_is_refused_unless_that_is_asked_for() {
    for policy in ["allkeys-lru", "volatile-ttl"] {
        let server = Redis::options().setting("maxmemory-policy", policy).start();
        let options = RedisOptions::new(server.url());
        assert_eq!(
            problem(options.clone().open().await),
            format!(
                "its maxmemory-policy is {policy}, under which it may evict records; set it to noeviction"
            )
        );
        let store = options.allow_eviction(true).open().await.unwrap();
        assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
    }
}

#[tokio::test]
async fn how_a_server_persists_is_reported() {
    let always = Redis::options().durable().start();
    let every_second = Redis::options().setting("appendonly", "yes").start();
    let when_it_likes = Redis::options()
        .setting("appendonly", "yes")
        .setting("appendfsync", "no")
        .start();
    let never = Redis::start();
    for (server, persistence) in [
        (&always, Persistence::Always),
        (&every_second, Persistence::EverySecond),
        (&when_it_likes, Persistence::OperatingSystem),
        (&never, Persistence::Off),
    ] {
        let store = RedisStore::open(&server.url()).await.unwrap();
        assert_eq!(store.persistence(), persistence);
    }
    // Where nobody may read the configuration, as on many hosted servers.
    always
        .ask(&["ACL", "SETUSER", "default", "-config"])
        .unwrap();
    let store = RedisStore::open(&always.url()).await.unwrap();
    assert_eq!(store.persistence(), Persistence::Unknown);
}

#[tokio::test]
async fn a_replica_and_the_wrong_kind_of_server_are_refused() {
    let (primary, replica) = (Redis::start(), Redis::start());
    replica.follow(&primary);
    assert_eq!(
        problem(RedisStore::open(&replica.url()).await),
        "it is a replica; name its primary"
    );
    assert_eq!(
        problem(RedisOptions::cluster([primary.url()]).open().await),
        "the server answered ERR This instance has cluster support disabled"
    );
    let cluster = Cluster::start(0);
    assert_eq!(
        problem(RedisStore::open(&cluster.urls()[0]).await),
        "it belongs to a cluster; open it with RedisOptions::cluster"
    );
}

#[tokio::test]
async fn no_password_stands_in_any_error_or_debug() {
    let server = Redis::options().setting("requirepass", PASSWORD).start();
    let with = |user: &str, password: &str| {
        RedisOptions::new(format!(
            "redis://{user}:{password}@127.0.0.1:{}",
            server.port()
        ))
        .timeout(Duration::from_millis(200))
    };
    let mut said = Vec::new();
    let right = with("default", PASSWORD);
    said.push(format!("{right:?}"));
    let store = right.open().await.unwrap();
    said.push(format!("{store:?}"));

    let wrong = with("default", "another-fake-password")
        .open()
        .await
        .unwrap_err();
    said.push(wrong.to_string());
    let broken = format!("redis://default:{PASSWORD}@127.0.0.1:notaport");
    said.push(format!("{:?}", RedisOptions::new(&broken)));
    said.push(RedisStore::open(&broken).await.unwrap_err().to_string());

    server.ask(&["AUTH", PASSWORD]).unwrap();
    drop(server);
    let error = store.put(&[event("evt_1")]).await.unwrap_err();
    said.push(format!("{error} {error:?} {}", error.source().unwrap()));
    for text in said {
        assert!(
            !text.contains(PASSWORD) && !text.contains("another-fake"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_a_server_forbids_is_said_without_what_was_sent() {
    let server = Redis::start();
    let store = RedisStore::open(&server.url()).await.unwrap();
    server
        .ask(&["ACL", "SETUSER", "default", "-evalsha", "-eval"])
        .unwrap();
    let error = store.put(&[event("evt_secret")]).await.unwrap_err();
    assert!(error.is_transient());
    let text = format!("{error} {error:?} {}", error.source().unwrap());
    assert!(text.contains("NOPERM"), "{text}");
    assert!(!text.contains("evt_secret"), "{text}");
}

#[tokio::test]
async fn an_option_out_of_its_range_is_refused() {
    let options = || RedisOptions::new("redis://127.0.0.1:1");
    let hour = Duration::from_secs(3601);
    for (refused, sentence) in [
        (
            options().timeout(Duration::ZERO),
            "timeout must be from 1 millisecond to 1 hour",
        ),
        (
            options().reply_timeout(hour),
            "reply_timeout must be from 1 millisecond to 1 hour",
        ),
        (
            options().min_replicas(0, hour),
            "min_replicas must be at least 1; leave it out for none",
        ),
        (
            options().min_replicas(1, hour),
            "min_replicas must be from 1 millisecond to 1 hour",
        ),
        (
            options().prefix("{a}"),
            "the prefix name \"{a}\" must have 1 to 64 characters out of a-z, 0-9, '-', '_', '.' and '/'",
        ),
        (
            RedisOptions::cluster(Vec::<String>::new()),
            "cannot open the database of the cluster: no server is named; give the URL of at least one",
        ),
        (
            RedisOptions::new("rediss://127.0.0.1:1"),
            "cannot open the database at the URL that is given (not shown, it may hold a password): this store speaks no TLS; connect through a TLS proxy beside the program",
        ),
    ] {
        assert_eq!(refused.open().await.unwrap_err().to_string(), sentence);
    }
}
