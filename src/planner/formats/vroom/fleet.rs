//! The vehicles of an input.

use std::collections::BTreeSet;

use super::error::{MemberProblem, VroomError};
use super::input::{Amounts, Ids, Spot, TIME_MAX, skills, spot, window, windows};
use super::member::{Member, Object};
use crate::planner::units::{Load, MAX_MEASURE, Metres, Price, Seconds, Skill};

#[derive(Debug)]
pub(super) struct VehicleInput {
    pub(super) pointer: String,
    pub(super) id: u64,
    pub(super) profile: String,
    pub(super) description: Option<String>,
    pub(super) start: Option<Spot>,
    pub(super) end: Option<Spot>,
    pub(super) capacity: Option<Vec<Load>>,
    pub(super) costs: CostsInput,
    pub(super) skills: BTreeSet<Skill>,
    pub(super) vehicle_type: Option<String>,
    pub(super) window: Option<(u64, u64)>,
    pub(super) breaks: Vec<BreakInput>,
    /// What travel times are multiplied by, in hundredths.
    pub(super) slowness: u32,
    pub(super) max_tasks: Option<usize>,
    pub(super) max_travel_time: Option<Seconds>,
    pub(super) max_distance: Option<Metres>,
    pub(super) steps: Option<Vec<StepInput>>,
}

#[derive(Debug)]
pub(super) struct CostsInput {
    pub(super) fixed: Price,
    pub(super) per_hour: Price,
    pub(super) per_km: Price,
}

#[derive(Debug)]
pub(super) struct BreakInput {
    pub(super) pointer: String,
    pub(super) id: u64,
    pub(super) description: Option<String>,
    pub(super) windows: Option<Vec<(u64, u64)>>,
    pub(super) service: Seconds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepKind {
    Job,
    Pickup,
    Delivery,
}

impl StepKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Pickup => "pickup",
            Self::Delivery => "delivery",
        }
    }
}

/// A step of a route to start from; starts, ends and breaks are left to the schedule, as VROOM leaves them.
#[derive(Debug)]
pub(super) struct StepInput {
    pub(super) pointer: String,
    pub(super) kind: StepKind,
    pub(super) id: u64,
}

/// VROOM's price of an hour of travel where none is given: a second costs one.
pub(super) const PER_HOUR_DEFAULT: Price = 3_600;
/// The highest price.
const PRICE_MAX: i64 = u32::MAX as i64;
const PROFILE_DEFAULT: &str = "car";

const VEHICLE_MEMBERS: [&str; 18] = [
    "id",
    "profile",
    "description",
    "start",
    "start_index",
    "end",
    "end_index",
    "capacity",
    "costs",
    "skills",
    "type",
    "time_window",
    "breaks",
    "speed_factor",
    "max_tasks",
    "max_travel_time",
    "max_distance",
    "steps",
];

pub(super) fn vehicle(member: &Member<'_>, amounts: &mut Amounts, ids: &mut Ids) -> Result<VehicleInput, VroomError> {
    let object = member.object(&VEHICLE_MEMBERS)?;
    let id = ids.take(&object, "vehicle")?;
    let is_given = |spot: &Spot| spot.coordinates.is_some() || spot.index.is_some();
    let start = Some(spot(&object, "start", "start_index")?).filter(is_given);
    let end = Some(spot(&object, "end", "end_index")?).filter(is_given);
    if start.is_none() && end.is_none() {
        return Err(VroomError::new(object.at("start"), MemberProblem::Missing("a start, an end, or both")));
    }
    let capacity = amounts.read_capacity(&object)?;
    let breaks = breaks(&object, amounts, capacity.as_deref())?;
    let steps = object
        .read("steps", |member| member.list()?.iter().filter_map(|it| step(it, &breaks).transpose()).collect())?;
    let max_tasks = object.read("max_tasks", |member| member.whole(TIME_MAX))?;
    Ok(VehicleInput {
        pointer: object.pointer.clone(),
        id,
        profile: object.text("profile")?.filter(|name| !name.is_empty()).unwrap_or_else(|| PROFILE_DEFAULT.to_owned()),
        description: object.text("description")?,
        start,
        end,
        capacity,
        costs: object.read("costs", |member| costs(&member))?.unwrap_or(CostsInput {
            fixed: 0,
            per_hour: PER_HOUR_DEFAULT,
            per_km: 0,
        }),
        skills: skills(&object)?,
        vehicle_type: object.text("type")?,
        window: object.read("time_window", |member| window(&member))?,
        breaks,
        slowness: object.read("speed_factor", |member| slowness(&member))?.unwrap_or(100),
        max_tasks: max_tasks.map(|most| usize::try_from(most).expect("it was read within the limit")),
        max_travel_time: object.measure("max_travel_time", MAX_MEASURE)?,
        max_distance: object.measure("max_distance", MAX_MEASURE)?,
        steps,
    })
}

fn costs(member: &Member<'_>) -> Result<CostsInput, VroomError> {
    let object = member.object(&["fixed", "per_hour", "per_task_hour", "per_km"])?;
    if let Some(asked) = object.get("per_task_hour")
        && asked.measure(PRICE_MAX)? > 0
    {
        let instead = "leave it out, or set it to 0";
        return asked.fail(MemberProblem::Unsupported { what: "a price for the time of tasks", instead });
    }
    Ok(CostsInput {
        fixed: object.measure("fixed", PRICE_MAX)?.unwrap_or(0),
        per_hour: object.measure("per_hour", PRICE_MAX)?.unwrap_or(PER_HOUR_DEFAULT),
        per_km: object.measure("per_km", PRICE_MAX)?.unwrap_or(0),
    })
}

/// As VROOM counts: the inverse of the factor in whole hundredths.
fn slowness(member: &Member<'_>) -> Result<u32, VroomError> {
    let factor = member.float()?;
    if !(factor > 0.0 && factor <= 5.0) {
        let expected = "a number above 0 and up to 5";
        return member.fail(MemberProblem::Range { value: factor.to_string(), expected });
    }
    let hundredths = (100.0 / factor).round();
    if hundredths > 1e6 {
        let expected = "at least 0.0001, for no slower vehicle is known";
        return member.fail(MemberProblem::Range { value: factor.to_string(), expected });
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 20 to a million")]
    Ok(hundredths as u32)
}

fn breaks(vehicle: &Object<'_>, amounts: &Amounts, capacity: Option<&[Load]>) -> Result<Vec<BreakInput>, VroomError> {
    let list = vehicle.read("breaks", |member| member.list())?.unwrap_or_default();
    let mut ids = Ids::default();
    let mut read = |member: &Member<'_>| {
        let object = member.object(&["id", "time_windows", "service", "description", "max_load"])?;
        let id = ids.take(&object, "break")?;
        let max_load = amounts.read(&object, "max_load")?;
        let binds =
            |most: &[Load]| capacity.is_none_or(|capacity| most.iter().zip(capacity).any(|(most, fits)| most < fits));
        if max_load.is_some_and(|most| binds(&most)) {
            let problem = MemberProblem::Unsupported {
                what: "a break that depends on the load",
                instead: "leave it out, or set it to the vehicle's capacity",
            };
            return Err(VroomError::new(object.at("max_load"), problem));
        }
        Ok(BreakInput {
            pointer: object.pointer.clone(),
            id,
            description: object.text("description")?,
            windows: object.read("time_windows", |member| windows(&member))?,
            service: object.measure("service", MAX_MEASURE)?.unwrap_or(0),
        })
    };
    list.iter().map(&mut read).collect()
}

/// A step to start from; `None` for one that the schedule decides.
fn step(member: &Member<'_>, breaks: &[BreakInput]) -> Result<Option<StepInput>, VroomError> {
    let object = member.object(&["type", "id", "service_at", "service_after", "service_before"])?;
    for name in ["service_at", "service_after", "service_before"] {
        if let Some(asked) = object.get(name) {
            return asked.fail(MemberProblem::Unsupported {
                what: "a time that belongs to VROOM's plan mode",
                instead: "give the task a time window instead",
            });
        }
    }
    let of_type = object.need("type", "start, job, pickup, delivery, break or end")?;
    let kind = match of_type.text()? {
        "start" | "end" => return Ok(None),
        "break" => {
            let id = object.id()?;
            if breaks.iter().any(|rest| rest.id == id) {
                return Ok(None);
            }
            return Err(VroomError::new(object.at("id"), MemberProblem::NoSuchTask { kind: "break", id }));
        }
        "job" => StepKind::Job,
        "pickup" => StepKind::Pickup,
        "delivery" => StepKind::Delivery,
        other => {
            let value = format!("{other:?}");
            let expected = "start, job, pickup, delivery, break or end";
            return of_type.fail(MemberProblem::Range { value, expected });
        }
    };
    Ok(Some(StepInput { pointer: object.pointer.clone(), kind, id: object.id()? }))
}
