use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{CentreId, DomainError, DossierId, Effective, SiteId};

/// The code printed on a dossier, as barcode or QR; recognised by the centre's [`DossierCodePatterns`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DossierCode(String);

impl DossierCode {
    /// A code that was recognised before, such as one read back from the database.
    #[must_use]
    pub fn from_trusted(text: String) -> Self {
        Self(text)
    }

    /// The code as printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DossierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One generation of dossier codes. Neither generation has a check digit, so only its shape can be recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierCodePattern {
    /// Its name, such as `legacy` or `central`.
    pub name: String,
    /// A regular expression that the whole code must match.
    pub pattern: String,
    /// A code of this shape, for messages.
    pub example: String,
    /// When codes of this shape are issued; older ones are still recognised.
    pub effective: Effective,
}

/// The shapes of dossier codes that a centre recognises.
#[derive(Debug, Clone)]
pub struct DossierCodePatterns {
    rows: Vec<(DossierCodePattern, Regex)>,
}

impl PartialEq for DossierCodePatterns {
    fn eq(&self, other: &Self) -> bool {
        self.rows().eq(other.rows())
    }
}

impl DossierCodePatterns {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// [`DomainError::Code`] when a pattern is not a regular expression or does not match its own example.
    pub fn new(rows: Vec<DossierCodePattern>) -> Result<Self, DomainError> {
        let compile = |row: DossierCodePattern| {
            let fail = |problem: String| DomainError::Code {
                what: "dossier-code pattern",
                text: row.pattern.clone(),
                problem,
            };
            let regex = Regex::new(&format!("^(?:{})$", row.pattern)).map_err(|error| fail(error.to_string()))?;
            if !regex.is_match(&row.example) {
                return Err(fail(format!("it does not match its own example {:?}", row.example)));
            }
            Ok((row, regex))
        };
        Ok(Self { rows: rows.into_iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// The patterns as given.
    pub fn rows(&self) -> impl Iterator<Item = &DossierCodePattern> {
        self.rows.iter().map(|(row, _)| row)
    }

    /// Recognises a code; blanks around it are dropped.
    ///
    /// # Errors
    /// [`DomainError::Code`] naming the accepted shapes.
    pub fn recognise(&self, text: &str) -> Result<(DossierCode, &DossierCodePattern), DomainError> {
        let code = text.trim();
        match self.rows.iter().find(|(_, regex)| regex.is_match(code)) {
            Some((row, _)) => Ok((DossierCode(code.to_owned()), row)),
            None => {
                let examples: Vec<&str> = self.rows().map(|row| row.example.as_str()).collect();
                Err(DomainError::Code {
                    what: "dossier code",
                    text: text.to_owned(),
                    problem: format!("expected a code such as {}", examples.join(" or ")),
                })
            }
        }
    }

    /// Whether a code has a shape in which codes are issued on `date`.
    #[must_use]
    pub fn is_issued_on(&self, code: &DossierCode, date: NaiveDate) -> bool {
        self.rows.iter().any(|(row, regex)| row.effective.contains(date) && regex.is_match(code.as_str()))
    }

    /// The pattern by which codes are issued on `date`.
    #[must_use]
    pub fn issued_on(&self, date: NaiveDate) -> Option<&DossierCodePattern> {
        self.rows().find(|row| row.effective.contains(date))
    }
}

/// The citizen's case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Its id.
    pub id: DossierId,
    /// The centre that received it.
    pub centre_id: CentreId,
    /// The code printed on it.
    pub code: DossierCode,
    /// The department that settles it.
    pub department_id: SiteId,
    /// When the centre received it.
    pub received_at: DateTime<Utc>,
    /// When the result is promised (giấy hẹn trả kết quả).
    pub appointment_at: DateTime<Utc>,
    /// When the department settled it, once it has.
    pub settled_at: Option<DateTime<Utc>>,
    /// Whether it was made by the simulator.
    pub synthetic: bool,
    /// The administrative procedure, by its national code.
    pub procedure_code: Option<String>,
}
