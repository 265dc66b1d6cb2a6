use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, Asked, blocking,
    paging::{self, page},
    params::{NoQuery, PathParams, QueryParams},
    problem::Failure,
};
use crate::{
    domain::{Act, Site},
    service::{ServiceError, SiteQuery},
};

/// A place that a run can stop at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteResponse {
    /// Its code.
    #[schema(example = "STNMT")]
    code: String,
    /// Its Vietnamese name.
    name: String,
    /// `centre`, `department` or `post_office`.
    kind: &'static str,
    /// Its address, where a source gives one.
    address: Option<String>,
    /// How sure the address is.
    address_status: String,
    /// The commune it lies in.
    commune_code: String,
    /// Degrees north, WGS 84.
    lat: f64,
    /// Degrees east, WGS 84.
    lon: f64,
    /// How well the position is known: `building`, `street`, `commune` (spread by rule inside it) or `assumed_commune`.
    position_quality: &'static str,
    /// Whether every document run calls there even with nothing to hand over.
    always_visit: bool,
    /// First day on which it exists.
    effective_from: NaiveDate,
    /// Last day on which it exists.
    effective_to: Option<NaiveDate>,
    /// Where this comes from.
    source: String,
}

impl From<Site> for SiteResponse {
    fn from(site: Site) -> Self {
        Self {
            code: site.code,
            name: site.name,
            kind: site.kind.as_str(),
            address: site.address,
            address_status: site.address_status,
            commune_code: site.commune_code,
            lat: site.position.lat(),
            lon: site.position.lon(),
            position_quality: site.position_quality.as_str(),
            always_visit: site.always_visit,
            effective_from: site.effective.from,
            effective_to: site.effective.to,
            source: site.source,
        }
    }
}

/// A part of the list of sites.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteList {
    /// The sites, in the order of a Vietnamese dictionary.
    sites: Vec<SiteResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// List sites.
#[utoipa::path(tag = "centre",
    params(
        ("q" = Option<String>, Query, description = "Words that code or name contain; diacritics and capitals are disregarded", example = "so tu phap"),
        ("kind" = Option<String>, Query, description = "Only `centre`, `department` or `post_office`"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Sites; the Link header leads to the next part", body = SiteList)))]
#[get("/v1/sites")]
pub(crate) async fn list_sites((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadCentre)?;
    let wanted = SiteQuery { words: query.get("q"), kind: query.get("kind"), after: query.get("cursor") };
    let limit = paging::limit(&mut query);
    query.finish()?;
    let found = blocking(&service, move |service| match service.sites(&wanted, limit as usize) {
        Err(ServiceError::NotFound { .. }) => Ok(None),
        found => found.map(Some),
    });
    let Some(found) = found.await? else {
        return Err(Failure::parameter("cursor", "it is not the `next` of a list of sites"));
    };
    let list = SiteList { sites: found.sites.into_iter().map(SiteResponse::from).collect(), next: found.next };
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Get one site.
#[utoipa::path(tag = "centre",
    params(("code" = String, Path, description = "The site's code", example = "STNMT")),
    responses((status = 200, description = "The site", body = SiteResponse)))]
#[get("/v1/sites/{code}")]
pub(crate) async fn get_site((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadCentre)?;
    let code = path.text("code").to_owned();
    let site = blocking(&service, move |service| service.site(&code)).await?;
    Ok(HttpResponse::Ok().json(SiteResponse::from(site)))
}
