//! The arguments of `conthoi solve`.

use std::path::PathBuf;

use clap::ValueEnum;

#[derive(Debug, clap::Args)]
pub(super) struct Solve {
    /// The problem's file; - for standard input
    pub file: PathBuf,
    /// Its format; guessed from its content where that leaves no doubt
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<FileFormat>,
    /// What is better: less distance (or cost), or fewer vehicles first
    #[arg(long, value_enum, default_value_t = Objective::Distance, value_name = "OBJECTIVE")]
    pub objective: Objective,
    /// How Euclidean distances become numbers [default: dimacs for solomon, exact for lilim]
    #[arg(long, value_enum, value_name = "CONVENTION")]
    pub distances: Option<Distances>,
    /// The answer is there after so many seconds [default: 10, or no limit with --iterations]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<f64>,
    /// End after so many iterations
    #[arg(long, value_name = "N")]
    pub iterations: Option<u64>,
    /// End within so many per cent of --best
    #[arg(long, value_name = "PERCENT", value_parser = not_negative, requires = "best")]
    pub gap: Option<f64>,
    /// End at this cost: the best known, or what is good enough
    #[arg(long, value_name = "COST", value_parser = not_negative)]
    pub best: Option<f64>,
    /// How many threads search side by side [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Where the random choices come from
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FileFormat {
    /// VROOM's input JSON
    Vroom,
    /// Solomon, Gehring and Homberger: time windows
    Solomon,
    /// Li and Lim: pickup and delivery with time windows
    Lilim,
    /// CVRPLIB: capacity
    Cvrplib,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Objective {
    /// Less distance, or cost where there are costs
    Distance,
    /// Fewer vehicles, then less distance
    VehiclesFirst,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Distances {
    /// One decimal, truncated
    Dimacs,
    /// Feasible in double precision
    Exact,
}

fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.001..=1e6).contains(number));
    number.ok_or_else(|| "expected seconds, from 0.001 to 1000000".to_owned())
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "expected a number from 0 on".to_owned())
}
