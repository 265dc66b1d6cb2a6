use actix_web::{HttpResponse, get, http::header, post, web};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        caller::Caller,
        params::{NoQuery, PathParams, QueryParams},
        places::{SiteRef, local},
        problem::{Failure, Problem},
    },
    domain::{Act, AttemptFailure, HomeDeliveryId, PostalStep, S10},
    service::{NewPostalHandover, ParcelState, PostalDay, PostalHandoverDetail, Service},
};

/// What is to be handed to the postal operator.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field so that every problem is found")]
pub(crate) struct NewPostalHandoverBody {
    /// A UUID version 7: the same handover sent again has the same one. Made here when absent.
    id: Option<Uuid>,
    /// The code of the office that gives; the centre when absent.
    from: Option<String>,
    /// The code of the post office that takes.
    #[schema(example = "BD")]
    to: String,
    /// When it was given; now when absent.
    handed_at: Option<DateTime<FixedOffset>>,
    /// Home deliveries: all things of one are one parcel.
    home_deliveries: Option<Vec<Uuid>>,
    /// Codes of single items: each is a parcel of its own.
    items: Option<Vec<String>>,
}

/// One parcel of a handover.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostalParcelResponse {
    /// Its S10 number.
    #[schema(example = "RR510000015VN")]
    number: String,
    /// The home delivery that it is.
    home_delivery_id: Option<Uuid>,
    /// The codes of the things in it.
    items: Vec<String>,
    /// Its weight.
    weight_g: u32,
    /// When the operator received it.
    accepted_at: Option<DateTime<FixedOffset>>,
    /// Whether it should have been accepted by now and was not.
    overdue: bool,
    /// The last that the operator told of it.
    event: Option<&'static str>,
    /// Why the last attempt failed, where that was the last.
    reason: Option<&'static str>,
    /// When that happened.
    event_at: Option<DateTime<FixedOffset>>,
}

/// How what was handed compares with what was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostalReconciliation {
    /// Parcels that were handed over.
    handed: usize,
    /// Those of them that the operator accepted.
    accepted: usize,
    /// Those of them that it did not: their numbers.
    missing: Vec<String>,
    /// Of the missing those that should have been accepted by now.
    overdue: Vec<String>,
    /// Numbers that the operator accepted with this though they were not handed.
    extra: Vec<String>,
}

/// A handover in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostalHandoverShort {
    /// Its id.
    id: Uuid,
    /// The office that gave.
    from: SiteRef,
    /// The post office.
    to: SiteRef,
    /// When it was given.
    handed_at: DateTime<FixedOffset>,
    /// The scan in the ledger; its minute is at `/v1/handovers/{scan_id}/minute.pdf`.
    scan_id: Uuid,
    /// Since when the operator's system knows of it.
    announced_at: Option<DateTime<FixedOffset>>,
    /// Why it was last told in vain.
    announce_problem: Option<String>,
    /// What was handed and what was accepted.
    reconciliation: PostalReconciliation,
    /// Whether it lies in a database with a synthetic season.
    synthetic: bool,
}

/// A handover with its parcels.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostalHandoverResponse {
    #[serde(flatten)]
    short: PostalHandoverShort,
    /// Its parcels, in the order in which they were handed.
    parcels: Vec<PostalParcelResponse>,
}

/// A day's handovers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostalDayResponse {
    /// The day.
    date: NaiveDate,
    /// Parcels handed over on it.
    handed: usize,
    /// Those of them that the operator accepted.
    accepted: usize,
    /// Those of them that it did not.
    missing: usize,
    /// Of the missing those that should have been accepted by now.
    overdue: usize,
    /// Numbers accepted on this day, with no handover or one of another day, that were not handed.
    extra: Vec<String>,
    /// The handovers, by time.
    handovers: Vec<PostalHandoverShort>,
}

fn text(numbers: &[S10]) -> Vec<String> {
    numbers.iter().map(ToString::to_string).collect()
}

impl PostalHandoverShort {
    fn of(detail: &PostalHandoverDetail) -> Self {
        let (centre, handover) = (&detail.centre, &detail.handover);
        let zone = centre.centre.time_zone;
        let number = |state: &ParcelState| state.parcel.number.to_string();
        Self {
            id: handover.id,
            from: SiteRef::of(centre, handover.from),
            to: SiteRef::of(centre, handover.to),
            handed_at: local(handover.handed_at, zone),
            scan_id: handover.scan_id.uuid(),
            announced_at: handover.announced_at.map(|at| local(at, zone)),
            announce_problem: handover.announce_problem.clone(),
            reconciliation: PostalReconciliation {
                handed: detail.parcels.len(),
                accepted: detail.accepted(),
                missing: detail.missing().map(number).collect(),
                overdue: detail.missing().filter(|state| state.overdue).map(number).collect(),
                extra: text(&detail.extra),
            },
            synthetic: handover.synthetic,
        }
    }
}

impl PostalHandoverResponse {
    fn of(detail: &PostalHandoverDetail) -> Self {
        let zone = detail.centre.centre.time_zone;
        let parcels = detail.parcels.iter().map(|state| PostalParcelResponse {
            number: state.parcel.number.to_string(),
            home_delivery_id: state.parcel.home_delivery_id.map(HomeDeliveryId::uuid),
            items: state.parcel.items.iter().map(|(_, code)| code.clone()).collect(),
            weight_g: state.parcel.weight_g,
            accepted_at: state.accepted_at.map(|at| local(at, zone)),
            overdue: state.overdue,
            event: state.last.map(|(step, _)| step.word()),
            reason: state.last.and_then(|(step, _)| PostalStep::reason(step)).map(AttemptFailure::as_str),
            event_at: state.last.map(|(_, at)| local(at, zone)),
        });
        Self { short: PostalHandoverShort::of(detail), parcels: parcels.collect() }
    }
}

impl PostalDayResponse {
    fn of(day: &PostalDay) -> Self {
        let count = |of: fn(&PostalHandoverDetail) -> usize| day.handovers.iter().map(of).sum();
        Self {
            date: day.date,
            handed: count(|detail| detail.parcels.len()),
            accepted: count(PostalHandoverDetail::accepted),
            missing: count(|detail| detail.missing().count()),
            overdue: count(|detail| detail.missing().filter(|state| state.overdue).count()),
            extra: text(&day.extra),
            handovers: day.handovers.iter().map(PostalHandoverShort::of).collect(),
        }
    }
}

/// Hand home deliveries or items to the postal operator. Each parcel gets an S10 number of the centre's own, and the giving is
/// recorded in the ledger; its minute is printed by the scan.
#[utoipa::path(tag = "post",
    request_body = NewPostalHandoverBody,
    responses(
        (status = 201, description = "It is handed over; Location leads to it", body = PostalHandoverResponse),
        (status = 200, description = "It was handed over before", body = PostalHandoverResponse),
        (status = 409, description = "Another handover has this id", body = Problem,
            content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/postal-handovers")]
pub(crate) async fn create_postal_handover(
    service: web::Data<Service>,
    caller: Caller,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::HandToPost)?;
    let mut fields = Fields::of(body.json)?;
    let id = fields.parsed::<Uuid>("id", false);
    let from = fields.optional::<String>("from");
    let to = fields.required::<String>("to");
    let handed_at = fields.parsed::<DateTime<Utc>>("handed_at", false);
    let homes = fields.optional::<Vec<Uuid>>("home_deliveries").unwrap_or_default();
    let items = fields.optional::<Vec<String>>("items").unwrap_or_default();
    let home_deliveries = homes.into_iter().map(HomeDeliveryId::from_uuid).collect();
    let new = to.map(|to| NewPostalHandover { id, from, to, handed_at, home_deliveries, items });
    let new = fields.finish(new)?;
    let (response, created) = blocking(&service, move |service| {
        let actor = caller.actor();
        let (detail, created) = service.hand_to_post(&new, &caller.authority(), &actor.name)?;
        if created {
            let told = json!({ "parcels": detail.parcels.len() });
            let id = detail.handover.id.to_string();
            service.note_act(&actor, "handed_to_post", ("postal_handover", id), Some(told))?;
        }
        Ok((PostalHandoverResponse::of(&detail), created))
    })
    .await?;
    let mut answer = if created { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.insert_header((header::LOCATION, format!("/v1/postal-handovers/{}", response.short.id))).json(response))
}

/// Get a handover, compared with what the operator accepted.
#[utoipa::path(tag = "post",
    params(("id" = Uuid, Path, description = "The handover's id")),
    responses(
        (status = 200, description = "The handover", body = PostalHandoverResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/postal-handovers/{id}")]
pub(crate) async fn get_postal_handover(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadPost)?;
    let id: Uuid = path.get("id")?;
    let response = blocking(&service, move |service| {
        Ok(PostalHandoverResponse::of(&service.postal_handover(id, &caller.authority())?))
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-cache")).json(response.await?))
}

/// List a day's handovers, compared with what the operator accepted.
#[utoipa::path(tag = "post",
    params(("date" = Option<NaiveDate>, Query, description = "The day; today when not given")),
    responses(
        (status = 200, description = "The day's handovers", body = PostalDayResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/postal-handovers")]
pub(crate) async fn list_postal_handovers(
    service: web::Data<Service>,
    caller: Caller,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadPost)?;
    let date = query.get::<NaiveDate>("date");
    query.finish()?;
    let response = blocking(&service, move |service| {
        let date = date.map_or_else(|| service.today(), Ok)?;
        Ok(PostalDayResponse::of(&service.postal_day(date, &caller.authority())?))
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-cache")).json(response.await?))
}
