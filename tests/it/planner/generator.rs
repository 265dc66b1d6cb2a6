//! Random problems of every mix of features, small enough to shrink well.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use conthoi::planner::{
    Break, Follows, InitialRoute, Job, JobKind, Matrix, Overtime, Problem, ProblemParts, Reload, SoftDue, SolveOptions,
    SpeedPeriod, Task, TimeWindow, UNREACHABLE, Vehicle, VehicleCosts, solve,
};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

/// How large and how rich the problems are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) jobs: usize,
    pub(super) vehicles: usize,
    /// The day's length in seconds.
    pub(super) day: i64,
    pub(super) breaks: usize,
    pub(super) trips: usize,
}

const PLACES: usize = 6;

fn windows(day: i64) -> impl Strategy<Value = Vec<TimeWindow>> {
    let window = (0..day, 0..day / 3).prop_map(|(start, length)| (start, start + length));
    vec(window, 0..3).prop_map(|mut windows| {
        windows.sort_unstable();
        let mut separate: Vec<TimeWindow> = Vec::new();
        for (start, end) in windows {
            if separate.last().is_none_or(|last| last.end < start) {
                separate.push(TimeWindow::new(start, end));
            }
        }
        separate
    })
}

fn task(day: i64) -> impl Strategy<Value = Task> {
    let windows = prop_oneof![2 => Just(Vec::new()), 1 => windows(day)];
    (0..PLACES, 0..day / 30, 0..day / 15, windows).prop_map(|(place, setup, service, windows)| Task {
        place,
        setup,
        service,
        windows,
    })
}

fn job(size: Size, dimensions: usize) -> impl Strategy<Value = Job> {
    let day = size.day;
    let kind = prop_oneof![
        2 => task(day).prop_map(JobKind::Delivery),
        2 => task(day).prop_map(JobKind::Pickup),
        1 => (task(day), task(day)).prop_map(|(pickup, delivery)| JobKind::Shipment { pickup, delivery }),
        1 => (task(day), vec(0..6_i64, dimensions)).prop_map(|(task, taken)| JobKind::Exchange { task, taken }),
    ];
    let skills = prop_oneof![4 => Just(BTreeSet::new()), 1 => btree_set(0_u32..2, 0..=2)];
    let release = prop_oneof![3 => Just(0), 1 => 0..day / 2];
    let due = vec((0..day, 0..50_i64).prop_map(|(at, cost_per_hour)| SoftDue { at, cost_per_hour }), 0..=2);
    let urgency = (prop_oneof![2 => Just(0), 1 => 0..=100_u8], release, due, option::weighted(0.4, 0..day / 3));
    (kind, vec(0..6_i64, dimensions), skills, urgency).prop_map(
        |(kind, amount, skills, (priority, release, due, on_board))| {
            let max_on_board = on_board.filter(|_| matches!(kind, JobKind::Shipment { .. }));
            Job { skills, priority, release, due, max_on_board, ..Job::new(kind, amount) }
        },
    )
}

fn vehicle(size: Size, dimensions: usize, matrices: usize) -> impl Strategy<Value = Vehicle> {
    let day = size.day;
    let ends = (option::weighted(0.85, 0..PLACES), option::weighted(0.85, 0..PLACES), 0..matrices);
    let shift = (0..day / 4, day / 2..day);
    let rest = (windows(day), 0..day / 15).prop_filter_map("a break has a window", |(windows, service)| {
        (!windows.is_empty()).then_some(Break { windows, service })
    });
    let costs = (0..50_i64, 0..20_i64, 0..5_i64, 0..20_i64).prop_map(|(fixed, per_hour, per_travel_hour, per_km)| {
        VehicleCosts { fixed, per_hour, per_travel_hour, per_km }
    });
    let limits = (
        option::weighted(0.1, 0..6_usize),
        option::weighted(0.1, 0..8_usize),
        option::weighted(0.15, 0..day),
        option::weighted(0.1, 0..day),
        option::weighted(0.1, 0..5_000_i64),
    );
    let reload = option::weighted(0.5, (0..PLACES, 0..day / 20, 1..=size.trips));
    let rests = vec(rest, 0..=size.breaks);
    let able = (vec(4..20_i64, dimensions), btree_set(0_u32..2, 0..=2));
    let piece = (0..day, 0..50_i64).prop_map(|(after, cost_per_hour)| Overtime { after, cost_per_hour });
    let overtime = prop_oneof![2 => Just(Vec::new()), 1 => vec(piece, 1..=3)];
    (ends, shift, option::weighted(0.3, 0..day / 4), able, rests, (costs, overtime), limits, reload).prop_map(
        |(
            (start, end, matrix),
            (opens, closes),
            late,
            (capacity, skills),
            mut breaks,
            (costs, overtime),
            limits,
            reload,
        )| {
            breaks.retain(|rest| rest.windows.last().is_some_and(|window| window.end >= opens));
            let (max_stops, max_tasks, max_duration, max_travel_time, max_distance) = limits;
            Vehicle {
                start,
                end,
                matrix,
                shift: TimeWindow::new(opens, closes),
                start_late: late.map(|late| (opens + late).min(closes)),
                capacity,
                skills,
                breaks,
                costs,
                overtime,
                max_stops,
                max_tasks,
                max_duration,
                max_travel_time,
                max_distance,
                reload: reload.map(|(place, service, max_trips)| Reload { place, service, max_trips }),
            }
        },
    )
}

fn matrix(day: i64) -> impl Strategy<Value = Matrix> {
    let longest = u32::try_from(day / 8).expect("days are short");
    let entry = prop_oneof![19 => 1..longest.max(2), 1 => Just(UNREACHABLE)];
    let table = move |entries: Vec<u32>| {
        let on_diagonal = |entry: usize| entry.is_multiple_of(PLACES + 1);
        entries.into_iter().enumerate().map(|(index, entry)| if on_diagonal(index) { 0 } else { entry }).collect()
    };
    let distance = 1..900_u32;
    let periods = vec((0..day, 200..2_000_u32), 1..4).prop_map(|mut periods| {
        periods.sort_unstable();
        periods.dedup_by_key(|(from, _)| *from);
        periods.into_iter().map(|(from, permille)| SpeedPeriod { from, permille }).collect()
    });
    let speeds = prop_oneof![3 => Just(Vec::new()), 1 => periods];
    (vec(entry, PLACES * PLACES), vec(distance, PLACES * PLACES), speeds).prop_map(
        move |(durations, distances, speeds)| Matrix {
            durations: table(durations),
            distances: table(distances),
            speeds,
        },
    )
}

/// Groups of jobs, seldom any.
fn groups(jobs: usize) -> impl Strategy<Value = Vec<BTreeSet<usize>>> {
    prop_oneof![2 => Just(Vec::new()), 1 => vec(btree_set(0..jobs, 2..=3), 1..=2)]
}

/// Pairs of jobs of which one takes on what the other brings, seldom any, and in which direction.
fn relays(size: Size) -> impl Strategy<Value = (Vec<(usize, usize, i64)>, bool)> {
    let pair = (0..size.jobs, 0..size.jobs, 0..size.day / 20);
    (prop_oneof![1 => Just(Vec::new()), 1 => vec(pair, 1..=4)], any::<bool>())
}

/// Problems without initial routes.
pub(super) fn parts(size: Size) -> impl Strategy<Value = ProblemParts> {
    (0..=2_usize, 1..=2_usize).prop_flat_map(move |(dimensions, matrices)| {
        (
            vec(matrix(size.day), matrices),
            vec(vehicle(size, dimensions, matrices), 0..=size.vehicles),
            vec(job(size, dimensions), 0..=size.jobs),
            groups(size.jobs),
            groups(size.jobs),
            relays(size),
        )
            .prop_map(move |(matrices, vehicles, mut jobs, together, apart, (relays, is_reversed))| {
                for (one, other, handling) in relays {
                    // Without a turn in direction there is no circle.
                    let (first, second) = (one.min(other), one.max(other));
                    let (job, follower) = if is_reversed { (second, first) } else { (first, second) };
                    if first != second && second < jobs.len() {
                        jobs[follower].follows = Some(Follows { job, handling });
                    }
                }
                let known = |groups: Vec<BTreeSet<usize>>| -> Vec<Vec<usize>> {
                    groups
                        .into_iter()
                        .map(|group| group.into_iter().filter(|&job| job < jobs.len()).collect())
                        .collect()
                };
                let (together, mut apart) = (known(together), known(apart));
                apart.retain(|group| {
                    together.iter().all(|other| other.iter().filter(|job| group.contains(job)).count() < 2)
                });
                ProblemParts {
                    places: PLACES,
                    dimensions,
                    matrices,
                    vehicles,
                    jobs,
                    together,
                    apart,
                    ..ProblemParts::default()
                }
            })
    })
}

/// Problems of every mix, about half of them with initial routes whose front is locked.
pub(super) fn problem(size: Size) -> impl Strategy<Value = Problem> {
    (parts(size), any::<bool>(), 0..8_usize).prop_map(|(parts, has_initial, locked)| {
        let problem = Problem::new(parts).expect("the generator makes valid problems");
        if has_initial { with_initial(problem, locked) } else { problem }
    })
}

/// Locks up to `locked` visits at the front of each route of a quick solution, where a plan can keep them.
fn with_initial(problem: Problem, locked: usize) -> Problem {
    let quick = solve(&problem, &SolveOptions { seed: 7, iterations: 5 }, &mut |_| ControlFlow::Continue(()));
    let mut kept = problem;
    for route in &quick.routes {
        let trips: Vec<Vec<_>> =
            route.trips.iter().map(|trip| trip.steps.iter().map(|step| step.visit).collect()).collect();
        let visits = trips.iter().map(Vec::len).sum();
        let initial = InitialRoute { vehicle: route.vehicle, trips, locked: locked.min(visits) };
        let mut parts = kept.clone().into_parts();
        parts.initial.push(initial);
        // A front part alone may be infeasible where a shortcut takes longer than the way round.
        kept = Problem::new(parts).unwrap_or(kept);
    }
    kept
}
