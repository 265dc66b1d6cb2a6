use actix_web::{
    HttpResponse, get,
    http::{StatusCode, header},
    post,
};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Codes, MatterRef, read_matter, read_part, show};
use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        paging::page,
        params::{NoQuery, PathParams, QueryParams},
        places::local,
    },
    domain::{Act, CentreData, Rating, RatingId, RatingSource, RatingStep},
    service::NewRating,
};

/// How satisfied a citizen was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatingResponse {
    /// Its id.
    id: Uuid,
    /// When it was given.
    at: DateTime<FixedOffset>,
    /// `very_dissatisfied`, `dissatisfied`, `neutral`, `satisfied` or `very_satisfied`.
    #[schema(example = "satisfied")]
    step: &'static str,
    /// `device` at the counter, or the citizen's `link`.
    #[schema(example = "device")]
    source: &'static str,
    /// What it is about; null when nobody said.
    about: Option<MatterRef>,
    /// Whether the citizen added words: `GET /v1/ratings/{id}` has them.
    has_comment: bool,
    /// Whether it was made by the simulator, or lies in a database with a synthetic season.
    synthetic: bool,
}

impl RatingResponse {
    fn of(centre: &CentreData, rating: &Rating, codes: &Codes) -> Self {
        Self {
            id: rating.id.uuid(),
            at: local(rating.at, centre.centre.time_zone),
            step: rating.step.as_str(),
            source: rating.source.as_str(),
            about: rating.about.map(|about| MatterRef::of(about, codes)),
            has_comment: rating.comment.is_some(),
            synthetic: rating.synthetic,
        }
    }
}

/// One rating with the citizen's words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatingDetail {
    #[serde(flatten)]
    rating: RatingResponse,
    /// What the citizen added: personal.
    comment: Option<String>,
}

/// A part of the list of ratings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatingList {
    /// The ratings, by time and then by id.
    ratings: Vec<RatingResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// A rating as a device at the counter, or the system behind it, tells it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field so that every problem is found")]
pub(crate) struct NewRatingBody {
    /// A UUID that the sender made, so that a rating sent again counts once.
    id: Option<Uuid>,
    /// When it was given; now when absent.
    #[schema(example = "2019-06-14T09:00:00+07:00")]
    at: Option<DateTime<FixedOffset>>,
    /// `very_dissatisfied`, `dissatisfied`, `neutral`, `satisfied` or `very_satisfied`.
    #[schema(example = "satisfied")]
    step: String,
    /// The code of the dossier it is about.
    dossier: Option<String>,
    /// The home delivery it is about; at most one of the two.
    home_delivery_id: Option<Uuid>,
    /// What the citizen added, 1 to 1000 characters.
    comment: Option<String>,
}

/// Record what a rating device takes in. Sending it again with the same id is harmless.
#[utoipa::path(tag = "complaints",
    request_body = NewRatingBody,
    responses(
        (status = 201, description = "It is recorded", body = RatingResponse),
        (status = 200, description = "It was recorded before", body = RatingResponse),
    ))]
#[post("/v1/ratings")]
pub(crate) async fn record_rating((service, caller): Asked, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::RecordRatings)?;
    let mut fields = Fields::of(body.json)?;
    let id = fields.parsed::<Uuid>("id", false);
    let at = fields.parsed::<DateTime<Utc>>("at", false);
    let step = fields.parsed::<RatingStep>("step", true);
    let about = read_matter(&mut fields);
    let comment = fields.optional::<String>("comment");
    let new = step.map(|step| NewRating { at, step, source: RatingSource::Device, about, comment });
    let new = fields.finish(new)?;
    let (response, created) = blocking(&service, move |service| {
        let id = RatingId::from_uuid(id.unwrap_or_else(|| service.fresh_uuid()));
        let (rating, created) = service.record_rating(id, &new)?;
        let codes = service.codes_of_dossiers(rating.about.into_iter())?;
        Ok((RatingResponse::of(&*service.centre()?, &rating, &codes), created))
    })
    .await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/v1/ratings/{}", response.id);
    Ok(HttpResponse::build(status).insert_header((header::LOCATION, location)).json(response))
}

/// List ratings, without words.
#[utoipa::path(tag = "complaints",
    params(
        ("from" = Option<chrono::NaiveDate>, Query, description = "Given on this day or later"),
        ("to" = Option<chrono::NaiveDate>, Query, description = "Given on this day or earlier"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Ratings; the Link header leads to the next part", body = RatingList)))]
#[get("/v1/ratings")]
pub(crate) async fn list_ratings((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadComplaints)?;
    let part = read_part(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let (ratings, next) = show(service, &service.ratings(&part)?, RatingResponse::of)?;
        Ok(RatingList { ratings, next })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Get one rating with the citizen's words.
#[utoipa::path(tag = "complaints",
    params(("id" = Uuid, Path, description = "The rating's id")),
    responses((status = 200, description = "The rating", body = RatingDetail)))]
#[get("/v1/ratings/{id}")]
pub(crate) async fn get_rating((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadComplaints)?;
    let id: Uuid = path.get("id")?;
    let detail = blocking(&service, move |service| {
        let rating = service.rating(RatingId::from_uuid(id))?;
        let codes = service.codes_of_dossiers(rating.about.into_iter())?;
        Ok(RatingDetail { rating: RatingResponse::of(&*service.centre()?, &rating, &codes), comment: rating.comment })
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(detail.await?))
}
