use std::{
    fmt::Write as _,
    fs,
    io::{self, Read as _},
    ops::ControlFlow,
    path::Path,
    time::{Duration, Instant},
};

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    args::{Distances, FileFormat, Objective, Solve},
    config::Config,
    error::CliError,
    interrupt::Interrupt,
    output,
};
use crate::service::{
    ServiceError,
    solve::{BenchmarkAnswer, Convention, Format, SearchOrder, SearchStep, solve_benchmark},
};

/// How long a search takes when nobody says how long.
const TIME_DEFAULT: Duration = Duration::from_secs(10);
/// How often the progress line is written anew.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

pub(super) fn run(config: &Config, options: &Solve, begun: Instant) -> Result<(), CliError> {
    let text = read(&options.file)?;
    let format = options.format.map(Format::from).or_else(|| Format::guess(&text)).ok_or_else(|| {
        CliError::Usage(format!(
            "{}: it looks like none of the known formats: say which it is with --format {}",
            options.file.display(),
            Format::ALL.map(Format::as_str).join("|")
        ))
    })?;
    let interrupt = Interrupt::listen()?;
    let mut line = ProgressLine::new();
    let mut hear = |step: &SearchStep| {
        line.tell(step);
        if interrupt.came() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    tracing::debug!(format = format.as_str(), "searching");
    let distances = options.distances.map(Convention::from);
    let answer = solve_benchmark(&text, format, distances, &order(options, begun), &mut hear)?;
    drop(line);
    if config.json { output::print_json_line(&answer) } else { output::print(&table(&answer)) }
}

fn read(file: &Path) -> Result<String, CliError> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    text.map_err(|error| CliError::Service(ServiceError::file("problem", file, &error)))
}

fn order(options: &Solve, begun: Instant) -> SearchOrder {
    let time = options.time.map(Duration::from_secs_f64);
    let has_other_end = options.iterations.is_some();
    SearchOrder {
        seed: options.seed,
        threads: options.threads.into(),
        fewest_vehicles: options.objective == Objective::VehiclesFirst,
        begun,
        time: time.or_else(|| (!has_other_end).then_some(TIME_DEFAULT)),
        iterations: options.iterations,
        good_enough: options.best.map(|best| best * (1.0 + options.gap.unwrap_or(0.0) / 100.0)),
    }
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Vroom => Self::Vroom,
            FileFormat::Solomon => Self::Solomon,
            FileFormat::Lilim => Self::LiLim,
            FileFormat::Cvrplib => Self::Cvrplib,
        }
    }
}

impl From<Distances> for Convention {
    fn from(distances: Distances) -> Self {
        match distances {
            Distances::Dimacs => Self::Dimacs,
            Distances::Exact => Self::Exact,
        }
    }
}

/// The best so far, on standard error where that is a terminal.
struct ProgressLine {
    bar: ProgressBar,
    shown: Instant,
}

impl ProgressLine {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}").expect("the template is well formed"));
        Self { bar, shown: Instant::now() }
    }

    fn tell(&mut self, step: &SearchStep) {
        if self.bar.is_hidden() || self.shown.elapsed() < SHOWN_EVERY {
            return;
        }
        self.shown = Instant::now();
        let SearchStep { iterations, cost, unassigned } = step;
        self.bar.set_message(format!("{iterations} iterations, cost {cost:.1}, {unassigned} not assigned"));
        self.bar.tick();
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The routes and totals of a benchmark's answer for people.
fn table(answer: &BenchmarkAnswer) -> String {
    let mut table = Table::new();
    let headers = ["route", "distance", "leaves", "returns", "load", "customers"];
    table.load_style(UTF8_FULL_CONDENSED).set_header(headers);
    for column in 0..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for (number, (route, line)) in answer.routes.iter().zip(&answer.lines).enumerate() {
        table.add_row([
            (number + 1).to_string(),
            format!("{:.1}", line.distance),
            format!("{:.1}", line.leaves),
            format!("{:.1}", line.returns),
            format!("{}/{}", line.load, line.capacity),
            list(route),
        ]);
    }
    let served: usize = answer.routes.iter().map(Vec::len).sum();
    let mut text = format!("{table}\n");
    let _ = writeln!(
        text,
        "{} routes, {served} customers, distance {:.4}; {} iterations",
        answer.routes.len(),
        answer.cost,
        answer.iterations
    );
    if !answer.unassigned.is_empty() {
        let _ = writeln!(text, "Not served: {} ({})", answer.unassigned.len(), list(&answer.unassigned));
    }
    text
}

fn list(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
