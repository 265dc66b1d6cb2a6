use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    places::{PlaceRef, SiteRef, local},
    route_view::RouteOut,
};
use crate::{
    domain::{ItemId, Place, Route},
    service::DayPlan,
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
}

impl RouteManifest {
    pub(crate) fn of(day: &DayPlan, route: &Route) -> Self {
        let zone = day.centre.centre.time_zone;
        let mut aboard: Vec<ItemId> = Vec::new();
        let mut stops = Vec::new();
        let mut at_departure = Vec::new();
        for (sequence, stop) in route.stops.iter().enumerate() {
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
            });
        }
        Self { route: RouteOut::of(day, route), at_departure, stops }
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
