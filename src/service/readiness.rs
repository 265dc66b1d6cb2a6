use super::Service;

/// Whether requests can be answered, and what is missing where not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Whether the database answers.
    pub database: Result<(), String>,
    /// Whether its tables are up to date.
    pub migrations: Result<(), String>,
    /// Whether a centre is loaded: its code.
    pub centre: Result<String, String>,
}

impl Readiness {
    /// Whether all is well.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.database.is_ok() && self.migrations.is_ok() && self.centre.is_ok()
    }
}

impl Service {
    /// Looks whether the service can do its work. Never fails: what is missing is the answer.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let unknown = || "not looked at, because what it rests on is missing".to_owned();
        let database = self.inner.store.ping().map_err(|error| {
            tracing::warn!(%error, "the database does not answer");
            "the database does not answer".to_owned()
        });
        let migrations = match &database {
            Err(_) => Err(unknown()),
            Ok(()) => match self.inner.store.pending_migrations() {
                Ok(pending) if pending.is_empty() => Ok(()),
                Ok(pending) => Err(format!("{} migrations are pending: restart the service", pending.len())),
                Err(error) => {
                    tracing::warn!(%error, "the migrations cannot be read");
                    Err("the migrations cannot be read".to_owned())
                }
            },
        };
        let centre = match &migrations {
            Err(_) => Err(unknown()),
            Ok(()) => self.centre().map(|centre| centre.centre.code.clone()).map_err(|error| match error {
                super::ServiceError::Store(error) => {
                    tracing::warn!(%error, "the centre cannot be read");
                    "the centre cannot be read".to_owned()
                }
                other => other.to_string(),
            }),
        };
        Readiness { database, migrations, centre }
    }
}
