use std::{collections::BTreeMap, time::Instant};

use serde::Serialize;

use super::search::{self, SearchListener, SearchOrder};
use crate::{
    dispatch::TravelModes,
    domain::{TravelBasis, VehicleProfile},
    planner::{
        Cost, Matrix, UNREACHABLE,
        formats::vroom::{ComputingTimes, MemberProblem, Unmeasured, VroomError, VroomInput, VroomOutput},
    },
    roads::{Point, Travel},
    service::ServiceError,
};

/// VROOM's output, and what its travel times rest on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VroomAnswer {
    /// The output in VROOM's shape.
    #[serde(flatten)]
    pub output: VroomOutput,
    /// What the travel times rest on, where the input did not bring them. VROOM does not have this member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub travel: Option<TravelBasis>,
    /// How many iterations the search made.
    #[serde(skip)]
    pub iterations: u64,
}

/// Solves VROOM's JSON. `settle` says how to search once the input is read; `travel` is asked for only where the input
/// brings no matrices.
///
/// # Errors
/// [`SolveError::Vroom`](super::SolveError::Vroom) when a member cannot be accepted, and what `settle`, `travel` and the search fail with.
pub fn solve_vroom<T: AsRef<TravelModes>>(
    json: &[u8],
    travel: impl FnOnce() -> Result<T, ServiceError>,
    settle: impl FnOnce(&VroomInput) -> Result<SearchOrder, ServiceError>,
    hear: &mut SearchListener<'_>,
) -> Result<VroomAnswer, ServiceError> {
    let began = Instant::now();
    let input = VroomInput::parse(json)?;
    let order = settle(&input)?;
    let (measured, basis) = match input.unmeasured()? {
        None => (BTreeMap::new(), None),
        Some(unmeasured) => {
            let (measured, basis) = measure(&unmeasured, travel()?.as_ref())?;
            (measured, Some(basis))
        }
    };
    let vroom = input.into_problem(&measured)?;
    let loading = search::ms(began.elapsed());
    let began = Instant::now();
    let found = search::find(&vroom.problem, &order, Cost::PER_CURRENCY_UNIT, hear)?;
    let times = ComputingTimes { loading, solving: search::ms(began.elapsed()), routing: 0 };
    let output = vroom.output(&found.solution, times);
    Ok(VroomAnswer { output, travel: basis, iterations: found.iterations })
}

/// The kind of vehicle that a routing profile means, by the names in use with VROOM's routing engines.
fn profile_of(name: &str) -> Option<VehicleProfile> {
    match name {
        "car" | "driving" | "driving-car" => Some(VehicleProfile::Car),
        "motorbike" | "motorcycle" => Some(VehicleProfile::Motorbike),
        "foot" | "walking" | "foot-walking" => Some(VehicleProfile::Foot),
        _ => None,
    }
}

/// The matrices over the places of an input, and what they rest on.
fn measure(
    unmeasured: &Unmeasured,
    travel: &TravelModes,
) -> Result<(BTreeMap<String, Matrix>, TravelBasis), ServiceError> {
    let refused = |profile: &str, reason: String| {
        let problem = MemberProblem::NotMeasured { profile: profile.to_owned(), reason };
        VroomError { pointer: unmeasured.profiles.get(profile).cloned().unwrap_or_default(), problem }
    };
    let mut used: Vec<VehicleProfile> = Vec::new();
    let mut measured = BTreeMap::new();
    for name in unmeasured.profiles.keys() {
        let profile = profile_of(name)
            .ok_or_else(|| refused(name, "the profiles measured here are car, motorbike and foot".to_owned()))?;
        let points = unmeasured.places.iter().map(|&[lon, lat]| Point::from_degrees(lat, lon));
        let points = points.collect::<Result<Vec<_>, _>>().map_err(|error| refused(name, error.to_string()))?;
        measured.insert(name.clone(), matrix(travel.of(profile), &points).map_err(|reason| refused(name, reason))?);
        if !used.contains(&profile) {
            used.push(profile);
        }
    }
    Ok((measured, travel.basis(&used)))
}

fn matrix(travel: &Travel, points: &[Point]) -> Result<Matrix, String> {
    let table = travel.matrix(points).map_err(|error| error.to_string())?;
    let size = points.len();
    let mut matrix = Matrix {
        durations: Vec::with_capacity(size * size),
        distances: Vec::with_capacity(size * size),
        ..Matrix::default()
    };
    for from in 0..size {
        for to in 0..size {
            let leg = table.get(from, to);
            matrix.durations.push(leg.map_or(UNREACHABLE, |leg| leg.seconds));
            matrix.distances.push(leg.map_or(UNREACHABLE, |leg| leg.metres));
        }
        // A place that no road reaches is still where it is.
        matrix.durations[from * size + from] = 0;
        matrix.distances[from * size + from] = 0;
    }
    Ok(matrix)
}
