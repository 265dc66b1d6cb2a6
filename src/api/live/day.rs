use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::alerts::AlertOut;
use crate::{
    api::{
        Answer, Asked, blocking,
        params::{NoQuery, PathParams},
        places::{PlaceRef, SiteRef, local},
        route_view::RouteOut,
    },
    domain::{Act, LegCarrier, Place, RouteId},
    service::{DayLive, DayPlan, LiveItem, LiveRoute, LiveStop, Reached, Whereabouts},
};

/// A stop as it was, or as it is expected.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LiveStopOut {
    /// The plan's stop.
    id: Uuid,
    /// Its place in the route, from 0, which is the departure from the depot.
    sequence: usize,
    /// Where it is.
    place: PlaceRef,
    /// `done`, `passed` (nothing was scanned there, but the courier was seen farther on) or `ahead`.
    reached: &'static str,
    /// When the courier came or will come.
    arrives_at: DateTime<FixedOffset>,
    /// When the joint count began or will begin.
    starts_at: DateTime<FixedOffset>,
    /// When the courier left or will leave.
    departs_at: DateTime<FixedOffset>,
    /// How much later than planned the courier comes, seconds; negative when earlier.
    late_s: i64,
    /// How many items should be loaded here and were not seen to be.
    not_loaded: usize,
    /// How many should be handed over here and were not seen to be.
    not_unloaded: usize,
}

/// Where a courier was last.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FixOut {
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
    /// When.
    at: DateTime<FixedOffset>,
}

/// A route as it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LiveRouteOut {
    /// The planned route.
    route: RouteOut,
    /// The code of its run.
    run: Option<String>,
    /// Its round.
    round_id: Option<Uuid>,
    /// `waiting`, `out` or `back`.
    state: &'static str,
    /// When the courier left or will leave.
    leaves_at: Option<DateTime<FixedOffset>>,
    /// When the courier is back, or was.
    returns_at: Option<DateTime<FixedOffset>>,
    /// When something was heard of the courier last.
    heard_at: Option<DateTime<FixedOffset>>,
    /// Where the courier was last, as long as that is kept.
    position: Option<FixOut>,
    /// Its stops.
    stops: Vec<LiveStopOut>,
}

/// An item as it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LiveItemOut {
    /// Its id.
    id: Uuid,
    /// The code on its barcode.
    code: Option<String>,
    /// `at_site`, `on_board`, `delivered` or `missing`.
    state: &'static str,
    /// The office where it is.
    site: Option<SiteRef>,
    /// The code of the courier who has it.
    courier: Option<String>,
    /// Since when.
    since: DateTime<FixedOffset>,
    /// When it must have arrived.
    due_at: Option<DateTime<FixedOffset>>,
    /// When it comes, or came, to where it goes; null when that is not today.
    arrives_at: Option<DateTime<FixedOffset>>,
    /// Whether it is there.
    has_arrived: bool,
    /// How much after its due time it comes, seconds.
    late_s: i64,
    /// The run that it will miss, by code, or the round, by id.
    misses: Option<String>,
}

/// A day as it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LiveResponse {
    /// The day.
    date: NaiveDate,
    /// The plan's revision.
    revision: u32,
    /// The time of all this.
    at: DateTime<FixedOffset>,
    /// The routes that go out.
    routes: Vec<LiveRouteOut>,
    /// Every item of the plan.
    items: Vec<LiveItemOut>,
    /// How many of them come late or miss a run.
    items_late: usize,
    /// What a dispatcher should know now.
    alerts: Vec<AlertOut>,
}

/// The name of a run, or the id of a round.
pub(super) fn carrier_name(day: &DayPlan, carrier: LegCarrier) -> String {
    match carrier {
        LegCarrier::Run(id) => day.run(id).map_or_else(|| id.to_string(), |run| run.code.clone()),
        LegCarrier::Round(id) => id.to_string(),
    }
}

fn stop_of(day: &DayPlan, sequence: usize, stop: &LiveStop) -> LiveStopOut {
    let zone = day.centre.centre.time_zone;
    LiveStopOut {
        id: stop.stop_id.uuid(),
        sequence,
        place: PlaceRef::of_stop(day, stop.place),
        reached: match stop.reached {
            Reached::Done => "done",
            Reached::Passed => "passed",
            Reached::Ahead => "ahead",
        },
        arrives_at: local(stop.arrives_at, zone),
        starts_at: local(stop.starts_at, zone),
        departs_at: local(stop.departs_at, zone),
        late_s: stop.late_s,
        not_loaded: stop.not_loaded.len(),
        not_unloaded: stop.not_unloaded.len(),
    }
}

fn route_of(day: &DayPlan, live: &LiveRoute) -> Option<LiveRouteOut> {
    let zone = day.centre.centre.time_zone;
    let id: RouteId = live.route_id;
    Some(LiveRouteOut {
        route: RouteOut::of(day, day.route(id)?),
        run: match live.carrier {
            LegCarrier::Run(_) => Some(carrier_name(day, live.carrier)),
            LegCarrier::Round(_) => None,
        },
        round_id: match live.carrier {
            LegCarrier::Round(id) => Some(id.uuid()),
            LegCarrier::Run(_) => None,
        },
        state: match (live.has_left, live.is_back) {
            (_, true) => "back",
            (true, false) => "out",
            (false, false) => "waiting",
        },
        leaves_at: live.stops.first().map(|stop| local(stop.departs_at, zone)),
        returns_at: live.returns_at().map(|at| local(at, zone)),
        heard_at: live.heard_at.map(|at| local(at, zone)),
        position: live.fix.map(|fix| FixOut {
            lat: fix.position.lat(),
            lon: fix.position.lon(),
            at: local(fix.at, zone),
        }),
        stops: live.stops.iter().enumerate().map(|(n, stop)| stop_of(day, n, stop)).collect(),
    })
}

fn item_of(day: &DayPlan, live: &LiveItem) -> LiveItemOut {
    let zone = day.centre.centre.time_zone;
    let (state, site, courier, since) = match live.whereabouts {
        Whereabouts::At { site, since } => ("at_site", Some(SiteRef::of(&day.centre, site)), None, since),
        Whereabouts::OnBoard { courier_id, since, .. } => {
            let courier = day.centre.couriers.iter().find(|courier| courier.id == courier_id);
            ("on_board", None, courier.map(|courier| courier.code.clone()), since)
        }
        Whereabouts::Delivered { since } => ("delivered", None, None, since),
        Whereabouts::Missing { since } => ("missing", None, None, since),
    };
    LiveItemOut {
        id: live.item_id.uuid(),
        code: day.item(live.item_id).map(|detail| detail.item.code.to_string()),
        state,
        site,
        courier,
        since: local(since, zone),
        due_at: live.due_at.map(|at| local(at, zone)),
        arrives_at: live.arrives_at.map(|at| local(at, zone)),
        has_arrived: live.has_arrived,
        late_s: live.late_s,
        misses: live.misses.map(|carrier| carrier_name(day, carrier)),
    }
}

impl From<&DayLive> for LiveResponse {
    fn from(DayLive { day, live }: &DayLive) -> Self {
        Self {
            date: day.plan.date,
            revision: day.plan.revision,
            at: local(live.at, day.centre.centre.time_zone),
            routes: live.routes.iter().filter_map(|route| route_of(day, route)).collect(),
            items: live.items.iter().map(|item| item_of(day, item)).collect(),
            items_late: live.items.iter().filter(|item| item.late_s > 0 || item.misses.is_some()).count(),
            alerts: live.alerts.iter().map(|alert| AlertOut::unkept(day, &alert.detail)).collect(),
        }
    }
}

/// The name of a place, as sentences have it.
pub(super) fn place_name(day: &DayPlan, place: Place) -> String {
    day.place_name(place)
}

/// The day as it is: what was seen of its plan, and what is to be expected of the rest.
#[utoipa::path(tag = "live",
    params(("date" = NaiveDate, Path, description = "The day", example = "2019-06-14")),
    responses(
        (status = 200, description = "Actual times where something was scanned, predicted ones elsewhere", body = LiveResponse),
    ))]
#[get("/v1/plans/{date}/live")]
pub(crate) async fn get_live_day((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadLive)?;
    let date: NaiveDate = path.get("date")?;
    let live = blocking(&service, move |service| Ok(LiveResponse::from(&service.live_day(date)?)));
    Ok(HttpResponse::Ok().json(live.await?))
}
