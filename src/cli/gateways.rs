//! The sections of the configuration file that say by what people are told.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::error::CliError;
use crate::service::{Gateway, GatewayWords, MailServer, NotifySettings};

/// `[sms]` and `[zalo]`: a gateway to which messages are posted as JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewaySection {
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    secret_file: Option<PathBuf>,
    body: String,
    duplicate_status: Option<u16>,
}

/// `[smtp]`: a server that takes letters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailSection {
    url: String,
    user: Option<String>,
    password_file: Option<PathBuf>,
    from: String,
}

/// By what people are told, as the file has it.
pub(super) fn notify(
    sms: Option<&GatewaySection>,
    zalo: Option<&GatewaySection>,
    smtp: Option<&MailSection>,
) -> Result<NotifySettings, CliError> {
    Ok(NotifySettings {
        sms: sms.map(|section| gateway("sms", section)).transpose()?,
        zalo: zalo.map(|section| gateway("zalo", section)).transpose()?,
        mail: smtp.map(mail_server).transpose()?,
        ..NotifySettings::default()
    })
}

fn secret(key: &str, path: &Path) -> Result<String, CliError> {
    let text =
        fs::read_to_string(path).map_err(|error| CliError::Usage(format!("{key} {}: {error}", path.display())))?;
    Ok(text.trim().to_owned())
}

fn gateway(name: &str, section: &GatewaySection) -> Result<Gateway, CliError> {
    let secret_file = section.secret_file.as_deref();
    let words = GatewayWords {
        url: section.url.clone(),
        headers: section.headers.clone(),
        secret: secret_file.map(|path| secret(&format!("{name}.secret_file"), path)).transpose()?,
        body: section.body.clone(),
        duplicate_status: section.duplicate_status,
    };
    Gateway::new(&words).map_err(|problem| CliError::Usage(format!("[{name}] {problem}")))
}

fn mail_server(section: &MailSection) -> Result<MailServer, CliError> {
    let login = match (&section.user, &section.password_file) {
        (Some(user), Some(path)) => Some((user.as_str(), secret("smtp.password_file", path)?)),
        (None, None) => None,
        _ => return Err(CliError::Usage("[smtp] needs both user and password_file, or neither".to_owned())),
    };
    let login = login.as_ref().map(|(user, password)| (*user, password.as_str()));
    MailServer::new(&section.url, login, &section.from).map_err(|problem| CliError::Usage(format!("[smtp] {problem}")))
}
