//! What a day's planning has to respect when a part of the day is over, or something has upset it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::live::{distance_m, distance_to_segment_m};
use crate::{
    domain::{
        Courier, CourierId, Disruption, HalfDay, ItemId, LegCarrier, Position, Route, RunId, SiteId, VehicleId,
        Waypoint,
    },
    planner::{Matrix, UNREACHABLE},
};

/// What of a day stays, what has changed, and where things are.
#[derive(Debug, Clone)]
pub(super) struct Rest {
    /// The time.
    pub(super) at: DateTime<Utc>,
    /// The routes that stay as they are.
    pub(super) kept: Vec<(LegCarrier, Route)>,
    /// The rounds that those of them are which are rounds.
    pub(super) kept_rounds: BTreeSet<(HalfDay, SiteId, CourierId)>,
    /// The couriers who were to ride a run and have not begun: they can still leave when its time is over.
    pub(super) unbegun: BTreeSet<(RunId, CourierId)>,
    /// Until when couriers are out.
    pub(super) busy: BTreeMap<CourierId, DateTime<Utc>>,
    /// Where items are, or will be by the routes that stay, and when they can be had there.
    pub(super) whereabouts: HashMap<ItemId, Waypoint>,
    /// What has upset the day.
    pub(super) upset: Upset,
}

/// All that has upset a day, sorted by what it touches.
#[derive(Debug, Clone, Default)]
pub(super) struct Upset {
    pub(super) couriers: BTreeSet<CourierId>,
    pub(super) vehicles: BTreeSet<VehicleId>,
    pub(super) urgent: BTreeSet<ItemId>,
    pub(super) sites: BTreeSet<SiteId>,
    pub(super) areas: Vec<(Position, u32)>,
    pub(super) cancelled: BTreeSet<RunId>,
    pub(super) late: BTreeMap<RunId, DateTime<Utc>>,
}

impl Rest {
    /// Nothing stays; only the time, and what has upset the day, count.
    pub(super) fn of_moment(at: DateTime<Utc>, upset: Upset) -> Self {
        Self {
            at,
            kept: Vec::new(),
            kept_rounds: BTreeSet::new(),
            unbegun: BTreeSet::new(),
            busy: BTreeMap::new(),
            whereabouts: HashMap::new(),
            upset,
        }
    }
}

impl Upset {
    pub(super) fn of(disruptions: &[Disruption]) -> Self {
        let mut upset = Self::default();
        for disruption in disruptions {
            match disruption {
                Disruption::CourierOut { courier_id } => drop(upset.couriers.insert(*courier_id)),
                Disruption::VehicleOut { vehicle_id } => drop(upset.vehicles.insert(*vehicle_id)),
                Disruption::UrgentItem { item_id } => drop(upset.urgent.insert(*item_id)),
                Disruption::SiteUnreachable { site_id } => drop(upset.sites.insert(*site_id)),
                Disruption::AreaClosed { middle, radius_m } => upset.areas.push((*middle, *radius_m)),
                Disruption::RunCancelled { run_id } => drop(upset.cancelled.insert(*run_id)),
                Disruption::RunLate { run_id, departs_at } => drop(upset.late.insert(*run_id, *departs_at)),
            }
        }
        upset
    }

    /// Whether a courier rides no farther.
    pub(super) fn is_out(&self, courier: &Courier) -> bool {
        self.couriers.contains(&courier.id) || self.vehicles.contains(&courier.vehicle_id)
    }

    /// Whether a point lies where nobody can go.
    pub(super) fn is_closed(&self, point: Position) -> bool {
        self.areas.iter().any(|(middle, radius)| distance_m(*middle, point) <= f64::from(*radius))
    }

    /// Takes closed places and ways out of a matrix over `positions`; `is_shut` says which places are closed by themselves.
    ///
    /// A way that leads straight through a closed circle is taken around it: half its circumference instead of its diameter
    /// at most, at the speed of that way.
    pub(super) fn close(&self, matrix: &mut Matrix, positions: &[Position], is_shut: &dyn Fn(usize) -> bool) {
        let size = positions.len();
        let shut: Vec<bool> = (0..size).map(|place| is_shut(place) || self.is_closed(positions[place])).collect();
        for from in 0..size {
            for to in (0..size).filter(|to| *to != from) {
                let cell = from * size + to;
                if matrix.durations[cell] == UNREACHABLE {
                    continue;
                }
                if shut[from] || shut[to] {
                    matrix.durations[cell] = UNREACHABLE;
                    matrix.distances[cell] = UNREACHABLE;
                    continue;
                }
                let around: u64 = self
                    .areas
                    .iter()
                    .filter(|(middle, radius)| {
                        distance_to_segment_m(*middle, positions[from], positions[to]) < f64::from(*radius)
                    })
                    .map(|(_, radius)| (u64::from(*radius) * 1_142).div_ceil(1_000))
                    .sum();
                let (metres, seconds) = (u64::from(matrix.distances[cell]), u64::from(matrix.durations[cell]));
                let longer = seconds + (seconds * around).div_ceil(metres.max(1));
                let farther = metres + around;
                // A way too long for the planner is no way.
                matrix.distances[cell] = u32::try_from(farther).unwrap_or(UNREACHABLE);
                matrix.durations[cell] = u32::try_from(longer).unwrap_or(UNREACHABLE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_around_a_closed_circle_and_not_into_it() {
        let at = |north, east| Position::new(9.6, 105.97).unwrap().offset(north, east).unwrap();
        let positions = [at(0.0, 0.0), at(0.0, 4_000.0), at(0.0, 2_000.0), at(4_000.0, 0.0)];
        let mut matrix = Matrix { durations: vec![400; 16], distances: vec![4_000; 16], speeds: Vec::new() };
        let upset = Upset::of(&[Disruption::AreaClosed { middle: at(0.0, 2_000.0), radius_m: 1_000 }]);
        upset.close(&mut matrix, &positions, &|place| place == 3);
        assert_eq!((matrix.distances[1], matrix.durations[1]), (5_142, 515), "around");
        assert_eq!(matrix.durations[2], UNREACHABLE, "into it");
        assert_eq!(matrix.durations[3], UNREACHABLE, "the office itself");
        assert_eq!((matrix.distances[4], matrix.durations[0]), (5_142, 400));
    }
}
