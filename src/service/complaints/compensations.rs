use chrono::{DateTime, Utc};

use super::{AHEAD, NamedMatter, SaidPage, SaidPart};
use crate::{
    domain::{Compensation, CompensationId, ComplaintId, LossKind, to_micros},
    service::{FieldProblem, Service, ServiceError, paging::cut},
    store::{Inserted, TimeCursor},
};

/// The most that is believed to be paid for one loss, đồng.
const DONG_MAX: u32 = 1_000_000_000;

/// The record of a compensation to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCompensation {
    /// When it was decided; `None` for now.
    pub at: Option<DateTime<Utc>>,
    /// What happened.
    pub kind: LossKind,
    /// What it is about.
    pub about: NamedMatter,
    /// The code of the thing, where one is known.
    pub item: Option<String>,
    /// The complaint that led to it.
    pub complaint_id: Option<ComplaintId>,
    /// What is paid, đồng.
    pub dong: u32,
}

impl Service {
    /// Records what a loss or a damage is made good with.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every field that cannot be accepted.
    pub fn record_compensation(&self, new: &NewCompensation) -> Result<Compensation, ServiceError> {
        let centre = self.centre()?;
        let centre_id = centre.centre.id;
        let now = self.now();
        let mut problems = Vec::new();
        let about = self.known_matter(&centre, &new.about, &mut problems)?;
        let mut refuse = |field: &str, message: String| problems.push(FieldProblem::new(field, message));
        if new.at.is_some_and(|at| at > now + AHEAD) {
            refuse("at", "it lies in the future: a compensation is told when it was decided".into());
        }
        if new.dong > DONG_MAX {
            refuse("dong", format!("expected 0 to {DONG_MAX} đồng"));
        }
        let item = match &new.item {
            None => None,
            Some(code) => self.store().item_by_code(centre_id, code.trim())?,
        };
        if new.item.is_some() && item.is_none() {
            refuse("item", "no item has this code".into());
        }
        if let Some(id) = new.complaint_id
            && self.store().complaint(centre_id, id)?.is_none()
        {
            refuse("complaint_id", format!("there is no complaint {id}"));
        }
        let (Some(about), true) = (about, problems.is_empty()) else { return Err(ServiceError::Invalid(problems)) };
        let compensation = Compensation {
            id: CompensationId::from_uuid(self.fresh_uuid()),
            centre_id,
            at: to_micros(new.at.unwrap_or(now)),
            kind: new.kind,
            about,
            item_id: item.map(|item| item.id),
            complaint_id: new.complaint_id,
            dong: new.dong,
            synthetic: self.holds_a_synthetic_season(&centre)?,
        };
        match self.store().insert_compensation(&compensation)? {
            Inserted::Created => Ok(compensation),
            Inserted::Exists | Inserted::Conflict { .. } => {
                Err(ServiceError::RecordDiffers { what: "compensation", id: compensation.id.uuid() })
            }
        }
    }

    /// A part of the compensations, by time and id.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn compensations(&self, part: &SaidPart) -> Result<SaidPage<Compensation>, ServiceError> {
        let centre = self.centre()?;
        let period = part.days.period(&centre);
        let mut records = self.store().compensations(centre.centre.id, &period, part.after, part.limit + 1)?;
        let next = cut(&mut records, part.limit, |last| TimeCursor { at: last.at, id: last.id.uuid() });
        let codes = self.codes_of_dossiers(records.iter().map(|paid| paid.about))?;
        Ok(SaidPage { records, codes, next })
    }
}
