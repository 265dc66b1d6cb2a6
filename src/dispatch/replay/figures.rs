use super::Scenario;
use crate::domain::report::{Rate, nearest_rank};

/// What a timetable came to on a season.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplayFigures {
    /// Items that reached their office, or the centre.
    pub arrived: u64,
    /// Items still under way when the last day was over.
    pub under_way: u64,
    /// Items with a time by which they are due, ready before it.
    pub with_due: u64,
    /// Of them those that arrived by then.
    pub on_time: u64,
    /// From ready to arrived, seconds, nights and days off included: the median.
    pub transit_p50_s: i64,
    /// Nine of ten took no longer.
    pub transit_p90_s: i64,
    /// All of them together.
    pub transit_sum_s: i64,
    /// Runs that somebody rode.
    pub runs: u64,
    /// Routes ridden.
    pub routes: u64,
    /// Calls at offices.
    pub stops: u64,
    /// The way of all routes, metres.
    pub distance_m: i64,
    /// Hours of couriers on the way, in seconds.
    pub crew_s: i64,
    /// What the routes cost, đồng.
    pub cost_dong: i64,
}

impl ReplayFigures {
    /// Of the items with a due time those that arrived by it.
    #[must_use]
    pub fn on_time_rate(&self) -> Rate {
        Rate { part: self.on_time, whole: self.with_due }
    }

    pub(super) fn with_transit(mut self, mut seconds: Vec<i64>) -> Self {
        seconds.sort_unstable();
        self.arrived = seconds.len() as u64;
        self.transit_p50_s = nearest_rank(&seconds, 50).unwrap_or(0);
        self.transit_p90_s = nearest_rank(&seconds, 90).unwrap_or(0);
        self.transit_sum_s = seconds.iter().sum();
        self
    }

    /// Whether this is at least as good in cost, punctuality and transit, and better in one of them.
    pub(super) fn dominates(&self, other: &Self) -> bool {
        let share = |one: &Self, two: &Self| u128::from(one.on_time) * u128::from(two.with_due);
        let (mine, theirs) = (share(self, other), share(other, self));
        let as_good = self.cost_dong <= other.cost_dong && mine >= theirs && self.transit_p50_s <= other.transit_p50_s;
        as_good && (self.cost_dong < other.cost_dong || mine > theirs || self.transit_p50_s < other.transit_p50_s)
    }
}

/// A timetable with what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The timetable.
    pub scenario: Scenario,
    /// What it came to.
    pub figures: ReplayFigures,
}
