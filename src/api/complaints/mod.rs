//! What citizens say of the service. Lists name records by id and leave citizens' words out; one record is read with them.

pub(super) mod compensations;
pub(super) mod list;
pub(super) mod ratings;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    body::Fields,
    paging::{self, After},
    params::QueryParams,
};
use crate::{
    domain::{CentreData, DossierCode, DossierId, HomeDeliveryId, Matter},
    service::{Days, NamedMatter, SaidPage, SaidPart, Service, ServiceError, TimeCursor},
};

/// The codes of the dossiers that records are about.
type Codes = BTreeMap<DossierId, DossierCode>;

/// What a record is about: one of the two.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatterRef {
    /// The code of a dossier.
    #[schema(example = "000.00.00.H51-190614-0001")]
    dossier: Option<String>,
    /// The id of a home delivery.
    home_delivery_id: Option<Uuid>,
}

impl MatterRef {
    fn of(about: Matter, codes: &Codes) -> Self {
        match about {
            Matter::Dossier(id) => Self { dossier: codes.get(&id).map(ToString::to_string), home_delivery_id: None },
            Matter::HomeDelivery(id) => Self { dossier: None, home_delivery_id: Some(id.uuid()) },
        }
    }
}

/// Reads what a record is about from two fields of which at most one is given.
fn read_matter(fields: &mut Fields) -> Option<NamedMatter> {
    match (fields.optional::<String>("dossier"), fields.parsed::<Uuid>("home_delivery_id", false)) {
        (Some(_), Some(_)) => {
            fields.refuse_whole("expected at most one of dossier and home_delivery_id");
            None
        }
        (Some(code), None) => Some(NamedMatter::Dossier(code)),
        (None, Some(id)) => Some(NamedMatter::HomeDelivery(HomeDeliveryId::from_uuid(id))),
        (None, None) => None,
    }
}

/// The part of a list that is asked for.
fn read_part(query: &mut QueryParams) -> SaidPart {
    let days = Days { from: query.get("from"), to: query.get("to") };
    if let (Some(from), Some(to)) = (days.from, days.to)
        && to < from
    {
        query.refuse("to", format!("{to} is before from, which is {from}"));
    }
    SaidPart {
        days,
        after: query.get::<After>("cursor").map(|After { at, id }| TimeCursor { at, id }),
        limit: paging::limit(query),
    }
}

/// The part's records as they are shown, and the cursor of the next one.
fn show<T, R>(
    service: &Service,
    part: &SaidPage<T>,
    record: impl Fn(&CentreData, &T, &Codes) -> R,
) -> Result<(Vec<R>, Option<String>), ServiceError> {
    let centre = service.centre()?;
    let records = part.records.iter().map(|it| record(&centre, it, &part.codes)).collect();
    Ok((records, part.next.map(|TimeCursor { at, id }| After { at, id }.to_string())))
}
