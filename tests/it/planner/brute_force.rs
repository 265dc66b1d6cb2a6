//! Tiny problems against trying everything: every assignment, order, split into trips, break position and
//! departure second, each judged by the checker.

use conthoi::planner::checker::{self, Rule};
use conthoi::planner::{
    Cost, CostSplit, JobKind, Problem, ProblemParts, Route, Score, Solution, Step, Trip, Vehicle, Visit,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::generator::{Size, parts};
use super::solve_to_end;

/// All orders of the visits of some jobs in which a shipment is picked up before it is delivered.
fn orders(problem: &Problem, jobs: &[usize]) -> Vec<Vec<Visit>> {
    let mut visits = Vec::new();
    for &job in jobs {
        match problem.jobs()[job].kind {
            JobKind::Shipment { .. } => visits.extend([Visit::PickUp(job), Visit::Deliver(job)]),
            _ => visits.push(Visit::Serve(job)),
        }
    }
    permutations(&visits)
}

fn permutations<T: Copy + PartialEq>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, &first) in items.iter().enumerate() {
        let mut others = items.to_vec();
        others.remove(index);
        for mut rest in permutations(&others) {
            rest.insert(0, first);
            all.push(rest);
        }
    }
    all
}

/// All ways to cut a sequence into at most `most` trips.
fn cuts(visits: &[Visit], most: usize) -> Vec<Vec<Vec<Visit>>> {
    let mut all = vec![vec![visits.to_vec()]];
    if most > 1 {
        for cut in 1..visits.len() {
            for mut rest in cuts(&visits[cut..], most - 1) {
                rest.insert(0, visits[..cut].to_vec());
                all.push(rest);
            }
        }
    }
    all
}

/// All ways to put a break somewhere, or nowhere.
fn with_break(trips: Vec<Vec<Visit>>, has_break: bool) -> Vec<Vec<Vec<Visit>>> {
    let mut all = Vec::new();
    if has_break {
        for trip in 0..trips.len() {
            for position in 0..=trips[trip].len() {
                let mut with = trips.clone();
                with[trip].insert(position, Visit::Break(0));
                all.push(with);
            }
        }
    }
    all.push(trips);
    all
}

/// The claims of a route whose first two trips depart at `departs` or as soon after that as they can, and that then does everything as early as it can: each pickup a second
/// later for as long as its shipment would be on board too long.
fn claims(problem: &Problem, index: usize, trips: &[Vec<Visit>], departs: [i64; 2]) -> Option<Route> {
    let mut held_back = vec![0; problem.jobs().len()];
    loop {
        let route = claims_holding_back(problem, index, trips, departs, &held_back)?;
        let steps: Vec<&Step> = route.trips.iter().flat_map(|trip| &trip.steps).collect();
        let at = |visit: Visit| steps.iter().find(|step| step.visit == visit);
        let too_long = (0..problem.jobs().len()).find(|&job| {
            let (Some(taken), Some(given)) = (at(Visit::PickUp(job)), at(Visit::Deliver(job))) else { return false };
            problem.jobs()[job].max_on_board.is_some_and(|limit| given.start - taken.end > limit)
        });
        let Some(job) = too_long else { return Some(route) };
        held_back[job] = at(Visit::PickUp(job)).map(|step| step.start + 1)?;
        if held_back[job] > problem.vehicles()[index].shift.end {
            return None;
        }
    }
}

fn claims_holding_back(
    problem: &Problem,
    index: usize,
    trips: &[Vec<Visit>],
    departs: [i64; 2],
    held_back: &[i64],
) -> Option<Route> {
    let vehicle: &Vehicle = &problem.vehicles()[index];
    let depot = vehicle.reload.map(|reload| reload.place);
    let mut free = vehicle.shift.start;
    let mut route = Route { vehicle: index, trips: Vec::new(), cost: CostSplit::default() };
    for (number, visits) in trips.iter().enumerate() {
        let mut here = if number == 0 { vehicle.start } else { depot };
        let to = if number + 1 == trips.len() { vehicle.end } else { depot };
        let is_delivery = |visit: &Visit| matches!(visit, Visit::Serve(job) if matches!(problem.jobs()[*job].kind, JobKind::Delivery(_) | JobKind::Exchange { .. }));
        let mut load = vec![0; problem.dimensions()];
        let mut ready = departs.get(number).copied().unwrap_or(0);
        for index_of in visits.iter().filter(|visit| is_delivery(visit)).filter_map(|visit| visit.job()) {
            let job = &problem.jobs()[index_of];
            ready = ready.max(job.release).max(held_back[index_of]);
            load.iter_mut().zip(&job.amount).for_each(|(load, amount)| *load += amount);
        }
        let mut trip =
            Trip { departs: 0, load_at_departure: load.clone(), steps: Vec::new(), distance_to_end: 0, returns: 0 };
        let mut has_departed = false;
        let leg = |from: Option<usize>, to: Option<usize>| match (from, to) {
            (Some(from), Some(to)) => problem.leg(index, from, to).map(|leg| (leg.duration, leg.distance)),
            _ => Some((0, 0)),
        };
        for &visit in visits {
            let (windows, lasting, travel, not_before) = if let Visit::Break(rest) = visit {
                (&vehicle.breaks[rest].windows, vehicle.breaks[rest].service, (0, 0), 0)
            } else {
                if !has_departed {
                    free = free.max(ready);
                    trip.departs = free;
                    has_departed = true;
                }
                let task = problem.task(visit)?;
                let travel = leg(here, Some(task.place))?;
                let setup = if here == Some(task.place) { 0 } else { task.setup };
                here = Some(task.place);
                let job = &problem.jobs()[visit.job()?];
                let not_before =
                    if is_delivery(&visit) || matches!(visit, Visit::Deliver(_)) { 0 } else { job.release };
                let sign = if is_delivery(&visit) || matches!(visit, Visit::Deliver(_)) { -1 } else { 1 };
                load.iter_mut().zip(&job.amount).for_each(|(load, amount)| *load += sign * amount);
                if let JobKind::Exchange { taken, .. } = &job.kind {
                    load.iter_mut().zip(taken).for_each(|(load, taken)| *load += taken);
                }
                (&task.windows, task.service + setup, travel, not_before)
            };
            let arrival = driven(problem, index, free, travel.0);
            let is_loaded_here = !is_delivery(&visit) && !matches!(visit, Visit::Deliver(_));
            let held_back = visit.job().filter(|_| is_loaded_here).map_or(0, |job| held_back[job]);
            let wanted = arrival.max(not_before).max(held_back);
            let start = if windows.is_empty() {
                wanted
            } else {
                let window = windows.iter().find(|window| window.end >= wanted)?;
                wanted.max(window.start)
            };
            free = start + lasting;
            let load_after = load.clone();
            trip.steps.push(Step { visit, arrival, start, end: free, load_after, distance_from_previous: travel.1 });
        }
        let back = leg(here, to)?;
        trip.distance_to_end = back.1;
        trip.returns = driven(problem, index, free, back.0);
        free = trip.returns + vehicle.reload.map_or(0, |reload| reload.service);
        route.trips.push(trip);
    }
    Some(route)
}

/// When a way begun at `clock` ends, driven second by second.
fn driven(problem: &Problem, vehicle: usize, mut clock: i64, duration: i64) -> i64 {
    let speeds = &problem.matrices()[problem.vehicles()[vehicle].matrix].speeds;
    let mut left = duration * 1_000;
    while left > 0 {
        let period = speeds.iter().rev().find(|period| period.from <= clock);
        left -= period.map_or(1_000, |period| i64::from(period.permille));
        clock += 1;
    }
    clock
}

/// When the second trip of a route may depart: whenever it likes where the time of day matters, else at once.
fn second_departures(problem: &Problem, vehicle: usize, first: &Route) -> Vec<i64> {
    let bounds = &problem.vehicles()[vehicle];
    if first.trips.len() < 2 || problem.matrices()[bounds.matrix].speeds.is_empty() {
        return vec![0];
    }
    (first.trips[1].departs..=bounds.shift.end).collect()
}

/// What a route costs by the checker, if it is feasible.
fn judged(problem: &Problem, route: Route) -> Option<Cost> {
    let planned: Vec<usize> =
        route.trips.iter().flat_map(|trip| &trip.steps).filter_map(|step| step.visit.job()).collect();
    let unassigned = (0..problem.jobs().len()).filter(|job| !planned.contains(job)).collect();
    let violations = match checker::check(problem, &Solution { routes: vec![route], unassigned }) {
        Ok(checked) => return Some(checked.score.cost),
        Err(violations) => violations,
    };
    let mut total = 0;
    for violation in violations {
        let Rule::Cost { derived, .. } = violation.rule else {
            return None;
        };
        total += i64::try_from(derived).expect("costs of a valid problem fit");
    }
    Some(Cost(total))
}

/// The cheapest route of one vehicle through exactly these jobs.
fn cheapest_route(problem: &Problem, vehicle: usize, jobs: &[usize]) -> Option<Cost> {
    if jobs.is_empty() {
        return Some(Cost::ZERO);
    }
    let bounds = &problem.vehicles()[vehicle];
    let mut best: Option<Cost> = None;
    for order in orders(problem, jobs) {
        for trips in cuts(&order, bounds.max_trips()) {
            for trips in with_break(trips, !bounds.breaks.is_empty()) {
                for departs in bounds.shift.start..=bounds.latest_departure() {
                    let Some(first) = claims(problem, vehicle, &trips, [departs, 0]) else { continue };
                    for second in second_departures(problem, vehicle, &first) {
                        let route = claims(problem, vehicle, &trips, [departs, second]);
                        let cost = route.and_then(|route| judged(problem, route));
                        best = match (best, cost) {
                            (Some(best), Some(cost)) => Some(best.min(cost)),
                            (best, cost) => best.or(cost),
                        };
                    }
                }
            }
        }
    }
    best
}

pub(super) fn best_score(problem: &Problem) -> Score {
    let jobs = problem.jobs().len();
    let vehicles = problem.vehicles().len();
    let members = |set: usize| (0..jobs).filter(|job| set >> job & 1 == 1).collect::<Vec<_>>();
    let weight = |set: usize| members(set).iter().map(|&job| 1 + i64::from(problem.jobs()[job].priority)).sum::<i64>();
    // The cheapest way to serve a set of jobs with the vehicles so far.
    let together: Vec<usize> =
        problem.together().iter().map(|group| group.iter().map(|job| 1 << job).sum::<usize>()).collect();
    let splits = |one: usize, other: usize| together.iter().any(|group| one & group != 0 && other & group != 0);
    let mut so_far: Vec<Option<Cost>> = vec![None; 1 << jobs];
    so_far[0] = Some(Cost::ZERO);
    for vehicle in 0..vehicles {
        let alone: Vec<Option<Cost>> =
            (0..1 << jobs).map(|set| cheapest_route(problem, vehicle, &members(set))).collect();
        let before = so_far.clone();
        for (set, cost) in before.iter().enumerate() {
            for (added, route) in alone.iter().enumerate().filter(|&(added, _)| set & added == 0 && !splits(set, added))
            {
                if let (Some(cost), Some(route)) = (cost, route) {
                    let total = *cost + *route;
                    let entry = &mut so_far[set | added];
                    *entry = Some(entry.map_or(total, |known| known.min(total)));
                }
            }
        }
    }
    let all = (1 << jobs) - 1;
    so_far
        .iter()
        .enumerate()
        .filter_map(|(set, cost)| cost.map(|cost| Score { left_out: weight(all & !set), cost }))
        .min()
        .expect("leaving everything out is always possible")
}

/// When a job is loaded and when it has arrived, in a route that does it.
fn loads_and_arrives(problem: &Problem, route: &Route, job: usize) -> (i64, i64) {
    let has = |trip: &&Trip| trip.steps.iter().any(|step| step.visit.job() == Some(job));
    let trip = route.trips.iter().find(has).expect("the route does the job");
    let mut steps = trip.steps.iter().filter(|step| step.visit.job() == Some(job));
    let first = steps.next().expect("the trip does the job");
    let last = steps.next_back().unwrap_or(first);
    match problem.jobs()[job].kind {
        JobKind::Delivery(_) => (trip.departs, last.end),
        JobKind::Exchange { .. } => (trip.departs, trip.returns),
        JobKind::Pickup(_) => (first.start, trip.returns),
        JobKind::Shipment { .. } => (first.start, last.end),
    }
}

/// What a route costs by whether, and when, the forerunner arrives and the follower is loaded in it.
type Choices = std::collections::BTreeMap<(Option<i64>, Option<i64>), Cost>;

/// The best score of a problem without breaks in which one job follows another: the follower is held back by every
/// number of seconds.
pub(super) fn best_score_with_relay(problem: &Problem) -> Score {
    let jobs = problem.jobs().len();
    let (follower, follows) =
        (0..jobs).find_map(|job| Some((job, problem.jobs()[job].follows?))).expect("one job follows another");
    let mut parts = problem.clone().into_parts();
    parts.jobs[follower].follows = None;
    let free = Problem::new(parts).expect("with less to keep it is still sound");
    let choices = |vehicle: usize, set: usize| {
        let members: Vec<usize> = (0..jobs).filter(|job| set >> job & 1 == 1).collect();
        let mut choices = Choices::new();
        if members.is_empty() {
            choices.insert((None, None), Cost::ZERO);
            return choices;
        }
        let bounds = &free.vehicles()[vehicle];
        let holds = if members.contains(&follower) { bounds.shift.end } else { 0 };
        for trips in orders(&free, &members).iter().flat_map(|order| cuts(order, bounds.max_trips())) {
            for departs in bounds.shift.start..=bounds.latest_departure() {
                for hold in 0..=holds {
                    let mut held_back = vec![0; jobs];
                    held_back[follower] = hold;
                    let route = claims_holding_back(&free, vehicle, &trips, [departs, 0], &held_back);
                    let Some((route, cost)) = route.and_then(|route| Some((route.clone(), judged(&free, route)?)))
                    else {
                        continue;
                    };
                    let has = |job: &usize| members.contains(job);
                    let arrives = Some(follows.job).filter(has).map(|job| loads_and_arrives(&free, &route, job).1);
                    let loads = Some(follower).filter(has).map(|job| loads_and_arrives(&free, &route, job).0);
                    let times = match (arrives, loads) {
                        (Some(arrives), Some(loads)) if loads < arrives + follows.handling => continue,
                        (Some(_), Some(_)) => (None, None),
                        times => times,
                    };
                    let known = choices.entry(times).or_insert(cost);
                    *known = cost.min(*known);
                }
            }
        }
        choices
    };
    let mut so_far: Vec<(usize, Choices)> = vec![(0, Choices::from([((None, None), Cost::ZERO)]))];
    for vehicle in 0..problem.vehicles().len() {
        let mut merged = std::collections::BTreeMap::<usize, Choices>::new();
        for added in 0..1 << jobs {
            let routes = choices(vehicle, added);
            for (set, before) in so_far.iter().filter(|(set, _)| set & added == 0) {
                for (one, cost) in before {
                    for (other, more) in &routes {
                        let times = (one.0.or(other.0), one.1.or(other.1));
                        let total = *cost + *more;
                        let known = merged.entry(set | added).or_default().entry(times).or_insert(total);
                        *known = total.min(*known);
                    }
                }
            }
        }
        so_far = merged.into_iter().collect();
    }
    let is_sound = |set: usize, times: &(Option<i64>, Option<i64>)| match times {
        (Some(arrives), Some(loads)) => *loads >= arrives + follows.handling,
        // A follower alone lacks its goods, unless both are on one route.
        (None, Some(_)) => false,
        _ => set >> follower & 1 == 0 || set >> follows.job & 1 == 1,
    };
    let left_out = |set: usize| {
        let missing = (0..jobs).filter(|job| set >> job & 1 == 0);
        missing.map(|job| 1 + i64::from(problem.jobs()[job].priority)).sum()
    };
    let scores = so_far.iter().flat_map(|(set, choices)| {
        let sound = choices.iter().filter(|(times, _)| is_sound(*set, times));
        sound.map(|(_, &cost)| Score { left_out: left_out(*set), cost })
    });
    scores.min().expect("leaving everything out is always possible")
}

fn tiny() -> impl Strategy<Value = ProblemParts> {
    // Relays tie the routes to each other; they are tried by a search of their own.
    parts(Size { jobs: 3, vehicles: 2, day: 60, breaks: 1, trips: 2 }).prop_map(|mut parts| {
        for job in &mut parts.jobs {
            job.follows = None;
        }
        parts
    })
}

/// The score found and the best there is.
fn found_and_best(parts: ProblemParts) -> (Score, Score) {
    let problem = Problem::new(parts).expect("the generator makes valid problems");
    let found = solve_to_end(&problem, 1, 200).score(&problem);
    (found, best_score(&problem))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_is_never_better_than_the_best(parts in tiny()) {
        let (found, best) = found_and_best(parts);
        prop_assert!(found >= best, "found {:?}, but the best is {:?}", found, best);
    }
}

/// The engine may miss the best where its schedule rule puts lateness before the driver's time, or the break where
/// the return is earliest. On a fixed sample it finds the best in at least nine of ten, and where it leaves out no
/// more, it is never dearer by more than a quarter.
#[test]
fn the_engine_mostly_finds_the_best() {
    let mut runner = TestRunner::deterministic();
    let samples = 100;
    let mut exact = 0;
    for _ in 0..samples {
        let parts = tiny().new_tree(&mut runner).expect("the generator rejects little").current();
        let (found, best) = found_and_best(parts);
        exact += usize::from(found == best);
        if found.left_out == best.left_out {
            assert!(found.cost.0 * 4 <= best.cost.0 * 5, "found {found:?}, the best is {best:?}");
        }
    }
    println!("best found in {exact} of {samples}");
    assert!(exact * 10 >= samples * 9, "best found in {exact} of {samples} only");
}
