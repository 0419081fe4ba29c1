//! A schema of its own for every test, on one server for all of them, and a clock that its functions read.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row};
use webhook_idempotency::conformance::Harness;
use webhook_idempotency::{
    Claims, Lease, Namespace, NewRecord, PostgresOptions, PostgresStore, Queue, State,
};
use webhook_servers::{PgBouncer, Postgres};

pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// The server that the tests of this process share. Its janitor ends it.
pub(crate) fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| {
        Postgres::options()
            .fsync(false)
            .max_connections(1_000)
            .start()
    })
}

/// So few connections that two transactions of one client often get different ones.
fn pooler() -> &'static PgBouncer {
    static POOLER: OnceLock<PgBouncer> = OnceLock::new();
    POOLER.get_or_init(|| PgBouncer::start(server(), 12))
}

pub(crate) struct Database {
    schema: String,
    through_pooler: bool,
    prepared: tokio::sync::OnceCell<()>,
}

impl Database {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            schema: format!("test_{number}"),
            through_pooler: false,
            prepared: tokio::sync::OnceCell::new(),
        }
    }

    pub(crate) fn through_a_pooler() -> Self {
        Self {
            through_pooler: true,
            ..Self::new()
        }
    }

    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        let url = if self.through_pooler {
            pooler().url("postgres")
        } else {
            server().url("postgres")
        };
        // A machine that runs everything at once is no reason to give up.
        PostgresOptions::new(&url)
            .unwrap()
            .schema(self.schema())
            .through_pooler(self.through_pooler)
            .connections(4)
            .handler_connections(4)
            .lock_timeout(Duration::from_secs(30))
            .timeout(Duration::from_secs(60))
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        self.prepare().await;
        self.options().open().await.unwrap()
    }

    /// Makes the tables, with a clock that can be moved.
    pub(crate) async fn prepare(&self) {
        let prepare = || async {
            self.options().migrate().await.unwrap();
            self.run(
                "CREATE TABLE {schema}.test_clock (ahead bigint NOT NULL);
                 INSERT INTO {schema}.test_clock VALUES (0);
                 CREATE OR REPLACE FUNCTION {schema}.clock() RETURNS bigint LANGUAGE sql VOLATILE AS
                 $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint + ahead FROM {schema}.test_clock $$",
            )
            .await;
        };
        self.prepared.get_or_init(prepare).await;
    }

    /// A connection as a program has one of its own.
    pub(crate) async fn connection(&self) -> PgConnection {
        PgConnection::connect(&server().url("postgres"))
            .await
            .unwrap()
    }

    pub(crate) fn sql(&self, sql: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(sql.replace("{schema}", &self.schema))
    }

    pub(crate) async fn run(&self, sql: &str) {
        let mut connection = self.connection().await;
        sqlx::raw_sql(self.sql(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let mut connection = self.connection().await;
        let row = sqlx::query(self.sql(sql))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        row.get(0)
    }

    pub(crate) async fn step(&self, by: Duration) {
        self.prepare().await;
        let millis = by.as_millis();
        self.run(&format!(
            "UPDATE {{schema}}.test_clock SET ahead = ahead + {millis}"
        ))
        .await;
    }
}

#[async_trait]
impl Harness for Database {
    async fn store(&self) -> Arc<dyn Queue> {
        Arc::new(self.open().await)
    }

    async fn restart(&self) -> Arc<dyn Queue> {
        self.store().await
    }

    async fn advance(&self, by: Duration) {
        self.step(by).await;
    }
}

pub(crate) fn inbox() -> Namespace {
    Namespace::queue("inbox").unwrap()
}

pub(crate) fn event(id: &str) -> NewRecord {
    NewRecord::own(
        &inbox(),
        "shop",
        "hooks",
        id,
        "order.paid",
        Bytes::from_static(b"{\"total\":1}"),
    )
}

pub(crate) async fn lease(store: &PostgresStore) -> Lease {
    let leased = store.lease(&inbox(), 1, LEASE).await.unwrap();
    assert_eq!(leased.len(), 1, "nothing to lease");
    leased[0].lease
}

pub(crate) async fn state(store: &PostgresStore, id: &str) -> Option<State> {
    store
        .get(&[event(id).key()])
        .await
        .unwrap()
        .remove(0)
        .map(|record| record.state)
}
