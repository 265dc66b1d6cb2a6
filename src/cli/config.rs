use std::{
    fs,
    io::{self, IsTerminal},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::{
    args::{Command, Common, Listen},
    error::CliError,
    gateways::{GatewaySection, MailSection, PushSection, notify},
};
use crate::service::{
    AccessSettings, DatabaseUrl, EvidenceLimits, ExchangeSettings, PostalSettings, ProviderSettings, PublicUrl,
    Service, Setup, solve::SolveLimits,
};

/// The file that is read where it exists and no other is named.
const FILE_DEFAULT: &str = "conthoi.toml";
/// Where the default database lies.
const FOLDER_DEFAULT: &str = "conthoi-data";
const DATABASE_DEFAULT: &str = "sqlite:conthoi-data/conthoi.sqlite";
const PORT_DEFAULT: u16 = 8080;

/// The TOML file. An unknown key is an error: a mistyped one must not be ignored in silence.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are those of the configuration file")]
struct File {
    database: Option<String>,
    centre: Option<String>,
    roads: Option<PathBuf>,
    bind: Option<IpAddr>,
    port: Option<u16>,
    log: Option<String>,
    log_format: Option<String>,
    solve_seconds_max: Option<u32>,
    solve_at_once: Option<u32>,
    evidence_dir: Option<PathBuf>,
    evidence_bytes_max: Option<u64>,
    public_url: Option<String>,
    webhooks_private: Option<bool>,
    oidc_issuer: Option<String>,
    oidc_client_id: Option<String>,
    oidc_client_secret_file: Option<PathBuf>,
    post_url: Option<String>,
    post_secret_file: Option<PathBuf>,
    sms: Option<GatewaySection>,
    zalo: Option<GatewaySection>,
    smtp: Option<MailSection>,
    push: Option<PushSection>,
}

/// Options, environment, file and defaults in one.
#[derive(Debug)]
pub(super) struct Config {
    setup: Setup,
    pub(super) json: bool,
    bind: Option<IpAddr>,
    port: Option<u16>,
    log: Option<String>,
    log_json: bool,
    solve_seconds_max: Option<u32>,
    solve_at_once: Option<u32>,
    webhooks_private: bool,
    oidc_issuer: Option<String>,
    oidc_client_id: Option<String>,
    oidc_client_secret_file: Option<PathBuf>,
    post_url: Option<String>,
    post_secret_file: Option<PathBuf>,
}

impl Config {
    /// An option or its environment variable (clap has merged those) goes before the file, the file before the default.
    pub(super) fn merge(common: &Common) -> Result<Self, CliError> {
        let file = read_file(common.config.as_deref())?;
        let database = common.database.clone().or(file.database);
        let url = database.as_deref().unwrap_or(DATABASE_DEFAULT);
        let url: DatabaseUrl = url.parse().map_err(|error| CliError::Usage(format!("{error}")))?;
        let log_format = common.log_format.clone().or(file.log_format);
        let log_json = match log_format.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(other) => {
                return Err(CliError::Usage(format!("log_format {other:?} is unknown: expected text or json")));
            }
        };
        let public_url: Option<PublicUrl> = match common.public_url.clone().or(file.public_url) {
            None => None,
            Some(url) => Some(url.parse().map_err(CliError::Usage)?),
        };
        // Things are named by https URLs only.
        let exchange = match public_url.as_ref().filter(|url| url.is_https()) {
            None => ExchangeSettings::default(),
            Some(url) => ExchangeSettings::below(&url.to_string())?,
        };
        Ok(Self {
            setup: Setup {
                database: url,
                make_folder: database.is_none().then(|| PathBuf::from(FOLDER_DEFAULT)),
                centre: common.centre.clone().or(file.centre),
                roads: common.roads.clone().or(file.roads),
                solve: SolveLimits::default(),
                exchange,
                evidence: file.evidence_dir,
                evidence_limits: EvidenceLimits {
                    bytes_max: file.evidence_bytes_max.unwrap_or(EvidenceLimits::default().bytes_max),
                    ..EvidenceLimits::default()
                },
                notify: notify(file.sms.as_ref(), file.zalo.as_ref(), file.smtp.as_ref(), file.push.as_ref())?,
                access: AccessSettings { public_url, ..AccessSettings::default() },
                clock: None,
            },
            solve_seconds_max: file.solve_seconds_max,
            solve_at_once: file.solve_at_once,
            webhooks_private: file.webhooks_private.unwrap_or(false),
            oidc_issuer: file.oidc_issuer,
            oidc_client_id: file.oidc_client_id,
            oidc_client_secret_file: file.oidc_client_secret_file,
            post_url: file.post_url,
            post_secret_file: file.post_secret_file,
            json: common.json,
            bind: file.bind,
            port: file.port,
            log: common.log.clone().or(file.log),
            log_json,
        })
    }

    /// Begins to log to standard error. Servers say what they do; other commands only what is wrong.
    pub(super) fn start_log(&self, command: &Command) -> Result<(), CliError> {
        let default = if matches!(command, Command::Serve(_)) { "info" } else { "warn" };
        let text = self.log.as_deref().unwrap_or(default);
        let filter = EnvFilter::try_new(text)
            .map_err(|error| CliError::Usage(format!("the log filter {text:?} cannot be read: {error}")))?;
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal());
        // Only a second call in the same process fails, and then the first log goes on.
        let _ = if self.log_json { log.json().try_init() } else { log.try_init() };
        Ok(())
    }

    /// Opens the database for a server, which solves problems for its clients within limits.
    pub(super) fn open_to_serve(&self, listen: &Listen) -> Result<Service, CliError> {
        let mut setup = self.setup.clone();
        let limits = [
            ("solve_seconds_max", listen.solve_seconds_max.or(self.solve_seconds_max)),
            ("solve_at_once", listen.solve_at_once.or(self.solve_at_once)),
        ];
        for (name, limit) in limits {
            match limit {
                None => {}
                Some(0) => return Err(CliError::Usage(format!("{name} is 0: expected 1 or more"))),
                Some(limit) if name == "solve_at_once" => setup.solve.at_once = limit as usize,
                Some(limit) => setup.solve.time_max = Duration::from_secs(limit.into()),
            }
        }
        if listen.webhooks_private || self.webhooks_private {
            setup.exchange = setup.exchange.reaching_private();
        }
        setup.evidence = listen.evidence_dir.clone().or(setup.evidence);
        setup.evidence_limits.bytes_max = listen.evidence_bytes_max.unwrap_or(setup.evidence_limits.bytes_max);
        if setup.evidence_limits.bytes_max == 0 {
            return Err(CliError::Usage("evidence_bytes_max is 0: expected 1 or more".into()));
        }
        setup.access.provider = self.provider(listen)?;
        if listen.clock.is_some() && !self.address(listen).ip().is_loopback() {
            let refusal =
                "--clock is for rehearsals on this machine: the service binds to loopback addresses only with it";
            return Err(CliError::Usage(refusal.into()));
        }
        setup.clock = listen.clock;
        let operator = self.postal_operator(listen)?;
        let service = setup.open()?;
        if let Some(operator) = operator {
            service.exchange_with_post(operator);
        }
        Ok(service)
    }

    /// The postal operator's system, where one is configured: all of it, or nothing.
    fn postal_operator(&self, listen: &Listen) -> Result<Option<PostalSettings>, CliError> {
        let url = listen.post_url.as_ref().or(self.post_url.as_ref());
        let secret_file = listen.post_secret_file.as_ref().or(self.post_secret_file.as_ref());
        match (url, secret_file) {
            (None, None) => Ok(None),
            (Some(url), Some(file)) => {
                let secret = fs::read_to_string(file)
                    .map_err(|error| CliError::Usage(format!("post_secret_file {}: {error}", file.display())))?;
                PostalSettings::new(url, &secret).map(Some).map_err(CliError::Usage)
            }
            _ => Err(CliError::Usage("the postal operator's system needs both post_url and post_secret_file".into())),
        }
    }

    /// The identity provider, where one is configured: all of it, or nothing.
    fn provider(&self, listen: &Listen) -> Result<Option<ProviderSettings>, CliError> {
        let issuer = listen.oidc_issuer.as_ref().or(self.oidc_issuer.as_ref());
        let client_id = listen.oidc_client_id.as_ref().or(self.oidc_client_id.as_ref());
        let secret_file = listen.oidc_client_secret_file.as_ref().or(self.oidc_client_secret_file.as_ref());
        let (Some(issuer), Some(client_id), Some(secret_file)) = (issuer, client_id, secret_file) else {
            if issuer.is_none() && client_id.is_none() && secret_file.is_none() {
                return Ok(None);
            }
            let expected =
                "login by OpenID Connect needs all of oidc_issuer, oidc_client_id and oidc_client_secret_file";
            return Err(CliError::Usage(expected.to_owned()));
        };
        let public_url = self.public_url().ok_or_else(|| {
            CliError::Usage("login by OpenID Connect needs public_url, to which the provider leads back".to_owned())
        })?;
        let secret = fs::read_to_string(secret_file)
            .map_err(|error| CliError::Usage(format!("oidc_client_secret_file {}: {error}", secret_file.display())))?;
        ProviderSettings::new(issuer, client_id, secret.trim(), public_url).map(Some).map_err(CliError::Usage)
    }

    /// Opens the database and brings it up to date.
    pub(super) fn open(&self) -> Result<Service, CliError> {
        Ok(self.setup.open()?)
    }

    /// Whether the default database is meant and has not been made yet, so that a command that only reads need not make it.
    pub(super) fn is_untouched(&self) -> bool {
        self.setup.make_folder.is_some() && !Path::new(FOLDER_DEFAULT).exists()
    }

    /// Under what address people reach the service from outside.
    pub(super) fn public_url(&self) -> Option<&PublicUrl> {
        self.setup.access.public_url.as_ref()
    }

    /// The road network's file.
    pub(super) fn roads(&self) -> Option<&Path> {
        self.setup.roads.as_deref()
    }

    /// Where the service listens when nothing else is said, for people at this machine.
    pub(super) fn loopback_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.unwrap_or(PORT_DEFAULT))
    }

    /// Where to listen.
    pub(super) fn address(&self, listen: &Listen) -> SocketAddr {
        let address = listen.bind.or(self.bind).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        SocketAddr::new(address, listen.port.or(self.port).unwrap_or(PORT_DEFAULT))
    }
}

fn read_file(named: Option<&Path>) -> Result<File, CliError> {
    let path = named.unwrap_or(Path::new(FILE_DEFAULT));
    let fail = |problem: String| CliError::ConfigFile { path: path.to_owned(), problem };
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| fail(error.to_string().trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => Ok(File::default()),
        Err(error) => Err(fail(error.to_string())),
    }
}
