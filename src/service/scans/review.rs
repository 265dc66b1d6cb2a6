use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{
    capture::{DEVICE, device_subject, stored_discrepancy},
    codes_of,
    incoming::{NamedParty, party},
    limits,
    look_up::Histories,
    recorded,
};
use crate::{
    domain::{Act, Authority, CentreData, Code, Concerns, DayClock, DeviceId, Party},
    ledger::{
        Discrepancy, DiscrepancyKind, Limits, Recorded, SequenceNumbers,
        chain::{Hash, MerkleTree, day_link, leaf},
        custody_of,
    },
    service::{Service, ServiceError, paging::cut},
    store::{
        DeviceNumbers, DiscrepancyCursor, DiscrepancyFilter, DiscrepancyState, Findings, LedgerDay, StoreError,
        StoredDiscrepancy,
    },
};

/// Scans looked through at once.
const SCANS_AT_ONCE: u32 = 500;
/// The longest reason, characters.
const REASON_CHARS_MAX: usize = 1_000;

/// Which discrepancies to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiscrepancyQuery {
    /// In this state.
    pub state: Option<DiscrepancyState>,
    /// About the thing with this code.
    pub code: Option<String>,
    /// Which this party has to explain or was asked to look into. `Some(None)` is nobody's.
    pub of: Option<Option<Party>>,
    /// Only what comes after this place in the list.
    pub after: Option<DiscrepancyCursor>,
}

/// A discrepancy with how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscrepancyDetail {
    /// Its id.
    pub id: Uuid,
    /// What was found.
    pub found: Discrepancy,
    /// How it stands.
    pub state: DiscrepancyState,
    /// Who was asked to look into it.
    pub assignee: Option<Party>,
    /// With what it was resolved.
    pub reason: Option<String>,
    /// When it was resolved or explained.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A part of a list of discrepancies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscrepancyPage {
    /// By the time they were raised and id.
    pub discrepancies: Vec<DiscrepancyDetail>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<DiscrepancyCursor>,
}

impl Service {
    /// Looks through what has come in since the last time, keeps what has to be explained, and the roots of days that are over.
    /// Does nothing when there is nothing new.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn review_scans(&self) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        while self.review_some(&centre)? {}
        while self.announce(&centre)? {}
        self.close_days(&centre)
    }

    /// Answers whether there may be more.
    fn review_some(&self, centre: &CentreData) -> Result<bool, ServiceError> {
        let id = centre.centre.id;
        let from = self.store().reviewed_position(id)?;
        let stored = self.store().scans_after(id, from, SCANS_AT_ONCE)?;
        let Some(to) = stored.last().map(|scan| scan.position) else { return Ok(false) };
        let now = self.now();
        let limits = limits(centre, now);
        let records = stored.iter().map(recorded).collect::<Result<Vec<Recorded>, _>>()?;
        let mut findings =
            Findings { of_subjects: self.look_at_things(centre, &records, &limits)?, ..Findings::default() };
        self.look_at_devices(centre, &records, &limits, &mut findings)?;
        // When somebody else was faster, the next look begins where they ended.
        self.store().keep_findings(id, (from, to), &findings, now)?;
        Ok(true)
    }

    /// Tells of discrepancies that count from now on. Answers whether there may be more.
    fn announce(&self, centre: &CentreData) -> Result<bool, ServiceError> {
        let told = self.store().announce_discrepancies(centre.centre.id, self.now(), SCANS_AT_ONCE)?;
        if told > 0 {
            self.inner.feed.stir();
        }
        Ok(told == SCANS_AT_ONCE as usize)
    }

    /// All that is wrong now with the things that `records` have to do with.
    fn look_at_things(
        &self,
        centre: &CentreData,
        records: &[Recorded],
        limits: &Limits,
    ) -> Result<BTreeMap<String, Vec<StoredDiscrepancy>>, ServiceError> {
        let mut codes: BTreeSet<Code> = records.iter().flat_map(|record| codes_of(&record.scan)).collect();
        let mut histories = Histories::load(self, centre, codes.clone())?;
        // What happens to a pouch happens to what is in it.
        let inside: BTreeSet<Code> = codes.iter().flat_map(|code| histories.contents(code)).collect();
        if !inside.is_subset(&codes) {
            codes.extend(inside);
            histories = Histories::load(self, centre, codes.clone())?;
        }
        let found = codes.into_iter().map(|code| {
            let custody = custody_of(&code, histories.of(&code), limits);
            (code.to_string(), custody.discrepancies.iter().map(stored_discrepancy).collect())
        });
        Ok(found.collect())
    }

    fn look_at_devices(
        &self,
        centre: &CentreData,
        records: &[Recorded],
        limits: &Limits,
        findings: &mut Findings,
    ) -> Result<(), ServiceError> {
        let ids: BTreeSet<DeviceId> = records.iter().map(|record| record.scan.device_id).collect();
        let ids: Vec<DeviceId> = ids.into_iter().collect();
        let known = self.store().device_numbers(centre.centre.id, &ids)?;
        let mut known: HashMap<DeviceId, DeviceNumbers> = known.into_iter().map(|row| (row.device_id, row)).collect();
        let counts = |at: DateTime<Utc>| at + chrono::Duration::seconds(limits.device_s);
        for device_id in ids {
            let mut numbers = match known.remove(&device_id) {
                None => SequenceNumbers::default(),
                Some(row) => serde_json::from_str(&row.numbers).map_err(|error| {
                    let problem = error.to_string();
                    ServiceError::Store(StoreError::Corrupt { table: "scan_devices", problem })
                })?,
            };
            let mut latest: Option<&Recorded> = None;
            for record in records.iter().filter(|record| record.scan.device_id == device_id) {
                let scan = &record.scan;
                if !numbers.insert(scan.device_seq) {
                    let kind = DiscrepancyKind::SequenceRepeated { device_id, number: scan.device_seq };
                    let found = Discrepancy::of_device(scan.id, kind, Some(scan.actor), record.received_at, limits);
                    findings.lasting.push(stored_discrepancy(&found));
                }
                if scan.device_time > counts(record.received_at) {
                    let received_on = record.received_at.date_naive();
                    let kind = DiscrepancyKind::ClockAhead { device_id, received_on };
                    let found = Discrepancy::of_device(scan.id, kind, Some(scan.actor), record.received_at, limits);
                    findings.lasting.push(stored_discrepancy(&found));
                }
                latest = Some(record);
            }
            let Some(latest) = latest else { continue };
            let gaps = numbers.gaps().into_iter().map(|(first, last)| {
                let kind = DiscrepancyKind::SequenceGap { device_id, first, last };
                let raised_at = counts(latest.received_at);
                stored_discrepancy(&Discrepancy::of_device(
                    latest.scan.id,
                    kind,
                    Some(latest.scan.actor),
                    raised_at,
                    limits,
                ))
            });
            findings.of_subjects.insert(device_subject(device_id), gaps.collect());
            let device = DeviceNumbers {
                device_id,
                last_number: i64::try_from(numbers.last()).unwrap_or(i64::MAX),
                numbers: serde_json::to_string(&numbers).expect("running numbers are a list of pairs"),
                last_received_at: latest.received_at,
            };
            findings.devices.push(device);
        }
        Ok(())
    }

    /// Keeps the root of each day that is over and has none yet.
    fn close_days(&self, centre: &CentreData) -> Result<(), ServiceError> {
        let id = centre.centre.id;
        let zone = centre.centre.time_zone;
        let today = DayClock::date_of(self.now(), zone);
        let last = self.store().last_ledger_day(id)?;
        let mut position = last.as_ref().map_or(0, |day| day.last_position);
        let mut before: Option<Hash> = last.map(|day| day.link);
        let mut day: Option<(NaiveDate, i64, i64, MerkleTree)> = None;
        loop {
            let scans = self.store().scans_after(id, position, SCANS_AT_ONCE)?;
            for scan in &scans {
                let date = DayClock::date_of(scan.received_at, zone);
                if day.as_ref().is_some_and(|(open, ..)| *open != date) {
                    before = self.keep_day(id, day.take(), before)?;
                }
                if date >= today {
                    return Ok(());
                }
                let (_, _, end, tree) =
                    day.get_or_insert_with(|| (date, scan.position, scan.position, MerkleTree::default()));
                *end = scan.position;
                tree.push(leaf(scan.position, scan.received_at, &scan.content_sha256));
                position = scan.position;
            }
            if scans.is_empty() {
                self.keep_day(id, day.take(), before)?;
                return Ok(());
            }
        }
    }

    fn keep_day(
        &self,
        centre: crate::domain::CentreId,
        day: Option<(NaiveDate, i64, i64, MerkleTree)>,
        before: Option<Hash>,
    ) -> Result<Option<Hash>, ServiceError> {
        let Some((date, first_position, last_position, tree)) = day else { return Ok(before) };
        let root = tree.root();
        let link = day_link(before.as_ref(), date, tree.leaves(), &root);
        self.store().keep_ledger_day(centre, &LedgerDay { date, first_position, last_position, root, link })?;
        Ok(Some(link))
    }

    /// A list of discrepancies that count now, at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::Misread`] for a text that is no code.
    pub fn discrepancies(&self, query: &DiscrepancyQuery, limit: u32) -> Result<DiscrepancyPage, ServiceError> {
        self.review_scans()?;
        let centre = self.centre()?;
        let code = match &query.code {
            None => None,
            Some(text) => Some(self.read_code(&centre, text)?.0.to_string()),
        };
        let (id, now) = (centre.centre.id, self.now());
        let more = limit.saturating_add(1);
        let filter = DiscrepancyFilter {
            state: query.state,
            code,
            party: match query.of {
                None => None,
                Some(None) => return Ok(DiscrepancyPage { discrepancies: Vec::new(), next: None }),
                Some(Some(party)) => Some(json_of(party)),
            },
        };
        let mut rows = self.store().discrepancies(id, &filter, now, query.after, more)?;
        let next = cut(&mut rows, limit, |last| DiscrepancyCursor { raised_at: last.raised_at, id: last.id });
        let discrepancies = rows.into_iter().map(detail).collect::<Result<Vec<_>, _>>()?;
        Ok(DiscrepancyPage { discrepancies, next })
    }

    /// One discrepancy.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn discrepancy(&self, id: Uuid) -> Result<DiscrepancyDetail, ServiceError> {
        self.review_scans()?;
        let centre = self.centre()?.centre.id;
        let row = self.store().discrepancy(centre, id)?;
        detail(row.ok_or_else(|| ServiceError::not_found("discrepancy", &id))?)
    }

    /// One discrepancy, if `act` reaches it; otherwise it is as if there were none.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn discrepancy_for(
        &self,
        authority: &Authority,
        act: Act,
        id: Uuid,
    ) -> Result<DiscrepancyDetail, ServiceError> {
        let found = self.discrepancy(id)?;
        let parties: Concerns = [found.found.owner, found.assignee].into_iter().flatten().collect();
        if authority.may(act, &parties) { Ok(found) } else { Err(ServiceError::not_found("discrepancy", &id)) }
    }

    /// Asks somebody to look into an open discrepancy.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::DiscrepancyClosed`], and [`ServiceError::Invalid`] for nobody known.
    pub fn assign_discrepancy(&self, id: Uuid, assignee: &NamedParty) -> Result<DiscrepancyDetail, ServiceError> {
        let centre = self.centre()?;
        let mut problems = Vec::new();
        let Some(assignee) = party(&centre, assignee, "assignee", &mut problems) else {
            return Err(ServiceError::Invalid(problems));
        };
        let assignee = json_of(assignee);
        let open = self.store().assign_discrepancy(centre.centre.id, id, &assignee, self.now())?;
        self.changed(id, open)
    }

    /// Resolves an open discrepancy with a reason.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::DiscrepancyClosed`], and [`ServiceError::Invalid`] for an empty reason.
    pub fn resolve_discrepancy(&self, id: Uuid, reason: &str) -> Result<DiscrepancyDetail, ServiceError> {
        let reason = reason.trim();
        let chars = reason.chars().count();
        if chars == 0 || chars > REASON_CHARS_MAX || reason.contains('\0') {
            let message = format!("expected 1 to {REASON_CHARS_MAX} characters that say what was found out");
            return Err(ServiceError::Invalid(vec![crate::service::FieldProblem::new("reason", message)]));
        }
        let centre = self.centre()?.centre.id;
        let open = self.store().resolve_discrepancy(centre, id, reason, self.now())?;
        self.changed(id, open)
    }

    fn changed(&self, id: Uuid, was_open: bool) -> Result<DiscrepancyDetail, ServiceError> {
        self.inner.feed.stir();
        let now = self.discrepancy(id)?;
        if was_open { Ok(now) } else { Err(ServiceError::DiscrepancyClosed { id, state: now.state.as_str() }) }
    }
}

fn json_of(party: Party) -> String {
    serde_json::to_string(&party).expect("a party is a word and an id")
}

fn detail(row: StoredDiscrepancy) -> Result<DiscrepancyDetail, ServiceError> {
    let corrupt = |problem: String| ServiceError::Store(StoreError::Corrupt { table: "discrepancies", problem });
    let party = |text: Option<String>| -> Result<Option<Party>, ServiceError> {
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| corrupt(error.to_string()))
    };
    Ok(DiscrepancyDetail {
        id: row.id,
        found: Discrepancy {
            code: row
                .code
                .filter(|code| !code.starts_with(DEVICE))
                .map(|code| code.parse())
                .transpose()
                .map_err(|_| corrupt("it names no code".into()))?,
            scan: row.scan_id,
            kind: serde_json::from_str(&row.detail).map_err(|error| corrupt(error.to_string()))?,
            owner: party(row.owner)?,
            raised_at: row.raised_at,
            due_at: row.due_at,
        },
        state: row.state,
        assignee: party(row.assignee)?,
        reason: row.reason,
        closed_at: row.closed_at,
    })
}
