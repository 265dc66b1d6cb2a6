use chrono::NaiveDate;

use super::{args::Demo, config::Config, error::CliError, plan, serve, simulate::simulate};
use crate::{
    api,
    service::{SeasonOrder, Service, ServiceError},
};

/// The season that was published about.
const FROM: NaiveDate = NaiveDate::from_ymd_opt(2019, 1, 4).expect("it is a date");
const TO: NaiveDate = NaiveDate::from_ymd_opt(2019, 6, 15).expect("it is a date");
const SEED: u64 = 1;

pub(super) fn run(config: &Config, options: &Demo) -> Result<(), CliError> {
    // A port that is taken is better known before the work than after it.
    let listener = if options.no_serve { None } else { Some(api::listen(config.address(&options.listen))?) };
    let service = config.open_to_serve(&options.listen)?;
    match service.centre() {
        Ok(_) => {}
        Err(ServiceError::NoCentre) => {
            service.import_embedded()?;
        }
        Err(other) => return Err(other.into()),
    }
    let made = season(&service, options)?;
    if made || options.fresh || service.plan_version(options.date)?.is_none() {
        plan::plan(&service, options.date, SEED)?;
    }
    plan::show(config, &service.day_plan(options.date)?)?;
    match listener {
        // Nothing in the demo is anybody's, so that its link may be shown wherever the output goes.
        Some(listener) => serve::serve(&service, listener, true),
        None => Ok(()),
    }
}

/// Makes the season unless it is there; answers whether it was made.
fn season(service: &Service, options: &Demo) -> Result<bool, CliError> {
    let overview = service.overview()?;
    let there = overview.counts.synthetic_dossiers > 0;
    if there && !options.fresh {
        let published = overview.centre.published.as_ref().map_or(0, |figures| u64::from(figures.dossiers_received));
        let wanted = published * u64::from(options.scale);
        if wanted != overview.counts.dossiers {
            return Err(CliError::Usage(format!(
                "the database holds a season of {} dossiers, not the demo's {wanted}: add --fresh to make it anew, or use \
                 another --database",
                overview.counts.dossiers
            )));
        }
        return Ok(false);
    }
    let order = SeasonOrder { from: FROM, to: TO, seed: SEED, scale: options.scale, replace: options.fresh };
    simulate(service, &order)?;
    Ok(true)
}
