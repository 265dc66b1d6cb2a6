use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::{
    names,
    story::{DossierHandoff, Story},
};
use crate::{
    domain::{CentreData, Code, DayClock, Dossier, FormKind, Party, ScanId},
    ledger::{Custody, DiscrepancyKind},
    paper::{
        Outcome, SignedStatement, SlipPaper, SlipRow, Statement, TOLD_MAX, ToldHandoff, printed_digest, public_key,
    },
    service::{Service, ServiceError, scans},
    store::{SigningKey, StoredSlip},
};

/// A control slip as it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedSlip {
    /// What is on it.
    pub paper: SlipPaper,
    /// What it states, signed.
    pub signed: SignedStatement,
}

impl Service {
    /// The control slip of a dossier, filled from its scans and signed. As long as nothing new was scanned the slip that was
    /// issued last is issued again, with its code.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown dossier, [`ServiceError::NoForm`] where no form is in force.
    pub fn control_slip(&self, dossier: &str) -> Result<IssuedSlip, ServiceError> {
        let centre = self.centre()?;
        let (code, _) = centre.centre.dossier_codes.recognise(dossier)?;
        let found = self.store().dossier_by_code(centre.centre.id, code.as_str())?;
        let dossier = found.ok_or_else(|| ServiceError::not_found("dossier", code.as_str()))?;
        let things = self.things_of_dossier(&centre, code.as_str())?;
        let story = Story::load(self, &centre, &things, None)?;
        let limits = scans::limits(&centre, self.now());
        let custodies = story.custodies(&things, &limits);
        let handoffs = story.handoffs(&custodies);
        let rows = Rows { centre: &centre, dossier: &dossier, story: &story, custodies: &custodies };
        let rows = rows.of(&handoffs);
        let signed = self.state(&centre, &dossier, &things, &story, &handoffs, &rows)?;
        let issued = signed.statement.issued_at;
        let day = DayClock::date_of(issued, centre.centre.time_zone);
        let form = centre.form(FormKind::ControlSlip, day).cloned();
        let local = |at: DateTime<chrono::Utc>| names::local(&centre, at);
        let paper = SlipPaper {
            centre: centre.centre.name.clone(),
            form: form.ok_or(ServiceError::NoForm { form: FormKind::ControlSlip, date: day })?,
            dossier: code.to_string(),
            department: names::site(&centre, dossier.department_id),
            filed_at: local(dossier.received_at),
            appointment_at: local(dossier.appointment_at),
            settled: dossier.settled_at.map(|at| (local(at), Outcome::of(local(at), local(dossier.appointment_at)))),
            rows,
            issued_at: local(issued),
            zone: centre.centre.time_zone,
            verification: signed.code().to_string(),
            statement: signed.text(),
            synthetic: dossier.synthetic,
        };
        Ok(IssuedSlip { paper, signed })
    }

    /// A control slip as PDF.
    ///
    /// # Errors
    /// [`ServiceError::Paper`].
    pub fn slip_pdf(&self, slip: &IssuedSlip) -> Result<Vec<u8>, ServiceError> {
        Ok(crate::paper::slip_pdf(&slip.paper)?)
    }

    /// The statement of a slip: the one issued last where it states the same, else a new one, signed and kept.
    fn state(
        &self,
        centre: &Arc<CentreData>,
        dossier: &Dossier,
        things: &[Code],
        story: &Story,
        handoffs: &[DossierHandoff],
        rows: &[SlipRow],
    ) -> Result<SignedStatement, ServiceError> {
        let told = handoffs.iter().take(TOLD_MAX).map(|entry| ToldHandoff {
            giver: names::party_code(centre, entry.handoff.giver),
            receiver: names::party_code(centre, entry.handoff.receiver),
            at: to_minutes(entry.handoff.at),
        });
        let now = self.now();
        let statement = Statement {
            centre: centre.centre.code.clone(),
            dossier: dossier.code.to_string(),
            issued_at: DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now),
            position: story.position(),
            entries: half(story.digest()),
            handoffs: u32::try_from(handoffs.len()).unwrap_or(u32::MAX),
            printed: half(printed_digest(&facts(centre, dossier).each_ref().map(String::as_str), rows)),
            told: told.collect(),
        };
        let key = self.signing_key()?;
        if let Some(last) = self.store().last_slip(centre.centre.id, dossier.code.as_str())?
            && let Ok(signed) = SignedStatement::verify_bytes(last.statement, &key.public)
            && signed.statement == (Statement { issued_at: signed.statement.issued_at, ..statement.clone() })
        {
            return Ok(signed);
        }
        let signed = SignedStatement::sign(statement, &key.secret);
        self.store().keep_slip(&StoredSlip {
            centre_id: centre.centre.id,
            code: signed.code().as_str().to_owned(),
            dossier: dossier.code.to_string(),
            things: things.iter().map(ToString::to_string).collect(),
            statement: signed.bytes().to_vec(),
            issued_at: signed.statement.issued_at,
        })?;
        Ok(signed)
    }

    /// The key with which this centre signs, made when it is first needed.
    pub(super) fn signing_key(&self) -> Result<SigningKey, ServiceError> {
        let centre = self.centre()?;
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| ServiceError::NoRandomness { problem: error.to_string() })?;
        let fresh = SigningKey { secret, public: public_key(&secret) };
        Ok(self.store().signing_key(centre.centre.id, &fresh, self.now())?)
    }
}

/// What a slip tells of its dossier besides the code.
fn facts(centre: &CentreData, dossier: &Dossier) -> [String; 4] {
    let time = |at: DateTime<chrono::Utc>| names::local(centre, at).format("%Y-%m-%dT%H:%M").to_string();
    [
        names::site(centre, dossier.department_id),
        time(dossier.received_at),
        time(dossier.appointment_at),
        dossier.settled_at.map(time).unwrap_or_default(),
    ]
}

/// A statement tells times in whole minutes.
fn to_minutes(at: DateTime<chrono::Utc>) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(at.timestamp().div_euclid(60) * 60, 0).unwrap_or(at)
}

pub(super) fn half(digest: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// Makes the rows of a slip.
struct Rows<'a> {
    centre: &'a CentreData,
    dossier: &'a Dossier,
    story: &'a Story,
    custodies: &'a [Custody],
}

impl Rows<'_> {
    fn of(&self, handoffs: &[DossierHandoff]) -> Vec<SlipRow> {
        let department = Party::Site(self.dossier.department_id);
        let first_in = handoffs.iter().position(|entry| entry.handoff.receiver == department);
        let row = |(n, entry): (usize, &DossierHandoff)| {
            let handoff = entry.handoff;
            let due = match () {
                // The way in has the clock of the paper, the way back the appointment.
                () if Some(n) == first_in => self.paper_due(),
                () if handoff.giver == department => Some(names::local(self.centre, self.dossier.appointment_at)),
                () => None,
            };
            let at =
                |scan: Option<ScanId>| scan.and_then(|id| self.story.records.get(&id)).map(|(_, record)| record.at());
            let local = |at: DateTime<chrono::Utc>| names::local(self.centre, at);
            SlipRow {
                giver: names::party(self.centre, handoff.giver),
                receiver: names::party(self.centre, handoff.receiver),
                given_at: at(handoff.given).map(local),
                received_at: at(handoff.received).map(local),
                signatures: self.signatures(handoff.given, handoff.received),
                outcome: due.filter(|_| handoff.received.is_some()).map(|due| Outcome::of(local(handoff.at), due)),
                note: self.note(entry),
            }
        };
        handoffs.iter().enumerate().map(row).collect()
    }

    /// The end of the day by which the paper is due at its department; none on days that the calendar does not know.
    fn paper_due(&self) -> Option<NaiveDateTime> {
        let filed = names::local(self.centre, self.dossier.received_at);
        let rules = self.centre.rules.on(filed.date()).ok()?;
        let calendar = &self.centre.calendar;
        let date: NaiveDate = if filed.time() > rules.cut_off_time || !calendar.is_working_day(filed.date()).ok()? {
            calendar.working_day_from(filed.date().checked_add_days(Days::new(1))?).ok()?
        } else {
            filed.date()
        };
        let due = calendar.add_working_days(date, rules.paper_to_department_days).ok()?;
        Some(due.and_time(NaiveTime::from_hms_opt(23, 59, 59)?))
    }

    /// Which entries of the ledger stand for the signatures, and which photos or signatures go with them.
    fn signatures(&self, given: Option<ScanId>, received: Option<ScanId>) -> String {
        let scan = |id: Option<ScanId>| id.and_then(|id| self.story.records.get(&id));
        let entry = |what: &str, id: Option<ScanId>| match scan(id) {
            Some((position, _)) => format!("{what}: sổ cái số {position}"),
            None => format!("{what}: chưa quét"),
        };
        let mut lines = vec![entry("Giao", given), entry("Nhận", received)];
        let both = [scan(given), scan(received).filter(|_| given != received)];
        let evidence = both.into_iter().flatten().flat_map(|(_, record)| &record.scan.evidence);
        let mut digests: Vec<String> = evidence.map(|evidence| evidence.to_string()[..8].to_owned()).collect();
        digests.dedup();
        if !digests.is_empty() {
            lines.push(format!("Minh chứng: {}", digests.join(", ")));
        }
        lines.join("\n")
    }

    /// Which things went, where not all of them did, and what has to be explained about it.
    fn note(&self, entry: &DossierHandoff) -> String {
        const NAMED_MAX: usize = 5;
        let handoff = entry.handoff;
        let mut notes = Vec::new();
        let named: Vec<&str> = entry.things.iter().take(NAMED_MAX).map(String::as_str).collect();
        if self.custodies.iter().filter(|custody| !custody.chain.is_empty()).count() > 1 {
            let more = match entry.things.len().saturating_sub(NAMED_MAX) {
                0 => String::new(),
                more => format!(" và {more} mã khác"),
            };
            notes.push(format!("{}{more}", named.join(", ")));
        }
        if handoff.received.is_none() {
            notes.push("bên nhận chưa quét nhận".to_owned());
        } else if handoff.given.is_none() {
            notes.push("bên giao chưa quét giao".to_owned());
        }
        for custody in self.custodies.iter().filter(|custody| entry.things.contains(&custody.code.text())) {
            for found in &custody.discrepancies {
                let here = Some(found.scan) == handoff.received || Some(found.scan) == handoff.given;
                if let Some(text) = Some(&found.kind).filter(|_| here).and_then(in_words)
                    && !notes.iter().any(|note| note == text)
                {
                    notes.push(text.to_owned());
                }
            }
        }
        notes.join("; ")
    }
}

/// What the row does not say already.
fn in_words(kind: &DiscrepancyKind) -> Option<&'static str> {
    match kind {
        DiscrepancyKind::UnexpectedHolder { .. } => Some("người giữ trước đó khác với sổ cái"),
        DiscrepancyKind::OutsidePouch { .. } => Some("quét ngoài túi niêm phong"),
        DiscrepancyKind::MissingInPouch { .. } => Some("thiếu khi mở túi"),
        DiscrepancyKind::ExtraInPouch { .. } => Some("thừa khi mở túi"),
        DiscrepancyKind::Missing => Some("báo thất lạc"),
        DiscrepancyKind::Damaged => Some("báo hư hỏng"),
        _ => None,
    }
}
