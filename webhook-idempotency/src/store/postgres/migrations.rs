//! Bringing the tables up to date. Migrations only add, so that an older program keeps working beside a newer one.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use super::options::PostgresOptions;
use super::server::connect_options;
use super::statements::Sql;

/// In the order they are applied; the version is the place in this list, counted from one. What has been released is never
/// changed: a function that must do something else gets another name.
const MIGRATIONS: [&str; 6] = [
    include_str!("migrations/0001_tables.sql"),
    include_str!("migrations/0002_put.sql"),
    include_str!("migrations/0003_lease.sql"),
    include_str!("migrations/0004_settle.sql"),
    include_str!("migrations/0005_read.sql"),
    include_str!("migrations/0006_keep.sql"),
];

/// Applies what is missing, all or nothing.
pub(super) async fn apply(options: &PostgresOptions) -> Result<(), sqlx::Error> {
    let connect: PgConnectOptions = connect_options(options);
    let mut connection = connect.connect().await?;
    // Somebody who is allowed to use the schema but not to change it has nothing to do when it is up to date.
    if version(&mut connection, &options.schema)
        .await
        .is_ok_and(|version| version >= newest())
    {
        return connection.close().await;
    }
    let mut transaction = connection.begin().await?;
    run(
        &mut transaction,
        &Sql::new(include_str!("sql/migrations_begin.sql"), &options.schema),
    )
    .await?;
    let applied = version(&mut transaction, &options.schema).await?;
    for (version, migration) in (1_i32..).zip(MIGRATIONS) {
        if version > applied {
            run(&mut transaction, &Sql::new(migration, &options.schema)).await?;
            run(
                &mut transaction,
                &Sql::new(&record(version), &options.schema),
            )
            .await?;
        }
    }
    transaction.commit().await?;
    connection.close().await
}

/// Fails unless everything was applied.
pub(super) async fn require(options: &PostgresOptions) -> Result<(), sqlx::Error> {
    let mut connection = connect_options(options).connect().await?;
    let applied = version(&mut connection, &options.schema).await?;
    connection.close().await?;
    if applied >= newest() {
        return Ok(());
    }
    let problem = format!(
        "its tables are at version {applied} and {} is needed; run the migrations first",
        newest()
    );
    Err(sqlx::Error::Configuration(problem.into()))
}

/// The same as one script.
pub(super) fn script(schema: &str) -> String {
    let mut parts = vec![
        String::from("BEGIN;"),
        include_str!("sql/migrations_begin.sql").to_owned(),
    ];
    for (version, migration) in (1_i32..).zip(MIGRATIONS) {
        parts.push(migration.to_owned());
        parts.push(record(version));
    }
    parts.push("COMMIT;\n".into());
    Sql::new(&parts.join("\n"), schema).text().to_owned() + "\n"
}

fn newest() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

fn record(version: i32) -> String {
    include_str!("sql/migrations_record.sql").replace("{version}", &version.to_string())
}

async fn version(connection: &mut PgConnection, schema: &str) -> Result<i32, sqlx::Error> {
    let sql = Sql::new(include_str!("sql/migrations_version.sql"), schema);
    sqlx::raw_sql(AssertSqlSafe(sql.text()))
        .fetch_one(connection)
        .await?
        .try_get(0)
}

async fn run(connection: &mut PgConnection, sql: &Sql) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.text()))
        .execute(connection)
        .await
        .map(drop)
}
