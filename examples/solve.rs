//! Solves one benchmark file within a time and prints the answer as `shared/bench/solver` reads it.
//!
//! ```text
//! solve solve FILE --format solomon|lilim|cvrplib --objective distance|vehicles-first --distances dimacs|exact
//!     --time SECONDS --threads N --seed N --json
//! ```

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Instant;

use anyhow::{Context, bail};
use conthoi::planner::formats::{Convention, cvrplib, lilim, solomon};
use conthoi::planner::{Goal, SearchOptions, checker, search};

fn main() -> anyhow::Result<()> {
    let begun = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--json").collect();
    let [command, file, options @ ..] = &arguments[..] else {
        bail!("usage: solve solve FILE [--OPTION VALUE]…");
    };
    if command != "solve" {
        bail!("the only command is solve, not {command:?}");
    }
    let options: HashMap<&str, &str> =
        options.chunks_exact(2).map(|pair| (pair[0].trim_start_matches("--"), pair[1].as_str())).collect();
    let option = |name: &str, default: &'static str| options.get(name).copied().unwrap_or(default);

    let text = std::fs::read_to_string(file).with_context(|| format!("reading {file}"))?;
    let format = option("format", "solomon");
    let convention = match option("distances", if format == "lilim" { "exact" } else { "dimacs" }) {
        "dimacs" => Convention::Dimacs,
        "exact" => Convention::Exact,
        other => bail!("--distances is dimacs or exact, not {other:?}"),
    };
    let benchmark = match format {
        "solomon" => solomon(&text, convention)?,
        "lilim" => lilim(&text, convention)?,
        "cvrplib" => cvrplib(&text)?,
        other => bail!("--format is solomon, lilim or cvrplib, not {other:?}"),
    };
    let goal = match option("objective", "distance") {
        "distance" => Goal::Cost,
        "vehicles-first" => Goal::FewestVehicles,
        other => bail!("--objective is distance or vehicles-first, not {other:?}"),
    };
    let seconds: f64 = option("time", "10").parse().context("--time")?;
    let chains = option("threads", "1").parse().context("--threads")?;
    let seed = option("seed", "1").parse().context("--seed")?;

    rayon::ThreadPoolBuilder::new().num_threads(chains).build_global()?;
    let mut iterations = 0;
    let solution = search(&benchmark.problem, &SearchOptions { seed, goal, chains }, &mut |progress| {
        iterations = progress.done;
        ControlFlow::Continue(begun.elapsed().as_secs_f64() / seconds)
    });
    if let Err(violations) = checker::check(&benchmark.problem, &solution) {
        bail!("the checker refuses the answer: {violations:?}");
    }
    let answer = serde_json::json!({
        "routes": benchmark.routes(&solution),
        "cost": benchmark.distance(&solution),
        "iterations": iterations,
        "unassigned": solution.unassigned,
    });
    println!("{answer}");
    Ok(())
}
