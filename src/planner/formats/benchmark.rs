//! What all formats have in common.

use super::error::FormatError;
use crate::planner::cost::Cost;
use crate::planner::job::Job;
use crate::planner::matrix::Matrix;
use crate::planner::problem::{Problem, ProblemParts};
use crate::planner::solution::{Solution, Visit};
use crate::planner::units::TimeWindow;
use crate::planner::vehicle::{Vehicle, VehicleCosts};

/// How Euclidean distances become whole numbers. Times and windows are scaled alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// Tenths, truncated: the DIMACS challenge's and CVRPLIB's for time windows.
    Dimacs,
    /// Ten-thousandths: distances rounded to the nearest, travel times up, so that what is feasible here is feasible
    /// in double precision.
    Exact,
    /// Whole numbers, rounded to the nearest: CVRPLIB's for capacity alone.
    Rounded,
}

impl Convention {
    /// How many units make one of the file's.
    #[must_use]
    pub const fn scale(self) -> i64 {
        match self {
            Self::Dimacs => 10,
            Self::Exact => 10_000,
            Self::Rounded => 1,
        }
    }

    /// Travel time and distance for a squared Euclidean distance.
    fn leg(self, squared: u64) -> (u32, u32) {
        let scale = self.scale().unsigned_abs();
        let squared = squared * scale * scale;
        let floor = squared.isqrt();
        // Half a unit beyond the root lies below the square just when squared > floor² + floor.
        let nearest = if squared > floor * floor + floor { floor + 1 } else { floor };
        let ceiling = if squared > floor * floor { floor + 1 } else { floor };
        let (time, distance) = match self {
            Self::Dimacs => (floor, floor),
            Self::Exact => (ceiling, nearest),
            Self::Rounded => (nearest, nearest),
        };
        let whole = |units: u64| u32::try_from(units).expect("coordinates are read within bounds");
        (whole(time), whole(distance))
    }
}

/// A benchmark instance as a problem. Each metre costs one unit of currency a kilometre, and nothing else costs.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// The problem. Place `i` is the file's `i`-th point, the depot first.
    pub problem: Problem,
    /// How its distances were made.
    pub convention: Convention,
    /// For each job, the customer number in the file of its visit, or of its pickup and its delivery.
    pub customers: Vec<(usize, Option<usize>)>,
}

impl Benchmark {
    /// The routes of a solution as customer numbers of the file, depot left out.
    #[must_use]
    pub fn routes(&self, solution: &Solution) -> Vec<Vec<usize>> {
        let customer = |visit: Visit| match visit {
            Visit::Serve(job) | Visit::PickUp(job) => Some(self.customers[job].0),
            Visit::Deliver(job) => self.customers[job].1,
            Visit::Break(_) => None,
        };
        let visits = |route: &crate::planner::Route| {
            route.trips.iter().flat_map(|trip| &trip.steps).filter_map(|step| customer(step.visit)).collect()
        };
        solution.routes.iter().map(visits).collect()
    }

    /// The customer numbers that a solution leaves out, ascending; of a shipment both.
    #[must_use]
    pub fn unassigned(&self, solution: &Solution) -> Vec<usize> {
        let customers = solution.unassigned.iter().map(|&job| self.customers[job]);
        let mut left_out: Vec<usize> =
            customers.flat_map(|(first, delivery)| std::iter::once(first).chain(delivery)).collect();
        left_out.sort_unstable();
        left_out
    }

    /// How many units of [`Cost`] make one unit of the file's distance.
    #[must_use]
    pub fn cost_unit(&self) -> i64 {
        Cost::of_distance(1, 1).0 * self.convention.scale()
    }

    /// The distance of a solution in the file's units.
    #[must_use]
    pub fn distance(&self, solution: &Solution) -> f64 {
        let units: i64 = solution.routes.iter().map(crate::planner::Route::distance).sum();
        #[allow(clippy::cast_precision_loss, reason = "distances of a problem are far below 2^52")]
        let (units, scale) = (units as f64, self.convention.scale() as f64);
        units / scale
    }
}

/// A file's content before it becomes a problem.
pub(super) struct Instance {
    pub(super) vehicles: usize,
    pub(super) capacity: i64,
    /// The depot's opening hours.
    pub(super) horizon: Option<TimeWindow>,
    pub(super) points: Vec<(i64, i64)>,
    pub(super) jobs: Vec<Job>,
    pub(super) customers: Vec<(usize, Option<usize>)>,
}

impl Instance {
    pub(super) fn benchmark(self, convention: Convention) -> Result<Benchmark, FormatError> {
        let mut matrix = Matrix::default();
        for from in &self.points {
            for to in &self.points {
                let (dx, dy) = (from.0.abs_diff(to.0), from.1.abs_diff(to.1));
                let (duration, distance) = convention.leg(dx * dx + dy * dy);
                matrix.durations.push(duration);
                matrix.distances.push(distance);
            }
        }
        let scale = convention.scale();
        let horizon = self.horizon.unwrap_or(TimeWindow::new(0, 100_000_000));
        let shift = TimeWindow::new(horizon.start * scale, horizon.end * scale);
        let mut vehicle = Vehicle::at_depot(0, shift, vec![self.capacity]);
        vehicle.costs = VehicleCosts { per_km: 1, ..VehicleCosts::default() };
        let problem = Problem::new(ProblemParts {
            places: self.points.len(),
            dimensions: 1,
            matrices: vec![matrix],
            vehicles: vec![vehicle; self.vehicles],
            jobs: self.jobs,
            ..ProblemParts::default()
        })?;
        Ok(Benchmark { problem, convention, customers: self.customers })
    }
}

/// The largest coordinate: squared distances in any convention fit 64 bits, and distances 32.
pub(super) const COORDINATE_MAX: i64 = 100_000;
/// The largest time, amount or count.
pub(super) const NUMBER_MAX: i64 = 100_000;

/// Reads a whole number (or one written with a zero fraction) within bounds.
pub(super) fn number(text: &str, line: usize, field: &'static str, least: i64, most: i64) -> Result<i64, FormatError> {
    let whole = text
        .split_once('.')
        .map_or(text, |(whole, fraction)| if fraction.bytes().all(|digit| digit == b'0') { whole } else { text });
    let value = whole.parse().ok().filter(|value| (least..=most).contains(value));
    value.ok_or_else(|| FormatError::Number { line, field, value: text.to_owned(), least, most })
}

/// The fields of a line, all numbers within their bounds; more fields are ignored.
pub(super) fn row<const N: usize>(
    text: &str,
    line: usize,
    fields: [(&'static str, i64, i64); N],
) -> Result<[i64; N], FormatError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < N {
        return Err(FormatError::Fields { line, actual: words.len(), expected: N });
    }
    let mut values = [0; N];
    for ((value, word), (field, least, most)) in values.iter_mut().zip(words).zip(fields) {
        *value = number(word, line, field, least, most)?;
    }
    Ok(values)
}

/// A number read as not negative, to count or index with.
pub(super) fn count(number: i64) -> usize {
    usize::try_from(number).expect("the number was read as not negative")
}

/// A window from the file, scaled.
pub(super) fn window(open: i64, close: i64, convention: Convention) -> TimeWindow {
    TimeWindow::new(open * convention.scale(), close * convention.scale())
}

/// The lines that are not blank, numbered from 1.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())).filter(|(_, line)| !line.is_empty())
}
