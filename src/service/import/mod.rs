//! Reads a centre's folder into [`CentreData`].
//!
//! A folder is a few small CSV and TOML files of facts; `data/soc-trang/README.md` explains every column. The Sóc
//! Trăng folder is inside the binary ([`embedded`]); another is read from disk ([`from_folder`]), or made of texts
//! ([`Folder::with`] and [`parse`]).
//!
//! Invariants:
//! - All or nothing: data comes out only when nothing in any file is wrong.
//! - Every broken row is reported, with file, line, column, the offending value and what is expected; a reference to a
//!   row that is itself broken is not reported a second time.
//! - What comes out is consistent: every code that a row names exists, nothing that must be unique is there twice, and
//!   planning finds its rules on every day of the calendar.
//! - The ids of what comes out follow from the codes, so that importing again changes no id.
//! - No bytes make it panic.
//!
//! What it does not know: databases (storing is the store's), the clock, and whether the facts are true.

mod centre;
mod communes;
mod days;
mod folder;
mod forms;
mod homes;
mod ids;
mod keys;
mod problem;
mod rules;
mod runs;
mod season;
mod shares;
mod sheet;
mod sites;
mod spread;
mod templates;

use std::path::Path;

use self::problem::{Checked, Problems, Reported};
pub use self::{
    folder::{FILES, Folder},
    problem::{ImportError, ImportErrors, Problem},
    spread::spread,
};
use crate::domain::{CentreData, CentreId, SiteKind};

/// Reads a centre's files.
///
/// # Errors
/// [`ImportErrors`] with everything that is wrong in any file.
pub fn parse(folder: &Folder) -> Result<CentreData, ImportErrors> {
    let mut problems = Problems::default();
    let data = read(folder, &mut problems);
    problems.unless_any(data)
}

/// The Sóc Trăng centre, which is inside the binary.
///
/// # Panics
/// Never: the tests import the very bytes that are inside the binary.
#[must_use]
pub fn embedded() -> CentreData {
    parse(&Folder::embedded()).expect("the embedded folder is imported by the tests")
}

/// Reads the centre in the folder at `path`.
///
/// # Errors
/// [`ImportError::Unreadable`] when the system refuses, [`ImportError::Broken`] with everything that is wrong in any file.
pub fn from_folder(path: &Path) -> Result<CentreData, ImportError> {
    Ok(parse(&Folder::read(path)?)?)
}

/// Reads everything before giving up on anything, so that one attempt reports all there is to mend.
fn read(folder: &Folder, problems: &mut Problems) -> Checked<CentreData> {
    let commune_sheet = communes::open(folder, problems);
    let site_sheet = sites::open(folder, problems);
    let run_sheet = runs::open_timetable(folder, problems);
    let vehicle_sheet = runs::open_vehicles(folder, problems);

    let commune_codes = commune_sheet.as_ref().ok().and_then(|sheet| sheet.declared("code"));
    let district_codes = commune_sheet.as_ref().ok().and_then(|sheet| sheet.declared("district_code"));
    let site_codes = site_sheet.as_ref().ok().and_then(|sheet| sheet.declared("code"));
    let centre_sites = site_sheet.as_ref().ok().and_then(|sheet| sheet.declared_of_kind(SiteKind::Centre));
    let departments = site_sheet.as_ref().ok().and_then(|sheet| sheet.declared_of_kind(SiteKind::Department));
    let run_codes = run_sheet.as_ref().ok().and_then(|sheet| sheet.declared("run"));
    let vehicle_codes = vehicle_sheet.as_ref().ok().and_then(|sheet| sheet.declared("code"));

    let file = centre::read(folder, centre_sites.as_ref(), problems);
    let season = season::read(folder, district_codes.as_ref(), problems);
    let range = file.as_ref().map(|file| (file.calendar_from, file.calendar_to)).map_err(|reported| *reported);
    // With a broken centre.toml nothing is loaded, but the other files are still worth checking.
    let (centre_id, centre_code) = file
        .as_ref()
        .map_or((CentreId::from_uuid(uuid::Uuid::nil()), ""), |file| (file.centre.id, file.centre.code.as_str()));

    let communes = commune_sheet.map(|sheet| communes::read(&sheet, problems));
    let known_communes = (communes.as_ref().ok(), commune_codes.as_ref());
    let sites = site_sheet.map(|sheet| sites::read(&sheet, (centre_id, centre_code), known_communes, problems));
    let calendar = days::calendar(folder, range, problems);
    let hours = days::opening_hours(folder, site_codes.as_ref(), problems);
    let half_days = days::half_days(folder, problems);
    let timetable = run_sheet.and_then(|sheet| runs::timetable(&sheet, site_codes.as_ref(), problems));
    let vehicles = vehicle_sheet.map(|sheet| runs::vehicles(&sheet, centre_code, problems));
    let courier_refs = runs::CourierRefs {
        sites: site_codes.as_ref(),
        vehicles: vehicle_codes.as_ref(),
        runs: run_codes.as_ref(),
        timetable: timetable.as_ref().ok(),
    };
    let couriers = runs::couriers(folder, centre_code, &courier_refs, problems);
    let area_refs = commune_codes.as_ref().zip(district_codes.as_ref());
    let areas = shares::areas(folder, centre_code, site_codes.as_ref(), area_refs, problems);
    let procedures = shares::procedures(folder, centre_code, departments.as_ref(), problems);
    let rules = rules::rules(folder, range, problems);
    let homes = homes::terms(folder, problems);
    let templates = templates::templates(folder, problems);
    let forms = forms::forms(folder, range, problems);

    let (file, mut sites, mut hours) = (file?, sites?, hours?);
    for site in &mut sites {
        site.hours = hours.by_site.remove(&site.code);
    }
    let mut communes = sheet::values(communes?.entries);
    communes.sort_by(|a, b| (&a.code, a.effective.from).cmp(&(&b.code, b.effective.from)));
    Ok::<_, Reported>(CentreData {
        centre: file.centre,
        sites,
        communes,
        calendar: calendar?,
        default_hours: hours.default,
        timetable: timetable?,
        vehicles: vehicles?,
        couriers: couriers?,
        areas: areas?,
        half_days: half_days?,
        homes: homes?,
        templates: templates?,
        rules: rules?,
        forms: forms?,
        procedures: procedures?,
        published: file.published,
        season: season?,
    })
}
