//! A synthetic season to work on: dossiers, items and home deliveries as a centre might have had them.
//!
//! Totals are calibrated to what the centre has published about the period ([`crate::domain::PublishedFigures`]); every
//! shape (weekdays, hours, departments, settlement times, addresses) follows the assumptions of `season.toml`. Everything
//! made here is marked synthetic, and nobody in it exists. The same request gives the same season.

mod arrivals;
mod fleet;
mod homes;
mod items;
mod ratings;
mod settlement;
mod weighted;

use std::ops::ControlFlow;

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::domain::{CentreData, DomainError, Dossier, HomeDelivery, Item, Rating, SeededIds};

/// The largest factor of density that is accepted.
pub const SCALE_MAX: u32 = 100;

/// Which season to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeasonRequest {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Everything random follows from it.
    pub seed: u64,
    /// How many times denser than published, 1 to [`SCALE_MAX`]; the fleet grows with it.
    pub scale: u32,
}

/// A season that never happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Season {
    /// The centre with a fleet that fits the scale.
    pub centre: CentreData,
    /// By time of receipt.
    pub dossiers: Vec<Dossier>,
    /// By time of request.
    pub home_deliveries: Vec<HomeDelivery>,
    /// By readiness.
    pub items: Vec<Item>,
    /// By time.
    pub ratings: Vec<Rating>,
}

/// Why no season could be made.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The centre's data do not describe a season.
    #[error("the centre's data have no {0}: a season cannot be made without it")]
    Missing(&'static str),
    /// The request contradicts itself.
    #[error("{0}")]
    Request(String),
    /// The calendar or the codes do not allow it.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// The caller stopped it.
    #[error("the simulation was cancelled")]
    Cancelled,
}

/// Makes a season; `progress` hears of dossiers done and may stop it.
///
/// # Errors
/// [`SimulateError`] when the request is empty or out of range, the calendar does not cover it, or the centre's data lack
/// what a season needs.
pub fn season(
    centre: &CentreData,
    request: &SeasonRequest,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Season, SimulateError> {
    if request.to < request.from {
        return Err(SimulateError::Request(format!(
            "the season ends on {} before it begins on {}",
            request.to, request.from
        )));
    }
    if !(1..=SCALE_MAX).contains(&request.scale) {
        return Err(SimulateError::Request(format!("the scale is {}: choose 1 to {SCALE_MAX}", request.scale)));
    }
    let profile = centre.season.as_ref().ok_or(SimulateError::Missing("season.toml"))?;
    let mut rng = ChaCha8Rng::seed_from_u64(request.seed);
    let mut ids = SeededIds::new(request.seed, 0);
    let arrivals = arrivals::draw(centre, profile, request, &mut rng)?;
    let mut dossiers = settlement::dossiers(centre, profile, request, &arrivals, &mut rng, &mut ids)?;
    let homeward = homes::choose(centre, request, &dossiers, &mut rng)?;
    let total = dossiers.len() as u64;
    let mut made = items::Maker::new(centre, profile, request, &mut rng, &mut ids)?;
    for (index, dossier) in dossiers.iter().enumerate() {
        made.dossier(dossier, homeward.get(&index).copied())?;
        if index % 1024 == 0 && progress(index as u64, total).is_break() {
            return Err(SimulateError::Cancelled);
        }
    }
    let (home_deliveries, items) = made.finish();
    dossiers.sort_by_key(|dossier| (dossier.received_at, dossier.id));
    let ratings = ratings::draw(centre, profile, request, &dossiers)?;
    let _ = progress(total, total);
    Ok(Season { centre: fleet::scaled(centre, request.scale, &mut ids), dossiers, home_deliveries, items, ratings })
}
