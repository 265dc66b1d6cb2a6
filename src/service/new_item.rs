use chrono::{DateTime, SecondsFormat, Utc};

use super::{FieldProblem, Service, ServiceError};
use crate::{
    domain::{
        CentreData, DayClock, Destination, DomainError, HomeDeliveryId, Item, ItemCode, ItemId, Site, SiteKind,
        to_micros,
    },
    store::{Inserted, ItemFilter},
};

/// The heaviest item that is believed, grams.
const WEIGHT_G_MAX: u32 = 1_000_000;

/// Where a new item goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewDestination {
    /// An office, by its code.
    Site(String),
    /// A citizen's home, by the request to bring a result there.
    Home(HomeDeliveryId),
}

/// An item to be created, as its maker names things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// The code on its barcode.
    pub code: String,
    /// The code of the dossier it belongs to.
    pub dossier_code: Option<String>,
    /// The code of the site where it waits.
    pub from: String,
    /// Where it goes.
    pub to: NewDestination,
    /// When it lies ready.
    pub ready_at: DateTime<Utc>,
    /// When it must have arrived.
    pub due_at: Option<DateTime<Utc>>,
    /// Its weight in grams.
    pub weight_g: u32,
}

impl Service {
    /// Creates an item under `id`; creating it again with the same content is harmless.
    ///
    /// Answers the item and whether it is new.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every field that cannot be accepted; [`ServiceError::CodeTaken`] and
    /// [`ServiceError::ItemDiffers`] name what is in the way.
    pub fn create_item(&self, id: ItemId, new: &NewItem) -> Result<(Item, bool), ServiceError> {
        let centre = self.centre()?;
        let item = self.accept(&centre, id, new)?;
        match self.store().insert_item(&item)? {
            Inserted::Created => Ok((item, true)),
            Inserted::Exists => Ok((item, false)),
            Inserted::Conflict { field: "code" } => Err(ServiceError::CodeTaken { code: item.code.to_string() }),
            Inserted::Conflict { .. } => Err(ServiceError::ItemDiffers { id: id.uuid() }),
        }
    }

    /// Checks a new item against the centre, collecting every problem.
    fn accept(&self, centre: &CentreData, id: ItemId, new: &NewItem) -> Result<Item, ServiceError> {
        let mut problems = Vec::new();
        let code = note(&mut problems, "code", new.code.parse::<ItemCode>());
        let day = DayClock::date_of(new.ready_at, centre.centre.time_zone);
        let known_day = note(&mut problems, "ready_at", centre.calendar.is_working_day(day)).is_some();
        let from = known_site(centre, &new.from, "from", &mut problems);
        if let Some(site) = from.filter(|_| known_day) {
            in_force(site, day, "from", &mut problems);
        }
        let to = match &new.to {
            NewDestination::Site(code) => known_site(centre, code, "to/site", &mut problems).map(|site| {
                if known_day {
                    in_force(site, day, "to/site", &mut problems);
                }
                Destination::Site(site.id)
            }),
            NewDestination::Home(home) => {
                let known = !self.store().home_deliveries(centre.centre.id, &[*home])?.is_empty();
                if !known {
                    problems
                        .push(FieldProblem::new("to/home_delivery_id", format!("there is no home delivery {home}")));
                }
                known.then_some(Destination::Home(*home))
            }
        };
        if !(1..=WEIGHT_G_MAX).contains(&new.weight_g) {
            problems.push(FieldProblem::new(
                "weight_g",
                format!("expected 1 to {WEIGHT_G_MAX} grams, found {}", new.weight_g),
            ));
        }
        let dossier_id = match &new.dossier_code {
            None => None,
            Some(code) => self.known_dossier(centre, code, &mut problems)?,
        };
        let (Some(code), Some(from), Some(to)) = (code, from, to) else {
            return Err(ServiceError::Invalid(problems));
        };
        let to = self.destination_of(centre, dossier_id, to)?;
        let item = Item {
            id,
            centre_id: centre.centre.id,
            code,
            dossier_id,
            from: from.id,
            to,
            ready_at: to_micros(new.ready_at),
            due_at: new.due_at.map(to_micros),
            weight_g: new.weight_g,
            waypoint: None,
            delivered_at: None,
            synthetic: self.holds_a_synthetic_season(centre)?,
        };
        match item.validate() {
            Ok(()) => {}
            Err(DomainError::DueBeforeReady { .. }) => {
                let local =
                    item.ready_at.with_timezone(&centre.centre.time_zone).to_rfc3339_opts(SecondsFormat::AutoSi, false);
                problems.push(FieldProblem::new("due_at", format!("it must come after ready_at, which is {local}")));
            }
            Err(DomainError::SameEnds { .. }) => {
                problems.push(FieldProblem::new(
                    "to/site",
                    "it is the site where the item waits: choose another destination",
                ));
            }
            Err(other) => return Err(other.into()),
        }
        if problems.is_empty() { Ok(item) } else { Err(ServiceError::Invalid(problems)) }
    }

    /// What is created in a database with a synthetic season is synthetic too: real and synthetic data are never mixed.
    pub(super) fn holds_a_synthetic_season(&self, centre: &CentreData) -> Result<bool, ServiceError> {
        let first = self.store().items(centre.centre.id, &ItemFilter::default(), None, 1)?;
        Ok(first.first().is_some_and(|item| item.synthetic))
    }

    fn known_dossier(
        &self,
        centre: &CentreData,
        code: &str,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<crate::domain::DossierId>, ServiceError> {
        let recognised = centre.centre.dossier_codes.recognise(code).map(|(code, _)| code);
        let Some(code) = note(problems, "dossier_code", recognised) else { return Ok(None) };
        let dossier = self.store().dossier_by_code(centre.centre.id, code.as_str())?;
        if dossier.is_none() {
            problems.push(FieldProblem::new("dossier_code", format!("no dossier has the code {code}")));
        }
        Ok(dossier.map(|dossier| dossier.id))
    }
}

fn note<T>(problems: &mut Vec<FieldProblem>, field: &str, value: Result<T, DomainError>) -> Option<T> {
    value.map_err(|error| problems.push(FieldProblem::new(field, error.to_string()))).ok()
}

fn known_site<'a>(
    centre: &'a CentreData,
    code: &str,
    field: &str,
    problems: &mut Vec<FieldProblem>,
) -> Option<&'a Site> {
    let site = centre.site_by_code(code);
    if site.is_none() {
        let message = format!("no site has the code {code:?}: GET /v1/sites lists those there are");
        problems.push(FieldProblem::new(field, message));
    }
    site
}

fn in_force(site: &Site, day: chrono::NaiveDate, field: &str, problems: &mut Vec<FieldProblem>) {
    if !site.effective.contains(day) {
        problems.push(FieldProblem::new(field, format!("{} does not exist on {day}", site.code)));
    } else if site.kind == SiteKind::PostOffice && field == "from" {
        // Results reach post offices only from the centre, and nothing is collected there.
        problems.push(FieldProblem::new(
            field,
            format!("{} is a post office: items wait at the centre or a department", site.code),
        ));
    }
}
