//! VROOM's input and output as the description of the API shows them. The input is read member by member by the planner's
//! own reader, so that every mistake is named; these structs only describe.

#![expect(dead_code, reason = "they are described, never made")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::travel::TravelBasisOut;

/// A routing problem as VROOM's API has it (versions 1.14 and 1.15). Times are seconds, distances metres, coordinates
/// `[longitude, latitude]`.
#[derive(ToSchema)]
pub(crate) struct SolveInput {
    /// Who carries; at least one.
    vehicles: Vec<SolveVehicle>,
    /// Single visits.
    jobs: Option<Vec<SolveJob>>,
    /// Pickups with their deliveries.
    shipments: Option<Vec<SolveShipment>>,
    /// Matrices by profile. Where they are given, places are named by their rows.
    matrices: Option<BTreeMap<String, SolveMatrices>>,
    /// Durations of the profile `car`, as VROOM once had them.
    matrix: Option<Vec<Vec<u32>>>,
    /// Options of VROOM's HTTP server; `g` (geometry) and `c` (plan mode) must be false or absent.
    options: Option<SolveOptionsIn>,
}

/// Matrices of one profile, all square and of one size.
#[derive(ToSchema)]
pub(crate) struct SolveMatrices {
    durations: Vec<Vec<u32>>,
    distances: Option<Vec<Vec<u32>>>,
    /// What counts in place of times and distances.
    costs: Option<Vec<Vec<u32>>>,
}

/// Options within the input; those of the query go before them.
#[derive(ToSchema)]
pub(crate) struct SolveOptionsIn {
    g: Option<bool>,
    c: Option<bool>,
    /// Threads.
    t: Option<u16>,
    /// The exploration level, which is no matter here.
    x: Option<u8>,
    /// Seconds to search.
    l: Option<f64>,
}

/// Who carries. It has a start, an end, or both.
#[derive(ToSchema)]
pub(crate) struct SolveVehicle {
    id: u64,
    /// `car` when absent. Without matrices: `car`, `motorbike` or `foot`.
    profile: Option<String>,
    description: Option<String>,
    start: Option<[f64; 2]>,
    start_index: Option<u32>,
    end: Option<[f64; 2]>,
    end_index: Option<u32>,
    capacity: Option<Vec<u64>>,
    costs: Option<SolveCosts>,
    skills: Option<Vec<u32>>,
    r#type: Option<String>,
    time_window: Option<[u32; 2]>,
    breaks: Option<Vec<SolveBreak>>,
    /// Above 0 and up to 5.
    speed_factor: Option<f64>,
    max_tasks: Option<u32>,
    max_travel_time: Option<u32>,
    max_distance: Option<u32>,
    /// A route to start the search from.
    steps: Option<Vec<SolveVehicleStep>>,
}

/// What using a vehicle costs.
#[derive(ToSchema)]
pub(crate) struct SolveCosts {
    fixed: Option<u32>,
    /// For an hour of travel; 3600 when absent.
    per_hour: Option<u32>,
    per_km: Option<u32>,
    /// Must be 0 or absent.
    per_task_hour: Option<u32>,
}

/// A break of the driver.
#[derive(ToSchema)]
pub(crate) struct SolveBreak {
    id: u64,
    description: Option<String>,
    time_windows: Option<Vec<[u32; 2]>>,
    service: Option<u32>,
    /// Must not be below the vehicle's capacity.
    max_load: Option<Vec<u64>>,
}

/// A step of a route to start from.
#[derive(ToSchema)]
pub(crate) struct SolveVehicleStep {
    /// `start`, `job`, `pickup`, `delivery`, `break` or `end`.
    r#type: String,
    id: Option<u64>,
}

/// A single visit, which gives or takes.
#[derive(ToSchema)]
pub(crate) struct SolveJob {
    id: u64,
    description: Option<String>,
    location: Option<[f64; 2]>,
    location_index: Option<u32>,
    setup: Option<u32>,
    service: Option<u32>,
    setup_per_type: Option<BTreeMap<String, u32>>,
    service_per_type: Option<BTreeMap<String, u32>>,
    delivery: Option<Vec<u64>>,
    pickup: Option<Vec<u64>>,
    /// The same as `delivery`, as VROOM once had it.
    amount: Option<Vec<u64>>,
    skills: Option<Vec<u32>>,
    /// From 0 to 100: what is more important is left out last.
    priority: Option<u8>,
    time_windows: Option<Vec<[u32; 2]>>,
}

/// A pickup with its delivery, in this order by one vehicle.
#[derive(ToSchema)]
pub(crate) struct SolveShipment {
    pickup: SolveTask,
    delivery: SolveTask,
    amount: Option<Vec<u64>>,
    skills: Option<Vec<u32>>,
    priority: Option<u8>,
}

/// One half of a shipment.
#[derive(ToSchema)]
pub(crate) struct SolveTask {
    id: u64,
    description: Option<String>,
    location: Option<[f64; 2]>,
    location_index: Option<u32>,
    setup: Option<u32>,
    service: Option<u32>,
    setup_per_type: Option<BTreeMap<String, u32>>,
    service_per_type: Option<BTreeMap<String, u32>>,
    time_windows: Option<Vec<[u32; 2]>>,
}

/// The routes as VROOM's API has them.
#[derive(ToSchema)]
pub(crate) struct SolveOutput {
    /// 0: no error.
    code: u8,
    summary: SolveSummary,
    unassigned: Vec<SolveUnassigned>,
    routes: Vec<SolveRoute>,
    /// What the travel times rest on, where the input did not bring them.
    travel: Option<TravelBasisOut>,
}

/// All routes together.
#[derive(ToSchema)]
pub(crate) struct SolveSummary {
    cost: i64,
    routes: usize,
    /// Tasks left out; a shipment has two.
    unassigned: usize,
    delivery: Option<Vec<i64>>,
    amount: Option<Vec<i64>>,
    pickup: Option<Vec<i64>>,
    setup: i64,
    service: i64,
    /// Seconds of travel.
    duration: i64,
    waiting_time: i64,
    priority: u64,
    distance: Option<i64>,
    /// Always empty.
    violations: Vec<String>,
    computing_times: SolveComputingTimes,
}

/// Milliseconds of work.
#[derive(ToSchema)]
pub(crate) struct SolveComputingTimes {
    loading: u64,
    solving: u64,
    routing: u64,
}

/// A task left out.
#[derive(ToSchema)]
pub(crate) struct SolveUnassigned {
    id: u64,
    /// `job`, `pickup` or `delivery`.
    r#type: String,
    location: Option<[f64; 2]>,
    location_index: Option<u64>,
    description: Option<String>,
}

/// One vehicle's route.
#[derive(ToSchema)]
pub(crate) struct SolveRoute {
    vehicle: u64,
    cost: i64,
    description: Option<String>,
    delivery: Option<Vec<i64>>,
    amount: Option<Vec<i64>>,
    pickup: Option<Vec<i64>>,
    setup: i64,
    service: i64,
    duration: i64,
    waiting_time: i64,
    priority: u64,
    distance: Option<i64>,
    /// Always empty.
    violations: Vec<String>,
    steps: Vec<SolveStep>,
}

/// One step of a route.
#[derive(ToSchema)]
pub(crate) struct SolveStep {
    /// `start`, `job`, `pickup`, `delivery`, `break` or `end`.
    r#type: String,
    description: Option<String>,
    location: Option<[f64; 2]>,
    location_index: Option<u64>,
    id: Option<u64>,
    setup: i64,
    service: i64,
    waiting_time: i64,
    job: Option<u64>,
    /// On board afterwards.
    load: Option<Vec<i64>>,
    arrival: i64,
    /// Seconds of travel so far.
    duration: i64,
    /// Always empty.
    violations: Vec<String>,
    distance: Option<i64>,
}

/// Two couriers, a delivery, a pickup and a shipment in Sóc Trăng.
pub(crate) fn example() -> Value {
    json!({
        "vehicles": [
            { "id": 1, "profile": "motorbike", "start": [105.972, 9.603], "end": [105.972, 9.603], "capacity": [20],
              "time_window": [28_800, 43_200],
              "breaks": [{ "id": 1, "time_windows": [[34_200, 36_000]], "service": 900 }] },
            { "id": 2, "profile": "motorbike", "start": [105.972, 9.603], "capacity": [20], "max_tasks": 10 }
        ],
        "jobs": [
            { "id": 1, "location": [105.981, 9.612], "delivery": [3], "service": 120,
              "time_windows": [[28_800, 36_000]] },
            { "id": 2, "location": [105.960, 9.598], "pickup": [2], "service": 120, "priority": 10 }
        ],
        "shipments": [
            { "amount": [1], "pickup": { "id": 1, "location": [105.975, 9.590] },
              "delivery": { "id": 1, "location": [105.990, 9.620], "setup": 60 } }
        ]
    })
}
