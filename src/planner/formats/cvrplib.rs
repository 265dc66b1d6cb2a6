//! CVRPLIB's files of capacitated problems in the plane: `EUC_2D`, distances rounded to whole numbers.

use super::benchmark::{self, Benchmark, COORDINATE_MAX, Convention, Instance, NUMBER_MAX, count, row};
use super::error::FormatError;
use crate::planner::job::{Job, JobKind, Task};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Head,
    Coordinates,
    Demands,
    Depots,
}

/// Reads a CVRPLIB file. The depot is the first point; customers keep CVRPLIB's numbers in solutions, which count
/// from 1 for the point after the depot.
///
/// # Errors
/// The first line that is not as the format has it, or is not supported.
pub fn cvrplib(text: &str) -> Result<Benchmark, FormatError> {
    let convention = Convention::Rounded;
    let mut section = Section::Head;
    let (mut capacity, mut points, mut demands) = (None, Vec::new(), Vec::new());
    for (line, text) in benchmark::lines(text) {
        match text {
            "NODE_COORD_SECTION" => section = Section::Coordinates,
            "DEMAND_SECTION" => section = Section::Demands,
            "DEPOT_SECTION" => section = Section::Depots,
            "EOF" => break,
            _ if section == Section::Head => head(text, line, &mut capacity)?,
            _ if section == Section::Coordinates => {
                let bounds = [("x", -COORDINATE_MAX, COORDINATE_MAX), ("y", -COORDINATE_MAX, COORDINATE_MAX)];
                let [number, x, y] = row(text, line, [("node", 1, NUMBER_MAX), bounds[0], bounds[1]])?;
                expect_number(line, number, points.len())?;
                points.push((x, y));
            }
            _ if section == Section::Demands => {
                let [number, demand] = row(text, line, [("node", 1, NUMBER_MAX), ("demand", 0, NUMBER_MAX)])?;
                expect_number(line, number, demands.len())?;
                demands.push(demand);
            }
            _ => {
                let [depot] = row(text, line, [("depot", -1, NUMBER_MAX)])?;
                if depot != 1 && depot != -1 {
                    let value = depot.to_string();
                    return Err(FormatError::Unsupported { key: "DEPOT_SECTION", value, supported: "the depot 1" });
                }
            }
        }
    }
    let capacity = capacity.ok_or(FormatError::Missing { section: "CAPACITY" })?;
    if points.is_empty() {
        return Err(FormatError::Missing { section: "NODE_COORD_SECTION" });
    }
    if demands.len() != points.len() {
        return Err(FormatError::Missing { section: "DEMAND_SECTION with a row for each node" });
    }
    let customers = 1..points.len();
    let job = |place: usize| Job::new(JobKind::Delivery(Task::at(place, 0)), vec![demands[place]]);
    let jobs: Vec<Job> = customers.clone().map(job).collect();
    let vehicles = jobs.len();
    let customers = customers.map(|place| (place, None)).collect();
    Instance { vehicles, capacity, horizon: None, points, jobs, customers }.benchmark(convention)
}

fn head(text: &str, line: usize, capacity: &mut Option<i64>) -> Result<(), FormatError> {
    let Some((key, value)) = text.split_once(':') else {
        return Ok(());
    };
    let value = value.trim();
    match key.trim() {
        "CAPACITY" => *capacity = Some(benchmark::number(value, line, "CAPACITY", 0, i64::from(u32::MAX))?),
        "EDGE_WEIGHT_TYPE" if value != "EUC_2D" => {
            return Err(FormatError::Unsupported {
                key: "EDGE_WEIGHT_TYPE",
                value: value.to_owned(),
                supported: "EUC_2D",
            });
        }
        "TYPE" if value != "CVRP" => {
            return Err(FormatError::Unsupported { key: "TYPE", value: value.to_owned(), supported: "CVRP" });
        }
        _ => {}
    }
    Ok(())
}

fn expect_number(line: usize, actual: i64, read: usize) -> Result<(), FormatError> {
    let expected = read + 1;
    if count(actual) == expected { Ok(()) } else { Err(FormatError::Numbering { line, actual, expected }) }
}
