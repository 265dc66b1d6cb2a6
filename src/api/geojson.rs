use actix_web::{HttpResponse, get};
use chrono::{NaiveDate, SecondsFormat};
use serde_json::{Value, json};

use super::{
    Answer, Asked, blocking,
    params::{NoQuery, PathParams},
    places::{PlaceRef, local},
};
use crate::{
    domain::{Act, LegCarrier, Route, RouteId},
    service::{DayPlan, LineBasis, Service},
};

/// The media type of RFC 7946.
const GEO_JSON: &str = "application/geo+json";

/// The line and the stops of one route as GeoJSON features.
fn features(service: &Service, day: &DayPlan, carrier: LegCarrier, route: &Route) -> Vec<Value> {
    let zone = day.centre.centre.time_zone;
    let geometry = service.geometry(day, route);
    let (carrier_kind, carrier_id) = match carrier {
        LegCarrier::Run(id) => ("run", id.uuid()),
        LegCarrier::Round(id) => ("round", id.uuid()),
    };
    let mut features = Vec::new();
    if geometry.line.len() > 1 {
        features.push(json!({
            "type": "Feature",
            "id": route.id.uuid(),
            "geometry": { "type": "LineString", "coordinates": geometry.line },
            "properties": {
                "kind": "route",
                "route_id": route.id.uuid(),
                "carrier": carrier_kind,
                "carrier_id": carrier_id,
                "profile": route.profile.as_str(),
                "distance_m": route.distance_m(),
                "duration_s": route.duration_s(),
                "line": geometry.basis.as_str(),
                "line_note": match geometry.basis {
                    LineBasis::Roads => "along the roads of the loaded network",
                    LineBasis::StraightLine => "straight lines between the stops, not roads",
                },
            },
        }));
    }
    for (sequence, ((stop, position), on_board)) in
        route.stops.iter().zip(&geometry.stops).zip(route.on_board()).enumerate()
    {
        let point = position.map(|at| json!({ "type": "Point", "coordinates": [at.lon(), at.lat()] }));
        features.push(json!({
            "type": "Feature",
            "id": stop.id.uuid(),
            "geometry": point,
            "properties": {
                "kind": "stop",
                "route_id": route.id.uuid(),
                "sequence": sequence,
                "place": PlaceRef::of_stop(day, stop.place),
                "arrives_at": local(stop.arrives_at, zone).to_rfc3339_opts(SecondsFormat::AutoSi, false),
                "departs_at": local(stop.departs_at, zone).to_rfc3339_opts(SecondsFormat::AutoSi, false),
                "load": stop.load.len(),
                "unload": stop.unload.len(),
                "on_board": on_board,
            },
        }));
    }
    features
}

/// A collection with foreign members (RFC 7946, section 6.1) that say which plan it shows and what its times rest on.
fn collection(day: &DayPlan, features: &[Value]) -> Value {
    json!({
        "type": "FeatureCollection",
        "date": day.plan.date,
        "revision": day.plan.revision,
        "synthetic": day.is_synthetic(),
        "travel": day.plan.travel,
        "features": features,
    })
}

fn respond(collection: &Value) -> HttpResponse {
    HttpResponse::Ok().content_type(GEO_JSON).body(collection.to_string())
}

/// The routes of a day's plan as GeoJSON: a line for each route, a point for each stop.
#[utoipa::path(tag = "plans",
    params(("date" = NaiveDate, Path, description = "The day", example = "2019-06-14")),
    responses(
        (status = 200, description = "A FeatureCollection (RFC 7946)", body = Object, content_type = "application/geo+json"),
    ))]
#[get("/v1/plans/{date}/geojson")]
pub(crate) async fn get_plan_geojson((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    let date: NaiveDate = path.get("date")?;
    let body = blocking(&service, move |service| {
        let day = service.day_plan_for(&caller.authority(), date)?;
        let routes = day.plan.routes().filter(|(_, route)| !route.is_idle());
        let features = routes.flat_map(|(carrier, route)| features(service, &day, carrier, route)).collect::<Vec<_>>();
        Ok(collection(&day, &features))
    });
    Ok(respond(&body.await?))
}

/// One route as GeoJSON: its line and its stops.
#[utoipa::path(tag = "runs",
    params(("id" = uuid::Uuid, Path, description = "The route's id")),
    responses(
        (status = 200, description = "A FeatureCollection (RFC 7946)", body = Object, content_type = "application/geo+json"),
    ))]
#[get("/v1/routes/{id}/geojson")]
pub(crate) async fn get_route_geojson((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    let id: RouteId = path.get("id")?;
    let body = blocking(&service, move |service| {
        let day = service.plan_of_route_for(&caller.authority(), id)?;
        let found = day.plan.routes().find(|(_, route)| route.id == id);
        let features = found.map(|(carrier, route)| features(service, &day, carrier, route)).unwrap_or_default();
        Ok(collection(&day, &features))
    });
    Ok(respond(&body.await?))
}
