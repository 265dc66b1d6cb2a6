use std::{io, path::PathBuf};

use crate::{
    api::ServeError,
    service::{ServiceError, solve::SolveError},
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// The configuration cannot be used.
    #[error("{0}")]
    Usage(String),
    /// The configuration file cannot be used.
    #[error("configuration file {path}: {problem}", path = .path.display())]
    ConfigFile { path: PathBuf, problem: String },
    /// A use case failed.
    #[error("{0}")]
    Service(#[from] ServiceError),
    /// The server does not serve.
    #[error("{0}")]
    Serve(#[from] ServeError),
    /// The ledger does not prove.
    #[error("the ledger has {faults} faults: keep this database as it is and restore a sound copy beside it")]
    LedgerBroken { faults: usize },
    /// Rows of a file cannot be accepted.
    #[error("{count} rows cannot be accepted: the result names them")]
    RowsRejected { count: usize },
    /// A slip does not verify.
    #[error("do not rely on this slip: ask the centre that is said to have issued it")]
    SlipNotGenuine,
    /// The result cannot be printed.
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
}

const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
const UNUSABLE_DATA: u8 = 3;

impl CliError {
    /// The exit code, as `conthoi --help` lists them.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::ConfigFile { .. } | Self::Serve(ServeError::NobodyKnown { .. }) => WRONG_USAGE,
            Self::Service(error) => match error {
                ServiceError::SeveralCentres { .. }
                | ServiceError::UnknownCentre { .. }
                | ServiceError::Solve(SolveError::Option(_)) => WRONG_USAGE,
                ServiceError::Invalid(_)
                | ServiceError::NotAWorkingDay { .. }
                | ServiceError::OutsideCalendar(_)
                | ServiceError::Import(_)
                | ServiceError::DossierFile(_)
                | ServiceError::Simulate(_)
                | ServiceError::Dispatch(_)
                | ServiceError::Solve(SolveError::Format(_) | SolveError::Vroom(_))
                | ServiceError::Roads(_)
                | ServiceError::Domain(_)
                | ServiceError::Misread(_)
                | ServiceError::Paper(_) => UNUSABLE_DATA,
                _ => FAILED,
            },
            Self::LedgerBroken { .. } | Self::RowsRejected { .. } | Self::SlipNotGenuine => UNUSABLE_DATA,
            Self::Serve(_) | Self::Output(_) => FAILED,
        }
    }
}
