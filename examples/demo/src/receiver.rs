//! The receiver's process: two endpoints, one inbox.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use webhook_tower::Receive;
use webhook_tower::idempotency::{GroupCommit, Inbox, Queue, SqliteStore};
use webhook_tower::verify::{GitHub, Secret, StandardWebhooks};

use crate::{Failure, secrets};

/// What the process prints in front of its address once it listens.
pub(crate) const LISTENING: &str = "listening on http://";

pub(crate) async fn run(database: &Path, port: u16) -> Result<(), Failure> {
    let mut shop =
        StandardWebhooks::builder().secret("new", Secret::from_env(secrets::SHOP_VARIABLE)?);
    if std::env::var_os(secrets::SHOP_OLD_VARIABLE).is_some() {
        shop = shop.secret("old", Secret::from_env(secrets::SHOP_OLD_VARIABLE)?);
    }
    let shop = shop.build()?;
    let github = GitHub::from_env(secrets::GITHUB_VARIABLE)?;

    // Deliveries that come at the same time share a commit.
    let store = GroupCommit::new(Arc::new(SqliteStore::open(database).await?));
    let store: Arc<dyn Queue> = Arc::new(store);
    let inbox = Inbox::new(store, "shop")?;
    let app = Router::new()
        .route_service("/github", Receive::new(github, inbox.endpoint("github")?))
        .route_service("/shop", Receive::new(shop, inbox));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "port {port} of 127.0.0.1 is in use by another program; give another one with --port, or 0 for any"
        ),
        _ => format!("cannot listen on port {port} of 127.0.0.1 ({error}); give another one with --port"),
    })?;
    println!("{LISTENING}{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
