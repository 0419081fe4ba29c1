//! Telling workers in other processes, and being told. Only a hint: whoever misses it polls.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::options::PostgresOptions;
use super::server::{Again, Server};
use super::statements::Sql;
use crate::store::wake::Wake;

/// Every notifying transaction takes one lock for the whole server at its commit, so there are few, and puts are not among them.
const AT_MOST_EVERY: Duration = Duration::from_millis(100);

/// How long to wait before listening again after the server could not be reached.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Two tasks, which end with the store.
#[derive(Debug)]
pub(super) struct Notifier {
    pending: Arc<Pending>,
    tasks: [JoinHandle<()>; 2],
}

#[derive(Debug, Default)]
struct Pending {
    namespaces: Mutex<BTreeSet<String>>,
    some: Notify,
}

impl Notifier {
    pub(super) fn start(
        options: &PostgresOptions,
        server: &Arc<Server>,
        sql: &Sql,
        wake: &Arc<Wake>,
    ) -> Self {
        let pending = Arc::new(Pending::default());
        let channel = format!("webhooks_{}", options.schema);
        let telling = tell(
            Arc::clone(&pending),
            Arc::clone(server),
            sql.clone(),
            channel.clone(),
        );
        let listening = listen(options.clone(), channel, Arc::clone(wake));
        Self {
            pending,
            tasks: [tokio::spawn(telling), tokio::spawn(listening)],
        }
    }

    pub(super) fn tell(&self, namespace: &str) {
        let mut namespaces = self
            .pending
            .namespaces
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !namespaces.contains(namespace) {
            namespaces.insert(namespace.to_owned());
        }
        drop(namespaces);
        self.pending.some.notify_one();
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn tell(pending: Arc<Pending>, server: Arc<Server>, sql: Sql, channel: String) {
    loop {
        pending.some.notified().await;
        let namespaces = mem::take(
            &mut *pending
                .namespaces
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if namespaces.is_empty() {
            continue;
        }
        let namespaces: Vec<String> = namespaces.into_iter().collect();
        let told = server.call(&server.work, &sql, Again::Never, |statement| {
            statement.bind(channel.clone()).bind(&namespaces)
        });
        if let Err(error) = told.await {
            tracing::debug!(
                cause = crate::text::chain(&error),
                "other processes were not notified; they poll"
            );
        }
        tokio::time::sleep(AT_MOST_EVERY).await;
    }
}

async fn listen(options: PostgresOptions, channel: String, wake: Arc<Wake>) {
    let connect = options.listen_on.unwrap_or(options.connect);
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_lazy_with(connect);
    loop {
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(&channel).await?;
            loop {
                // Nothing stands for a connection that was lost in between, and with it perhaps a notification.
                match listener.try_recv().await? {
                    Some(notification) => wake.signal(notification.payload()),
                    None => wake.signal_all(),
                }
            }
        };
        let ended: Result<(), sqlx::Error> = listening.await;
        if let Err(error) = ended {
            tracing::debug!(
                cause = crate::text::chain(&error),
                "nothing is heard from other processes; polling"
            );
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}
