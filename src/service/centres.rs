use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Service, ServiceError, import};
use crate::{
    domain::{CentreData, TravelBasis, VehicleProfile},
    store::{Counts, Store},
};

/// How long a centre is kept in memory before it is read again: another process may have imported it anew.
const CENTRE_FRESH: Duration = Duration::from_secs(5);

/// The centre that is served, read again from time to time.
#[derive(Default)]
pub(super) struct CentreCache(Mutex<Option<(Instant, Arc<CentreData>)>>);

impl CentreCache {
    pub(super) fn get(&self, store: &Store, wanted: Option<&str>) -> Result<Arc<CentreData>, ServiceError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read_at, centre)) = kept.as_ref()
            && read_at.elapsed() < CENTRE_FRESH
        {
            return Ok(Arc::clone(centre));
        }
        let centre = Arc::new(read_centre(store, wanted)?);
        *kept = Some((Instant::now(), Arc::clone(&centre)));
        Ok(centre)
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The centre as it is stored now.
pub(super) fn fresh_centre(service: &Service) -> Result<Arc<CentreData>, ServiceError> {
    service.inner.centre.forget();
    service.centre()
}

fn read_centre(store: &Store, wanted: Option<&str>) -> Result<CentreData, ServiceError> {
    let codes = store.centre_codes()?;
    let code = match (wanted, codes.as_slice()) {
        (_, []) => return Err(ServiceError::NoCentre),
        (None, [only]) => only,
        (None, _) => return Err(ServiceError::SeveralCentres { codes: codes.join(", ") }),
        (Some(code), _) => codes
            .iter()
            .find(|known| *known == code)
            .ok_or_else(|| ServiceError::UnknownCentre { code: code.to_owned(), known: codes.join(", ") })?,
    };
    store.centre(code)?.ok_or(ServiceError::NoCentre)
}

/// A centre with how much it has stored.
#[derive(Debug, Clone)]
pub struct CentreOverview {
    /// The centre.
    pub centre: Arc<CentreData>,
    /// How much is stored.
    pub counts: Counts,
    /// What travel times rest on, for the usual courier.
    pub travel: TravelBasis,
}

impl Service {
    /// Loads the centre that comes with the program: Sóc Trăng.
    ///
    /// # Errors
    /// [`ServiceError::Import`] and [`ServiceError::Store`]; nothing is half-loaded.
    pub fn import_embedded(&self) -> Result<Arc<CentreData>, ServiceError> {
        self.save(&import::embedded())
    }

    /// Loads a centre from a folder of CSV and TOML files, or loads it anew.
    ///
    /// # Errors
    /// [`ServiceError::Import`] names every broken row; nothing is half-loaded.
    pub fn import_folder(&self, folder: &Path) -> Result<Arc<CentreData>, ServiceError> {
        self.save(&import::from_folder(folder)?)
    }

    pub(super) fn save(&self, centre: &CentreData) -> Result<Arc<CentreData>, ServiceError> {
        let saved = self.inner.store.save_centre(centre)?;
        self.inner.centre.forget();
        Ok(Arc::new(saved))
    }

    /// The centre and how much it has stored.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn overview(&self) -> Result<CentreOverview, ServiceError> {
        let centre = self.centre()?;
        let counts = self.inner.store.counts(centre.centre.id)?;
        let travel = self.travel().basis(&[VehicleProfile::Motorbike]);
        Ok(CentreOverview { centre, counts, travel })
    }
}
