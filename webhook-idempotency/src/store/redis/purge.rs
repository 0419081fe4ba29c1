//! Forgetting what was settled long ago, oldest first although it lies in many parts.

use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::batch::millis;
use super::names::PARTS;
use super::script::{self, Run};
use super::{RedisStore, reply};
use crate::error::StoreError;
use crate::key::{Key, Namespace};

/// How many parts are asked at the same time.
const AT_ONCE: usize = 256;

/// What may be forgotten: the time and the key are in the member, and so is its place in the order.
struct Due {
    part: u16,
    member: Vec<u8>,
}

impl RedisStore {
    pub(super) async fn purge_some(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut purged = 0;
        loop {
            let wanted = u64::from(limit).saturating_sub(purged);
            if wanted == 0 {
                return Ok(purged);
            }
            // Twice what each part has on average.
            let page = wanted.min(16.max(2 * wanted / u64::from(PARTS)));
            let (mut due, complete) = self.due(namespace, settled_for, page).await?;
            due.sort_unstable_by(|a, b| a.member.cmp(&b.member));
            due.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
            purged += self.forget(&due, settled_for).await?;
            if complete {
                return Ok(purged);
            }
        }
    }

    /// The oldest that are due, and whether there are no others. Of a part that has more than a page nothing is known
    /// beyond its page, so that the list ends where the first of these pages does.
    async fn due(
        &self,
        namespace: &Namespace,
        settled_for: Duration,
        page: u64,
    ) -> Result<(Vec<Due>, bool), StoreError> {
        let pages = stream::iter(0..PARTS).map(|part| async move {
            let run = Run {
                script: &script::DUE,
                keys: vec![self.names.index(part)],
                arguments: vec![
                    self.ahead(),
                    namespace.as_str().into(),
                    millis(settled_for),
                    page.to_string().into(),
                ],
                repeatable: true,
            };
            let members = reply::array(self.link.run(part, &run).await?)?;
            let members = members.into_iter().map(|member| {
                let member = reply::bytes(member)?.ok_or_else(reply::unexpected)?;
                Ok(Due { part, member })
            });
            members.collect::<Result<Vec<Due>, StoreError>>()
        });
        let pages: Vec<Vec<Due>> = pages.buffer_unordered(AT_ONCE).try_collect().await?;
        let full = pages.iter().filter(|found| found.len() as u64 >= page);
        let horizon = full
            .filter_map(|found| found.last())
            .map(|due| due.member.clone())
            .min();
        let known = pages.into_iter().flatten();
        Ok(match horizon {
            None => (known.collect(), true),
            Some(horizon) => (known.filter(|due| due.member <= horizon).collect(), false),
        })
    }

    async fn forget(&self, due: &[Due], settled_for: Duration) -> Result<u64, StoreError> {
        let mut due: Vec<&Due> = due.iter().collect();
        due.sort_by_key(|due| due.part);
        let runs = due.chunk_by(|a, b| a.part == b.part).filter_map(|chunk| {
            let part = chunk.first()?.part;
            let mut run = Run {
                script: &script::FORGET,
                keys: vec![self.names.index(part)],
                arguments: vec![self.ahead(), millis(settled_for)],
                // A second time it would count nothing.
                repeatable: false,
            };
            for due in chunk {
                let (_, key) = due.member.split_last_chunk::<32>()?;
                run.keys.push(self.names.record(&Key::from_bytes(*key)));
                run.arguments.push(due.member.clone());
            }
            Some((part, run))
        });
        let runs: Vec<_> = runs.collect();
        let counts = stream::iter(runs).map(|(part, run)| async move {
            let forgotten = reply::number(self.link.run(part, &run).await?)?;
            Ok(u64::try_from(forgotten).unwrap_or(0))
        });
        counts
            .buffer_unordered(AT_ONCE)
            .try_fold(0, |sum, count| async move { Ok(sum + count) })
            .await
    }
}
