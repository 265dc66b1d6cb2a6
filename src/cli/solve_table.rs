use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};

use crate::service::solve::{BenchmarkAnswer, VroomAnswer, VroomRoute, VroomStep};

/// The routes and totals of a benchmark's answer for people.
pub(super) fn benchmark(answer: &BenchmarkAnswer) -> String {
    let mut table = table(&["route", "distance", "leaves", "returns", "load", "customers"]);
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

/// The routes and totals of VROOM's output for people. Times are as the input counts them.
pub(super) fn vroom(answer: &VroomAnswer) -> String {
    let mut text = String::new();
    if let Some(travel) = &answer.travel {
        let _ = writeln!(text, "Travel: {}", travel.label);
        if let Some(attribution) = &travel.attribution {
            let _ = writeln!(text, "{attribution}");
        }
    }
    let mut table = table(&["vehicle", "cost", "leaves", "returns", "travel", "waiting", "tasks"]);
    for route in &answer.output.routes {
        let time = |step: Option<&VroomStep>| step.map_or(String::new(), |step| step.arrival.to_string());
        table.add_row([
            route.vehicle.to_string(),
            route.cost.to_string(),
            time(route.steps.first()),
            time(route.steps.last()),
            route.totals.duration.to_string(),
            route.totals.waiting_time.to_string(),
            tasks(route),
        ]);
    }
    let summary = &answer.output.summary;
    let _ = writeln!(text, "{table}");
    let distance = summary.totals.distance.map_or(String::new(), |metres| format!(", {metres} m"));
    let _ = writeln!(
        text,
        "{} routes, cost {}, {} s on the way{distance}; {} iterations",
        summary.routes, summary.cost, summary.totals.duration, answer.iterations
    );
    let left_out: Vec<String> =
        answer.output.unassigned.iter().map(|task| format!("{} {}", task.r#type, task.id)).collect();
    if !left_out.is_empty() {
        let _ = writeln!(text, "Not assigned: {} ({})", left_out.len(), left_out.join(", "));
    }
    text
}

fn tasks(route: &VroomRoute) -> String {
    let named = route.steps.iter().filter_map(|step| Some((step.r#type, step.id?)));
    named.map(|(kind, id)| format!("{kind} {id}")).collect::<Vec<_>>().join(", ")
}

/// A table whose last column alone is text.
fn table(headers: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(headers.to_vec());
    for column in 0..headers.len() - 1 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
