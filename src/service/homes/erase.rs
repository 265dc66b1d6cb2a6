use std::collections::BTreeSet;

use chrono::{Months, NaiveTime};

use crate::{
    domain::{DayClock, EvidenceRef, HomeDeliveryId, HomeEvent, RequestState, RuleUnit},
    service::{HomeStage, Service, ServiceError, scans::recorded},
};

/// So many at once are looked for.
const AT_ONCE: u32 = 500;

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Home deliveries whose personal data are gone.
    pub home_deliveries: usize,
    /// Dossiers whose number's digest is gone.
    pub dossier_phones: usize,
}

impl Service {
    /// Erases the personal data of what is older than records are kept.
    ///
    /// # Errors
    /// [`ServiceError::Domain`] without the rule `records_retention`.
    pub fn erase_expired(&self) -> Result<Erased, ServiceError> {
        let centre = self.centre()?;
        let today = self.today()?;
        let years = centre.rules.count("records_retention", RuleUnit::Year, today)?;
        let months = u32::try_from(years).unwrap_or(u32::MAX / 12).saturating_mul(12);
        let Some(before) = today.checked_sub_months(Months::new(months)) else { return Ok(Erased::default()) };
        let before = DayClock::new(before, centre.centre.time_zone).at(NaiveTime::MIN);
        let mut erased = Erased::default();
        loop {
            let found = self.store().home_deliveries_to_erase(centre.centre.id, before, AT_ONCE)?;
            for (home, _) in &found {
                self.erase_home(*home)?;
            }
            erased.home_deliveries += found.len();
            if found.is_empty() {
                break;
            }
        }
        erased.dossier_phones = self.store().erase_dossier_phones(centre.centre.id, before)?;
        Ok(erased)
    }

    /// Erases the personal data of one home delivery that is over, as its citizen has asked.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], and [`ServiceError::TooLate`] while it is under way.
    pub fn erase_home_delivery(&self, id: HomeDeliveryId) -> Result<(), ServiceError> {
        let followed = self.any_followed(id)?;
        let open = matches!(followed.request.state, RequestState::AwaitingCode | RequestState::Confirmed);
        let track = self.track(followed)?;
        let over = matches!(track.stage, HomeStage::Delivered | HomeStage::Returned | HomeStage::Lost);
        if open && !over {
            return Err(ServiceError::TooLate { why: "it is under way: cancel it first" });
        }
        self.erase_home(id)
    }

    /// The same by the citizen's link, which is erased with the rest.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`] and those of [`Self::erase_home_delivery`].
    pub fn erase_by_link(&self, link: &str) -> Result<HomeDeliveryId, ServiceError> {
        let id = self.by_link(link)?.request.id;
        self.erase_home_delivery(id)?;
        Ok(id)
    }

    fn erase_home(&self, id: HomeDeliveryId) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let Some(home) = self.store().home_deliveries(centre.centre.id, &[id])?.pop() else { return Ok(()) };
        let printed = self.store().item_codes_of_home(centre.centre.id, id)?;
        // As the ledger has them, with their kind.
        let codes = printed.iter().filter_map(|code| Some(self.read_code(&centre, code).ok()?.0.to_string()));
        let codes: Vec<String> = codes.collect();
        let mut positions = Vec::new();
        let mut evidence: BTreeSet<EvidenceRef> = BTreeSet::new();
        for stored in self.store().scans_of_codes(centre.centre.id, &codes)? {
            let record = recorded(&stored)?;
            // A scan of other people's things too is not this citizen's to have erased, nor does it tell of their door.
            if record.scan.codes.iter().all(|code| codes.contains(&code.to_string())) {
                positions.push(stored.position);
                evidence.extend(record.scan.evidence.iter().copied());
            }
        }
        for fact in self.store().home_facts(centre.centre.id, id)? {
            if let HomeEvent::Proved { evidence: Some(proof), .. } = fact.event {
                evidence.insert(proof);
            }
        }
        let evidence: Vec<EvidenceRef> = evidence.into_iter().collect();
        self.remove_evidence_files(&evidence)?;
        let digests: Vec<_> = evidence.iter().map(|evidence| *evidence.sha256()).collect();
        let day = DayClock::date_of(home.requested_at, centre.centre.time_zone);
        let point = centre.commune(&home.commune_code, day).map_or(centre.hub().position, |commune| commune.position);
        self.store().erase_home(centre.centre.id, id, point, (&positions, &digests), self.now())?;
        Ok(())
    }
}
