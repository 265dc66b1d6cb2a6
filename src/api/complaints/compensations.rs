use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Codes, MatterRef, read_matter, read_part, show};
use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        paging::page,
        params::{NoQuery, QueryParams},
        places::local,
    },
    domain::{Act, CentreData, Compensation, ComplaintId, ItemId, LossKind},
    service::NewCompensation,
};

/// What a loss or a damage was made good with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompensationResponse {
    /// Its id.
    id: Uuid,
    /// When it was decided.
    at: DateTime<FixedOffset>,
    /// `lost` or `damaged`.
    #[schema(example = "lost")]
    kind: &'static str,
    /// What it is about.
    about: MatterRef,
    /// The id of the thing, where one is known.
    item_id: Option<Uuid>,
    /// The complaint that led to it.
    complaint_id: Option<Uuid>,
    /// What is paid, đồng.
    #[schema(example = 200_000)]
    dong: u32,
    /// Whether it lies in a database with a synthetic season.
    synthetic: bool,
}

impl CompensationResponse {
    fn of(centre: &CentreData, paid: &Compensation, codes: &Codes) -> Self {
        Self {
            id: paid.id.uuid(),
            at: local(paid.at, centre.centre.time_zone),
            kind: paid.kind.as_str(),
            about: MatterRef::of(paid.about, codes),
            item_id: paid.item_id.map(ItemId::uuid),
            complaint_id: paid.complaint_id.map(ComplaintId::uuid),
            dong: paid.dong,
            synthetic: paid.synthetic,
        }
    }
}

/// A part of the list of compensations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompensationList {
    /// The compensations, by time and then by id.
    compensations: Vec<CompensationResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// A compensation to be recorded.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field so that every problem is found")]
pub(crate) struct NewCompensationBody {
    /// When it was decided; now when absent.
    at: Option<DateTime<FixedOffset>>,
    /// `lost` or `damaged`.
    #[schema(example = "lost")]
    kind: String,
    /// The code of the dossier it is about.
    dossier: Option<String>,
    /// The home delivery it is about: exactly one of the two.
    home_delivery_id: Option<Uuid>,
    /// The code of the thing, where one is known.
    item: Option<String>,
    /// The complaint that led to it.
    complaint_id: Option<Uuid>,
    /// What is paid, đồng.
    #[schema(example = 200_000)]
    dong: u32,
}

/// Record what a loss or a damage is made good with.
#[utoipa::path(tag = "complaints",
    request_body = NewCompensationBody,
    responses((status = 201, description = "It is recorded", body = CompensationResponse)))]
#[post("/v1/compensations")]
pub(crate) async fn record_compensation((service, caller): Asked, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::AnswerComplaints)?;
    let mut fields = Fields::of(body.json)?;
    let at = fields.parsed::<DateTime<Utc>>("at", false);
    let kind = fields.parsed::<LossKind>("kind", true);
    let about = read_matter(&mut fields);
    if about.is_none() {
        fields.refuse_whole("expected exactly one of dossier and home_delivery_id");
    }
    let item = fields.optional::<String>("item");
    let complaint_id = fields.parsed::<Uuid>("complaint_id", false).map(ComplaintId::from_uuid);
    let dong = fields.required::<u32>("dong");
    let new = match (kind, about, dong) {
        (Some(kind), Some(about), Some(dong)) => Some(NewCompensation { at, kind, about, item, complaint_id, dong }),
        _ => None,
    };
    let new = fields.finish(new)?;
    let response = blocking(&service, move |service| {
        let paid = service.record_compensation(&new)?;
        let told = json!({ "kind": paid.kind.as_str(), "dong": paid.dong });
        let id = paid.id.to_string();
        service.note_act(&caller.actor(), "compensation_recorded", ("compensation", id), Some(told))?;
        let codes = service.codes_of_dossiers(std::iter::once(paid.about))?;
        Ok(CompensationResponse::of(&*service.centre()?, &paid, &codes))
    });
    Ok(HttpResponse::Created().json(response.await?))
}

/// List compensations.
#[utoipa::path(tag = "complaints",
    params(
        ("from" = Option<chrono::NaiveDate>, Query, description = "Decided on this day or later"),
        ("to" = Option<chrono::NaiveDate>, Query, description = "Decided on this day or earlier"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses(
        (status = 200, description = "Compensations; the Link header leads to the next part", body = CompensationList),
    ))]
#[get("/v1/compensations")]
pub(crate) async fn list_compensations((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadComplaints)?;
    let part = read_part(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let (compensations, next) = show(service, &service.compensations(&part)?, CompensationResponse::of)?;
        Ok(CompensationList { compensations, next })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}
