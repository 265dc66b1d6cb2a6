//! Whether a scan's sender may speak for its actor.
//!
//! A scan states a physical fact, and a fact is not lost over a question of right: what is certainly said in somebody else's name
//! is rejected, and stays on its device; what is in doubt is accepted, and the doubt is noted beside it.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use chrono::Duration;

use super::{Principal, Via};
use crate::{
    domain::{Act, CentreId, Concerns, DeviceId, Party, Reach, Scan},
    service::{FieldProblem, Service, ServiceError},
    store::ScanDoubt,
};

/// By how much a device's clock may be wrong before its shift is in doubt.
const CLOCK_TOLERANCE: Duration = Duration::minutes(30);
/// How many senders are remembered as written down.
const REMEMBERED_MAX: usize = 50_000;

/// Which sender is written down for which device.
#[derive(Default)]
pub(super) struct KnownSenders(Mutex<HashSet<(DeviceId, String)>>);

/// What is to be said of a scan's sender.
enum Standing {
    Sure,
    Doubtful(&'static str),
    Wrong(FieldProblem),
}

fn standing(principal: &Principal, scan: &Scan) -> Standing {
    let wrong = |field: &str, message: &str| Standing::Wrong(FieldProblem::new(field, message));
    if let Via::Device(own) = principal.via {
        if scan.device_id != own {
            return wrong("device_id", "it is not the id of the device that sends it");
        }
        let mut shifts = principal.shifts.iter().filter(|shift| shift.party == scan.actor).peekable();
        if shifts.peek().is_none() {
            return wrong("actor", "the device was never in the hands of this actor: have it given to them first");
        }
        let at = scan.device_time;
        let within = |from, until: Option<_>| {
            at >= from - CLOCK_TOLERANCE && until.is_none_or(|until| at <= until + CLOCK_TOLERANCE)
        };
        return if shifts.any(|shift| within(shift.from, shift.until)) {
            Standing::Sure
        } else {
            Standing::Doubtful("by its device's clock it was made outside the shift of its actor")
        };
    }
    match principal.authority.reach(Act::CaptureScans) {
        Reach::All => Standing::Sure,
        Reach::Own if principal.authority.may(Act::CaptureScans, &Concerns::from_iter([scan.actor])) => Standing::Sure,
        Reach::Own if matches!(principal.authority.acts_for, Some(Party::Site(_))) => {
            wrong("actor", "a clerk scans for the own office only")
        }
        _ => wrong("actor", "a courier scans for themselves only"),
    }
}

impl Service {
    /// Takes out of `scans` what its sender certainly cannot say, and notes who sends for which device and what is in doubt.
    pub(in crate::service) fn check_senders(
        &self,
        centre: CentreId,
        principal: &Principal,
        scans: &mut [Result<Scan, Vec<FieldProblem>>],
    ) -> Result<(), ServiceError> {
        let sender = principal.sender();
        let mut doubts = Vec::new();
        for entry in scans.iter_mut() {
            let Ok(scan) = entry else { continue };
            match standing(principal, scan) {
                Standing::Sure => {}
                Standing::Doubtful(doubt) => {
                    doubts.push(ScanDoubt { scan_id: scan.id, sender: sender.clone(), doubt: doubt.to_owned() });
                }
                Standing::Wrong(problem) => *entry = Err(vec![problem]),
            }
        }
        let devices: HashSet<DeviceId> = scans.iter().flatten().map(|scan| scan.device_id).collect();
        let new: Vec<DeviceId> = {
            let known = self.inner.access.senders.0.lock().unwrap_or_else(PoisonError::into_inner);
            devices.into_iter().filter(|device| !known.contains(&(*device, sender.clone()))).collect()
        };
        if new.is_empty() && doubts.is_empty() {
            return Ok(());
        }
        self.store().note_senders(centre, &sender, &new, &doubts, self.now())?;
        let mut known = self.inner.access.senders.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.extend(new.into_iter().map(|device| (device, sender.clone())));
        Ok(())
    }
}
