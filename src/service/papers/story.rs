//! What the ledger tells of a dossier: the scans of the dossier's own code, of its items, and of the pouches that those
//! were in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use crate::{
    domain::{Action, CentreData, Code, Party, ScanId},
    ledger::{Custody, Handoff, Limits, Recorded, chain::leaf, custody_of, handoffs},
    service::{Service, ServiceError, scans},
    store::StoredScan,
};

/// Pouches in pouches in pouches: deeper than anybody packs.
const DEPTH_MAX: usize = 8;

/// A handoff of one or more things of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DossierHandoff {
    pub(super) handoff: Handoff,
    /// Which of the dossier's things, as printed.
    pub(super) things: Vec<String>,
}

/// The scans that tell of some things.
pub(super) struct Story {
    pub(super) scans: BTreeMap<i64, StoredScan>,
    pub(super) records: HashMap<ScanId, (i64, Recorded)>,
}

impl Story {
    /// The scans of `things` and of whatever they were sealed into, up to the position `until`.
    pub(super) fn load(
        service: &Service,
        centre: &CentreData,
        things: &[Code],
        until: Option<i64>,
    ) -> Result<Self, ServiceError> {
        let mut story = Self { scans: BTreeMap::new(), records: HashMap::new() };
        let mut known: BTreeSet<Code> = BTreeSet::new();
        let mut wanted: BTreeSet<Code> = things.iter().cloned().collect();
        for _ in 0..DEPTH_MAX {
            wanted.retain(|code| !known.contains(code));
            if wanted.is_empty() {
                break;
            }
            let texts: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            let inside = std::mem::take(&mut wanted);
            for stored in service.store().scans_of_codes(centre.centre.id, &texts)? {
                if until.is_some_and(|until| stored.position > until) {
                    continue;
                }
                let record = scans::recorded(&stored)?;
                if let Action::Seal { pouch, .. } = &record.scan.action
                    && record.scan.codes.iter().any(|code| inside.contains(code))
                {
                    wanted.insert(pouch.clone());
                }
                story.records.insert(record.scan.id, (stored.position, record));
                story.scans.insert(stored.position, stored);
            }
            known.extend(inside);
        }
        Ok(story)
    }

    /// The position of the last scan; 0 when there is none.
    pub(super) fn position(&self) -> i64 {
        self.scans.keys().next_back().copied().unwrap_or(0)
    }

    /// The digest over all its entries of the ledger, by position.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for scan in self.scans.values() {
            digest.update(leaf(scan.position, scan.received_at, &scan.content_sha256));
        }
        digest.finalize().into()
    }

    /// The custody of each of `things`.
    pub(super) fn custodies(&self, things: &[Code], limits: &Limits) -> Vec<Custody> {
        let records = || self.records.values().map(|(_, record)| record);
        things.iter().map(|thing| custody_of(thing, records(), limits)).collect()
    }

    /// The handoffs of some things in order: what went by the same scans is one.
    pub(super) fn handoffs(&self, custodies: &[Custody]) -> Vec<DossierHandoff> {
        type Key = (Party, Party, Option<ScanId>, Option<ScanId>);
        let mut found: BTreeMap<Key, DossierHandoff> = BTreeMap::new();
        for custody in custodies {
            for handoff in handoffs(custody, self.records.values().map(|(_, record)| record)) {
                let key = (handoff.giver, handoff.receiver, handoff.given, handoff.received);
                let entry = found.entry(key).or_insert_with(|| DossierHandoff { handoff, things: Vec::new() });
                entry.things.push(custody.code.text());
            }
        }
        let mut handoffs: Vec<DossierHandoff> = found.into_values().collect();
        // Two handoffs of the same minute stand in the order in which the ledger has them.
        let position = |id: Option<ScanId>| id.and_then(|id| self.records.get(&id)).map(|(position, _)| *position);
        handoffs.sort_by_key(|entry| {
            let handoff = entry.handoff;
            (handoff.at, position(handoff.given), position(handoff.received), handoff)
        });
        handoffs
    }
}

impl Service {
    /// The codes under which a dossier's papers are scanned: its own, and those of its items.
    pub(super) fn things_of_dossier(&self, centre: &CentreData, dossier: &str) -> Result<Vec<Code>, ServiceError> {
        const ITEMS_MAX: u32 = 1_000;
        let filter = crate::store::ItemFilter { dossier_code: Some(dossier.to_owned()), ..Default::default() };
        let items = self.store().items(centre.centre.id, &filter, None, ITEMS_MAX)?;
        let own = Code::Dossier(crate::domain::DossierCode::from_trusted(dossier.to_owned()));
        let mut things: Vec<Code> = items.iter().map(|item| scans::code_of_item(centre, item)).chain([own]).collect();
        things.sort();
        things.dedup();
        Ok(things)
    }
}
