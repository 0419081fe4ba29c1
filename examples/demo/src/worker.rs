//! The worker's process: each event is booked once, in the transaction that settles it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use webhook_tower::idempotency::{Event, HandlerError, SqliteStore, Worker};

use crate::Failure;

/// Long enough for a living worker, short enough that a killed one is not missed for long.
pub(crate) const LEASE: Duration = Duration::from_secs(1);

pub(crate) async fn run(database: &Path) -> Result<(), Failure> {
    let store = Arc::new(SqliteStore::open(database).await?);
    let mut connection =
        SqliteConnection::connect(&format!("sqlite://{}", database.display())).await?;
    // No unique key on purpose: an effect that ran twice would stand there twice.
    sqlx::query("CREATE TABLE IF NOT EXISTS effects (event TEXT NOT NULL) STRICT")
        .execute(&mut connection)
        .await?;
    connection.close().await?;

    let worker = Worker::builder(store)
        .lease(LEASE)
        .poll_interval(Duration::from_millis(50))
        .handle_tx(|event, connection| Box::pin(book(event, connection)))
        .build()?;
    println!("working");
    worker
        .run(async {
            // Without a way to hear of it there is nothing to wait for.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await;
    Ok(())
}

async fn book(event: &Event, connection: &mut SqliteConnection) -> Result<(), HandlerError> {
    let id = event
        .id()
        .ok_or_else(|| HandlerError::dead("the event has no id"))?;
    sqlx::query("INSERT INTO effects (event) VALUES (?1)")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
