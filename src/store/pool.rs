//! Connections kept open, and who may use them.

use std::time::Duration;

use diesel::{
    RunQueryDsl,
    r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection as _},
    sql_query,
};

use super::{
    Backend, StoreError,
    connection::{AnyConnection, Role, connect},
    url::DatabaseUrl,
};

/// How many connections a PostgreSQL store opens at most, or an SQLite store for reading.
const CONNECTIONS_MAX: u32 = 8;

/// How long to wait for the writer's turn: longer than any one transaction takes.
const WRITER_WAIT: Duration = Duration::from_secs(120);

/// How long to wait for a connection to read with.
const READER_WAIT: Duration = Duration::from_secs(15);

/// How long to wait for a connection to a server: whoever asks while it is stopped should soon hear of it.
const SERVER_WAIT: Duration = Duration::from_secs(4);

/// Opens and checks connections of one role.
#[derive(Debug)]
pub(super) struct Manager {
    url: DatabaseUrl,
    role: Role,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConnection, StoreError> {
        connect(&self.url, self.role)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        sql_query("SELECT 1").execute(connection)?;
        Ok(())
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// SQLite has one writing connection, so that writers queue here and not on the file's lock, and several for reading.
/// PostgreSQL has one set for both.
#[derive(Clone)]
pub(super) struct Pools {
    url: DatabaseUrl,
    writer: Pool<Manager>,
    reader: Pool<Manager>,
}

impl Pools {
    /// Opens one connection at once, whose failure tells more than a pool's time-out.
    pub(super) fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        drop(connect(url, Role::Writer)?);
        let pool = |role, size, wait| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .connection_timeout(wait)
                // A file does not go away; a server may have been restarted.
                .test_on_check_out(url.backend() == Backend::Postgres)
                .build_unchecked(Manager { url: url.clone(), role })
        };
        Ok(match url.backend() {
            Backend::Sqlite => Self {
                url: url.clone(),
                writer: pool(Role::Writer, 1, WRITER_WAIT),
                reader: pool(Role::Reader, CONNECTIONS_MAX, READER_WAIT),
            },
            Backend::Postgres => {
                let shared = pool(Role::Writer, CONNECTIONS_MAX, SERVER_WAIT);
                Self { url: url.clone(), writer: shared.clone(), reader: shared }
            }
        })
    }

    pub(super) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    pub(super) fn get(&self, role: Role) -> Result<PooledConnection<Manager>, StoreError> {
        let pool = match role {
            Role::Writer => &self.writer,
            Role::Reader => &self.reader,
        };
        pool.get().map_err(|error| StoreError::Connect { target: self.url.to_string(), problem: error.to_string() })
    }
}
