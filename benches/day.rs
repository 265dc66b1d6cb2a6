//! How good the day's plan is after how long: the planner problems of 2019-06-14, at published volume and at a multiple of
//! it, solved as the plan command does and by time. Usage: `cargo bench --bench day -- [SCALE] [SECONDS…]`; with
//! `DUMP=FOLDER` it writes the problems there instead.

use std::{
    ops::ControlFlow,
    path::Path,
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use conthoi::{
    dispatch::{DayInput, plan_day_with},
    domain::{DayClock, Plan, SeededIds},
    planner::{Phase, Problem, SearchOptions, Solution, SolveOptions, checker, search, solve},
    service::{
        estimated_travel, import,
        simulate::{SeasonRequest, season},
    },
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let scale = arguments.first().map_or(1, |scale| scale.parse().expect("the scale is a number"));
    let mut seconds: Vec<f64> = arguments.iter().skip(1).map(|it| it.parse().expect("seconds are a number")).collect();
    if seconds.is_empty() {
        seconds = vec![0.5, 10.0];
    }
    let mut problems = Vec::new();
    let begun = Instant::now();
    let plan = day(scale, &mut problems);
    println!("scale {scale}: {:?} for the plan", begun.elapsed());
    println!("{:?}", plan.summary());
    if let Ok(folder) = std::env::var("DUMP") {
        for (index, (problem, _)) in problems.iter().enumerate() {
            let file = Path::new(&folder).join(format!("{scale}-{index:02}.json"));
            std::fs::write(file, serde_json::to_string(problem).expect("a problem is JSON"))
                .expect("the folder is there");
        }
        return;
    }
    for (index, (problem, options)) in problems.iter().enumerate() {
        println!("problem {index}: {} jobs, {} vehicles", problem.jobs().len(), problem.vehicles().len());
        tell(&format!("{} iterations", options.iterations), problem, || {
            solve(problem, options, &mut |_| ControlFlow::Continue(()))
        });
        for &budget in &seconds {
            tell(&format!("{budget} s"), problem, || within(problem, Duration::from_secs_f64(budget)));
        }
    }
}

/// Plans the day as the plan command does, and keeps its problems.
fn day(scale: u32, problems: &mut Vec<(Problem, SolveOptions)>) -> Plan {
    let date = |text: &str| -> NaiveDate { text.parse().expect("a date") };
    let request = SeasonRequest { from: date("2019-01-04"), to: date("2019-06-15"), seed: 1, scale };
    let season = season(&import::embedded(), &request, &mut |_, _| ControlFlow::Continue(())).expect("a season");
    let clock = DayClock::new(date("2019-06-14"), season.centre.centre.time_zone);
    let (begins, ends) = (clock.instant(0), clock.instant(86_399));
    let waits =
        |item: &&conthoi::domain::Item| item.ready_at <= ends && item.delivered_at.is_none_or(|at| at >= begins);
    let items: Vec<_> = season.items.iter().filter(waits).cloned().collect();
    let input = DayInput {
        centre: &season.centre,
        date: clock.date(),
        items: &items,
        dossiers: &season.dossiers,
        home_deliveries: &season.home_deliveries,
        travel: &estimated_travel(),
        previous: None,
        seed: 1,
        made_at: begins,
    };
    let mut ids = SeededIds::new(7, 1_560_000_000_000);
    let mut keep = |problem: &Problem, options: &SolveOptions, control: &mut conthoi::planner::Control<'_>| {
        problems.push((problem.clone(), *options));
        solve(problem, options, control)
    };
    plan_day_with(&input, &mut ids, &mut |_| ControlFlow::Continue(()), &mut keep).expect("a plan")
}

fn within(problem: &Problem, budget: Duration) -> Solution {
    let begun = Instant::now();
    search(problem, &SearchOptions::default(), &mut |progress| {
        let spent = begun.elapsed().as_secs_f64() / budget.as_secs_f64();
        ControlFlow::Continue(if progress.phase == Phase::Improve { spent } else { spent.min(0.99) })
    })
}

fn tell(how: &str, problem: &Problem, solve: impl FnOnce() -> Solution) {
    let begun = Instant::now();
    let solution = solve();
    let took = begun.elapsed().as_secs_f64();
    checker::check(problem, &solution).expect("a feasible solution");
    let score = solution.score(problem);
    println!("  {how:>16}: left out {:>4}, cost {:>10} ({took:.2} s)", score.left_out, score.cost.rounded());
}
