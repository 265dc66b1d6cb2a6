//! Dossiers in from the one-stop system.
//!
//! A dossier is named by its code and put as a whole: creating and replacing are one. What is kept of it is what logistics
//! needs, which of its citizen is a keyed digest of the telephone number on the appointment slip and no more. `import` takes many at once, row by row.

mod import;

pub use import::{DossierFormat, DossierReport, IMPORT_ROWS_MAX, ImportedRow, RowColumn, RowResult};

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

use super::{
    FieldProblem, Service, ServiceError,
    homes::{PhoneDigest, PhoneKey},
};
use crate::{
    domain::{
        Act, Authority, CentreData, Concerns, DayClock, Dossier, DossierCode, DossierId, Party, Phone, SiteId,
        SiteKind, to_micros,
    },
    store::PutDossier,
};

/// The longest code of a procedure, characters.
const PROCEDURE_CHARS_MAX: usize = 64;
/// The clock of another system may be so far ahead.
const AHEAD: Duration = Duration::hours(1);

/// A dossier as the one-stop system names things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDossier {
    /// The code of the department that settles it.
    pub department: String,
    /// The administrative procedure, by its national code.
    pub procedure: Option<String>,
    /// When the centre received it.
    pub received_at: DateTime<Utc>,
    /// When the result is promised.
    pub appointment_at: DateTime<Utc>,
    /// When the department settled it, once it has.
    pub settled_at: Option<DateTime<Utc>>,
    /// The telephone number on the appointment slip; without it the one known stays. Only a keyed digest is kept.
    pub phone: Option<String>,
}

/// A stored dossier's content in short: the same content has the same version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierVersion(String);

impl DossierVersion {
    /// The version of a dossier.
    #[must_use]
    pub fn of(dossier: &Dossier) -> Self {
        let micros = |at: DateTime<Utc>| at.timestamp_micros();
        let content = format!(
            "{}\n{}\n{:?}\n{}\n{}\n{:?}",
            dossier.code,
            dossier.department_id,
            dossier.procedure_code,
            micros(dossier.received_at),
            micros(dossier.appointment_at),
            dossier.settled_at.map(micros),
        );
        let digest: [u8; 32] = Sha256::digest(content).into();
        Self(digest[..12].iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
    }
}

impl fmt::Display for DossierVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a caller who puts a dossier believes of the one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedDossier {
    /// Nothing.
    Anything,
    /// There is none.
    None,
    /// There is one.
    Some,
    /// It has one of these versions.
    OneOf(Vec<String>),
}

impl ExpectedDossier {
    fn holds(&self, known: Option<&Dossier>) -> bool {
        match (self, known) {
            (Self::Anything, _) | (Self::None, None) | (Self::Some, Some(_)) => true,
            (Self::OneOf(versions), Some(known)) => versions.contains(&DossierVersion::of(known).to_string()),
            (Self::None, Some(_)) | (Self::Some | Self::OneOf(_), None) => false,
        }
    }
}

impl Service {
    /// The dossier with this code.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn dossier(&self, code: &str) -> Result<Dossier, ServiceError> {
        let centre = self.centre()?.centre.id;
        let found = self.store().dossier_by_code(centre, code.trim())?;
        found.ok_or_else(|| ServiceError::not_found("dossier", code))
    }

    /// The same for somebody who may perhaps not read all dossiers.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] also of a dossier that is not theirs to read.
    pub fn dossier_for(&self, authority: &Authority, code: &str) -> Result<Dossier, ServiceError> {
        let dossier = self.dossier(code)?;
        let concerns: Concerns = std::iter::once(Party::Site(dossier.department_id)).collect();
        if authority.may(Act::ReadDossiers, &concerns) {
            Ok(dossier)
        } else {
            Err(ServiceError::not_found("dossier", code))
        }
    }

    /// Creates the dossier with this code, or replaces what is known of it. Answers it and whether that changed anything.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every field that cannot be accepted; [`ServiceError::DossierChanged`] when the one that
    /// is there is not the one expected.
    pub fn put_dossier(
        &self,
        code: &str,
        new: &NewDossier,
        expected: &ExpectedDossier,
    ) -> Result<(Dossier, PutDossier), ServiceError> {
        let centre = self.centre()?;
        let synthetic = self.holds_a_synthetic_season(&centre)?;
        let key = self.phone_key()?;
        let accepted = self.accept_dossier(&centre, code, new, synthetic, &key);
        let (dossier, phone) = accepted.map_err(ServiceError::Invalid)?;
        let mut found = None;
        let put =
            self.store().put_dossiers(centre.centre.id, std::slice::from_ref(&dossier), &[phone], |_, known| {
                found = known.map(DossierVersion::of);
                expected.holds(known)
            })?;
        match put.as_deref() {
            Some([outcome]) => Ok((self.dossier(dossier.code.as_str())?, *outcome)),
            _ => Err(ServiceError::DossierChanged {
                code: dossier.code.to_string(),
                now: found.map_or_else(|| "there is none".into(), |version| format!("it is at \"{version}\"")),
            }),
        }
    }

    /// Checks a dossier against the centre, collecting every problem.
    fn accept_dossier(
        &self,
        centre: &CentreData,
        code: &str,
        new: &NewDossier,
        synthetic: bool,
        key: &PhoneKey,
    ) -> Result<(Dossier, Option<PhoneDigest>), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: String| problems.push(FieldProblem::new(field, message));
        let now = self.now();
        let (received_at, appointment_at) = (to_micros(new.received_at), to_micros(new.appointment_at));
        let settled_at = new.settled_at.map(to_micros);
        if received_at > now + AHEAD {
            refuse("received_at", "it lies in the future: a dossier is told when it was received".into());
        }
        if appointment_at <= received_at {
            refuse("appointment_at", "it is not after received_at".into());
        }
        if settled_at.is_some_and(|at| at < received_at) {
            refuse("settled_at", "it is before received_at".into());
        }
        if settled_at.is_some_and(|at| at > now + AHEAD) {
            refuse("settled_at", "it lies in the future: leave it out until the dossier is settled".into());
        }
        let procedure = new.procedure.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if procedure.is_some_and(|text| text.len() > PROCEDURE_CHARS_MAX || !text.bytes().all(|b| b.is_ascii_graphic()))
        {
            refuse(
                "procedure",
                format!("expected 1 to {PROCEDURE_CHARS_MAX} visible ASCII characters, such as 1.004232"),
            );
        }
        let phone = new.phone.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::parse::<Phone>);
        let phone = phone.transpose().map_err(|error| refuse("phone", error.to_string())).ok().flatten();
        let day = DayClock::date_of(received_at, centre.centre.time_zone);
        let code = code_of(centre, code, day).map_err(|message| refuse("code", message)).ok();
        let department = department(centre, &new.department, day).map_err(|message| refuse("department", message)).ok();
        match (code, department) {
            (Some(code), Some(department_id)) if problems.is_empty() => {
                let phone = phone.map(|phone| key.digest(code.as_str(), &phone));
                let dossier = Dossier {
                    id: DossierId::from_uuid(self.fresh_uuid()),
                    centre_id: centre.centre.id,
                    code,
                    department_id,
                    received_at,
                    appointment_at,
                    settled_at,
                    synthetic,
                    procedure_code: procedure.map(str::to_owned),
                };
                Ok((dossier, phone))
            }
            _ => Err(problems),
        }
    }
}

/// The code, which must have a shape in which codes were issued on the day of receipt.
fn code_of(centre: &CentreData, text: &str, day: chrono::NaiveDate) -> Result<DossierCode, String> {
    let patterns = &centre.centre.dossier_codes;
    let (code, _) = patterns.recognise(text).map_err(|error| error.to_string())?;
    if patterns.is_issued_on(&code, day) {
        return Ok(code);
    }
    let issued = patterns.rows().filter(|row| row.effective.contains(day));
    let examples: Vec<&str> = issued.map(|row| row.example.as_str()).collect();
    match examples.as_slice() {
        [] => Err(format!("no codes are known to have been issued on {day}, when it was received")),
        examples => Err(format!("codes issued on {day}, when it was received, look like {}", examples.join(" or "))),
    }
}

fn department(centre: &CentreData, code: &str, day: chrono::NaiveDate) -> Result<SiteId, String> {
    let site = centre.site_by_code(code).filter(|site| site.kind == SiteKind::Department);
    let site =
        site.ok_or_else(|| format!("no department has the code {code:?}: GET /v1/sites?kind=department lists them"))?;
    if site.effective.contains(day) {
        Ok(site.id)
    } else {
        Err(format!("the department {code} did not exist on {day}, when the dossier was received"))
    }
}
