use actix_web::{
    HttpResponse, get,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    post, put, web,
};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    track::{AddressOut, HomeAttemptOut, PromisedOut, TicketOut, WindowOut, attempts},
    words::stage_word,
};
use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        caller::Caller,
        paging::{self, page},
        params::{NoQuery, Param, PathParams, QueryParams},
        places::local,
        problem::{Failure, Problem},
    },
    domain::{
        Act, AttemptFailure, CentreData, DeliveryNext, EvidenceRef, HomeDelivery, HomeDeliveryId, HomeEvent, HomeFact,
        HomeRequest, IdentityDocument, Proof, Receiver, RequestState,
    },
    service::{HomeCursor, HomeFilter, NewHomeEvent, NewHomeFact, Service, StaffHome},
};

macro_rules! words {
    ($($name:ty)+) => {$(
        impl Param for $name {
            fn read(text: &str) -> Result<Self, String> {
                text.parse::<Self>().map_err(|error| error.to_string())
            }
        }
    )+};
}

words!(RequestState AttemptFailure IdentityDocument Proof Receiver);

/// Where a list goes on.
struct Cursor(HomeCursor);

impl Cursor {
    fn write(cursor: &HomeCursor) -> String {
        format!("{}.{}", cursor.requested_at.timestamp_micros(), cursor.id)
    }
}

impl Param for Cursor {
    fn read(text: &str) -> Result<Self, String> {
        let read = || {
            let (micros, id) = text.split_once('.')?;
            let requested_at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
            Some(Self(HomeCursor { requested_at, id: id.parse().ok()? }))
        };
        read().ok_or_else(|| "it is no cursor: take it from `next` of the part before".to_owned())
    }
}

/// A citizen's request, in short: nothing personal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeDeliveryRow {
    /// Its id.
    id: Uuid,
    /// `awaiting_code`, `confirmed`, `counter_pickup` or `cancelled`.
    #[schema(example = "confirmed")]
    state: &'static str,
    /// When it was asked for.
    requested_at: DateTime<FixedOffset>,
    /// The half-day promised.
    promised: Option<PromisedOut>,
    /// The commune's code.
    commune_code: String,
    /// What is paid at the door, đồng.
    fee_dong: u32,
    /// The place in the queue, for a pick-up at the counter.
    ticket: Option<TicketOut>,
}

impl HomeDeliveryRow {
    fn of(centre: &CentreData, request: &HomeRequest, home: &HomeDelivery) -> Self {
        Self {
            id: request.id.uuid(),
            state: request.state.as_str(),
            requested_at: local(request.requested_at, centre.centre.time_zone),
            promised: PromisedOut::of(home),
            commune_code: home.commune_code.clone(),
            fee_dong: request.fee_dong,
            ticket: request.ticket.map(TicketOut::of),
        }
    }
}

/// A part of the list of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeDeliveryList {
    /// The requests, by the time they came and then by id.
    home_deliveries: Vec<HomeDeliveryRow>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// List what citizens have asked for.
#[utoipa::path(tag = "home deliveries",
    params(
        ("date" = Option<NaiveDate>, Query, description = "Promised for this day"),
        ("state" = Option<String>, Query, description = "In this state"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses(
        (status = 200, description = "Requests; the Link header leads to the next part", body = HomeDeliveryList),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/home-deliveries")]
pub(crate) async fn list_home_deliveries(
    service: web::Data<Service>,
    caller: Caller,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ListHomeDeliveries)?;
    let filter = HomeFilter { wanted_on: query.get("date"), state: query.get("state") };
    let after = query.get::<Cursor>("cursor").map(|cursor| cursor.0);
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let centre = service.centre()?;
        let found = service.home_requests(&filter, after, limit)?;
        Ok(HomeDeliveryList {
            home_deliveries: found
                .homes
                .iter()
                .map(|(request, home)| HomeDeliveryRow::of(&centre, request, home))
                .collect(),
            next: found.next.as_ref().map(Cursor::write),
        })
    });
    let list = list.await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Whose the result is, and who receives it: personal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactOut {
    /// The citizen's name.
    name: String,
    /// The citizen's number.
    phone: String,
    /// Who receives it for the citizen.
    delegate: Option<String>,
    /// What the delegate's authorisation is.
    authorisation: Option<String>,
}

/// The legal clock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockOut {
    /// J: the day on which the carrier received it.
    accepted_on: Option<NaiveDate>,
    /// J + n working days.
    due_on: Option<NaiveDate>,
    /// When the clock stopped: the first attempt.
    first_attempt_on: Option<NaiveDate>,
    /// Whether that was, or still can be, in time.
    in_time: bool,
    /// How often the recipient was invited.
    invitations: u32,
    /// What has to be done next: `accept`, `attempt`, `invite_again`, `return`, `compensate` or `nothing`.
    #[schema(example = "invite_again")]
    next: &'static str,
    /// The last day for that attempt, or the first for that invitation.
    next_on: Option<NaiveDate>,
    /// Why it goes back: `wrong_address`, `moved`, `not_found`, `invited_in_vain` or `refused`.
    undeliverable: Option<String>,
}

impl ClockOut {
    fn of(home: &StaffHome) -> Self {
        let clock = &home.track.clock;
        let (next, next_on) = match clock.next {
            DeliveryNext::Accept => ("accept", None),
            DeliveryNext::Attempt { by } => ("attempt", Some(by)),
            DeliveryNext::InviteAgain { not_before } => ("invite_again", Some(not_before)),
            DeliveryNext::Return(_) => ("return", None),
            DeliveryNext::Compensate => ("compensate", None),
            DeliveryNext::Nothing => ("nothing", None),
        };
        let undeliverable = match clock.next {
            DeliveryNext::Return(why) => serde_json::to_value(why).ok().and_then(|why| why.as_str().map(str::to_owned)),
            _ => None,
        };
        Self {
            accepted_on: clock.accepted_on,
            due_on: clock.due_on,
            first_attempt_on: clock.first_attempt_on,
            in_time: home.in_time,
            invitations: clock.invitations,
            next,
            next_on,
            undeliverable,
        }
    }
}

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
    fn of(centre: &CentreData, fact: &HomeFact) -> Self {
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

/// A home delivery as the centre's people see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeDeliveryResponse {
    /// Its id.
    id: Uuid,
    /// The dossier's code.
    dossier: String,
    /// `awaiting_code`, `confirmed`, `counter_pickup` or `cancelled`.
    #[schema(example = "confirmed")]
    state: &'static str,
    /// Where it is, as its citizen is told.
    #[schema(example = "on_its_way")]
    stage: &'static str,
    /// The half-day promised.
    promised: Option<PromisedOut>,
    /// When the courier comes.
    window: Option<WindowOut>,
    /// Where it is brought.
    to: AddressOut,
    /// Whose it is; null once that is erased, and for those who only look.
    contact: Option<ContactOut>,
    /// The codes of its things.
    items: Vec<String>,
    /// What is paid at the door, đồng.
    fee_dong: u32,
    /// The version of the text that was agreed to; empty for what was not asked for here.
    consent_version: String,
    /// The place in the queue, for a pick-up at the counter.
    ticket: Option<TicketOut>,
    /// The legal clock.
    clock: ClockOut,
    /// Tries that failed.
    attempts: Vec<HomeAttemptOut>,
    /// What was recorded beside scans, in the order in which it happened.
    facts: Vec<HomeFactResponse>,
    /// What is still missing once it was handed over: `identity`, `proof`, `fee`, `documents_missing` or `documents_not_returned`.
    open: Vec<&'static str>,
}

impl HomeDeliveryResponse {
    fn of(home: &StaffHome, with_contact: bool) -> Self {
        let track = &home.track;
        let contact = track.request.contact.as_ref().filter(|_| with_contact);
        Self {
            id: track.request.id.uuid(),
            dossier: track.dossier.clone(),
            state: track.request.state.as_str(),
            stage: stage_word(track.stage),
            promised: PromisedOut::of(&track.home),
            window: WindowOut::of(track),
            to: AddressOut::of(track),
            contact: contact.map(|contact| ContactOut {
                name: contact.name.clone(),
                phone: contact.phone.reveal().to_owned(),
                delegate: contact.delegate.as_ref().map(|delegate| delegate.name.clone()),
                authorisation: contact.delegate.as_ref().map(|delegate| delegate.authorisation.clone()),
            }),
            items: track.items.clone(),
            fee_dong: track.request.fee_dong,
            consent_version: track.request.consent_version.clone(),
            ticket: track.request.ticket.map(TicketOut::of),
            clock: ClockOut::of(home),
            attempts: attempts(track),
            facts: track.facts.iter().map(|fact| HomeFactResponse::of(&track.centre, fact)).collect(),
            open: home.open.iter().map(|point| point.as_str()).collect(),
        }
    }
}

/// One home delivery: its legal clock, what has to be done next, its attempts and what was recorded. A courier sees those of the
/// own round, a clerk those that leave from the own office.
#[utoipa::path(tag = "home deliveries",
    params(("id" = Uuid, Path, description = "Its id")),
    responses(
        (status = 200, description = "The home delivery", body = HomeDeliveryResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/home-deliveries/{id}")]
pub(crate) async fn get_home_delivery(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadHomeDeliveries)?;
    let id = HomeDeliveryId::from_uuid(path.get("id")?);
    // Who rings at the door, or has somebody ring, needs to know at whose.
    let with_contact = caller.may(Act::RecordHomeFacts).is_ok();
    let authority = caller.authority();
    let home = blocking(&service, move |service| service.home_delivery_for(&authority, id)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(HomeDeliveryResponse::of(&home, with_contact)))
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
        (status = 409, description = "Something else is recorded under that id", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[put("/v1/home-deliveries/{id}/facts/{fact_id}")]
pub(crate) async fn record_fact(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
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

/// Send the recipient the one-time code that proves the delivery.
#[utoipa::path(tag = "home deliveries",
    params(("id" = Uuid, Path, description = "The home delivery's id")),
    responses(
        (status = 202, description = "It is on its way"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/home-deliveries/{id}/codes")]
pub(crate) async fn send_code(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::RecordHomeFacts)?;
    let id = HomeDeliveryId::from_uuid(path.get("id")?);
    let authority = caller.authority();
    blocking(&service, move |service| service.send_delivery_code(&authority, id)).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Erase a citizen's personal data of a home delivery that is over. The ledger's chain stays as it is.
#[utoipa::path(tag = "home deliveries",
    params(("id" = Uuid, Path, description = "The home delivery's id")),
    responses(
        (status = 204, description = "They are gone"),
        (status = 409, description = "It is under way", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/home-deliveries/{id}/erasure")]
pub(crate) async fn erase_home_delivery(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ErasePersonalData)?;
    let id = HomeDeliveryId::from_uuid(path.get("id")?);
    blocking(&service, move |service| {
        service.erase_home_delivery(id)?;
        service.note_act(&caller.actor(), "personal_data_erased", ("home_delivery", id.to_string()), None)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
