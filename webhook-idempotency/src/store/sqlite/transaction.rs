//! A handler's effects and its settlement in one transaction.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use super::error::{CONSTRAINT, code, store_error};
use super::{SqliteStore, settle};
use crate::claims::{Outcome, Settled, Settlement};
use crate::error::StoreError;
use crate::record::Lease;
use crate::transaction::{Apply, Refusal, TransactionOutcome, TransactionalQueue};

/// The handler runs on the store's only writing connection: until it returns, nothing else is written, and no delivery
/// is acknowledged. Keep its limit well below [`SqliteOptions::busy_timeout`](crate::SqliteOptions::busy_timeout).
#[async_trait]
impl TransactionalQueue for SqliteStore {
    type Connection = SqliteConnection;

    async fn run_in_transaction<E: Send + 'static>(
        &self,
        lease: &Lease,
        limit: Duration,
        apply: Apply<SqliteConnection, E>,
    ) -> Result<TransactionOutcome<E>, StoreError> {
        // One transaction waits for the writer at a time. The others wait here, so that an acknowledgement has at most one
        // handler in front of it however long the backlog is.
        let _turn = self.transactions.lock().await;
        let mut held = self.writer.hold().await?;
        let (mut transaction, gate) = held.begin().await?;
        let mut settled = settle::standing(&mut transaction, lease).await?.0;
        if settled == Settled::Applied {
            gate.lend();
            let applied = tokio::time::timeout(limit, apply(&mut transaction)).await;
            if applied.is_err() {
                // A statement of the handler may still be running, with a COMMIT queued behind it. The gate stays as it
                // is, and closing the connection rolls back whatever is open.
                return Ok(TransactionOutcome::TimedOut);
            }
            // Statements that the handler gave up waiting for come first, and find the gate closed too.
            sqlx::query("SELECT 1")
                .execute(&mut *transaction)
                .await
                .map_err(store_error)?;
            let same_transaction = gate.take_back();
            match applied {
                Err(_) => return Ok(TransactionOutcome::TimedOut),
                Ok(_) if !same_transaction => {
                    return Ok(TransactionOutcome::Refused(Refusal::Ended));
                }
                Ok(Err(error)) => {
                    transaction.rollback().await.map_err(store_error)?;
                    held.give_back();
                    return Ok(TransactionOutcome::Failed(error));
                }
                Ok(Ok(())) => {}
            }
            // The lease was held when the transaction began and nobody else can write since, but the handler can.
            let done = Settlement {
                lease: *lease,
                outcome: Outcome::Done { output: None },
            };
            settled = settle::settle(&mut transaction, &done, self.now())
                .await?
                .settled;
        }
        if settled != Settled::Applied {
            transaction.rollback().await.map_err(store_error)?;
            held.give_back();
            return Ok(match settled {
                Settled::AlreadySettled => TransactionOutcome::AlreadySettled,
                Settled::Applied | Settled::LeaseLost => TransactionOutcome::LeaseLost,
            });
        }
        match transaction.commit().await {
            // A savepoint that the handler forgot about makes this the end of the savepoint only.
            Ok(()) if held.give_back() => Ok(TransactionOutcome::Committed),
            Ok(()) => Ok(TransactionOutcome::Refused(Refusal::Ended)),
            Err(error) if code(&error) == Some(CONSTRAINT) => {
                Ok(TransactionOutcome::Refused(Refusal::Rejected(error.into())))
            }
            Err(error) => Err(store_error(error)),
        }
    }
}
