use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Custody, Recorded};
use crate::domain::{Action, Party, ScanId};

/// A thing went, or is going, from one party to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handoff {
    /// When it was received, or given where it has not been received.
    pub at: DateTime<Utc>,
    /// Who gave.
    pub giver: Party,
    /// Who received or is to receive.
    pub receiver: Party,
    /// The giver's scan; none where the giver did not scan.
    pub given: Option<ScanId>,
    /// The scan by which the receiver had it; none while it is on its way between the two.
    pub received: Option<ScanId>,
}

/// The handoffs of a thing in order, as its custody tells them. `records` hold the scans that its custody names.
pub fn handoffs<'a>(custody: &Custody, records: impl IntoIterator<Item = &'a Recorded>) -> Vec<Handoff> {
    let records: HashMap<ScanId, &Recorded> = records.into_iter().map(|record| (record.scan.id, record)).collect();
    let mut handoffs = Vec::new();
    for pair in custody.chain.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        let delivered = after.holder == Party::Recipient;
        let given = match records.get(&after.scan) {
            Some(record) if delivered && record.scan.actor == before.holder => Some(after.scan),
            _ => given_before(custody, &records, before.holder, after.holder, before.scan, after.scan),
        };
        handoffs.push(Handoff {
            at: after.since,
            giver: before.holder,
            receiver: after.holder,
            given,
            received: Some(after.scan),
        });
    }
    if let (Some(giver), Some(handover)) = (custody.holder, custody.handover) {
        handoffs.push(Handoff {
            at: handover.since,
            giver,
            receiver: handover.to,
            given: Some(handover.scan),
            received: None,
        });
    }
    handoffs
}

/// The last scan between two others by which `giver` gave to `receiver`.
fn given_before(
    custody: &Custody,
    records: &HashMap<ScanId, &Recorded>,
    giver: Party,
    receiver: Party,
    from: ScanId,
    to: ScanId,
) -> Option<ScanId> {
    let place = |id: ScanId| custody.scans.iter().position(|scan| *scan == id);
    let between = custody.scans.get(place(from)?..place(to)?)?;
    between.iter().rev().copied().find(|id| {
        records.get(id).is_some_and(|record| {
            let scan = &record.scan;
            matches!(scan.action, Action::Give | Action::HandBack)
                && scan.actor == giver
                && scan.counterparty == Some(receiver)
        })
    })
}
