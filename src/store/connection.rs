//! One connection to either backend.

use std::{fs::OpenOptions, io::ErrorKind, path::Path, time::Duration};

use diesel::{
    Connection, ConnectionError, MultiConnection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    sql_query, sql_types,
};

use super::{
    StoreError,
    url::{DatabaseUrl, Target},
};

/// A connection to one of the two. It serves ordinary queries as it is; for what only the backends themselves can do
/// (batches, `ON CONFLICT`, `FOR UPDATE`) there is [`on_backend`].
#[derive(MultiConnection)]
pub(super) enum AnyConnection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Compiles `$body` once for each backend and runs the one that fits.
macro_rules! on_backend {
    ($any:expr, |$connection:ident| $body:expr) => {
        match $any {
            $crate::store::connection::AnyConnection::Postgres($connection) => $body,
            $crate::store::connection::AnyConnection::Sqlite($connection) => $body,
        }
    };
}
pub(super) use on_backend;

/// Inserts a row, unless the table has one with its id; `$same` says whether that one says the same. What the row names and is
/// not there is reported as `$what` in `$field`.
macro_rules! insert_once {
    ($any:ident, $table:ident, $row:ident: $type:ident, $field:literal: $what:expr, |$known:ident| $same:expr) => {{
        let new = $crate::store::connection::on_backend!($any, |c| diesel::insert_into($table::table)
            .values(&$row)
            .on_conflict_do_nothing()
            .execute(c))
        .map_err(|error| $crate::store::StoreError::naming(error, $field, $what))?;
        if new == 1 {
            $crate::store::Inserted::Created
        } else {
            let target = $table::table.find(($row.centre_id, $row.id));
            let $known: $type = target.select($type::as_select()).first($any)?;
            if $same { $crate::store::Inserted::Exists } else { $crate::store::Inserted::Conflict { field: "id" } }
        }
    }};
}
pub(super) use insert_once;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
}

/// How long to wait for another process that writes to the same SQLite file, milliseconds. A whole season is inserted in
/// one transaction, which takes seconds.
const SQLITE_BUSY_MS: u32 = 60_000;

/// The writer waits for the disk at every commit: an acknowledged scan is on it. A reader cannot write by mistake.
fn sqlite_pragmas(role: Role) -> &'static str {
    match role {
        Role::Writer => {
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; \
             PRAGMA journal_size_limit = 67108864;"
        }
        Role::Reader => "PRAGMA query_only = ON; PRAGMA cache_size = -16384;",
    }
}

/// Whether the file has tables but no history of migrations. Asked before anything in it is changed.
const ANOTHER_PROGRAMS: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema) AND NOT EXISTS \
     (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations') AS found";

/// The answer to a yes-or-no question.
#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = sql_types::Bool)]
    pub(super) found: bool,
}

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = sql_types::Text)]
    journal_mode: String,
}

/// Connects and sets the connection up for its role.
pub(super) fn connect(url: &DatabaseUrl, role: Role) -> Result<AnyConnection, StoreError> {
    match url.target() {
        Target::Sqlite(path) => {
            let fail = |problem: String| StoreError::Connect { target: url.to_string(), problem };
            if let Err(error) = OpenOptions::new().append(true).open(path)
                && error.kind() == ErrorKind::PermissionDenied
            {
                return Err(fail(sqlite_problem(path, &format!("unable to open it for writing ({error})"))));
            }
            let mut connection =
                SqliteConnection::establish(path).map_err(|error| fail(sqlite_problem(path, &message(&error))))?;
            set_up_sqlite(&mut connection, role).map_err(|error| fail(sqlite_problem(path, &error.to_string())))?;
            Ok(AnyConnection::Sqlite(connection))
        }
        Target::Postgres(_) => {
            let mut connection = PgConnection::establish(&url.connection_string()).map_err(|error| {
                StoreError::Connect { target: url.to_string(), problem: url.without_password(message(&error).trim()) }
            })?;
            connection.batch_execute("SET client_min_messages = warning")?;
            Ok(AnyConnection::Postgres(connection))
        }
    }
}

fn set_up_sqlite(connection: &mut SqliteConnection, role: Role) -> diesel::QueryResult<()> {
    connection.batch_execute(&format!("PRAGMA busy_timeout = {SQLITE_BUSY_MS};"))?;
    if role == Role::Writer {
        let Found { found } = sql_query(ANOTHER_PROGRAMS).get_result(connection)?;
        if found {
            let problem = "the file holds tables of another program: choose another path";
            return Err(diesel::result::Error::QueryBuilderError(problem.into()));
        }
        let JournalMode { journal_mode } = write_ahead_log(connection)?;
        if journal_mode != "wal" {
            return Err(diesel::result::Error::QueryBuilderError(
                format!("it cannot keep a write-ahead log there (journal mode is {journal_mode})").into(),
            ));
        }
    }
    connection.batch_execute(sqlite_pragmas(role))
}

/// Switches a new file to write-ahead logging. SQLite does not wait for the lock that the switch takes, whatever the busy
/// timeout is, so two servers that start on one new file at once must try again.
fn write_ahead_log(connection: &mut SqliteConnection) -> diesel::QueryResult<JournalMode> {
    const TRIES: u32 = 400;
    const PAUSE: Duration = Duration::from_millis(25);
    let mut switch = || sql_query("PRAGMA journal_mode = WAL").get_result(connection);
    for _ in 1..TRIES {
        match switch() {
            Err(diesel::result::Error::DatabaseError(_, said)) if said.message().contains("locked") => {
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
    switch()
}

fn message(error: &ConnectionError) -> String {
    match error {
        ConnectionError::BadConnection(message) => message.clone(),
        other => other.to_string(),
    }
}

/// What SQLite says, and what to do about it.
fn sqlite_problem(path: &str, message: &str) -> String {
    let path = Path::new(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let said = message.to_lowercase();
    if said.contains("not a database") {
        "the file is not an SQLite database: choose another path".into()
    } else if path.is_dir() {
        "it is a folder: add a file name".into()
    } else if !folder.is_dir() {
        format!("the folder {} does not exist: create it or choose another path", folder.display())
    } else if said.contains("unable to open") || said.contains("readonly") || said.contains("read-only") {
        format!("{message}: make the file and its folder {} writable, or choose another path", folder.display())
    } else {
        message.to_owned()
    }
}

/// How a transaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// To read several tables as they were at one instant.
    Snapshot,
    /// To write. SQLite takes its write lock at once: taking it only at the first write fails when another connection
    /// wrote after the first read, however long the busy timeout is.
    Write,
}

impl Begin {
    fn sql(self, connection: &AnyConnection) -> &'static str {
        match (self, connection) {
            (Self::Snapshot, AnyConnection::Sqlite(_)) => "BEGIN DEFERRED",
            (Self::Write, AnyConnection::Sqlite(_)) => "BEGIN IMMEDIATE",
            (Self::Snapshot, AnyConnection::Postgres(_)) => {
                "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
            }
            (Self::Write, AnyConnection::Postgres(_)) => "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED",
        }
    }
}

/// Runs `body` in one transaction: all of it is stored, or nothing.
pub(super) fn in_transaction<T>(
    connection: &mut AnyConnection,
    begin: Begin,
    body: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let sql = begin.sql(connection);
    on_backend!(connection, |c| AnsiTransactionManager::begin_transaction_sql(c, sql))?;
    match body(connection) {
        Ok(value) => {
            on_backend!(connection, |c| AnsiTransactionManager::commit_transaction(c))?;
            Ok(value)
        }
        Err(error) => {
            // The cause matters more than a failed rollback, after which the pool drops the connection anyway.
            let _ = on_backend!(connection, |c| AnsiTransactionManager::rollback_transaction(c));
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pragma(connection: &mut AnyConnection, name: &str) -> String {
        #[derive(QueryableByName)]
        struct Value {
            #[diesel(sql_type = sql_types::Text)]
            value: String,
        }
        let sql = format!("SELECT CAST({name} AS TEXT) AS value FROM pragma_{name}");
        let Value { value } = on_backend!(connection, |c| sql_query(sql).get_result(c)).unwrap();
        value
    }

    #[test]
    fn sqlite_keeps_what_it_acknowledged_and_readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let url: DatabaseUrl = format!("sqlite:{}", folder.path().join("x.db").display()).parse().unwrap();
        let mut writer = connect(&url, Role::Writer).unwrap();
        assert_eq!(pragma(&mut writer, "journal_mode"), "wal");
        assert_eq!(pragma(&mut writer, "synchronous"), "2", "FULL");
        assert_eq!(pragma(&mut writer, "foreign_keys"), "1");
        let mut reader = connect(&url, Role::Reader).unwrap();
        assert_eq!(pragma(&mut reader, "journal_mode"), "wal");
        assert!(reader.batch_execute("CREATE TABLE t (x INTEGER)").is_err());
        writer.batch_execute("CREATE TABLE t (x INTEGER)").unwrap();
    }
}
