//! From the scans of a thing to the steps that change its custody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::{
    Recorded,
    token::{Act, Step},
};
use crate::domain::{Action, Code, DeviceId, Party, ScanId};

/// A scan that has to do with the thing.
pub(super) struct Entry<'a> {
    pub(super) record: &'a Recorded,
    pub(super) at: DateTime<Utc>,
    pub(super) step: Step,
}

/// The scans of one thing and of whatever it was ever sealed into.
pub(super) struct History<'a> {
    /// The thing comes first, then its containers.
    pub(super) things: Vec<Code>,
    pub(super) entries: Vec<Entry<'a>>,
    /// The entries of each device in the order of its numbers.
    pub(super) lanes: Vec<Vec<usize>>,
    /// Of each thing, whether some scan registers it or, for a pouch, seals it.
    pub(super) births: Vec<bool>,
    /// The scans of the thing that a correction has struck out.
    pub(super) struck: Vec<ScanId>,
}

impl<'a> History<'a> {
    /// What `records` hold of `code`: a set, so neither order nor repetition matters. Of scans with one id the one received
    /// first counts.
    pub(super) fn of(code: &Code, records: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let mut unique: BTreeMap<ScanId, &Recorded> = BTreeMap::new();
        for record in records {
            let first = unique.entry(record.scan.id).or_insert(record);
            if record.received_at < first.received_at {
                *first = record;
            }
        }
        let things = things_of(code, &unique);
        let places: HashMap<&Code, usize> = things.iter().enumerate().map(|(place, code)| (code, place)).collect();
        let struck_out = struck_out(unique.values().copied());
        let mut history = Self {
            things: things.clone(),
            entries: Vec::new(),
            lanes: Vec::new(),
            births: vec![false; things.len()],
            struck: Vec::new(),
        };
        for record in unique.into_values() {
            let scan = &record.scan;
            let is_struck = |code: &Code| struck_out.contains(&(scan.id, code));
            let concerns = scan.codes.contains(code) || scan.action.pouch() == Some(code);
            if concerns && (is_struck(code) || scan.action.pouch().is_some_and(is_struck)) {
                history.struck.push(scan.id);
            }
            if let Some(step) = step_of(record, &places, is_struck) {
                match step.act {
                    Act::Register => step.named.iter().for_each(|thing| history.births[*thing] = true),
                    Act::Seal(container) => history.births[container] = true,
                    _ => {}
                }
                history.entries.push(Entry { record, at: record.at(), step });
            }
        }
        history.lanes = lanes(&history.entries);
        history
    }

    /// What comes first by the clocks.
    pub(super) fn earlier(&self, entry: usize) -> (DateTime<Utc>, ScanId) {
        let entry = &self.entries[entry];
        (entry.at, entry.record.scan.id)
    }
}

/// `code`, then everything it was sealed into, then what that was sealed into.
fn things_of(code: &Code, records: &BTreeMap<ScanId, &Recorded>) -> Vec<Code> {
    let mut things = vec![code.clone()];
    let mut next = 0;
    while let Some(thing) = things.get(next).cloned() {
        let containers: BTreeSet<&Code> = records
            .values()
            .filter_map(|record| match &record.scan.action {
                Action::Seal { pouch, .. } if record.scan.codes.contains(&thing) => Some(pouch),
                _ => None,
            })
            .collect();
        for container in containers {
            if !things.contains(container) {
                things.push(container.clone());
            }
        }
        next += 1;
    }
    things
}

fn struck_out<'a>(records: impl Iterator<Item = &'a Recorded>) -> BTreeSet<(ScanId, &'a Code)> {
    let corrections = records.filter_map(|record| match record.scan.action {
        Action::Correct { scan } => Some((scan, &record.scan.codes)),
        _ => None,
    });
    corrections.flat_map(|(scan, codes)| codes.iter().map(move |code| (scan, code))).collect()
}

fn step_of<'a>(
    record: &'a Recorded,
    places: &HashMap<&Code, usize>,
    is_struck: impl Fn(&'a Code) -> bool,
) -> Option<Step> {
    let scan = &record.scan;
    let pouch = match scan.action.pouch() {
        Some(pouch) if is_struck(pouch) => return None,
        pouch => pouch.and_then(|pouch| places.get(pouch).copied()),
    };
    let mut named: Vec<usize> = scan
        .codes
        .iter()
        .filter_map(|code| Some((places.get(code).copied()?, code)))
        .filter(|(_, code)| !is_struck(code))
        .map(|(place, _)| place)
        .collect();
    named.sort_unstable();
    named.dedup();
    let counterparty = scan.counterparty.unwrap_or(Party::Recipient);
    let act = match &scan.action {
        Action::Register => Act::Register,
        Action::Seal { .. } => match pouch {
            Some(container) => Act::Seal(container),
            // Sealed into a pouch that this history knows nothing of: only when another thing of the scan is looked at.
            None => Act::Keep,
        },
        Action::Open { .. } => match pouch {
            Some(container) => Act::Open(container),
            None => return extra(scan.actor, named),
        },
        Action::Give | Action::HandBack => Act::Give(counterparty),
        Action::Receive => Act::Receive(counterparty),
        Action::Deliver => Act::Deliver,
        Action::Load | Action::Unload | Action::Count | Action::AttemptFailed { .. } | Action::ReportDamaged => {
            Act::Keep
        }
        Action::ReportFound => Act::Find,
        Action::ReportMissing => Act::Miss,
        Action::Correct { .. } => return None,
    };
    (!named.is_empty() || pouch.is_some()).then_some(Step { actor: scan.actor, act, named })
}

/// Found in a pouch that it was never sealed into.
fn extra(actor: Party, named: Vec<usize>) -> Option<Step> {
    (!named.is_empty()).then_some(Step { actor, act: Act::Extra, named })
}

fn lanes(entries: &[Entry<'_>]) -> Vec<Vec<usize>> {
    let mut lanes: BTreeMap<DeviceId, Vec<usize>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        lanes.entry(entry.record.scan.device_id).or_default().push(place);
    }
    let mut lanes: Vec<Vec<usize>> = lanes.into_values().collect();
    for lane in &mut lanes {
        lane.sort_by_key(|place| {
            let entry = &entries[*place];
            (entry.record.scan.device_seq, entry.at, entry.record.scan.id)
        });
    }
    lanes
}
