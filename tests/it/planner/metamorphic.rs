//! Changes of a problem whose effect on the answer is known.

use std::ops::ControlFlow;

use conthoi::planner::{
    Job, JobKind, Matrix, Problem, ProblemParts, SearchOptions, SoftDue, Solution, Task, TimeWindow, Vehicle,
    VehicleCosts, checker, search,
};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::properties::on_threads;

const PLACES: usize = 41;

/// A town with a depot in its middle: deliveries, pickups and shipments with windows. `general` adds what the fast
/// search does not know: a price for time and soft due times.
fn town(seed: u64, general: bool) -> ProblemParts {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let points: Vec<(i64, i64)> = (0..PLACES)
        .map(|place| if place == 0 { (500, 500) } else { (rng.random_range(0..1_000), rng.random_range(0..1_000)) })
        .collect();
    let mut matrix = Matrix::default();
    for from in &points {
        for to in &points {
            let metres = u32::try_from((from.0 - to.0).abs() + (from.1 - to.1).abs()).expect("a small town");
            matrix.durations.push(metres);
            matrix.distances.push(metres);
        }
    }
    let mut jobs = Vec::new();
    for place in 1..PLACES {
        let opens = rng.random_range(0..6_000);
        let task = |place: usize, opens: i64| Task::at(place, 30).within(vec![TimeWindow::new(opens, opens + 3_000)]);
        let kind = match place % 5 {
            0 => JobKind::Pickup(task(place, opens)),
            1 => JobKind::Shipment {
                pickup: task(place, opens),
                delivery: task(rng.random_range(1..PLACES), opens + 1_500),
            },
            _ => JobKind::Delivery(task(place, opens)),
        };
        let mut job = Job::new(kind, vec![rng.random_range(1..4)]);
        if general {
            job.due = vec![SoftDue { at: opens + 1_000, cost_per_hour: 40 }];
        }
        jobs.push(job);
    }
    let mut vehicle = Vehicle::at_depot(0, TimeWindow::new(0, 12_000), vec![12]);
    let per_hour = if general { 100 } else { 0 };
    vehicle.costs = VehicleCosts { fixed: 1, per_hour, per_travel_hour: 0, per_km: 100 };
    ProblemParts {
        places: PLACES,
        dimensions: 1,
        matrices: vec![matrix],
        vehicles: vec![vehicle; 8],
        jobs,
        ..ProblemParts::default()
    }
}

/// The iterations of each search, by kind of problem.
const ITERATIONS: [(bool, u64); 2] = [(false, 20_000), (true, 1_500)];

fn searched(parts: &ProblemParts, iterations: u64, chains: usize) -> (Problem, Solution) {
    let problem = Problem::new(parts.clone()).expect("the town is sound");
    let solution = search(&problem, &SearchOptions { chains, ..SearchOptions::default() }, &mut |progress| {
        #[allow(clippy::cast_precision_loss, reason = "few iterations")]
        let spent = progress.done as f64 / iterations as f64;
        ControlFlow::Continue(spent)
    });
    checker::check(&problem, &solution).expect("the engine's answers are sound");
    (problem, solution)
}

/// Cost of a changed town against the town itself: how much it is worse, in thousandths, over a few towns.
fn worse_by_thousandths(general: bool, iterations: u64, change: impl Fn(&mut ProblemParts), unit: i64) -> i64 {
    let (mut before, mut after) = (0, 0);
    for seed in 1..=4 {
        let mut parts = town(seed, general);
        let (problem, plain) = searched(&parts, iterations, 1);
        change(&mut parts);
        let (changed_problem, changed) = searched(&parts, iterations, 1);
        assert!(changed.score(&changed_problem).left_out <= plain.score(&problem).left_out);
        before += plain.cost().0 * unit;
        after += changed.cost().0;
    }
    (after - before) * 1_000 / before
}

/// What two searches of equal length may differ by without reason, in thousandths.
const NOISE: i64 = 12;

#[test]
fn scaling_times_and_distances_scales_the_cost() {
    let scaled = |parts: &mut ProblemParts| {
        let matrix = &mut parts.matrices[0];
        for entry in matrix.durations.iter_mut().chain(&mut matrix.distances) {
            *entry *= 3;
        }
        let scale = |task: &mut Task| {
            task.service *= 3;
            for window in &mut task.windows {
                *window = TimeWindow::new(window.start * 3, window.end * 3);
            }
        };
        for job in &mut parts.jobs {
            match &mut job.kind {
                JobKind::Shipment { pickup, delivery } => [pickup, delivery].into_iter().for_each(scale),
                JobKind::Delivery(task) | JobKind::Pickup(task) | JobKind::Exchange { task, .. } => scale(task),
            }
            job.due.iter_mut().for_each(|due| due.at *= 3);
        }
        for vehicle in &mut parts.vehicles {
            vehicle.shift.end *= 3;
            vehicle.costs.fixed *= 3;
        }
    };
    for (general, iterations) in ITERATIONS {
        let worse = worse_by_thousandths(general, iterations, scaled, 3);
        assert!(worse.abs() <= NOISE, "{worse} thousandths, general: {general}");
    }
}

#[test]
fn the_order_of_jobs_and_vehicles_does_not_matter() {
    let shuffled = |parts: &mut ProblemParts| {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        parts.jobs.shuffle(&mut rng);
        parts.vehicles.reverse();
    };
    for (general, iterations) in ITERATIONS {
        let worse = worse_by_thousandths(general, iterations, shuffled, 1);
        assert!(worse.abs() <= NOISE, "{worse} thousandths, general: {general}");
    }
}

#[test]
fn an_idle_vehicle_makes_nothing_worse() {
    for (general, iterations) in ITERATIONS {
        let more = |parts: &mut ProblemParts| parts.vehicles.push(parts.vehicles[0].clone());
        let worse = worse_by_thousandths(general, iterations, more, 1);
        assert!(worse <= NOISE, "{worse} thousandths, general: {general}");
    }
}

#[test]
fn wider_windows_make_nothing_worse() {
    let widened = |parts: &mut ProblemParts| {
        let widen = |task: &mut Task| {
            for window in &mut task.windows {
                *window = TimeWindow::new((window.start - 300).max(0), window.end + 300);
            }
        };
        for job in &mut parts.jobs {
            match &mut job.kind {
                JobKind::Shipment { pickup, delivery } => [pickup, delivery].into_iter().for_each(widen),
                JobKind::Delivery(task) | JobKind::Pickup(task) | JobKind::Exchange { task, .. } => widen(task),
            }
        }
    };
    for (general, iterations) in ITERATIONS {
        let worse = worse_by_thousandths(general, iterations, widened, 1);
        assert!(worse <= NOISE, "{worse} thousandths, general: {general}");
    }
}

#[test]
fn one_thread_and_four_give_the_same_answer() {
    for (general, iterations) in ITERATIONS {
        let parts = town(5, general);
        let one = on_threads(1, || searched(&parts, iterations / 4, 3).1);
        let four = on_threads(4, || searched(&parts, iterations / 4, 3).1);
        assert_eq!(one, four, "general: {general}");
    }
}
