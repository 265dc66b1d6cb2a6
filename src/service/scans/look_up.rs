use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{corrupt, incoming::CodeReader, limits, recorded};
use crate::{
    domain::{Act, Action, Authority, CentreData, Code, EvidenceRef, Item, ScanId},
    ledger::{Custody, Recorded, content, custody_of},
    service::{Service, ServiceError},
    store::StoredScan,
};

/// Pouches in pouches in pouches: deeper than anybody packs.
const DEPTH_MAX: usize = 8;

/// Custody of one thing with the scans that tell it.
#[derive(Debug, Clone)]
pub struct CustodyDetail {
    /// The centre.
    pub centre: Arc<CentreData>,
    /// Who has it and who had it.
    pub custody: Custody,
    /// The scans of the thing and of the pouches that it was in, by id.
    pub scans: HashMap<ScanId, Recorded>,
    /// What of the evidence that those name has come.
    pub kept_evidence: BTreeSet<EvidenceRef>,
}

/// One scan of the ledger.
#[derive(Debug, Clone)]
pub struct ScanDetail {
    /// The centre.
    pub centre: Arc<CentreData>,
    /// Its position in the ledger.
    pub position: i64,
    /// The scan.
    pub record: Recorded,
    /// What else came under its id, without notes and positions; it counts for nothing.
    pub others: Vec<Recorded>,
    /// What of the evidence that they name has come.
    pub kept_evidence: BTreeSet<EvidenceRef>,
}

/// The scans of some things and of whatever those were ever sealed into.
pub(super) struct Histories {
    records: Vec<Recorded>,
    by_code: HashMap<Code, Vec<usize>>,
}

impl Histories {
    /// What the store has of `codes` and their containers.
    pub(super) fn load(service: &Service, centre: &CentreData, codes: BTreeSet<Code>) -> Result<Self, ServiceError> {
        let mut histories = Self { records: Vec::new(), by_code: HashMap::new() };
        let mut positions: BTreeSet<i64> = BTreeSet::new();
        let mut wanted = codes;
        for _ in 0..DEPTH_MAX {
            if wanted.is_empty() {
                break;
            }
            let texts: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            for code in wanted {
                histories.by_code.entry(code).or_default();
            }
            let stored: Vec<StoredScan> = service.store().scans_of_codes(centre.centre.id, &texts)?;
            let mut containers = BTreeSet::new();
            for scan in &stored {
                if positions.insert(scan.position) {
                    let record = recorded(scan)?;
                    if let Action::Seal { pouch, .. } = &record.scan.action {
                        containers.insert(pouch.clone());
                    }
                    histories.records.push(record);
                }
            }
            wanted = containers.into_iter().filter(|code| !histories.by_code.contains_key(code)).collect();
        }
        for (place, record) in histories.records.iter().enumerate() {
            for code in record.scan.codes.iter().chain(record.scan.action.pouch()) {
                if let Some(places) = histories.by_code.get_mut(code) {
                    places.push(place);
                }
            }
        }
        Ok(histories)
    }

    /// The scans that tell the custody of `code`.
    pub(super) fn of(&self, code: &Code) -> Vec<&Recorded> {
        let mut codes = vec![code];
        let mut places = BTreeSet::new();
        let mut next = 0;
        while let Some(code) = codes.get(next).copied() {
            for place in self.by_code.get(code).into_iter().flatten() {
                places.insert(*place);
                if let Action::Seal { pouch, .. } = &self.records[*place].scan.action
                    && self.records[*place].scan.codes.contains(code)
                    && !codes.contains(&pouch)
                {
                    codes.push(pouch);
                }
            }
            next += 1;
        }
        places.into_iter().map(|place| &self.records[place]).collect()
    }

    /// What was ever sealed into `pouch`.
    pub(super) fn contents(&self, pouch: &Code) -> BTreeSet<Code> {
        let places = self.by_code.get(pouch).into_iter().flatten();
        let records = places.map(|place| &self.records[*place].scan);
        let seals = records.filter(|scan| matches!(&scan.action, Action::Seal { pouch: into, .. } if into == pouch));
        seals.flat_map(|scan| scan.codes.iter().cloned()).collect()
    }
}

impl Service {
    /// Who has the thing with this code, who had it before, and what has to be explained about it.
    ///
    /// # Errors
    /// [`ServiceError::Misread`] for a text that is no code; [`ServiceError::NotFound`] when nobody has scanned the thing and
    /// no item has the code.
    pub fn custody(&self, text: &str) -> Result<CustodyDetail, ServiceError> {
        let centre = self.centre()?;
        let (code, registered) = self.read_code(&centre, text)?;
        let histories = Histories::load(self, &centre, BTreeSet::from([code.clone()]))?;
        let records = histories.of(&code);
        if records.is_empty() && !registered {
            return Err(ServiceError::not_found("thing that was scanned under", &code.text()));
        }
        let custody = custody_of(&code, records.iter().copied(), &limits(&centre, self.now()));
        let scans: HashMap<ScanId, Recorded> =
            records.into_iter().map(|record| (record.scan.id, record.clone())).collect();
        let kept_evidence = self.kept_evidence(&centre, scans.values())?;
        Ok(CustodyDetail { centre, custody, scans, kept_evidence })
    }

    /// What has come of the evidence that scans name.
    fn kept_evidence<'a>(
        &self,
        centre: &CentreData,
        scans: impl Iterator<Item = &'a Recorded>,
    ) -> Result<BTreeSet<EvidenceRef>, ServiceError> {
        let named: BTreeSet<EvidenceRef> = scans.flat_map(|record| record.scan.evidence.iter().copied()).collect();
        let named: Vec<[u8; 32]> = named.iter().map(|evidence| *evidence.sha256()).collect();
        let kept = if named.is_empty() { Vec::new() } else { self.store().evidence(centre.centre.id, &named)? };
        Ok(kept.into_iter().map(|kept| EvidenceRef::from_sha256(kept.sent_sha256)).collect())
    }

    /// A scan of the ledger and what else came under its id, if `authority` may see it: a courier and a clerk see those that
    /// they made or were named in.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn scan_for(&self, authority: &Authority, id: ScanId) -> Result<ScanDetail, ServiceError> {
        let centre = self.centre()?;
        let unknown = || ServiceError::not_found("scan", &id);
        let stored = self.store().scans(centre.centre.id, &[id])?.pop().ok_or_else(unknown)?;
        let record = recorded(&stored)?;
        let concerns = std::iter::once(record.scan.actor).chain(record.scan.counterparty).collect();
        if !authority.may(Act::ReadCustody, &concerns) {
            return Err(unknown());
        }
        let others = self.store().conflicting_scans(centre.centre.id, id)?;
        let others = others.iter().map(|other| {
            let scan = content::read(&other.content, None).map_err(|error| corrupt(stored.position, &error))?;
            Ok(Recorded { scan, received_at: other.received_at })
        });
        let others = others.collect::<Result<Vec<_>, ServiceError>>()?;
        let kept_evidence = self.kept_evidence(&centre, others.iter().chain([&record]))?;
        Ok(ScanDetail { centre, position: stored.position, record, others, kept_evidence })
    }

    /// Reads a code as a person or a scanner gives it, and whether an item is registered under it.
    pub(in crate::service) fn read_code(&self, centre: &CentreData, text: &str) -> Result<(Code, bool), ServiceError> {
        let item = self.store().item_by_code(centre.centre.id, text.trim())?;
        let reader = CodeReader { centre, is_item: &|_| item.is_some() };
        Ok((reader.read(text)?, item.is_some()))
    }
}

/// The code under which an item is scanned.
pub(in crate::service) fn code_of_item(centre: &CentreData, item: &Item) -> Code {
    Code::recognise(item.code.as_str(), &centre.centre.dossier_codes).unwrap_or_else(|_| Code::Item(item.code.clone()))
}
