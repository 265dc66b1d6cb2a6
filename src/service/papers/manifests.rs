use std::collections::BTreeSet;

use super::names;
use crate::{
    domain::{CentreData, Code, Destination, HalfDay, ItemId, Place, RoundId, Route, RunId},
    paper::{ManifestItem, ManifestPaper, ManifestRoute, ManifestStop, manifest_pdf},
    service::{DayPlan, Service, ServiceError, TripScans},
};

impl Service {
    /// The manifest of a run as PDF.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn run_manifest_pdf(&self, id: RunId) -> Result<Vec<u8>, ServiceError> {
        let (day, scans) = (self.plan_of_run(id)?, self.trip_scans(id.uuid())?);
        self.run_manifest(&day, id, &scans)
    }

    pub(super) fn run_manifest(&self, day: &DayPlan, id: RunId, scans: &TripScans) -> Result<Vec<u8>, ServiceError> {
        let run = day.run(id).ok_or_else(|| ServiceError::not_found("run", &id))?;
        let name = format!("Chuyến {}", run.code);
        self.manifest(day, name, &run.routes.iter().collect::<Vec<_>>(), scans)
    }

    /// The manifest of a round as PDF, with the addresses that the courier needs.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn round_manifest_pdf(&self, id: RoundId) -> Result<Vec<u8>, ServiceError> {
        let (day, scans) = (self.plan_of_round(id)?, self.trip_scans(id.uuid())?);
        self.round_manifest(&day, id, &scans)
    }

    pub(super) fn round_manifest(
        &self,
        day: &DayPlan,
        id: RoundId,
        scans: &TripScans,
    ) -> Result<Vec<u8>, ServiceError> {
        let round = day.round(id).ok_or_else(|| ServiceError::not_found("round", &id))?;
        let half_day = match round.half_day {
            HalfDay::Morning => "buổi sáng",
            HalfDay::Afternoon => "buổi chiều",
        };
        self.manifest(day, format!("Tuyến phát {half_day}"), &[&round.route], scans)
    }

    fn manifest(
        &self,
        day: &DayPlan,
        name: String,
        routes: &[&Route],
        scans: &TripScans,
    ) -> Result<Vec<u8>, ServiceError> {
        let centre = &day.centre;
        let paper = ManifestPaper {
            centre: centre.centre.name.clone(),
            name,
            day: names::day(day.plan.date),
            revision: day.plan.revision,
            printed_at: names::local(centre, self.now()),
            synthetic: day.is_synthetic(),
            routes: routes.iter().map(|route| route_of(day, route, scans)).collect(),
        };
        Ok(manifest_pdf(&paper)?)
    }
}

fn route_of(day: &DayPlan, route: &Route, scans: &TripScans) -> ManifestRoute {
    let centre = &day.centre;
    let reconciled = scans.reconcile(day, route);
    let stops = route.stops.iter().zip(reconciled.stops).map(|(stop, scanned)| ManifestStop {
        place: match stop.place {
            Place::Site(id) => names::site(centre, id),
            Place::Home(_) => day.place_name(stop.place),
        },
        address: match stop.place {
            Place::Home(id) => day.home(id).map(|home| home.address.clone()),
            Place::Site(_) => None,
        },
        arrives_at: names::local(centre, stop.arrives_at),
        departs_at: names::local(centre, stop.departs_at),
        unload: items(day, &stop.unload, &scanned.unload.found),
        load: items(day, &stop.load, &scanned.load.found),
    });
    ManifestRoute {
        courier: names::party(centre, crate::domain::Party::Courier(route.courier_id)),
        vehicle: vehicle(centre, route),
        stops: stops.collect(),
    }
}

fn vehicle(centre: &CentreData, route: &Route) -> String {
    centre.vehicle(route.vehicle_id).map_or_else(|| route.vehicle_id.to_string(), |vehicle| vehicle.code.clone())
}

fn items(day: &DayPlan, ids: &[ItemId], scanned: &BTreeSet<Code>) -> Vec<ManifestItem> {
    let scanned: BTreeSet<String> = scanned.iter().map(Code::text).collect();
    let mut items: Vec<ManifestItem> = ids
        .iter()
        .map(|id| match day.item(*id) {
            Some(detail) => ManifestItem {
                code: detail.item.code.to_string(),
                from: names::site(&day.centre, detail.item.from),
                to: match detail.item.to {
                    Destination::Site(id) => names::site(&day.centre, id),
                    Destination::Home(id) => day.place_name(Place::Home(id)),
                },
                weight_g: Some(detail.item.weight_g),
                scanned: scanned.contains(detail.item.code.as_str()),
            },
            None => ManifestItem {
                code: id.to_string(),
                from: String::new(),
                to: String::new(),
                weight_g: None,
                scanned: false,
            },
        })
        .collect();
    items.sort_by(|a, b| a.code.cmp(&b.code));
    items
}
