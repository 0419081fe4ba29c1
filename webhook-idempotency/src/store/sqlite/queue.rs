//! What workers and people need, over SQLite.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;

use super::error::{STORE, store_error};
use super::{SqliteStore, admin, lease};
use crate::error::StoreError;
use crate::key::{Key, Kind, Namespace};
use crate::queue::{ListRequest, Queue, Replayed, Stats};
use crate::record::{Leased, Record};
use crate::store::require;

#[async_trait]
impl Queue for SqliteStore {
    async fn lease(
        &self,
        namespace: &Namespace,
        limit: u32,
        length: Duration,
    ) -> Result<Vec<Leased>, StoreError> {
        require(STORE, Kind::Queue, [namespace])?;
        let mut held = self.writer.hold().await?;
        let (mut transaction, _) = held.begin().await?;
        let leased = lease::lease(&mut transaction, namespace, limit, length, self.now())
            .await
            .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        held.give_back();
        Ok(leased)
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        admin::list(&mut reader, request).await.map_err(store_error)
    }

    async fn replay(&self, keys: &[Key]) -> Result<Vec<Replayed>, StoreError> {
        let mut held = self.writer.hold().await?;
        let (mut transaction, _) = held.begin().await?;
        let now = self.now();
        let mut replayed = Vec::with_capacity(keys.len());
        let mut ready = HashSet::new();
        for key in keys {
            let (answer, ready_in) = admin::replay(&mut transaction, key, now)
                .await
                .map_err(store_error)?;
            replayed.push(answer);
            ready.extend(ready_in);
        }
        transaction.commit().await.map_err(store_error)?;
        held.give_back();
        self.signal(ready);
        Ok(replayed)
    }

    async fn stats(&self, namespace: &Namespace) -> Result<Stats, StoreError> {
        let mut reader = self.reader().await?;
        admin::stats(&mut reader, namespace, self.now())
            .await
            .map_err(store_error)
    }

    /// # Panics
    /// Outside of a tokio runtime with a timer.
    async fn wait(&self, namespace: &Namespace, at_most: Duration) {
        self.wake.wait(namespace.as_str(), at_most).await;
    }
}
