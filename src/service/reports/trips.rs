//! Runs and rounds as planned and as scanned.

use uuid::Uuid;

use super::{Span, of_day};
use crate::{
    domain::{
        Party,
        report::{Fact, RunTally, Sighting, punctuality},
    },
    ledger::{Recorded, content},
    service::{Service, ServiceError},
    store::{ScanOfTrip, StoreError},
};

/// A scan of the ledger without what is kept apart of it.
pub(super) fn read(stored: &ScanOfTrip) -> Result<Recorded, ServiceError> {
    let scan = content::read(&stored.content, None).map_err(|error| {
        let problem = format!("{error}; `conthoi ledger verify` says more");
        ServiceError::Store(StoreError::Corrupt { table: "scan_events", problem })
    })?;
    Ok(Recorded { scan, received_at: stored.received_at })
}

impl Service {
    pub(super) fn run_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<RunTally>>, ServiceError> {
        let id = span.centre.centre.id;
        let planned = self.store().trips_planned(id, (span.from, span.to))?;
        let mut trips: Vec<Uuid> = planned.iter().map(|route| route.trip).collect();
        trips.sort_unstable();
        trips.dedup();
        let mut scanned = std::collections::BTreeMap::new();
        for (trip, scans) in self.store().scans_of_trips(id, &trips)? {
            scanned.insert(trip, scans.iter().map(read).collect::<Result<Vec<Recorded>, _>>()?);
        }
        let mut facts = Vec::with_capacity(planned.len());
        for route in planned {
            let courier = Party::Courier(route.courier);
            // Several couriers may ride one run: what tells of this route is what its courier had a part in.
            let seen: Vec<Sighting> = scanned
                .get(&route.trip)
                .into_iter()
                .flatten()
                .filter(|record| record.scan.actor == courier || record.scan.counterparty == Some(courier))
                .filter_map(|record| Some(Sighting { at: record.at(), place: record.scan.place? }))
                .collect();
            let tolerance_s = span.centre.rules.seconds("run_punctual_within", route.day)?;
            let mut fact = of_day(route.day, punctuality(&route.halts, &seen, tolerance_s));
            fact.of.courier = Some(route.courier);
            facts.push(fact);
        }
        Ok(facts)
    }
}
