use std::fmt;

use actix_web::{HttpResponse, http::header};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::params::{Param, QueryParams};

/// How many elements a list gives when it is not told.
const LIMIT_DEFAULT: u64 = 100;
/// How many it gives at most.
const LIMIT_MAX: u64 = 1000;

/// The `limit` of a list.
pub(crate) fn limit(query: &mut QueryParams) -> u32 {
    let wanted = query.get::<u64>("limit").unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&wanted) {
        query.refuse("limit", format!("{wanted} is out of range: expected 1 to {LIMIT_MAX}"));
    }
    u32::try_from(wanted.clamp(1, LIMIT_MAX)).unwrap_or(1)
}

/// The place in a list over time after the record with this time and this id; as text the `cursor` of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct After {
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: Uuid,
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_micros(), self.id.simple())
    }
}

impl Param for After {
    fn read(text: &str) -> Result<Self, String> {
        let read = || {
            let (micros, id) = text.split_once('.')?;
            Some(Self { at: DateTime::from_timestamp_micros(micros.parse().ok()?)?, id: id.parse().ok()? })
        };
        read().ok_or_else(|| "it is no cursor of this list: take it from `next` of the part before".to_owned())
    }
}

/// A page of a list with a link to the next one.
pub(crate) fn page(query: &QueryParams, next: Option<&str>, body: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next {
        let others = query.without("cursor");
        let separator = if others.is_empty() { "" } else { "&" };
        response.insert_header((
            header::LINK,
            format!("<{}?{others}{separator}cursor={cursor}>; rel=\"next\"", query.path),
        ));
    }
    response.json(body)
}
