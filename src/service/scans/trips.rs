use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{look_up::code_of_item, recorded};
use crate::{
    domain::{Act, Action, Authority, Code, ItemId, Party, Place, Route, ScanId},
    ledger::{Reconciliation, Recorded, reconcile},
    service::{DayPlan, Service, ServiceError},
};

/// What was expected at one stop against what was scanned there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopReconciliation {
    /// What came on board.
    pub load: Reconciliation<Code>,
    /// What was handed over.
    pub unload: Reconciliation<Code>,
}

/// What was expected of a route against what was scanned on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteReconciliation {
    /// Each stop, in order.
    pub stops: Vec<StopReconciliation>,
    /// What the courier came on board with in all.
    pub carried: Reconciliation<Code>,
}

/// When a pouch was sealed, and what went into it.
type Sealing = (DateTime<Utc>, Vec<Code>);

/// The scans of a run or a round, and what the pouches in them held.
pub struct TripScans {
    records: Vec<Recorded>,
    /// Each pouch with what was sealed into it, and when.
    sealed: BTreeMap<Code, Vec<Sealing>>,
}

impl Service {
    /// The scans that name a run or a round.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn trip_scans(&self, trip: Uuid) -> Result<TripScans, ServiceError> {
        self.scans_of_trips(&[trip])
    }

    /// The scans that name any of some runs and rounds.
    pub(in crate::service) fn scans_of_trips(&self, trips: &[Uuid]) -> Result<TripScans, ServiceError> {
        let centre = self.centre()?.centre.id;
        let stored = self.store().scans_of_trips(centre, trips)?;
        let records = stored.iter().map(recorded).collect::<Result<Vec<Recorded>, _>>()?;
        let pouches: BTreeSet<String> = records
            .iter()
            .flat_map(|record| record.scan.codes.iter())
            .filter(|code| code.names_a_container())
            .map(ToString::to_string)
            .collect();
        let mut sealed: BTreeMap<Code, Vec<Sealing>> = BTreeMap::new();
        for stored in self.store().scans_of_codes(centre, &pouches.into_iter().collect::<Vec<_>>())? {
            let record = recorded(&stored)?;
            if let Action::Seal { pouch, .. } = &record.scan.action {
                sealed.entry(pouch.clone()).or_default().push((record.at(), record.scan.codes.clone()));
            }
        }
        for seals in sealed.values_mut() {
            seals.sort();
        }
        Ok(TripScans { records, sealed })
    }
}

impl TripScans {
    /// What `authority` may see of them: a clerk what was scanned at the own office. Of whom a courier may see is decided by
    /// the route that they are compared with.
    #[must_use]
    pub fn seen_by(mut self, authority: &Authority) -> Self {
        match authority.only(Act::ReadPlans) {
            None | Some(Some(Party::Courier(_))) => {}
            Some(Some(Party::Site(site))) => self.records.retain(|it| it.scan.place == Some(Place::Site(site))),
            Some(Some(Party::Recipient) | None) => self.records.clear(),
        }
        self
    }

    /// What was scanned: for a pouch what was sealed into it last before.
    fn scanned(&self, record: &Recorded) -> Vec<Code> {
        let mut scanned = Vec::new();
        for code in &record.scan.codes {
            let seals = self.sealed.get(code).map_or(&[][..], Vec::as_slice);
            match seals.iter().rev().find(|(at, _)| *at <= record.at()) {
                Some((_, content)) => scanned.extend(content.iter().cloned()),
                None => scanned.push(code.clone()),
            }
        }
        scanned
    }

    /// The scans that stand: each with what was scanned, without what was struck out.
    pub(in crate::service) fn standing(&self) -> impl Iterator<Item = (&Recorded, Vec<Code>)> {
        let struck = self.struck();
        self.records.iter().map(move |record| {
            let mut codes = self.scanned(record);
            codes.retain(|code| !struck.contains(&(record.scan.id, code.clone())));
            (record, codes)
        })
    }

    fn struck(&self) -> BTreeSet<(ScanId, Code)> {
        self.records
            .iter()
            .filter_map(|record| match record.scan.action {
                Action::Correct { scan } => Some((scan, &record.scan.codes)),
                _ => None,
            })
            .flat_map(|(scan, codes)| codes.iter().map(move |code| (scan, code.clone())))
            .collect()
    }

    /// Compares one courier's route with the scans of that courier on this trip.
    #[must_use]
    pub fn reconcile(&self, day: &DayPlan, route: &Route) -> RouteReconciliation {
        let courier = Party::Courier(route.courier_id);
        let struck = self.struck();
        // Where a route stops twice, what is loaded counts for the first time and what is unloaded for the last.
        let first_at = |place: Place| route.stops.iter().position(|stop| stop.place == place);
        let last_at = |place: Place| route.stops.iter().rposition(|stop| stop.place == place);
        let mut loaded = vec![BTreeSet::new(); route.stops.len()];
        let mut unloaded = vec![BTreeSet::new(); route.stops.len()];
        let mut carried = BTreeSet::new();
        for record in self.records.iter().filter(|record| record.scan.actor == courier) {
            let mut codes = self.scanned(record);
            codes.retain(|code| !struck.contains(&(record.scan.id, code.clone())));
            let place = record.scan.place;
            match record.scan.action {
                Action::Load | Action::Receive => {
                    carried.extend(codes.iter().cloned());
                    if let Some(stop) = place.and_then(first_at) {
                        loaded[stop].extend(codes);
                    }
                }
                Action::Unload | Action::Give | Action::HandBack | Action::Deliver => {
                    if let Some(stop) = place.and_then(last_at) {
                        unloaded[stop].extend(codes);
                    }
                }
                _ => {}
            }
        }
        let codes = |items: &[ItemId]| -> Vec<Code> {
            items.iter().filter_map(|id| day.item(*id)).map(|detail| code_of_item(&day.centre, &detail.item)).collect()
        };
        let expected: Vec<Code> = route.stops.iter().flat_map(|stop| codes(&stop.load)).collect();
        let stops = route.stops.iter().zip(loaded.into_iter().zip(unloaded)).map(|(stop, (loaded, unloaded))| {
            StopReconciliation {
                load: reconcile(codes(&stop.load), loaded),
                unload: reconcile(codes(&stop.unload), unloaded),
            }
        });
        RouteReconciliation { stops: stops.collect(), carried: reconcile(expected, carried) }
    }
}
