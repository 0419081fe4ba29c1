//! Opening a database: what goes wrong is said in one sentence that says what to change.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sqlx::Connection;
use webhook_idempotency::{Claims, Put, Queue, SqliteOptions, SqliteStore};

use crate::harness::{Database, event, inbox};

async fn refusal(path: &Path) -> String {
    SqliteStore::open(path).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_directory_that_does_not_exist_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let path = missing.join("webhooks.db");
    assert_eq!(
        refusal(&path).await,
        format!(
            "cannot open the database {}: the directory {} does not exist; create it, or correct the path",
            path.display(),
            missing.display()
        )
    );
    assert!(!missing.exists());
}

#[tokio::test]
async fn a_directory_in_place_of_a_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    assert_eq!(
        refusal(path).await,
        format!(
            "cannot open the database {0}: it is a directory; name a file in it, such as {0}/webhooks.db",
            path.display()
        )
    );
}

#[tokio::test]
async fn a_file_in_place_of_a_directory_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let path = file.join("webhooks.db");
    assert_eq!(
        refusal(&path).await,
        format!(
            "cannot open the database {}: {} is not a directory; correct the path",
            path.display(),
            file.display()
        )
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    let notes =
        "these are my notes, and they are longer than the header of a database file would be. "
            .repeat(20);
    fs::write(&path, &notes).unwrap();
    assert_eq!(
        refusal(&path).await,
        format!(
            "cannot open the database {}: the file is not an SQLite database; choose another path, or move the file away",
            path.display()
        )
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), notes);
}

#[tokio::test]
async fn a_read_only_file_is_refused_before_it_is_needed() {
    let database = Database::new(true);
    drop(database.open().await);
    let path = database.path();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert_eq!(
        refusal(&path).await,
        format!(
            "cannot open the database {}: the file is read-only; make it writable for the user that runs this program \
             (chmod u+w)",
            path.display()
        )
    );
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    assert_eq!(
        refusal(Path::new(":memory:")).await,
        "cannot open the database :memory:: a database in memory loses every acknowledged event; name a file, or use \
         MemoryStore"
    );
    assert_eq!(
        refusal(Path::new("")).await,
        "cannot open the database : the path is empty; name a file"
    );
}

#[tokio::test]
async fn a_name_that_looks_like_a_uri_is_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file:webhooks.db?mode=memory");
    SqliteStore::open(&path)
        .await
        .unwrap()
        .put(&[event("evt_1")])
        .await
        .unwrap();
    assert!(path.exists());
}

#[tokio::test]
async fn a_missing_file_is_created_only_if_that_was_not_forbidden() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("webhooks.db");
    let refused = SqliteOptions::new(&path)
        .create_if_missing(false)
        .open()
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "cannot open the database {}: there is no such file; correct the path, or let it be created",
            path.display()
        )
    );
    assert!(!path.exists());
    SqliteStore::open(&path).await.unwrap();
    SqliteOptions::new(&path)
        .create_if_missing(false)
        .open()
        .await
        .unwrap();
}

#[tokio::test]
async fn an_option_out_of_its_range_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let options = SqliteOptions::new(directory.path().join("webhooks.db"));
    let refused = options
        .clone()
        .busy_timeout(Duration::from_secs(3601))
        .open()
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "busy_timeout must be from 1 millisecond to 1 hour"
    );
    let refused = options.readers(0).open().await.unwrap_err();
    assert_eq!(refused.to_string(), "readers must be from 1 to 64");
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_named_as_held() {
    let database = Database::new(true);
    drop(database.open().await);
    let mut holder = database.connection().await;
    let held = holder.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let refused = database
        .options()
        .busy_timeout(Duration::from_millis(50))
        .open()
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "cannot open the database {}: another program holds it; stop that program, or wait for longer",
            database.path().display()
        )
    );
    drop(held);
    database.open().await;
}

#[tokio::test]
async fn many_stores_can_open_one_new_file_at_the_same_time() {
    let database = Database::new(true);
    let opening: Vec<_> = (0..8)
        .map(|_| tokio::spawn(database.options().open()))
        .collect();
    let mut stores = Vec::new();
    for store in opening {
        stores.push(store.await.unwrap().unwrap());
    }
    let mut new = 0;
    for store in &stores {
        new += usize::from(store.put(&[event("evt_1")]).await.unwrap()[0] == Put::New);
    }
    assert_eq!(new, 1);
    assert_eq!(stores[0].stats(&inbox()).await.unwrap().ready, 1);
}

#[tokio::test]
async fn a_file_that_was_made_by_the_printed_migrations_is_one_that_opening_made() {
    use sqlx::{Connection as _, Row as _};
    let folder = tempfile::tempdir().unwrap();
    let (printed, opened) = (
        folder.path().join("printed.db"),
        folder.path().join("opened.db"),
    );
    let connect = async |file: &Path| {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true);
        sqlx::SqliteConnection::connect_with(&options)
            .await
            .unwrap()
    };
    let mut connection = connect(&printed).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(SqliteOptions::migrations()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    // Opening it finds nothing left to do.
    drop(SqliteOptions::new(&printed).open().await.unwrap());
    drop(SqliteOptions::new(&opened).open().await.unwrap());
    let mut schemas = Vec::new();
    for file in [&printed, &opened] {
        let mut connection = connect(file).await;
        let rows = sqlx::query("SELECT name, sql FROM sqlite_schema ORDER BY name")
            .fetch_all(&mut connection);
        let rows = rows.await.unwrap();
        schemas.push(
            rows.iter()
                .map(|row| (row.get(0), row.get(1)))
                .collect::<Vec<(String, Option<String>)>>(),
        );
        let versions = sqlx::query("SELECT count(*), max(version) FROM webhook_migrations")
            .fetch_one(&mut connection);
        let versions = versions.await.unwrap();
        assert_eq!(versions.get::<i64, _>(0), versions.get::<i64, _>(1));
    }
    assert!(schemas[0].len() > 5);
    assert_eq!(schemas[0], schemas[1]);
}
