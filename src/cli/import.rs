use serde_json::json;

use super::{args::Import, config::Config, error::CliError, output};

pub(super) fn run(config: &Config, options: &Import) -> Result<(), CliError> {
    let service = config.open()?;
    let centre = match &options.folder {
        Some(folder) => service.import_folder(folder)?,
        None => service.import_embedded()?,
    };
    let about = &centre.centre;
    if config.json {
        return output::print_json(&json!({
            "centre": about.code,
            "name": about.name,
            "sites": centre.sites.len(),
            "communes": centre.communes.len(),
            "runs": centre.timetable.runs().len(),
            "vehicles": centre.vehicles.len(),
            "couriers": centre.couriers.len(),
            "rules": centre.rules.rows().len(),
            "calendar_from": centre.calendar.from(),
            "calendar_to": centre.calendar.to(),
        }));
    }
    output::print(&format!(
        "Loaded {} ({}): {} sites, {} communes, {} runs, {} couriers, {} vehicles, {} rules; calendar {} to {}.\n",
        about.name,
        about.code,
        centre.sites.len(),
        centre.communes.len(),
        centre.timetable.runs().len(),
        centre.couriers.len(),
        centre.vehicles.len(),
        centre.rules.rows().len(),
        centre.calendar.from(),
        centre.calendar.to(),
    ))
}
