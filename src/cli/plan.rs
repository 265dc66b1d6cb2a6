use std::ops::ControlFlow;

use super::{args::Plan, config::Config, day_table, error::CliError, output, progress::Progress};
use crate::{
    api::PlanResponse,
    service::{DayPlan, DayRequest, Expected, Service},
};

pub(super) fn run(config: &Config, options: &Plan) -> Result<(), CliError> {
    let service = config.open()?;
    plan(&service, options.date, options.seed)?;
    show(config, &service.day_plan(options.date)?)
}

/// Plans a day and shows progress.
pub(super) fn plan(service: &Service, date: chrono::NaiveDate, seed: u64) -> Result<(), CliError> {
    let mut progress = Progress::of("plan");
    let request = DayRequest { date, seed, expected: Expected::Anything };
    service.plan_day(&request, &mut |step| {
        progress.tell(step.phase, step.done, step.total);
        ControlFlow::Continue(())
    })?;
    Ok(())
}

/// Prints a plan.
pub(super) fn show(config: &Config, day: &DayPlan) -> Result<(), CliError> {
    if config.json { output::print_json(&PlanResponse::from(day)) } else { output::print(&day_table::text(day)) }
}
