use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::day::{carrier_name, place_name};
use crate::{
    api::{
        Answer, Asked, blocking, paging,
        params::{Param, QueryParams},
        places::{PlaceRef, local},
    },
    domain::{Act, CourierId, ItemId, LegCarrier, RouteId, StopId},
    service::{AlertDetail, AlertView, DayPlan},
};

/// Something that a dispatcher should know.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AlertOut {
    /// Its id; null where it has not been kept yet.
    id: Option<Uuid>,
    /// `run_late_to_leave`, `off_route`, `item_not_scanned`, `last_safe_run` or `courier_silent`.
    #[schema(example = "run_late_to_leave")]
    kind: &'static str,
    /// The run, by code.
    run: Option<String>,
    /// The round.
    round_id: Option<Uuid>,
    /// The route.
    route_id: Option<Uuid>,
    /// The stop.
    stop_id: Option<Uuid>,
    /// The courier, by code.
    courier: Option<String>,
    /// Where.
    place: Option<PlaceRef>,
    /// The codes of the items that it is about.
    items: Vec<String>,
    /// How far from every way of the route, metres.
    distance_m: Option<i64>,
    /// When the run should have left, leaves, or when something was heard of the courier last.
    time: Option<DateTime<FixedOffset>>,
    /// When it was first noticed.
    raised_at: Option<DateTime<FixedOffset>>,
    /// When it was no longer so.
    ended_at: Option<DateTime<FixedOffset>>,
    /// One plain Vietnamese sentence.
    sentence_vi: String,
    /// One plain English sentence.
    sentence_en: String,
}

impl AlertOut {
    /// One that has been kept.
    pub(super) fn kept(day: &DayPlan, alert: &AlertView) -> Self {
        let zone = day.centre.centre.time_zone;
        Self {
            id: Some(alert.id),
            raised_at: Some(local(alert.raised_at, zone)),
            ended_at: alert.ended_at.map(|at| local(at, zone)),
            ..Self::unkept(day, &alert.detail)
        }
    }

    /// One as it is raised.
    pub(super) fn unkept(day: &DayPlan, detail: &AlertDetail) -> Self {
        let zone = day.centre.centre.time_zone;
        let hm = |at| local(at, zone).format("%H:%M").to_string();
        let courier = |id: CourierId| {
            let known = day.centre.couriers.iter().find(|courier| courier.id == id);
            known.map_or_else(|| id.to_string(), |courier| courier.code.clone())
        };
        let codes = |items: &[ItemId]| -> Vec<String> {
            items.iter().filter_map(|id| day.item(*id)).map(|detail| detail.item.code.to_string()).collect()
        };
        let mut told = Self::bare(detail.word());
        match detail {
            AlertDetail::RunLateToLeave { carrier, route_id, courier_id, planned_at } => {
                told.of_route(day, *carrier, *route_id);
                let who = courier(*courier_id);
                let at = hm(*planned_at);
                told.sentence_vi = format!("{who} chưa xuất phát, giờ dự kiến {at}.");
                told.sentence_en = format!("{who} has not left; planned at {at}.");
                told.courier = Some(who);
                told.time = Some(local(*planned_at, zone));
            }
            AlertDetail::OffRoute { carrier, route_id, courier_id, distance_m } => {
                told.of_route(day, *carrier, *route_id);
                let who = courier(*courier_id);
                told.sentence_vi = format!("{who} cách lộ trình {distance_m} m.");
                told.sentence_en = format!("{who} is {distance_m} m off the route.");
                told.courier = Some(who);
                told.distance_m = Some(*distance_m);
            }
            AlertDetail::ItemNotScanned { carrier, route_id, stop_id, place, items } => {
                told.of_route(day, *carrier, *route_id);
                told.of_stop(*stop_id);
                let name = place_name(day, *place);
                told.place = Some(PlaceRef::of_stop(day, *place));
                told.items = codes(items);
                told.sentence_vi = format!("{} bưu gửi chưa được quét tại {name}.", items.len());
                told.sentence_en = format!("{} items were not scanned at {name}.", items.len());
            }
            AlertDetail::LastSafeRun { run_id, departs_at, items } => {
                let name = carrier_name(day, LegCarrier::Run(*run_id));
                let at = hm(*departs_at);
                told.sentence_vi =
                    format!("Chuyến {name} ({at}) là chuyến cuối còn kịp hạn cho {} bưu gửi chưa lên xe.", items.len());
                told.sentence_en = format!(
                    "Run {name} ({at}) is the last that keeps the due time of {} items that are not on board.",
                    items.len()
                );
                told.run = Some(name);
                told.items = codes(items);
                told.time = Some(local(*departs_at, zone));
            }
            AlertDetail::CourierSilent { carrier, route_id, courier_id, since } => {
                told.of_route(day, *carrier, *route_id);
                let who = courier(*courier_id);
                let at = hm(*since);
                told.sentence_vi = format!("Không có tin của {who} từ {at}.");
                told.sentence_en = format!("Nothing was heard of {who} since {at}.");
                told.courier = Some(who);
                told.time = Some(local(*since, zone));
            }
        }
        told
    }

    fn bare(kind: &'static str) -> Self {
        Self {
            id: None,
            kind,
            run: None,
            round_id: None,
            route_id: None,
            stop_id: None,
            courier: None,
            place: None,
            items: Vec::new(),
            distance_m: None,
            time: None,
            raised_at: None,
            ended_at: None,
            sentence_vi: String::new(),
            sentence_en: String::new(),
        }
    }

    fn of_route(&mut self, day: &DayPlan, carrier: LegCarrier, route: RouteId) {
        self.route_id = Some(route.uuid());
        match carrier {
            LegCarrier::Run(_) => self.run = Some(carrier_name(day, carrier)),
            LegCarrier::Round(id) => self.round_id = Some(id.uuid()),
        }
    }

    fn of_stop(&mut self, stop: StopId) {
        self.stop_id = Some(stop.uuid());
    }
}

/// The alerts of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertList {
    /// The day.
    date: NaiveDate,
    /// The alerts, newest first.
    alerts: Vec<AlertOut>,
}

/// Which alerts to list.
enum AlertState {
    Open,
    Ended,
}

impl Param for AlertState {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "open" => Ok(Self::Open),
            "ended" => Ok(Self::Ended),
            _ => Err("expected open or ended".into()),
        }
    }
}

/// List what a dispatcher should know of a day.
#[utoipa::path(tag = "live",
    params(
        ("date" = Option<NaiveDate>, Query, description = "The day; today when not given"),
        ("state" = Option<String>, Query, description = "Only `open` or only `ended` ones"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
    ),
    responses((status = 200, description = "The alerts, newest first", body = AlertList)))]
#[get("/v1/alerts")]
pub(crate) async fn list_alerts((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadLive)?;
    let date = query.get::<NaiveDate>("date");
    let open = query.get::<AlertState>("state").map(|state| matches!(state, AlertState::Open));
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let (day, alerts) = service.alerts(date, open, limit)?;
        let alerts = alerts.iter().map(|alert| AlertOut::kept(&day, alert)).collect();
        Ok(AlertList { date: day.plan.date, alerts })
    });
    Ok(HttpResponse::Ok().json(list.await?))
}
