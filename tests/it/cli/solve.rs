//! `conthoi solve`: a problem's file in, routes out.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::Stdio,
};

use serde_json::{Value, json};

use super::{Ran, conthoi, run};

/// Six customers in two corners: one vehicle holds four.
const SOLOMON: &str = "
corners

VEHICLE
NUMBER     CAPACITY
  3         4

CUSTOMER
CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0     50     50      0       0      1000       0
    1     90     90      1       0      1000      10
    2     90     91      1       0      1000      10
    3     91     90      1       0      1000      10
    4     10     10      1       0      1000      10
    5     10     11      1       0      1000      10
    6     11     10      1       0      1000      10
";

const LILIM: &str = "2 10 1\n0 0 0 0 0 1000 0 0 0\n1 3 4 5 0 900 7 0 2\n2 0 8 -5 10 950 9 1 0\n";

const CVRP: &str = "NAME : tiny\nTYPE : CVRP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 10\nNODE_COORD_SECTION\n\
    1 0 0\n2 1 1\n3 2 1\nDEMAND_SECTION\n1 0\n2 4\n3 6\nDEPOT_SECTION\n1\n-1\nEOF\n";

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn solved(folder: &Path, arguments: &[&str]) -> Value {
    run(folder, &[&["solve"], arguments, &["--json"]].concat()).json()
}

/// The customers of each route, in ascending order throughout.
fn customers(answer: &Value) -> Vec<Vec<u64>> {
    let routes = answer["routes"].as_array().unwrap().iter();
    let mut routes: Vec<Vec<u64>> = routes
        .map(|route| {
            let mut route: Vec<u64> = route.as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
            route.sort_unstable();
            route
        })
        .collect();
    routes.sort();
    routes
}

#[test]
fn each_benchmark_format_is_recognised_and_solved() {
    let folder = folder_with(&[("a.txt", SOLOMON), ("b.txt", LILIM), ("c.vrp", CVRP)]);
    let corners = solved(folder.path(), &["a.txt", "--iterations", "500"]);
    assert_eq!(customers(&corners), [[1, 2, 3], [4, 5, 6]]);
    // By tenths, truncated: 56.5 + 1.0 + 1.4 + 57.2 in the one corner, 55.8 + 1.0 + 1.0 + 55.8 in the other.
    assert_eq!(corners["cost"], 229.7);
    assert_eq!((&corners["iterations"], &corners["unassigned"]), (&json!(512), &json!([])));
    let pair = solved(folder.path(), &["b.txt", "--iterations", "100", "--objective", "vehicles-first"]);
    assert_eq!((&pair["routes"], &pair["cost"]), (&json!([[1, 2]]), &json!(18.0)));
    let tiny = solved(folder.path(), &["c.vrp", "--iterations", "100"]);
    assert_eq!((customers(&tiny), &tiny["cost"]), (vec![vec![1, 2]], &json!(4.0)));
}

#[test]
fn the_same_seed_and_iterations_give_the_same_answer() {
    let folder = folder_with(&[("a.txt", SOLOMON)]);
    let once = solved(folder.path(), &["a.txt", "--iterations", "300", "--seed", "5", "--threads", "2"]);
    let again = solved(folder.path(), &["a.txt", "--iterations", "300", "--seed", "5", "--threads", "2"]);
    assert_eq!(once, again);
}

#[test]
fn customers_that_cannot_be_served_are_listed_by_their_numbers() {
    let late =
        SOLOMON.replace("    3     91     90      1       0      1000", "    3     91     90      1       0        20");
    let folder = folder_with(&[("a.txt", &late), ("b.txt", &LILIM.replace(" 900 ", " 4 "))]);
    let answer = solved(folder.path(), &["a.txt", "--iterations", "100"]);
    assert_eq!((customers(&answer), &answer["unassigned"]), (vec![vec![1, 2], vec![4, 5, 6]], &json!([3])));
    let pair = solved(folder.path(), &["b.txt", "--iterations", "100"]);
    assert_eq!((&pair["routes"], &pair["unassigned"]), (&json!([]), &json!([1, 2])));
    let text = run(folder.path(), &["solve", "a.txt", "--iterations", "100"]);
    assert!(text.out.contains("Not served: 1 (3)"), "{}", text.out);
}

#[test]
fn people_get_a_table() {
    let folder = folder_with(&[("c.vrp", CVRP)]);
    let ran = run(folder.path(), &["solve", "c.vrp", "--iterations", "100"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for part in ["distance", "10/10", "1 routes, 2 customers, distance 4.0000"] {
        assert!(ran.out.contains(part), "{part:?} is not in {}", ran.out);
    }
}

#[test]
fn it_ends_when_it_is_good_enough() {
    let folder = folder_with(&[("c.vrp", CVRP)]);
    let most = ["--iterations", "1000000000"];
    for end in [&["--best", "4"][..], &["--best", "3.9", "--gap", "10"]] {
        let answer = solved(folder.path(), &[&["c.vrp"], end, &most].concat());
        assert_eq!(answer["cost"], 4.0, "{end:?}");
    }
}

#[test]
fn a_time_is_an_end_too() {
    let folder = folder_with(&[("a.txt", SOLOMON)]);
    let answer = solved(folder.path(), &["a.txt", "--time", "0.2"]);
    assert_eq!(customers(&answer), [[1, 2, 3], [4, 5, 6]]);
    assert!(answer["iterations"].as_u64().unwrap() > 0);
}

#[test]
fn the_problem_may_come_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = conthoi(folder.path(), &["solve", "-", "--iterations", "100", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(CVRP.as_bytes()).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.json()["cost"], 4.0);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_search_and_the_best_is_printed() {
    let folder = folder_with(&[("a.txt", SOLOMON)]);
    let arguments = ["solve", "a.txt", "--iterations", "1000000000000", "--json", "--log", "conthoi=debug"];
    let mut child = conthoi(folder.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("searching") {
        line.clear();
        assert_ne!(err.read_line(&mut line).unwrap(), 0, "it ended by itself");
    }
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(customers(&answer).concat(), [1, 2, 3, 4, 5, 6]);
}

/// Two tasks on a line, by matrix and by coordinates.
fn vroom(by_matrix: bool) -> String {
    let mut input = json!({
        "vehicles": [{ "id": 1, "start": [105.97, 9.60], "end": [105.97, 9.60], "start_index": 0, "end_index": 0 }],
        "jobs": [{ "id": 5, "location": [105.98, 9.60], "location_index": 1, "service": 60, "description": "x" }],
    });
    if by_matrix {
        input["matrices"] = json!({ "car": { "durations": [[0, 100], [100, 0]] } });
    }
    input.to_string()
}

#[test]
fn vroom_in_vroom_out() {
    let folder = folder_with(&[("a.json", &vroom(true)), ("b.json", &vroom(false))]);
    let answer = solved(folder.path(), &["a.json", "--iterations", "10"]);
    assert_eq!((&answer["code"], &answer["summary"]["cost"]), (&json!(0), &json!(200)));
    assert_eq!(answer["routes"][0]["steps"][1]["description"], "x");
    assert!(answer.get("travel").is_none());
    let measured = solved(folder.path(), &["b.json", "--iterations", "10"]);
    assert_eq!(measured["travel"]["kind"], "estimate");
    assert!(measured["summary"]["distance"].as_u64().unwrap() > 2_000, "{measured}");
    let text = run(folder.path(), &["solve", "b.json", "--iterations", "10"]);
    for part in ["estimate", "job 5", "1 routes"] {
        assert!(text.out.contains(part), "{part:?} is not in {}", text.out);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no database is made");
}

#[test]
fn what_is_wrong_with_vrooms_input_is_named() {
    let folder = folder_with(&[("a.json", &vroom(true).replace("\"service\":60", "\"service\":-60")), ("b.json", "{")]);
    run(folder.path(), &["solve", "a.json"]).fails_with(3, &["/jobs/0/service", "-60", "negative"]);
    run(folder.path(), &["solve", "b.json"]).fails_with(3, &["not JSON"]);
    run(folder.path(), &["solve", "a.json", "--distances", "exact"]).fails_with(2, &["--distances"]);
}

#[test]
fn what_cannot_be_used_is_said() {
    let folder = folder_with(&[("a.txt", SOLOMON), ("c.vrp", CVRP), ("strange.txt", "1 2 3\nfour\n")]);
    for (arguments, code, parts) in [
        (&["none.txt"][..], 1, &["none.txt"][..]),
        (&["strange.txt"], 2, &["strange.txt", "--format"]),
        (&["strange.txt", "--format", "lilim"], 3, &["line 2", "9 are needed"]),
        (&["a.txt", "--format", "cvrplib"], 3, &["CAPACITY", "another format"]),
        (&["a.txt", "--format", "tsplib"], 2, &["tsplib", "solomon"]),
        (&["c.vrp", "--distances", "exact"], 2, &["solomon", "--distances"]),
        (&["a.txt", "--gap", "1"], 2, &["--best"]),
        (&["a.txt", "--time", "0"], 2, &["--time"]),
        (&["a.txt", "--time", "nan"], 2, &["--time"]),
        (&["a.txt", "--threads", "0"], 2, &["--threads"]),
        (&["a.txt", "--objective", "beauty"], 2, &["beauty", "vehicles-first"]),
    ] {
        run(folder.path(), &[&["solve"], arguments].concat()).fails_with(code, parts);
    }
}
