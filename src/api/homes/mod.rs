//! Home deliveries: what citizens ask, follow and change without an account, and what the centre's people do with them.
//!
//! `ask`, `track`, `push` and `say` are public: the first is guarded by what stands on an appointment slip, the others by the link.

mod ask;
mod facts;
mod fees;
mod places;
mod push;
mod say;
mod staff;
mod track;
pub(super) mod words;

use chrono::NaiveDate;

use super::body::Fields;
use crate::{
    domain::{HalfDay, Position},
    service::HomePoint,
};

/// All of them. Paths that name something go before those that take an id in its place.
pub(super) fn endpoints(api: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    api.service(places::search_places)
        .service(ask::get_terms)
        .service(ask::list_half_days)
        .service(ask::create_home_delivery)
        .service(track::confirm)
        .service(track::resend_code)
        .service(track::get_track)
        .service(track::change)
        .service(track::cancel)
        .service(track::fetch_at_counter)
        .service(push::get_push_offer)
        .service(push::name_browser)
        .service(push::forget_browser)
        .service(say::rate)
        .service(say::complain)
        .service(say::get_own_complaint)
        .service(say::erase)
        .service(staff::list_home_deliveries)
        .service(staff::get_home_delivery)
        .service(facts::record_fact)
        .service(staff::send_code)
        .service(staff::erase_home_delivery)
        .service(fees::get_fees)
        .service(fees::hand_in);
}

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
