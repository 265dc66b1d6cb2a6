use serde_json::json;

use super::{config::Config, error::CliError, output};

/// Erases what is older than records are kept. Nothing else can be asked for yet, and nothing is erased without being asked for.
pub(super) fn run(config: &Config) -> Result<(), CliError> {
    let erased = config.open()?.erase_expired()?;
    if config.json {
        return output::print_json(&json!({
            "home_deliveries": erased.home_deliveries, "dossier_phones": erased.dossier_phones,
        }));
    }
    output::print(&format!(
        "Erased the personal data of {} home deliveries and the number on {} slips.\n",
        erased.home_deliveries, erased.dossier_phones
    ))
}
