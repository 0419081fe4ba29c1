//! What the suite needs to know about a store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::claims::Claims;
use crate::queue::Queue;

/// One store that begins empty, and its clock. Every test makes a harness of its own.
#[async_trait]
pub trait Harness: Send + Sync {
    /// A handle on the store. Every handle of one harness shows the same records.
    ///
    /// Each test takes two and uses them in turns. A store that several processes may open should hand out a new
    /// connection each time; one that cannot be opened twice hands out the same handle again.
    async fn store(&self) -> Arc<dyn Queue>;

    /// A handle as after a restart of the program: the suite has dropped the others. A store that keeps nothing across
    /// restarts hands out what it has.
    async fn restart(&self) -> Arc<dyn Queue>;

    /// Moves the store's clock, or waits until it has moved. A clock that also runs by itself must not gain more than
    /// five seconds in one test.
    async fn advance(&self, by: Duration);
}

/// One store that begins empty, and its clock, for a store that is no [`Queue`]. Whatever implements [`Harness`] has it.
///
/// What the documentation there says of each method holds here.
#[async_trait]
pub trait ClaimsHarness: Send + Sync {
    /// A handle on the store.
    async fn claims(&self) -> Arc<dyn Claims>;

    /// A handle as after a restart of the program.
    async fn claims_after_restart(&self) -> Arc<dyn Claims>;

    /// Moves the store's clock, or waits until it has moved.
    async fn step(&self, by: Duration);
}

#[async_trait]
impl<H: Harness> ClaimsHarness for H {
    async fn claims(&self) -> Arc<dyn Claims> {
        self.store().await
    }

    async fn claims_after_restart(&self) -> Arc<dyn Claims> {
        self.restart().await
    }

    async fn step(&self, by: Duration) {
        self.advance(by).await;
    }
}
