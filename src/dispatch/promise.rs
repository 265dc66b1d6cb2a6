//! Whether a half-day can be promised: one more stop among all that are promised.
//!
//! What is promised for a day is put onto the depot's rounds, with the new stop in the half-day asked for, and the rounds are
//! really planned. Who wants the day but no half of it goes where it suits.

use std::ops::ControlFlow;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    DayInput, DispatchError, TravelModes,
    day::Day,
    rounds::{RoundVehicle, problem, round_vehicles},
    search::{Effort, accepted},
};
use crate::{
    domain::{CentreData, HalfDay, HomeDelivery, Position, SiteId},
    planner::{self, Job, JobKind, Load, Solution, SolveOptions, Task, TimeWindow},
};

/// A day's promises and what may be promised beside them.
pub struct PromiseInput<'a> {
    /// The centre with its fleet and rules.
    pub centre: &'a CentreData,
    /// The day.
    pub date: NaiveDate,
    /// What is promised for it.
    pub promised: &'a [HomeDelivery],
    /// How long the ways take.
    pub travel: &'a TravelModes,
    /// What a result weighs while it is not here yet, grams.
    pub weight_g: u32,
}

/// Those of `halves` in which `home` can be visited without breaking a promise. None where no rounds go to its commune.
///
/// # Errors
/// [`DispatchError`] when the day is not a working day, when a rule is missing, or when the checker refuses what the engine made.
pub fn promisable(
    input: &PromiseInput<'_>,
    home: &HomeDelivery,
    halves: &[HalfDay],
) -> Result<Vec<HalfDay>, DispatchError> {
    let centre = input.centre;
    let Some(depot) = centre.depot_of(&home.commune_code, input.date) else { return Ok(Vec::new()) };
    let others: Vec<&HomeDelivery> = input
        .promised
        .iter()
        .filter(|other| other.id != home.id && centre.depot_of(&other.commune_code, input.date) == Some(depot))
        .collect();
    let day_input = DayInput {
        centre,
        date: input.date,
        items: &[],
        dossiers: &[],
        home_deliveries: &[],
        travel: input.travel,
        previous: None,
        seed: 1,
        made_at: DateTime::<Utc>::UNIX_EPOCH,
    };
    let day = Day::new(&day_input)?;
    let vehicles = round_vehicles(&day, depot);
    if vehicles.is_empty() {
        return Ok(Vec::new());
    }
    let rounds = Rounds { day: &day, depot, vehicles, others, weight_g: input.weight_g };
    let mut possible = Vec::new();
    let mut broken_before = None;
    for &half in halves {
        if !rounds.vehicles.iter().any(|vehicle| vehicle.half_day == half) {
            continue;
        }
        let with = rounds.plan(Some((home.position, half)))?;
        let new = rounds.others.len();
        if with.unassigned.contains(&new) {
            continue;
        }
        // A promise that cannot be kept anyway, because a courier is gone, keeps nobody else from one.
        if !with.unassigned.is_empty() {
            let before = match broken_before {
                Some(before) => before,
                None => *broken_before.insert(rounds.plan(None)?.unassigned.len()),
            };
            if with.unassigned.len() > before {
                continue;
            }
        }
        possible.push(half);
    }
    Ok(possible)
}

struct Rounds<'d, 'a> {
    day: &'d Day<'a>,
    depot: SiteId,
    vehicles: Vec<RoundVehicle<'a>>,
    others: Vec<&'d HomeDelivery>,
    weight_g: u32,
}

impl Rounds<'_, '_> {
    /// The rounds with a new stop, the last of the jobs.
    fn plan(&self, new: Option<(Position, HalfDay)>) -> Result<Solution, DispatchError> {
        const PROMISED: u8 = 50;
        const NEW: u8 = 10;
        let mut homes: Vec<Position> = self.others.iter().map(|home| home.position).collect();
        let mut wanted: Vec<(Option<HalfDay>, u8)> =
            self.others.iter().map(|home| (home.wanted.and_then(|wanted| wanted.half_day), PROMISED)).collect();
        if let Some((position, half)) = new {
            homes.push(position);
            wanted.push((Some(half), NEW));
        }
        let jobs = wanted.iter().enumerate().map(|(index, (half, priority))| self.job(index + 1, *half, *priority));
        let problem = problem(self.day, self.depot, &self.vehicles, &homes, jobs.collect())?;
        let options = SolveOptions { seed: 1, iterations: Effort::PROMISE.iterations(&problem) };
        let solution = planner::solve(&problem, &options, &mut |_| ControlFlow::Continue(()));
        accepted(&problem, solution)
    }

    fn job(&self, place: usize, half: Option<HalfDay>, priority: u8) -> Job {
        let halves = self.day.halves.iter().filter(|known| half.is_none_or(|half| half == known.half_day));
        let windows: Vec<TimeWindow> = halves.map(|half| half.window).collect();
        let service = self.day.rules.home_stop_base_s + self.day.rules.home_stop_per_item_s;
        let task = Task::at(place, service).within(windows);
        Job { priority, ..Job::new(JobKind::Delivery(task), vec![1, Load::from(self.weight_g)]) }
    }
}
