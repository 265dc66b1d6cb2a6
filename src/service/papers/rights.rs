//! The same papers for those who may see only what is their own: what is not theirs is as if it were not there.

use super::LabelFormat;
use crate::{
    domain::{Act, Authority, Code, Concerns, EvidenceRef, Party, Reach, RoundId, RunId, Scan, ScanId},
    service::{Evidence, IssuedSlip, Numbered, Service, ServiceError, scans::recorded},
};

impl Service {
    /// Labels as [`Service::labels`], if `authority` may see every registered item and every dossier among them.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for what is not theirs.
    pub fn labels_for(
        &self,
        authority: &Authority,
        codes: &[String],
        format: LabelFormat,
    ) -> Result<Vec<u8>, ServiceError> {
        if authority.reach(Act::PrintPaper) == Reach::Own {
            let centre = self.centre()?;
            for text in codes {
                match self.read_code(&centre, text) {
                    Ok((_, true)) => {
                        let detail = self.item(&Numbered::Code(text.trim().to_owned()))?;
                        if !self.reaches_item(authority, Act::PrintPaper, &detail)? {
                            return Err(ServiceError::not_found("item", text.trim()));
                        }
                    }
                    Ok((Code::Dossier(code), false)) => {
                        let dossier = self.store().dossier_by_code(centre.centre.id, code.as_str())?;
                        let own = |department| {
                            authority.may(Act::PrintPaper, &[Party::Site(department)].into_iter().collect())
                        };
                        if dossier.is_some_and(|dossier| !own(dossier.department_id)) {
                            return Err(ServiceError::not_found("dossier", code.as_str()));
                        }
                    }
                    // What nobody has registered is nobody's, and what is no code is told where it is printed.
                    Ok(_) | Err(ServiceError::Misread(_)) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        self.labels(codes, format)
    }

    /// The manifest of a run with what `authority` may see of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn run_manifest_pdf_for(&self, authority: &Authority, id: RunId) -> Result<Vec<u8>, ServiceError> {
        let (day, scans) = (self.plan_of_run_for(authority, id)?, self.trip_scans(id.uuid())?.seen_by(authority));
        self.run_manifest(&day, id, &scans)
    }

    /// The manifest of a round with what `authority` may see of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn round_manifest_pdf_for(&self, authority: &Authority, id: RoundId) -> Result<Vec<u8>, ServiceError> {
        let (day, scans) = (self.plan_of_round_for(authority, id)?, self.trip_scans(id.uuid())?.seen_by(authority));
        self.round_manifest(&day, id, &scans)
    }

    /// The minute of a handover, if `authority` acts for one of its sides or may see all.
    ///
    /// # Errors
    /// As [`Service::handover_minute`].
    pub fn handover_minute_for(&self, authority: &Authority, scan: ScanId) -> Result<Vec<u8>, ServiceError> {
        if !self.scan_concerns(authority, Act::PrintPaper, scan)?.is_some_and(|(_, may)| may) {
            return Err(ServiceError::not_found("scan", &scan));
        }
        self.handover_minute(scan)
    }

    /// A scan, and whether `act` reaches what it tells.
    fn scan_concerns(&self, authority: &Authority, act: Act, id: ScanId) -> Result<Option<(Scan, bool)>, ServiceError> {
        let found = self.store().scans(self.centre()?.centre.id, &[id])?;
        let Some(stored) = found.first() else { return Ok(None) };
        let scan = recorded(stored)?.scan;
        let concerns: Concerns = [scan.actor].into_iter().chain(scan.counterparty).collect();
        let may = authority.may(act, &concerns);
        Ok(Some((scan, may)))
    }

    /// The control slip of a dossier, if `authority` may see all, acts for the department that settles it, or has had something
    /// of it.
    ///
    /// # Errors
    /// As [`Service::control_slip`].
    pub fn control_slip_for(&self, authority: &Authority, dossier: &str) -> Result<IssuedSlip, ServiceError> {
        let (code, _) = self.centre()?.centre.dossier_codes.recognise(dossier)?;
        if !self.reaches_dossier(authority, code.as_str())? {
            return Err(ServiceError::not_found("dossier", code.as_str()));
        }
        self.control_slip(code.as_str())
    }

    fn reaches_dossier(&self, authority: &Authority, code: &str) -> Result<bool, ServiceError> {
        if authority.reach(Act::PrintPaper) != Reach::Own {
            return Ok(authority.reach(Act::PrintPaper) == Reach::All);
        }
        let centre = self.centre()?;
        let Some(dossier) = self.store().dossier_by_code(centre.centre.id, code)? else { return Ok(false) };
        let mut concerns: Concerns = [Party::Site(dossier.department_id)].into_iter().collect();
        let things = self.things_of_dossier(&centre, code)?;
        let story = super::story::Story::load(self, &centre, &things, None)?;
        let custodies = story.custodies(&things, &crate::service::scans::limits(&centre, self.now()));
        for handoff in story.handoffs(&custodies) {
            concerns.extend([handoff.handoff.giver, handoff.handoff.receiver]);
        }
        Ok(authority.may(Act::PrintPaper, &concerns))
    }

    /// Evidence, if `authority` may see all, or acts for one of the sides of `scan`, which names it.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] when it was not said which scan names it; else as [`Service::evidence`].
    pub fn evidence_for(
        &self,
        authority: &Authority,
        evidence: EvidenceRef,
        scan: Option<ScanId>,
    ) -> Result<Evidence, ServiceError> {
        if authority.reach(Act::ReadEvidence) != Reach::All {
            let why = "say with scan_id which of your own scans or handovers names the evidence";
            let scan = scan.ok_or(ServiceError::Forbidden { why })?;
            let named = self.scan_concerns(authority, Act::ReadEvidence, scan)?;
            if !named.is_some_and(|(scan, may)| may && scan.evidence.contains(&evidence)) {
                return Err(ServiceError::not_found("evidence", &evidence));
            }
        }
        self.evidence(evidence)
    }
}
