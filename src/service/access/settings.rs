use std::{fmt, str::FromStr};

use chrono::Duration;
use openidconnect::{IssuerUrl, RedirectUrl};

use super::Secret;

/// What a password's hash costs (Argon2id, RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// What OWASP's Password Storage Cheat Sheet asks for at least: 19 MiB, 2 passes, 1 lane.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// Under what address people reach the service from outside, such as `https://conthoi.example.vn`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    authority: String,
}

impl PublicUrl {
    /// Whether it is https, so that cookies can be kept to it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host and port, as browsers send them.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.https { "https" } else { "http" }, self.authority)
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    /// Reads scheme, host and port.
    ///
    /// ```
    /// use conthoi::service::PublicUrl;
    /// assert_eq!("https://Conthoi.example.vn/".parse::<PublicUrl>().unwrap().to_string(), "https://conthoi.example.vn");
    /// assert!("conthoi.example.vn".parse::<PublicUrl>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "{text:?} is no public URL: expected https://HOST or https://HOST:PORT without a path (or http://…)"
            )
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(expected)?;
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(expected()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if authority.is_empty() || !authority.chars().all(plain) {
            return Err(expected());
        }
        // Browsers leave the scheme's own port out of what they send.
        let own_port = if https { ":443" } else { ":80" };
        let authority = authority.strip_suffix(own_port).map_or(authority.clone(), str::to_owned);
        Ok(Self { https, authority })
    }
}

/// An identity provider that may vouch for people (`OpenID` Connect).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    /// Where the provider sends people back to.
    pub(super) back: RedirectUrl,
}

impl ProviderSettings {
    /// The provider `issuer`, which knows this service as `client_id` and sends people back below `public_url`.
    ///
    /// # Errors
    /// What is wrong with which value.
    pub fn new(issuer: &str, client_id: &str, client_secret: &str, public_url: &PublicUrl) -> Result<Self, String> {
        let wrong = || {
            format!(
                "oidc_issuer {issuer:?}: expected an https URL without query and fragment (http at this machine only)"
            )
        };
        let url = IssuerUrl::new(issuer.to_owned()).map_err(|_| wrong())?;
        let parts = url.url();
        let here = matches!(parts.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let reached_safely = parts.scheme() == "https" || (parts.scheme() == "http" && here);
        if !reached_safely || parts.query().is_some() || parts.fragment().is_some() {
            return Err(wrong());
        }
        for (name, value) in [("oidc_client_id", client_id), ("oidc_client_secret_file", client_secret)] {
            if value.is_empty() || value.contains(char::is_control) {
                return Err(format!("{name}: expected one line that is not empty"));
            }
        }
        let back = RedirectUrl::new(format!("{public_url}/login/oidc/callback"))
            .map_err(|_| format!("public_url {public_url}: a provider cannot lead back to it"))?;
        Ok(Self { issuer: url, client_id: client_id.to_owned(), client_secret: Secret::given(client_secret), back })
    }
}

/// How people come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessSettings {
    /// The address from outside.
    pub public_url: Option<PublicUrl>,
    /// Who else may vouch for people.
    pub provider: Option<ProviderSettings>,
    /// What a password's hash costs.
    pub password: PasswordCost,
    /// After how long without a request a session ends.
    pub session_idle: Duration,
    /// After how long a session ends whatever happens.
    pub session_longest: Duration,
    /// How long a one-time link can be used.
    pub link_lasts: Duration,
    /// How long the code of a new device can be traded.
    pub enrolment_lasts: Duration,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            provider: None,
            password: PasswordCost::default(),
            session_idle: Duration::hours(2),
            session_longest: Duration::hours(12),
            link_lasts: Duration::hours(24),
            enrolment_lasts: Duration::minutes(10),
        }
    }
}
