use std::{
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use super::{
    args::{Timetable, TimetableCommand, TimetableTry},
    config::Config,
    error::CliError,
    output,
    progress::Progress,
};
use crate::{
    api::DesignOut,
    domain::parse_time,
    service::{DesignAim, DesignOrder, DesignOutcome, DesignedTimetable, OwnTimetable, RunTime},
};

pub(super) fn run(config: &Config, options: &Timetable) -> Result<(), CliError> {
    let (tries, aim) = match &options.command {
        TimetableCommand::Evaluate { tries } => (tries, DesignAim::Evaluate),
        TimetableCommand::Suggest { tries, on_time } => {
            if !(0.0..=100.0).contains(on_time) {
                return Err(CliError::Usage(format!("--on-time is {on_time}: expected 0 to 100")));
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 10000")]
            let on_time_basis_points = (on_time * 100.0).round() as u32;
            (tries, DesignAim::Suggest { on_time_basis_points })
        }
    };
    let order = order(tries, aim)?;
    let service = config.open()?;
    let progress = Mutex::new(Progress::of("timetables"));
    let outcome = service.design_timetable(&order, &|done, total| {
        if total > 0 {
            progress.lock().unwrap_or_else(PoisonError::into_inner).tell("ride", done, total);
        }
        true
    })?;
    if config.json {
        return output::print_json(&DesignOut::of(&outcome));
    }
    output::print(&text(&order, &outcome))
}

fn order(tries: &TimetableTry, aim: DesignAim) -> Result<DesignOrder, CliError> {
    let run = |text: &String| {
        let times = text.split_once('-').and_then(|(departs, back_by)| {
            Some(RunTime { departs: parse_time(departs.trim()).ok()?, back_by: parse_time(back_by.trim()).ok()? })
        });
        times.ok_or_else(|| CliError::Usage(format!("--try: {text:?} is no run: expected one such as 07:45-09:30")))
    };
    let own = if tries.own.is_empty() {
        Vec::new()
    } else {
        let runs = tries.own.iter().map(run).collect::<Result<Vec<_>, _>>()?;
        vec![OwnTimetable { runs, couriers: tries.couriers.unwrap_or(1) }]
    };
    Ok(DesignOrder {
        from: tries.from,
        to: tries.to,
        aim,
        own,
        runs_max: tries.runs_max,
        couriers_max: tries.couriers_max,
        run_minutes: tries.run_minutes,
    })
}

/// The timetables for a terminal: those on the front, the one in force, and what was suggested.
fn text(order: &DesignOrder, outcome: &DesignOutcome) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "",
        "runs",
        "couriers",
        "on time",
        "transit p50",
        "p90",
        "km",
        "crew hours",
        "cost (đ)",
        "under way",
    ]);
    for (place, tried) in outcome.timetables.iter().enumerate() {
        let suggested = outcome.suggested == Some(place);
        if tried.is_on_front || tried.is_current || suggested {
            table.add_row(line(tried, suggested));
        }
    }
    for column in 2..10 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!(
        "{} to {}: {} working days, {} items on document runs, {} timetables tried.\n\
         ★ suggested, ● in force, ◆ on the front of cost, punctuality and transit\n{table}\n",
        order.from,
        order.to,
        outcome.working_days,
        outcome.items,
        outcome.timetables.len()
    );
    if let (DesignAim::Suggest { on_time_basis_points }, None) = (order.aim, outcome.suggested) {
        let (whole, rest) = (on_time_basis_points / 100, on_time_basis_points % 100);
        let _ = writeln!(text, "None of them brings {whole}.{rest:02} % in time: try more runs or couriers.");
    }
    text
}

fn line(tried: &DesignedTimetable, suggested: bool) -> Vec<String> {
    let figures = &tried.figures;
    let mut marks = String::new();
    for (holds, mark) in [(suggested, '★'), (tried.is_current, '●'), (tried.is_on_front, '◆')] {
        if holds {
            marks.push(mark);
        }
    }
    let time = |at: chrono::NaiveTime| at.format("%H:%M").to_string();
    let runs: Vec<String> =
        tried.scenario.runs().iter().map(|run| format!("{}–{}", time(run.departs), time(run.back_by))).collect();
    let hours = |seconds: i64| format!("{}:{:02}", seconds / 3_600, seconds / 60 % 60);
    let rate = figures.on_time_rate().basis_points();
    vec![
        marks,
        runs.join(" "),
        tried.scenario.riders().to_string(),
        rate.map_or_else(|| "–".into(), |rate| format!("{}.{:02} %", rate / 100, rate % 100)),
        hours(figures.transit_p50_s),
        hours(figures.transit_p90_s),
        (figures.distance_m / 1_000).to_string(),
        (figures.crew_s / 3_600).to_string(),
        figures.cost_dong.to_string(),
        figures.under_way.to_string(),
    ]
}
