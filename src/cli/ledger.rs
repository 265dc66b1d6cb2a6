use std::fmt::Write as _;

use serde_json::json;

use super::{
    args::{Ledger, LedgerCommand},
    config::Config,
    error::CliError,
    output,
};

pub(super) fn run(config: &Config, options: &Ledger) -> Result<(), CliError> {
    match options.command {
        LedgerCommand::Verify => verify(config),
    }
}

/// Proves the ledger. What is wrong with it is the result, and an exit code.
fn verify(config: &Config) -> Result<(), CliError> {
    let service = config.open()?;
    service.review_scans()?;
    let report = service.verify_ledger()?;
    if config.json {
        let faults = report.faults.iter().map(|fault| {
            json!({
                "position": fault.position,
                "scan_id": fault.scan.map(|id| id.to_string()),
                "problem": fault.problem,
            })
        });
        output::print_json(&json!({
            "sound": report.faults.is_empty(),
            "scans": report.scans,
            "codes": report.codes,
            "days": report.days,
            "faults": faults.collect::<Vec<_>>(),
        }))?;
    } else {
        let mut text = format!(
            "Looked at {} scans, the chains of {} codes and the roots of {} days.\n",
            report.scans, report.codes, report.days
        );
        for fault in &report.faults {
            let position = fault.position.map(|position| format!("position {position}")).unwrap_or_default();
            let scan = fault.scan.map(|id| format!(", scan {id}")).unwrap_or_default();
            let _ = writeln!(text, "{position}{scan}: {}", fault.problem);
        }
        text += if report.faults.is_empty() { "The ledger is sound.\n" } else { "The ledger is NOT sound.\n" };
        output::print(&text)?;
    }
    match report.faults.len() {
        0 => Ok(()),
        faults => Err(CliError::LedgerBroken { faults }),
    }
}
