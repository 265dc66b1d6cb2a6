//! Which database a text names. The scheme decides, never the database library: given a mistyped PostgreSQL URL that
//! would create an SQLite file of that name.

use std::{fmt, path::Path, str::FromStr};

use super::StoreError;

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, the default.
    Sqlite,
    /// A server.
    Postgres,
}

/// Where the database is: `sqlite:PATH`, a bare path that ends in `.sqlite` or `.db`, or
/// `postgres://USER:PASSWORD@HOST/DATABASE`. `Display` and `Debug` hide the password.
///
/// ```
/// let url: conthoi::store::DatabaseUrl = "postgres://lan:s3cret@db.example/conthoi".parse().unwrap();
/// assert_eq!(url.to_string(), "postgres://lan:***@db.example/conthoi");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Target);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A file's path.
    Sqlite(String),
    Postgres(PostgresUrl),
}

/// A checked PostgreSQL URL in parts, none of them decoded.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PostgresUrl {
    user: Option<String>,
    password: Option<String>,
    hosts: String,
    /// `/database`, or nothing.
    path: String,
    parameters: Vec<(String, String)>,
}

/// Parameters whose value is a secret.
const SECRETS: [&str; 2] = ["password", "sslpassword"];

impl DatabaseUrl {
    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.0 {
            Target::Sqlite(_) => Backend::Sqlite,
            Target::Postgres(_) => Backend::Postgres,
        }
    }

    pub(super) fn target(&self) -> &Target {
        &self.0
    }

    /// The file of an SQLite database.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&std::path::Path> {
        match &self.0 {
            Target::Sqlite(path) => Some(std::path::Path::new(path)),
            Target::Postgres(_) => None,
        }
    }

    /// The URL for the PostgreSQL client, password and all; for SQLite the path.
    pub(super) fn connection_string(&self) -> String {
        match &self.0 {
            Target::Sqlite(path) => path.clone(),
            Target::Postgres(url) => {
                let mut url = url.clone();
                for (name, value) in [("connect_timeout", "10"), ("application_name", "conthoi")] {
                    if url.parameters.iter().all(|(known, _)| known != name) {
                        url.parameters.push((name.to_owned(), value.to_owned()));
                    }
                }
                url.text(false)
            }
        }
    }

    /// `message` unless it quotes a secret.
    pub(super) fn without_password(&self, message: &str) -> String {
        let Target::Postgres(url) = &self.0 else { return message.to_owned() };
        let secrets =
            url.parameters.iter().filter(|(name, _)| SECRETS.contains(&name.as_str())).map(|(_, value)| value);
        // A shorter one would be found in any text.
        let quoted =
            url.password.iter().chain(secrets).any(|secret| secret.len() > 3 && message.contains(secret.as_str()));
        if quoted {
            "the connection failed (its message quotes the password and is withheld)".into()
        } else {
            message.into()
        }
    }
}

impl PostgresUrl {
    fn text(&self, hide: bool) -> String {
        let mut text = String::from("postgres://");
        if let Some(user) = &self.user {
            text += user;
            if let Some(password) = &self.password {
                text += ":";
                text += if hide { "***" } else { password };
            }
            text += "@";
        }
        text += &self.hosts;
        text += &self.path;
        for (n, (name, value)) in self.parameters.iter().enumerate() {
            text += if n == 0 { "?" } else { "&" };
            text += name;
            text += "=";
            text += if hide && SECRETS.contains(&name.as_str()) { "***" } else { value };
        }
        text
    }

    /// Takes apart what follows `postgres://`. No message quotes any of it but names of parameters: a password with an
    /// unescaped `@`, `/` or `?` may stand anywhere.
    fn parse(rest: &str) -> Result<Self, String> {
        const ESCAPE: &str = "write a @ / ? # or % in the password as %40 %2F %3F %23 %25";
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = before.find('/').map_or((before, ""), |at| before.split_at(at));
        let (user_info, hosts) =
            authority.rsplit_once('@').map_or((None, authority), |(user, hosts)| (Some(user), hosts));
        if user_info.is_some_and(|user| user.contains('@')) || path.contains('@') || query.contains('@') {
            return Err(format!("it has an @ too many: {ESCAPE}"));
        }
        if path.trim_start_matches('/').contains('/') {
            return Err(format!("it has a / too many after the host: {ESCAPE}"));
        }
        if !hosts.split(',').all(host_is_well_formed) {
            return Err(format!("what should be HOST:PORT is not: PORT is a number; {ESCAPE}"));
        }
        let (user, password) = match user_info.map(|user| user.split_once(':').unwrap_or((user, ""))) {
            Some((user, "")) => (Some(user.to_owned()), None),
            Some((user, password)) => (Some(user.to_owned()), Some(password.to_owned())),
            None => (None, None),
        };
        let mut parameters = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some((name, value)) if !value.contains('=') => parameters.push((name.to_owned(), value.to_owned())),
                _ => return Err(format!("after the ? come NAME=VALUE pairs joined by &; {ESCAPE}")),
            }
        }
        if !percent_signs_are_escapes(rest) || rest.contains('\0') {
            return Err(format!("it has a % that begins no escape: {ESCAPE}"));
        }
        let needs_tls = |(name, value): &&(String, String)| {
            name == "sslmode" && ["require", "verify-ca", "verify-full"].contains(&value.as_str())
        };
        if let Some((_, mode)) = parameters.iter().find(needs_tls) {
            return Err(format!(
                "sslmode={mode} asks for TLS, which the built-in PostgreSQL client does not have: connect over a local \
                 socket, a private network or an encrypted tunnel, and leave sslmode out"
            ));
        }
        Ok(Self { user, password, hosts: hosts.to_owned(), path: path.to_owned(), parameters })
    }
}

/// `host`, `host:5432`, `[::1]:5432`, `%2Frun%2Fpostgresql` or nothing.
fn host_is_well_formed(host: &str) -> bool {
    let port = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((_, "")) => return true,
            Some((_, after)) => after.strip_prefix(':'),
            None => None,
        },
        None => Some(host.split_once(':').map_or("", |(_, port)| port)),
    };
    port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn percent_signs_are_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    })
}

fn sqlite_path(path: &str) -> Result<String, String> {
    if path.is_empty() || path == "/" {
        Err("sqlite: wants the path of a file after it".into())
    } else if path.contains(":memory:") || path.contains("mode=memory") {
        Err("a database in memory cannot be shared by several connections: give the path of a file".into())
    } else if path.starts_with("file:") || path.contains(['?', '\0']) {
        Err("sqlite: wants a plain path after it, without file: and without options after a ?".into())
    } else {
        Ok(path.to_owned())
    }
}

/// Whether a bare text ends as a database's file does.
fn names_a_file(text: &str) -> bool {
    let extension = Path::new(text).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("sqlite") || extension.eq_ignore_ascii_case("db"))
}

/// The letters before a colon that look like a URL's scheme; one letter is a drive.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let is_word = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_word.then_some(scheme)
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let target = match scheme(text) {
            Some("sqlite") => {
                let path = &text["sqlite:".len()..];
                sqlite_path(path.strip_prefix("//").unwrap_or(path)).map(Target::Sqlite)
            }
            Some(scheme @ ("postgres" | "postgresql")) => match text[scheme.len()..].strip_prefix("://") {
                Some(rest) => PostgresUrl::parse(rest).map(Target::Postgres),
                None => Err(format!("{scheme}: must be followed by //")),
            },
            // Only the scheme is quoted: a password may follow.
            Some(scheme) => Err(format!("{scheme:?} is not a known kind of database")),
            None if text.is_empty() => Err("it is empty".into()),
            None if names_a_file(text) => sqlite_path(text).map(Target::Sqlite),
            None => Err("it does not say which kind of database it is".into()),
        };
        target.map(Self).map_err(|problem| StoreError::Url { problem })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Sqlite(path) => write!(f, "sqlite:{path}"),
            Target::Postgres(url) => f.write_str(&url.text(true)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
