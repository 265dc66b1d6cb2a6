use std::{fs, path::PathBuf, sync::Arc};

use super::{Service, ServiceError, SystemClock, estimated_travel, network_travel, read_network};
use crate::store::{Backend, DatabaseUrl, Store};

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
        let travel = match &self.roads {
            None => estimated_travel(),
            Some(path) => network_travel(read_network(path)?)?,
        };
        let store = Store::open(&self.database)?;
        for migration in store.migrate()? {
            tracing::info!(migration, "migrated the database");
        }
        Ok(Service::new(store, Arc::new(travel), Arc::new(SystemClock), self.centre.clone()))
    }
}
