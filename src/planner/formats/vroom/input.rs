//! What the JSON says, read and checked as far as it can be without the places.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::error::{MemberProblem, VroomError};
use super::fleet::{self, VehicleInput};
use super::member::{Member, Object};
use super::table::{self, Tables};
use crate::planner::units::{Load, MAX_LOAD, MAX_MEASURE, MAX_PRIORITY, Seconds, Skill};

/// An input of VROOM's that has been read.
#[derive(Debug)]
pub struct VroomInput {
    pub(super) vehicles: Vec<VehicleInput>,
    pub(super) jobs: Vec<JobInput>,
    pub(super) shipments: Vec<ShipmentInput>,
    pub(super) matrices: Option<BTreeMap<String, Tables>>,
    pub(super) dimensions: usize,
    options: VroomOptions,
}

/// The options that VROOM's HTTP server takes within the input.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VroomOptions {
    /// `t`: how many threads.
    pub threads: Option<usize>,
    /// `l`: how long to search at most.
    pub seconds: Option<f64>,
}

/// Where something is: a row of the matrices, or a point, or both.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spot {
    pub(super) coordinates: Option<[f64; 2]>,
    pub(super) index: Option<u64>,
    /// The pointers of the two members.
    pub(super) coordinates_at: String,
    pub(super) index_at: String,
}

/// A duration that may differ by the type of vehicle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PerType {
    pub(super) usual: Seconds,
    pub(super) by_type: BTreeMap<String, Seconds>,
    pub(super) by_type_at: String,
}

impl PerType {
    pub(super) fn of(&self, vehicle_type: Option<&str>) -> Seconds {
        vehicle_type.and_then(|name| self.by_type.get(name)).copied().unwrap_or(self.usual)
    }

    pub(super) fn longest(&self) -> Seconds {
        self.by_type.values().copied().fold(self.usual, Seconds::max)
    }
}

/// One visit to make.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TaskInput {
    pub(super) pointer: String,
    pub(super) id: u64,
    pub(super) description: Option<String>,
    pub(super) spot: Spot,
    pub(super) setup: PerType,
    pub(super) service: PerType,
    /// Sorted; `None` where none are given, which means any time.
    pub(super) windows: Option<Vec<(u64, u64)>>,
}

#[derive(Debug)]
pub(super) struct JobInput {
    pub(super) task: TaskInput,
    pub(super) delivery: Vec<Load>,
    pub(super) pickup: Vec<Load>,
    pub(super) skills: BTreeSet<Skill>,
    pub(super) priority: u8,
}

#[derive(Debug)]
pub(super) struct ShipmentInput {
    pub(super) pickup: TaskInput,
    pub(super) delivery: TaskInput,
    pub(super) amount: Vec<Load>,
    pub(super) skills: BTreeSet<Skill>,
    pub(super) priority: u8,
}

/// The latest time that VROOM's own reader takes.
pub(super) const TIME_MAX: u64 = u32::MAX as u64;

const JOB_MEMBERS: [&str; 14] = [
    "id",
    "description",
    "location",
    "location_index",
    "setup",
    "service",
    "setup_per_type",
    "service_per_type",
    "amount",
    "delivery",
    "pickup",
    "skills",
    "priority",
    "time_windows",
];
const SHIPMENT_MEMBERS: [&str; 5] = ["pickup", "delivery", "amount", "skills", "priority"];
const STEP_MEMBERS: [&str; 9] = [
    "id",
    "description",
    "location",
    "location_index",
    "setup",
    "service",
    "setup_per_type",
    "service_per_type",
    "time_windows",
];

impl VroomInput {
    /// Reads an input.
    ///
    /// # Errors
    /// The first member that cannot be accepted.
    pub fn parse(json: &[u8]) -> Result<Self, VroomError> {
        let outline = table::outline(json)?;
        let root = Value::Object(outline.members);
        let root = Member { value: &root, pointer: String::new() }.object(&table::ROOT_MEMBERS)?;
        let vehicles = root.need("vehicles", "a list of vehicles")?;
        let list = vehicles.list()?;
        if list.is_empty() {
            return vehicles.fail(MemberProblem::Empty("give at least one vehicle"));
        }
        let mut amounts = Amounts::default();
        let mut ids = Ids::default();
        let vehicles =
            list.iter().map(|it| fleet::vehicle(it, &mut amounts, &mut ids)).collect::<Result<Vec<_>, _>>()?;
        let dimensions = amounts.settle(&vehicles)?;

        let each = |name: &str| root.read(name, |member| member.list()).map(Option::unwrap_or_default);
        let jobs = each("jobs")?.iter().map(|it| job(it, &amounts, &mut ids)).collect::<Result<_, _>>()?;
        let shipments =
            each("shipments")?.iter().map(|it| shipment(it, &amounts, &mut ids)).collect::<Result<_, _>>()?;
        let options = root.read("options", |member| options(&member))?.unwrap_or_default();
        let matrices = outline.matrices.filter(|matrices| !matrices.is_empty());
        Ok(Self { vehicles, jobs, shipments, matrices, dimensions, options })
    }

    /// How many tasks there are; a shipment has two.
    #[must_use]
    pub fn tasks(&self) -> usize {
        self.jobs.len() + 2 * self.shipments.len()
    }

    /// How many vehicles there are.
    #[must_use]
    pub fn vehicle_count(&self) -> usize {
        self.vehicles.len()
    }

    /// What the input itself asks of the search.
    #[must_use]
    pub fn options(&self) -> VroomOptions {
        self.options
    }
}

/// How many components amounts have, and which member said so.
#[derive(Default)]
pub(super) struct Amounts {
    settled: Option<(usize, String)>,
}

impl Amounts {
    /// The amounts of a member, as many as the others have; none means nothing of each.
    pub(super) fn read(&self, object: &Object<'_>, name: &str) -> Result<Option<Vec<Load>>, VroomError> {
        let Some(member) = object.get(name) else { return Ok(None) };
        let amounts = loads(&member)?;
        match &self.settled {
            Some((expected, as_in)) if amounts.len() != *expected => member.fail(MemberProblem::Dimensions {
                actual: amounts.len(),
                expected: *expected,
                as_in: as_in.clone(),
            }),
            _ => Ok(Some(amounts)),
        }
    }

    pub(super) fn read_capacity(&mut self, object: &Object<'_>) -> Result<Option<Vec<Load>>, VroomError> {
        let capacity = self.read(object, "capacity")?;
        if let (Some(capacity), None) = (&capacity, &self.settled) {
            self.settled = Some((capacity.len(), object.at("capacity")));
        }
        Ok(capacity)
    }

    /// Every vehicle has a capacity, or none has.
    fn settle(&mut self, vehicles: &[VehicleInput]) -> Result<usize, VroomError> {
        let (dimensions, _) =
            self.settled.get_or_insert_with(|| (0, format!("{}, which has no capacity", vehicles[0].pointer)));
        let dimensions = *dimensions;
        match vehicles.iter().find(|vehicle| vehicle.capacity.is_none() && dimensions > 0) {
            Some(vehicle) => {
                let what = "as many components as the other vehicles' capacities have";
                Err(VroomError::new(format!("{}/capacity", vehicle.pointer), MemberProblem::Missing(what)))
            }
            None => Ok(dimensions),
        }
    }

    fn of(&self, object: &Object<'_>, name: &str) -> Result<Vec<Load>, VroomError> {
        let nothing = || vec![0; self.settled.as_ref().map_or(0, |(dimensions, _)| *dimensions)];
        Ok(self.read(object, name)?.unwrap_or_else(nothing))
    }
}

fn loads(member: &Member<'_>) -> Result<Vec<Load>, VroomError> {
    member.list()?.iter().map(|element| element.measure(MAX_LOAD)).collect()
}

/// Who has which id, of each kind.
#[derive(Default)]
pub(super) struct Ids(HashMap<(&'static str, u64), String>);

impl Ids {
    pub(super) fn take(&mut self, object: &Object<'_>, kind: &'static str) -> Result<u64, VroomError> {
        let id = object.id()?;
        match self.0.insert((kind, id), object.pointer.clone()) {
            Some(first) => Err(VroomError::new(object.at("id"), MemberProblem::Duplicate { kind, id, first })),
            None => Ok(id),
        }
    }
}

fn job(member: &Member<'_>, amounts: &Amounts, ids: &mut Ids) -> Result<JobInput, VroomError> {
    let object = member.object(&JOB_MEMBERS)?;
    let task = task(&object, ids.take(&object, "job")?)?;
    let is_legacy = object.get("delivery").is_none() && object.get("pickup").is_none();
    let legacy = amounts.of(&object, "amount")?;
    let delivery = if is_legacy { legacy } else { amounts.of(&object, "delivery")? };
    let pickup = amounts.of(&object, "pickup")?;
    Ok(JobInput { task, delivery, pickup, skills: skills(&object)?, priority: priority(&object)? })
}

fn shipment(member: &Member<'_>, amounts: &Amounts, ids: &mut Ids) -> Result<ShipmentInput, VroomError> {
    let object = member.object(&SHIPMENT_MEMBERS)?;
    let mut half = |name: &'static str| {
        let half = object.need(name, "the task with its id and location")?.object(&STEP_MEMBERS)?;
        task(&half, ids.take(&half, name)?)
    };
    let (pickup, delivery) = (half("pickup")?, half("delivery")?);
    let amount = amounts.of(&object, "amount")?;
    Ok(ShipmentInput { pickup, delivery, amount, skills: skills(&object)?, priority: priority(&object)? })
}

fn task(object: &Object<'_>, id: u64) -> Result<TaskInput, VroomError> {
    Ok(TaskInput {
        pointer: object.pointer.clone(),
        id,
        description: object.text("description")?,
        spot: spot(object, "location", "location_index")?,
        setup: per_type(object, "setup", "setup_per_type")?,
        service: per_type(object, "service", "service_per_type")?,
        windows: object.read("time_windows", |member| windows(&member))?,
    })
}

/// Where something is by the members of these names; which of them is needed depends on the matrices.
pub(super) fn spot(object: &Object<'_>, coordinates: &str, index: &str) -> Result<Spot, VroomError> {
    Ok(Spot {
        coordinates: object.read(coordinates, |member| member.coordinates())?,
        index: object.read(index, |member| member.whole(TIME_MAX))?,
        coordinates_at: object.at(coordinates),
        index_at: object.at(index),
    })
}

fn per_type(object: &Object<'_>, usual: &str, by_type: &str) -> Result<PerType, VroomError> {
    let mut times = BTreeMap::new();
    if let Some(member) = object.get(by_type) {
        for (name, time) in member.entries()? {
            if name.is_empty() {
                return time.fail(MemberProblem::Empty("name a vehicle type"));
            }
            times.insert(name.to_owned(), time.measure(MAX_MEASURE)?);
        }
    }
    let usual = object.measure(usual, MAX_MEASURE)?.unwrap_or(0);
    Ok(PerType { usual, by_type: times, by_type_at: object.at(by_type) })
}

pub(super) fn skills(object: &Object<'_>) -> Result<BTreeSet<Skill>, VroomError> {
    let skills = object.read("skills", |member| member.wholes(u64::from(Skill::MAX)))?.unwrap_or_default();
    Ok(skills.into_iter().map(|skill| Skill::try_from(skill).expect("it was read within the limit")).collect())
}

fn priority(object: &Object<'_>) -> Result<u8, VroomError> {
    let priority = object.read("priority", |member| member.whole(u64::from(MAX_PRIORITY)))?.unwrap_or(0);
    Ok(u8::try_from(priority).expect("it was read within the limit"))
}

pub(super) fn window(member: &Member<'_>) -> Result<(u64, u64), VroomError> {
    let times = member.wholes(TIME_MAX)?;
    let &[start, end] = &times[..] else {
        let as_in = "[start, end]".to_owned();
        return member.fail(MemberProblem::Dimensions { actual: times.len(), expected: 2, as_in });
    };
    if end < start {
        return member.fail(MemberProblem::Reversed { start, end });
    }
    Ok((start, end))
}

/// Windows in any order, none of which may overlap another.
pub(super) fn windows(member: &Member<'_>) -> Result<Vec<(u64, u64)>, VroomError> {
    let mut windows = member.list()?.iter().map(window).collect::<Result<Vec<_>, _>>()?;
    if windows.is_empty() {
        return member.fail(MemberProblem::Empty("give at least one window, or leave the member out"));
    }
    windows.sort_unstable();
    match windows.windows(2).find(|pair| pair[1].0 <= pair[0].1) {
        Some(pair) => member.fail(MemberProblem::Overlap { first: pair[0], second: pair[1] }),
        None => Ok(windows),
    }
}

/// What VROOM's HTTP server takes under `options`: geometry and plan mode are refused, the exploration level (`x`) is
/// no matter here, where a search takes the time it is given.
fn options(member: &Member<'_>) -> Result<VroomOptions, VroomError> {
    let object = member.object(&["g", "c", "t", "x", "l"])?;
    let refusals = [
        ("g", "the geometry of routes", "set it to false"),
        ("c", "the plan mode, which chooses times for given routes", "set it to false"),
    ];
    for (name, what, instead) in refusals {
        if let Some(asked) = object.get(name)
            && asked.truth()?
        {
            return asked.fail(MemberProblem::Unsupported { what, instead });
        }
    }
    object.read("x", |member| member.whole(5))?;
    let threads = object.read("t", |member| member.whole(256))?.filter(|&threads| threads > 0);
    let seconds = object.get("l").map(|member| match member.float()? {
        seconds if seconds > 0.0 && seconds <= 1e6 => Ok(seconds),
        seconds => member.fail(MemberProblem::Range {
            value: seconds.to_string(),
            expected: "a number of seconds above 0 and up to 1000000",
        }),
    });
    let threads = threads.map(|threads| usize::try_from(threads).expect("it was read within the limit"));
    Ok(VroomOptions { threads, seconds: seconds.transpose()? })
}
