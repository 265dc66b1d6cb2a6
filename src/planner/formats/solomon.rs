//! Solomon's and Gehring and Homberger's files: time windows and capacity.

use super::benchmark::{self, Benchmark, COORDINATE_MAX, Convention, Instance, NUMBER_MAX, count, row};
use super::error::FormatError;
use crate::planner::job::{Job, JobKind, Task};
use crate::planner::units::TimeWindow;

/// Reads a file of Solomon's format.
///
/// # Errors
/// The first line that is not as the format has it.
pub fn solomon(text: &str, convention: Convention) -> Result<Benchmark, FormatError> {
    let mut lines = benchmark::lines(text).skip_while(|(_, line)| !line.starts_with("NUMBER")).skip(1);
    let (line, fleet) = lines.next().ok_or(FormatError::Missing { section: "line of vehicle NUMBER and CAPACITY" })?;
    let [vehicles, capacity] = row(fleet, line, [("number", 0, NUMBER_MAX), ("capacity", 0, i64::from(u32::MAX))])?;
    let rows = lines.skip_while(|(_, line)| !line.starts_with(|first: char| first.is_ascii_digit()));
    let mut instance = Instance {
        vehicles: count(vehicles),
        capacity,
        horizon: None,
        points: Vec::new(),
        jobs: Vec::new(),
        customers: Vec::new(),
    };
    for (line, text) in rows {
        let fields = [
            ("customer", 0, NUMBER_MAX),
            ("x", -COORDINATE_MAX, COORDINATE_MAX),
            ("y", -COORDINATE_MAX, COORDINATE_MAX),
            ("demand", 0, NUMBER_MAX),
            ("ready time", 0, NUMBER_MAX),
            ("due date", 0, NUMBER_MAX),
            ("service time", 0, NUMBER_MAX),
        ];
        let [customer, x, y, demand, ready, due, service] = row(text, line, fields)?;
        let place = instance.points.len();
        if count(customer) != place {
            return Err(FormatError::Numbering { line, actual: customer, expected: place });
        }
        instance.points.push((x, y));
        if place == 0 {
            instance.horizon = Some(TimeWindow::new(ready, due));
            continue;
        }
        let task =
            Task::at(place, service * convention.scale()).within(vec![benchmark::window(ready, due, convention)]);
        instance.jobs.push(Job::new(JobKind::Delivery(task), vec![demand]));
        instance.customers.push((place, None));
    }
    if instance.points.is_empty() {
        return Err(FormatError::Missing { section: "row of the depot" });
    }
    instance.benchmark(convention)
}
