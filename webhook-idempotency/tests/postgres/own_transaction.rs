//! Enqueueing and settling inside a transaction of the program's own.

use std::time::Duration;

use sqlx::{Connection, Row};
use webhook_idempotency::{
    Claims, Isolation, ListRequest, Namespace, NewRecord, Outcome, Put, Queue, Settled, Settlement,
    State, StoreErrorKind,
};

use crate::harness::{Database, LEASE, event, inbox, lease, state};

const LEVELS: [&str; 3] = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"];

async fn effects(database: &Database) -> i64 {
    database
        .number("SELECT count(*) FROM {schema}.effects")
        .await
}

async fn with_effects() -> Database {
    let database = Database::new();
    database.prepare().await;
    database
        .run("CREATE TABLE {schema}.effects (id integer)")
        .await;
    database
}

#[tokio::test]
async fn a_record_put_in_a_transaction_is_stored_when_that_commits_and_not_before() {
    let database = Database::new();
    let store = database.open().await;
    let mut connection = database.connection().await;
    let mut transaction = connection.begin().await.unwrap();
    let puts = store
        .put_in(&mut transaction, &[event("evt_1"), event("evt_1")])
        .await
        .unwrap();
    assert_eq!(puts[0], Put::New);
    assert!(matches!(puts[1], Put::Duplicate { .. }));
    assert_eq!(state(&store, "evt_1").await, None);
    transaction.commit().await.unwrap();
    assert!(matches!(
        state(&store, "evt_1").await,
        Some(State::Ready { .. })
    ));
    lease(&store).await;
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_enqueues_nothing() {
    let database = Database::new();
    let store = database.open().await;
    let mut connection = database.connection().await;
    let mut transaction = connection.begin().await.unwrap();
    store
        .put_in(&mut transaction, &[event("evt_1")])
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(state(&store, "evt_1").await, None);
    assert_eq!(store.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
}

#[tokio::test]
async fn a_batch_of_the_wrong_kind_leaves_the_transaction_as_it_was() {
    let database = Database::new();
    let store = database.open().await;
    let guard = Namespace::guard("inbox").unwrap();
    let mut connection = database.connection().await;
    let mut transaction = connection.begin().await.unwrap();
    store
        .put_in(&mut transaction, &[event("evt_1")])
        .await
        .unwrap();
    let wrong = NewRecord::own(&guard, "shop", "hooks", "evt_2", "order.paid", "{}".into());
    let refused = store
        .put_in(&mut transaction, &[event("evt_3"), wrong])
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
    transaction.commit().await.unwrap();
    assert_eq!(store.stats(&inbox()).await.unwrap().ready, 1);
}

/// What a role or a database is set to does not make the commit of an acknowledged event an uncertain one.
#[tokio::test]
async fn a_transaction_that_puts_or_settles_commits_durably_whatever_its_settings() {
    let database = Database::new();
    let store = database.open().await;
    let mut connection = database.connection().await;
    for (set, then) in [
        ("off", "on"),
        ("local", "on"),
        ("remote_write", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "SET synchronous_commit = '{set}'"
        )))
        .execute(&mut connection)
        .await
        .unwrap();
        let mut transaction = connection.begin().await.unwrap();
        store.put_in(&mut transaction, &[event(set)]).await.unwrap();
        let row = sqlx::query("SHOW synchronous_commit")
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
        assert_eq!(row.get::<String, _>(0), then);
        transaction.commit().await.unwrap();
        let row = sqlx::query("SHOW synchronous_commit")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(
            row.get::<String, _>(0),
            set,
            "the caller's session is as it was"
        );
    }
}

#[tokio::test]
async fn whoever_puts_what_an_open_transaction_has_put_is_told_that_it_is_locked() {
    let database = Database::new();
    let store = database.open().await;
    let hasty = database
        .options()
        .lock_timeout(Duration::from_millis(100))
        .open()
        .await
        .unwrap();
    let mut connection = database.connection().await;
    let mut transaction = connection.begin().await.unwrap();
    store
        .put_in(&mut transaction, &[event("evt_1")])
        .await
        .unwrap();
    let locked = hasty.put(&[event("evt_1")]).await.unwrap_err();
    assert_eq!(locked.kind(), StoreErrorKind::Locked);
    assert!(locked.is_transient());
    assert_eq!(
        hasty.put(&[event("evt_2")]).await.unwrap(),
        [Put::New],
        "nobody else waits"
    );
    transaction.rollback().await.unwrap();
    assert_eq!(hasty.put(&[event("evt_1")]).await.unwrap(), [Put::New]);
}

/// Sequences are handed out before the commit, so a later number may be committed first.
#[tokio::test]
async fn a_page_never_goes_beyond_a_put_that_may_still_be_committed() {
    let database = Database::new();
    let store = database.open().await;
    store.put(&[event("evt_1")]).await.unwrap();
    let mut connection = database.connection().await;
    let mut transaction = connection.begin().await.unwrap();
    store
        .put_in(&mut transaction, &[event("evt_2")])
        .await
        .unwrap();
    store.put(&[event("evt_3")]).await.unwrap();
    let first = store.list(&ListRequest::new(inbox())).await.unwrap();
    assert_eq!(first.len(), 1, "evt_3 must wait for evt_2");
    transaction.commit().await.unwrap();
    let rest = store
        .list(&ListRequest::new(inbox()).after(first[0].sequence))
        .await
        .unwrap();
    let ids: Vec<_> = rest
        .iter()
        .map(|record| record.facts.id.as_ref().unwrap().value.as_str())
        .collect();
    assert_eq!(ids, ["evt_2", "evt_3"]);
}

/// A transaction that looks at the past cannot see the record, and must not take that for its absence.
#[tokio::test]
async fn a_put_in_a_transaction_that_looks_at_the_past_never_makes_a_second_record() {
    for level in LEVELS {
        for turn in [false, true] {
            let database = Database::new();
            let store = database.open().await;
            let mut connection = database.connection().await;
            let begin = sqlx::AssertSqlSafe(format!("BEGIN ISOLATION LEVEL {level}"));
            let mut transaction = connection.begin_with(begin).await.unwrap();
            sqlx::query("SELECT 1")
                .execute(&mut *transaction)
                .await
                .unwrap();

            store.put(&[event("evt_1")]).await.unwrap();
            let held = lease(&store).await;
            let outcome = Outcome::Done { output: None };
            store
                .settle(&[Settlement {
                    lease: held,
                    outcome,
                }])
                .await
                .unwrap();
            if turn {
                // Its key is in a generation that is not the newest for anybody who looks now.
                database
                    .run("UPDATE {schema}.generation SET current = 1")
                    .await;
            }
            match store.put_in(&mut transaction, &[event("evt_1")]).await {
                Ok(puts) => {
                    assert!(
                        matches!(
                            puts[0],
                            Put::Duplicate {
                                state: State::Done,
                                ..
                            }
                        ),
                        "{level}: {puts:?}"
                    );
                    assert_eq!(level, "READ COMMITTED");
                }
                Err(error) => {
                    assert_ne!(level, "READ COMMITTED");
                    assert_eq!(error.kind(), StoreErrorKind::Busy, "{level}: {error:?}");
                }
            }
            let _ = transaction.commit().await;
            assert_eq!(store.stats(&inbox()).await.unwrap().total(), 1, "{level}");
            assert_eq!(state(&store, "evt_1").await, Some(State::Done));
        }
    }
}

#[tokio::test]
async fn a_lease_settled_in_a_transaction_is_settled_when_that_commits() {
    for level in LEVELS {
        let database = with_effects().await;
        let store = database.open().await;
        store.put(&[event("evt_1")]).await.unwrap();
        let settlement = Settlement {
            lease: lease(&store).await,
            outcome: Outcome::Done { output: None },
        };
        let mut connection = database.connection().await;
        let begin = || sqlx::AssertSqlSafe(format!("BEGIN ISOLATION LEVEL {level}"));

        let mut transaction = connection.begin_with(begin()).await.unwrap();
        let settled = store
            .settle_in(&mut transaction, &settlement)
            .await
            .unwrap();
        assert_eq!(settled, Settled::Applied);
        transaction.rollback().await.unwrap();
        assert!(matches!(
            state(&store, "evt_1").await,
            Some(State::Leased { .. })
        ));

        let mut transaction = connection.begin_with(begin()).await.unwrap();
        let effect = database.sql("INSERT INTO {schema}.effects VALUES (1)");
        sqlx::raw_sql(effect)
            .execute(&mut *transaction)
            .await
            .unwrap();
        let settled = store
            .settle_in(&mut transaction, &settlement)
            .await
            .unwrap();
        assert_eq!(settled, Settled::Applied);
        transaction.commit().await.unwrap();
        assert_eq!(state(&store, "evt_1").await, Some(State::Done));
        assert_eq!(effects(&database).await, 1);
    }
}

#[tokio::test]
async fn a_caller_who_ignores_that_the_lease_was_lost_and_commits_has_no_effect() {
    for level in LEVELS {
        for settled_before in [false, true] {
            let database = with_effects().await;
            let store = database.open().await;
            store.put(&[event("evt_1")]).await.unwrap();
            let settlement = Settlement {
                lease: lease(&store).await,
                outcome: Outcome::Done { output: None },
            };
            if settled_before {
                store
                    .settle(std::slice::from_ref(&settlement))
                    .await
                    .unwrap();
            } else {
                database.step(2 * LEASE).await;
                lease(&store).await;
            }
            let mut connection = database.connection().await;
            let begin = sqlx::AssertSqlSafe(format!("BEGIN ISOLATION LEVEL {level}"));
            let mut transaction = connection.begin_with(begin).await.unwrap();
            let effect = || database.sql("INSERT INTO {schema}.effects VALUES (1)");
            sqlx::raw_sql(effect())
                .execute(&mut *transaction)
                .await
                .unwrap();
            let settled = store
                .settle_in(&mut transaction, &settlement)
                .await
                .unwrap();
            let expected = if settled_before {
                Settled::AlreadySettled
            } else {
                Settled::LeaseLost
            };
            assert_eq!(settled, expected);
            let _ = sqlx::raw_sql(effect()).execute(&mut *transaction).await;
            let _ = transaction.commit().await;
            assert_eq!(effects(&database).await, 0, "{level}");
        }
    }
}

/// The caller's transaction is lent the isolation level of nobody: the store's own is read committed.
#[tokio::test]
async fn a_database_that_defaults_to_serializable_changes_nothing_for_the_store() {
    let database = Database::new();
    database.prepare().await;
    let url = webhook_servers_url("?options=-c%20default_transaction_isolation%3Dserializable");
    let store = webhook_idempotency::PostgresOptions::new(&url)
        .unwrap()
        .schema(database.schema())
        .isolation(Isolation::Serializable)
        .open()
        .await
        .unwrap();
    let records: Vec<_> = (0..16).map(|n| event(&format!("evt_{n}"))).collect();
    let puts = (0..8).map(|_| store.put(&records));
    let answers = futures_util::future::join_all(puts).await;
    let new = answers
        .iter()
        .flat_map(|answer| answer.as_ref().unwrap())
        .filter(|put| **put == Put::New);
    assert_eq!(new.count(), 16);
}

fn webhook_servers_url(parameters: &str) -> String {
    format!("{}{parameters}", crate::harness::server().url("postgres"))
}
