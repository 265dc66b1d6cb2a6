use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    items::{ItemResponse, numbered},
    params::{PathParams, QueryParams},
    places::{PlaceRef, local},
    plans::ReasonOut,
    problem::Failure,
    warning::WarningOut,
};
use crate::{
    domain::{Act, Leg, LegCarrier},
    service::{DayPlan, ItemPlan, ItemPlanState},
};

/// One item's way on one route.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LegOut {
    /// `run` or `round`.
    carrier: &'static str,
    /// The id of the run or round.
    carrier_id: Uuid,
    /// The run's code or the round's half-day.
    carrier_name: String,
    /// The route.
    route_id: Uuid,
    /// Where it comes on board.
    from: PlaceRef,
    /// When it leaves there.
    leaves_at: DateTime<FixedOffset>,
    /// Where it is handed over.
    to: PlaceRef,
    /// When it is there.
    arrives_at: DateTime<FixedOffset>,
}

impl LegOut {
    fn of(day: &DayPlan, leg: &Leg) -> Self {
        let zone = day.centre.centre.time_zone;
        let (carrier, carrier_id, name) = match leg.carrier {
            LegCarrier::Run(id) => ("run", id.uuid(), day.run(id).map(|run| run.code.clone())),
            LegCarrier::Round(id) => ("round", id.uuid(), day.round(id).map(|round| round.half_day.to_string())),
        };
        Self {
            carrier,
            carrier_id,
            carrier_name: name.unwrap_or_default(),
            route_id: leg.route_id.uuid(),
            from: PlaceRef::of_stop(day, leg.from),
            leaves_at: local(leg.leaves_at, zone),
            to: PlaceRef::of_stop(day, leg.to),
            arrives_at: local(leg.arrives_at, zone),
        }
    }
}

/// What a day's plan does with one item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemPlanResponse {
    /// The day.
    date: NaiveDate,
    /// How often the day has been planned.
    revision: u32,
    /// The item.
    item: ItemResponse,
    /// `planned`, `unassigned`, or `not_in_plan`: it had arrived before that day, was not ready by then, or came in after
    /// the plan was made.
    #[schema(example = "planned")]
    state: &'static str,
    /// Its legs, in order, when it is planned.
    legs: Vec<LegOut>,
    /// Whether it goes on from its last stop on a later day.
    continues: bool,
    /// Why it is left out, when it is unassigned.
    reason: Option<ReasonOut>,
    /// What a dispatcher should know of it.
    warnings: Vec<WarningOut>,
}

impl From<ItemPlan> for ItemPlanResponse {
    fn from(plan: ItemPlan) -> Self {
        let day = &plan.day;
        let bare = Self {
            date: day.plan.date,
            revision: day.plan.revision,
            item: ItemResponse::of(&day.centre, &plan.item),
            state: "not_in_plan",
            legs: Vec::new(),
            continues: false,
            reason: None,
            warnings: Vec::new(),
        };
        match &plan.state {
            ItemPlanState::NotInPlan => bare,
            ItemPlanState::Unassigned(reason) => Self { state: "unassigned", reason: Some(reason.into()), ..bare },
            ItemPlanState::Planned { legs, continues, warnings } => Self {
                state: "planned",
                legs: legs.iter().map(|leg| LegOut::of(day, leg)).collect(),
                continues: *continues,
                warnings: warnings.iter().map(|warning| WarningOut::of(day, warning)).collect(),
                ..bare
            },
        }
    }
}

/// What a day's plan does with an item: its legs, or the reason why it is left out.
#[utoipa::path(tag = "items",
    params(
        ("id" = String, Path, description = "The item's id or the code on its barcode"),
        ("date" = NaiveDate, Query, description = "The day", example = "2019-06-14"),
    ),
    responses((status = 200, description = "Legs or reason", body = ItemPlanResponse)))]
#[get("/v1/items/{id}/plan")]
pub(crate) async fn get_item_plan((service, caller): Asked, path: PathParams, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadItem)?;
    let date = query.get::<NaiveDate>("date");
    query.finish()?;
    let date = date.ok_or_else(|| Failure::parameter("date", "it is missing: expected a day, such as 2019-06-14"))?;
    let wanted = numbered(path.text("id"));
    let plan = blocking(&service, move |service| {
        service.item_for(&caller.authority(), &wanted)?;
        Ok(ItemPlanResponse::from(service.item_plan(&wanted, date)?))
    });
    Ok(HttpResponse::Ok().json(plan.await?))
}
