//! What a user of VROOM would try first, and what follows from VROOM's documentation.

use conthoi::planner::formats::vroom::{ComputingTimes, VroomInput};
use conthoi::planner::{Matrix, Solution};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{line_of_five, read, small, solved, steps};

/// The example of VROOM's documentation for custom matrices.
fn documented() -> Value {
    json!({
        "vehicles": [{ "id": 0, "start_index": 0, "end_index": 3 }],
        "jobs": [{ "id": 1414, "location_index": 1 }, { "id": 1515, "location_index": 2 }],
        "matrix": [[0, 2104, 197, 1299], [2103, 0, 2255, 3152], [197, 2256, 0, 1102], [1299, 3153, 1102, 0]],
    })
}

#[test]
fn the_documented_example_with_a_matrix() {
    let output = solved(&documented());
    assert_eq!(output["summary"]["cost"], 5461, "as VROOM's documentation has it");
    assert_eq!(steps(&output["routes"][0]), ["startnull", "job1414", "job1515", "endnull"]);
    let arrivals: Vec<&Value> =
        output["routes"][0]["steps"].as_array().unwrap().iter().map(|it| &it["arrival"]).collect();
    assert_eq!(arrivals, [0, 2104, 4359, 5461]);
    insta::assert_json_snapshot!("documented_output", output);
}

#[test]
fn the_documented_example_by_coordinates() {
    // Two vehicles with skills, capacity, hours and breaks; jobs of both directions; a shipment.
    let vehicle = |id: u64, skill: u32, rest: [u32; 2]| {
        json!({
            "id": id, "start": [2.35044, 48.71764], "end": [2.35044, 48.71764], "capacity": [4], "skills": [skill, 14],
            "time_window": [28_800, 43_200], "breaks": [{ "id": id, "service": 300, "time_windows": [rest] }],
        })
    };
    let input = json!({
        "vehicles": [vehicle(1, 1, [32_400, 34_200]), vehicle(2, 2, [34_200, 36_000])],
        "jobs": [
            { "id": 1, "service": 300, "delivery": [1], "location": [1.98935, 48.701], "skills": [1],
              "time_windows": [[32_400, 36_000]] },
            { "id": 2, "service": 300, "pickup": [1], "location": [2.03655, 48.61128], "skills": [1] },
            { "id": 5, "service": 300, "delivery": [1], "location": [2.28325, 48.5958], "skills": [14] },
            { "id": 6, "service": 300, "delivery": [1], "location": [2.89357, 48.90736], "skills": [14] },
        ],
        "shipments": [{
            "amount": [1], "skills": [2],
            "pickup": { "id": 4, "service": 300, "location": [2.41808, 49.22619] },
            "delivery": { "id": 3, "service": 300, "location": [2.39719, 49.07611] },
        }],
    });
    let output = solved(&input);
    assert_eq!(output["unassigned"], json!([]));
    assert_eq!((&output["summary"]["delivery"], &output["summary"]["pickup"]), (&json!([4]), &json!([2])));
    assert!(output["summary"]["distance"].is_u64(), "measured places have distances");
    let of = |id: u64| {
        let routes = output["routes"].as_array().unwrap();
        steps(routes.iter().find(|route| route["vehicle"] == id).unwrap_or(&Value::Null))
    };
    assert!(of(1).contains(&"job1".to_owned()) && of(1).contains(&"job2".to_owned()));
    assert!(of(2).contains(&"pickup4".to_owned()) && of(2).contains(&"delivery3".to_owned()));
}

#[test]
fn a_route_without_a_start_begins_at_its_first_task_and_without_an_end_stops_at_its_last() {
    let mut input = small();
    input["jobs"] = json!([
        { "id": 1, "location_index": 1, "location": [105.1, 9.6] },
        { "id": 2, "location_index": 4, "location": [105.4, 9.6] },
    ]);
    input["vehicles"] = json!([{ "id": 1, "end_index": 0 }]);
    let to_depot = solved(&input);
    assert_eq!((&to_depot["summary"]["cost"], steps(&to_depot["routes"][0])[1].as_str()), (&json!(400), "job2"));
    assert_eq!(to_depot["routes"][0]["steps"][0]["location"], json!([105.4, 9.6]));
    input["vehicles"] = json!([{ "id": 1, "start_index": 0 }]);
    let from_depot = solved(&input);
    assert_eq!((&from_depot["summary"]["cost"], steps(&from_depot["routes"][0])[1].as_str()), (&json!(400), "job1"));
    assert_eq!(from_depot["routes"][0]["steps"][3]["location_index"], 4);
}

#[test]
fn limits_leave_the_least_important_out() {
    let mut input = small();
    input["jobs"] =
        json!((1..=4).map(|id| json!({ "id": id, "location_index": id, "priority": id })).collect::<Vec<_>>());
    let left_out = |key: &str, limit: i64| {
        let mut input = input.clone();
        input["vehicles"][0][key] = json!(limit);
        let output = solved(&input);
        output["unassigned"].as_array().unwrap().iter().map(|task| task["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(left_out("max_tasks", 2), [1, 2]);
    assert_eq!(left_out("max_travel_time", 799), [4]);
    assert_eq!(left_out("max_travel_time", 800), [0_u64; 0]);
    input["matrices"]["car"]["distances"] = line_of_five();
    let mut far = input.clone();
    far["vehicles"][0]["max_distance"] = json!(600);
    assert_eq!(solved(&far)["unassigned"][0]["id"], 4);
}

#[test]
fn a_speed_factor_scales_every_leg() {
    let mut input = small();
    input["vehicles"][0]["speed_factor"] = json!(0.5);
    assert_eq!(solved(&input)["summary"]["duration"], 800);
    input["vehicles"][0]["speed_factor"] = json!(3);
    // A third, as VROOM counts it: 33 hundredths of each leg.
    assert_eq!(solved(&input)["summary"]["duration"], 132);
}

#[test]
fn costs_count_in_whole_units() {
    let mut input = small();
    input["matrices"]["car"]["distances"] = line_of_five();
    input["vehicles"][0]["costs"] = json!({ "fixed": 1_000, "per_hour": 900, "per_km": 2_500 });
    // 400 s at 900 an hour are 100, 400 m at 2,500 a kilometre are 1,000.
    assert_eq!(solved(&input)["summary"]["cost"], 2_100);
    // A matrix of costs counts alone; the clock and the distances shown stay.
    input["vehicles"][0].as_object_mut().unwrap().remove("costs");
    let mut costs = line_of_five();
    costs[0][2] = json!(7);
    input["matrices"]["car"]["costs"] = costs;
    let output = solved(&input);
    assert_eq!(output["summary"]["cost"], 207);
    assert_eq!((&output["summary"]["duration"], &output["summary"]["distance"]), (&json!(400), &json!(400)));
}

#[test]
fn the_vehicle_of_a_cheaper_profile_goes() {
    let mut input = small();
    let bike: Vec<Vec<u64>> = (0..5_u64).map(|from| (0..5).map(|to| from.abs_diff(to) * 90).collect()).collect();
    input["matrices"]["bike"] = json!({ "durations": bike });
    input["vehicles"] = json!([
        { "id": 1, "start_index": 0, "end_index": 0 },
        { "id": 2, "start_index": 0, "end_index": 0, "profile": "bike" },
    ]);
    let output = solved(&input);
    assert_eq!((&output["routes"][0]["vehicle"], &output["summary"]["cost"]), (&json!(2), &json!(360)));
}

#[test]
fn timestamps_are_times_too() {
    let monday = 1_700_000_000_u64;
    let mut input = small();
    input["jobs"][0]["time_windows"] = json!([[monday + 5_000, monday + 6_000], [monday - 90_000, monday - 80_000]]);
    input["vehicles"][0]["time_window"] = json!([monday, monday + 30_000]);
    let output = solved(&input);
    assert_eq!(output["routes"][0]["steps"][1]["arrival"], monday + 5_000);
    assert_eq!(output["routes"][0]["waiting_time"], 0, "it leaves as late as it can");
    // A window that closed before the working hours cannot be met.
    input["jobs"][0]["time_windows"] = json!([[monday - 90_000, monday - 80_000]]);
    let output = solved(&input);
    assert_eq!(output["unassigned"][0], json!({ "id": 3, "location_index": 2, "type": "job" }));
    // Without working hours the vehicle leaves in time for it.
    input["vehicles"][0].as_object_mut().unwrap().remove("time_window");
    assert_eq!(solved(&input)["unassigned"], json!([]));
}

#[test]
fn a_break_before_the_first_task_is_put_off_towards_the_departure() {
    let mut input = small();
    input["jobs"][0]["time_windows"] = json!([[10_000, 20_000]]);
    input["vehicles"][0]["time_window"] = json!([0, 30_000]);
    input["vehicles"][0]["breaks"] = json!([
        { "id": 1, "service": 100, "time_windows": [[0, 5_000]], "description": "tea" },
    ]);
    let output = solved(&input);
    assert_eq!(steps(&output["routes"][0])[1], "break1");
    let rest = &output["routes"][0]["steps"][1];
    assert_eq!(
        (&rest["arrival"], &rest["waiting_time"], &rest["description"]),
        (&json!(5_000), &json!(0), &json!("tea"))
    );
    assert_eq!(output["routes"][0]["steps"][0]["arrival"], 5_000);
}

#[test]
fn descriptions_come_back() {
    let mut input = small();
    input["vehicles"][0]["description"] = json!("Xe 1");
    input["jobs"][0]["description"] = json!("Sở Tư pháp");
    input["jobs"].as_array_mut().unwrap().push(
        json!({ "id": 4, "location_index": 1, "description": "too late", "skills": [9], "location": [105.0, 9.0] }),
    );
    let output = solved(&input);
    assert_eq!(output["routes"][0]["description"], "Xe 1");
    assert_eq!(output["routes"][0]["steps"][1]["description"], "Sở Tư pháp");
    let left_out = json!({
        "id": 4, "location_index": 1, "location": [105.0, 9.0], "type": "job", "description": "too late",
    });
    assert_eq!(output["unassigned"], json!([left_out]));
}

#[test]
fn a_set_up_is_paid_once_at_a_place() {
    let mut input = small();
    let job = |id: u64| json!({ "id": id, "location_index": 2, "setup": 60, "service": 5 });
    input["jobs"] = json!([job(1), job(2)]);
    let output = solved(&input);
    assert_eq!((&output["summary"]["setup"], &output["summary"]["service"]), (&json!(60), &json!(10)));
}

#[test]
fn times_by_type_count_where_all_vehicles_are_alike() {
    let mut input = small();
    input["vehicles"][0]["type"] = json!("van");
    input["jobs"][0]["service"] = json!(10);
    input["jobs"][0]["service_per_type"] = json!({ "van": 77, "truck": 5 });
    assert_eq!(solved(&input)["summary"]["service"], 77);
}

#[test]
fn the_search_starts_from_the_steps_of_the_input() {
    let mut input = small();
    input["jobs"] = json!((1..=4).map(|id| json!({ "id": id, "location_index": id })).collect::<Vec<_>>());
    input["vehicles"][0]["steps"] = json!([
        { "type": "start" }, { "type": "job", "id": 4 }, { "type": "job", "id": 2 }, { "type": "end" },
    ]);
    let vroom = read(&input).unwrap();
    assert_eq!(vroom.problem.initial().len(), 1);
    assert_eq!(vroom.problem.initial()[0].locked, 0);
    assert_eq!(solved(&input)["summary"]["cost"], 800);
}

#[test]
fn a_vehicle_that_no_road_reaches_leaves_its_jobs() {
    let mut input = small();
    input.as_object_mut().unwrap().remove("matrices");
    input["vehicles"][0] = json!({ "id": 1, "start": [105.0, 9.6], "end": [105.0, 9.6] });
    input["jobs"] = json!([{ "id": 1, "location": [105.5, 9.6] }]);
    let parsed = VroomInput::parse(input.to_string().as_bytes()).unwrap();
    let unmeasured = parsed.unmeasured().unwrap().unwrap();
    assert_eq!(unmeasured.places, [[105.0, 9.6], [105.5, 9.6]]);
    let apart = vec![0, u32::MAX, u32::MAX, 0];
    let matrix = Matrix { durations: apart.clone(), distances: apart, ..Matrix::default() };
    let vroom = parsed.into_problem(&[("car".to_owned(), matrix)].into()).unwrap();
    let solution = super::solve_to_end(&vroom.problem, 1, 50);
    assert_eq!(solution, Solution { routes: Vec::new(), unassigned: vec![0] });
    let output = vroom.output(&solution, ComputingTimes::default());
    assert_eq!((output.summary.unassigned, output.summary.cost), (1, 0));
}

#[test]
fn no_jobs_are_no_fault() {
    let mut input = small();
    input.as_object_mut().unwrap().remove("jobs");
    let output = solved(&input);
    assert_eq!((&output["routes"], &output["summary"]["routes"]), (&json!([]), &json!(0)));
}

/// Inputs of every supported member.
fn inputs() -> impl Strategy<Value = Value> {
    let window = (0..3_000_u64, 100..2_000_u64).prop_map(|(start, length)| json!([start, start + length]));
    let windows = prop_oneof![2 => Just(Value::Null), 1 => window.prop_map(|window| json!([window]))];
    let place = (0..5_u64, 0..40_u64, 0..60_u64, windows);
    let task = place.prop_map(|(place, setup, service, windows)| {
        let mut task = json!({ "location_index": place, "setup": setup, "service": service });
        if !windows.is_null() {
            task["time_windows"] = windows;
        }
        task
    });
    let skills = prop_oneof![3 => Just(json!([])), 1 => Just(json!([1]))];
    let job = (task.clone(), 0..3_u64, any::<bool>(), 0..20_u8, skills.clone()).prop_map(
        |(mut job, amount, is_pickup, priority, skills)| {
            job[if is_pickup { "pickup" } else { "delivery" }] = json!([amount]);
            job["priority"] = json!(priority);
            job["skills"] = skills;
            job
        },
    );
    let shipment = (task.clone(), task, 0..3_u64, skills.clone())
        .prop_map(|(pickup, delivery, amount, skills)| json!({ "pickup": pickup, "delivery": delivery, "amount": [amount], "skills": skills }));
    let vehicle = (0..6_u64, prop::option::of(1..5_u64), skills, 0..3_u8, prop::option::of(0..2_000_u64), 50..200_u64)
        .prop_map(|(end, most, skills, start, rest, speed)| {
            let mut vehicle = json!({
                "capacity": [4], "skills": skills, "time_window": [u64::from(start) * 300, 5_000],
                "costs": { "fixed": u64::from(start) * 50, "per_hour": 3_600, "per_km": 20 },
                "start_index": start, "speed_factor": f64::from(u32::try_from(speed).unwrap()) / 100.0,
            });
            if end < 5 {
                vehicle["end_index"] = json!(end);
            }
            if let Some(most) = most {
                vehicle["max_tasks"] = json!(most);
            }
            if let Some(rest) = rest {
                vehicle["breaks"] = json!([{ "id": 5, "service": 120, "time_windows": [[rest, rest + 900]] }]);
            }
            vehicle
        });
    let all = (
        prop::collection::vec(vehicle, 1..4),
        prop::collection::vec(job, 0..8),
        prop::collection::vec(shipment, 0..4),
        prop::collection::vec(1..400_u32, 25),
    );
    all.prop_map(|(mut vehicles, mut jobs, mut shipments, legs)| {
        for (id, it) in vehicles.iter_mut().chain(&mut jobs).enumerate() {
            it["id"] = json!(id);
        }
        for (id, it) in shipments.iter_mut().enumerate() {
            it["pickup"]["id"] = json!(id);
            it["delivery"]["id"] = json!(id);
        }
        let row = |from: usize| (0..5).map(|to| if from == to { 0 } else { legs[from * 5 + to] }).collect::<Vec<_>>();
        let table: Vec<_> = (0..5).map(row).collect();
        json!({
            "vehicles": vehicles, "jobs": jobs, "shipments": shipments,
            "matrices": { "car": { "durations": table, "distances": table } },
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn every_output_agrees_with_its_input(input in inputs()) {
        // A break may lie wholly before the working hours, and that is refused.
        if read(&input).is_ok() {
            solved(&input);
        }
    }
}
