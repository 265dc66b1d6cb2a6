use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::header::{self, HeaderValue},
    patch, post, web,
};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ask::{HalfDayBody, HomePositionBody},
    half_day, home_point, position,
    words::{Words, of_stage, stage_word},
};
use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        etag,
        params::{NoQuery, PathParams},
        places::local,
        problem::{Failure, Problem},
    },
    domain::{DeliveryEvent, DeliveryNext, HalfDay, HomeDelivery, QueueTicket, RequestState},
    service::{HomeChange, HomeTrack, Service},
};

/// When the courier comes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowOut {
    /// Not before.
    from: DateTime<FixedOffset>,
    /// Not after, as far as is known now.
    to: DateTime<FixedOffset>,
    /// What it rests on: `half_day`, `plan` or `live`.
    #[schema(example = "plan")]
    basis: &'static str,
    /// How many stops come before, once the result is on board.
    stops_before: Option<usize>,
}

impl WindowOut {
    pub(super) fn of(track: &HomeTrack) -> Option<Self> {
        let zone = track.centre.centre.time_zone;
        track.window.as_ref().map(|window| Self {
            from: local(window.from, zone),
            to: local(window.to, zone),
            basis: window.basis.as_str(),
            stops_before: window.stops_before,
        })
    }
}

/// A half-day that was promised.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromisedOut {
    /// The day.
    date: NaiveDate,
    /// `morning` or `afternoon`; null when either will do.
    half: Option<&'static str>,
}

impl PromisedOut {
    pub(super) fn of(home: &HomeDelivery) -> Option<Self> {
        home.wanted.map(|wanted| Self { date: wanted.date, half: wanted.half_day.map(HalfDay::as_str) })
    }
}

/// Where the result is brought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddressOut {
    /// The address as written.
    address: String,
    /// The commune's code.
    commune_code: String,
    /// The commune's name.
    commune: Option<String>,
}

impl AddressOut {
    pub(super) fn of(track: &HomeTrack) -> Self {
        let zone = track.centre.centre.time_zone;
        let day = track.request.requested_at.with_timezone(&zone).date_naive();
        let day = track.home.wanted.map_or(day, |wanted| wanted.date);
        Self {
            address: track.home.address.clone(),
            commune_code: track.home.commune_code.clone(),
            commune: track.centre.commune(&track.home.commune_code, day).map(|commune| commune.name.clone()),
        }
    }
}

/// A place in the queue at the counter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketOut {
    /// The day.
    date: NaiveDate,
    /// The number.
    number: u32,
}

impl TicketOut {
    pub(super) fn of(ticket: QueueTicket) -> Self {
        Self { date: ticket.date, number: ticket.number }
    }
}

/// A try to deliver that failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeAttemptOut {
    /// When.
    at: DateTime<FixedOffset>,
    /// Why: `absent`, `no_document`, `wrong_address`, `moved`, `not_found`, `refused`, `damaged` or `not_reached`.
    #[schema(example = "absent")]
    reason: &'static str,
}

/// How a home delivery stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrackResponse {
    /// The dossier's code.
    dossier: String,
    /// Where it is: `awaiting_code`, `being_settled`, `under_way`, `at_office`, `on_its_way`, `not_met`, `going_back`, `returned`,
    /// `delivered`, `counter_pickup`, `cancelled`, `missing` or `lost`.
    #[schema(example = "at_office")]
    stage: &'static str,
    /// The same in plain words.
    words: Words,
    /// Since when, where that is known.
    since: Option<DateTime<FixedOffset>>,
    /// The half-day promised.
    promised: Option<PromisedOut>,
    /// When the courier comes, while the result is still to come.
    window: Option<WindowOut>,
    /// The first name of who brings it, once that is known.
    courier: Option<String>,
    /// Where it is brought.
    to: AddressOut,
    /// What is paid at the door, đồng.
    fee_dong: u32,
    /// Whether address and half-day can be changed, and the request cancelled.
    changeable: bool,
    /// The place in the queue, when it is fetched at the counter.
    ticket: Option<TicketOut>,
    /// Tries that failed.
    attempts: Vec<HomeAttemptOut>,
    /// When the next invitation comes at the earliest, after one in vain.
    invited_again_from: Option<NaiveDate>,
    /// The revision, for `If-Match`.
    revision: u32,
}

impl TrackResponse {
    fn of(track: &HomeTrack) -> Self {
        let zone = track.centre.centre.time_zone;
        let at_home = track.request.state != RequestState::CounterPickup;
        Self {
            dossier: track.dossier.clone(),
            stage: stage_word(track.stage),
            words: of_stage(track),
            since: track.since.map(|at| local(at, zone)),
            promised: PromisedOut::of(&track.home).filter(|_| at_home),
            window: WindowOut::of(track),
            courier: track.window.as_ref().and_then(|window| window.courier.clone()),
            to: AddressOut::of(track),
            fee_dong: track.request.fee_dong,
            changeable: track.changeable,
            ticket: track.request.ticket.map(TicketOut::of),
            attempts: attempts(track),
            invited_again_from: match track.clock.next {
                DeliveryNext::InviteAgain { not_before } => Some(not_before),
                _ => None,
            },
            revision: track.request.revision,
        }
    }
}

pub(super) fn attempts(track: &HomeTrack) -> Vec<HomeAttemptOut> {
    let zone = track.centre.centre.time_zone;
    let failed = track.happened.iter().filter_map(|fact| match fact.event {
        DeliveryEvent::Failed(reason) => Some(HomeAttemptOut { at: local(fact.at, zone), reason: reason.as_str() }),
        _ => None,
    });
    failed.collect()
}

fn answer(track: &HomeTrack) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", track.request.revision)))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(TrackResponse::of(track))
}

/// Follow a home delivery by its link.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    responses(
        (status = 200, description = "How it stands; the ETag names its revision", body = TrackResponse),
        (status = 404, description = "There is nothing under this link, or not any more", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/track/{link}")]
pub(crate) async fn get_track(
    service: web::Data<Service>,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    let link = path.text("link").to_owned();
    let track = blocking(&service, move |service| service.track_home_delivery(&link)).await?;
    Ok(answer(&track))
}

/// The code that was sent.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct CodeBody {
    /// Six digits.
    #[schema(example = "042137")]
    code: String,
}

/// Make a request final with the one-time code that was sent.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    request_body = CodeBody,
    responses(
        (status = 200, description = "It is final", body = TrackResponse),
        (status = 422, description = "The code is wrong", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/track/{link}/confirmation")]
pub(crate) async fn confirm(
    service: web::Data<Service>,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    let mut fields = Fields::of(body.json)?;
    let code = fields.required::<String>("code");
    let code = fields.finish(code)?;
    let link = path.text("link").to_owned();
    let track = blocking(&service, move |service| {
        service.confirm_home_delivery(&link, &code)?;
        service.track_home_delivery(&link)
    });
    Ok(answer(&track.await?))
}

/// Have another one-time code sent.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    responses(
        (status = 202, description = "It is on its way"),
        (status = 429, description = "No more are sent", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/track/{link}/code")]
pub(crate) async fn resend_code(
    service: web::Data<Service>,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    let link = path.text("link").to_owned();
    blocking(&service, move |service| service.resend_home_code(&link)).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// What is to be changed; what is left out stays.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct ChangeBody {
    /// Another address.
    address: Option<String>,
    /// Its commune's code; without it the address must say it beyond doubt.
    commune: Option<String>,
    /// Its point on the map.
    position: Option<HomePositionBody>,
    /// Another half-day.
    half_day: Option<HalfDayBody>,
}

fn read_change(body: JsonBody) -> Result<HomeChange, Failure> {
    let has_address = body.json.get("address").is_some_and(|address| !address.is_null());
    let mut fields = Fields::of(body.json)?;
    let point = if has_address {
        home_point(&mut fields)
    } else {
        fields.optional::<String>("address");
        for (name, given) in [
            ("commune", fields.optional::<String>("commune").is_some()),
            ("position", fields.optional_object("position", position).is_some()),
        ] {
            if given {
                fields.refuse(name, "it comes with an address only".into());
            }
        }
        None
    };
    let half_day = fields.optional_object("half_day", half_day);
    if point.is_none() && half_day.is_none() && !has_address {
        fields.refuse_whole("nothing is to be changed: give an address or a half_day");
    }
    fields.finish(Some(HomeChange { point, half_day }))
}

/// Change address or half-day, until the result is on board. The promise is checked anew.
#[utoipa::path(tag = "home deliveries", security(()),
    params(
        ("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given"),
        ("If-Match" = Option<String>, Header, description = "Change only the revision with this ETag"),
    ),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "It is changed", body = TrackResponse),
        (status = 409, description = "It is too late, or the half-day is full", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since it was read", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[patch("/v1/track/{link}")]
pub(crate) async fn change(
    service: web::Data<Service>,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    let expected = etag::expected(&request)?;
    let change = read_change(body)?;
    let link = path.text("link").to_owned();
    let track = blocking(&service, move |service| {
        service.change_home_delivery(&link, &change, &expected)?;
        service.track_home_delivery(&link)
    });
    Ok(answer(&track.await?))
}

/// Cancel a home delivery, until the result is on board.
#[utoipa::path(tag = "home deliveries", security(()),
    params(
        ("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given"),
        ("If-Match" = Option<String>, Header, description = "Cancel only the revision with this ETag"),
    ),
    responses(
        (status = 200, description = "It is cancelled", body = TrackResponse),
        (status = 409, description = "It is too late", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[delete("/v1/track/{link}")]
pub(crate) async fn cancel(
    service: web::Data<Service>,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    let expected = etag::expected(&request)?;
    let link = path.text("link").to_owned();
    let track = blocking(&service, move |service| {
        service.cancel_home_delivery(&link, &expected)?;
        service.track_home_delivery(&link)
    });
    Ok(answer(&track.await?))
}

/// The day on which a result is fetched.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct CounterBody {
    /// The day.
    date: NaiveDate,
}

/// Fetch the result at the counter instead, with a place in the queue.
#[utoipa::path(tag = "home deliveries", security(()),
    params(
        ("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given"),
        ("If-Match" = Option<String>, Header, description = "Change only the revision with this ETag"),
    ),
    request_body = CounterBody,
    responses(
        (status = 200, description = "It waits at the counter; the ticket has its number", body = TrackResponse),
        (status = 409, description = "It is too late", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/track/{link}/counter")]
pub(crate) async fn fetch_at_counter(
    service: web::Data<Service>,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    let expected = etag::expected(&request)?;
    let mut fields = Fields::of(body.json)?;
    let date = fields.parsed::<NaiveDate>("date", true);
    let date = fields.finish(date)?;
    let link = path.text("link").to_owned();
    let track = blocking(&service, move |service| {
        service.fetch_at_counter(&link, date, &expected)?;
        service.track_home_delivery(&link)
    });
    Ok(answer(&track.await?))
}
