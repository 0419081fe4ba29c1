//! How a store is opened, what it says about itself, and what it costs.

use std::time::Duration;

use sqlx::{Connection, Row};
use webhook_idempotency::{
    Claims, Outcome, PostgresOptions, PostgresStore, Put, Queue, Settlement, State,
};

use crate::harness::{Database, LEASE, event, inbox, lease, server, state};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn the_printed_migrations_make_what_opening_makes() {
    let database = Database::new();
    let script = database.options().migrations().unwrap();
    let early = database
        .options()
        .migrate_at_start(false)
        .open()
        .await
        .unwrap_err();
    assert!(
        early
            .to_string()
            .ends_with("; run the migrations first, or let them run at start"),
        "{early}"
    );
    database.run(&script).await;
    let store = database
        .options()
        .migrate_at_start(false)
        .open()
        .await
        .unwrap();
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
    database.options().migrate().await.unwrap();
    assert_eq!(
        database
            .number("SELECT count(*) FROM {schema}.migrations")
            .await,
        6
    );
}

#[tokio::test]
async fn programs_that_start_together_migrate_once() {
    let database = Database::new();
    let opening = (0..8).map(|_| database.options().open());
    for opened in futures_util::future::join_all(opening).await {
        opened.unwrap();
    }
    assert_eq!(
        database
            .number("SELECT count(*) FROM {schema}.migrations")
            .await,
        6
    );
}

#[test]
fn no_option_and_no_error_shows_a_password() {
    let url = "postgres://shop:hunter2@127.0.0.1:1/shop";
    let options = PostgresOptions::new(url).unwrap();
    let shown = format!("{options:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("shop on 127.0.0.1:1"), "{shown}");
    for broken in [
        "postgres://shop:hunter2@[/shop",
        "hunter2",
        "postgres://shop:hunter2@h:99999/x",
    ] {
        let refused = PostgresOptions::new(broken).unwrap_err();
        assert!(
            !format!("{refused} {refused:?}").contains("hunter2"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_and_its_password_is_not() {
    let refused = PostgresStore::open("postgres://shop:hunter2@127.0.0.1:1/shop")
        .await
        .unwrap_err();
    let shown = format!("{refused} {refused:?}");
    assert!(
        shown.starts_with("cannot open the database shop on 127.0.0.1:1: "),
        "{shown}"
    );
    assert!(
        shown.contains("; check that the server runs there and can be reached"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    let missing = PostgresStore::open(&server().url("no_such_database"))
        .await
        .unwrap_err();
    assert!(
        missing
            .to_string()
            .ends_with("; create the database, or correct its name"),
        "{missing}"
    );
}

#[tokio::test]
async fn an_option_out_of_its_range_is_refused_before_anything_is_opened() {
    let url = "postgres://shop@127.0.0.1:1/shop";
    let options = || PostgresOptions::new(url).unwrap();
    for schema in [
        "",
        "public",
        "pg_x",
        "Shop",
        "1a",
        "a-b",
        "a\"b",
        "a;b",
        &"a".repeat(49),
    ] {
        let refused = options().schema(schema).open().await.unwrap_err();
        assert!(
            refused.to_string().starts_with("schema must "),
            "{schema}: {refused}"
        );
    }
    let refused = options().connections(0).open().await.unwrap_err();
    assert_eq!(refused.to_string(), "connections must be from 1 to 1,000");
    let refused = options().timeout(Duration::ZERO).open().await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "timeout must be from 1 millisecond to 1 hour"
    );
    let refused = options()
        .through_pooler(true)
        .notify(true)
        .open()
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "notify needs a connection that leads around the pooler; give its URL to listen_on"
    );
}

#[tokio::test]
async fn a_put_in_another_process_ends_a_wait_and_notifications_are_few() {
    let database = Database::new();
    database.prepare().await;
    let listening = database.options().notify(true).open().await.unwrap();
    let putting = database.options().notify(true).open().await.unwrap();
    let pool = sqlx::PgPool::connect(&server().url("postgres"))
        .await
        .unwrap();
    let mut ear = sqlx::postgres::PgListener::connect_with(&pool)
        .await
        .unwrap();
    ear.listen(&format!("webhooks_{}", database.schema()))
        .await
        .unwrap();
    let started = tokio::time::Instant::now();
    let heard = async {
        let started = tokio::time::Instant::now();
        listening.wait(&inbox(), Duration::from_secs(60)).await;
        started.elapsed()
    };
    let puts = async {
        let put = |n: u32| {
            let record = [event(&format!("evt_{n}"))];
            let putting = &putting;
            async move { putting.put(&record).await.unwrap() }
        };
        futures_util::future::join_all((0..300).map(put)).await;
    };
    let (waited, ()) = tokio::join!(heard, puts);
    assert!(waited < Duration::from_secs(30), "{waited:?}");
    let mut notifications = 0_u128;
    while let Ok(notification) = tokio::time::timeout(Duration::from_millis(500), ear.recv()).await
    {
        assert_eq!(notification.unwrap().payload(), "queue:inbox");
        notifications += 1;
    }
    let tenths = started.elapsed().as_millis() / 100;
    assert!(
        (1..=tenths + 2).contains(&notifications),
        "{notifications} in {tenths} tenths of a second"
    );
}

#[tokio::test]
async fn a_record_whose_bytes_were_changed_is_never_handed_out() {
    let database = Database::new();
    let store = database.open().await;
    store.put(&[event("evt_1"), event("evt_2")]).await.unwrap();
    database
        .run("UPDATE {schema}.payloads SET bytes = bytes || '\\x20' WHERE sequence = 1")
        .await;
    let leased = store.lease(&inbox(), 1, LEASE).await.unwrap();
    assert_eq!(leased.len(), 1);
    assert_eq!(leased[0].record.key, event("evt_2").key());
    assert!(store.get(&[event("evt_1").key()]).await.is_err());
    let listed = store
        .list(&webhook_idempotency::ListRequest::new(inbox()))
        .await
        .unwrap();
    assert!(listed[0].damaged && listed[0].payload.is_empty());
    assert_eq!(listed[0].state, State::Dead);
    assert_eq!(
        listed[0].last_error.as_deref(),
        Some("what is stored is not what was put")
    );
}

/// Turns the generations four times round, with a record that stays and one that is put again in each.
#[tokio::test]
async fn generations_are_used_again_once_their_records_are_forgotten() {
    let database = Database::new();
    let store = database.open().await;
    let slots = "SELECT count(*) FROM generate_series(0, 3) n WHERE pg_relation_size(format('{schema}.keys_%s', n)) > 0";
    let mut opened = Vec::new();
    for round in 0..9 {
        assert_eq!(
            store.put(&[event("evt_again")]).await.unwrap(),
            [Put::New],
            "round {round}"
        );
        let lease = lease(&store).await;
        let outcome = Outcome::Done { output: None };
        store
            .settle(&[Settlement { lease, outcome }])
            .await
            .unwrap();
        database.step(DAY / 2).await;
        assert_eq!(store.purge(&inbox(), DAY, 10).await.unwrap(), 0);
        assert!(matches!(
            store.put(&[event("evt_again")]).await.unwrap()[0],
            Put::Duplicate { .. }
        ));
        database.step(DAY).await;
        assert_eq!(store.purge(&inbox(), DAY, 10).await.unwrap(), 1);
        assert_eq!(state(&store, "evt_again").await, None);
        opened.push(
            database
                .number("SELECT current::bigint FROM {schema}.generation")
                .await,
        );
        assert!(database.number(slots).await <= 2, "round {round}");
    }
    assert!(opened.contains(&0) && opened.contains(&3), "{opened:?}");
}

#[tokio::test]
async fn a_generation_that_is_in_use_is_kept() {
    let database = Database::new();
    let store = database.open().await;
    store.put(&[event("evt_stays")]).await.unwrap();
    for round in 0..6 {
        database.step(2 * DAY).await;
        store.put(&[event(&format!("evt_{round}"))]).await.unwrap();
        store.purge(&inbox(), DAY, 10).await.unwrap();
    }
    let put = store.put(&[event("evt_stays")]).await.unwrap()[0];
    assert!(
        matches!(
            put,
            Put::Duplicate {
                state: State::Ready { .. },
                ..
            }
        ),
        "{put:?}"
    );
    assert_eq!(
        database.number("SELECT count(*) FROM {schema}.keys").await,
        7
    );
}

/// Pages of shared buffers that a statement looked at, also inside of functions.
async fn pages(database: &Database, statement: &str) -> i64 {
    let mut connection = database.connection().await;
    let mut least = i64::MAX;
    // The first calls of a session also read the catalogue.
    for _ in 0..8 {
        let explain = database.sql(&format!(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        ));
        let mut transaction = connection.begin().await.unwrap();
        let row = sqlx::raw_sql(explain)
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
        let plan: String = row.get_unchecked(0);
        transaction.rollback().await.unwrap();
        let total: i64 = ["\"Shared Hit Blocks\": ", "\"Shared Read Blocks\": "]
            .iter()
            .map(|name| {
                let found = plan.split(name).nth(1).unwrap();
                found
                    .split(',')
                    .next()
                    .unwrap()
                    .trim()
                    .parse::<i64>()
                    .unwrap()
            })
            .sum();
        least = least.min(total);
    }
    least
}

#[tokio::test]
async fn putting_leasing_and_settling_look_at_as_many_pages_whatever_the_history() {
    let database = Database::new();
    let store = database.open().await;
    store
        .put(&[event("evt_1"), event("evt_2"), event("evt_3")])
        .await
        .unwrap();
    lease(&store).await;
    let put = "SELECT * FROM {schema}.put('{1}', ARRAY[sha256('new')], '{queue:inbox}', '{0}', ARRAY['a'::bytea], ARRAY['a'::bytea],
        ARRAY[NULL::bytea], ARRAY['a'::bytea], '{t}', ARRAY['a'::bytea], '{t}', ARRAY[NULL::bigint], '{0}', '{0}',
        ARRAY[NULL::bytea], ARRAY[sha256('x')], ARRAY['x'::bytea], 'c')";
    let lease = "SELECT * FROM {schema}.lease('queue:inbox', 2, 60000)";
    let settle = "SELECT * FROM {schema}.settle((SELECT array_agg(key) FROM {schema}.live WHERE leased),
        (SELECT array_agg(fence) FROM {schema}.live WHERE leased), '{0}', '{0}', ARRAY[NULL::bytea], ARRAY[NULL::bytea])";
    let statements = [put, lease, settle];
    let mut before = Vec::new();
    for statement in statements {
        before.push(pages(&database, statement).await);
    }
    database
        .run(
            "INSERT INTO {schema}.payloads (sequence, key, namespace, received_at, source, endpoint, id_signed, event_type_signed,
                 provenance, coverage, sha256, bytes)
             SELECT nextval('{schema}.sequences'), sha256(n::text::bytea), 'queue:inbox', 0, 'a', 'a', true, true, 0, 0,
                 sha256(n::text::bytea), 'x'
             FROM generate_series(1, 50000) n;
             INSERT INTO {schema}.keys (key, generation, sequence)
             SELECT key, sequence % 3, sequence FROM {schema}.payloads WHERE source = 'a';
             INSERT INTO {schema}.settled (sequence, namespace, dead, settled_at, fence, attempts)
             SELECT sequence, namespace, false, 0, sequence, 1 FROM {schema}.payloads WHERE source = 'a'",
        )
        .await;
    for (statement, before) in statements.into_iter().zip(before) {
        let after = pages(&database, statement).await;
        // An index that has grown by a level or two has a page or two more on the way down.
        assert!(
            after <= before + 40,
            "{before} pages have become {after}: {statement}"
        );
    }
}
