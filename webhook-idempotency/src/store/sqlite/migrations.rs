//! Bringing the tables up to date. Migrations only add, so that an older program keeps working beside a newer one.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

/// In the order they are applied; the version is the place in this list, counted from one.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/0001_records.sql")];

/// Applies what is missing. The caller's transaction makes it all or nothing.
pub(super) async fn apply(connection: &mut SqliteConnection, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("sql/migrations_create.sql"))
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query(include_str!("sql/migrations_version.sql"))
        .fetch_one(&mut *connection)
        .await?;
    let applied: i64 = row.try_get(0)?;
    for (version, migration) in (1_i64..).zip(MIGRATIONS) {
        if version > applied {
            sqlx::raw_sql(migration).execute(&mut *connection).await?;
            let record = sqlx::query(include_str!("sql/migrations_record.sql"));
            record
                .bind(version)
                .bind(now)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// The same for an empty file, as one script.
pub(super) fn script() -> String {
    let record = include_str!("sql/migrations_record.sql").trim_end();
    let mut parts = vec![
        String::from("BEGIN IMMEDIATE;"),
        format!("{};", include_str!("sql/migrations_create.sql").trim_end()),
    ];
    for (version, migration) in (1..).zip(MIGRATIONS) {
        parts.push(migration.trim_end().to_owned());
        let record = record.replace("?1", &i32::to_string(&version));
        parts.push(record.replace("?2", "unixepoch() * 1000") + ";");
    }
    parts.push("COMMIT;\n".into());
    parts.join("\n")
}
