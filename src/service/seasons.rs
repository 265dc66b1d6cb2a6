use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::{Service, ServiceError, simulate};

/// A synthetic season to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeasonOrder {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// The same seed gives the same season.
    pub seed: u64,
    /// How many times the published volume.
    pub scale: u32,
    /// Whether a season that is there already is replaced.
    pub replace: bool,
}

/// What a season came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeasonReport {
    /// Dossiers received.
    pub dossiers: usize,
    /// Home deliveries asked for.
    pub home_deliveries: usize,
    /// Items made.
    pub items: usize,
    /// Ratings given.
    pub ratings: usize,
    /// Synthetic rows that were removed first.
    pub replaced: u64,
}

/// A step of making a season, for people.
pub type SeasonProgress<'a> = &'a mut dyn FnMut(&str, u64, u64) -> ControlFlow<()>;

impl Service {
    /// Makes a synthetic season for the centre and stores it, with a fleet that fits its scale.
    ///
    /// # Errors
    /// [`ServiceError::RealData`] where rows are stored that are not synthetic, [`ServiceError::SeasonExists`] where a
    /// season is there and `replace` is not set.
    pub fn simulate_season(
        &self,
        order: &SeasonOrder,
        progress: SeasonProgress<'_>,
    ) -> Result<SeasonReport, ServiceError> {
        let centre = self.centre()?;
        let counts = self.inner.store.counts(centre.centre.id)?;
        let real = (counts.dossiers - counts.synthetic_dossiers)
            + (counts.items - counts.synthetic_items)
            + (counts.home_deliveries - counts.synthetic_home_deliveries);
        if real > 0 {
            return Err(ServiceError::RealData { count: real });
        }
        let synthetic = counts.synthetic_dossiers + counts.synthetic_items + counts.synthetic_home_deliveries;
        if synthetic > 0 && !order.replace {
            return Err(ServiceError::SeasonExists { dossiers: counts.synthetic_dossiers });
        }
        let request = simulate::SeasonRequest { from: order.from, to: order.to, seed: order.seed, scale: order.scale };
        let season = simulate::season(&centre, &request, &mut |done, total| progress("simulate", done, total))
            .map_err(|error| match error {
                simulate::SimulateError::Cancelled => ServiceError::Cancelled,
                other => other.into(),
            })?;
        let replaced = if synthetic > 0 { self.inner.store.delete_synthetic(centre.centre.id)? } else { 0 };
        self.save(&season.centre)?;
        self.inner.store.insert_season(
            &season.dossiers,
            &season.home_deliveries,
            &season.items,
            &season.ratings,
            &mut |done, total| {
                let _ = progress("store", done, total);
            },
        )?;
        Ok(SeasonReport {
            dossiers: season.dossiers.len(),
            home_deliveries: season.home_deliveries.len(),
            items: season.items.len(),
            ratings: season.ratings.len(),
            replaced,
        })
    }
}
