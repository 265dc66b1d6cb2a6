use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    paging::{self, After, page},
    params::{NoQuery, Param, PathParams, QueryParams},
    parties::{PartyBody, PartyRef, read_party},
    places::local,
};
use crate::{
    domain::{Act, CentreData, Code},
    service::{Discrepancy, DiscrepancyCursor, DiscrepancyDetail, DiscrepancyKind, DiscrepancyQuery, DiscrepancyState},
};

/// Something that somebody has to explain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingOut {
    /// Its id.
    id: Uuid,
    /// `unexpected_holder`, `not_received`, `not_given`, `missing`, `damaged`, `missing_in_pouch`, `extra_in_pouch`,
    /// `outside_pouch`, `sequence_gap`, `sequence_repeated`, `clock_ahead` or `conflict`.
    #[schema(example = "not_received")]
    kind: &'static str,
    /// The thing, as printed; null when it is about a device.
    code: Option<String>,
    /// The scan that shows it.
    scan_id: Uuid,
    /// What belongs to its kind: parties, the pouch, the device and its numbers.
    #[schema(value_type = Object)]
    detail: Value,
    /// Who has to explain it; null when only the dispatcher can.
    owner: Option<PartyRef>,
    /// From when on it counts.
    raised_at: DateTime<FixedOffset>,
    /// When it must be resolved.
    due_at: DateTime<FixedOffset>,
}

impl FindingOut {
    pub(crate) fn of(centre: &CentreData, found: &Discrepancy) -> Self {
        let zone = centre.centre.time_zone;
        Self {
            id: found.id(),
            kind: found.kind.word(),
            code: found.code.as_ref().map(Code::text),
            scan_id: found.scan.uuid(),
            detail: detail(centre, &found.kind),
            owner: found.owner.map(|owner| PartyRef::of(centre, owner)),
            raised_at: local(found.raised_at, zone),
            due_at: local(found.due_at, zone),
        }
    }
}

fn detail(centre: &CentreData, kind: &DiscrepancyKind) -> Value {
    let named = |party| serde_json::to_value(PartyRef::of(centre, party)).unwrap_or(Value::Null);
    let parts: Vec<(&str, Value)> = match kind {
        DiscrepancyKind::UnexpectedHolder { expected, found } => {
            vec![("expected", expected.map_or(Value::Null, named)), ("found", named(*found))]
        }
        DiscrepancyKind::NotReceived { giver, receiver } | DiscrepancyKind::NotGiven { giver, receiver } => {
            vec![("giver", named(*giver)), ("receiver", named(*receiver))]
        }
        DiscrepancyKind::Missing | DiscrepancyKind::Damaged => Vec::new(),
        DiscrepancyKind::MissingInPouch { pouch }
        | DiscrepancyKind::ExtraInPouch { pouch }
        | DiscrepancyKind::OutsidePouch { pouch } => vec![("pouch", pouch.text().into())],
        DiscrepancyKind::SequenceGap { device_id, first, last } => {
            vec![("device_id", device_id.to_string().into()), ("first", (*first).into()), ("last", (*last).into())]
        }
        DiscrepancyKind::SequenceRepeated { device_id, number } => {
            vec![("device_id", device_id.to_string().into()), ("number", (*number).into())]
        }
        DiscrepancyKind::ClockAhead { device_id, received_on } => {
            vec![("device_id", device_id.to_string().into()), ("received_on", received_on.to_string().into())]
        }
        DiscrepancyKind::Conflict { device_id } => vec![("device_id", device_id.to_string().into())],
    };
    Value::Object(parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<String, Value>>())
}

/// A discrepancy with how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiscrepancyResponse {
    /// What was found.
    #[serde(flatten)]
    found: FindingOut,
    /// `open`, `explained` (by later scans) or `resolved` (by somebody).
    #[schema(example = "open")]
    state: &'static str,
    /// Who was asked to look into it.
    assignee: Option<PartyRef>,
    /// With what it was resolved.
    reason: Option<String>,
    /// When it was resolved or explained.
    closed_at: Option<DateTime<FixedOffset>>,
}

impl DiscrepancyResponse {
    fn of(centre: &CentreData, detail: &DiscrepancyDetail) -> Self {
        Self {
            found: FindingOut { id: detail.id, ..FindingOut::of(centre, &detail.found) },
            state: detail.state.as_str(),
            assignee: detail.assignee.map(|party| PartyRef::of(centre, party)),
            reason: detail.reason.clone(),
            closed_at: detail.closed_at.map(|at| local(at, centre.centre.time_zone)),
        }
    }
}

/// A part of the list of discrepancies.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiscrepancyList {
    /// The discrepancies, by the time they were raised and then by id.
    discrepancies: Vec<DiscrepancyResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

impl Param for DiscrepancyState {
    fn read(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is no state of a discrepancy: expected open, explained or resolved"))
    }
}

/// What has to be explained.
#[utoipa::path(tag = "custody",
    params(
        ("state" = Option<String>, Query, description = "In this state: open, explained or resolved"),
        ("code" = Option<String>, Query, description = "About the thing with this code"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses(
        (status = 200, description = "Discrepancies; the Link header leads to the next part", body = DiscrepancyList),
    ))]
#[get("/v1/discrepancies")]
pub(crate) async fn list_discrepancies((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadDiscrepancies)?;
    let wanted = DiscrepancyQuery {
        state: query.get("state"),
        code: query.get("code"),
        of: caller.authority().only(Act::ReadDiscrepancies),
        after: query.get::<After>("cursor").map(|After { at, id }| DiscrepancyCursor { raised_at: at, id }),
    };
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let found = service.discrepancies(&wanted, limit)?;
        let centre = service.centre()?;
        Ok(DiscrepancyList {
            discrepancies: found.discrepancies.iter().map(|it| DiscrepancyResponse::of(&centre, it)).collect(),
            next: found.next.map(|cursor| After { at: cursor.raised_at, id: cursor.id }.to_string()),
        })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Get one discrepancy.
#[utoipa::path(tag = "custody",
    params(("id" = Uuid, Path, description = "The discrepancy's id")),
    responses((status = 200, description = "The discrepancy", body = DiscrepancyResponse)))]
#[get("/v1/discrepancies/{id}")]
pub(crate) async fn get_discrepancy((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadDiscrepancies)?;
    let id: Uuid = path.get("id")?;
    let found = blocking(&service, move |service| {
        Ok(DiscrepancyResponse::of(
            &*service.centre()?,
            &service.discrepancy_for(&caller.authority(), Act::ReadDiscrepancies, id)?,
        ))
    });
    Ok(HttpResponse::Ok().json(found.await?))
}

/// Who is asked to look into a discrepancy.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct AssignmentBody {
    /// A courier or an office.
    assignee: PartyBody,
}

/// Ask somebody to look into an open discrepancy.
#[utoipa::path(tag = "custody",
    params(("id" = Uuid, Path, description = "The discrepancy's id")),
    request_body = AssignmentBody,
    responses((status = 200, description = "The discrepancy as it is now", body = DiscrepancyResponse)))]
#[post("/v1/discrepancies/{id}/assignment")]
pub(crate) async fn assign_discrepancy(
    (service, caller): Asked,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::AssignDiscrepancy)?;
    let id: Uuid = path.get("id")?;
    let mut fields = Fields::of(body.json)?;
    let assignee = fields.object("assignee", read_party);
    let assignee = fields.finish(assignee)?;
    let found = blocking(&service, move |service| {
        let changed = service.assign_discrepancy(id, &assignee)?;
        let response = DiscrepancyResponse::of(&*service.centre()?, &changed);
        let told = json!({ "assignee": response.assignee });
        service.note_act(&caller.actor(), "discrepancy_assigned", ("discrepancy", id.to_string()), Some(told))?;
        Ok(response)
    });
    Ok(HttpResponse::Ok().json(found.await?))
}

/// With what a discrepancy is resolved.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct ResolutionBody {
    /// What was found out, 1 to 1000 characters.
    #[schema(example = "Found at the duty desk, counted again with the courier")]
    reason: String,
}

/// Resolve an open discrepancy with a reason.
#[utoipa::path(tag = "custody",
    params(("id" = Uuid, Path, description = "The discrepancy's id")),
    request_body = ResolutionBody,
    responses((status = 200, description = "The discrepancy as it is now", body = DiscrepancyResponse)))]
#[post("/v1/discrepancies/{id}/resolution")]
pub(crate) async fn resolve_discrepancy(
    (service, caller): Asked,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::ResolveDiscrepancy)?;
    let id: Uuid = path.get("id")?;
    let mut fields = Fields::of(body.json)?;
    let reason = fields.required::<String>("reason");
    let reason = fields.finish(reason)?;
    let found = blocking(&service, move |service| {
        service.discrepancy_for(&caller.authority(), Act::ResolveDiscrepancy, id)?;
        let changed = service.resolve_discrepancy(id, &reason)?;
        service.note_act(&caller.actor(), "discrepancy_resolved", ("discrepancy", id.to_string()), None)?;
        Ok(DiscrepancyResponse::of(&*service.centre()?, &changed))
    });
    Ok(HttpResponse::Ok().json(found.await?))
}
