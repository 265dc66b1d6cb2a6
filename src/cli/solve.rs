use std::{
    fs,
    io::{self, Read as _},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    config::Config,
    error::CliError,
    interrupt::Interrupt,
    output,
    solve_args::{Distances, FileFormat, Objective, Solve},
    solve_table,
};
use crate::service::{
    ServiceError,
    solve::{
        Convention, Format, SearchListener, SearchOrder, SearchStep, VroomAnswer, VroomInput, VroomOptions,
        solve_benchmark, solve_vroom,
    },
    travel,
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
    let (benchmark, vroom) = match format {
        Format::Vroom | Format::Cvrplib if options.distances.is_some() => {
            return Err(CliError::Usage("--distances is for solomon and lilim: leave it out".into()));
        }
        Format::Vroom => (None, Some(solve_as_vroom(&text, config, options, begun, &mut hear)?)),
        _ => {
            let distances = options.distances.map(Convention::from);
            let order = order(options, begun, VroomOptions::default());
            (Some(solve_benchmark(&text, format, distances, &order, &mut hear)?), None)
        }
    };
    drop(line);
    match (&benchmark, &vroom) {
        (Some(answer), _) if config.json => output::print_json_line(answer),
        (_, Some(answer)) if config.json => output::print_json_line(answer),
        (Some(answer), _) => output::print(&solve_table::benchmark(answer)),
        (None, Some(answer)) => output::print(&solve_table::vroom(answer)),
        (None, None) => Ok(()),
    }
}

fn solve_as_vroom(
    text: &str,
    config: &Config,
    options: &Solve,
    begun: Instant,
    hear: &mut SearchListener<'_>,
) -> Result<VroomAnswer, CliError> {
    let travel = || travel(config.roads()).map(Arc::new);
    let settle = |input: &VroomInput| Ok(order(options, begun, input.options()));
    Ok(solve_vroom(text.as_bytes(), travel, settle, hear)?)
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

/// How to search: the command's options go before the input's own.
fn order(options: &Solve, begun: Instant, of_input: VroomOptions) -> SearchOrder {
    let time = options.time.or(of_input.seconds).map(Duration::from_secs_f64);
    SearchOrder {
        seed: options.seed,
        threads: options.threads.map(usize::from).or(of_input.threads).unwrap_or(1),
        fewest_vehicles: options.objective == Objective::VehiclesFirst,
        begun,
        time: time.or_else(|| options.iterations.is_none().then_some(TIME_DEFAULT)),
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
