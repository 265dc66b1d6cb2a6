use super::{args::Listen, config::Config, error::CliError};
use crate::{
    api,
    service::{Service, ServiceError},
};

pub(super) fn run(config: &Config, options: &Listen) -> Result<(), CliError> {
    let listener = api::listen(config.address(options))?;
    let service = config.open_to_serve(options)?;
    serve(&service, listener)
}

/// Serves until interrupted. A database without a centre is served too: readiness and every answer say what is missing.
pub(super) fn serve(service: &Service, listener: std::net::TcpListener) -> Result<(), CliError> {
    let failed = service.fail_abandoned_jobs()?;
    if failed > 0 {
        tracing::warn!(failed, "plan jobs of an earlier process are marked as failed");
    }
    if let Err(error @ (ServiceError::NoCentre | ServiceError::SeveralCentres { .. })) = service.centre() {
        eprintln!("conthoi: {error}");
    }
    api::serve(service, listener, |address| {
        eprintln!("Serving on http://{address}/ (this machine only: there is no authentication yet). Ctrl-C ends.");
    })?;
    Ok(())
}
