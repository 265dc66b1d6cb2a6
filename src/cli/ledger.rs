use std::fmt::Write as _;

use serde_json::json;

use super::{
    args::{Ledger, LedgerCommand},
    config::Config,
    error::CliError,
    output,
};
use crate::{
    api::VerifyResponse,
    service::{SlipVerdict, Statement, StatementError, hex},
};

pub(super) fn run(config: &Config, options: &Ledger) -> Result<(), CliError> {
    match &options.command {
        LedgerCommand::Verify => verify(config),
        LedgerCommand::VerifySlip { qr: Some(text), key: Some(key), .. } => verify_offline(config, text, key),
        LedgerCommand::VerifySlip { code, qr, .. } => {
            verify_slip(config, code.as_deref().or(qr.as_deref()).unwrap_or_default())
        }
        LedgerCommand::PublicKey => {
            let key = hex(&config.open()?.slip_public_key()?);
            if config.json {
                output::print_json(&json!({ "algorithm": "Ed25519", "public_key": key }))
            } else {
                output::print(&format!("{key}\n"))
            }
        }
    }
}

/// Asks the database about a slip. What is wrong with it is the result, and an exit code.
fn verify_slip(config: &Config, text: &str) -> Result<(), CliError> {
    let service = config.open()?;
    let verdict = service.verify_slip(text)?;
    let centre = service.centre()?;
    if config.json {
        output::print_json(&VerifyResponse::of(&centre, &verdict))?;
    } else {
        let zone = centre.centre.time_zone;
        let text = match &verdict {
            SlipVerdict::Genuine(check) => {
                let since = match check.scans_since {
                    0 => "Nothing was scanned since.".to_owned(),
                    scans => format!(
                        "Since then {scans} more scans came in; there are {} handoffs now: print a new slip.",
                        check.handoffs_now
                    ),
                };
                format!("The slip {} is genuine.\n{}{since}\n", check.code, told(&check.statement, zone))
            }
            SlipVerdict::NotGenuine { fault, statement } => {
                let told = statement.as_ref().map(|statement| told(statement, zone)).unwrap_or_default();
                format!("The slip is NOT genuine: {}.\n{told}", fault.explanation())
            }
        };
        output::print(&text)?;
    }
    match verdict {
        SlipVerdict::Genuine(_) => Ok(()),
        SlipVerdict::NotGenuine { .. } => Err(CliError::SlipNotGenuine),
    }
}

/// Checks the text of a slip's 2-D code with nothing but the issuer's key.
fn verify_offline(config: &Config, text: &str, key: &str) -> Result<(), CliError> {
    let signed = match crate::service::verify_offline(text, key) {
        Ok(signed) => signed,
        Err(StatementError::Key) => return Err(CliError::Usage(StatementError::Key.to_string())),
        Err(error) => {
            if config.json {
                output::print_json(&json!({ "genuine": false, "explanation": error.to_string() }))?;
            } else {
                output::print(&format!("The slip is NOT genuine: {error}.\n"))?;
            }
            return Err(CliError::SlipNotGenuine);
        }
    };
    let statement = &signed.statement;
    if config.json {
        let handoffs = statement.told.iter();
        let handoffs = handoffs.map(|told| json!({ "giver": told.giver, "receiver": told.receiver, "at": told.at }));
        return output::print_json(&json!({
            "genuine": true,
            "code": signed.code().to_string(),
            "centre": statement.centre,
            "dossier": statement.dossier,
            "issued_at": statement.issued_at,
            "handoffs": statement.handoffs,
            "ledger_position": statement.position,
            "ledger_digest": hex(&statement.entries),
            "printed_digest": hex(&statement.printed),
            "told": handoffs.collect::<Vec<_>>(),
        }));
    }
    let told = told(statement, chrono_tz::UTC);
    output::print(&format!("The slip {} is signed with this key.\n{told}", signed.code()))
}

/// What a statement says, a line for each handoff.
fn told(statement: &Statement, zone: chrono_tz::Tz) -> String {
    let time = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string();
    let mut text = format!(
        "Dossier {} of centre {}, issued {}, {} handoffs up to position {} of the ledger.\n",
        statement.dossier,
        statement.centre,
        time(statement.issued_at),
        statement.handoffs,
        statement.position
    );
    for (n, handoff) in statement.told.iter().enumerate() {
        let (giver, receiver) = (&handoff.giver, &handoff.receiver);
        let _ = writeln!(text, "{:>4}. {}  {giver} → {receiver}", n + 1, time(handoff.at));
    }
    let left_out = (statement.handoffs as usize).saturating_sub(statement.told.len());
    if left_out > 0 {
        let _ = writeln!(text, "      and {left_out} more, which are on the paper only");
    }
    let _ = writeln!(text, "Ledger {}, printed {}.", hex(&statement.entries), hex(&statement.printed));
    text
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
