use chrono::{DateTime, Duration, Utc};

use super::RunTally;
use crate::domain::Place;

/// A stop as it was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedHalt {
    /// Where.
    pub place: Place,
    /// When the courier comes.
    pub arrives_at: DateTime<Utc>,
    /// When the courier leaves.
    pub departs_at: DateTime<Utc>,
}

/// The courier was seen somewhere: a scan says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: DateTime<Utc>,
    /// Where.
    pub place: Place,
}

/// How punctual a route was. Its first halt is the depot it leaves from, its last the one it comes back to.
///
/// It left when the depot saw it last before any other stop did; it was back when the depot saw it first after the last of them;
/// it was at a stop when that saw it first. On time is not later than planned by more than `tolerance_s` seconds. A depot that
/// did not see it does not count as on time.
#[must_use]
pub fn punctuality(halts: &[PlannedHalt], seen: &[Sighting], tolerance_s: i64) -> RunTally {
    let mut tally = RunTally { routes: 1, ..RunTally::default() };
    let (Some(first), Some(last)) = (halts.first(), halts.last()) else { return RunTally::default() };
    if seen.is_empty() {
        return tally;
    }
    tally.seen = 1;
    let on_time = |at: DateTime<Utc>, planned: DateTime<Utc>| at <= planned + Duration::seconds(tolerance_s);
    let between: Vec<&PlannedHalt> =
        halts.iter().filter(|halt| halt.place != first.place && halt.place != last.place).collect();
    let outside = |sighting: &&Sighting| between.iter().any(|halt| halt.place == sighting.place);
    let out = seen.iter().filter(outside).map(|sighting| sighting.at).min();
    let home = seen.iter().filter(outside).map(|sighting| sighting.at).max();
    let at = |place: Place| seen.iter().filter(move |sighting| sighting.place == place).map(|sighting| sighting.at);
    let left = at(first.place).filter(|at| out.is_none_or(|out| *at <= out)).max();
    let back = at(last.place).filter(|at| home.is_some_and(|home| *at >= home)).min();
    tally.left_on_time = u64::from(left.is_some_and(|left| on_time(left, first.departs_at)));
    tally.back_on_time = u64::from(back.is_some_and(|back| on_time(back, last.arrives_at)));
    for halt in between {
        tally.stops += 1;
        if let Some(come) = at(halt.place).min() {
            tally.stops_seen += 1;
            tally.stops_on_time += u64::from(on_time(come, halt.arrives_at));
        }
    }
    tally
}
