//! What carries: a vehicle with its driver, for one day.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::units::{Load, Metres, Place, Price, Seconds, Skill, TimeWindow};

/// A vehicle with its driver.
///
/// Its *route* is one or more *trips*. The first trip starts at `start`, the last ends at `end`; between two
/// trips stands the [`Reload`]'s place. The route's duration runs from the departure of the first trip to the
/// return of the last. Where `start` is absent, the route begins at its first visit; where `end` is absent, it
/// ends with its last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    /// Where the first trip starts.
    pub start: Option<Place>,
    /// Where the last trip ends.
    pub end: Option<Place>,
    /// Which of the problem's matrices it travels by.
    pub matrix: usize,
    /// Not before its start may the route depart or a break begin; by its end the route must have returned.
    pub shift: TimeWindow,
    /// The latest departure of the first trip. Equal to `shift.start` it fixes the departure.
    pub start_late: Option<Seconds>,
    /// What it can carry, one number for each dimension of load.
    pub capacity: Vec<Load>,
    /// What it can do. It serves only jobs whose skills are all among these.
    pub skills: BTreeSet<Skill>,
    /// Breaks of the driver.
    pub breaks: Vec<Break>,
    /// What using it costs.
    pub costs: VehicleCosts,
    /// What a long route costs on top: all pieces count and add up, which makes a convex piecewise linear cost of its
    /// duration. [`Overtime::balancing`] makes pieces that spread the work evenly.
    #[serde(default)]
    pub overtime: Vec<Overtime>,
    /// The most stops of the route. Successive visits of a trip at one place are one stop; breaks are none.
    pub max_stops: Option<usize>,
    /// The most visits of the route (a shipment makes two); breaks do not count. VROOM's `max_tasks`.
    pub max_tasks: Option<usize>,
    /// The longest the route may last, from departure to return, waiting included.
    pub max_duration: Option<Seconds>,
    /// The longest the route may drive.
    pub max_travel_time: Option<Seconds>,
    /// The farthest the route may drive.
    pub max_distance: Option<Metres>,
    /// Whether it may come back to load again. Without it the route is a single trip.
    pub reload: Option<Reload>,
}

impl Vehicle {
    /// A vehicle that goes from a depot and back within a shift, travels by the first matrix, carries
    /// `capacity`, and costs nothing. Set the other fields as needed.
    #[must_use]
    pub fn at_depot(depot: Place, shift: TimeWindow, capacity: Vec<Load>) -> Self {
        Self {
            start: Some(depot),
            end: Some(depot),
            matrix: 0,
            shift,
            start_late: None,
            capacity,
            skills: BTreeSet::new(),
            breaks: Vec::new(),
            costs: VehicleCosts::default(),
            overtime: Vec::new(),
            max_stops: None,
            max_tasks: None,
            max_duration: None,
            max_travel_time: None,
            max_distance: None,
            reload: None,
        }
    }

    /// The most trips its route may have.
    #[must_use]
    pub fn max_trips(&self) -> usize {
        self.reload.map_or(1, |reload| reload.max_trips)
    }

    /// What a route of this duration costs on top for its length.
    #[must_use]
    pub fn overtime_cost(&self, duration: Seconds) -> Cost {
        let of = |piece: &Overtime| Cost::of_time((duration - piece.after).max(0), piece.cost_per_hour);
        self.overtime.iter().map(of).sum()
    }

    /// The latest departure of its first trip.
    #[must_use]
    pub fn latest_departure(&self) -> Seconds {
        self.start_late.unwrap_or(self.shift.end)
    }
}

/// What using a vehicle costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VehicleCosts {
    /// For a route with at least one visit.
    pub fixed: Price,
    /// For each hour of the route's duration: driving, serving, waiting, breaks.
    pub per_hour: Price,
    /// For each hour of driving, on top (VROOM's `per_hour`).
    pub per_travel_hour: Price,
    /// For each kilometre.
    pub per_km: Price,
}

/// One piece of a long route's cost: nothing until it has lasted `after`, then `cost_per_hour` for each hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overtime {
    /// How long a route may last without it.
    pub after: Seconds,
    /// What each hour after that costs.
    pub cost_per_hour: Price,
}

impl Overtime {
    /// Pieces that make each further hour dearer the longer a route lasts already: the `pieces` prices add up to
    /// `cost_per_hour` for a route that lasts `day`, in even steps. As an hour then costs least on the shortest route,
    /// work spreads over the vehicles, the more the larger `cost_per_hour` is beside the other costs. It approaches the
    /// sum of squares of the durations, the usual measure of balance, and can still be summed up route by route.
    ///
    /// ```
    /// use conthoi::planner::Overtime;
    ///
    /// let pieces = Overtime::balancing(10, 8 * 3_600, 4);
    /// let steps: Vec<_> = pieces.iter().map(|piece| (piece.after / 3_600, piece.cost_per_hour)).collect();
    /// assert_eq!(steps, [(0, 2), (2, 3), (4, 2), (6, 3)]);
    /// ```
    #[must_use]
    pub fn balancing(cost_per_hour: Price, day: Seconds, pieces: u32) -> Vec<Self> {
        let count = i64::from(pieces);
        // A part is not larger than the whole, so it always fits.
        let part = |of: i64, number: i64| i128::from(of) * i128::from(number) / i128::from(count);
        let at = |of, number| i64::try_from(part(of, number)).unwrap_or(of);
        let piece = |number| Self {
            after: at(day, number),
            cost_per_hour: at(cost_per_hour, number + 1) - at(cost_per_hour, number),
        };
        (0..count).map(piece).collect()
    }
}

/// A break of the driver.
///
/// It begins inside one of its windows and lasts `service`. Before the first visit of a trip it is taken where
/// the trip starts, *before* the trip departs (so before the first trip it is outside the route's duration);
/// after a visit it is taken at that visit's place, before driving on. A route takes every break of its vehicle
/// once, except that a break may be left out by a route that has returned by the end of the break's last window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Break {
    /// When it may begin: at least one window, sorted, not overlapping.
    pub windows: Vec<TimeWindow>,
    /// How long it lasts.
    pub service: Seconds,
}

/// Coming back to a depot in the middle of a route, to unload what was picked up and load the next trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reload {
    /// Where the trips before it end and the trips after it start.
    pub place: Place,
    /// How long unloading and loading take.
    pub service: Seconds,
    /// The most trips of the route, the first included.
    pub max_trips: usize,
}
