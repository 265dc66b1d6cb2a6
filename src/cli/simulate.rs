use std::ops::ControlFlow;

use serde_json::json;

use super::{args::Simulate, config::Config, error::CliError, output, progress::Progress};
use crate::service::{SeasonOrder, SeasonReport, Service};

pub(super) fn run(config: &Config, options: &Simulate) -> Result<(), CliError> {
    let service = config.open()?;
    let order = SeasonOrder {
        from: options.from,
        to: options.to,
        seed: options.seed,
        scale: options.scale,
        replace: options.replace,
    };
    let report = simulate(&service, &order)?;
    if config.json {
        return output::print_json(&json!({
            "synthetic": true,
            "from": order.from,
            "to": order.to,
            "seed": order.seed,
            "scale": order.scale,
            "dossiers": report.dossiers,
            "home_deliveries": report.home_deliveries,
            "items": report.items,
            "ratings": report.ratings,
            "replaced_rows": report.replaced,
        }));
    }
    output::print(&format!(
        "Synthetic season {} to {} (seed {}, scale {}): {} dossiers, {} items, {} home deliveries, {} ratings.\n",
        order.from,
        order.to,
        order.seed,
        order.scale,
        report.dossiers,
        report.items,
        report.home_deliveries,
        report.ratings
    ))
}

/// Makes a season and shows progress.
pub(super) fn simulate(service: &Service, order: &SeasonOrder) -> Result<SeasonReport, CliError> {
    let mut progress = Progress::of("season");
    Ok(service.simulate_season(order, &mut |phase, done, total| {
        progress.tell(phase, done, total);
        ControlFlow::Continue(())
    })?)
}
