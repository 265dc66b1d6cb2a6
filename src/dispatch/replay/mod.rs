//! A season ridden again under another timetable, fast.
//!
//! Planning a day with the engine takes a second; trying hundreds of timetables on a year of days cannot. Here the document runs of
//! a season are ridden by a simple model: at each departure every office is visited for which something waits or that something
//! waits at; the order of the offices comes from the engine once for each set of them (`tours`), and times, loads and returns
//! follow from what is really given and taken at each (`flow`). Items change at the centre as they do in plans: with a run that
//! leaves after the run that brought them must be back. A test holds the model against [`super::plan_day`].
//!
//! What the model leaves out: rounds to homes and line hauls (an item for a home has arrived when it is at the centre), waiting
//! at an office for something that is not ready, weights, and vehicles of different kinds.
//!
//! `design` makes timetables to try, and finds the cheapest that brings enough in time.

mod design;
mod figures;
mod flow;
mod season;
mod tours;

pub use design::{Design, DesignRequest, RidersAndRuns, even_timetable, pareto, suggest};
pub use figures::{ReplayFigures, Tried};
pub use season::{Begin, ReplaySeason};

use chrono::{NaiveTime, Timelike};

use crate::domain::DomainError;

/// One departure of a timetable to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunTime {
    /// When it leaves the centre.
    pub departs: NaiveTime,
    /// When it must be back.
    pub back_by: NaiveTime,
}

/// A timetable of document runs, with who rides them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scenario {
    runs: Vec<RunTime>,
    riders: u32,
}

impl Scenario {
    /// A timetable whose runs follow one another, each ridden by `riders` couriers with a vehicle each.
    ///
    /// # Errors
    /// [`DomainError::Timetable`] for no run, for a run that is back before it departs or after the next one departs, and for no
    /// riders.
    pub fn new(mut runs: Vec<RunTime>, riders: u32) -> Result<Self, DomainError> {
        runs.sort_unstable();
        let fail = |run: String, problem: &str| Err(DomainError::Timetable { run, problem: problem.to_owned() });
        if runs.is_empty() {
            return fail("(none)".into(), "a timetable has at least one run");
        }
        if riders == 0 {
            return fail("(all)".into(), "at least one courier with a vehicle has to ride");
        }
        for (n, run) in runs.iter().enumerate() {
            let name = run.departs.format("%H:%M").to_string();
            if run.back_by <= run.departs {
                return fail(name, "it must be back after it departs");
            }
            if runs.get(n + 1).is_some_and(|next| next.departs < run.back_by) {
                return fail(name, "the same couriers ride the next run: it must be back before that departs");
            }
        }
        Ok(Self { runs, riders })
    }

    /// Its runs, by departure.
    #[must_use]
    pub fn runs(&self) -> &[RunTime] {
        &self.runs
    }

    /// How many couriers ride each run, with a vehicle each.
    #[must_use]
    pub fn riders(&self) -> u32 {
        self.riders
    }
}

fn seconds_of(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight())
}
