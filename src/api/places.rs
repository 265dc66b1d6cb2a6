use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    domain::{CentreData, Destination, Place, SiteId},
    service::{DayPlan, ItemDetail},
};

/// An instant as the centre's clocks show it: RFC 3339 with the centre's offset.
pub(crate) fn local(at: DateTime<Utc>, zone: Tz) -> DateTime<FixedOffset> {
    at.with_timezone(&zone).fixed_offset()
}

/// An office, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SiteRef {
    /// Its code.
    #[schema(example = "STNMT")]
    pub code: String,
    /// Its Vietnamese name.
    pub name: String,
}

impl SiteRef {
    /// The office with this id. One that is gone from the centre's data keeps its place with its id as code.
    pub(crate) fn of(centre: &CentreData, id: SiteId) -> Self {
        match centre.site(id) {
            Some(site) => Self { code: site.code.clone(), name: site.name.clone() },
            None => Self { code: id.to_string(), name: String::new() },
        }
    }
}

/// Where something is or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum PlaceRef {
    /// An office.
    Site(SiteRef),
    /// A citizen's home. Only the commune is shown: addresses appear where a courier needs them, on a round's stops.
    Home {
        /// The request to bring a result there.
        home_delivery_id: Uuid,
        /// The commune's code.
        commune_code: Option<String>,
        /// The commune's name.
        commune: Option<String>,
    },
}

impl PlaceRef {
    /// Where a route stops.
    pub(crate) fn of_stop(day: &DayPlan, place: Place) -> Self {
        match place {
            Place::Site(id) => Self::Site(SiteRef::of(&day.centre, id)),
            Place::Home(id) => {
                let home = day.home(id);
                let commune = home.and_then(|home| day.centre.commune(&home.commune_code, day.plan.date));
                Self::Home {
                    home_delivery_id: id.uuid(),
                    commune_code: home.map(|home| home.commune_code.clone()),
                    commune: commune.map(|commune| commune.name.clone()),
                }
            }
        }
    }

    /// Where an item goes.
    pub(crate) fn of_item(centre: &CentreData, detail: &ItemDetail) -> Self {
        match detail.item.to {
            Destination::Site(id) => Self::Site(SiteRef::of(centre, id)),
            Destination::Home(id) => {
                let day = detail.item.ready_at.with_timezone(&centre.centre.time_zone).date_naive();
                let code = detail.commune_code.as_deref();
                Self::Home {
                    home_delivery_id: id.uuid(),
                    commune_code: detail.commune_code.clone(),
                    commune: code.and_then(|code| centre.commune(code, day)).map(|commune| commune.name.clone()),
                }
            }
        }
    }
}
