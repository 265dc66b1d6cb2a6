//! Items that the planner need not tell apart: same leg, same readiness, same urgency.
//!
//! A day at twenty times the published volume has some nine thousand items but a few hundred consignments, which keeps the
//! planner's problem small without giving anything up: times are binned only as far as they cannot change what is feasible
//! in the unsafe direction (releases are rounded up, due times down).

use std::collections::BTreeMap;

use super::{
    day::{DAY_END, Day},
    journey::{Journey, RunLeg},
};
use crate::{
    domain::DayRules,
    planner::{Load, Seconds, SoftDue},
};

const BIN_S: Seconds = 900;

/// One run leg of one journey that is to be planned.
#[derive(Debug, Clone, Copy)]
pub(super) struct LegToPlan {
    /// Index of the journey.
    pub(super) journey: usize,
    /// Which of its run legs.
    pub(super) leg_no: usize,
    /// When it may leave.
    pub(super) release: Seconds,
    /// When it should be there.
    pub(super) due: Option<Seconds>,
    /// Whether another run leg follows today.
    pub(super) relays: bool,
}

/// Items that travel as one.
#[derive(Debug, Clone)]
pub(super) struct Consignment {
    pub(super) leg: RunLeg,
    pub(super) leg_no: usize,
    pub(super) journeys: Vec<usize>,
    pub(super) weight_g: Load,
    pub(super) release: Seconds,
    pub(super) due: Option<Seconds>,
}

impl Consignment {
    pub(super) fn count(&self) -> Load {
        Load::try_from(self.journeys.len()).unwrap_or(Load::MAX)
    }
}

/// How much a consignment may hold, so that several fit on the smallest vehicle that could take it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkLimit {
    pub(super) items: Load,
    pub(super) weight_g: Load,
}

/// Groups legs into consignments, in a fixed order.
pub(super) fn group(
    day: &Day<'_>,
    journeys: &[Journey<'_>],
    legs: &[LegToPlan],
    limit: ChunkLimit,
) -> Vec<Consignment> {
    let mut groups: BTreeMap<_, Vec<LegToPlan>> = BTreeMap::new();
    for leg in legs {
        let run_leg = journeys[leg.journey].run_legs[leg.leg_no];
        let key = (run_leg, leg.leg_no, leg.relays, release_class(day, run_leg, leg.release), due_class(leg.due));
        groups.entry(key).or_default().push(*leg);
    }
    let mut consignments = Vec::new();
    for ((leg, leg_no, _, release, due), members) in groups {
        let start = |release: Seconds| Consignment { leg, leg_no, journeys: Vec::new(), weight_g: 0, release, due };
        let mut open = start(release);
        for member in members {
            let weight_g = Load::from(journeys[member.journey].item.weight_g);
            let full = open.count() >= limit.items || open.weight_g + weight_g > limit.weight_g;
            if full && !open.journeys.is_empty() {
                consignments.push(std::mem::replace(&mut open, start(release)));
            }
            open.journeys.push(member.journey);
            open.weight_g += weight_g;
        }
        consignments.push(open);
    }
    consignments
}

/// A delivery can only leave on a departure, so it is as good as ready at the next one; a pickup is rounded up to the next
/// quarter of an hour.
fn release_class(day: &Day<'_>, leg: RunLeg, release: Seconds) -> Seconds {
    match leg {
        RunLeg::Deliver(_) => {
            let departures = day.runs.iter().map(|run| run.departs).filter(|departs| *departs >= release);
            departures.min().unwrap_or(release)
        }
        RunLeg::Collect(_) => (release + BIN_S - 1).div_euclid(BIN_S) * BIN_S,
    }
}

fn due_class(due: Option<Seconds>) -> Option<Seconds> {
    due.filter(|due| *due < DAY_END).map(|due| due.max(0).div_euclid(BIN_S) * BIN_S)
}

/// What waiting and lateness of `count` items cost: the sooner the better, and much more so once they are late.
pub(super) fn urgency(rules: &DayRules, count: Load, release: Seconds, due: Option<Seconds>) -> Vec<SoftDue> {
    let mut pieces = vec![SoftDue { at: release, cost_per_hour: rules.transit_cost_per_item_hour * count }];
    pieces.extend(due.map(|at| SoftDue { at, cost_per_hour: rules.late_cost_per_item_hour * count }));
    pieces
}

/// What is due today is left out last.
pub(super) fn priority(due: Option<Seconds>) -> u8 {
    if due.is_some() { 50 } else { 10 }
}
