use std::{fmt::Write as _, ops::ControlFlow, path::Path};

use chrono::{DateTime, Utc};

use super::{
    args::{Roads, RoadsCommand},
    config::Config,
    error::CliError,
    output,
    progress::Progress,
};
use crate::service::{NetworkSummary, import_roads, roads_summary};

pub(super) fn run(config: &Config, options: &Roads) -> Result<(), CliError> {
    let summary = match &options.command {
        RoadsCommand::Import { file, out } => {
            let mut progress = Progress::of("roads");
            import_roads(file, out, &mut |step| {
                progress.tell(&step.phase, step.bytes_read, if step.bytes_read > 0 { step.bytes } else { 0 });
                ControlFlow::Continue(())
            })?
        }
        RoadsCommand::Info { file } => {
            let path: &Path = file.as_deref().or(config.roads()).ok_or_else(|| {
                CliError::Usage(
                    "no road network is named: give its file, or --roads, or roads in the configuration".into(),
                )
            })?;
            roads_summary(path)?
        }
    };
    if config.json { output::print_json(&summary) } else { output::print(&text(&summary)) }
}

fn text(summary: &NetworkSummary) -> String {
    let state = summary.data_timestamp_s.and_then(|s| DateTime::<Utc>::from_timestamp(s, 0));
    let mut text = format!("Road network {}; {}\n", summary.name, summary.attribution);
    if let Some(state) = state {
        let _ = writeln!(text, "State of the map: {}", state.format("%Y-%m-%d %H:%M UTC"));
    }
    let _ = writeln!(
        text,
        "{} vertices, {} roads, {} directed edges, {} stretches of ferry, {} nodes missing from the extract",
        summary.vertices, summary.roads, summary.edges, summary.ferries, summary.missing_nodes
    );
    for (profile, use_of) in &summary.profiles {
        let _ = writeln!(
            text,
            "  {profile}: {} edges; the largest connected part has {} vertices and {:.1} km ({} parts)",
            use_of.edges, use_of.main_part_vertices, use_of.main_part_km, use_of.components
        );
    }
    for (class, km) in &summary.km_by_class {
        let _ = writeln!(text, "  {class:<16} {km:>9.1} km");
    }
    text
}
