//! The input as a problem.

use std::collections::{BTreeMap, HashMap};

use super::error::{MemberProblem, VroomError};
use super::fleet::{PER_HOUR_DEFAULT, VehicleInput};
use super::input::{JobInput, PerType, Spot, TaskInput, VroomInput};
use super::member::escaped;
use super::steps;
use super::times::Clock;
use crate::planner::error::{ProblemError, Subject};
use crate::planner::job::{Job, JobKind, Task};
use crate::planner::matrix::{Matrix, UNREACHABLE};
use crate::planner::problem::{Problem, ProblemParts};
use crate::planner::units::{Load, MAX_MEASURE, Place, Seconds};
use crate::planner::vehicle::{Break, Vehicle, VehicleCosts};

/// An input as a problem, with the way back to the input's own ids, times and places.
#[derive(Debug)]
pub struct VroomProblem {
    /// The problem.
    pub problem: Problem,
    pub(super) input: VroomInput,
    /// What the planner's second 0 is in the input.
    pub(super) origin: Seconds,
    /// What each job of the problem is in the input.
    pub(super) origins: Vec<Origin>,
    /// Tasks whose windows have all closed before any vehicle starts; the problem does not have them.
    pub(super) hopeless: Vec<Origin>,
    /// For each matrix of the problem, the distances that the output shows; `None` where none are known.
    pub(super) distances: Vec<Option<Vec<u32>>>,
}

/// An element of the input's `jobs` or `shipments`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Origin {
    Job(usize),
    Shipment(usize),
}

/// Places of an input that comes without matrices, and the profiles to measure them by.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmeasured {
    /// Longitude and latitude of each place, in the order of the rows wanted.
    pub places: Vec<[f64; 2]>,
    /// The profiles in use, each with the pointer of a vehicle that uses it.
    pub profiles: BTreeMap<String, String>,
}

/// Where everything is.
struct Atlas {
    points: Vec<[f64; 2]>,
    rows: HashMap<(u64, u64), Place>,
    /// How many places the input's own matrices are for.
    size: Option<usize>,
}

fn key([lon, lat]: [f64; 2]) -> (u64, u64) {
    // Adding zero makes one of the two zeros.
    ((lon + 0.0).to_bits(), (lat + 0.0).to_bits())
}

impl Atlas {
    fn of(input: &VroomInput) -> Result<Self, VroomError> {
        let mut atlas = Self { points: Vec::new(), rows: HashMap::new(), size: input.size()? };
        for spot in input.spots() {
            match (atlas.size, spot.index, spot.coordinates) {
                (Some(_), None, _) => {
                    let what = "the row of the matrices";
                    return Err(VroomError::new(&spot.index_at, MemberProblem::Missing(what)));
                }
                (Some(places), Some(index), _) if usize::try_from(index).is_ok_and(|index| index < places) => {}
                (Some(places), Some(index), _) => {
                    return Err(VroomError::new(&spot.index_at, MemberProblem::NoSuchPlace { index, places }));
                }
                (None, _, Some(point)) => {
                    let next = atlas.points.len();
                    if *atlas.rows.entry(key(point)).or_insert(next) == next {
                        atlas.points.push(point);
                    }
                }
                (None, _, None) => {
                    let what = "[longitude, latitude], or matrices";
                    return Err(VroomError::new(&spot.coordinates_at, MemberProblem::Missing(what)));
                }
            }
        }
        Ok(atlas)
    }

    fn places(&self) -> usize {
        self.size.unwrap_or(self.points.len())
    }

    fn place(&self, spot: &Spot) -> Place {
        let index = spot.index.filter(|_| self.size.is_some()).and_then(|index| usize::try_from(index).ok());
        let row = || spot.coordinates.map(|point| self.rows[&key(point)]);
        index.or_else(row).expect("every spot was looked at when the atlas was made")
    }
}

impl VroomInput {
    /// What must be measured before the input can become a problem; `None` where it brings matrices.
    ///
    /// # Errors
    /// A place that is not said in the way the input needs.
    pub fn unmeasured(&self) -> Result<Option<Unmeasured>, VroomError> {
        let atlas = Atlas::of(self)?;
        if atlas.size.is_some() {
            return Ok(None);
        }
        let of_vehicle = |vehicle: &VehicleInput| (vehicle.profile.clone(), format!("{}/profile", vehicle.pointer));
        Ok(Some(Unmeasured { places: atlas.points, profiles: self.vehicles.iter().map(of_vehicle).collect() }))
    }

    /// Makes a problem of the input; `measured` has the matrix of each profile over the places of
    /// [`Self::unmeasured`], and is not looked at where the input brings matrices.
    ///
    /// # Errors
    /// The first member that cannot be accepted.
    pub fn into_problem(mut self, measured: &BTreeMap<String, Matrix>) -> Result<VroomProblem, VroomError> {
        let atlas = Atlas::of(&self)?;
        let travel = Travel::of(&self, measured)?;
        let clock = Clock::new(&self, travel.longest_leg())?;
        let vehicles = self.vehicles.iter().zip(&travel.matrix_of);
        let vehicles = vehicles.map(|(vehicle, &matrix)| build_vehicle(vehicle, matrix, &atlas, &clock, &travel));
        let vehicles = vehicles.collect::<Result<Vec<_>, _>>()?;

        let (mut jobs, mut origins, mut hopeless) = (Vec::new(), Vec::new(), Vec::new());
        let mut add = |origin: Origin, job: Option<Job>| match job {
            Some(job) => {
                jobs.push(job);
                origins.push(origin);
            }
            None => hopeless.push(origin),
        };
        for (index, job) in self.jobs.iter().enumerate() {
            let (takes, amount) = direction(job)?;
            let task = self.task(&job.task, &atlas, &clock)?;
            let kind = task.map(if takes { JobKind::Pickup } else { JobKind::Delivery });
            let job =
                kind.map(|kind| Job { skills: job.skills.clone(), priority: job.priority, ..Job::new(kind, amount) });
            add(Origin::Job(index), job);
        }
        for (index, shipment) in self.shipments.iter().enumerate() {
            let pickup = self.task(&shipment.pickup, &atlas, &clock)?;
            let delivery = self.task(&shipment.delivery, &atlas, &clock)?;
            let kind = pickup.zip(delivery).map(|(pickup, delivery)| JobKind::Shipment { pickup, delivery });
            let job = kind.map(|kind| Job {
                skills: shipment.skills.clone(),
                priority: shipment.priority,
                ..Job::new(kind, shipment.amount.clone())
            });
            add(Origin::Shipment(index), job);
        }
        let parts = ProblemParts {
            places: atlas.places(),
            dimensions: self.dimensions,
            matrices: travel.matrices,
            vehicles,
            jobs,
            initial: steps::initial(&self, &origins)?,
            ..ProblemParts::default()
        };
        let problem = checked(parts, |error| self.locate(&origins, error))?;
        self.matrices = None;
        Ok(VroomProblem { problem, input: self, origin: clock.origin, origins, hopeless, distances: travel.distances })
    }

    /// Every place that is named.
    fn spots(&self) -> impl Iterator<Item = &Spot> {
        let ends = self.vehicles.iter().flat_map(|vehicle| vehicle.start.iter().chain(&vehicle.end));
        let jobs = self.jobs.iter().map(|job| &job.task.spot);
        let shipments = self.shipments.iter().flat_map(|shipment| [&shipment.pickup.spot, &shipment.delivery.spot]);
        ends.chain(jobs).chain(shipments)
    }

    /// How many places the matrices are for, all alike.
    fn size(&self) -> Result<Option<usize>, VroomError> {
        let tables = self.matrices.iter().flatten().map(|(_, tables)| tables);
        let mut tables = tables.flat_map(|it| it.durations.iter().chain(&it.distances).chain(&it.costs));
        let Some(first) = tables.next() else {
            return Ok(None);
        };
        match tables.find(|table| table.size != first.size) {
            Some(other) => {
                let problem = MemberProblem::MatrixSize {
                    actual: other.size,
                    expected: first.size,
                    first: first.pointer.clone(),
                };
                Err(VroomError::new(&other.pointer, problem))
            }
            None => Ok(Some(first.size)),
        }
    }

    /// A task, or `None` where its windows have all closed before any vehicle starts.
    fn task(&self, task: &TaskInput, atlas: &Atlas, clock: &Clock) -> Result<Option<Task>, VroomError> {
        let setup = self.same_for_all(&task.setup)?;
        let service = self.same_for_all(&task.service)?;
        let windows = match &task.windows {
            None => Vec::new(),
            Some(windows) => windows.iter().filter_map(|&window| clock.window(window)).collect(),
        };
        let is_hopeless = task.windows.is_some() && windows.is_empty();
        Ok((!is_hopeless).then(|| Task { place: atlas.place(&task.spot), setup, service, windows }))
    }

    /// A time that may differ by type must not differ between the vehicles there are: the planner has one for all.
    fn same_for_all(&self, time: &PerType) -> Result<Seconds, VroomError> {
        let mut times = self.vehicles.iter().map(|vehicle| time.of(vehicle.vehicle_type.as_deref()));
        let first = times.next().unwrap_or(time.usual);
        if times.all(|other| other == first) {
            return Ok(first);
        }
        let problem = MemberProblem::Unsupported {
            what: "a time that differs between the vehicles",
            instead: "give the task one time for all types in use",
        };
        Err(VroomError::new(&time.by_type_at, problem))
    }

    /// An error of the problem at the member that it comes from.
    fn locate(&self, origins: &[Origin], error: ProblemError) -> VroomError {
        let of_vehicle = |vehicle: usize| self.vehicles.get(vehicle).map(|vehicle| vehicle.pointer.clone());
        let of_job = |job: usize| match origins.get(job) {
            Some(&Origin::Job(index)) => Some(format!("/jobs/{index}")),
            Some(&Origin::Shipment(index)) => Some(format!("/shipments/{index}")),
            None => None,
        };
        let pointer = match &error {
            ProblemError::Negative { subject, .. }
            | ProblemError::TooLarge { subject, .. }
            | ProblemError::WindowReversed { subject, .. }
            | ProblemError::WindowsOverlap { subject, .. } => match *subject {
                Subject::Vehicle(vehicle) => of_vehicle(vehicle),
                Subject::Job(job) => of_job(job),
                _ => None,
            },
            _ => None,
        };
        VroomError::new(pointer.unwrap_or_default(), MemberProblem::Problem(error))
    }
}

/// A job's direction, and how much goes: whether it is taken to the depot rather than brought from it.
fn direction(job: &JobInput) -> Result<(bool, Vec<Load>), VroomError> {
    let moves = |amount: &[Load]| amount.iter().any(|&load| load > 0);
    match (moves(&job.delivery), moves(&job.pickup)) {
        (true, true) => {
            let problem = MemberProblem::Unsupported {
                what: "a delivery and a pickup in one job",
                instead: "make two jobs of it, at the same location",
            };
            Err(VroomError::new(format!("{}/pickup", job.task.pointer), problem))
        }
        (false, true) => Ok((true, job.pickup.clone())),
        (_, false) => Ok((false, job.delivery.clone())),
    }
}

/// Makes the problem, after trying whether the steps to start from can be kept as they are.
fn checked(mut parts: ProblemParts, locate: impl Fn(ProblemError) -> VroomError) -> Result<Problem, VroomError> {
    if !parts.initial.is_empty() {
        let at_steps = |vehicle: usize| format!("/vehicles/{vehicle}/steps");
        for route in &mut parts.initial {
            route.locked = route.trips.iter().map(Vec::len).sum();
        }
        let vehicles: Vec<usize> = parts.initial.iter().map(|route| route.vehicle).collect();
        parts = match Problem::new(parts) {
            Ok(problem) => problem.into_parts(),
            Err(ProblemError::LockedInfeasible { vehicle, reason, .. }) => {
                return Err(VroomError::new(at_steps(vehicle), MemberProblem::Steps(reason.to_string())));
            }
            Err(ProblemError::InitialShipment { initial, .. }) => {
                let reason = "a shipment must have its pickup and, after it, its delivery".to_owned();
                return Err(VroomError::new(at_steps(vehicles[initial]), MemberProblem::Steps(reason)));
            }
            Err(other) => return Err(locate(other)),
        };
        for route in &mut parts.initial {
            route.locked = 0;
        }
    }
    Problem::new(parts).map_err(locate)
}

fn build_vehicle(
    vehicle: &VehicleInput,
    matrix: usize,
    atlas: &Atlas,
    clock: &Clock,
    travel: &Travel,
) -> Result<Vehicle, VroomError> {
    let shift = clock.shift(vehicle.window);
    let rest = |rest: &super::fleet::BreakInput| {
        let windows = match &rest.windows {
            None => vec![shift],
            Some(windows) => windows.iter().filter_map(|&window| clock.window(window)).collect(),
        };
        if windows.last().is_none_or(|last| last.end < shift.start) {
            let pointer = format!("{}/time_windows", rest.pointer);
            return Err(VroomError::new(pointer, MemberProblem::BreakBeforeStart));
        }
        Ok(Break { windows, service: rest.service })
    };
    let place = |spot: &Option<Spot>| spot.as_ref().map(|spot| atlas.place(spot));
    let costs = &vehicle.costs;
    // A matrix of costs stands in the place of the distances, and counts as it is.
    let (per_travel_hour, per_km) = if travel.has_costs[matrix] { (0, 1_000) } else { (costs.per_hour, costs.per_km) };
    Ok(Vehicle {
        start: place(&vehicle.start),
        end: place(&vehicle.end),
        matrix,
        shift,
        start_late: None,
        capacity: vehicle.capacity.clone().unwrap_or_default(),
        skills: vehicle.skills.clone(),
        breaks: vehicle.breaks.iter().map(rest).collect::<Result<_, _>>()?,
        costs: VehicleCosts { fixed: costs.fixed, per_hour: 0, per_travel_hour, per_km },
        max_stops: None,
        max_tasks: vehicle.max_tasks,
        max_duration: None,
        max_travel_time: vehicle.max_travel_time,
        max_distance: vehicle.max_distance,
        reload: None,
        overtime: Vec::new(),
    })
}

/// The matrices: one for each profile and speed.
struct Travel {
    matrices: Vec<Matrix>,
    distances: Vec<Option<Vec<u32>>>,
    has_costs: Vec<bool>,
    matrix_of: Vec<usize>,
}

impl Travel {
    fn of(input: &VroomInput, measured: &BTreeMap<String, Matrix>) -> Result<Self, VroomError> {
        let mut travel = Self {
            matrices: Vec::new(),
            distances: Vec::new(),
            has_costs: Vec::new(),
            matrix_of: Vec::with_capacity(input.vehicles.len()),
        };
        let mut known: HashMap<(&str, u32), usize> = HashMap::new();
        for vehicle in &input.vehicles {
            let next = travel.matrices.len();
            let matrix = *known.entry((&vehicle.profile, vehicle.slowness)).or_insert(next);
            if matrix == next {
                travel.add(input, vehicle, measured)?;
            }
            travel.check_prices(vehicle, matrix)?;
            travel.matrix_of.push(matrix);
        }
        Ok(travel)
    }

    fn add(
        &mut self,
        input: &VroomInput,
        vehicle: &VehicleInput,
        measured: &BTreeMap<String, Matrix>,
    ) -> Result<(), VroomError> {
        let profile = &vehicle.profile;
        let missing =
            || VroomError::new(format!("{}/profile", vehicle.pointer), MemberProblem::NoMatrix(profile.clone()));
        let (durations, distances, costs) = if let Some(matrices) = &input.matrices {
            let tables = matrices.get(profile).ok_or_else(missing)?;
            let durations = tables.durations.as_ref().ok_or_else(|| {
                let pointer = format!("/matrices/{}/durations", escaped(profile));
                VroomError::new(pointer, MemberProblem::Missing("the travel times of the profile"))
            })?;
            let entries = |table: &Option<super::table::Table>| table.as_ref().map(|table| table.entries.clone());
            (&durations.entries, entries(&tables.distances), entries(&tables.costs))
        } else {
            let matrix = measured.get(profile).ok_or_else(missing)?;
            (&matrix.durations, Some(matrix.distances.clone()), None)
        };
        let slowed = |&duration: &u32| {
            if duration == UNREACHABLE || vehicle.slowness == 100 {
                return Some(duration);
            }
            let slowed = (u64::from(duration) * u64::from(vehicle.slowness) + 50) / 100;
            u32::try_from(slowed).ok().filter(|&slowed| i64::from(slowed) <= MAX_MEASURE)
        };
        let durations: Vec<u32> = durations.iter().map(slowed).collect::<Option<_>>().ok_or_else(|| {
            let expected = "a factor by which no travel time passes 1000000000 s";
            let value = format!("a slowing by {} per cent", vehicle.slowness);
            VroomError::new(format!("{}/speed_factor", vehicle.pointer), MemberProblem::Range { value, expected })
        })?;
        self.has_costs.push(costs.is_some());
        let priced = costs.or_else(|| distances.clone()).unwrap_or_else(|| {
            // No distance is known, and none is asked for; what is unreachable stays so.
            durations.iter().map(|&entry| if entry == UNREACHABLE { UNREACHABLE } else { 0 }).collect()
        });
        self.matrices.push(Matrix { durations, distances: priced, ..Matrix::default() });
        self.distances.push(distances);
        Ok(())
    }

    /// That what a vehicle's costs and limits need is there.
    fn check_prices(&self, vehicle: &VehicleInput, matrix: usize) -> Result<(), VroomError> {
        let at = |name: &str| format!("{}/{name}", vehicle.pointer);
        let costs = &vehicle.costs;
        if self.has_costs[matrix] {
            let instead = "leave it out, or the matrix of costs";
            if costs.per_hour != PER_HOUR_DEFAULT || costs.per_km != 0 {
                let what = "a price per hour or kilometre beside a matrix of costs";
                return Err(VroomError::new(at("costs"), MemberProblem::Unsupported { what, instead }));
            }
            if vehicle.max_distance.is_some() {
                let what = "a longest distance beside a matrix of costs";
                return Err(VroomError::new(at("max_distance"), MemberProblem::Unsupported { what, instead }));
            }
        } else if self.distances[matrix].is_none() && (costs.per_km > 0 || vehicle.max_distance.is_some()) {
            let pointer = format!("/matrices/{}/distances", escaped(&vehicle.profile));
            let what = "the distances that a vehicle's per_km or max_distance needs";
            return Err(VroomError::new(pointer, MemberProblem::Missing(what)));
        }
        Ok(())
    }

    fn longest_leg(&self) -> Seconds {
        let all = self.matrices.iter().flat_map(|matrix| &matrix.durations);
        Seconds::from(all.copied().filter(|&entry| entry != UNREACHABLE).max().unwrap_or(0))
    }
}
