//! Li and Lim's files: pickups and deliveries in pairs, time windows, capacity.

use super::benchmark::{self, Benchmark, COORDINATE_MAX, Convention, Instance, NUMBER_MAX, count, row};
use super::error::FormatError;
use crate::planner::job::{Job, JobKind, Task};
use crate::planner::units::TimeWindow;

/// One row of the file.
struct Row {
    demand: i64,
    task: Task,
    pickup: usize,
    delivery: usize,
}

/// Reads a file of Li and Lim's format.
///
/// # Errors
/// The first line that is not as the format has it, or the first customer without its other half.
pub fn lilim(text: &str, convention: Convention) -> Result<Benchmark, FormatError> {
    let mut lines = benchmark::lines(text);
    let (line, head) = lines.next().ok_or(FormatError::Missing { section: "line of vehicles, capacity and speed" })?;
    let [vehicles, capacity] = row(head, line, [("vehicles", 0, NUMBER_MAX), ("capacity", 0, i64::from(u32::MAX))])?;
    let mut rows: Vec<Row> = Vec::new();
    let mut instance = Instance {
        vehicles: count(vehicles),
        capacity,
        horizon: None,
        points: Vec::new(),
        jobs: Vec::new(),
        customers: Vec::new(),
    };
    for (line, text) in lines {
        let fields = [
            ("task", 0, NUMBER_MAX),
            ("x", -COORDINATE_MAX, COORDINATE_MAX),
            ("y", -COORDINATE_MAX, COORDINATE_MAX),
            ("demand", -NUMBER_MAX, NUMBER_MAX),
            ("earliest", 0, NUMBER_MAX),
            ("latest", 0, NUMBER_MAX),
            ("service time", 0, NUMBER_MAX),
            ("pickup", 0, NUMBER_MAX),
            ("delivery", 0, NUMBER_MAX),
        ];
        let [number, x, y, demand, earliest, latest, service, pickup, delivery] = row(text, line, fields)?;
        let place = rows.len();
        if count(number) != place {
            return Err(FormatError::Numbering { line, actual: number, expected: place });
        }
        if place == 0 {
            instance.horizon = Some(TimeWindow::new(earliest, latest));
        }
        instance.points.push((x, y));
        let task =
            Task::at(place, service * convention.scale()).within(vec![benchmark::window(earliest, latest, convention)]);
        rows.push(Row { demand, task, pickup: count(pickup), delivery: count(delivery) });
    }
    if rows.is_empty() {
        return Err(FormatError::Missing { section: "row of the depot" });
    }
    for (customer, row) in rows.iter().enumerate().skip(1) {
        let is_delivery = row.pickup > 0;
        let other = if is_delivery { row.pickup } else { row.delivery };
        let half = rows.get(other).filter(|_| other > 0 && other != customer);
        let is_mutual = |half: &Row| {
            if is_delivery { half.delivery == customer && half.pickup == 0 } else { half.pickup == customer }
        };
        let half = half.filter(|half| is_mutual(half) && half.demand == -row.demand);
        let half = half.ok_or(FormatError::Unpaired { customer })?;
        if is_delivery {
            continue;
        }
        let kind = JobKind::Shipment { pickup: row.task.clone(), delivery: half.task.clone() };
        instance.jobs.push(Job::new(kind, vec![row.demand]));
        instance.customers.push((customer, Some(other)));
    }
    instance.benchmark(convention)
}
