//! Fresh databases of both kinds.

use std::sync::{
    Once,
    atomic::{AtomicU32, Ordering},
};

use conthoi::store::{DatabaseUrl, Store};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use tempfile::TempDir;

/// Names a running server on which databases may be made and dropped; `tests/with-postgres.sh` sets it.
pub(crate) const POSTGRES: &str = "CONTHOI_TEST_POSTGRES";

/// An empty database of its own, gone when this is dropped.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { server: String, name: String },
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("conthoi.sqlite").display());
        Self { url, kind: Kind::Sqlite { _folder: folder } }
    }

    /// On the server that [`POSTGRES`] names; `None` where it names none.
    pub(crate) fn postgres() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        static TELL: Once = Once::new();
        let Ok(server) = std::env::var(POSTGRES) else {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "{POSTGRES} is not set, and in CI both databases are tested: run tests/with-postgres.sh cargo test"
            );
            TELL.call_once(|| {
                eprintln!("{POSTGRES} is not set: only SQLite is tested (tests/with-postgres.sh sets it)");
            });
            return None;
        };
        let name = format!("conthoi_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::establish(&server).expect("the server that CONTHOI_TEST_POSTGRES names");
        sql_query(format!("CREATE DATABASE {name} TEMPLATE template0")).execute(&mut connection).unwrap();
        Some(Self { url: with_database(&server, &name), kind: Kind::Postgres { server, name } })
    }

    pub(crate) fn each() -> Vec<Self> {
        std::iter::once(Self::sqlite()).chain(Self::postgres()).collect()
    }

    pub(crate) fn database_url(&self) -> DatabaseUrl {
        self.url.parse().unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        let store = Store::open(&self.database_url()).unwrap();
        store.migrate().unwrap();
        store
    }

    pub(crate) fn path(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite:")
    }

    /// The database's name on its server.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Postgres { name, .. } => Some(name),
            Kind::Sqlite { .. } => None,
        }
    }

    /// Runs SQL on the server, in another database.
    pub(crate) fn execute_beside(&self, sql: &str) {
        let Kind::Postgres { server, .. } = &self.kind else { panic!("SQLite has no server") };
        PgConnection::establish(server).unwrap().batch_execute(sql).unwrap();
    }

    /// Runs SQL behind the store's back.
    pub(crate) fn execute(&self, sql: &str) {
        self.try_execute(sql).unwrap();
    }

    /// The same; answers what the database said against it.
    pub(crate) fn try_execute(&self, sql: &str) -> Result<(), String> {
        let done = match self.path() {
            Some(path) => diesel::SqliteConnection::establish(path).unwrap().batch_execute(sql),
            None => PgConnection::establish(&self.url).unwrap().batch_execute(sql),
        };
        done.map_err(|error| error.to_string())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Kind::Postgres { server, name } = &self.kind
            && let Ok(mut connection) = PgConnection::establish(server)
            && let Err(error) = sql_query(format!("DROP DATABASE {name} WITH (FORCE)")).execute(&mut connection)
        {
            eprintln!("{name} was not dropped: {error}");
        }
    }
}

/// Runs `test` on a fresh, migrated store of each kind.
pub(crate) fn on_each_database(test: impl Fn(&Store)) {
    for database in TestDatabase::each() {
        let store = database.store();
        println!("on {:?}", store.backend());
        test(&store);
    }
}

/// `postgresql:///postgres?host=…` with another database.
fn with_database(server: &str, name: &str) -> String {
    let (before, query) = server.split_once('?').map_or((server, String::new()), |(b, q)| (b, format!("?{q}")));
    let scheme_end = before.find("://").expect("a URL has a scheme") + 3;
    let host_end = before[scheme_end..].find('/').map_or(before.len(), |at| scheme_end + at);
    format!("{}/{name}{query}", &before[..host_end])
}
