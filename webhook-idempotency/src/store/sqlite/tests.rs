//! What only the inside of the store can show: settings of its connections and the plans of its statements.

use std::time::Duration;

use bytes::Bytes;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};

use super::{SqliteStore, row};
use crate::key::Namespace;
use crate::queue::Queue;
use crate::record::NewRecord;

async fn store() -> (tempfile::TempDir, SqliteStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("webhooks.db"))
        .await
        .unwrap();
    (directory, store)
}

async fn pragma(connection: &mut SqliteConnection, name: &str) -> String {
    let row = sqlx::query(AssertSqlSafe(format!("PRAGMA {name}")))
        .fetch_one(connection)
        .await
        .unwrap();
    row.try_get::<String, _>(0)
        .unwrap_or_else(|_| row.get::<i64, _>(0).to_string())
}

async fn durability(connection: &mut SqliteConnection) -> [String; 5] {
    [
        pragma(connection, "journal_mode").await,
        pragma(connection, "synchronous").await,
        pragma(connection, "foreign_keys").await,
        pragma(connection, "fullfsync").await,
        pragma(connection, "query_only").await,
    ]
}

#[tokio::test]
async fn every_connection_commits_durably_and_readers_cannot_write() {
    let (_directory, store) = store().await;
    let mut held = store.writer.hold().await.unwrap();
    let (mut transaction, _) = held.begin().await.unwrap();
    assert_eq!(
        durability(&mut transaction).await,
        ["wal", "2", "1", "1", "0"]
    );
    drop(transaction);
    drop(held);

    let mut readers = Vec::new();
    for _ in 0..4 {
        let mut reader = store.reader().await.unwrap();
        assert_eq!(durability(&mut reader).await, ["wal", "2", "1", "1", "1"]);
        assert!(
            sqlx::query("DELETE FROM webhook_live")
                .execute(&mut *reader)
                .await
                .is_err()
        );
        readers.push(reader);
    }

    // The one that was dropped above was closed; the next one is as strict.
    let mut held = store.writer.hold().await.unwrap();
    let (mut transaction, _) = held.begin().await.unwrap();
    assert_eq!(
        durability(&mut transaction).await,
        ["wal", "2", "1", "1", "0"]
    );
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_durable_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut connection = sqlx::ConnectOptions::connect(
        &sqlx::sqlite::SqliteConnectOptions::new()
            .filename(directory.path().join("webhooks.db"))
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Normal),
    )
    .await
    .unwrap();
    let refused = super::connect::require_durable(&mut connection)
        .await
        .unwrap_err();
    assert_eq!(
        super::problem::of(&refused),
        "synchronous is 1 instead of 2 (FULL), so a commit would not be durable"
    );
}

/// A history that a planner could mistake for something worth scanning.
async fn with_history(store: &SqliteStore, settled: u32) {
    let mut held = store.writer.hold().await.unwrap();
    let (mut transaction, _) = held.begin().await.unwrap();
    sqlx::query(
        "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1000 + ?1)
         INSERT INTO webhook_records (sequence, key, namespace, received_at, source, endpoint, id_signed,
             event_type_signed, provenance, coverage)
         SELECT i, randomblob(32), 'queue:inbox', 0, x'61', x'61', 1, 1, 2, 0 FROM n",
    )
    .bind(settled)
    .execute(&mut *transaction)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO webhook_settled (sequence, namespace, dead, settled_at, fence, attempts)
         SELECT sequence, namespace, sequence % 10 = 0, 0, sequence, 1 FROM webhook_records",
    )
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    held.give_back();
}

async fn plan(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
        .fetch_all(connection)
        .await
        .unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

#[tokio::test]
async fn no_statement_scans_a_table_or_sorts_however_long_the_history_is() {
    let (_directory, store) = store().await;
    with_history(&store, 20_000).await;
    let mut held = store.writer.hold().await.unwrap();
    let (mut connection, _) = held.begin().await.unwrap();
    for analysed in [false, true] {
        if analysed {
            sqlx::query("ANALYZE")
                .execute(&mut *connection)
                .await
                .unwrap();
        }
        for sql in [
            include_str!("sql/bury.sql"),
            include_str!("sql/extend.sql"),
            include_str!("sql/find.sql"),
            include_str!("sql/get.sql"),
            include_str!("sql/insert_live.sql"),
            include_str!("sql/insert_payload.sql"),
            include_str!("sql/insert_record.sql"),
            include_str!("sql/lease_due.sql"),
            include_str!("sql/lease_take.sql"),
            include_str!("sql/list.sql"),
            include_str!("sql/list_dead.sql"),
            include_str!("sql/list_done.sql"),
            include_str!("sql/list_leased.sql"),
            include_str!("sql/list_ready.sql"),
            include_str!("sql/purge_due.sql"),
            include_str!("sql/purge_payload.sql"),
            include_str!("sql/purge_record.sql"),
            include_str!("sql/purge_settled.sql"),
            include_str!("sql/replay.sql"),
            include_str!("sql/settle_finish.sql"),
            include_str!("sql/settle_release.sql"),
            include_str!("sql/settle_retry.sql"),
            include_str!("sql/stats.sql"),
        ] {
            let steps = plan(&mut connection, sql).await;
            let slow = |step: &String| {
                (step.starts_with("SCAN") && step != "SCAN CONSTANT ROW")
                    || step.contains("TEMP B-TREE")
            };
            assert!(
                !steps.iter().any(slow),
                "analysed: {analysed}\n{sql}\n{steps:#?}"
            );
        }
        let lease = plan(&mut connection, include_str!("sql/lease_due.sql")).await;
        assert_eq!(
            lease[0],
            "SEARCH l USING INDEX webhook_live_due (namespace=? AND due_at<?)"
        );
    }
}

#[tokio::test]
async fn a_put_that_was_cut_short_cannot_be_committed_by_whoever_owns_the_transaction() {
    let (_directory, store) = store().await;
    let inbox = Namespace::queue("inbox").unwrap();
    let record = NewRecord::own(
        &inbox,
        "shop",
        "hooks",
        "evt_1",
        "order.paid",
        Bytes::from_static(b"{}"),
    );
    let mut held = store.writer.hold().await.unwrap();
    let (mut transaction, _) = held.begin().await.unwrap();
    super::put::put(&mut transaction, &[record], store.now())
        .await
        .unwrap();
    sqlx::query("DELETE FROM webhook_payloads")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let refused = transaction.commit().await.unwrap_err();
    assert_eq!(super::error::code(&refused), Some(super::error::CONSTRAINT));
    drop(held);
    assert_eq!(store.stats(&inbox).await.unwrap().total(), 0);
}

#[tokio::test]
async fn a_record_is_never_live_and_settled_at_once() {
    let (_directory, store) = store().await;
    with_history(&store, 10).await;
    let mut held = store.writer.hold().await.unwrap();
    let (mut transaction, _) = held.begin().await.unwrap();
    let count =
        "SELECT (SELECT count(*) FROM webhook_live), (SELECT count(*) FROM webhook_settled)";
    sqlx::query(include_str!("sql/replay.sql"))
        .bind(1005)
        .bind(1)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let row = sqlx::query(count)
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (1, 10));
    sqlx::query(include_str!("sql/bury.sql"))
        .bind(1005)
        .bind(1)
        .bind(1)
        .bind("why")
        .execute(&mut *transaction)
        .await
        .unwrap_err();
    sqlx::query(include_str!("sql/bury.sql"))
        .bind(1005)
        .bind(1)
        .bind(1)
        .bind(&b"why"[..])
        .execute(&mut *transaction)
        .await
        .unwrap();
    let row = sqlx::query(count)
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (0, 11));
}

#[tokio::test]
async fn opening_again_applies_no_migration_twice() {
    let (directory, store) = store().await;
    drop(store);
    let store = SqliteStore::open(directory.path().join("webhooks.db"))
        .await
        .unwrap();
    let mut reader = store.reader().await.unwrap();
    let row = sqlx::query("SELECT count(*), max(version) FROM webhook_migrations")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (1, 1));
}

#[tokio::test]
async fn a_commit_is_refused_while_the_connection_is_lent() {
    let (_directory, store) = store().await;
    let mut held = store.writer.hold().await.unwrap();
    let (transaction, gate) = held.begin().await.unwrap();
    gate.lend();
    assert!(transaction.commit().await.is_err());
    assert!(!gate.take_back());
}

#[test]
fn a_time_beyond_what_sqlite_can_hold_becomes_the_latest_that_it_can() {
    let now = webhook_verify::UnixTime::from_secs(1);
    assert_eq!(row::millis_after(now, Duration::MAX), i64::MAX);
}
