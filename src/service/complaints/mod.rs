//! What citizens say of the service: ratings and complaints, and what losses are made good with.
//!
//! Words of citizens are personal: they are handed out one record at a time, and nothing here puts them into a message, a log or
//! a list.

mod compensations;
mod ratings;

pub use compensations::{CompensationPage, NewCompensation};
pub use ratings::{NewRating, RatingPage};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, NaiveDate};

use super::{FieldProblem, Service, ServiceError};
use crate::{
    domain::{
        COMPLAINT_CHARS_MAX, CentreData, Complaint, ComplaintAnswer, ComplaintClock, ComplaintId, ComplaintReach,
        DayClock, DossierCode, DossierId, HomeDeliveryId, Matter, MessageKind, MessageParameters,
    },
    store::{Answered, Inserted, Period, TimeCursor},
};

/// The clock of another system may be so far ahead.
const AHEAD: Duration = Duration::hours(1);

/// What a record is about, as its maker names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedMatter {
    /// A dossier, by its code.
    Dossier(String),
    /// A home delivery.
    HomeDelivery(HomeDeliveryId),
}

/// A citizen's complaint to be filed.
#[derive(Clone, PartialEq, Eq)]
pub struct NewComplaint {
    /// What it is about.
    pub about: Matter,
    /// How far that reached.
    pub reach: ComplaintReach,
    /// In the citizen's own words.
    pub text: String,
}

/// Days of the centre, both ends included; an end that is `None` is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Option<NaiveDate>,
    /// The last.
    pub to: Option<NaiveDate>,
}

impl Days {
    pub(super) fn period(self, centre: &CentreData) -> Period {
        let zone = centre.centre.time_zone;
        let begin = |date: NaiveDate| DayClock::new(date, zone).instant(0);
        Period { from: self.from.map(begin), until: self.to.and_then(|to| to.succ_opt()).map(begin) }
    }
}

/// A part of the list of complaints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintPage {
    /// By the time they were received and id.
    pub complaints: Vec<Complaint>,
    /// The codes of the dossiers they are about.
    pub codes: BTreeMap<DossierId, DossierCode>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<TimeCursor>,
}

impl Service {
    /// Files a complaint that a citizen makes now; filing it again under the same id is harmless. Answers it and whether it is new.
    ///
    /// # Errors
    /// [`ServiceError::ComplaintTooLate`] when the law's window is over, [`ServiceError::Invalid`] for a text that cannot be
    /// accepted, [`ServiceError::RecordDiffers`] when another complaint has the id.
    pub fn file_complaint(&self, id: ComplaintId, new: &NewComplaint) -> Result<(Complaint, bool), ServiceError> {
        let centre = self.centre()?;
        let text = checked_text(&new.text, "text", COMPLAINT_CHARS_MAX)?;
        let differs = || ServiceError::RecordDiffers { what: "complaint", id: id.uuid() };
        if let Some(known) = self.store().complaint(centre.centre.id, id)? {
            let same = known.about == new.about && known.reach == new.reach && known.text == text;
            return if same { Ok((known, false)) } else { Err(differs()) };
        }
        let zone = centre.centre.time_zone;
        let now = self.now();
        let ended_at = self.store().matter_ended_at(centre.centre.id, new.about)?;
        let ended_on = ended_at.map(|at| DayClock::date_of(at, zone));
        let today = DayClock::date_of(now, zone);
        let clock = ComplaintClock::of(ended_on, today, new.reach, &centre.calendar, &centre.rules)?;
        if let Some(until) = clock.open_until.filter(|_| !clock.is_open_on(today)) {
            return Err(ServiceError::ComplaintTooLate { until });
        }
        let complaint = Complaint {
            id,
            centre_id: centre.centre.id,
            about: new.about,
            reach: new.reach,
            text,
            received_at: now,
            due_on: clock.answer_due_on,
            answer: None,
            synthetic: self.holds_a_synthetic_season(&centre)?,
        };
        match self.store().insert_complaint(&complaint)? {
            Inserted::Created => Ok((complaint, true)),
            Inserted::Exists => Ok((complaint, false)),
            Inserted::Conflict { .. } => Err(differs()),
        }
    }

    /// The complaint with this id.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn complaint(&self, id: ComplaintId) -> Result<Complaint, ServiceError> {
        let found = self.store().complaint(self.centre()?.centre.id, id)?;
        found.ok_or_else(|| ServiceError::not_found("complaint", &id))
    }

    /// The complaints received on some days; only answered ones, or open ones, where `answered` says so.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn complaints(
        &self,
        days: &Days,
        answered: Option<bool>,
        after: Option<TimeCursor>,
        limit: u32,
    ) -> Result<ComplaintPage, ServiceError> {
        let centre = self.centre()?;
        let id = centre.centre.id;
        let mut complaints = self.store().complaints(id, &days.period(&centre), answered, after, limit + 1)?;
        let more = complaints.len() > limit as usize;
        complaints.truncate(limit as usize);
        let last = complaints.last().filter(|_| more);
        let next = last.map(|last| TimeCursor { at: last.received_at, id: last.id.uuid() });
        let codes = self.codes_of_dossiers(complaints.iter().map(|complaint| complaint.about))?;
        Ok(ComplaintPage { complaints, codes, next })
    }

    /// Answers a complaint now; the same answer again is harmless.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::ComplaintAnswered`] when it has another answer, [`ServiceError::Invalid`] for a
    /// text that cannot be accepted.
    pub fn answer_complaint(&self, id: ComplaintId, text: &str) -> Result<Complaint, ServiceError> {
        let text = checked_text(text, "answer", COMPLAINT_CHARS_MAX)?;
        let centre = self.centre()?;
        let complaint = self.complaint(id)?;
        let answer = ComplaintAnswer { at: self.now(), text };
        let request = match complaint.about {
            Matter::HomeDelivery(home) => self.store().home_request(centre.centre.id, home)?,
            Matter::Dossier(_) => None,
        };
        let told = match request {
            Some(request) => {
                let occasion = id.to_string();
                let (kind, nothing) = (MessageKind::ComplaintAnswered, MessageParameters::default());
                self.home_messages(&centre, &request, kind, nothing, &occasion)?
            }
            None => Vec::new(),
        };
        match self.store().answer_complaint(centre.centre.id, id, &answer, &told)? {
            Answered::Now | Answered::Exists => self.complaint(id),
            Answered::Refused => Err(ServiceError::ComplaintAnswered { id: id.uuid() }),
        }
    }

    /// The codes of the dossiers among these matters.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn codes_of_dossiers(
        &self,
        about: impl Iterator<Item = Matter>,
    ) -> Result<BTreeMap<DossierId, DossierCode>, ServiceError> {
        let ids: BTreeSet<DossierId> = about
            .filter_map(|matter| match matter {
                Matter::Dossier(id) => Some(id),
                Matter::HomeDelivery(_) => None,
            })
            .collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<DossierId> = ids.into_iter().collect();
        let dossiers = self.store().dossiers(self.centre()?.centre.id, &ids)?;
        Ok(dossiers.into_iter().map(|dossier| (dossier.id, dossier.code)).collect())
    }

    /// The matter that somebody names; a problem is noted when there is none.
    fn known_matter(
        &self,
        centre: &CentreData,
        named: &NamedMatter,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<Matter>, ServiceError> {
        let id = centre.centre.id;
        let mut refuse = |field: &str, message: &str| problems.push(FieldProblem::new(field, message));
        match named {
            NamedMatter::Dossier(code) => {
                let known = self.store().dossier_by_code(id, code.trim())?;
                if known.is_none() {
                    refuse("dossier", "no dossier has this code");
                }
                Ok(known.map(|dossier| Matter::Dossier(dossier.id)))
            }
            NamedMatter::HomeDelivery(home) => {
                let known = !self.store().home_deliveries(id, &[*home])?.is_empty();
                if !known {
                    refuse("home_delivery_id", "no home delivery has this id");
                }
                Ok(known.then_some(Matter::HomeDelivery(*home)))
            }
        }
    }
}

/// A citizen's or clerk's words, without blanks around them. No problem quotes them.
fn checked_text(text: &str, field: &str, chars_max: usize) -> Result<String, ServiceError> {
    let text = text.trim();
    let plain = !text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t');
    if (1..=chars_max).contains(&text.chars().count()) && plain {
        return Ok(text.to_owned());
    }
    let message = format!("expected 1 to {chars_max} characters without control characters");
    Err(ServiceError::Invalid(vec![FieldProblem::new(field, message)]))
}
