use actix_web::{HttpResponse, http::StatusCode, put};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        params::{NoQuery, PathParams},
        places::local,
        problem::Failure,
    },
    domain::{
        Act, AttemptFailure, CentreData, EvidenceRef, HomeDeliveryId, HomeEvent, HomeFact, IdentityDocument, Proof,
        Receiver,
    },
    service::{NewHomeEvent, NewHomeFact},
};

/// Something recorded of a home delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeFactResponse {
    /// Its id.
    id: Uuid,
    /// When it happened.
    at: DateTime<FixedOffset>,
    /// When it was recorded.
    recorded_at: DateTime<FixedOffset>,
    /// What: `accepted`, `identity_checked`, `proved`, `documents_withdrawn`, `documents_returned`, `fee_collected`, `delivered`,
    /// `attempt_failed`, `invited`, `returned` or `lost`.
    #[schema(example = "identity_checked")]
    kind: &'static str,
    /// What belongs to that kind.
    #[schema(value_type = Object)]
    detail: Value,
}

impl HomeFactResponse {
    pub(super) fn of(centre: &CentreData, fact: &HomeFact) -> Self {
        let zone = centre.centre.time_zone;
        let mut detail = serde_json::to_value(&fact.event).unwrap_or_default();
        if let Some(members) = detail.as_object_mut() {
            members.remove("kind");
            if let HomeEvent::FeeCollected { courier_id, .. } = fact.event {
                members.remove("courier_id");
                let courier = centre.couriers.iter().find(|courier| courier.id == courier_id);
                members.insert("courier".into(), courier.map(|courier| courier.code.clone()).into());
            }
        }
        Self {
            id: fact.id,
            at: local(fact.at, zone),
            recorded_at: local(fact.recorded_at, zone),
            kind: fact.event.word(),
            detail,
        }
    }
}

/// What happened, with what belongs to its kind.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read by its kind")]
pub(crate) struct HomeFactBody {
    /// `accepted`, `identity_checked`, `proved`, `documents_withdrawn`, `documents_returned`, `fee_collected`, `delivered`,
    /// `attempt_failed`, `invited`, `returned` or `lost`.
    #[schema(example = "identity_checked")]
    kind: String,
    /// When it happened; now when absent.
    at: Option<DateTime<FixedOffset>>,
    /// Of `identity_checked`: `recipient` or `delegate`.
    receiver: Option<String>,
    /// Of `identity_checked`: `identity_card`, `electronic_identity`, `passport` or `other`.
    document: Option<String>,
    /// Of `identity_checked`: the last digits, four at most. Never an image.
    last_digits: Option<String>,
    /// Of `proved`: `signature`, `photo` or `code`.
    proof: Option<String>,
    /// Of `proved` by a signature or photo: its SHA-256 digest.
    evidence: Option<String>,
    /// Of `proved` by a code: the code that the recipient told.
    code: Option<String>,
    /// Of `documents_withdrawn`: how many were to be.
    expected: Option<u32>,
    /// Of `documents_withdrawn`: how many were.
    collected: Option<u32>,
    /// Of `documents_returned`: how many.
    count: Option<u32>,
    /// Of `fee_collected`: how much, đồng.
    amount_dong: Option<u32>,
    /// Of `fee_collected`: the courier's code.
    courier: Option<String>,
    /// Of `attempt_failed`: why.
    reason: Option<String>,
}

fn read_fact(body: JsonBody) -> Result<NewHomeFact, Failure> {
    let mut fields = Fields::of(body.json)?;
    let kind = fields.required::<String>("kind");
    let at = fields.parsed::<DateTime<Utc>>("at", false);
    let event = match kind.as_deref() {
        Some("accepted") => Some(NewHomeEvent::Plain(HomeEvent::Accepted)),
        Some("delivered") => Some(NewHomeEvent::Plain(HomeEvent::Delivered)),
        Some("invited") => Some(NewHomeEvent::Plain(HomeEvent::Invited)),
        Some("returned") => Some(NewHomeEvent::Plain(HomeEvent::Returned)),
        Some("lost") => Some(NewHomeEvent::Plain(HomeEvent::Lost)),
        Some("identity_checked") => {
            let receiver = fields.parsed::<Receiver>("receiver", true);
            let document = fields.parsed::<IdentityDocument>("document", true);
            let last_digits = fields.required::<String>("last_digits");
            (|| {
                let (receiver, document, last_digits) = (receiver?, document?, last_digits?);
                Some(NewHomeEvent::Plain(HomeEvent::IdentityChecked { receiver, document, last_digits }))
            })()
        }
        Some("proved") => {
            let proof = fields.parsed::<Proof>("proof", true);
            let evidence = fields.optional::<EvidenceRef>("evidence");
            let code = fields.optional::<String>("code");
            proof.map(|proof| NewHomeEvent::Proof { proof, evidence, code })
        }
        Some("documents_withdrawn") => {
            let (expected, collected) = (fields.required("expected"), fields.required("collected"));
            (|| {
                let (expected, collected) = (expected?, collected?);
                Some(NewHomeEvent::Plain(HomeEvent::DocumentsWithdrawn { expected, collected }))
            })()
        }
        Some("documents_returned") => {
            let count = fields.required("count");
            count.map(|count| NewHomeEvent::Plain(HomeEvent::DocumentsReturned { count }))
        }
        Some("fee_collected") => {
            let (amount, courier) = (fields.required("amount_dong"), fields.required("courier"));
            (|| Some(NewHomeEvent::Fee { amount_dong: amount?, courier: courier? }))()
        }
        Some("attempt_failed") => {
            let reason = fields.parsed::<AttemptFailure>("reason", true);
            reason.map(|reason| NewHomeEvent::Plain(HomeEvent::AttemptFailed { reason }))
        }
        Some(_) => {
            let message = "expected accepted, identity_checked, proved, documents_withdrawn, documents_returned, \
                           fee_collected, delivered, attempt_failed, invited, returned or lost";
            fields.refuse("kind", message.into());
            None
        }
        None => None,
    };
    fields.finish(event.map(|event| NewHomeFact { at, event }))
}

/// Record what happened to a home delivery beside scans: an identity check (type and last digits, never an image), a proof by the
/// centre's policy, documents withdrawn and brought back, the fee, an invitation, a return, a loss. Sending the same again
/// changes nothing.
#[utoipa::path(tag = "home deliveries",
    params(
        ("id" = Uuid, Path, description = "The home delivery's id"),
        ("fact_id" = Uuid, Path, description = "An id that the client has made for the fact"),
    ),
    request_body = HomeFactBody,
    responses(
        (status = 201, description = "It is recorded", body = HomeFactResponse),
        (status = 200, description = "It was recorded before", body = HomeFactResponse),
        (status = 409, description = "Something else is recorded under that id"),
    ))]
#[put("/v1/home-deliveries/{id}/facts/{fact_id}")]
pub(crate) async fn record_fact((service, caller): Asked, path: PathParams, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::RecordHomeFacts)?;
    let ids = (HomeDeliveryId::from_uuid(path.get("id")?), path.get::<Uuid>("fact_id")?);
    let new = read_fact(body)?;
    let answer = blocking(&service, move |service| {
        let (authority, actor) = (caller.authority(), caller.actor());
        let (fact, is_new) = service.record_home_fact(&authority, &actor.name, ids, &new)?;
        Ok((HomeFactResponse::of(&*service.centre()?, &fact), is_new))
    });
    let (fact, is_new) = answer.await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(fact))
}
