use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::{
    domain::{Place, PlannedRound, PlannedRun, Route, Warning},
    service::DayPlan,
};

/// Rounds are shown stop by stop as long as all of them together have no more stops than this.
const ROUND_STOPS_SHOWN_MAX: usize = 150;

/// A day's plan for people: the runs and rounds as tables, then the day in figures.
pub(super) fn text(day: &DayPlan) -> String {
    let plan = &day.plan;
    let label = if day.is_synthetic() { ": synthetic season" } else { "" };
    let mut text = format!(
        "{} ({}), {}{label}\nTravel: {}\n",
        day.centre.centre.name,
        day.centre.centre.code,
        plan.date.format("%d/%m/%Y"),
        plan.travel.label
    );
    if let Some(attribution) = &plan.travel.attribution {
        let _ = writeln!(text, "{attribution}");
    }
    for run in &plan.runs {
        run_text(&mut text, day, run);
    }
    rounds_text(&mut text, day);
    summary_text(&mut text, day);
    text
}

fn run_text(text: &mut String, day: &DayPlan, run: &PlannedRun) {
    let _ = writeln!(
        text,
        "\nRun {} · {} · leaves {}, back by {}",
        run.code,
        run.name,
        hm(day, run.departs_at),
        hm(day, run.back_by)
    );
    let (idle, riding): (Vec<&Route>, Vec<&Route>) = run.routes.iter().partition(|route| route.is_idle());
    for route in riding {
        route_text(text, day, route);
    }
    if !idle.is_empty() {
        let names: Vec<String> = idle.iter().map(|route| courier(day, route)).collect();
        let _ = writeln!(text, "Not needed: {}", names.join(", "));
    }
}

fn route_text(text: &mut String, day: &DayPlan, route: &Route) {
    let _ = writeln!(text, "{}: {}", courier(day, route), figures(route));
    let mut table = table(&["arrives", "leaves", "site", "name", "load", "unload", "on board"], &[4, 5, 6]);
    for (stop, on_board) in route.stops.iter().zip(route.on_board()) {
        let (code, name) = match stop.place {
            Place::Site(id) => (day.centre.site(id).map_or("?".into(), |site| site.code.clone()), day.site_name(id)),
            Place::Home(_) => ("home".into(), day.place_name(stop.place)),
        };
        table.add_row(vec![
            hm(day, stop.arrives_at),
            hm(day, stop.departs_at),
            code,
            name,
            count(stop.load.len()),
            count(stop.unload.len()),
            on_board.to_string(),
        ]);
    }
    let _ = writeln!(text, "{table}");
}

fn rounds_text(text: &mut String, day: &DayPlan) {
    let rounds = &day.plan.rounds;
    if rounds.is_empty() {
        text.push_str("\nNo home-delivery rounds.\n");
        return;
    }
    text.push_str("\nHome-delivery rounds\n");
    let mut table = table(&["half-day", "from", "courier", "leaves", "back", "stops", "items", "km"], &[5, 6, 7]);
    for round in rounds {
        let route = &round.route;
        let ends = (route.stops.first(), route.stops.last());
        table.add_row(vec![
            round.half_day.to_string(),
            day.site_name(round.depot_id),
            courier(day, route),
            ends.0.map_or(String::new(), |stop| hm(day, stop.departs_at)),
            ends.1.map_or(String::new(), |stop| hm(day, stop.arrives_at)),
            route.stops.len().saturating_sub(2).to_string(),
            route.stops.iter().map(|stop| stop.load.len()).sum::<usize>().to_string(),
            km(route.distance_m()),
        ]);
    }
    let _ = writeln!(text, "{table}");
    let stops: usize = rounds.iter().map(|round| round.route.stops.len()).sum();
    if stops > ROUND_STOPS_SHOWN_MAX {
        let _ = writeln!(text, "{stops} stops in all; the API and --json have each of them.");
        return;
    }
    for round in rounds {
        round_stops_text(text, day, round);
    }
}

fn round_stops_text(text: &mut String, day: &DayPlan, round: &PlannedRound) {
    let _ = writeln!(text, "Round, {} from {}", round.half_day, day.site_name(round.depot_id));
    route_text(text, day, &round.route);
}

fn summary_text(text: &mut String, day: &DayPlan) {
    let summary = day.plan.summary();
    let _ = writeln!(
        text,
        "\n{} items planned, {} not planned, {} go on from a depot on a later day",
        summary.items_planned, summary.items_unassigned, summary.items_continuing
    );
    let on_time = summary.on_time_basis_points().map_or("–".to_owned(), |points| hundredths(points) + " %");
    let _ = writeln!(text, "On time: {on_time} ({} late)", summary.items_late);
    let _ = writeln!(
        text,
        "{} routes, {} stops, {} km, {} min out, {} min of them on the way, {} đồng",
        summary.routes,
        summary.stops,
        km(summary.distance_m),
        summary.duration_s / 60,
        summary.travel_s / 60,
        summary.cost_dong
    );
    for (reason, count) in &summary.unassigned_by_reason {
        let example = day.plan.unassigned.iter().find(|unassigned| unassigned.reason.code() == reason);
        let sentence = example.map_or(String::new(), |unassigned| unassigned.reason.sentence_en());
        let _ = writeln!(text, "  not planned, {reason}: {count}, such as: {sentence}");
    }
    let skipped = day.plan.warnings.iter().filter(|warning| matches!(warning, Warning::VisitSkipped { .. })).count();
    let _ = writeln!(
        text,
        "{} warnings: {} items ride their last safe run, {} come late, {skipped} visits are skipped",
        day.plan.warnings.len(),
        summary.items_on_last_safe_run,
        summary.items_late
    );
}

fn table(headers: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(headers.to_vec());
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn courier(day: &DayPlan, route: &Route) -> String {
    let courier = day.centre.couriers.iter().find(|courier| courier.id == route.courier_id);
    courier.map_or_else(|| "?".to_owned(), |courier| format!("{} {}", courier.code, courier.name))
}

fn figures(route: &Route) -> String {
    format!("{} km, {} min", km(route.distance_m()), route.duration_s() / 60)
}

fn hm(day: &DayPlan, at: DateTime<Utc>) -> String {
    at.with_timezone(&day.centre.centre.time_zone).format("%H:%M").to_string()
}

fn count(items: usize) -> String {
    if items == 0 { String::new() } else { items.to_string() }
}

fn km(metres: i64) -> String {
    format!("{}.{}", metres / 1000, metres % 1000 / 100)
}

fn hundredths(value: usize) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}
