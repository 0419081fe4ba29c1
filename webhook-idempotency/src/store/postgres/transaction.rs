//! A handler's effects and its settlement in one transaction.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::PostgresStore;
use super::error::{is_refusal, leaves_connection_usable, store_error};
use super::settle::settled;
use crate::claims::Settled;
use crate::error::StoreError;
use crate::record::Lease;
use crate::transaction::{Apply, Refusal, TransactionOutcome, TransactionalQueue};

/// What the settlement answers in a transaction that is another one than the one that was lent.
const ENDED: i16 = 3;

/// The handler has a connection of its own, and no row is locked before it is done: heartbeats, other handlers and
/// acknowledgements go on beside it, however long it takes. If its lease lapses and another worker takes the record over, the
/// settlement finds that out and everything is rolled back.
#[async_trait]
impl TransactionalQueue for PostgresStore {
    type Connection = PgConnection;

    async fn run_in_transaction<E: Send + 'static>(
        &self,
        lease: &Lease,
        limit: Duration,
        apply: Apply<PgConnection, E>,
    ) -> Result<TransactionOutcome<E>, StoreError> {
        let (mut lent, begin) = self.server.handler(limit).await?;
        let key = lease.key.as_bytes().to_vec();
        let keep = self.server.keeps_statements();
        let mut transaction = lent
            .begin_with(AssertSqlSafe(begin))
            .await
            .map_err(store_error)?;

        let rows = self
            .statements
            .open_gate
            .query(keep)
            .bind(&key)
            .bind(lease.fence.0);
        let rows = rows
            .fetch_all(&mut *transaction)
            .await
            .map_err(store_error)?;
        let row = rows
            .first()
            .ok_or_else(|| store_error(sqlx::Error::RowNotFound))?;
        let standing = settled(row.try_get("answer").map_err(store_error)?);
        if standing != Settled::Applied {
            transaction.rollback().await.map_err(store_error)?;
            lent.give_back();
            return Ok(not_held(standing));
        }
        let gate: i64 = row.try_get("gate").map_err(store_error)?;

        // From here on every early return closes the connection, and with it whatever the handler left open or under way.
        match tokio::time::timeout(limit, apply(&mut transaction)).await {
            Err(_) => return Ok(TransactionOutcome::TimedOut),
            Ok(Err(error)) => {
                // Whether that went well makes no difference: nothing can be committed while the gate stands.
                if transaction.rollback().await.is_ok() {
                    lent.close();
                }
                return Ok(TransactionOutcome::Failed(error));
            }
            Ok(Ok(())) => {}
        }

        let pass = self.statements.pass_gate.query(keep);
        let pass = pass.bind(&key).bind(lease.fence.0).bind(gate);
        let answer: i16 = match pass.fetch_all(&mut *transaction).await {
            Ok(rows) => {
                let row = rows
                    .first()
                    .ok_or_else(|| store_error(sqlx::Error::RowNotFound))?;
                row.try_get("answer").map_err(store_error)?
            }
            Err(error) => return refused(error),
        };
        if answer == ENDED {
            return Ok(TransactionOutcome::Refused(Refusal::Ended));
        }
        let settled = settled(answer);
        if settled != Settled::Applied {
            transaction.rollback().await.map_err(store_error)?;
            return Ok(not_held(settled));
        }
        match transaction.commit().await {
            // A savepoint that the handler forgot about makes this the end of the savepoint only.
            Ok(()) if lent.is_in_transaction() => Ok(TransactionOutcome::Refused(Refusal::Ended)),
            Ok(()) => {
                lent.give_back();
                Ok(TransactionOutcome::Committed)
            }
            Err(error) => refused(error),
        }
    }
}

fn not_held<E>(standing: Settled) -> TransactionOutcome<E> {
    match standing {
        Settled::AlreadySettled => TransactionOutcome::AlreadySettled,
        Settled::Applied | Settled::LeaseLost => TransactionOutcome::LeaseLost,
    }
}

/// What the server said no to, it has rolled back. Any other error leaves the end unknown.
fn refused<E>(error: sqlx::Error) -> Result<TransactionOutcome<E>, StoreError> {
    if is_refusal(&error) && leaves_connection_usable(&error) {
        Ok(TransactionOutcome::Refused(Refusal::Rejected(error.into())))
    } else {
        Err(store_error(error))
    }
}
