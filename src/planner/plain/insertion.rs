//! The cheapest place of a job in a route, every candidate judged in constant time.

use super::model::{Handling, JobNodes, Loads, Model};
use super::route::Route;

/// A place for a job: behind which stops of the route, as it stands, its visits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) cost: i32,
    pub(super) first: u16,
    /// Of a shipment's delivery; behind `first` itself when it goes right after the pickup.
    pub(super) second: u16,
}

/// What no insertion costs.
pub(super) const NOWHERE: i32 = i32::MAX;

impl Place {
    pub(super) const NONE: Self = Self { cost: NOWHERE, first: 0, second: 0 };

    fn is_at(self, other: Option<(u16, u16)>) -> bool {
        other == Some((self.first, self.second))
    }
}

/// The cheapest place, `overlooked` aside.
pub(super) fn best(
    model: &Model,
    route: &Route,
    job: u32,
    overlooked: Option<(u16, u16)>,
    suffix_min: &mut Vec<i32>,
) -> Place {
    if !model.kinds[route.kind].may_serve(job) {
        return Place::NONE;
    }
    match model.jobs[job as usize] {
        JobNodes { first, delivery: None } => best_single(model, route, first, overlooked),
        JobNodes { first, delivery: Some(delivery) } => {
            best_pair(model, route, first, delivery, overlooked, suffix_min)
        }
    }
}

fn best_single(model: &Model, route: &Route, node: u32, overlooked: Option<(u16, u16)>) -> Place {
    let node = model.nodes[node as usize];
    let spare = model.kinds[route.kind].capacity - node.amount;
    let stops = &route.stops[..];
    let is_delivery = node.handling == Handling::Deliver;
    if (is_delivery && stops[0].peak_before > spare) || (!is_delivery && stops[stops.len() - 1].peak_after > spare) {
        return Place::NONE;
    }
    let is_mixed = model.traits.loads == Loads::Mixed;
    let table = model.table(route.kind);
    let (into, out) = (table.costs_to(node.place), table.costs_from(node.place));
    let (times_into, times_out) = (table.times_to(node.place), table.times_from(node.place));
    let is_symmetric = table.is_symmetric();
    let ready = node.open + node.service;
    // Before this gap, what follows starts too early for a visit that opens as late as this.
    let first = stops[1..].partition_point(|stop| stop.latest < ready);
    let mut best = Place::NONE;
    let mut before = &stops[first];
    let mut there = into[before.place as usize];
    for (gap, after) in stops.iter().enumerate().skip(first + 1) {
        if before.leaves > node.close || (is_mixed && is_delivery && before.peak_before > spare) {
            break;
        }
        let onward = out[after.place as usize];
        let cost = there + onward - after.leg_cost;
        if cost < best.cost {
            let start = (before.leaves + times_into[before.place as usize]).max(node.open);
            // A pickup is on board from here to the end.
            let fits = start <= node.close
                && start + node.service + times_out[after.place as usize] <= after.latest
                && (is_delivery || before.peak_after <= spare);
            let place = Place { cost, first: gap as u16 - 1, second: gap as u16 - 1 };
            if fits && !place.is_at(overlooked) {
                best = place;
            }
        }
        before = after;
        there = if is_symmetric { onward } else { into[after.place as usize] };
    }
    best
}

fn best_pair(
    model: &Model,
    route: &Route,
    pickup: u32,
    delivery: u32,
    overlooked: Option<(u16, u16)>,
    suffix_min: &mut Vec<i32>,
) -> Place {
    let (pickup, delivery) = (model.nodes[pickup as usize], model.nodes[delivery as usize]);
    let spare = model.kinds[route.kind].capacity - pickup.amount;
    let table = model.table(route.kind);
    let (into_p, out_p) = (table.costs_to(pickup.place), table.costs_from(pickup.place));
    let (into_d, out_d) = (table.costs_to(delivery.place), table.costs_from(delivery.place));
    let (times_into_p, times_out_p) = (table.times_to(pickup.place), table.times_from(pickup.place));
    let (times_into_d, times_out_d) = (table.times_to(delivery.place), table.times_from(delivery.place));
    let direct = table.leg(pickup.place, delivery.place);
    let stops = &route.stops[..];
    let gaps = stops.len() - 1;
    let delivery_cost = |gap: usize| {
        let (before, after) = (&stops[gap], &stops[gap + 1]);
        into_d[before.place as usize] + out_d[after.place as usize] - after.leg_cost
    };
    // The least any delivery from a gap on can cost.
    suffix_min.clear();
    suffix_min.resize(gaps + 1, NOWHERE / 2);
    for gap in (0..gaps).rev() {
        let cost = if stops[gap].leaves > delivery.close { NOWHERE / 2 } else { delivery_cost(gap) };
        suffix_min[gap] = suffix_min[gap + 1].min(cost);
    }
    let mut best = Place::NONE;
    let take = |cost: i32, first: usize, second: usize, best: &mut Place| {
        let place = Place { cost, first: first as u16, second: second as u16 };
        if !place.is_at(overlooked) {
            *best = place;
        }
    };
    for first in stops[1..].partition_point(|stop| stop.latest < pickup.open + pickup.service)..gaps {
        let (before, after) = (&stops[first], &stops[first + 1]);
        if before.leaves > pickup.close {
            break;
        }
        if before.load > spare {
            continue;
        }
        let there = into_p[before.place as usize];
        let start = (before.leaves + times_into_p[before.place as usize]).max(pickup.open);
        if start > pickup.close {
            continue;
        }
        let done = start + pickup.service;
        let cost = there + direct.cost + out_d[after.place as usize] - after.leg_cost;
        if cost < best.cost {
            let start = (done + direct.time).max(delivery.open);
            if start <= delivery.close && start + delivery.service + times_out_d[after.place as usize] <= after.latest {
                take(cost, first, first, &mut best);
            }
        }
        let pickup_cost = there + out_p[after.place as usize] - after.leg_cost;
        if i64::from(pickup_cost) + i64::from(suffix_min[first + 1]) >= i64::from(best.cost) {
            continue;
        }
        let mut arrives = done + times_out_p[after.place as usize];
        for second in first + 1..gaps {
            let stop = &stops[second];
            if arrives > stop.latest {
                break;
            }
            let leaves = arrives.max(stop.open) + stop.service;
            if stop.load > spare || leaves > delivery.close {
                break;
            }
            let after = &stops[second + 1];
            let cost = pickup_cost + delivery_cost(second);
            if cost < best.cost {
                let start = (leaves + times_into_d[stop.place as usize]).max(delivery.open);
                if start <= delivery.close
                    && start + delivery.service + times_out_d[after.place as usize] <= after.latest
                {
                    take(cost, first, second, &mut best);
                }
            }
            if i64::from(pickup_cost) + i64::from(suffix_min[second + 1]) >= i64::from(best.cost) {
                break;
            }
            arrives = leaves + after.leg_time;
        }
    }
    best
}

#[cfg(test)]
pub(super) mod tests {
    use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

    use super::*;
    use crate::planner::{Job, JobKind, Matrix, Problem, ProblemParts, Task, TimeWindow, UNREACHABLE, Vehicle};

    /// A few jobs, of one kind or of all, in a matrix without any law, and some equal vehicles.
    pub(in crate::planner::plain) fn random_model(
        dice: &mut Xoshiro256PlusPlus,
        handling: Option<Handling>,
        vehicles: usize,
    ) -> Model {
        let places = 7;
        let entries = |dice: &mut Xoshiro256PlusPlus| {
            let entry = |at: usize, dice: &mut Xoshiro256PlusPlus| match dice.random_range(0..20) {
                _ if at.is_multiple_of(places + 1) => 0,
                0 => UNREACHABLE,
                _ => dice.random_range(1..100),
            };
            (0..places * places).map(|at| entry(at, dice)).collect::<Vec<u32>>()
        };
        let matrix = Matrix { durations: entries(dice), distances: entries(dice), ..Matrix::default() };
        let mut vehicle = Vehicle::at_depot(0, TimeWindow::new(10, 900), vec![7]);
        vehicle.end = Some(1);
        vehicle.costs.per_km = 1;
        let jobs = (0..9).map(|_| {
            let mut task = || {
                let opens = dice.random_range(0..600);
                let window = TimeWindow::new(opens, opens + dice.random_range(50..500));
                Task::at(dice.random_range(0..places), dice.random_range(0..20)).within(vec![window])
            };
            let kind = match (task(), task()) {
                (first, _) if handling == Some(Handling::Deliver) => JobKind::Delivery(first),
                (first, second) if handling == Some(Handling::Take) => {
                    JobKind::Shipment { pickup: first, delivery: second }
                }
                (first, second) if first.place > 3 => JobKind::Shipment { pickup: first, delivery: second },
                (first, second) if second.place > 3 => JobKind::Delivery(first),
                (first, _) => JobKind::Pickup(first),
            };
            Job::new(kind, vec![dice.random_range(i64::from(handling == Some(Handling::Take))..4)])
        });
        let jobs = jobs.collect();
        let parts = ProblemParts {
            places,
            dimensions: 1,
            matrices: vec![matrix],
            vehicles: vec![vehicle; vehicles],
            jobs,
            ..ProblemParts::default()
        };
        Model::of(&Problem::new(parts).expect("the parts are sound")).expect("it is plain")
    }

    /// The cheapest insertion by trying every pair of gaps with a full computation.
    fn by_trial(model: &Model, route: &Route, job: u32) -> i32 {
        let JobNodes { first, delivery } = model.jobs[job as usize];
        let legs = |route: &Route| route.stops[1..].iter().map(|stop| i64::from(stop.leg_cost)).sum::<i64>();
        let gaps = 0..route.stops.len() - 1;
        let mut least = NOWHERE;
        for one in gaps.clone() {
            for two in gaps.clone().filter(|&two| if delivery.is_some() { two >= one } else { two == one }) {
                let mut with = route.clone();
                if let Some(delivery) = delivery {
                    with.put(model, two, delivery);
                }
                with.put(model, one, first);
                if with.refresh(model) {
                    least = least.min(i32::try_from(legs(&with) - legs(route)).expect("small costs"));
                }
            }
        }
        least
    }

    #[test]
    fn the_quick_answer_is_that_of_trying_everything() {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(7);
        let (mut found, mut refused) = (0, 0);
        for _ in 0..400 {
            let model = random_model(&mut dice, None, 1);
            let mut route = Route::empty(&model, 0);
            for job in 0..9 {
                let quick = best(&model, &route, job, None, &mut Vec::new());
                assert_eq!(quick.cost, by_trial(&model, &route, job));
                if quick.cost == NOWHERE {
                    refused += 1;
                    continue;
                }
                found += 1;
                let nodes = model.jobs[job as usize];
                if let Some(delivery) = nodes.delivery {
                    route.put(&model, usize::from(quick.second), delivery);
                }
                route.put(&model, usize::from(quick.first), nodes.first);
                assert!(route.refresh(&model));
            }
        }
        assert!(found > 500 && refused > 500, "{found} found, {refused} refused");
    }
}
