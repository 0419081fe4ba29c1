//! The store contract over SQLite: each call is one transaction.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;

use super::error::{STORE, store_error};
use super::{SqliteStore, admin, put, settle};
use crate::claims::{Begun, Claims, Put, Settled, Settlement};
use crate::error::{StoreError, StoreErrorKind};
use crate::key::{Key, Kind, Namespace};
use crate::record::{Lease, NewRecord, Record};
use crate::store::{put_anew, require};

#[async_trait]
impl Claims for SqliteStore {
    async fn put(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        require(STORE, Kind::Queue, records.iter().map(NewRecord::namespace))?;
        let mut held = self.writer.hold().await?;
        let (mut transaction, _) = held.begin().await?;
        let puts = put::put(&mut transaction, records, self.now()).await?;
        transaction.commit().await.map_err(store_error)?;
        held.give_back();
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
        let mut held = self.writer.hold().await?;
        let (mut transaction, _) = held.begin().await?;
        let begun = put::put_leased(&mut transaction, records, lease, self.now()).await?;
        transaction.commit().await.map_err(store_error)?;
        held.give_back();
        Ok(begun)
    }

    async fn extend(
        &self,
        leases: &[Lease],
        lease: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        let mut held = self.writer.hold().await?;
        let (mut transaction, _) = held.begin().await?;
        let now = self.now();
        let mut extended = Vec::with_capacity(leases.len());
        for one in leases {
            extended.push(
                settle::extend(&mut transaction, one, lease, now)
                    .await
                    .map_err(store_error)?,
            );
        }
        transaction.commit().await.map_err(store_error)?;
        held.give_back();
        Ok(extended)
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<Vec<Settled>, StoreError> {
        let mut held = self.writer.hold().await?;
        let (mut transaction, _) = held.begin().await?;
        let now = self.now();
        let mut settled = Vec::with_capacity(settlements.len());
        let mut ready = HashSet::new();
        for settlement in settlements {
            match settle::settle(&mut transaction, settlement, now).await {
                Ok(settling) => {
                    settled.push(settling.settled);
                    ready.extend(settling.ready_in);
                }
                Err(error) if error.kind() == StoreErrorKind::Misuse => {
                    transaction.rollback().await.map_err(store_error)?;
                    held.give_back();
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        transaction.commit().await.map_err(store_error)?;
        held.give_back();
        self.signal(ready);
        Ok(settled)
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let mut reader = self.reader().await?;
        let mut records = Vec::with_capacity(keys.len());
        for key in keys {
            records.push(admin::get(&mut reader, key).await?);
        }
        Ok(records)
    }

    async fn purge(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut held = self.writer.hold().await?;
        let (mut transaction, _) = held.begin().await?;
        let purged =
            admin::purge(&mut transaction, namespace, settled_for, limit, self.now()).await;
        let purged = purged.map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        held.give_back();
        Ok(purged)
    }
}
