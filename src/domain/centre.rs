use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    Calendar, CentreId, Commune, Courier, DeliveryReach, DomainError, DossierCodePatterns, Effective, FormKind,
    HalfDay, HomeTerms, LocalWindow, MessageTemplate, OpeningHours, PaperForm, PublishedFigures, Rules, SeasonProfile,
    Site, SiteId, SiteKind, Timetable, Vehicle, VehicleId,
};

/// A one-stop centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Centre {
    /// Its id.
    pub id: CentreId,
    /// The national code of its agency, such as `H51`.
    pub code: String,
    /// Its Vietnamese name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// The code of the site that is its building.
    pub site_code: String,
    /// The zone its clocks show.
    pub time_zone: Tz,
    /// The dossier codes it recognises.
    pub dossier_codes: DossierCodePatterns,
}

/// Which depot the rounds into a part of the province leave from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// The commune's code; `None` for a whole district.
    pub commune_code: Option<String>,
    /// The district's code; with neither code the row is the default.
    pub district_code: Option<String>,
    /// The area's name.
    pub name: String,
    /// The site that its rounds leave from.
    pub depot: SiteId,
    /// The days on which the row is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
}

/// The hours of a half-day in which homes are visited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfDayHours {
    /// Which half.
    pub half_day: HalfDay,
    /// From when to when rounds are out.
    pub window: LocalWindow,
    /// The days on which the row is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
}

/// How many procedures a department has, and its share of the dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureShare {
    /// The department.
    pub department_id: SiteId,
    /// How many administrative procedures it settles through the centre.
    pub procedures: u32,
    /// Its share of all dossiers, thousandths.
    pub dossier_share_permille: u32,
    /// How sure the row is.
    pub status: String,
}

/// Everything that is known of a centre before a day's work: what `conthoi import` loads.
#[derive(Debug, Clone, PartialEq)]
pub struct CentreData {
    /// The centre.
    pub centre: Centre,
    /// Its sites, by code.
    pub sites: Vec<Site>,
    /// The communes it serves, by code and first day in force.
    pub communes: Vec<Commune>,
    /// Its working calendar.
    pub calendar: Calendar,
    /// The opening hours of every site without hours of its own.
    pub default_hours: OpeningHours,
    /// Its runs.
    pub timetable: Timetable,
    /// Its vehicles, by code.
    pub vehicles: Vec<Vehicle>,
    /// Its couriers, by code.
    pub couriers: Vec<Courier>,
    /// Where rounds leave from.
    pub areas: Vec<Area>,
    /// When rounds are out.
    pub half_days: Vec<HalfDayHours>,
    /// On what terms results are brought home.
    pub homes: HomeTerms,
    /// The words of what is told to people.
    pub templates: Vec<MessageTemplate>,
    /// Law and local habit.
    pub rules: Rules,
    /// The forms that regulations prescribe.
    pub forms: Vec<PaperForm>,
    /// Procedures and dossiers by department.
    pub procedures: Vec<ProcedureShare>,
    /// What the centre has published about itself, where it has.
    pub published: Option<PublishedFigures>,
    /// The shape of a synthetic season, where one is described.
    pub season: Option<SeasonProfile>,
}

impl CentreData {
    /// The site with this id.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }

    /// The site with this code.
    #[must_use]
    pub fn site_by_code(&self, code: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.code == code)
    }

    /// The site that is the centre itself.
    ///
    /// # Panics
    /// Never on data that an import has accepted: it names the centre's site.
    #[must_use]
    pub fn hub(&self) -> &Site {
        self.sites
            .iter()
            .find(|site| site.kind == SiteKind::Centre && site.code == self.centre.site_code)
            .expect("the import has checked that the centre's site exists")
    }

    /// The vehicle with this id.
    #[must_use]
    pub fn vehicle(&self, id: VehicleId) -> Option<&Vehicle> {
        self.vehicles.iter().find(|vehicle| vehicle.id == id)
    }

    /// The commune with this code on `date`.
    #[must_use]
    pub fn commune(&self, code: &str, date: NaiveDate) -> Option<&Commune> {
        self.communes.iter().find(|commune| commune.code == code && commune.effective.contains(date))
    }

    /// How far a home in a commune is, as the legal clock counts it.
    #[must_use]
    pub fn reach_of(&self, commune_code: &str, date: NaiveDate) -> DeliveryReach {
        let district = |code: &str| self.commune(code, date).and_then(|commune| commune.district_code.as_deref());
        match (district(commune_code), district(&self.hub().commune_code)) {
            (Some(home), Some(hub)) if home == hub => DeliveryReach::SameDistrict,
            _ => DeliveryReach::WithinProvince,
        }
    }

    /// The form of this kind on `date`.
    #[must_use]
    pub fn form(&self, kind: FormKind, date: NaiveDate) -> Option<&PaperForm> {
        self.forms.iter().find(|form| form.kind == kind && form.effective.contains(date))
    }

    /// When `site` is open on `date`: nothing on a day off.
    ///
    /// # Errors
    /// [`DomainError::OutsideCalendar`].
    pub fn open_windows(&self, site: &Site, date: NaiveDate) -> Result<Vec<LocalWindow>, DomainError> {
        if !self.calendar.is_working_day(date)? || !site.effective.contains(date) {
            return Ok(Vec::new());
        }
        let hours = site.hours.as_ref().unwrap_or(&self.default_hours);
        Ok(hours.windows(date, self.calendar.office_weekday(date)))
    }

    /// The depot of rounds into a commune on `date`: its own row, else its district's, else the default row.
    #[must_use]
    pub fn depot_of(&self, commune_code: &str, date: NaiveDate) -> Option<SiteId> {
        let district = self.commune(commune_code, date).and_then(|commune| commune.district_code.as_deref());
        let rank = |area: &Area| match (area.commune_code.as_deref(), area.district_code.as_deref()) {
            (Some(code), _) if code == commune_code => Some(0),
            (None, Some(code)) if Some(code) == district => Some(1),
            (None, None) => Some(2),
            _ => None,
        };
        self.areas
            .iter()
            .filter(|area| area.effective.contains(date))
            .filter_map(|area| Some((rank(area)?, area.depot)))
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, depot)| depot)
    }

    /// The sites by id.
    #[must_use]
    pub fn sites_by_id(&self) -> HashMap<SiteId, &Site> {
        self.sites.iter().map(|site| (site.id, site)).collect()
    }
}
