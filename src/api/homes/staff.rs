use actix_web::{
    HttpResponse, get,
    http::header::{self, HeaderValue},
    post,
};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    facts::HomeFactResponse,
    track::{AddressOut, HomeAttemptOut, PromisedOut, TicketOut, WindowOut, attempts},
    words::stage_word,
};
use crate::{
    api::{
        Answer, Asked, blocking,
        paging::{self, After, page},
        params::{NoQuery, PathParams, QueryParams},
        places::local,
    },
    domain::{Act, CentreData, DeliveryNext, HomeDelivery, HomeDeliveryId, HomeRequest},
    service::{HomeCursor, HomeFilter, StaffHome},
};

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
    ))]
#[get("/v1/home-deliveries")]
pub(crate) async fn list_home_deliveries((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ListHomeDeliveries)?;
    let filter = HomeFilter { wanted_on: query.get("date"), state: query.get("state") };
    let after = query
        .get::<After>("cursor")
        .map(|after| HomeCursor { requested_at: after.at, id: HomeDeliveryId::from_uuid(after.id) });
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
            next: found.next.map(|cursor| After { at: cursor.requested_at, id: cursor.id.uuid() }.to_string()),
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
    responses((status = 200, description = "The home delivery", body = HomeDeliveryResponse)))]
#[get("/v1/home-deliveries/{id}")]
pub(crate) async fn get_home_delivery((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
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

/// Send the recipient the one-time code that proves the delivery.
#[utoipa::path(tag = "home deliveries",
    params(("id" = Uuid, Path, description = "The home delivery's id")),
    responses((status = 202, description = "It is on its way")))]
#[post("/v1/home-deliveries/{id}/codes")]
pub(crate) async fn send_code((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
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
        (status = 409, description = "It is under way"),
    ))]
#[post("/v1/home-deliveries/{id}/erasure")]
pub(crate) async fn erase_home_delivery((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ErasePersonalData)?;
    let id = HomeDeliveryId::from_uuid(path.get("id")?);
    blocking(&service, move |service| {
        service.erase_home_delivery(id)?;
        service.note_act(&caller.actor(), "personal_data_erased", ("home_delivery", id.to_string()), None)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
