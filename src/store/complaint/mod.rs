//! What citizens say of the service, and what losses are made good with.
//!
//! All three are lists over time, read by period from a place on. Words of citizens are kept until they are erased; what was
//! counted stays.

mod compensation;
mod complaints;
mod ended;
mod rating;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(super) use rating::RatingRow;

use super::columns::Id;
use crate::domain::{DossierId, HomeDeliveryId, Matter};

/// A stretch of time; an end that is `None` is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// At or after.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// The place in a list over time after the row with these two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeCursor {
    /// When it was.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

/// What became of a complaint that was to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The answer is kept.
    Now,
    /// It was answered before with these words.
    Exists,
    /// It was answered before with others, or is not there.
    Refused,
}

/// The two columns of a matter: dossier and home delivery.
fn columns(about: Option<Matter>) -> (Option<Id>, Option<Id>) {
    match about {
        Some(Matter::Dossier(id)) => (Some(id.into()), None),
        Some(Matter::HomeDelivery(id)) => (None, Some(id.into())),
        None => (None, None),
    }
}

/// The matter in the two columns; the tables keep them from being filled both.
fn matter(dossier: Option<Id>, home: Option<Id>) -> Option<Matter> {
    dossier
        .map(|id| Matter::Dossier(DossierId::from(id)))
        .or_else(|| home.map(|id| Matter::HomeDelivery(HomeDeliveryId::from(id))))
}

/// Narrows a boxed query to a period and to what comes after a place in it, in order, at most `limit`.
macro_rules! over_time {
    ($query:ident, $table:ident . $at:ident, $period:expr, $after:expr, $limit:expr) => {{
        if let Some(from) = $period.from {
            $query = $query.filter($table::$at.ge(Micros::from(from)));
        }
        if let Some(until) = $period.until {
            $query = $query.filter($table::$at.lt(Micros::from(until)));
        }
        if let Some(TimeCursor { at, id }) = $after {
            // Said twice, so that the index is entered at the right place.
            $query = $query
                .filter($table::$at.ge(Micros::from(at)))
                .filter($table::$at.gt(Micros::from(at)).or($table::id.gt(Id(id))));
        }
        $query.order(($table::$at, $table::id)).limit(i64::from($limit))
    }};
}
use over_time;
