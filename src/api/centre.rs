use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Asked, blocking, params::NoQuery, places::SiteRef, travel::TravelBasisOut};
use crate::{domain::Act, service::CentreOverview};

/// The centre that is served.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CentreResponse {
    /// The national code of its agency.
    #[schema(example = "H51")]
    code: String,
    /// Its Vietnamese name.
    name: String,
    /// Its English name.
    name_en: String,
    /// Its own site, the hub of every run.
    site: SiteRef,
    /// The zone its clocks show.
    #[schema(example = "Asia/Ho_Chi_Minh")]
    time_zone: String,
    /// The first day that its calendar knows.
    calendar_from: NaiveDate,
    /// The last day that its calendar knows.
    calendar_to: NaiveDate,
    /// The shapes of dossier codes that it recognises.
    dossier_codes: Vec<DossierCodeOut>,
    /// How much is stored.
    stored: StoredCounts,
    /// Whether what is stored is a synthetic season.
    synthetic: bool,
    /// What travel times rest on, for the usual courier.
    travel: TravelBasisOut,
    /// What the centre has published about itself.
    published: Option<PublishedOut>,
}

/// One shape of dossier code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DossierCodeOut {
    /// Its name.
    name: String,
    /// A code of this shape.
    example: String,
}

/// How much is stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StoredCounts {
    /// Dossiers received.
    dossiers: u64,
    /// Of them settled.
    dossiers_settled: u64,
    /// Items.
    items: u64,
    /// Home deliveries asked for.
    home_deliveries: u64,
    /// Days with a plan.
    plans: u64,
    /// The day of the first dossier.
    first_received: Option<NaiveDate>,
    /// The day of the last dossier.
    last_received: Option<NaiveDate>,
}

/// Published figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublishedOut {
    /// First day of the period.
    from: NaiveDate,
    /// Last day of the period.
    to: NaiveDate,
    /// Dossiers received.
    dossiers_received: u32,
    /// Of them settled.
    dossiers_settled: u32,
    /// Of those settled early or on time.
    dossiers_settled_on_time: u32,
    /// Results brought home.
    home_deliveries: u32,
    /// Procedures received at the centre.
    procedures: u32,
    /// Document runs each working day.
    document_runs_per_day: u32,
    /// The day of publication.
    published_on: NaiveDate,
    /// Where the figures were published.
    source: String,
}

impl From<CentreOverview> for CentreResponse {
    fn from(overview: CentreOverview) -> Self {
        let data = &overview.centre;
        let counts = overview.counts;
        let published = data.published.as_ref().map(|figures| PublishedOut {
            from: figures.from,
            to: figures.to,
            dossiers_received: figures.dossiers_received,
            dossiers_settled: figures.dossiers_settled,
            dossiers_settled_on_time: figures.dossiers_settled_on_time,
            home_deliveries: figures.home_deliveries,
            procedures: figures.procedures,
            document_runs_per_day: figures.document_runs_per_day,
            published_on: figures.published_on,
            source: figures.source.clone(),
        });
        let codes = data.centre.dossier_codes.rows();
        Self {
            code: data.centre.code.clone(),
            name: data.centre.name.clone(),
            name_en: data.centre.name_en.clone(),
            site: SiteRef::of(data, data.hub().id),
            time_zone: data.centre.time_zone.name().to_owned(),
            calendar_from: data.calendar.from(),
            calendar_to: data.calendar.to(),
            dossier_codes: codes
                .map(|row| DossierCodeOut { name: row.name.clone(), example: row.example.clone() })
                .collect(),
            stored: StoredCounts {
                dossiers: counts.dossiers,
                dossiers_settled: counts.settled,
                items: counts.items,
                home_deliveries: counts.home_deliveries,
                plans: counts.plans,
                first_received: counts.first_received,
                last_received: counts.last_received,
            },
            synthetic: counts.synthetic_items > 0 || counts.synthetic_dossiers > 0,
            travel: TravelBasisOut::from(&overview.travel),
            published,
        }
    }
}

/// The centre that is served.
#[utoipa::path(tag = "centre", responses(
    (status = 200, description = "The centre, and how much is stored of it", body = CentreResponse),
))]
#[get("/v1/centre")]
pub(crate) async fn get_centre((service, caller): Asked, _: NoQuery) -> Answer {
    caller.may(Act::ReadCentre)?;
    let centre = blocking(&service, |service| Ok(CentreResponse::from(service.overview()?))).await?;
    Ok(HttpResponse::Ok().json(centre))
}
