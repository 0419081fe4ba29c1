//! Servers that die, and settings that would lose what was acknowledged.

use std::time::Duration;

use webhook_idempotency::{Claims, PostgresOptions, PostgresStore, Put, Queue, StoreErrorKind};
use webhook_servers::Postgres;

use crate::harness::{Database, LEASE, event, inbox, server};

/// A server that would take ten seconds to write what it said was committed, if it were left to its settings.
fn careless_server() -> Postgres {
    Postgres::options()
        .setting("synchronous_commit", "off")
        .setting("wal_writer_delay", "10000")
        .start()
}

fn options(server: &Postgres) -> PostgresOptions {
    PostgresOptions::new(&server.url("postgres"))
        .unwrap()
        .timeout(Duration::from_secs(60))
}

async fn run(server: &Postgres, sql: &'static str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

async fn present(store: &PostgresStore, id: &str) -> bool {
    store.get(&[event(id).key()]).await.unwrap()[0].is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_a_server_that_commits_carelessly_is_killed() {
    let mut server = careless_server();
    let store = options(&server)
        .timeout(Duration::from_secs(2))
        .open()
        .await
        .unwrap();
    let mut acknowledged = Vec::new();
    for cycle in 0..5 {
        let enough = tokio::sync::Semaphore::new(0);
        let ids = (0..4).map(|task| {
            let (store, enough) = (&store, &enough);
            async move {
                let mut mine = Vec::new();
                for n in 0.. {
                    let id = format!("evt_{cycle}_{task}_{n}");
                    match store.put(&[event(&id)]).await {
                        Ok(_) => {
                            mine.push(id);
                            enough.add_permits(1);
                        }
                        Err(_) => break,
                    }
                }
                mine
            }
        });
        let kill = async {
            let _ = enough.acquire_many(40).await.unwrap();
            server.kill();
        };
        let (ids, ()) = tokio::join!(futures_util::future::join_all(ids), kill);
        acknowledged.extend(ids.into_iter().flatten());
        server.start_again();
    }
    assert!(acknowledged.len() >= 5 * 40);
    for id in &acknowledged {
        assert!(
            present(&store, id).await,
            "{id} of {} is gone",
            acknowledged.len()
        );
    }
    assert!(!store.durability().synchronous_standby);
    assert!(store.durability().fsync && store.durability().full_page_writes);
}

/// A fault that leaves an event visible and not durable, a retry that is told it is a duplicate, a second fault.
#[tokio::test]
async fn the_acknowledgement_of_a_duplicate_is_as_durable_as_that_of_a_new_event() {
    let mut server = careless_server();
    let store = options(&server).open().await.unwrap();
    store.put(&[event("evt_0")]).await.unwrap();
    // Somebody else's program, which commits as the server is set to.
    run(
        &server,
        "ALTER FUNCTION webhooks.durable() RENAME TO durable_kept;
         CREATE FUNCTION webhooks.durable() RETURNS void LANGUAGE sql AS $$ SELECT $$",
    )
    .await;
    let careless = options(&server).connections(1).open().await.unwrap();
    run(
        &server,
        "ALTER FUNCTION webhooks.put(integer[], bytea[], text[], bigint[], bytea[], bytea[], bytea[], bytea[], boolean[],
         bytea[], boolean[], bigint[], smallint[], smallint[], bytea[], bytea[], bytea[], bytea) SET synchronous_commit TO off",
    )
    .await;
    let mut connection = {
        use sqlx::Connection;
        sqlx::PgConnection::connect(&server.url("postgres"))
            .await
            .unwrap()
    };
    careless
        .put_in(&mut connection, &[event("evt_1")])
        .await
        .unwrap();
    run(
        &server,
        "SET synchronous_commit TO off;
         DROP FUNCTION webhooks.durable();
         ALTER FUNCTION webhooks.durable_kept() RENAME TO durable;
         ALTER FUNCTION webhooks.put(integer[], bytea[], text[], bigint[], bytea[], bytea[], bytea[], bytea[], boolean[],
         bytea[], boolean[], bigint[], smallint[], smallint[], bytea[], bytea[], bytea[], bytea) RESET ALL",
    )
    .await;
    let puts = store.put(&[event("evt_1")]).await.unwrap();
    assert!(matches!(puts[0], Put::Duplicate { .. }), "{puts:?}");
    server.kill();
    server.start_again();
    assert!(
        present(&store, "evt_1").await,
        "it was acknowledged as a duplicate and is gone"
    );
}

#[tokio::test]
async fn a_restart_and_a_read_only_server_are_waited_out_and_never_acknowledged() {
    let mut server = Postgres::start();
    let store = options(&server)
        .timeout(Duration::from_secs(5))
        .open()
        .await
        .unwrap();
    store.put(&[event("evt_1")]).await.unwrap();
    server.stop();
    let down = store.put(&[event("evt_2")]).await.unwrap_err();
    assert!(down.is_transient(), "{down:?}");
    server.start_again();
    assert_eq!(store.put(&[event("evt_2")]).await.unwrap(), [Put::New]);

    // The connection is cut in the middle of everything, and the call is made again on another one.
    run(
        &server,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    .await;
    assert_eq!(store.put(&[event("evt_3")]).await.unwrap(), [Put::New]);

    run(
        &server,
        "ALTER SYSTEM SET default_transaction_read_only = on",
    )
    .await;
    run(&server, "SELECT pg_reload_conf()").await;
    let changed = tokio::time::Instant::now();
    let read_only = loop {
        match store.put(&[event("evt_4")]).await {
            Err(error) => break error,
            // The server reads its settings again in its own time.
            Ok(_) => assert!(changed.elapsed() < Duration::from_secs(30)),
        }
    };
    assert_eq!(
        read_only.kind(),
        StoreErrorKind::Unavailable,
        "{read_only:?}"
    );
    run(&server, "ALTER SYSTEM RESET default_transaction_read_only").await;
    run(&server, "SELECT pg_reload_conf()").await;
    while store.put(&[event("evt_4")]).await.is_err() {
        assert!(changed.elapsed() < Duration::from_secs(60));
    }
    assert_eq!(store.stats(&inbox()).await.unwrap().ready, 4);
}

#[tokio::test]
async fn a_server_that_does_not_sync_is_reported() {
    let database = Database::new();
    // The tests of claims share one that does not, because it is faster.
    let store = database.open().await;
    assert!(!store.durability().fsync);
    assert!(server().log().contains("fsync") || !store.durability().fsync);
}

#[tokio::test]
async fn callers_dropped_at_random_leave_no_transaction_open() {
    let database = Database::new();
    let store = database.open().await;
    for n in 0..200_u64 {
        let records = [event(&format!("evt_{n}"))];
        let at = Duration::from_micros(n * 37 % 4_000);
        let _ = tokio::time::timeout(at, store.put(&records)).await;
        let inbox = inbox();
        let _ = tokio::time::timeout(at, store.lease(&inbox, 1, LEASE)).await;
    }
    let open = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND query LIKE '%{}.%'",
        database.schema()
    );
    let started = tokio::time::Instant::now();
    while database.number(&open).await > 0 {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "a transaction is left open"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let puts = store
        .put(&[event("evt_0"), event("evt_new")])
        .await
        .unwrap();
    assert_eq!(puts[1], Put::New);
    // A record and its payload were stored together or not at all.
    let live = database.number("SELECT count(*) FROM {schema}.live").await;
    let whole = "SELECT count(*) FROM {schema}.live JOIN {schema}.payloads USING (sequence) JOIN {schema}.keys USING (sequence)";
    assert_eq!(database.number(whole).await, live);
}
