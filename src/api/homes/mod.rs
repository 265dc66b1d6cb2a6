//! Home deliveries: what citizens ask, follow and change without an account, and what the centre's people do with them.
//!
//! `ask` and `track` are public: the first is guarded by what stands on an appointment slip, the second by the link.

pub(super) mod ask;
pub(super) mod places;
pub(super) mod track;
pub(super) mod words;

use chrono::NaiveDate;

use super::body::Fields;
use crate::{
    domain::{HalfDay, Position},
    service::HomePoint,
};

/// Reads a half-day: `{"date": "2019-06-17", "half": "morning"}`.
fn half_day(fields: &mut Fields) -> Option<(NaiveDate, HalfDay)> {
    let date = fields.parsed::<NaiveDate>("date", true);
    let half = fields.parsed::<HalfDay>("half", true);
    Some((date?, half?))
}

/// Reads a point on the map: `{"lat": 9.6, "lon": 105.97}`.
fn position(fields: &mut Fields) -> Option<Position> {
    let (lat, lon) = (fields.required::<f64>("lat"), fields.required::<f64>("lon"));
    match Position::new(lat?, lon?) {
        Ok(position) => Some(position),
        Err(_) => {
            fields.refuse_whole("expected degrees north and east in WGS 84, such as 9.6 and 105.97");
            None
        }
    }
}

/// Reads where a home is.
fn home_point(fields: &mut Fields) -> Option<HomePoint> {
    let address = fields.required::<String>("address");
    let commune = fields.optional::<String>("commune");
    let position = fields.optional_object("position", position);
    Some(HomePoint { address: address?, commune, position })
}
