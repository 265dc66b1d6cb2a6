//! How parties, places and times are written on paper.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::domain::{CentreData, Code, Gs1Key, Party, Place, SiteId};

/// `at` on the centre's clocks.
pub(super) fn local(centre: &CentreData, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&centre.centre.time_zone).naive_local()
}

/// A day as it is written: `14/06/2019`.
pub(super) fn day(date: chrono::NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

pub(super) fn site(centre: &CentreData, id: SiteId) -> String {
    centre.site(id).map_or_else(|| id.to_string(), |site| site.name.clone())
}

/// A party with what it signs by.
pub(super) fn party(centre: &CentreData, party: Party) -> String {
    match party {
        Party::Site(id) => site(centre, id),
        Party::Courier(id) => match centre.couriers.iter().find(|courier| courier.id == id) {
            Some(courier) => format!("{} ({})", courier.name, courier.code),
            None => id.to_string(),
        },
        Party::Recipient => "Người nhận kết quả".to_owned(),
    }
}

/// A party by its code alone; `*` for the recipient.
pub(super) fn party_code(centre: &CentreData, party: Party) -> String {
    match party {
        Party::Site(id) => centre.site(id).map_or_else(|| id.to_string(), |site| site.code.clone()),
        Party::Courier(id) => {
            let courier = centre.couriers.iter().find(|courier| courier.id == id);
            courier.map_or_else(|| id.to_string(), |courier| courier.code.clone())
        }
        Party::Recipient => "*".to_owned(),
    }
}

/// A place; of a home nothing but that it is one.
pub(super) fn place(centre: &CentreData, place: Place) -> String {
    match place {
        Place::Site(id) => site(centre, id),
        Place::Home(_) => "Địa chỉ người nhận kết quả".to_owned(),
    }
}

/// What a code stands on.
pub(super) fn kind(code: &Code) -> &'static str {
    match code {
        Code::Dossier(_) => "Hồ sơ",
        Code::Postal(_) => "Bưu gửi (S10)",
        Code::Item(_) => "Bưu gửi",
        Code::Pouch(_) => "Túi niêm phong",
        Code::Gs1(Gs1Key::Sscc(_)) => "Kiện (SSCC)",
        Code::Gs1(_) => "Tài liệu (GS1)",
    }
}
