//! Every mistake of an input is named where it stands.

use conthoi::planner::formats::vroom::VroomInput;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{read, small};

/// The input with one member set; `null` takes it out.
fn with(pointer: &str, value: Value) -> Value {
    let mut input = small();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer to a member");
    let parent = input.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
    match parent {
        Value::Object(members) if value.is_null() => drop(members.remove(name)),
        Value::Object(members) => drop(members.insert(name.to_owned(), value)),
        Value::Array(values) if name == "-" => values.push(value),
        Value::Array(values) => values[name.parse::<usize>().expect("an index")] = value,
        _ => panic!("{pointer}"),
    }
    input
}

#[track_caller]
fn refused(input: &Value, pointer: &str, part: &str, unsupported: bool) {
    let error = read(input).map(|_| ()).expect_err(pointer);
    assert_eq!(error.pointer, pointer, "{error}");
    assert!(error.to_string().contains(part), "{part:?} is not in {error}");
    assert_eq!(error.is_unsupported(), unsupported, "{error}");
}

#[test]
fn each_mistake_is_named_where_it_stands() {
    let job = |more: Value| {
        let mut job = json!({ "id": 9, "location_index": 1 });
        job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        job
    };
    let cases: Vec<(&str, Value, &str, &str)> = vec![
        // what is set, to what, where the mistake stands, a part of the message
        ("/vehicles", Value::Null, "/vehicles", "missing"),
        ("/vehicles", json!([]), "/vehicles", "at least one vehicle"),
        ("/vehicles", json!({}), "/vehicles", "an object; expected a list"),
        ("/vehicles/0", json!(7), "/vehicles/0", "a number; expected an object"),
        ("/vehicles/0/id", Value::Null, "/vehicles/0/id", "missing"),
        ("/vehicles/0/id", json!("one"), "/vehicles/0/id", "a text; expected a whole number"),
        ("/vehicles/0/id", json!(-1), "/vehicles/0/id", "negative"),
        ("/vehicles/0/id", json!(1.5), "/vehicles/0/id", "whole number"),
        ("/vehicles/-", json!({ "id": 7, "start_index": 0 }), "/vehicles/1/id", "taken by /vehicles/0"),
        ("/vehicles/-", json!({ "id": 8 }), "/vehicles/1/start", "a start, an end, or both"),
        ("/vehicles/0/start_index", json!(5), "/vehicles/0/start_index", "5 places"),
        ("/vehicles/0/time_window", json!([5]), "/vehicles/0/time_window", "[start, end]"),
        ("/vehicles/0/time_window", json!([5, 3]), "/vehicles/0/time_window", "from 5 to 3"),
        ("/vehicles/0/time_window", json!([-5, 3]), "/vehicles/0/time_window/0", "negative"),
        ("/vehicles/0/speed_factor", json!(0), "/vehicles/0/speed_factor", "above 0"),
        ("/vehicles/0/speed_factor", json!(5.1), "/vehicles/0/speed_factor", "up to 5"),
        ("/vehicles/0/max_tasks", json!("many"), "/vehicles/0/max_tasks", "a text"),
        ("/vehicles/0/max_travel_time", json!(2_000_000_000), "/vehicles/0/max_travel_time", "the most is"),
        ("/vehicles/0/max_distance", json!(5), "/matrices/car/distances", "max_distance needs"),
        ("/vehicles/0/costs", json!({ "per_km": 5 }), "/matrices/car/distances", "per_km"),
        ("/vehicles/0/costs", json!({ "per_mile": 5 }), "/vehicles/0/costs/per_mile", "per_km"),
        ("/vehicles/0/profile", json!("bike"), "/vehicles/0/profile", "/matrices"),
        ("/vehicles/0/colour", json!("red"), "/vehicles/0/colour", "unknown"),
        ("/vehicles/0/skills", json!([1, -2]), "/vehicles/0/skills/1", "negative"),
        ("/vehicles/0/breaks", json!([{ "id": 1 }, { "id": 1 }]), "/vehicles/0/breaks/1/id", "taken by"),
        ("/vehicles/0/breaks", json!([{ "id": 1, "time_windows": [] }]), "/vehicles/0/breaks/0/time_windows", "empty"),
        ("/vehicles/0/steps", json!([{ "type": "job", "id": 4 }]), "/vehicles/0/steps/0/id", "no job with the id 4"),
        ("/vehicles/0/steps", json!([{ "type": "job" }]), "/vehicles/0/steps/0/id", "missing"),
        ("/vehicles/0/steps", json!([{ "id": 3 }]), "/vehicles/0/steps/0/type", "missing"),
        ("/vehicles/0/steps", json!([{ "type": "nap", "id": 3 }]), "/vehicles/0/steps/0/type", "\"nap\""),
        ("/vehicles/0/steps", json!([{ "type": "break", "id": 3 }]), "/vehicles/0/steps/0/id", "no break"),
        (
            "/vehicles/0/steps",
            json!([{ "type": "job", "id": 3 }, { "type": "job", "id": 3 }]),
            "/vehicles/0/steps/1/id",
            "twice",
        ),
        ("/jobs", json!(1), "/jobs", "expected a list"),
        ("/jobs/-", job(json!({ "id": 3 })), "/jobs/1/id", "taken by /jobs/0"),
        ("/jobs/0/location_index", Value::Null, "/jobs/0/location_index", "missing"),
        ("/jobs/0/location_index", json!(99), "/jobs/0/location_index", "5 places"),
        ("/jobs/0/location", json!([1.0]), "/jobs/0/location", "longitude"),
        ("/jobs/0/location", json!([190.0, 5.0]), "/jobs/0/location/0", "longitude"),
        ("/jobs/0/location", json!([105.0, "9"]), "/jobs/0/location/1", "a number"),
        ("/jobs/0/service", json!(-3), "/jobs/0/service", "negative"),
        ("/jobs/0/service_per_type", json!({ "van": "x" }), "/jobs/0/service_per_type/van", "whole number"),
        ("/jobs/0/setup_per_type", json!({ "": 1 }), "/jobs/0/setup_per_type/", "vehicle type"),
        ("/jobs/0/priority", json!(101), "/jobs/0/priority", "the most is 100"),
        ("/jobs/0/description", json!(5), "/jobs/0/description", "a text"),
        ("/jobs/0/time_windows", json!([]), "/jobs/0/time_windows", "empty"),
        ("/jobs/0/time_windows", json!([[9, 3]]), "/jobs/0/time_windows/0", "from 9 to 3"),
        ("/jobs/0/time_windows", json!([[50, 90], [10, 50]]), "/jobs/0/time_windows", "overlap"),
        ("/jobs/0/delivery", json!([1]), "/jobs/0/delivery", "0 are expected, as in /vehicles/0"),
        ("/shipments", json!([{}]), "/shipments/0/pickup", "missing"),
        (
            "/shipments",
            json!([{ "pickup": { "id": 1, "location_index": 1, "skills": [1] }, "delivery": {} }]),
            "/shipments/0/pickup/skills",
            "unknown",
        ),
        ("/matrices", json!(5), "/matrices", "expected an object"),
        ("/matrices/car", json!([]), "/matrices/car", "expected an object"),
        ("/matrices/car/speeds", json!([]), "/matrices/car/speeds", "durations"),
        ("/matrices/car/durations", json!(5), "/matrices/car/durations", "a list of rows"),
        ("/matrices/car/durations", json!([]), "/matrices/car/durations", "empty"),
        ("/matrices/car/durations/1", json!([1, 0]), "/matrices/car/durations/1", "5 rows"),
        ("/matrices/car/durations/2", json!("x"), "/matrices/car/durations/2", "a text"),
        ("/matrices/car/durations/1/3", json!(-4), "/matrices/car/durations/1/3", "negative"),
        ("/matrices/car/durations/1/3", json!(4.5), "/matrices/car/durations/1/3", "whole"),
        ("/matrices/car/durations/1/3", json!(null), "/matrices/car/durations/1", "5 rows"),
        ("/matrices/car/durations/1/3", json!(4_000_000_000_u64), "/matrices/car/durations/1/3", "the most is"),
        ("/matrices/car/durations/1/1", json!(4), "/matrices/car/durations/1/1", "must be 0"),
        ("/matrices/car/distances", json!([[0]]), "/matrices/car/distances", "for 1 places"),
        ("/matrices/car/durations", Value::Null, "/vehicles/0/start", "matrices"),
        ("/options", json!({ "g": 1 }), "/options/g", "true or false"),
        ("/options", json!({ "l": 0 }), "/options/l", "above 0"),
        ("/options", json!({ "l": 1e300 }), "/options/l", "up to"),
        ("/vehicle", json!([]), "/vehicle", "vehicles"),
    ];
    for (set, value, pointer, part) in cases {
        // Setting null inside a row takes nothing out of it.
        let input = match (set, value.is_null()) {
            ("/matrices/car/durations/1/3", true) => {
                let mut input = small();
                input["matrices"]["car"]["durations"][1].as_array_mut().unwrap().pop();
                input
            }
            _ => with(set, value),
        };
        refused(&input, pointer, part, false);
    }
}

#[test]
fn what_vroom_knows_and_this_does_not_is_refused_by_name() {
    for (set, value, pointer) in [
        ("/vehicles/0/costs", json!({ "per_task_hour": 60 }), "/vehicles/0/costs/per_task_hour"),
        ("/vehicles/0/steps", json!([{ "type": "job", "id": 3, "service_at": 5 }]), "/vehicles/0/steps/0/service_at"),
        ("/vehicles/0/steps", json!([{ "type": "start", "service_after": 5 }]), "/vehicles/0/steps/0/service_after"),
        (
            "/vehicles/0/steps",
            json!([{ "type": "job", "id": 3, "service_before": 5 }]),
            "/vehicles/0/steps/0/service_before",
        ),
        ("/options", json!({ "g": true }), "/options/g"),
        ("/options", json!({ "c": true }), "/options/c"),
    ] {
        refused(&with(set, value), pointer, "not supported", true);
    }
    let mut by_load = with("/vehicles/0/capacity", json!([4]));
    by_load["vehicles"][0]["breaks"] = json!([{ "id": 1, "max_load": [2] }]);
    refused(&by_load, "/vehicles/0/breaks/0/max_load", "load", true);
    by_load["vehicles"][0]["breaks"][0]["max_load"] = json!([4]);
    assert!(read(&by_load).is_ok(), "a load that always is within the bound");

    let mut by_type = with("/jobs/0/service_per_type", json!({ "van": 60 }));
    assert!(read(&by_type).is_ok(), "no vehicle is a van");
    by_type["vehicles"] = json!([
        { "id": 1, "type": "van", "start_index": 0 },
        { "id": 2, "type": "bike", "start_index": 0 },
    ]);
    refused(&by_type, "/jobs/0/service_per_type", "differs", true);

    let mut costs = with("/matrices/car/costs", super::line_of_five());
    costs["vehicles"][0]["costs"] = json!({ "per_hour": 5 });
    refused(&costs, "/vehicles/0/costs", "matrix of costs", true);
}

#[test]
fn null_is_absence() {
    let mut input = small();
    input["jobs"][0]["delivery"] = Value::Null;
    input["vehicles"][0]["breaks"] = Value::Null;
    input["shipments"] = Value::Null;
    assert!(read(&input).is_ok());
    input["jobs"][0]["id"] = Value::Null;
    refused(&input, "/jobs/0/id", "missing", false);
}

#[test]
fn amounts_must_agree() {
    let mut input = with("/vehicles/0/capacity", json!([4, 5]));
    input["jobs"][0]["pickup"] = json!([1]);
    refused(&input, "/jobs/0/pickup", "2 are expected, as in /vehicles/0/capacity", false);
    input["jobs"][0]["pickup"] = json!([1, -1]);
    refused(&input, "/jobs/0/pickup/1", "negative", false);
    input["jobs"][0]["pickup"] = json!([1, 1]);
    assert!(read(&input).is_ok());
    input["vehicles"][0]["breaks"] = json!([{ "id": 1, "max_load": [2] }]);
    refused(&input, "/vehicles/0/breaks/0/max_load", "2 are expected", false);
    input["vehicles"] = json!([
        { "id": 1, "start_index": 0, "capacity": [4, 5] },
        { "id": 2, "start_index": 0 },
    ]);
    refused(&input, "/vehicles/1/capacity", "missing", false);
}

#[test]
fn places_must_be_said_as_the_input_needs_them() {
    let mut input = small();
    input.as_object_mut().unwrap().remove("matrices");
    refused(&input, "/vehicles/0/start", "[longitude, latitude]", false);
    input["vehicles"][0]["start"] = json!([105.9, 9.6]);
    refused(&input, "/vehicles/0/end", "[longitude, latitude]", false);
}

#[test]
fn steps_that_break_a_rule_are_refused() {
    let mut input = with("/jobs/0/time_windows", json!([[0, 100]]));
    input["vehicles"][0]["steps"] = json!([{ "type": "start" }, { "type": "job", "id": 3 }]);
    refused(&input, "/vehicles/0/steps", "break a rule", false);
    let mut halves = with(
        "/shipments",
        json!([{
            "pickup": { "id": 1, "location_index": 1 }, "delivery": { "id": 2, "location_index": 3 },
        }]),
    );
    halves["vehicles"][0]["steps"] = json!([{ "type": "delivery", "id": 2 }, { "type": "pickup", "id": 1 }]);
    refused(&halves, "/vehicles/0/steps", "after it", false);
}

#[test]
fn times_too_far_apart_are_refused() {
    let mut input = with("/jobs/0/time_windows", json!([[4_000_000_000_u64, 4_100_000_000_u64]]));
    input["vehicles"][0]["time_window"] = json!([0, 1000]);
    refused(&input, "/jobs/0/time_windows", "the most is", false);
}

#[test]
fn a_text_that_is_no_json_is_called_that() {
    for text in ["", "{", "[1,", "{\"vehicles\": [}", "{} {}", "nul"] {
        let error = VroomInput::parse(text.as_bytes()).map(|_| ()).unwrap_err();
        assert_eq!(error.pointer, "");
        assert!(error.to_string().contains("not JSON"), "{text}: {error}");
    }
    let error = VroomInput::parse(b"[]").map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("a list; expected an object"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = VroomInput::parse(&bytes);
    }

    #[test]
    fn a_damaged_input_is_read_or_refused(at in 0..400_usize, by in "[ -~]{0,6}", gone in 0..9_usize) {
        let text = small().to_string();
        let at = at.min(text.len());
        let rest = (at + gone).min(text.len());
        let damaged = format!("{}{by}{}", &text[..at], &text[rest..]);
        if let Ok(input) = VroomInput::parse(damaged.as_bytes()) {
            let _ = input.into_problem(&std::collections::BTreeMap::new());
        }
    }
}
