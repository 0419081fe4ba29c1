//! What is wrong with a database file, in one sentence that says what to change.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::{BUSY, CANTOPEN, CORRUPT, FULL, IOERR, LOCKED, NOTADB, READONLY, code};

/// SQLite says "unable to open database file" for most of this, so it is looked at first.
pub(super) fn usable(path: &Path, create_if_missing: bool) -> Result<PathBuf, String> {
    if path.as_os_str().is_empty() {
        return Err("the path is empty; name a file".into());
    }
    if path == Path::new(":memory:") {
        return Err(
            "a database in memory loses every acknowledged event; name a file, or use MemoryStore"
                .into(),
        );
    }
    // An absolute path cannot be taken for one of SQLite's own URIs.
    let path = std::path::absolute(path).map_err(|error| from_io(&error))?;
    if path.to_str().is_none() {
        return Err("the path is not UTF-8, which SQLite needs; choose another one".into());
    }
    let parent = path.parent().unwrap_or(&path);
    match fs::metadata(parent) {
        Ok(found) if !found.is_dir() => Err(format!(
            "{} is not a directory; correct the path",
            parent.display()
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(format!(
            "the directory {} does not exist; create it, or correct the path",
            parent.display()
        )),
        Err(error) => Err(from_io(&error)),
        Ok(_) => file_is_usable(&path, create_if_missing).map(|()| path),
    }
}

fn file_is_usable(path: &Path, create_if_missing: bool) -> Result<(), String> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            Err(format!("it is a directory; name a file in it, such as {}", path.join("webhooks.db").display()))
        }
        Ok(found) if found.permissions().readonly() => {
            Err("the file is read-only; make it writable for the user that runs this program (chmod u+w)".into())
        }
        Ok(_) => {
            OpenOptions::new().read(true).write(true).open(path).map(drop).map_err(|error| from_io(&error))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && create_if_missing => Ok(()),
        Err(error) => Err(from_io(&error)),
    }
}

fn from_io(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file; correct the path, or let it be created".into(),
        ErrorKind::PermissionDenied => {
            "permission denied; let the user that runs this program read and write the file and its directory".into()
        }
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only; choose a path on a writable one".into(),
        _ => format!("{error}; correct the path"),
    }
}

/// The same for what only SQLite finds out.
pub(super) fn of(error: &sqlx::Error) -> String {
    if let sqlx::Error::Configuration(problem) = error {
        return problem.to_string();
    }
    match code(error) {
        Some(NOTADB) => "the file is not an SQLite database; choose another path, or move the file away".into(),
        Some(CORRUPT) => "the database is damaged; restore it from a backup".into(),
        Some(READONLY | CANTOPEN) => {
            "SQLite cannot write beside it; make the directory writable for the user that runs this program".into()
        }
        Some(BUSY | LOCKED) => "another program holds it; stop that program, or wait for longer".into(),
        Some(FULL) => "there is no room left on the disk; free some space".into(),
        Some(IOERR) => format!("reading or writing it failed ({error}); check the disk"),
        _ => format!("{error}; correct the path or choose another one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_somebody_else_is_named_as_a_matter_of_permissions() {
        let error = io::Error::from(ErrorKind::PermissionDenied);
        assert_eq!(
            from_io(&error),
            "permission denied; let the user that runs this program read and write the file and its directory"
        );
    }
}
