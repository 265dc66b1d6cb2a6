use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    AccessSettings, EvidenceFolder, EvidenceLimits, ExchangeSettings, NotifySettings, Service, ServiceError,
    SystemClock,
    clock::{Clock, ClockIds, SetClock},
    estimated_travel, network_travel, read_network,
    solve::SolveLimits,
};
use crate::{
    dispatch::TravelModes,
    store::{Backend, DatabaseUrl, Store},
};

/// What a service is made from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The database.
    pub database: DatabaseUrl,
    /// The folder of the database's file, which is made where it does not exist.
    pub make_folder: Option<PathBuf>,
    /// Which of several centres is served.
    pub centre: Option<String>,
    /// The road network's file; travel is estimated without one.
    pub roads: Option<PathBuf>,
    /// How much is solved for clients.
    pub solve: SolveLimits,
    /// How the installation shows itself to others.
    pub exchange: ExchangeSettings,
    /// By what messages to people are sent.
    pub notify: NotifySettings,
    /// Where evidence is kept; beside an SQLite database's file when not given.
    pub evidence: Option<PathBuf>,
    /// What evidence may be.
    pub evidence_limits: EvidenceLimits,
    /// How people come in.
    pub access: AccessSettings,
    /// To what the clock is set, where it is not the machine's.
    pub clock: Option<DateTime<Utc>>,
}

impl Setup {
    /// Opens the database, brings its tables up to date, and loads the road network.
    ///
    /// # Errors
    /// [`ServiceError::File`] when a file or folder is refused, [`ServiceError::Store`] when the database cannot be
    /// opened or migrated, [`ServiceError::Roads`] when the road network is not sound.
    pub fn open(&self) -> Result<Service, ServiceError> {
        if let Some(folder) = &self.make_folder
            && self.database.backend() == Backend::Sqlite
        {
            fs::create_dir_all(folder).map_err(|error| ServiceError::file("database folder", folder, &error))?;
        }
        let travel = Arc::new(travel(self.roads.as_deref())?);
        let store = Store::open(&self.database)?;
        for migration in store.migrate()? {
            tracing::info!(migration, "migrated the database");
        }
        let clock: Arc<dyn Clock> = match self.clock {
            None => Arc::new(SystemClock),
            Some(at) => Arc::new(SetClock::new(at)),
        };
        let ids = Box::new(ClockIds(clock.clone()));
        let (centre, access) = (self.centre.clone(), self.access.clone());
        let service = Service::with_access(store, travel, clock, ids, centre, self.solve, access);
        let service = service.with_exchange(self.exchange.clone()).with_notifications(self.notify.clone());
        if let Some(folder) = self.evidence.clone().or_else(|| beside(&self.database)) {
            service.keep_evidence_in(EvidenceFolder::new(folder), self.evidence_limits);
        }
        Ok(service)
    }
}

/// The folder beside an SQLite database's file.
fn beside(database: &DatabaseUrl) -> Option<PathBuf> {
    let mut path = database.sqlite_path()?.as_os_str().to_owned();
    path.push(".evidence");
    Some(path.into())
}

/// Travel by the road network of a file, or by estimate where there is none.
///
/// # Errors
/// As [`read_network`] and [`network_travel`].
pub fn travel(roads: Option<&Path>) -> Result<TravelModes, ServiceError> {
    match roads {
        None => Ok(estimated_travel()),
        Some(path) => Ok(network_travel(read_network(path)?)?),
    }
}
