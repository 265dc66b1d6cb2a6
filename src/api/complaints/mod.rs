//! What citizens say of the service. Lists name records by id and leave citizens' words out; one record is read with them.

pub(super) mod compensations;
pub(super) mod list;
pub(super) mod ratings;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    body::Fields,
    params::{Param, QueryParams},
};
use crate::{
    domain::{DossierCode, DossierId, HomeDeliveryId, Matter},
    service::{Days, NamedMatter, TimeCursor},
};

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
    fn of(about: Matter, codes: &BTreeMap<DossierId, DossierCode>) -> Self {
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

/// The days of a list.
fn read_days(query: &mut QueryParams) -> Days {
    let days = Days { from: query.get("from"), to: query.get("to") };
    if let (Some(from), Some(to)) = (days.from, days.to)
        && to < from
    {
        query.refuse("to", format!("{to} is before from, which is {from}"));
    }
    days
}

/// The place after a record in a list: its time in microseconds and its id.
struct Cursor(TimeCursor);

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0.at.timestamp_micros(), self.0.id.simple())
    }
}

impl Param for Cursor {
    fn read(text: &str) -> Result<Self, String> {
        let unreadable = || "it is not the `next` of a list of these".to_owned();
        let (micros, id) = text.split_once('.').ok_or_else(unreadable)?;
        let at = micros.parse().ok().and_then(DateTime::<Utc>::from_timestamp_micros).ok_or_else(unreadable)?;
        Ok(Self(TimeCursor { at, id: id.parse().map_err(|_| unreadable())? }))
    }
}
