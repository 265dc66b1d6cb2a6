//! The planner's measures: whole numbers throughout, so that equal means equal.

use serde::{Deserialize, Serialize};

/// A time in whole seconds from the start of the planned day, or a duration in whole seconds.
pub type Seconds = i64;
/// A distance in whole metres.
pub type Metres = i64;
/// A quantity in one dimension of load (items, grams, litres: the caller's choice per dimension).
pub type Load = i64;
/// A price in whole units of the caller's currency (per hour, per kilometre, or at once).
pub type Price = i64;
/// An index into the rows of every [`Matrix`](super::Matrix) of a problem.
pub type Place = usize;
/// An index into [`Problem::jobs`](super::Problem::jobs).
pub type JobIndex = usize;
/// An index into [`Problem::vehicles`](super::Problem::vehicles).
pub type VehicleIndex = usize;
/// A skill, named by a number of the caller's choosing.
pub type Skill = u32;

/// The largest time, duration or distance of one leg that a problem may contain. It leaves room to add up a
/// route of a million legs in 64 bits.
pub const MAX_MEASURE: i64 = 1_000_000_000;
/// The largest amount or capacity in any dimension.
pub const MAX_LOAD: i64 = 1_000_000_000_000;
/// The fastest speed of a period, in thousandths.
pub(super) const MAX_PERMILLE: u32 = 10_000;
/// The largest priority of a job.
pub const MAX_PRIORITY: u8 = 100;

/// A closed interval of time: both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeWindow {
    /// The first second inside.
    pub start: Seconds,
    /// The last second inside.
    pub end: Seconds,
}

impl TimeWindow {
    /// The window from `start` to `end`, both included. Order is checked where a problem is built.
    #[must_use]
    pub const fn new(start: Seconds, end: Seconds) -> Self {
        Self { start, end }
    }

    /// Whether `time` lies inside.
    #[must_use]
    pub const fn contains(self, time: Seconds) -> bool {
        self.start <= time && time <= self.end
    }
}
