use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        blocking,
        params::QueryParams,
        problem::{Failure, Problem},
    },
    domain::Commune,
    service::{HomePlace, Service},
};

/// Longer texts are no addresses.
const TEXT_CHARS_MAX: usize = 300;

/// A commune-level unit of some time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitRef {
    /// Its code.
    #[schema(example = "31510")]
    code: String,
    /// Its Vietnamese name.
    #[schema(example = "Phường Phú Lợi")]
    name: String,
    /// Its kind.
    #[schema(example = "ward")]
    kind: &'static str,
    /// The district it lay in; null since there are none.
    district: Option<String>,
}

impl UnitRef {
    fn of(commune: &Commune) -> Self {
        Self {
            code: commune.code.clone(),
            name: commune.name.clone(),
            kind: commune.kind.as_str(),
            district: commune.district.clone(),
        }
    }
}

/// A commune that the text may mean.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceResponse {
    /// The unit in force today.
    commune: UnitRef,
    /// The unit whose name was read: the same, or one that has been merged into it.
    named: UnitRef,
    /// How well the text fits, in thousandths; comparable within one answer only.
    score_permille: u16,
    /// How sure it is: `sure`, `likely` or `unsure`.
    #[schema(example = "sure")]
    certainty: &'static str,
    /// Whether results are brought there.
    served: bool,
    /// A point inside the unit, degrees north.
    lat: f64,
    /// The same, degrees east.
    lon: f64,
}

impl PlaceResponse {
    fn of(place: &HomePlace) -> Self {
        Self {
            commune: UnitRef::of(&place.commune),
            named: UnitRef::of(&place.named),
            score_permille: place.score_permille,
            certainty: place.certainty.as_str(),
            served: place.served,
            lat: place.commune.position.lat(),
            lon: place.commune.position.lon(),
        }
    }
}

/// The communes that a text may mean.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceList {
    /// The likeliest first, at most five.
    places: Vec<PlaceResponse>,
}

/// Find the commune of an address, with or without diacritics, by old or new names.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("q" = String, Query, description = "The address, or a part of it", example = "ấp 3 xã Kế An huyện Kế Sách")),
    responses(
        (status = 200, description = "What it may mean", body = PlaceList),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/places/search")]
pub(crate) async fn search_places(
    service: web::Data<Service>,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    let text = query.get::<String>("q");
    query.finish()?;
    let text = text.filter(|text| (1..=TEXT_CHARS_MAX).contains(&text.trim().chars().count()));
    let Some(text) = text else {
        return Err(Failure::parameter("q", format!("expected 1 to {TEXT_CHARS_MAX} characters of an address")));
    };
    let places = blocking(&service, move |service| service.find_places(&text)).await?;
    Ok(HttpResponse::Ok().json(PlaceList { places: places.iter().map(PlaceResponse::of).collect() }))
}
