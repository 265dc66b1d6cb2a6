use actix_web::{
    HttpResponse, get,
    http::header::{self, HeaderValue},
    post, web,
};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::{half_day, home_point};
use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        caller::Origin,
        params::{NoQuery, QueryParams},
        places::local,
        problem::{Failure, Problem},
    },
    domain::{CentreData, Position},
    service::{AskedHome, HalfDayOffer, HomePoint, HomeTermsNow, NewDelegate, NewHomeRequest, Service},
};

/// What a citizen agrees to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentOut {
    /// The version to be named in a request.
    #[schema(example = "1")]
    version: String,
    /// The text, in Vietnamese.
    vi: String,
    /// The same in English.
    en: String,
}

/// What a home delivery costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeeOut {
    /// `same_district` or `within_province`.
    #[schema(example = "within_province")]
    reach: &'static str,
    /// The price, đồng.
    fee_dong: u32,
}

/// On what terms results are brought home today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermsResponse {
    /// What is agreed to.
    consent: ConsentOut,
    /// The tariff.
    fees: Vec<FeeOut>,
    /// What proves a delivery: `signature`, `photo` or `code`.
    proofs: Vec<&'static str>,
}

impl TermsResponse {
    fn of(terms: HomeTermsNow) -> Self {
        let consent = terms.consent;
        Self {
            consent: ConsentOut { version: consent.version, vi: consent.text, en: consent.text_en },
            fees: terms.fees.into_iter().map(|(reach, fee_dong)| FeeOut { reach: reach.as_str(), fee_dong }).collect(),
            proofs: terms.proofs.into_iter().map(crate::domain::Proof::as_str).collect(),
        }
    }
}

/// The terms of home deliveries: the consent asked for, the tariff, and what proves a delivery.
#[utoipa::path(tag = "home deliveries", security(()),
    responses(
        (status = 200, description = "The terms in force today", body = TermsResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/home-deliveries/terms")]
pub(crate) async fn get_terms(service: web::Data<Service>, _: NoQuery) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::Ok().json(TermsResponse::of(blocking(&service, Service::home_terms).await?)))
}

/// A half-day in which somebody can come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HalfDayOut {
    /// The day.
    pub(super) date: NaiveDate,
    /// `morning` or `afternoon`.
    #[schema(example = "morning")]
    pub(super) half: &'static str,
    /// When it begins.
    pub(super) begins_at: DateTime<FixedOffset>,
    /// When it ends.
    pub(super) ends_at: DateTime<FixedOffset>,
}

impl HalfDayOut {
    pub(super) fn of(centre: &CentreData, offer: &HalfDayOffer) -> Self {
        let zone = centre.centre.time_zone;
        Self {
            date: offer.date,
            half: offer.half_day.as_str(),
            begins_at: local(offer.begins_at, zone),
            ends_at: local(offer.ends_at, zone),
        }
    }
}

/// The half-days that can be promised.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HalfDayList {
    /// In order.
    half_days: Vec<HalfDayOut>,
}

/// The half-days in which a home can be visited: each was planned with everything that is promised for it.
#[utoipa::path(tag = "home deliveries", security(()),
    params(
        ("address" = String, Query, description = "The address as written"),
        ("commune" = Option<String>, Query, description = "The commune's code; without it the address must say it beyond doubt"),
        ("lat" = Option<f64>, Query, description = "The point on the map, degrees north"),
        ("lon" = Option<f64>, Query, description = "The same, degrees east"),
        ("from" = Option<NaiveDate>, Query, description = "The first day; today when absent"),
    ),
    responses(
        (status = 200, description = "What can be promised now", body = HalfDayList),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/home-deliveries/half-days")]
pub(crate) async fn list_half_days(
    service: web::Data<Service>,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    let address = query.get::<String>("address");
    let commune = query.get::<String>("commune");
    let (lat, lon) = (query.get::<f64>("lat"), query.get::<f64>("lon"));
    let from = query.get::<NaiveDate>("from");
    let position = match (lat, lon) {
        (Some(lat), Some(lon)) => {
            Position::new(lat, lon).map_err(|_| query.refuse("lat", "expected degrees north and east in WGS 84")).ok()
        }
        (None, None) => None,
        _ => {
            query.refuse("lat", "lat and lon come together");
            None
        }
    };
    query.finish()?;
    let Some(address) = address else { return Err(Failure::parameter("address", "it is missing")) };
    let point = HomePoint { address, commune, position };
    let list = blocking(&service, move |service| {
        let centre = service.centre()?;
        let offers = service.half_day_offers(&point, from)?;
        Ok(HalfDayList { half_days: offers.iter().map(|offer| HalfDayOut::of(&centre, offer)).collect() })
    });
    Ok(HttpResponse::Ok().json(list.await.map_err(Failure::of_parameters)?))
}

/// Somebody who is to receive the result.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct DelegateBody {
    /// The name.
    name: String,
    /// What the authorisation is: its number, or who has certified it.
    authorisation: String,
}

/// Who receives the result.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct RecipientBody {
    /// The citizen's name.
    name: String,
    /// Somebody else who receives it.
    delegate: Option<DelegateBody>,
}

/// A point on the map.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct HomePositionBody {
    /// Degrees north.
    #[schema(example = 9.6025)]
    lat: f64,
    /// Degrees east.
    #[schema(example = 105.9739)]
    lon: f64,
}

/// A half-day.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct HalfDayBody {
    /// The day.
    date: NaiveDate,
    /// `morning` or `afternoon`.
    #[schema(example = "morning")]
    half: String,
}

/// What a citizen asks for.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct HomeDeliveryBody {
    /// The dossier's code on the appointment slip.
    #[schema(example = "000.00.00.H51-190614-0001")]
    dossier: String,
    /// The telephone number on the same slip.
    #[schema(example = "0912345678")]
    phone: String,
    /// Who receives the result.
    recipient: RecipientBody,
    /// The address as written.
    #[schema(example = "12 Trần Hưng Đạo, phường Phú Lợi")]
    address: String,
    /// The commune's code; without it the address must say it beyond doubt.
    commune: Option<String>,
    /// The point on the map; without it the commune's.
    position: Option<HomePositionBody>,
    /// When.
    half_day: HalfDayBody,
    /// The version of the consent that is given.
    #[schema(example = "1")]
    consent: String,
}

fn read(body: JsonBody) -> Result<NewHomeRequest, Failure> {
    let mut fields = Fields::of(body.json)?;
    let dossier = fields.required::<String>("dossier");
    let phone = fields.required::<String>("phone");
    let recipient = fields.object("recipient", |fields| {
        let name = fields.required::<String>("name");
        let delegate = fields.optional_object("delegate", |fields| {
            let (name, authorisation) = (fields.required("name"), fields.required("authorisation"));
            Some(NewDelegate { name: name?, authorisation: authorisation? })
        });
        Some((name?, delegate))
    });
    let point = home_point(&mut fields);
    let half_day = fields.object("half_day", half_day);
    let consent = fields.required::<String>("consent");
    let new = (|| {
        let (name, delegate) = recipient?;
        let (date, half_day) = half_day?;
        Some(NewHomeRequest {
            dossier: dossier?,
            phone: phone?,
            name,
            delegate,
            point: point?,
            date,
            half_day,
            consent: consent?,
        })
    })();
    fields.finish(new)
}

/// A request that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskedResponse {
    /// Where it is followed, confirmed and changed. Whoever has this link has the request: it is shown here and never again.
    link: String,
    /// Until when the link is good.
    link_expires_at: DateTime<FixedOffset>,
    /// `awaiting_code`: the code that was sent to the number on the slip makes it final.
    #[schema(example = "awaiting_code")]
    state: &'static str,
    /// Until when the half-day is kept free for the code.
    code_expires_at: DateTime<FixedOffset>,
    /// What is paid at the door, đồng.
    fee_dong: u32,
    /// The commune that the address lies in.
    commune_code: String,
}

impl AskedResponse {
    fn of(centre: &CentreData, asked: &AskedHome) -> Self {
        let zone = centre.centre.time_zone;
        Self {
            link: format!("/v1/track/{}", asked.link.reveal()),
            link_expires_at: local(asked.link_expires_at, zone),
            state: asked.request.state.as_str(),
            code_expires_at: local(asked.request.held_until, zone),
            fee_dong: asked.request.fee_dong,
            commune_code: asked.home.commune_code.clone(),
        }
    }
}

/// Ask for a result to be brought home.
///
/// Dossier code and telephone number must be those of one appointment slip; which of them is wrong is never said. The half-day is
/// kept free until the one-time code expires that is sent to that number. Asking again before the code was given replaces the
/// request.
#[utoipa::path(tag = "home deliveries", security(()),
    request_body = HomeDeliveryBody,
    responses(
        (status = 201, description = "It is taken, and waits for its code", body = AskedResponse),
        (status = 404, description = "No slip has this code and this number", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The half-day is full, or one is under way", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/home-deliveries")]
pub(crate) async fn create_home_delivery(
    service: web::Data<Service>,
    origin: Origin,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    let new = read(body)?;
    let address = origin.text();
    let answer = blocking(&service, move |service| {
        let asked = service.ask_home_delivery(&new, &address)?;
        Ok(AskedResponse::of(&*service.centre()?, &asked))
    });
    let answer = answer.await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, answer.link.clone()))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(answer))
}
