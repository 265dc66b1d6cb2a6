use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{body::Fields, places::SiteRef};
use crate::{
    domain::{CentreData, Party, Place},
    service::NamedParty,
};

/// Who can hold a thing: exactly one of the two.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct PartyBody {
    /// A courier, by code.
    #[schema(example = "CP01")]
    courier: Option<String>,
    /// An office, by code.
    site: Option<String>,
}

/// Reads exactly one of `courier` and `site`.
pub(crate) fn read_party(fields: &mut Fields) -> Option<NamedParty> {
    match (fields.optional::<String>("courier"), fields.optional::<String>("site")) {
        (Some(code), None) => Some(NamedParty::Courier(code)),
        (None, Some(code)) => Some(NamedParty::Site(code)),
        _ => {
            fields.refuse_whole("expected exactly one of courier and site");
            None
        }
    }
}

/// Who holds a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum PartyRef {
    /// A courier.
    Courier {
        /// The courier's code.
        code: String,
    },
    /// An office.
    Site(SiteRef),
    /// The person to whom it was delivered.
    Recipient,
}

impl PartyRef {
    pub(crate) fn of(centre: &CentreData, party: Party) -> Self {
        match party {
            Party::Courier(id) => {
                let courier = centre.couriers.iter().find(|courier| courier.id == id);
                Self::Courier { code: courier.map_or_else(|| id.to_string(), |courier| courier.code.clone()) }
            }
            Party::Site(id) => Self::Site(SiteRef::of(centre, id)),
            Party::Recipient => Self::Recipient,
        }
    }
}

/// Where something was scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ScanPlace {
    /// An office.
    Site(SiteRef),
    /// A citizen's home, of which nothing more is told here.
    Home {
        /// The request to bring a result there.
        home_delivery_id: Uuid,
    },
}

impl ScanPlace {
    pub(crate) fn of(centre: &CentreData, place: Place) -> Self {
        match place {
            Place::Site(id) => Self::Site(SiteRef::of(centre, id)),
            Place::Home(id) => Self::Home { home_delivery_id: id.uuid() },
        }
    }
}
