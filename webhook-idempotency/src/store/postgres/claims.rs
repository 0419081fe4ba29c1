//! The store contract over Postgres: each call is one statement, and each statement one transaction.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::Row;

use super::error::{STORE, corrupt, store_error};
use super::row::{key, record, span, time};
use super::server::Again;
use super::settle::{self, Settlements};
use super::{PostgresStore, put};
use crate::claims::{Begun, Claims, Put, Settled, Settlement};
use crate::error::StoreError;
use crate::key::{Key, Kind, Namespace};
use crate::record::{Fence, Lease, NewRecord, Record};
use crate::store::{put_anew, require};

/// Purging takes steps of this size, each a transaction of its own, so that nobody waits for long behind one.
const PURGE_STEP: u32 = 1_000;

#[async_trait]
impl Claims for PostgresStore {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        require(STORE, Kind::Queue, records.iter().map(NewRecord::namespace))?;
        let puts = put::put(&self.server, &self.statements, records).await?;
        for namespace in put_anew(records, &puts) {
            self.wake(namespace);
        }
        Ok(puts)
    }

    async fn put_leased(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        require(STORE, Kind::Guard, records.iter().map(NewRecord::namespace))?;
        put::put_leased(&self.server, &self.statements, records, lease).await
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        if leases.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Vec<u8>> = leases
            .iter()
            .map(|lease| lease.key.as_bytes().to_vec())
            .collect();
        let fences: Vec<i64> = leases.iter().map(|lease| lease.fence.0).collect();
        let rows = self
            .server
            .call(
                &self.server.work,
                &self.statements.extend,
                Again::WhenLost,
                |statement| statement.bind(&keys).bind(&fences).bind(span(lease)),
            )
            .await?;
        let mut held = HashMap::new();
        for row in &rows {
            let lease = || {
                let fence = Fence(row.try_get("fence")?);
                Ok(Lease::new(key(row)?, fence, time(row.try_get("until")?)))
            };
            let lease = lease().map_err(store_error)?;
            held.insert((lease.key, lease.fence), lease);
        }
        Ok(leases
            .iter()
            .map(|lease| held.get(&(lease.key, lease.fence)).copied())
            .collect())
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        if settlements.is_empty() {
            return Ok(Vec::new());
        }
        let arrays = Settlements::new(settlements);
        let rows = self
            .server
            .call(
                &self.server.work,
                &self.statements.settle,
                Again::WhenLost,
                |statement| arrays.bind(statement),
            )
            .await?;
        let (settled, ready) = settle::answers(settlements, &rows).map_err(store_error)?;
        self.signal(ready);
        Ok(settled)
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
        let rows = self
            .server
            .call(
                &self.server.work,
                &self.statements.get,
                Again::WhenLost,
                |statement| statement.bind(&wanted),
            )
            .await?;
        let mut records = HashMap::new();
        for row in &rows {
            let record = record(row).map_err(store_error)?;
            if record.damaged {
                return Err(corrupt());
            }
            records.insert(record.key, record);
        }
        Ok(keys.iter().map(|key| records.get(key).cloned()).collect())
    }

    async fn purge(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut left = limit;
        let mut purged = 0;
        // Each step begins where the one before it ended, and not with what that one has left to be vacuumed.
        let mut since = 0_i64;
        while left > 0 {
            let step = left.min(PURGE_STEP);
            let rows = self
                .server
                .call(
                    &self.server.work,
                    &self.statements.purge,
                    Again::WhenLost,
                    |statement| {
                        statement
                            .bind(namespace.as_str().to_owned())
                            .bind(span(settled_for))
                            .bind(since)
                            .bind(i64::from(step))
                    },
                )
                .await?;
            let row = rows
                .first()
                .ok_or_else(|| store_error(sqlx::Error::RowNotFound))?;
            let count: i64 = row.try_get("purged").map_err(store_error)?;
            let reached: Option<i64> = row.try_get("reached").map_err(store_error)?;
            let count = u32::try_from(count).unwrap_or(step);
            purged += u64::from(count);
            left -= count.min(left);
            since = reached.unwrap_or(since);
            if count < step {
                break;
            }
        }
        self.turn(settled_for).await;
        Ok(purged)
    }
}
