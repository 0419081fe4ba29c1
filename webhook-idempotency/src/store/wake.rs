//! Telling workers in the same process that something may have become ready.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// One signal per namespace, so that a put into one never uses up the signal of another.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    signals: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Wake {
    /// Wakes everybody who waits now, and the next one who comes: it may have looked before this change was made.
    pub(crate) fn signal(&self, namespace: &str) {
        let signal = self.of(namespace);
        signal.notify_waiters();
        signal.notify_one();
    }

    /// The same for every namespace that anybody has waited for.
    #[cfg(feature = "postgres")]
    pub(crate) fn signal_all(&self) {
        let signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        for signal in signals.values() {
            signal.notify_waiters();
            signal.notify_one();
        }
    }

    pub(crate) async fn wait(&self, namespace: &str, at_most: Duration) {
        let signal = self.of(namespace);
        // Running into the limit is as good as a signal: the caller polls in both cases.
        let _ = tokio::time::timeout(at_most, signal.notified()).await;
    }

    fn of(&self, namespace: &str) -> Arc<Notify> {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signal) = signals.get(namespace) {
            return Arc::clone(signal);
        }
        Arc::clone(signals.entry(namespace.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test(start_paused = true)]
    async fn a_signal_between_looking_and_waiting_is_not_lost() {
        let wake = Wake::default();
        let started = tokio::time::Instant::now();
        wake.signal("queue:inbox");
        wake.wait("queue:inbox", LONG).await;
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_signal_wakes_everybody_of_its_namespace_and_nobody_else() {
        let wake = Arc::new(Wake::default());
        let inbox = "queue:inbox";
        let outbox = "queue:outbox";
        let started = tokio::time::Instant::now();
        let waiting: Vec<_> = [inbox, inbox, outbox]
            .map(|namespace| {
                let wake = Arc::clone(&wake);
                tokio::spawn(async move {
                    wake.wait(namespace, LONG).await;
                    started.elapsed()
                })
            })
            .into_iter()
            .collect();
        tokio::task::yield_now().await;
        wake.signal(inbox);
        let mut waited = Vec::new();
        for task in waiting {
            waited.push(task.await.unwrap());
        }
        assert_eq!(waited, [Duration::ZERO, Duration::ZERO, LONG]);
    }
}
