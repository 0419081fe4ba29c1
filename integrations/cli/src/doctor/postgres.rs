//! What a Postgres server says of itself.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Row as _};
use webhook_verify::{Clock as _, SystemClock, UnixTime};

use super::Check;
use crate::failure::Failure;
use crate::when;

/// Half of a usual tolerance: beyond it, signed times that are good here are refused there.
const SKEW: u64 = 150;

pub(super) async fn look(url: &str) -> Result<Vec<Check>, Failure> {
    // Nothing of the URL may be repeated.
    let options: PgConnectOptions = url
        .parse()
        .map_err(|_| Failure::misuse("--store is no URL of a Postgres database"))?;
    let mut connection = PgConnection::connect_with(&options)
        .await
        .map_err(Failure::failed)?;
    let mut checks = settings(&mut connection).await.map_err(Failure::failed)?;
    checks.push(clock(&mut connection).await.map_err(Failure::failed)?);
    checks.push(bloat(&mut connection).await.map_err(Failure::failed)?);
    connection.close().await.map_err(Failure::failed)?;
    Ok(checks)
}

async fn settings(connection: &mut PgConnection) -> Result<Vec<Check>, sqlx::Error> {
    let row = sqlx::query(include_str!("settings.sql"))
        .fetch_one(connection)
        .await?;
    let text = |column: &str| row.try_get::<String, _>(column);
    let (fsync, pages, commit) = (
        text("fsync")?,
        text("full_page_writes")?,
        text("synchronous_commit")?,
    );
    let standbys: String = text("synchronous_standby_names")?;
    let replicas: i64 = row.try_get("replicas")?;
    let mut checks = vec![Check::good(
        "server",
        format!("Postgres {}", text("server_version")?),
    )];
    checks.push(match fsync.as_str() {
        "on" => Check::good("fsync", "on"),
        other => Check::bad(
            "fsync",
            other,
            "set fsync = on in postgresql.conf: a crash of the host may lose everything",
        ),
    });
    checks.push(match pages.as_str() {
        "on" => Check::good("full_page_writes", "on"),
        other => Check::bad(
            "full_page_writes",
            other,
            "set full_page_writes = on in postgresql.conf, unless the file system never writes half a page",
        ),
    });
    checks.push(match commit.as_str() {
        "off" => Check::warning(
            "synchronous_commit",
            "off for this role; the store turns it on for its own commits",
            "set synchronous_commit = on, if programs enqueue events in transactions of their own",
        ),
        other => Check::good("synchronous_commit", other),
    });
    checks.push(match (standbys.is_empty(), replicas) {
        (true, 1..) => Check::warning(
            "standby",
            format!("{replicas} that are not waited for"),
            "name one in synchronous_standby_names, or a failover may lose events that were acknowledged just before",
        ),
        (true, _) => Check::good("standby", "none"),
        (false, _) => Check::good("standby", "commits wait for one"),
    });
    Ok(checks)
}

async fn clock(connection: &mut PgConnection) -> Result<Check, sqlx::Error> {
    let row = sqlx::query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now");
    let millis: i64 = row.fetch_one(connection).await?.try_get("now")?;
    let server = UnixTime::from_millis(u64::try_from(millis).unwrap_or_default());
    let apart = server.abs_diff(SystemClock.now()).as_secs();
    Ok(match apart > SKEW {
        true => Check::bad(
            "clock",
            format!(
                "the server's and this machine's are {} apart",
                when::roughly(apart)
            ),
            "synchronise both clocks: signed times are judged by this machine's, retries by the server's",
        ),
        false => Check::good(
            "clock",
            format!("the server's and this machine's are {apart} s apart"),
        ),
    })
}

async fn bloat(connection: &mut PgConnection) -> Result<Check, sqlx::Error> {
    let row = sqlx::query(include_str!("bloat.sql"))
        .fetch_one(connection)
        .await?;
    let (live, dead): (i64, i64) = (row.try_get("live")?, row.try_get("dead")?);
    let found = format!("{dead} dead rows beside {live}");
    Ok(match dead > live.saturating_add(100_000) {
        true => Check::warning(
            "bloat",
            found,
            "see what keeps autovacuum away: a transaction that is open for long, an unused replication slot, or its settings",
        ),
        false => Check::good("bloat", found),
    })
}
