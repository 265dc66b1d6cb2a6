//! An output is verified against its input as a client would read both, without the planner's types.

use std::collections::BTreeMap;

use serde_json::Value;

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

fn numbers(value: &Value) -> Vec<i64> {
    value.as_array().map(|list| list.iter().map(number).collect()).unwrap_or_default()
}

/// A time of a task for a vehicle.
fn time(task: &Value, vehicle: &Value, name: &str) -> i64 {
    let by_type = vehicle["type"].as_str().map(|of_type| &task[format!("{name}_per_type")][of_type]);
    by_type.and_then(Value::as_i64).unwrap_or(number(&task[name]))
}

fn may_start(windows: &Value, start: i64) -> bool {
    windows
        .as_array()
        .is_none_or(|windows| windows.iter().any(|window| number(&window[0]) <= start && start <= number(&window[1])))
}

struct World<'a> {
    input: &'a Value,
    vehicle: &'a Value,
}

impl World<'_> {
    /// Time and distance from one place to another, by the input's matrices or the measure of these tests.
    fn leg(&self, from: &Value, to: &Value) -> (i64, Option<i64>) {
        let profile = self.vehicle["profile"].as_str().unwrap_or("car");
        let of_profile = &self.input["matrices"][profile];
        let legacy = &self.input["matrix"];
        let slowness = (100.0 / self.vehicle["speed_factor"].as_f64().unwrap_or(1.0)).round();
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "short legs")]
        let slowed = |seconds: i64| ((seconds as f64) * slowness / 100.0).round() as i64;
        if let (Some(from), Some(to)) = (from["index"].as_u64(), to["index"].as_u64()) {
            let entry = |table: &Value| table[usize::try_from(from).unwrap()][usize::try_from(to).unwrap()].as_i64();
            let durations = if legacy.is_null() { &of_profile["durations"] } else { legacy };
            return (slowed(entry(durations).expect("the matrix is whole")), entry(&of_profile["distances"]));
        }
        let lon = |place: &Value| place["point"][0].as_f64().expect("every place has a point");
        #[allow(clippy::cast_possible_truncation, reason = "a few degrees")]
        let thousandths = ((lon(from) - lon(to)).abs() * 1_000.0).round() as i64;
        (slowed(thousandths), Some(thousandths * 10))
    }

    fn place(&self, of: &Value, point: &str, index: &str) -> Value {
        let has_matrices = !self.input["matrices"].is_null() || !self.input["matrix"].is_null();
        let index = if has_matrices { of[index].clone() } else { Value::Null };
        serde_json::json!({ "index": index, "point": of[point] })
    }
}

/// Panics where the output breaks a rule of its input, or contradicts itself.
#[track_caller]
pub(super) fn audit(input: &Value, output: &Value) {
    assert_eq!(output["code"], 0);
    let empty = Vec::new();
    let list = |name: &str| input[name].as_array().unwrap_or(&empty);
    let mut left: BTreeMap<(String, u64), &Value> = BTreeMap::new();
    for job in list("jobs") {
        left.insert(("job".into(), job["id"].as_u64().unwrap()), job);
    }
    let mut shipment_of = BTreeMap::new();
    for shipment in list("shipments") {
        for half in ["pickup", "delivery"] {
            let id = shipment[half]["id"].as_u64().unwrap();
            left.insert((half.into(), id), &shipment[half]);
            shipment_of.insert((half.to_owned(), id), shipment);
        }
    }
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for route in output["routes"].as_array().unwrap() {
        let vehicle = list("vehicles").iter().find(|vehicle| vehicle["id"] == route["vehicle"]).expect("it is known");
        audit_route(&World { input, vehicle }, route, &mut left, &shipment_of);
        for name in ["cost", "setup", "service", "duration", "waiting_time", "priority", "distance"] {
            *sums.entry(name).or_default() += number(&route[name]);
        }
    }
    let summary = &output["summary"];
    for (name, sum) in sums {
        if !summary[name].is_null() {
            assert_eq!(number(&summary[name]), sum, "{name} of the summary");
        }
    }
    assert_eq!(number(&summary["routes"]), i64::try_from(output["routes"].as_array().unwrap().len()).unwrap());
    let unassigned = output["unassigned"].as_array().unwrap();
    assert_eq!(number(&summary["unassigned"]), i64::try_from(unassigned.len()).unwrap());
    for task in unassigned {
        let key = (task["type"].as_str().unwrap().to_owned(), task["id"].as_u64().unwrap());
        let known = left.remove(&key).unwrap_or_else(|| panic!("{key:?} is left out twice, or served too"));
        assert_eq!(task["location"], known["location"]);
        assert_eq!(task["description"], known["description"]);
    }
    assert!(left.is_empty(), "neither served nor left out: {:?}", left.keys());
}

#[track_caller]
fn audit_route(
    world: &World<'_>,
    route: &Value,
    left: &mut BTreeMap<(String, u64), &Value>,
    shipment_of: &BTreeMap<(String, u64), &Value>,
) {
    let vehicle = world.vehicle;
    let steps = route["steps"].as_array().unwrap();
    let (first, last) = (&steps[0], &steps[steps.len() - 1]);
    assert_eq!((&first["type"], &last["type"]), (&Value::from("start"), &Value::from("end")));
    assert_eq!(route["description"], vehicle["description"]);
    let hours = &vehicle["time_window"];
    assert!(hours.is_null() || number(&hours[0]) <= number(&first["arrival"]), "{route}");
    assert!(hours.is_null() || number(&last["arrival"]) <= number(&hours[1]), "{route}");

    let mut here = world.place(vehicle, "start", "start_index");
    let is_nowhere = |place: &Value| place["index"].is_null() && place["point"].is_null();
    let (mut free_at, mut travelled, mut distance) = (number(&first["arrival"]), 0, Some(0));
    let (mut waiting, mut service, mut setup, mut priority, mut tasks) = (0, 0, 0, 0, 0);
    let mut load = numbers(&first["load"]);
    let mut picked_up = Vec::new();
    let mut breaks = Vec::new();
    for step in &steps[1..] {
        let kind = step["type"].as_str().unwrap();
        let id = step["id"].as_u64().unwrap_or_default();
        let task = match kind {
            "end" => Some(&Value::Null),
            "break" => None,
            _ => Some(left.remove(&(kind.to_owned(), id)).unwrap_or_else(|| panic!("{kind} {id} is unknown, or done"))),
        };
        let mut came_from_elsewhere = false;
        if let Some(task) = task {
            let there = match kind {
                "end" => world.place(vehicle, "end", "end_index"),
                _ => world.place(task, "location", "location_index"),
            };
            came_from_elsewhere = here != there;
            if !is_nowhere(&here) && !is_nowhere(&there) {
                let leg = world.leg(&here, &there);
                free_at += leg.0;
                travelled += leg.0;
                distance = distance.zip(leg.1).map(|(sum, leg)| sum + leg);
            }
            if !is_nowhere(&there) {
                here = there;
            }
        }
        assert_eq!(number(&step["arrival"]), free_at, "arrival of {step}");
        assert_eq!(number(&step["duration"]), travelled, "duration of {step}");
        assert!(number(&step["waiting_time"]) >= 0, "{step}");
        let start = free_at + number(&step["waiting_time"]);
        if kind == "break" {
            let all = vehicle["breaks"].as_array().unwrap();
            let rest = all.iter().find(|rest| rest["id"].as_u64() == Some(id)).unwrap();
            assert!(may_start(&rest["time_windows"], start), "{step}");
            assert_eq!((number(&step["service"]), number(&step["setup"])), (number(&rest["service"]), 0));
            assert!(!breaks.contains(&id));
            breaks.push(id);
        } else if let Some(task) = task.filter(|_| kind != "end") {
            assert!(may_start(&task["time_windows"], start), "{step} within {task}");
            assert_eq!(number(&step["service"]), time(task, vehicle, "service"));
            let due = if came_from_elsewhere { time(task, vehicle, "setup") } else { 0 };
            assert_eq!(number(&step["setup"]), due, "{step}");
            assert_eq!(step["description"], task["description"]);
            assert_eq!(step["location"], task["location"]);
            let shipment = shipment_of.get(&(kind.to_owned(), id)).copied();
            let of = shipment.unwrap_or(task);
            let (given, taken) = match kind {
                "pickup" => (Vec::new(), numbers(&of["amount"])),
                "delivery" => (numbers(&of["amount"]), Vec::new()),
                _ if of["delivery"].is_null() && of["pickup"].is_null() => (numbers(&of["amount"]), Vec::new()),
                _ => (numbers(&of["delivery"]), numbers(&of["pickup"])),
            };
            for (load, amount) in load.iter_mut().zip(given) {
                *load -= amount;
            }
            for (load, amount) in load.iter_mut().zip(taken) {
                *load += amount;
            }
            match (kind, shipment) {
                ("pickup", Some(shipment)) => picked_up.push(shipment),
                ("delivery", Some(shipment)) => assert!(picked_up.contains(&shipment), "{kind} {id} before its pickup"),
                _ => {}
            }
            let has = numbers(&vehicle["skills"]);
            assert!(numbers(&of["skills"]).iter().all(|skill| has.contains(skill)), "{step}");
            priority += number(&of["priority"]);
            tasks += 1;
        }
        assert_eq!(numbers(&step["load"]), load, "load after {step}");
        assert!(load.iter().zip(numbers(&vehicle["capacity"])).all(|(&load, most)| (0..=most).contains(&load)));
        waiting += number(&step["waiting_time"]);
        service += number(&step["service"]);
        setup += number(&step["setup"]);
        free_at = start + number(&step["setup"]) + number(&step["service"]);
    }
    let claims = [
        ("waiting_time", waiting),
        ("service", service),
        ("setup", setup),
        ("duration", travelled),
        ("priority", priority),
    ];
    for (name, derived) in claims {
        assert_eq!(number(&route[name]), derived, "{name} of {route}");
    }
    if let Some(distance) = distance.filter(|_| !route["distance"].is_null()) {
        assert_eq!(number(&route["distance"]), distance);
    }
    let limits = [("max_tasks", tasks), ("max_travel_time", travelled), ("max_distance", distance.unwrap_or(0))];
    for (name, derived) in limits {
        assert!(vehicle[name].is_null() || derived <= number(&vehicle[name]), "{name}: {derived} in {route}");
    }
    if world.input["matrices"].is_null() || world.input["matrices"]["car"]["costs"].is_null() {
        let costs = &vehicle["costs"];
        let per_hour = costs["per_hour"].as_i64().unwrap_or(3_600);
        let thousandths = travelled * per_hour * 10 / 36 + distance.unwrap_or(0) * number(&costs["per_km"]);
        let cost = number(&costs["fixed"]) + (thousandths + 500).div_euclid(1_000);
        assert!((number(&route["cost"]) - cost).abs() <= 1, "cost {} or {cost}", route["cost"]);
    }
}
