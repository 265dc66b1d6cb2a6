//! The timetable designer: other timetables tried on a season that was recorded or simulated.
//!
//! `jobs` does it as long work of this process, which can be followed and cancelled; an ended one is kept for a while, and is gone
//! with the process.

mod jobs;

pub(super) use jobs::Designs;
pub use jobs::{DesignJob, DesignState};

use chrono::NaiveDate;

use super::{FieldProblem, Service, ServiceError, complaints::Days, items::distinct};
use crate::{
    dispatch::{
        DispatchError,
        replay::{
            Begin, DesignRequest, ReplayFigures, ReplaySeason, RidersAndRuns, RunTime, Scenario, Tried, pareto, suggest,
        },
    },
    domain::Item,
    store::{ItemCursor, ItemFilter},
};

/// The longest season that is replayed, days.
const DAYS_MAX: i64 = 800;
/// Runs a day that are tried at most.
pub const DESIGN_RUNS_MAX: u32 = 8;
/// Couriers on a run that are tried at most.
pub const DESIGN_COURIERS_MAX: u32 = 12;
/// The bounds of a run's length, minutes.
pub const DESIGN_MINUTES: (u32, u32) = (40, 240);
/// Timetables tried by moving departures.
const MOVES_MAX: usize = 160;
const ITEMS_AT_ONCE: u32 = 5_000;

/// What a design looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesignAim {
    /// What each timetable comes to.
    Evaluate,
    /// The cheapest that brings so many items in time, hundredths of a percent.
    Suggest {
        /// The rate to be reached.
        on_time_basis_points: u32,
    },
}

/// A timetable of one's own to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTimetable {
    /// Its departures, with the times by which they are back.
    pub runs: Vec<RunTime>,
    /// Couriers on each, with a vehicle each.
    pub couriers: u32,
}

/// A design to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignOrder {
    /// The first day of the season.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// What is looked for.
    pub aim: DesignAim,
    /// Timetables of one's own.
    pub own: Vec<OwnTimetable>,
    /// Evenly spread timetables are tried with up to so many runs a day.
    pub runs_max: u32,
    /// With up to so many couriers on a run; as many as now and one more when `None`.
    pub couriers_max: Option<u32>,
    /// Each as long, minutes, where the counters' hours allow it; as the longest of now when `None`.
    pub run_minutes: Option<u32>,
}

/// A timetable as it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignedTimetable {
    /// The timetable.
    pub scenario: Scenario,
    /// What it came to.
    pub figures: ReplayFigures,
    /// Whether it is the one in force.
    pub is_current: bool,
    /// Whether no other is at least as good in cost, punctuality and transit and better in one.
    pub is_on_front: bool,
}

/// What a design came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignOutcome {
    /// Working days of the season.
    pub working_days: usize,
    /// Its items on document runs.
    pub items: usize,
    /// The timetables tried, the cheapest first.
    pub timetables: Vec<DesignedTimetable>,
    /// The place among them of the cheapest that reaches the rate asked for.
    pub suggested: Option<usize>,
}

impl Service {
    /// Refuses an order that cannot succeed.
    pub(super) fn check_design(&self, order: &DesignOrder) -> Result<(), ServiceError> {
        self.centre()?;
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: String| problems.push(FieldProblem::new(field, message));
        if order.to < order.from {
            refuse("to", format!("{} is before from, which is {}", order.to, order.from));
        } else if (order.to - order.from).num_days() > DAYS_MAX {
            refuse("to", format!("a season of at most {DAYS_MAX} days is replayed"));
        }
        if !(1..=DESIGN_RUNS_MAX).contains(&order.runs_max) {
            refuse("runs_max", format!("expected 1 to {DESIGN_RUNS_MAX} runs a day"));
        }
        if order.couriers_max.is_some_and(|couriers| !(1..=DESIGN_COURIERS_MAX).contains(&couriers)) {
            refuse("couriers_max", format!("expected 1 to {DESIGN_COURIERS_MAX} couriers"));
        }
        let (least, most) = DESIGN_MINUTES;
        if order.run_minutes.is_some_and(|minutes| !(least..=most).contains(&minutes)) {
            refuse("run_minutes", format!("expected {least} to {most} minutes"));
        }
        if let DesignAim::Suggest { on_time_basis_points } = order.aim
            && on_time_basis_points > 10_000
        {
            refuse("on_time_percent", "expected 0 to 100".into());
        }
        for own in &order.own {
            if own.couriers > DESIGN_COURIERS_MAX {
                refuse("timetables", format!("expected 1 to {DESIGN_COURIERS_MAX} couriers"));
            } else if let Err(error) = Scenario::new(own.runs.clone(), own.couriers) {
                refuse("timetables", error.to_string());
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(problems)) }
    }

    /// Tries timetables on a season. `progress` hears of those tried and how many there may be, and stops the work by answering
    /// `false`.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for an order out of bounds, [`ServiceError::Dispatch`] for a season that cannot be replayed,
    /// [`ServiceError::Cancelled`].
    pub fn design_timetable(
        &self,
        order: &DesignOrder,
        progress: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Result<DesignOutcome, ServiceError> {
        self.check_design(order)?;
        let season = self.replay_season(order, progress)?;
        let current = season.current().cloned();
        let longest =
            current.iter().flat_map(Scenario::runs).map(|run| (run.back_by - run.departs).num_seconds()).max();
        let couriers = current.as_ref().map_or(1, Scenario::riders);
        let bounds = RidersAndRuns {
            runs_max: order.runs_max,
            riders_max: order.couriers_max.unwrap_or(couriers + 1).min(DESIGN_COURIERS_MAX),
            run_s: order.run_minutes.map(|minutes| i64::from(minutes) * 60).or(longest).unwrap_or(6_300),
        };
        let mut tried: Vec<Tried> = Vec::new();
        let own = order.own.iter().map(|own| Scenario::new(own.runs.clone(), own.couriers));
        let own = own.collect::<Result<Vec<_>, _>>()?;
        for scenario in own.into_iter().chain(current.clone()) {
            let figures = season.ride_until(&scenario, &|| !progress(0, 0)).ok_or(ServiceError::Cancelled)?;
            tried.push(Tried { scenario, figures });
        }
        let (target, moves_max) = match order.aim {
            DesignAim::Evaluate => (None, 0),
            DesignAim::Suggest { on_time_basis_points } => (Some(on_time_basis_points), MOVES_MAX),
        };
        let request = DesignRequest { bounds, on_time_basis_points: target.unwrap_or(0), moves_max };
        let design = suggest(&season, &request, progress)?.ok_or(ServiceError::Cancelled)?;
        for found in design.tried {
            if !tried.iter().any(|known| known.scenario == found.scenario) {
                tried.push(found);
            }
        }
        Ok(outcome(&season, tried, current.as_ref(), target))
    }

    /// The season of an order, made ready.
    fn replay_season(
        &self,
        order: &DesignOrder,
        progress: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Result<ReplaySeason, ServiceError> {
        let centre = self.centre()?;
        let id = centre.centre.id;
        let period = Days { from: Some(order.from), to: Some(order.to) }.period(&centre);
        let filter = ItemFilter { ready_from: period.from, ready_until: period.until, ..ItemFilter::default() };
        let mut items: Vec<Item> = Vec::new();
        loop {
            if !progress(0, 0) {
                return Err(ServiceError::Cancelled);
            }
            let after = items.last().map(ItemCursor::from);
            let part = self.store().items(id, &filter, after, ITEMS_AT_ONCE)?;
            let full = part.len() == ITEMS_AT_ONCE as usize;
            items.extend(part);
            if !full {
                break;
            }
        }
        let dossiers = self.store().dossiers(id, &distinct(items.iter().filter_map(|item| item.dossier_id)))?;
        let days = (order.from, order.to);
        let season = ReplaySeason::prepare(&centre, days, Begin::Empty, (&items, &dossiers), self.travel());
        season.map_err(|error| match error {
            DispatchError::Cancelled => ServiceError::Cancelled,
            other => ServiceError::Dispatch(other),
        })
    }
}

fn outcome(
    season: &ReplaySeason,
    mut tried: Vec<Tried>,
    current: Option<&Scenario>,
    target: Option<u32>,
) -> DesignOutcome {
    tried.sort_by(|a, b| (a.figures.cost_dong, &a.scenario).cmp(&(b.figures.cost_dong, &b.scenario)));
    let front = pareto(&tried.iter().map(|it| &it.figures).collect::<Vec<_>>());
    let reaches = |it: &Tried, target: u32| it.figures.on_time_rate().basis_points().is_some_and(|rate| rate >= target);
    let suggested = target.and_then(|target| tried.iter().position(|it| reaches(it, target)));
    let timetables = tried
        .into_iter()
        .zip(front)
        .map(|(it, is_on_front)| DesignedTimetable {
            is_current: current == Some(&it.scenario),
            scenario: it.scenario,
            figures: it.figures,
            is_on_front,
        })
        .collect();
    DesignOutcome { working_days: season.working_days(), items: season.items(), timetables, suggested }
}
