//! What a route adds up to: its limits, its breaks and its cost.

use super::route::{RouteCheck, Totals};
use super::violation::{Cause, Rule};
use crate::planner::units::Seconds;

impl RouteCheck<'_> {
    fn departs_and_returns(&self) -> (Seconds, Seconds) {
        let trips = &self.route.trips;
        (trips[0].departs, trips[trips.len() - 1].returns)
    }

    pub(super) fn check_totals(&mut self) {
        let (departs, returns) = self.departs_and_returns();
        let (vehicle, duration) = (self.vehicle, returns - departs);
        let Totals { travel_time, distance, stops, tasks, .. } = self.totals;
        if returns > vehicle.shift.end {
            self.report(Rule::Shift { returns, shift_end: vehicle.shift.end });
        }
        if let Some(limit) = vehicle.max_stops.filter(|&limit| stops > limit) {
            self.report(Rule::MaxStops { stops, limit });
        }
        if let Some(limit) = vehicle.max_tasks.filter(|&limit| tasks > limit) {
            self.report(Rule::MaxTasks { tasks, limit });
        }
        if let Some(limit) = vehicle.max_duration.filter(|&limit| duration > limit) {
            self.report(Rule::MaxDuration { duration, limit });
        }
        if let Some(limit) = vehicle.max_travel_time.filter(|&limit| travel_time > limit) {
            self.report(Rule::MaxTravelTime { travel_time, limit });
        }
        if let Some(limit) = vehicle.max_distance.filter(|&limit| distance > limit) {
            self.report(Rule::MaxDistance { distance, limit });
        }
        for (index, rest) in vehicle.breaks.iter().enumerate() {
            let last_end = rest.windows.iter().map(|window| window.end).max().unwrap_or(0);
            if !self.totals.breaks.contains(&index) && returns > last_end {
                self.report(Rule::BreakMissing { index, returns, last_end });
            }
        }
    }

    pub(super) fn check_cost(&mut self) {
        let (departs, returns) = self.departs_and_returns();
        let prices = self.vehicle.costs;
        let mut overtime = 0;
        for piece in self.vehicle.overtime.iter().filter(|piece| piece.after < returns - departs) {
            overtime += i128::from(returns - departs - piece.after) * i128::from(piece.cost_per_hour) * 1_000;
        }
        let derived = [
            (Cause::Fixed, self.route.cost.fixed, i128::from(prices.fixed) * 3_600_000),
            (
                Cause::Duration,
                self.route.cost.duration,
                i128::from(returns - departs) * i128::from(prices.per_hour) * 1_000,
            ),
            (
                Cause::Travel,
                self.route.cost.travel,
                i128::from(self.totals.travel_time) * i128::from(prices.per_travel_hour) * 1_000,
            ),
            (
                Cause::Distance,
                self.route.cost.distance,
                i128::from(self.totals.distance) * i128::from(prices.per_km) * 3_600,
            ),
            (Cause::Lateness, self.route.cost.lateness, self.totals.lateness),
            (Cause::Overtime, self.route.cost.overtime, overtime),
        ];
        for (cause, claimed, derived) in derived {
            if i128::from(claimed.0) != derived {
                self.report(Rule::Cost { cause, claimed: claimed.0, derived });
            }
        }
    }
}
