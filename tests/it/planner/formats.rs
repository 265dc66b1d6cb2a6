//! The readers of the field's benchmark files.

use std::fs;
use std::path::{Path, PathBuf};

use conthoi::planner::formats::{Benchmark, Convention, FormatError, cvrplib, lilim, solomon};
use conthoi::planner::{JobKind, TimeWindow, checker};
use proptest::prelude::*;

use super::solve_to_end;

const SOLOMON: &str = "
T2

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.   XCOORD.    YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0      0         0          0          0       1000          0
    1      1         1          4          5        90          7
    2      3.0       4          6          0        1000        10
";

const LILIM: &str = "2 10 1
0 0 0 0 0 1000 0 0 0
1 3 4 5 0 900 7 0 2
2 0 8 -5 10 950 9 1 0
";

const CVRP: &str = "NAME : tiny
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 1 1
3 2 1
DEMAND_SECTION
1 0
2 4
3 6
DEPOT_SECTION
1
-1
EOF
";

#[test]
fn distances_follow_the_convention() {
    // From (0, 0) to (1, 1): 1.41421356…
    let legs = [(Convention::Dimacs, (14, 14)), (Convention::Exact, (14_143, 14_142)), (Convention::Rounded, (1, 1))];
    for (convention, expected) in legs {
        let matrix = &solomon(SOLOMON, convention).expect("it is sound").problem.matrices()[0].clone();
        assert_eq!((matrix.durations[1], matrix.distances[1]), expected, "{convention:?}");
    }
}

#[test]
fn a_solomon_file_becomes_deliveries() {
    let benchmark = solomon(SOLOMON, Convention::Dimacs).expect("it is sound");
    let problem = &benchmark.problem;
    assert_eq!((problem.vehicles().len(), problem.vehicles()[0].capacity[0], problem.jobs().len()), (2, 10, 2));
    assert_eq!(problem.vehicles()[0].shift, TimeWindow::new(0, 10_000));
    let JobKind::Delivery(task) = &problem.jobs()[0].kind else { panic!("customers get deliveries") };
    assert_eq!((task.service, task.windows[0]), (70, TimeWindow::new(50, 900)));
    let solution = solve_to_end(problem, 1, 100);
    let mut routes = benchmark.routes(&solution);
    for route in &mut routes {
        route.sort_unstable();
    }
    assert_eq!(routes, [[1, 2]]);
    // 1.4 to the first, 3.6 between, 5.0 home.
    assert!((benchmark.distance(&solution) - 10.0).abs() < 1e-9);
}

#[test]
fn a_li_and_lim_file_becomes_shipments() {
    let benchmark = lilim(LILIM, Convention::Exact).expect("it is sound");
    assert_eq!(benchmark.customers, [(1, Some(2))]);
    assert_eq!(benchmark.problem.jobs()[0].amount, [5]);
    let solution = solve_to_end(&benchmark.problem, 1, 20);
    assert_eq!(benchmark.routes(&solution), [[1, 2]]);
    assert!((benchmark.distance(&solution) - 18.0).abs() < 1e-9);
}

#[test]
fn a_cvrplib_file_becomes_deliveries_at_any_time() {
    let benchmark = cvrplib(CVRP).expect("it is sound");
    let solution = solve_to_end(&benchmark.problem, 1, 100);
    let mut routes = benchmark.routes(&solution);
    for route in &mut routes {
        route.sort_unstable();
    }
    assert_eq!(routes, [[1, 2]]);
    assert!((benchmark.distance(&solution) - 4.0).abs() < 1e-9);
}

#[test]
fn what_is_wrong_is_named() {
    let dimacs = |text: &str| solomon(text, Convention::Dimacs).map(|_| ()).unwrap_err();
    assert_eq!(dimacs(""), FormatError::Missing { section: "line of vehicle NUMBER and CAPACITY" });
    assert_eq!(
        dimacs(&SOLOMON.replace("    1      1", "    7      1")),
        FormatError::Numbering { line: 12, actual: 7, expected: 1 }
    );
    assert_eq!(dimacs(&SOLOMON.replace(" 90 ", " ")), FormatError::Fields { line: 12, actual: 6, expected: 7 });
    let value = "4x".to_owned();
    let most = 100_000;
    assert_eq!(
        dimacs(&SOLOMON.replace("         4          5", "         4x         5")),
        FormatError::Number { line: 12, field: "demand", value, least: 0, most }
    );
    let unpaired = lilim(&LILIM.replace("9 1 0", "9 0 0"), Convention::Exact).map(|_| ()).unwrap_err();
    assert_eq!(unpaired, FormatError::Unpaired { customer: 1 });
    let explicit = cvrplib(&CVRP.replace("EUC_2D", "EXPLICIT")).map(|_| ()).unwrap_err();
    assert!(matches!(explicit, FormatError::Unsupported { key: "EDGE_WEIGHT_TYPE", .. }), "{explicit}");
    let short = cvrplib(&CVRP.replace("3 6\n", "")).map(|_| ()).unwrap_err();
    assert!(matches!(short, FormatError::Missing { .. }), "{short}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,400}") {
        let _ = solomon(&text, Convention::Dimacs);
        let _ = lilim(&text, Convention::Exact);
        let _ = cvrplib(&text);
    }

    #[test]
    fn damaged_files_are_read_or_refused(at in 0..400_usize, by in "[ -~\n]{0,12}", which in 0..3) {
        let damaged = |text: &str| {
            let at = at.min(text.len());
            format!("{}{by}{}", &text[..at], &text[(at + by.len() / 2).min(text.len())..])
        };
        match which {
            0 => drop(solomon(&damaged(SOLOMON), Convention::Dimacs)),
            1 => drop(lilim(&damaged(LILIM), Convention::Exact)),
            _ => drop(cvrplib(&damaged(CVRP))),
        }
    }
}

fn instances() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("CONTHOI_SHARED").map(PathBuf::from);
    let candidates = shared.into_iter().chain([root.join("../shared"), root.join("../../shared")]);
    candidates.map(|shared| shared.join("bench/solver/instances")).find(|folder| folder.is_dir())
}

#[test]
fn the_published_instances_are_read_and_solved() {
    let Some(folder) = instances() else {
        println!("skipped: no benchmark instances in ../shared/bench/solver/instances");
        return;
    };
    let read = |family: &str, text: &str| -> Result<Benchmark, FormatError> {
        match family {
            "lilim" => lilim(text, Convention::Exact),
            "cvrp" => cvrplib(text),
            _ => solomon(text, Convention::Dimacs),
        }
    };
    for name in ["solomon/R211.txt", "gh/R1_2_5.txt", "lilim/lrc108.txt", "cvrp/X-n101-k25.vrp"] {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).expect("the instance can be read");
        let family = name.split('/').next().expect("a name has a family");
        let benchmark = read(family, &text).expect("the instance is sound");
        let solution = solve_to_end(&benchmark.problem, 1, 200);
        assert!(solution.unassigned.is_empty(), "{name}");
        assert!(checker::check(&benchmark.problem, &solution).is_ok(), "{name}");
    }
}
