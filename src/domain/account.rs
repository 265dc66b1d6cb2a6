use std::fmt;

use serde::{Deserialize, Serialize};

use super::DomainError;

/// What somebody is to the service, and with it what they may do (`rights`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Keeps the accounts, and may do everything else.
    Admin,
    /// Plans the days and sees that nothing is lost (điều phối viên).
    Dispatcher,
    /// Carries (nhân viên chuyển phát).
    Courier,
    /// Hands over and receives at one office (cán bộ một cửa).
    Clerk,
    /// Reads everything and changes nothing (lãnh đạo).
    Supervisor,
    /// Another system, which may do what the scopes of its token name.
    Integration,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Dispatcher, Self::Courier, Self::Clerk, Self::Supervisor, Self::Integration];

    const WORDS: [(&'static str, Self); 6] = [
        ("admin", Self::Admin),
        ("dispatcher", Self::Dispatcher),
        ("courier", Self::Courier),
        ("clerk", Self::Clerk),
        ("supervisor", Self::Supervisor),
        ("integration", Self::Integration),
    ];
}

word_enum!(Role, "role");

/// One thing that the token of another system allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Reading the centre, its sites, timetable and calendar.
    #[serde(rename = "centre:read")]
    CentreRead,
    /// Reading items.
    #[serde(rename = "items:read")]
    ItemsRead,
    /// Adding items.
    #[serde(rename = "items:write")]
    ItemsWrite,
    /// Adding and changing dossiers.
    #[serde(rename = "dossiers:write")]
    DossiersWrite,
    /// Reading plans, runs and rounds.
    #[serde(rename = "plans:read")]
    PlansRead,
    /// Having days planned.
    #[serde(rename = "plans:write")]
    PlansWrite,
    /// Recording scans.
    #[serde(rename = "scans:write")]
    ScansWrite,
    /// Reading who has what, and what has to be explained.
    #[serde(rename = "custody:read")]
    CustodyRead,
    /// Following what happens, and reading EPCIS events.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Capturing EPCIS events.
    #[serde(rename = "epcis:write")]
    EpcisWrite,
    /// Printing labels, manifests and slips.
    #[serde(rename = "paper:print")]
    PaperPrint,
    /// Solving routing problems.
    #[serde(rename = "solve")]
    Solve,
    /// Recording what rating devices take in.
    #[serde(rename = "ratings:write")]
    RatingsWrite,
    /// Tell what became of what was handed to the postal operator.
    #[serde(rename = "post:write")]
    PostWrite,
    /// Reading reports.
    #[serde(rename = "reports:read")]
    ReportsRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 15] = [
        Self::CentreRead,
        Self::ItemsRead,
        Self::ItemsWrite,
        Self::DossiersWrite,
        Self::PlansRead,
        Self::PlansWrite,
        Self::ScansWrite,
        Self::CustodyRead,
        Self::EventsRead,
        Self::EpcisWrite,
        Self::PaperPrint,
        Self::Solve,
        Self::RatingsWrite,
        Self::PostWrite,
        Self::ReportsRead,
    ];

    const WORDS: [(&'static str, Self); 15] = [
        ("centre:read", Self::CentreRead),
        ("items:read", Self::ItemsRead),
        ("items:write", Self::ItemsWrite),
        ("dossiers:write", Self::DossiersWrite),
        ("plans:read", Self::PlansRead),
        ("plans:write", Self::PlansWrite),
        ("scans:write", Self::ScansWrite),
        ("custody:read", Self::CustodyRead),
        ("events:read", Self::EventsRead),
        ("epcis:write", Self::EpcisWrite),
        ("paper:print", Self::PaperPrint),
        ("solve", Self::Solve),
        ("ratings:write", Self::RatingsWrite),
        ("post:write", Self::PostWrite),
        ("reports:read", Self::ReportsRead),
    ];
}

word_enum!(Scope, "scope");

/// The longest name of an account, characters.
pub const NAME_CHARS_MAX: usize = 64;

/// The name with which somebody comes in: small letters, digits and `.`, `_`, `-`, `@`; it begins with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountName(String);

impl AccountName {
    /// Reads a name; capitals become small letters.
    ///
    /// ```
    /// use conthoi::domain::AccountName;
    /// assert_eq!(AccountName::parse(" Lan.Tran ").unwrap().as_str(), "lan.tran");
    /// assert!(AccountName::parse("trần lan").is_err());
    /// ```
    ///
    /// # Errors
    /// [`DomainError::Code`] says what is expected.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let name = text.trim().to_ascii_lowercase();
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_@".contains(c);
        let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        if (2..=NAME_CHARS_MAX).contains(&name.len()) && begins_well && name.chars().all(known) {
            return Ok(Self(name));
        }
        Err(DomainError::Code {
            what: "account name",
            text: text.chars().take(NAME_CHARS_MAX).collect(),
            problem: format!(
                "expected 2 to {NAME_CHARS_MAX} letters a-z, digits and . _ - @, the first a letter or a digit"
            ),
        })
    }

    /// A name that was stored.
    #[must_use]
    pub fn from_trusted(name: String) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
