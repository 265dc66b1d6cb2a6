//! The checks behind [`Problem::new`](super::Problem::new) that need no schedule.

use super::error::{ProblemError, Subject};
use super::job::{Job, JobKind, Task};
use super::matrix::{Matrix, UNREACHABLE};
use super::problem::{InitialRoute, ProblemParts};
use super::solution::Visit;
use super::units::{MAX_LOAD, MAX_MEASURE, MAX_PERMILLE, MAX_PRIORITY, Place, Seconds, TimeWindow};
use super::vehicle::Vehicle;

/// The most that all costs of a problem may add up to: sums and differences of two such costs fit 64 bits.
const MAX_COST: i64 = i64::MAX / 8;

type Checked = Result<(), ProblemError>;

pub(super) fn parts(parts: &ProblemParts) -> Checked {
    for (index, matrix) in parts.matrices.iter().enumerate() {
        check_matrix(index, matrix, parts.places)?;
    }
    for (index, vehicle) in parts.vehicles.iter().enumerate() {
        check_vehicle(index, vehicle, parts)?;
    }
    for (index, job) in parts.jobs.iter().enumerate() {
        check_job(index, job, parts)?;
    }
    check_relays(parts)?;
    check_groups(parts)?;
    check_cost(parts)?;
    check_initial(parts)
}

fn measure(subject: Subject, field: &'static str, value: i64, limit: i64) -> Checked {
    if value < 0 {
        return Err(ProblemError::Negative { subject, field, value });
    }
    if value > limit {
        return Err(ProblemError::TooLarge { subject, field, value, limit });
    }
    Ok(())
}

fn price(subject: Subject, field: &'static str, value: i64) -> Checked {
    measure(subject, field, value, MAX_COST)
}

fn check_place(subject: Subject, field: &'static str, place: Place, places: usize) -> Checked {
    if place < places { Ok(()) } else { Err(ProblemError::NoSuchPlace { subject, field, place, places }) }
}

fn check_loads(subject: Subject, field: &'static str, loads: &[i64], dimensions: usize) -> Checked {
    if loads.len() != dimensions {
        return Err(ProblemError::Dimensions { subject, field, actual: loads.len(), expected: dimensions });
    }
    loads.iter().try_for_each(|&load| measure(subject, field, load, MAX_LOAD))
}

fn check_windows(subject: Subject, field: &'static str, windows: &[TimeWindow]) -> Checked {
    let mut previous_end: Option<Seconds> = None;
    for (index, window) in windows.iter().enumerate() {
        measure(subject, field, window.start, MAX_MEASURE)?;
        measure(subject, field, window.end, MAX_MEASURE)?;
        let TimeWindow { start, end } = *window;
        if end < start {
            return Err(ProblemError::WindowReversed { subject, field, index, start, end });
        }
        if let Some(previous_end) = previous_end.filter(|&previous_end| start <= previous_end) {
            return Err(ProblemError::WindowsOverlap { subject, field, index, start, previous_end });
        }
        previous_end = Some(end);
    }
    Ok(())
}

fn check_matrix(matrix: usize, tables: &Matrix, places: usize) -> Checked {
    for (field, entries) in [("durations", &tables.durations), ("distances", &tables.distances)] {
        if places.checked_mul(places) != Some(entries.len()) {
            let expected = places.saturating_mul(places);
            return Err(ProblemError::MatrixShape { matrix, field, places, actual: entries.len(), expected });
        }
        for (place, row) in entries.chunks_exact(places.max(1)).enumerate() {
            if row[place] != 0 {
                return Err(ProblemError::MatrixDiagonal { matrix, field, place, value: row[place] });
            }
            for &entry in row.iter().filter(|&&entry| entry != UNREACHABLE) {
                measure(Subject::Matrix(matrix), field, i64::from(entry), MAX_MEASURE)?;
            }
        }
    }
    let mut previous: Option<Seconds> = None;
    for (index, period) in tables.speeds.iter().enumerate() {
        measure(Subject::Matrix(matrix), "speeds.from", period.from, MAX_MEASURE)?;
        if !(1..=MAX_PERMILLE).contains(&period.permille) {
            return Err(ProblemError::Speed { matrix, index, permille: period.permille });
        }
        if let Some(previous) = previous.filter(|&previous| period.from <= previous) {
            return Err(ProblemError::SpeedsUnsorted { matrix, index, from: period.from, previous });
        }
        previous = Some(period.from);
    }
    Ok(())
}

fn check_vehicle(index: usize, vehicle: &Vehicle, parts: &ProblemParts) -> Checked {
    let subject = Subject::Vehicle(index);
    let ends =
        [("start", vehicle.start), ("end", vehicle.end), ("reload.place", vehicle.reload.map(|reload| reload.place))];
    for (field, place) in ends {
        place.map_or(Ok(()), |place| check_place(subject, field, place, parts.places))?;
    }
    if vehicle.matrix >= parts.matrices.len() {
        return Err(ProblemError::NoSuchMatrix {
            vehicle: index,
            matrix: vehicle.matrix,
            matrices: parts.matrices.len(),
        });
    }
    check_windows(subject, "shift", &[vehicle.shift])?;
    let TimeWindow { start, end } = vehicle.shift;
    if let Some(start_late) = vehicle.start_late.filter(|&late| !vehicle.shift.contains(late)) {
        return Err(ProblemError::StartLateOutsideShift { vehicle: index, start_late, start, end });
    }
    check_loads(subject, "capacity", &vehicle.capacity, parts.dimensions)?;
    for (break_index, rest) in vehicle.breaks.iter().enumerate() {
        check_windows(subject, "breaks.windows", &rest.windows)?;
        measure(subject, "breaks.service", rest.service, MAX_MEASURE)?;
        let last_end = rest.windows.last().ok_or(ProblemError::NoWindow { subject, field: "breaks" })?.end;
        if last_end < start {
            return Err(ProblemError::BreakBeforeShift {
                vehicle: index,
                index: break_index,
                last_end,
                shift_start: start,
            });
        }
    }
    price(subject, "costs.fixed", vehicle.costs.fixed)?;
    price(subject, "costs.per_hour", vehicle.costs.per_hour)?;
    price(subject, "costs.per_travel_hour", vehicle.costs.per_travel_hour)?;
    price(subject, "costs.per_km", vehicle.costs.per_km)?;
    for piece in &vehicle.overtime {
        measure(subject, "overtime.after", piece.after, MAX_MEASURE)?;
        price(subject, "overtime.cost_per_hour", piece.cost_per_hour)?;
    }
    let limits = [
        ("max_duration", vehicle.max_duration),
        ("max_travel_time", vehicle.max_travel_time),
        ("max_distance", vehicle.max_distance),
        ("reload.service", vehicle.reload.map(|reload| reload.service)),
    ];
    for (field, limit) in limits {
        limit.map_or(Ok(()), |limit| measure(subject, field, limit, MAX_MEASURE))?;
    }
    if vehicle.reload.is_some_and(|reload| reload.max_trips == 0) {
        return Err(ProblemError::NoTrips { vehicle: index });
    }
    Ok(())
}

fn check_job(index: usize, job: &Job, parts: &ProblemParts) -> Checked {
    let subject = Subject::Job(index);
    match &job.kind {
        JobKind::Delivery(task) | JobKind::Pickup(task) => check_task(subject, task, parts.places)?,
        JobKind::Shipment { pickup, delivery } => {
            check_task(subject, pickup, parts.places)?;
            check_task(subject, delivery, parts.places)?;
        }
        JobKind::Exchange { task, taken } => {
            check_task(subject, task, parts.places)?;
            check_loads(subject, "taken", taken, parts.dimensions)?;
        }
    }
    check_loads(subject, "amount", &job.amount, parts.dimensions)?;
    if job.priority > MAX_PRIORITY {
        return Err(ProblemError::Priority { job: index, priority: job.priority });
    }
    measure(subject, "release", job.release, MAX_MEASURE)?;
    if let Some(limit) = job.max_on_board {
        measure(subject, "max_on_board", limit, MAX_MEASURE)?;
        if !is_shipment(job) {
            return Err(ProblemError::NotAShipment { job: index, field: "max_on_board" });
        }
    }
    for due in &job.due {
        measure(subject, "due.at", due.at, MAX_MEASURE)?;
        price(subject, "due.cost_per_hour", due.cost_per_hour)?;
    }
    Ok(())
}

/// That every forerunner exists and nobody waits for itself.
fn check_relays(parts: &ProblemParts) -> Checked {
    let jobs = parts.jobs.len();
    for (job, follows) in parts.jobs.iter().enumerate().filter_map(|(job, other)| Some((job, other.follows?))) {
        if follows.job >= jobs {
            return Err(ProblemError::NoSuchForerunner { job, forerunner: follows.job, jobs });
        }
        measure(Subject::Job(job), "follows.handling", follows.handling, MAX_MEASURE)?;
    }
    // Who is known to follow nobody in a circle is not followed again.
    let mut is_sound = vec![false; jobs];
    for first in 0..jobs {
        let mut row = std::collections::HashSet::new();
        let mut next = Some(first);
        while let Some(job) = next.filter(|&job| !is_sound[job]) {
            if !row.insert(job) {
                return Err(ProblemError::FollowsItself { job });
            }
            next = parts.jobs[job].follows.map(|follows| follows.job);
        }
        for job in row {
            is_sound[job] = true;
        }
    }
    Ok(())
}

fn check_groups(parts: &ProblemParts) -> Checked {
    let jobs = parts.jobs.len();
    for (field, groups) in [("together", &parts.together), ("apart", &parts.apart)] {
        for (group, members) in groups.iter().enumerate() {
            let mut seen = std::collections::HashSet::new();
            for &job in members {
                if job >= jobs {
                    return Err(ProblemError::GroupJob { field, group, job, jobs });
                }
                if !seen.insert(job) {
                    return Err(ProblemError::GroupJobTwice { field, group, job });
                }
            }
        }
    }
    let mut apart_groups = vec![Vec::new(); jobs];
    for (group, members) in parts.apart.iter().enumerate() {
        for &job in members {
            apart_groups[job].push(group);
        }
    }
    for (together, members) in parts.together.iter().enumerate() {
        let mut met = std::collections::HashMap::new();
        for &job in members {
            for &apart in &apart_groups[job] {
                if let Some(other) = met.insert(apart, job) {
                    return Err(ProblemError::TogetherAndApart { job: other, other: job, together, apart });
                }
            }
        }
    }
    Ok(())
}

fn check_task(subject: Subject, task: &Task, places: usize) -> Checked {
    check_place(subject, "place", task.place, places)?;
    measure(subject, "setup", task.setup, MAX_MEASURE)?;
    measure(subject, "service", task.service, MAX_MEASURE)?;
    check_windows(subject, "windows", &task.windows)
}

/// Bounds every cost from above: each vehicle pays for its whole shift and for as many of the longest legs as
/// a route through all jobs could have, and each job is as late as the longest shift allows.
fn check_cost(parts: &ProblemParts) -> Checked {
    let longest = |matrix: &Matrix| matrix.distances.iter().copied().filter(|&entry| entry != UNREACHABLE).max();
    let longest_m: Vec<i128> = parts.matrices.iter().map(|matrix| i128::from(longest(matrix).unwrap_or(0))).collect();
    let day_end_s = parts.vehicles.iter().map(|vehicle| i128::from(vehicle.shift.end)).max().unwrap_or(0);
    let mut worst: i128 = 0;
    for vehicle in &parts.vehicles {
        let shift_s = i128::from(vehicle.shift.end - vehicle.shift.start);
        let legs = 2 * parts.jobs.len() as i128 + vehicle.max_trips().min(parts.jobs.len()) as i128 + 1;
        let overtime = vehicle.overtime.iter().map(|piece| i128::from(piece.cost_per_hour)).sum::<i128>();
        let hourly = i128::from(vehicle.costs.per_hour) + i128::from(vehicle.costs.per_travel_hour) + overtime;
        worst = worst
            .saturating_add(i128::from(vehicle.costs.fixed) * 3_600_000)
            .saturating_add(hourly * shift_s * 1_000)
            .saturating_add(
                (i128::from(vehicle.costs.per_km) * 3_600).saturating_mul(legs * longest_m[vehicle.matrix]),
            );
    }
    for due in parts.jobs.iter().flat_map(|job| &job.due) {
        worst = worst.saturating_add(i128::from(due.cost_per_hour) * day_end_s * 1_000);
    }
    if worst > i128::from(MAX_COST) {
        return Err(ProblemError::CostTooLarge { worst, limit: MAX_COST });
    }
    Ok(())
}

fn check_initial(parts: &ProblemParts) -> Checked {
    let mut has_route = vec![false; parts.vehicles.len()];
    let mut seen = std::collections::HashSet::new();
    for (initial, route) in parts.initial.iter().enumerate() {
        let (vehicle, vehicles) = (route.vehicle, parts.vehicles.len());
        let Some(carrier) = parts.vehicles.get(vehicle) else {
            return Err(ProblemError::InitialVehicle { initial, vehicle, vehicles });
        };
        if std::mem::replace(&mut has_route[vehicle], true) {
            return Err(ProblemError::InitialVehicleTwice { initial, vehicle });
        }
        if route.trips.len() > carrier.max_trips() {
            return Err(ProblemError::InitialTrips {
                initial,
                trips: route.trips.len(),
                vehicle,
                most: carrier.max_trips(),
            });
        }
        let mut taken_breaks = vec![false; carrier.breaks.len()];
        for (trip, visits) in route.trips.iter().enumerate() {
            if visits.is_empty() {
                return Err(ProblemError::InitialTripEmpty { initial, trip });
            }
            for (position, &visit) in visits.iter().enumerate() {
                let is_known = match visit {
                    Visit::Break(rest) => rest < carrier.breaks.len(),
                    Visit::Serve(job) => parts.jobs.get(job).is_some_and(|job| !is_shipment(job)),
                    Visit::PickUp(job) | Visit::Deliver(job) => parts.jobs.get(job).is_some_and(is_shipment),
                };
                if !is_known {
                    return Err(ProblemError::InitialVisit { initial, trip, position, visit });
                }
                let is_new = match visit {
                    Visit::Break(rest) => !std::mem::replace(&mut taken_breaks[rest], true),
                    _ => seen.insert(visit),
                };
                if !is_new {
                    return Err(ProblemError::InitialVisitTwice { initial, trip, position, visit });
                }
            }
            check_shipments_whole(initial, trip, visits)?;
        }
        check_locked(initial, route)?;
    }
    Ok(())
}

fn is_shipment(job: &Job) -> bool {
    matches!(job.kind, JobKind::Shipment { .. })
}

fn check_shipments_whole(initial: usize, trip: usize, visits: &[Visit]) -> Checked {
    let mut open = std::collections::BTreeSet::new();
    for &visit in visits {
        match visit {
            Visit::PickUp(job) => {
                open.insert(job);
            }
            Visit::Deliver(job) if !open.remove(&job) => {
                return Err(ProblemError::InitialShipment { initial, trip, job });
            }
            _ => {}
        }
    }
    open.first().map_or(Ok(()), |&job| Err(ProblemError::InitialShipment { initial, trip, job }))
}

fn check_locked(initial: usize, route: &InitialRoute) -> Checked {
    let visits: usize = route.trips.iter().map(Vec::len).sum();
    if route.locked > visits {
        return Err(ProblemError::LockedTooMany { initial, locked: route.locked, visits });
    }
    let mut left = route.locked;
    for (trip, visits) in route.trips.iter().enumerate() {
        let locked = &visits[..left.min(visits.len())];
        left -= locked.len();
        if !locked.is_empty() && locked.iter().all(|visit| visit.job().is_none()) {
            return Err(ProblemError::LockedTripWithoutJob { initial, trip });
        }
    }
    Ok(())
}
