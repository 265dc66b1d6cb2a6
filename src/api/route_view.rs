use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::places::{PlaceRef, SiteRef, local};
use crate::{
    domain::{Place, PlannedRound, PlannedRun, Route},
    service::DayPlan,
};

/// A courier, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CourierRef {
    /// Their code.
    code: String,
    /// The name shown on plans.
    name: String,
}

/// A vehicle, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct VehicleRef {
    /// Its code.
    code: String,
    /// `motorbike`, `car` or `foot`.
    profile: &'static str,
}

/// One courier's way, in figures.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RouteOut {
    /// Its id; it lives as long as the plan's version.
    id: Uuid,
    /// Who rides it.
    courier: CourierRef,
    /// On what.
    vehicle: VehicleRef,
    /// When it leaves its depot.
    departs_at: Option<DateTime<FixedOffset>>,
    /// When it is back.
    returns_at: Option<DateTime<FixedOffset>>,
    /// Stops outside the depot.
    stops: usize,
    /// Items that come on board, wherever.
    items: usize,
    /// Length of the way, metres.
    distance_m: i64,
    /// Time on the way, seconds.
    travel_s: i64,
    /// Time from leaving to being back, seconds.
    duration_s: i64,
    /// What it costs, đồng.
    cost_dong: i64,
}

impl RouteOut {
    pub(crate) fn of(day: &DayPlan, route: &Route) -> Self {
        let zone = day.centre.centre.time_zone;
        let courier = day.centre.couriers.iter().find(|courier| courier.id == route.courier_id);
        let vehicle = day.centre.vehicle(route.vehicle_id);
        Self {
            id: route.id.uuid(),
            courier: CourierRef {
                code: courier.map_or_else(|| route.courier_id.to_string(), |courier| courier.code.clone()),
                name: courier.map(|courier| courier.name.clone()).unwrap_or_default(),
            },
            vehicle: VehicleRef {
                code: vehicle.map_or_else(|| route.vehicle_id.to_string(), |vehicle| vehicle.code.clone()),
                profile: route.profile.as_str(),
            },
            departs_at: route.stops.first().map(|stop| local(stop.departs_at, zone)),
            returns_at: route.stops.last().map(|stop| local(stop.arrives_at, zone)),
            stops: route.stops.len().saturating_sub(2),
            items: route.stops.iter().map(|stop| stop.load.len()).sum(),
            distance_m: route.distance_m(),
            travel_s: route.travel_s(),
            duration_s: route.duration_s(),
            cost_dong: route.cost_dong,
        }
    }
}

/// One departure of the day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunOut {
    /// Its id, kept when the day is planned again.
    id: Uuid,
    /// Its code in the timetable.
    code: String,
    /// `document` or `line_haul`.
    kind: &'static str,
    /// Its name.
    name: String,
    /// When it leaves the centre.
    departs_at: DateTime<FixedOffset>,
    /// When it must be back, unloaded.
    back_by: DateTime<FixedOffset>,
    /// A route for each of its couriers.
    routes: Vec<RouteOut>,
}

impl RunOut {
    pub(crate) fn of(day: &DayPlan, run: &PlannedRun) -> Self {
        let zone = day.centre.centre.time_zone;
        Self {
            id: run.id.uuid(),
            code: run.code.clone(),
            kind: run.kind.as_str(),
            name: run.name.clone(),
            departs_at: local(run.departs_at, zone),
            back_by: local(run.back_by, zone),
            routes: run.routes.iter().map(|route| RouteOut::of(day, route)).collect(),
        }
    }
}

/// One courier's tour of home deliveries.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RoundOut {
    /// Its id, kept when the day is planned again.
    id: Uuid,
    /// `morning` or `afternoon`.
    half_day: &'static str,
    /// The site it leaves from.
    depot: SiteRef,
    /// Its way.
    route: RouteOut,
}

impl RoundOut {
    pub(crate) fn of(day: &DayPlan, round: &PlannedRound) -> Self {
        Self {
            id: round.id.uuid(),
            half_day: round.half_day.as_str(),
            depot: SiteRef::of(&day.centre, round.depot_id),
            route: RouteOut::of(day, &round.route),
        }
    }
}

/// One halt of a route.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StopOut {
    /// Its id.
    id: Uuid,
    /// Its place in the route, from 0, which is the departure from the depot.
    sequence: usize,
    /// Where it is.
    place: PlaceRef,
    /// The address as written, at a home.
    address: Option<String>,
    /// When the courier comes.
    arrives_at: DateTime<FixedOffset>,
    /// When the joint count begins.
    starts_at: DateTime<FixedOffset>,
    /// When the courier leaves.
    departs_at: DateTime<FixedOffset>,
    /// Way from the stop before, metres.
    distance_m: i64,
    /// Time on that way, seconds.
    travel_s: i64,
    /// How many items come on board here.
    load: usize,
    /// How many leave the vehicle here.
    unload: usize,
    /// How many are on board afterwards.
    on_board: usize,
}

impl StopOut {
    pub(crate) fn all_of(day: &DayPlan, route: &Route) -> Vec<Self> {
        let zone = day.centre.centre.time_zone;
        let stops = route.stops.iter().zip(route.on_board()).enumerate();
        stops
            .map(|(sequence, (stop, on_board))| Self {
                id: stop.id.uuid(),
                sequence,
                place: PlaceRef::of_stop(day, stop.place),
                address: match stop.place {
                    Place::Home(id) => day.home(id).map(|home| home.address.clone()),
                    Place::Site(_) => None,
                },
                arrives_at: local(stop.arrives_at, zone),
                starts_at: local(stop.starts_at, zone),
                departs_at: local(stop.departs_at, zone),
                distance_m: stop.distance_m,
                travel_s: stop.travel_s,
                load: stop.load.len(),
                unload: stop.unload.len(),
                on_board,
            })
            .collect()
    }
}
