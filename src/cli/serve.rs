use std::{
    io::{self, IsTerminal},
    net::TcpListener,
};

use super::{args::Listen, config::Config, error::CliError};
use crate::{
    api,
    service::{PublicUrl, Service, ServiceError},
};

pub(super) fn run(config: &Config, options: &Listen) -> Result<(), CliError> {
    let address = config.address(options);
    if !address.ip().is_loopback() && config.is_untouched() {
        return Err(api::ServeError::NobodyKnown { address: address.ip() }.into());
    }
    let listener = api::listen(address)?;
    let service = config.open_to_serve(options)?;
    serve(&service, listener, io::stderr().is_terminal())
}

/// Serves until interrupted. A database without a centre is served too: readiness and every answer say what is missing.
///
/// Where no admin can come in yet, a link for the first one is shown, if `show_link`: it belongs on a screen, not in a log.
pub(super) fn serve(service: &Service, listener: TcpListener, show_link: bool) -> Result<(), CliError> {
    let failed = service.fail_abandoned_jobs()?;
    if failed > 0 {
        tracing::warn!(failed, "plan jobs of an earlier process are marked as failed");
    }
    if let Err(error @ (ServiceError::NoCentre | ServiceError::SeveralCentres { .. })) = service.centre() {
        eprintln!("conthoi: {error}");
    }
    let public = service.access_settings().public_url.clone();
    if !listener.local_addr()?.ip().is_loopback() && !public.as_ref().is_some_and(PublicUrl::is_https) {
        tracing::warn!(
            "served beyond this machine without an https --public-url: passwords and scans travel in clear, unless a proxy \
             with TLS stands in front"
        );
    }
    let link = if show_link { first_admin(service)? } else { None };
    let nobody = link.is_none() && matches!(service.has_admin(), Ok(false));
    api::serve(service, listener, |address| {
        let reach = if address.ip().is_loopback() { " (this machine only)" } else { "" };
        eprintln!("Serving on http://{address}/{reach}. Ctrl-C ends.");
        if let Some(link) = link {
            let base = public.map_or_else(|| format!("http://{address}"), |url| url.to_string());
            eprintln!(
                "Nobody can come in yet. Set the password of the account `admin` here, once, within a day:\n  {base}{link}"
            );
        } else if nobody {
            eprintln!(
                "Nobody can come in yet: `conthoi account reset admin` makes a link to set the admin's password."
            );
        }
    })?;
    Ok(())
}

/// The path of the link for the first admin, where there is none yet.
fn first_admin(service: &Service) -> Result<Option<String>, CliError> {
    match service.first_admin_link() {
        Ok(link) => Ok(link.map(|link| link.path())),
        Err(ServiceError::NoCentre | ServiceError::SeveralCentres { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
