//! Goods that may be on board only so long.
//!
//! With the order of a route fixed, such a limit asks that a pickup ends at most so long before its delivery starts.
//! Of all schedules that keep the windows and these limits there is one that is earliest at every visit at once, and
//! one that is latest at every visit: the earliest is found by raising pickups from below until every limit holds, the
//! latest by lowering deliveries from above.

use super::chain::{Event, Link};
use crate::planner::exclusion::ExclusionReason;
use crate::planner::problem::Problem;
use crate::planner::solution::Visit;
use crate::planner::units::{JobIndex, Seconds, VehicleIndex};

/// Two links between which goods are on board for a limited time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    job: JobIndex,
    pickup: usize,
    delivery: usize,
    limit: Seconds,
    /// How long the goods are on board without any waiting.
    least: Seconds,
    /// The latest start of the delivery by the latest pickup known so far.
    latest: Seconds,
}

/// Finds the limited shipments of a chain and refuses one that is on board too long even without any waiting.
pub(super) fn find(
    problem: &Problem,
    vehicle: VehicleIndex,
    links: &[Link],
    held: &mut Vec<Held>,
) -> Result<(), ExclusionReason> {
    held.clear();
    let matrix = problem.matrix_of(vehicle);
    for (delivery, link) in links.iter().enumerate() {
        let Event::Visit(Visit::Deliver(job)) = link.event else { continue };
        let Some(limit) = problem.jobs()[job].max_on_board else { continue };
        let is_pickup = |link: &Link| link.event == Event::Visit(Visit::PickUp(job));
        let Some(pickup) = links[..delivery].iter().position(is_pickup) else { continue };
        let between = links[pickup + 1..delivery].iter();
        let before = between.map(|link| matrix.least_duration(link.travel) + link.lasting).sum::<Seconds>();
        let least = before + matrix.least_duration(link.travel);
        if least > limit {
            return Err(ExclusionReason::MaxOnBoard { job, on_board: least, limit });
        }
        held.push(Held { job, pickup, delivery, limit, least, latest: Seconds::MAX });
    }
    Ok(())
}

/// Says of each link how long a break just before it may be, so that no goods are on board too long for that break
/// alone; with `strictly`, no break at all is taken with limited goods on board.
pub(super) fn limit_breaks(links: &mut [Link], held: &[Held], strictly: bool) {
    for pair in held {
        let spare = if strictly { -1 } else { pair.limit - pair.least };
        for link in &mut links[pair.pickup + 1..=pair.delivery] {
            link.longest_break = link.longest_break.min(spare);
        }
    }
}

/// Raises the pickups whose goods would be on board too long; `None` where there is none. Repeated after each new
/// forward pass, this ends: each time a start rises by at least a second, and none may pass the end of the shift.
pub(super) fn raise(links: &mut [Link], held: &[Held]) -> Option<ExclusionReason> {
    let mut raised = None;
    for pair in held {
        let pickup = &links[pair.pickup];
        let on_board = links[pair.delivery].start - pickup.start - pickup.lasting;
        if on_board > pair.limit {
            links[pair.pickup].not_before = pickup.start + on_board - pair.limit;
            raised = Some(ExclusionReason::MaxOnBoard { job: pair.job, on_board, limit: pair.limit });
        }
    }
    raised
}

/// Lowers the latest starts of deliveries to what the latest starts of their pickups allow, and clears all others for a
/// new backward pass; `false` where all are low enough already. Repeated after each pass, this ends: a start falls each
/// time, and never below its earliest.
pub(super) fn lower(links: &mut [Link], held: &mut [Held]) -> bool {
    let mut has_fallen = false;
    for pair in held.iter_mut() {
        let pickup = &links[pair.pickup];
        pair.latest = pickup.latest.saturating_add(pickup.lasting + pair.limit);
        has_fallen |= links[pair.delivery].latest > pair.latest;
    }
    if has_fallen {
        for link in links.iter_mut() {
            link.latest = Seconds::MAX;
        }
        for pair in held {
            let delivery = &mut links[pair.delivery];
            delivery.latest = delivery.latest.min(pair.latest);
        }
    }
    has_fallen
}
