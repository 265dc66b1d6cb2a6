//! VROOM's JSON in and out.

mod audit;
mod refusals;
mod scenarios;

use std::collections::BTreeMap;

use conthoi::planner::formats::vroom::{ComputingTimes, VroomError, VroomInput, VroomProblem};
use conthoi::planner::{Matrix, checker};
use serde_json::{Value, json};

use super::solve_to_end;

/// Five places on a line, 100 s and 1,000 m apart.
fn line_of_five() -> Value {
    let row = |from: i64| (0..5).map(|to: i64| (from - to).abs() * 100).collect::<Vec<_>>();
    json!((0..5).map(row).collect::<Vec<_>>())
}

/// A vehicle at the end of the line, and one job in the middle.
fn small() -> Value {
    json!({
        "vehicles": [{ "id": 7, "start_index": 0, "end_index": 0 }],
        "jobs": [{ "id": 3, "location_index": 2 }],
        "matrices": { "car": { "durations": line_of_five() } },
    })
}

/// Longitudes as places on the equator's line: a degree is 1,000 s and 10,000 m.
fn measured(places: &[[f64; 2]]) -> Matrix {
    let mut matrix = Matrix::default();
    for from in places {
        for to in places {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few degrees")]
            let thousandths = ((from[0] - to[0]).abs() * 1_000.0).round() as u32;
            matrix.durations.push(thousandths);
            matrix.distances.push(thousandths * 10);
        }
    }
    matrix
}

fn read(input: &Value) -> Result<VroomProblem, VroomError> {
    let input = VroomInput::parse(input.to_string().as_bytes())?;
    let unmeasured = input.unmeasured()?;
    let of_profile = |places: &[[f64; 2]], profile: &String| (profile.clone(), measured(places));
    let matrices: BTreeMap<String, Matrix> = match &unmeasured {
        None => BTreeMap::new(),
        Some(unmeasured) => unmeasured.profiles.keys().map(|it| of_profile(&unmeasured.places, it)).collect(),
    };
    input.into_problem(&matrices)
}

/// VROOM's output for an input, after every check.
#[track_caller]
fn solved(input: &Value) -> Value {
    let vroom = read(input).unwrap_or_else(|error| panic!("{error}"));
    let solution = solve_to_end(&vroom.problem, 1, 500);
    checker::check(&vroom.problem, &solution).expect("the engine's answers are sound");
    let output = serde_json::to_value(vroom.output(&solution, ComputingTimes::default())).expect("it is plain data");
    audit::audit(input, &output);
    output
}

/// Type and id of each step of a route.
fn steps(route: &Value) -> Vec<String> {
    let steps = route["steps"].as_array().expect("a route has steps").iter();
    steps.map(|step| format!("{}{}", step["type"].as_str().unwrap_or("?"), step["id"])).collect()
}
