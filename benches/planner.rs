//! How long the planner takes on a day like the mission's and on one twenty times as dense, for one step of its search,
//! and for one question of what a move by hand would cost.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use conthoi::planner::{
    Job, JobKind, Matrix, Phase, Problem, ProblemParts, Reload, SearchOptions, SoftDue, SolveOptions, Task, TimeWindow,
    Vehicle, VehicleCosts, explain::WhatIf, search, solve,
};
use criterion::{Criterion, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// Places at random in a square of `side_m` with straight roads at 25 km/h; place 0 is in the middle.
fn city(places: usize, side_m: f64, rng: &mut ChaCha8Rng) -> Matrix {
    let mut points = vec![(side_m / 2.0, side_m / 2.0)];
    points.extend((1..places).map(|_| (rng.random_range(0.0..side_m), rng.random_range(0.0..side_m))));
    let mut matrix = Matrix::default();
    for from in &points {
        for to in &points {
            let metres = (from.0 - to.0).hypot(from.1 - to.1) * 1.3;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a city's distances fit")]
            let (seconds, metres) = ((metres / 25_000.0 * 3_600.0) as u32, metres as u32);
            matrix.durations.push(seconds);
            matrix.distances.push(metres);
        }
    }
    matrix
}

fn courier(shift: TimeWindow, load: i64) -> Vehicle {
    let mut courier = Vehicle::at_depot(0, shift, vec![load]);
    courier.costs = VehicleCosts { fixed: 50_000, per_hour: 40_000, per_km: 2_000, ..VehicleCosts::default() };
    courier
}

/// Four runs of `couriers` each with fixed departures, 25 departments, and `consignments` each way for each.
fn runs(couriers: usize, consignments: usize) -> Problem {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let matrix = city(26, 8_000.0, &mut rng);
    let departures = [8 * HOUR, 10 * HOUR, 13 * HOUR + 30 * MINUTE, 15 * HOUR + 15 * MINUTE];
    let mut vehicles = Vec::new();
    for departs in departures {
        for _ in 0..couriers {
            let mut vehicle = courier(TimeWindow::new(departs, departs + 100 * MINUTE), 400);
            vehicle.start_late = Some(departs);
            vehicles.push(vehicle);
        }
    }
    let open =
        vec![TimeWindow::new(7 * HOUR + 30 * MINUTE, 11 * HOUR + 30 * MINUTE), TimeWindow::new(13 * HOUR, 17 * HOUR)];
    let mut jobs = Vec::new();
    for place in 1..26 {
        for number in 0..2 * consignments {
            let task = Task { place, setup: 3 * MINUTE, service: MINUTE, windows: open.clone() };
            let kind = if number % 2 == 0 { JobKind::Delivery(task) } else { JobKind::Pickup(task) };
            let mut job = Job::new(kind, vec![rng.random_range(1..6)]);
            job.release = rng.random_range(7 * HOUR..15 * HOUR);
            job.due = vec![SoftDue { at: job.release + 4 * HOUR, cost_per_hour: 30_000 }];
            jobs.push(job);
        }
    }
    problem(26, matrix, vehicles, jobs)
}

/// Home deliveries with half-day windows, from couriers who may come back once to load again.
fn homes(couriers: usize, homes: usize) -> Problem {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let matrix = city(homes + 1, 25_000.0, &mut rng);
    let mut vehicle = courier(TimeWindow::new(7 * HOUR + 30 * MINUTE, 17 * HOUR), 20);
    vehicle.reload = Some(Reload { place: 0, service: 10 * MINUTE, max_trips: 2 });
    let halves = [TimeWindow::new(8 * HOUR, 11 * HOUR + 30 * MINUTE), TimeWindow::new(13 * HOUR, 17 * HOUR)];
    let job = |place: usize, rng: &mut ChaCha8Rng| {
        let windows = vec![halves[rng.random_range(0..2)]];
        let task = Task { place, setup: 2 * MINUTE, service: 5 * MINUTE, windows };
        Job::new(JobKind::Delivery(task), vec![rng.random_range(1..4)])
    };
    let jobs = (1..=homes).map(|place| job(place, &mut rng)).collect();
    problem(homes + 1, matrix, vec![vehicle; couriers], jobs)
}

fn problem(places: usize, matrix: Matrix, vehicles: Vec<Vehicle>, jobs: Vec<Job>) -> Problem {
    let parts =
        ProblemParts { places, dimensions: 1, matrices: vec![matrix], vehicles, jobs, ..ProblemParts::default() };
    Problem::new(parts).expect("the day is sound")
}

fn days(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("planner");
    group.sample_size(10);
    let days = [
        ("runs of a day", runs(3, 4)),
        ("homes of a day", homes(15, 60)),
        ("runs of a day, 20 times", runs(16, 40)),
        ("homes of a day, 20 times", homes(200, 1_500)),
    ];
    for (name, problem) in &days {
        for (phase, iterations) in [("construct", 0), ("construct and search", 2_000)] {
            let options = SolveOptions { seed: 1, iterations };
            group.bench_function(format!("{name}: {phase}"), |bencher| {
                bencher.iter(|| solve(black_box(problem), &options, &mut |_| ControlFlow::Continue(())));
            });
        }
    }
    group.finish();
}

/// Deliveries with one window each and no price for time: what the constant-time insertion is for.
fn plain(homes: usize) -> Problem {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let matrix = city(homes + 1, 25_000.0, &mut rng);
    let mut vehicle = Vehicle::at_depot(0, TimeWindow::new(0, 10 * HOUR), vec![40]);
    vehicle.costs.per_km = 1;
    let job = |place: usize, rng: &mut ChaCha8Rng| {
        let opens = rng.random_range(0..7 * HOUR);
        let task = Task::at(place, 5 * MINUTE).within(vec![TimeWindow::new(opens, opens + 2 * HOUR)]);
        Job::new(JobKind::Delivery(task), vec![rng.random_range(1..4)])
    };
    let jobs = (1..=homes).map(|place| job(place, &mut rng)).collect();
    problem(homes + 1, matrix, vec![vehicle; homes / 4], jobs)
}

/// One step of ruin and recreate, averaged over many; construction is not counted.
fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("planner, one step");
    group.sample_size(10);
    let problems = [
        ("200 homes, plain", plain(200)),
        ("1,000 homes, plain", plain(1_000)),
        ("runs of a day", runs(3, 4)),
        ("homes of a day", homes(15, 60)),
    ];
    for (name, problem) in &problems {
        group.bench_function(*name, |bencher| {
            bencher.iter_custom(|steps| {
                let (mut begun, mut done) = (Instant::now(), 0);
                let mut took = begun.elapsed();
                black_box(search(problem, &SearchOptions::default(), &mut |progress| {
                    if progress.phase == Phase::Improve && progress.done < u64::MAX {
                        if progress.done == 0 {
                            begun = Instant::now();
                        }
                        (took, done) = (begun.elapsed(), progress.done);
                    }
                    #[allow(clippy::cast_precision_loss, reason = "few steps")]
                    ControlFlow::Continue(done as f64 / steps as f64)
                }));
                // The search may look up only every few steps.
                #[allow(clippy::cast_precision_loss, reason = "few steps")]
                took.mul_f64(steps as f64 / done.max(1) as f64)
            });
        });
    }
    group.finish();
}

/// One question: a planned job at every third position of every route in turn.
fn what_ifs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("planner, what if");
    for (name, problem) in [("runs of a day", runs(3, 4)), ("homes of a day, 20 times", homes(200, 1_500))] {
        let solution = solve(&problem, &SolveOptions { seed: 1, iterations: 0 }, &mut |_| ControlFlow::Continue(()));
        let mut what_if = WhatIf::new(&problem, &solution);
        let positions = solution.routes.iter().flat_map(|route| {
            let trips = route.trips.iter().enumerate();
            let ends = trips.flat_map(|(trip, of)| (0..of.steps.len()).step_by(3).map(move |at| (trip, at)));
            ends.map(|(trip, at)| (route.vehicle, trip, at))
        });
        let mut positions = positions.collect::<Vec<_>>().into_iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let (vehicle, trip, position) = positions.next().expect("the day has routes");
                what_if.insertion_cost(black_box(7), vehicle, trip, position)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, days, steps, what_ifs);
criterion_main!(benches);
