use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    places::{PlaceRef, SiteRef, local},
    route_view::RouteOut,
};
use crate::{
    domain::{Code, ItemId, Place, Route},
    service::{DayPlan, Reconciliation, RouteReconciliation, TripScans},
};

/// An item as a manifest names it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ManifestItem {
    /// Its id.
    id: Uuid,
    /// The code on its barcode; null when the item is gone from the database.
    code: Option<String>,
    /// Where it started.
    from: Option<SiteRef>,
    /// Where it goes in the end.
    to: Option<PlaceRef>,
    /// Its weight in grams.
    weight_g: Option<u32>,
}

impl ManifestItem {
    pub(crate) fn of(day: &DayPlan, id: ItemId) -> Self {
        let detail = day.item(id);
        Self {
            id: id.uuid(),
            code: detail.map(|detail| detail.item.code.to_string()),
            from: detail.map(|detail| SiteRef::of(&day.centre, detail.item.from)),
            to: detail.map(|detail| PlaceRef::of_item(&day.centre, detail)),
            weight_g: detail.map(|detail| detail.item.weight_g),
        }
    }
}

/// What happens at one stop.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ManifestStop {
    /// Its place in the route, from 0.
    sequence: usize,
    /// Where it is.
    place: PlaceRef,
    /// The address as written, at a home.
    address: Option<String>,
    /// When the courier comes.
    arrives_at: DateTime<FixedOffset>,
    /// When the courier leaves.
    departs_at: DateTime<FixedOffset>,
    /// What comes on board here.
    load: Vec<ManifestItem>,
    /// What is handed over here.
    unload: Vec<ManifestItem>,
    /// The codes of what must be on board afterwards, sorted.
    on_board: Vec<String>,
    /// What was scanned on board here against `load`.
    loaded: ScannedOut,
    /// What was scanned out of the courier's hands here against `unload`.
    unloaded: ScannedOut,
}

/// What was scanned against what was expected, as codes. Of a pouch its content counts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ScannedOut {
    /// Expected and scanned.
    scanned: Vec<String>,
    /// Expected and not scanned, or not yet.
    missing: Vec<String>,
    /// Scanned and not expected.
    extra: Vec<String>,
}

impl From<Reconciliation<Code>> for ScannedOut {
    fn from(found: Reconciliation<Code>) -> Self {
        let codes = |codes: BTreeSet<Code>| codes.iter().map(Code::text).collect();
        Self { scanned: codes(found.found), missing: codes(found.missing), extra: codes(found.extra) }
    }
}

/// What one courier should have on board, from departure to return.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RouteManifest {
    /// The route.
    route: RouteOut,
    /// What must be on board at departure.
    at_departure: Vec<ManifestItem>,
    /// The stops, the depot's departure and return included.
    stops: Vec<ManifestStop>,
    /// What the courier scanned on board on the whole way against what was to be loaded.
    carried: ScannedOut,
}

impl RouteManifest {
    pub(crate) fn of(day: &DayPlan, route: &Route, scans: &TripScans) -> Self {
        let RouteReconciliation { stops: reconciled, carried } = scans.reconcile(day, route);
        let zone = day.centre.centre.time_zone;
        let mut aboard: Vec<ItemId> = Vec::new();
        let mut stops = Vec::new();
        let mut at_departure = Vec::new();
        for ((sequence, stop), scanned) in route.stops.iter().enumerate().zip(reconciled) {
            aboard.retain(|item| !stop.unload.contains(item));
            aboard.extend(&stop.load);
            if sequence == 0 {
                at_departure = items(day, &aboard);
            }
            stops.push(ManifestStop {
                sequence,
                place: PlaceRef::of_stop(day, stop.place),
                address: match stop.place {
                    Place::Home(id) => day.home(id).map(|home| home.address.clone()),
                    Place::Site(_) => None,
                },
                arrives_at: local(stop.arrives_at, zone),
                departs_at: local(stop.departs_at, zone),
                load: items(day, &stop.load),
                unload: items(day, &stop.unload),
                on_board: codes(day, &aboard),
                loaded: scanned.load.into(),
                unloaded: scanned.unload.into(),
            });
        }
        Self { route: RouteOut::of(day, route), at_departure, stops, carried: carried.into() }
    }
}

fn items(day: &DayPlan, ids: &[ItemId]) -> Vec<ManifestItem> {
    let mut items: Vec<ManifestItem> = ids.iter().map(|id| ManifestItem::of(day, *id)).collect();
    items.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    items
}

fn codes(day: &DayPlan, ids: &[ItemId]) -> Vec<String> {
    let code = |id: &ItemId| day.item(*id).map_or_else(|| id.to_string(), |detail| detail.item.code.to_string());
    let mut codes: Vec<String> = ids.iter().map(code).collect();
    codes.sort_unstable();
    codes
}

/// What the couriers of a run or a round should have on board.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Manifest {
    /// The day.
    pub(crate) date: NaiveDate,
    /// The run's code or the round's half-day.
    pub(crate) name: String,
    /// How often the day has been planned.
    pub(crate) revision: u32,
    /// Whether the items are those of a synthetic season.
    pub(crate) synthetic: bool,
    /// One for each courier.
    pub(crate) routes: Vec<RouteManifest>,
}
