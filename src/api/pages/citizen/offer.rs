//! Where and when: the piece of a form in which an address is typed, its commune and a pin chosen, and a half-day.

use std::{collections::BTreeSet, fmt::Write as _};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{
    super::form::Form,
    parts::{Choice, Field, choices, escape, fault, hidden, input},
    told::{Faults, faults},
    tongue::Tongue,
};
use crate::{
    domain::{CentreData, HalfDay, Position, SiteKind},
    service::{HalfDayOffer, HomePlace, HomePoint, Service, ServiceError},
};

/// What was typed and chosen.
#[derive(Debug, Clone, Default)]
pub(super) struct Spot {
    pub(super) address: String,
    /// The address for which communes were last found: another one makes what was chosen for it void.
    address_found: String,
    pub(super) commune: String,
    lat: String,
    lon: String,
    half_day: String,
    /// The first day that is offered.
    pub(super) from: Option<NaiveDate>,
}

impl Spot {
    pub(super) fn read(form: &mut Form) -> Self {
        let mut spot = Self {
            address: form.take("address").trim().to_owned(),
            address_found: form.take("address_found"),
            commune: form.take("commune"),
            lat: form.take("lat"),
            lon: form.take("lon"),
            half_day: form.take("half_day"),
            from: form.take("from").parse().ok(),
        };
        if spot.address != spot.address_found {
            spot.commune.clear();
            spot.lat.clear();
            spot.lon.clear();
        }
        spot
    }

    /// One that is known already.
    pub(super) fn known(address: &str, commune: &str, from: NaiveDate) -> Self {
        Self {
            address: address.to_owned(),
            address_found: address.to_owned(),
            commune: commune.to_owned(),
            from: Some(from),
            ..Self::default()
        }
    }

    /// Whether nothing was typed anew since communes were found.
    pub(super) fn is_found(&self) -> bool {
        !self.address.is_empty() && self.address == self.address_found && !self.commune.is_empty()
    }

    fn position(&self) -> Option<Position> {
        Position::new(self.lat.parse().ok()?, self.lon.parse().ok()?).ok()
    }

    /// Whether a pin was set.
    pub(super) fn is_pinned(&self) -> bool {
        self.position().is_some()
    }

    pub(super) fn point(&self) -> HomePoint {
        HomePoint {
            address: self.address.clone(),
            commune: Some(self.commune.clone()).filter(|code| !code.is_empty()),
            position: self.position(),
        }
    }

    pub(super) fn half_day(&self) -> Option<(NaiveDate, HalfDay)> {
        let (date, half) = self.half_day.split_once('/')?;
        Some((date.parse().ok()?, half.parse().ok()?))
    }

    /// For a form that does not show it.
    pub(super) fn hidden(&self) -> String {
        let from = self.from.map(|day| day.to_string()).unwrap_or_default();
        [
            ("address", &self.address),
            ("address_found", &self.address_found),
            ("commune", &self.commune),
            ("lat", &self.lat),
            ("lon", &self.lon),
            ("half_day", &self.half_day),
            ("from", &from),
        ]
        .map(|(name, value)| hidden(name, value))
        .concat()
    }
}

/// What there is for a spot.
pub(super) struct Found {
    places: Vec<HomePlace>,
    offers: Vec<HalfDayOffer>,
    zone: Tz,
    looked: bool,
    /// By what people know where they are on the map, as JSON.
    marks: String,
}

/// Communes and offices so near that they may be on the map: degrees.
const NEAR_DEGREES: f64 = 0.12;

/// What lies around a point, as JSON.
fn marks(centre: &CentreData, today: NaiveDate, around: Position) -> String {
    let near =
        |at: Position| (at.lat() - around.lat()).abs() < NEAR_DEGREES && (at.lon() - around.lon()).abs() < NEAR_DEGREES;
    let mark = |kind: &str, name: &str, at: Position| serde_json::json!({ "kind": kind, "name": name, "lat": at.lat(), "lon": at.lon() });
    let communes = centre
        .communes
        .iter()
        .filter(|commune| commune.effective.contains(today) && near(commune.position))
        .map(|commune| mark("commune", &commune.name, commune.position));
    let offices = centre
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::PostOffice && near(site.position))
        .map(|site| mark("office", &site.name, site.position));
    serde_json::Value::from(communes.chain(offices).collect::<Vec<_>>()).to_string()
}

impl Found {
    /// Looks for the communes of the address, and for half-days once it is known which it is.
    pub(super) fn of(
        service: &Service,
        tongue: Tongue,
        spot: &mut Spot,
        wrong: &mut Faults,
    ) -> Result<Self, ServiceError> {
        let centre = service.centre()?;
        let zone = centre.centre.time_zone;
        let mut found = Self { places: Vec::new(), offers: Vec::new(), zone, looked: false, marks: String::new() };
        if spot.address.is_empty() {
            return Ok(found);
        }
        found.looked = true;
        let mut seen = BTreeSet::new();
        found.places = service.find_places(&spot.address)?;
        found.places.retain(|place| seen.insert(place.commune.code.clone()));
        if !spot.commune.is_empty()
            && !seen.contains(&spot.commune)
            && let Some(known) = centre.commune(&spot.commune, service.today()?)
        {
            let score_permille = found.places.first().map_or(0, |place| place.score_permille);
            found.places.push(HomePlace {
                commune: known.clone(),
                named: known.clone(),
                score_permille,
                certainty: crate::domain::Certainty::Likely,
                served: true,
            });
        }
        if spot.commune.is_empty()
            && let Some(first) = found.places.first()
            && first.served
            && (first.certainty == crate::domain::Certainty::Sure || found.places.len() == 1)
        {
            spot.commune.clone_from(&first.commune.code);
        }
        spot.address_found.clone_from(&spot.address);
        if found.places.is_empty() {
            let words = tongue.say(
                "Không tìm thấy xã, phường nào trong địa chỉ này. Xin ghi tên xã hoặc phường.",
                "No commune was found in this address. Please name the commune or ward.",
            );
            wrong.add("address", words);
        }
        if spot.commune.is_empty() {
            return Ok(found);
        }
        let today = service.today()?;
        if let Some(commune) = centre.commune(&spot.commune, today) {
            found.marks = marks(&centre, today, spot.position().unwrap_or(commune.position));
        }
        match service.half_day_offers(&spot.point(), spot.from) {
            Ok(offers) => found.offers = offers,
            Err(error) => match faults(tongue, &error) {
                Some(told) if !told.is_empty() => {
                    for name in ["position", "commune", "address", "half_day"] {
                        if let Some(words) = told.of(name) {
                            wrong.add(name, words);
                        }
                    }
                }
                _ => return Err(error),
            },
        }
        Ok(found)
    }

    fn communes(&self, tongue: Tongue, spot: &Spot, wrong: &Faults) -> String {
        let list: Vec<Choice> = self
            .places
            .iter()
            .map(|place| {
                let mut label = escape(&place.commune.name);
                if let Some(district) = &place.commune.district {
                    let _ = write!(label, ", {}", escape(district));
                }
                if place.named.code != place.commune.code {
                    let before = tongue.say("trước là", "before that");
                    let _ = write!(label, " <small>({before} {})</small>", escape(&place.named.name));
                }
                if !place.served {
                    let not = tongue.say("chưa phục vụ", "not served");
                    let _ = write!(label, " <small>({not})</small>");
                }
                let (lat, lon) = (place.commune.position.lat(), place.commune.position.lon());
                let off = if place.served { "" } else { " disabled" };
                Choice {
                    value: place.commune.code.clone(),
                    label,
                    chosen: place.commune.code == spot.commune,
                    more: format!(" data-lat=\"{lat}\" data-lon=\"{lon}\"{off}"),
                }
            })
            .collect();
        choices("commune", tongue.say("Xã, phường", "Commune or ward"), &list, wrong)
    }

    fn half_days(&self, tongue: Tongue, spot: &Spot, wrong: &Faults) -> String {
        let list: Vec<Choice> = self
            .offers
            .iter()
            .map(|offer| {
                let value = format!("{}/{}", offer.date, offer.half_day.as_str());
                let (from, to) = (Tongue::clock(offer.begins_at, self.zone), Tongue::clock(offer.ends_at, self.zone));
                Choice {
                    chosen: value == spot.half_day,
                    label: format!(
                        "<b>{}</b>, {} <small>{from}–{to}</small>",
                        tongue.day(offer.date),
                        tongue.half(offer.half_day)
                    ),
                    value,
                    more: String::new(),
                }
            })
            .collect();
        if list.is_empty() {
            let words = tongue.say(
                "Chưa có buổi nào còn chỗ. Xin thử lại sau, hoặc gọi cho Trung tâm.",
                "No half-day is free yet. Try again later, or call the centre.",
            );
            return fault("half_day", wrong) + &format!("<p class=\"told\">{words}</p>");
        }
        choices("half_day", tongue.say("Buổi nhận", "Half-day"), &list, wrong)
    }

    /// The piece of the form. The script shows the pin's part and replaces `#found` while somebody types.
    pub(super) fn show(&self, tongue: Tongue, spot: &Spot, wrong: &Faults) -> String {
        let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
        let hint = say(
            "Số nhà, đường hoặc ấp, xã hoặc phường. Viết có dấu hay không dấu đều được.",
            "House number, street or hamlet, commune or ward. With or without diacritics.",
        );
        let field = Field {
            name: "address",
            label: say("Địa chỉ nhận", "Address"),
            hint,
            value: &spot.address,
            more: "autocomplete=\"street-address\" maxlength=\"300\"",
        };
        let find = format!(
            "<p><button name=\"find\" value=\"1\">{}</button></p>",
            if self.places.is_empty() { say("Tìm", "Find") } else { say("Tìm lại", "Find again") }
        );
        let mut found = String::new();
        let mut said = "";
        if self.looked && !self.places.is_empty() {
            found += &self.communes(tongue, spot, wrong);
            if spot.commune.is_empty() {
                said = say("Chọn xã, phường rồi xem các buổi.", "Choose the commune, then see the half-days.");
                let _ = write!(
                    found,
                    "<p><button name=\"find\" value=\"1\">{}</button></p>",
                    say("Xem các buổi nhận", "Show half-days")
                );
            } else {
                said = say("Đã tìm thấy. Chọn buổi nhận.", "Found. Choose a half-day.");
                found += &self.pin(tongue, spot, wrong);
                found += &self.half_days(tongue, spot, wrong);
            }
        }
        let (lat, lon) = (hidden("lat", &spot.lat), hidden("lon", &spot.lon));
        let kept = hidden("address_found", &spot.address_found)
            + &hidden("from", &spot.from.map(|day| day.to_string()).unwrap_or_default());
        input(&field, wrong)
            + &find
            + &format!(
                "<p class=\"sr\" role=\"status\" id=\"found-said\">{said}</p><div id=\"found\">{lat}{lon}{kept}{found}</div>"
            )
    }

    fn pin(&self, tongue: Tongue, spot: &Spot, wrong: &Faults) -> String {
        let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
        let state = if spot.is_pinned() {
            say("Đã ghim vị trí nhà.", "Your home is pinned.")
        } else {
            say("Chưa ghim: nhân viên tìm theo địa chỉ.", "Not pinned: the courier goes by the address.")
        };
        format!(
            "{}<div id=\"pin\" hidden><p class=\"hint\">{state}</p>\
             <p class=\"row\"><button type=\"button\" data-pin=\"open\">{}</button><button type=\"button\" data-pin=\"here\">{}</button>\
             <button type=\"button\" data-pin=\"off\"{}>{}</button></p>\
             <div class=\"map\" data-marks=\"{}\" hidden><div class=\"ground\" role=\"application\" aria-label=\"{}\"></div></div>\
             <p class=\"hint\" data-pin=\"how\" hidden>{}</p><p class=\"fault\" data-pin=\"refused\" hidden>{}</p>\
             <p class=\"row\"><button type=\"button\" data-pin=\"set\" hidden>{}</button></p></div>",
            fault("position", wrong),
            say("Ghim trên bản đồ", "Pin it on the map"),
            say("Tôi đang ở nhà", "I am at home now"),
            if spot.is_pinned() { "" } else { " hidden" },
            say("Bỏ ghim", "Take the pin off"),
            escape(&self.marks),
            say("Bản đồ: dùng phím mũi tên để dời, phím + và − để phóng", "Map: arrow keys move it, + and − zoom"),
            say("Dời bản đồ cho dấu cộng nằm trên nhà bạn.", "Move the map until the cross lies on your home."),
            say(
                "Máy không cho biết vị trí. Xin ghim trên bản đồ.",
                "The device does not tell its position. Pin it on the map."
            ),
            say("Ghim ở đây", "Pin it here"),
        )
    }
}
