use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use super::{
    args::{LabelPaper, Print, PrintCommand},
    config::Config,
    error::CliError,
};
use crate::{
    domain::{RoundId, RunId, ScanId},
    service::{LabelFormat, ServiceError},
};

pub(super) fn run(config: &Config, options: &Print) -> Result<(), CliError> {
    let service = config.open()?;
    let (bytes, out) = match &options.command {
        PrintCommand::Label { codes, format, start, out } => {
            let format = match format {
                LabelPaper::A4 => LabelFormat::Sheets { start: *start },
                LabelPaper::Single => LabelFormat::Single,
                LabelPaper::Zpl => LabelFormat::Zpl,
            };
            (service.labels(codes, format)?, out)
        }
        PrintCommand::Manifest { run: Some(id), out, .. } => (service.run_manifest_pdf(RunId::from_uuid(*id))?, out),
        PrintCommand::Manifest { round: Some(id), out, .. } => {
            (service.round_manifest_pdf(RoundId::from_uuid(*id))?, out)
        }
        PrintCommand::Manifest { .. } => return Err(CliError::Usage("--run or --round is missing".into())),
        PrintCommand::Minute { scan, out } => (service.handover_minute(ScanId::from_uuid(*scan))?, out),
        PrintCommand::Slip { dossier, out } => (service.slip_pdf(&service.control_slip(dossier)?)?, out),
    };
    write(out, &bytes)
}

/// Writes a document to a file, or to standard output for `-`.
pub(super) fn write(out: &Path, bytes: &[u8]) -> Result<(), CliError> {
    if out == Path::new("-") {
        let mut stdout = io::stdout().lock();
        return Ok(stdout.write_all(bytes).and_then(|()| stdout.flush())?);
    }
    fs::write(out, bytes).map_err(|error| ServiceError::file("output file", out, &error).into())
}
