//! From a day's waiting items and home deliveries to planner problems and back to a plan.
//!
//! The way of an item is at most: *collect* it at its office (a run), *deliver* it to another office (a later run,
//! because everything passes through the centre), bring it home (a round from the centre or from a post office).
//! [`plan_day`] turns every waiting item into such legs, plans the runs, then the runs again with the second legs that
//! the first ones feed, then the rounds of each depot with what is there in time, and puts it all together.
//!
//! What holds of every plan made here:
//! - every item is on a route, or unassigned with one plain reason;
//! - an item rides only on departures for which it is ready at its depot in time, and a second leg only on a run that
//!   leaves after the first leg's run *must* be back, so that a run which is late within its limit breaks nothing;
//! - a run leaves at the timetable's time and is back by its limit, before its courier's next run leaves;
//! - [`crate::planner::checker`] has accepted the routes.
//!
//! A due time never keeps an item at home: what can only come late is carried, and reported as late.
//!
//! What this layer does not know: databases, HTTP, the clock; how routes are found; how roads are searched.

mod assemble;
mod consignment;
mod day;
mod error;
mod explain;
mod journey;
mod outcome;
mod progress;
mod promise;
pub mod replay;
mod rounds;
mod runs;
mod safety;
mod search;
mod travel;

pub use error::DispatchError;
pub use progress::{DayProgress, Phase};
pub use promise::{PromiseInput, promisable};
pub use search::Solver;
pub use travel::{TravelModes, point};

use std::ops::ControlFlow;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    domain::{CentreData, Dossier, HomeDelivery, IdSource, Item, Plan},
    planner,
};

/// Everything a day's plan is made from.
pub struct DayInput<'a> {
    /// The centre with its sites, timetable, fleet and rules.
    pub centre: &'a CentreData,
    /// The day.
    pub date: NaiveDate,
    /// The items that wait or become ready on that day.
    pub items: &'a [Item],
    /// The dossiers that they belong to; their appointments set due times.
    pub dossiers: &'a [Dossier],
    /// The home deliveries that they go to.
    pub home_deliveries: &'a [HomeDelivery],
    /// How long the ways take.
    pub travel: &'a TravelModes,
    /// The day's plan so far: runs, rounds and routes keep their ids.
    pub previous: Option<&'a Plan>,
    /// Whatever is random in the search follows from this.
    pub seed: u64,
    /// The time that the plan says it was made at.
    pub made_at: DateTime<Utc>,
}

/// Plans a day.
///
/// `control` hears of progress and may stop the search, which then fails with [`DispatchError::Cancelled`]: half a plan
/// is no plan.
///
/// # Errors
/// [`DispatchError`] when the day is not a working day, when an item names an unknown site or home delivery, when a rule is
/// missing for the day, or when the checker refuses what the engine made.
pub fn plan_day(
    input: &DayInput<'_>,
    ids: &mut dyn IdSource,
    control: &mut dyn FnMut(&DayProgress) -> ControlFlow<()>,
) -> Result<Plan, DispatchError> {
    plan_day_with(input, ids, control, &mut |problem, options, control| planner::solve(problem, options, control))
}

/// Plans a day like [`plan_day`], with its problems solved in another way.
///
/// # Errors
/// Those of [`plan_day`].
pub fn plan_day_with(
    input: &DayInput<'_>,
    ids: &mut dyn IdSource,
    control: &mut dyn FnMut(&DayProgress) -> ControlFlow<()>,
    solver: &mut Solver<'_>,
) -> Result<Plan, DispatchError> {
    let day = day::Day::new(input)?;
    let journeys = journey::of_all(&day)?;
    let mut outcomes = outcome::Outcomes::new(&journeys);
    let mut progress = progress::Reporter::new(control, solver);

    progress.enter(Phase::Travel, 0)?;
    let network = runs::RunNetwork::new(&day, &journeys)?;
    progress.enter(Phase::Runs, journeys.len())?;
    let runs = network.plan(&day, &journeys, &mut outcomes, &mut progress)?;
    progress.enter(Phase::Rounds, journeys.len())?;
    let rounds = rounds::plan(&day, &journeys, &mut outcomes, &mut progress)?;
    progress.enter(Phase::Assembly, journeys.len())?;
    assemble::plan(&day, &journeys, outcomes, &runs, &rounds, ids)
}
