use serde::Serialize;

use super::{
    SolveError,
    search::{self, SearchListener, SearchOrder},
};
use crate::{
    planner::{
        Route,
        formats::{self, Benchmark, Convention, Format},
    },
    service::ServiceError,
};

/// The answer to a benchmark file, in the file's own numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchmarkAnswer {
    /// The customers of each route in order, the depot left out.
    pub routes: Vec<Vec<usize>>,
    /// The whole distance in the file's unit.
    pub cost: f64,
    /// How many iterations the search made.
    pub iterations: u64,
    /// The customers that no route serves.
    pub unassigned: Vec<usize>,
    /// What a reader may want of each route.
    #[serde(skip)]
    pub lines: Vec<RouteLine>,
}

/// A route in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteLine {
    /// How far it goes, in the file's unit.
    pub distance: f64,
    /// When it leaves and returns, in the file's unit.
    pub leaves: f64,
    /// When it returns.
    pub returns: f64,
    /// The most that is on board at once.
    pub load: i64,
    /// What fits.
    pub capacity: i64,
}

/// Solves a file of one of the benchmark formats.
///
/// `distances` says how Euclidean distances become numbers; without it the format's own convention counts.
///
/// # Errors
/// [`SolveError::Format`] when the text is not of that format, [`SolveError::Option`] when the format has no such
/// choice, and what the search fails with.
pub fn solve_benchmark(
    text: &str,
    format: Format,
    distances: Option<Convention>,
    order: &SearchOrder,
    hear: &mut SearchListener<'_>,
) -> Result<BenchmarkAnswer, ServiceError> {
    let benchmark = match format {
        Format::Solomon => formats::solomon(text, distances.unwrap_or(Convention::Dimacs))?,
        Format::LiLim => formats::lilim(text, distances.unwrap_or(Convention::Exact))?,
        Format::Cvrplib if distances.is_none() => formats::cvrplib(text)?,
        Format::Cvrplib => {
            let problem = "the distances of cvrplib are not a matter of choice: leave them out";
            return Err(SolveError::Option(problem).into());
        }
        Format::Vroom => return Err(SolveError::Option("vroom is no benchmark format").into()),
    };
    let found = search::find(&benchmark.problem, order, benchmark.cost_unit(), hear)?;
    let solution = &found.solution;
    Ok(BenchmarkAnswer {
        routes: benchmark.routes(solution),
        cost: benchmark.distance(solution),
        iterations: found.iterations,
        unassigned: benchmark.unassigned(solution),
        lines: solution.routes.iter().map(|route| line(&benchmark, route)).collect(),
    })
}

#[allow(clippy::cast_precision_loss, reason = "the numbers of benchmark files are small")]
fn line(benchmark: &Benchmark, route: &Route) -> RouteLine {
    let scale = benchmark.convention.scale() as f64;
    let loads = |trip: &crate::planner::Trip| {
        let after = trip.steps.iter().map(|step| step.load_after[0]).max().unwrap_or(0);
        after.max(trip.load_at_departure[0])
    };
    RouteLine {
        distance: route.distance() as f64 / scale,
        leaves: route.departs().unwrap_or(0) as f64 / scale,
        returns: route.returns().unwrap_or(0) as f64 / scale,
        load: route.trips.iter().map(loads).max().unwrap_or(0),
        capacity: benchmark.problem.vehicles()[route.vehicle].capacity[0],
    }
}
