use std::collections::HashMap;

use serde_json::Value;

use crate::{
    domain::{Action, CentreData, ScanId},
    ledger::{
        Recorded,
        epcis::{
            Event,
            outbound::{self, Naming},
        },
    },
    service::{Service, ServiceError, scans::recorded},
    store::{ScanEvent, StoredScan, ToldScans, WaitingCorrection},
};

/// Scans told at once.
const SCANS_AT_ONCE: u32 = 500;

impl Service {
    /// Lists as events the scans that have come in since the last time. Does nothing when there is nothing new.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn tell_scans(&self) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        while self.tell_some(&centre)? {}
        Ok(())
    }

    /// Answers whether there may be more.
    fn tell_some(&self, centre: &CentreData) -> Result<bool, ServiceError> {
        let id = centre.centre.id;
        let from = self.store().told_position(id)?;
        let stored = self.store().scans_after(id, from, SCANS_AT_ONCE)?;
        let Some(to) = stored.last().map(|scan| scan.position) else { return Ok(false) };
        let naming = self.naming(centre);
        let scans = Scans::of(&stored)?;
        let wrong = self.corrected(centre, &scans)?;
        let mut told = ToldScans::default();
        for (position, record) in &scans.0 {
            match record.scan.action {
                Action::Correct { scan } => match wrong.get(&scan) {
                    Some(wrong) => self.tell_correction(wrong, (*position, record), &naming, &mut told.events),
                    None => told.waiting.push(WaitingCorrection { scan_id: scan, position: *position }),
                },
                _ => {
                    let event = outbound::event_of(record, &naming);
                    told.events.extend(event.and_then(|event| self.scan_event(event, (*position, record))));
                }
            }
        }
        let ids: Vec<ScanId> = scans.0.iter().map(|(_, record)| record.scan.id).collect();
        let arrived = self.store().waiting_corrections(id, &ids)?;
        let positions: Vec<i64> = arrived.iter().map(|waiting| waiting.position).collect();
        for (position, correction) in &Scans::of(&self.store().scans_at(id, &positions)?)?.0 {
            if let Action::Correct { scan } = correction.scan.action
                && let Some((_, wrong)) = scans.0.iter().find(|(_, record)| record.scan.id == scan)
            {
                self.tell_correction(wrong, (*position, correction), &naming, &mut told.events);
            }
        }
        told.arrived = arrived;
        // When somebody else was faster, the next part begins where they ended.
        self.store().keep_told_scans(id, (from, to), &told)?;
        Ok(true)
    }

    /// The scans that corrections among `scans` name.
    fn corrected(&self, centre: &CentreData, scans: &Scans) -> Result<HashMap<ScanId, Recorded>, ServiceError> {
        let ids = scans.0.iter().filter_map(|(_, record)| match record.scan.action {
            Action::Correct { scan } => Some(scan),
            _ => None,
        });
        let ids: Vec<ScanId> = ids.collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let stored = self.store().scans(centre.centre.id, &ids)?;
        Ok(Scans::of(&stored)?.0.into_iter().map(|(_, record)| (record.scan.id, record)).collect())
    }

    fn tell_correction(
        &self,
        wrong: &Recorded,
        (position, correction): (i64, &Recorded),
        naming: &Naming,
        events: &mut Vec<ScanEvent>,
    ) {
        let told = outbound::correction(wrong, correction, naming).into_iter().flatten();
        events.extend(told.filter_map(|event| self.scan_event(event, (position, correction))));
    }

    fn scan_event(&self, event: Value, (position, record): (i64, &Recorded)) -> Option<ScanEvent> {
        let keys = self.keys_of(&Event::of_ours(event), record.received_at)?;
        Some(ScanEvent { keys, position })
    }

    /// The events that these scans are told as, by position and whether it is an error declaration.
    pub(super) fn events_of_scans(
        &self,
        centre: &CentreData,
        positions: &[i64],
    ) -> Result<HashMap<(i64, bool), Value>, ServiceError> {
        let naming = self.naming(centre);
        let scans = Scans::of(&self.store().scans_at(centre.centre.id, positions)?)?;
        let wrong = self.corrected(centre, &scans)?;
        let mut events = HashMap::new();
        for (position, record) in &scans.0 {
            let told = match record.scan.action {
                Action::Correct { scan } => {
                    wrong.get(&scan).and_then(|wrong| outbound::correction(wrong, record, &naming))
                }
                _ => outbound::event_of(record, &naming).map(|event| vec![event]),
            };
            for event in told.into_iter().flatten() {
                events.insert((*position, event.get("errorDeclaration").is_some()), event);
            }
        }
        Ok(events)
    }
}

/// Scans with their positions.
struct Scans(Vec<(i64, Recorded)>);

impl Scans {
    fn of(stored: &[StoredScan]) -> Result<Self, ServiceError> {
        let scans = stored.iter().map(|scan| Ok((scan.position, recorded(scan)?)));
        Ok(Self(scans.collect::<Result<_, ServiceError>>()?))
    }
}
