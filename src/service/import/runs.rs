use std::collections::HashSet;

use super::{
    folder::Folder,
    ids::id_of,
    problem::{Checked, Problems, quoted},
    sheet::{Row, Sheet, refuse_overlaps, refuse_repeats, values},
    sites::site_id,
};
use crate::domain::{
    CallsAt, Courier, CourierId, HalfDay, RunKind, RunPattern, SiteKind, Timetable, Vehicle, VehicleId, VehicleProfile,
};

pub(super) const TIMETABLE: &str = "timetable.csv";
pub(super) const VEHICLES: &str = "vehicles.csv";
pub(super) const COURIERS: &str = "couriers.csv";

/// No sum of costs of a day of a country overflows below this.
const DONG_MAX: u32 = 1_000_000_000;

/// Opens `timetable.csv`.
pub(super) fn open_timetable(folder: &Folder, problems: &mut Problems) -> Checked<Sheet> {
    let columns = &["run", "kind", "name", "departs", "back_by", "serves", "effective_from", "effective_to", "status"];
    Sheet::read(folder, TIMETABLE, columns, problems)
}

/// Reads the timetable; `sites` is `None` when the sites could not be read.
pub(super) fn timetable(sheet: &Sheet, sites: Option<&HashSet<String>>, problems: &mut Problems) -> Checked<Timetable> {
    let mut entries = sheet.rows(problems, |row| {
        let code = row.code("run");
        let kind = row.word::<RunKind>("kind");
        let name = row.text("name");
        let departs = row.time("departs");
        let back_by = row.time("back_by").and_then(|back_by| match departs {
            Ok(departs) if back_by <= departs => {
                let reason = format!("the run is back by {} but departs only at {}", hm(back_by), hm(departs));
                row.wrong("back_by", reason)
            }
            _ => Ok(back_by),
        });
        let serves = serves(row, sites);
        let effective = row.effective();
        let status = row.certainty("status");
        Ok(RunPattern {
            code: code?,
            kind: kind?,
            name: name?,
            departs: departs?,
            back_by: back_by?,
            serves: serves?,
            effective: effective?,
            status: status?,
        })
    });
    refuse_overlaps(TIMETABLE, "run", &mut entries, |run| (run.code.clone(), run.effective), problems);
    Timetable::new(values(entries)).map_err(|error| problems.in_file(TIMETABLE, error.to_string()))
}

/// The column `serves`: kinds of site and codes of sites.
fn serves(row: &mut Row, sites: Option<&HashSet<String>>) -> Checked<Vec<CallsAt>> {
    const COLUMN: &str = "serves";
    let mut serves = Vec::new();
    for text in row.list(COLUMN) {
        let calls_at = match text.parse::<SiteKind>() {
            Ok(SiteKind::Centre) => {
                return row.wrong(COLUMN, "\"centre\" is where the run starts: name where it calls");
            }
            Ok(kind) => CallsAt::Kind(kind),
            Err(_) if sites.is_none_or(|known| known.contains(text)) => CallsAt::Site(text.to_owned()),
            Err(_) => {
                let reason = format!("{} is neither department, post_office nor a code of sites.csv", quoted(text));
                return row.wrong(COLUMN, reason);
            }
        };
        if serves.contains(&calls_at) {
            return row.wrong(COLUMN, format!("{} is there twice", quoted(text)));
        }
        serves.push(calls_at);
    }
    if serves.is_empty() { row.wrong(COLUMN, "it is empty: name where the run calls") } else { Ok(serves) }
}

fn hm(time: chrono::NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// Opens `vehicles.csv`.
pub(super) fn open_vehicles(folder: &Folder, problems: &mut Problems) -> Checked<Sheet> {
    let columns = &[
        "code",
        "profile",
        "capacity_items",
        "capacity_g",
        "fixed_cost_dong",
        "cost_per_hour_dong",
        "cost_per_km_dong",
        "status",
    ];
    Sheet::read(folder, VEHICLES, columns, problems)
}

fn vehicle_id(centre_code: &str, code: &str) -> VehicleId {
    VehicleId::from_uuid(id_of(centre_code, "vehicle", code))
}

/// Reads the vehicles, in order of their codes.
pub(super) fn vehicles(sheet: &Sheet, centre_code: &str, problems: &mut Problems) -> Vec<Vehicle> {
    let mut entries = sheet.rows(problems, |row| {
        let code = row.code("code");
        let profile = row.word::<VehicleProfile>("profile");
        let capacity_items = row.number("capacity_items", 1, 1_000_000);
        let capacity_g = row.number("capacity_g", 1, 100_000_000);
        let fixed_cost_dong = row.number("fixed_cost_dong", 0, DONG_MAX);
        let cost_per_hour_dong = row.number("cost_per_hour_dong", 0, DONG_MAX);
        let cost_per_km_dong = row.number("cost_per_km_dong", 0, DONG_MAX);
        let status = row.certainty("status");
        let code = code?;
        Ok(Vehicle {
            id: vehicle_id(centre_code, &code),
            code,
            profile: profile?,
            capacity_items: capacity_items?,
            capacity_g: capacity_g?,
            fixed_cost_dong: fixed_cost_dong?,
            cost_per_hour_dong: cost_per_hour_dong?,
            cost_per_km_dong: cost_per_km_dong?,
            status: status?,
        })
    });
    refuse_repeats(VEHICLES, "code", &mut entries, |vehicle| vehicle.code.clone(), problems);
    let mut vehicles = values(entries);
    vehicles.sort_by(|a, b| a.code.cmp(&b.code));
    vehicles
}

/// The codes that couriers may refer to; each `None` when its file could not be read.
pub(super) struct CourierRefs<'a> {
    pub(super) sites: Option<&'a HashSet<String>>,
    pub(super) vehicles: Option<&'a HashSet<String>>,
    pub(super) runs: Option<&'a HashSet<String>>,
    /// For the order of a courier's runs.
    pub(super) timetable: Option<&'a Timetable>,
}

/// Reads the couriers, in order of their codes.
pub(super) fn couriers(
    folder: &Folder,
    centre_code: &str,
    refs: &CourierRefs,
    problems: &mut Problems,
) -> Checked<Vec<Courier>> {
    const COLUMNS: &[&str] =
        &["code", "name", "base_site", "vehicle", "runs", "rounds", "effective_from", "effective_to", "status"];
    let sheet = Sheet::read(folder, COURIERS, COLUMNS, problems)?;
    let order = |code: &String| {
        let runs = refs.timetable.map_or(&[][..], Timetable::runs);
        (runs.iter().position(|run| run.code == *code), code.clone())
    };
    let mut entries = sheet.rows(problems, |row| {
        let code = row.code("code");
        let name = row.text("name");
        let base = row.reference("base_site", refs.sites, "sites.csv");
        let vehicle = row.reference("vehicle", refs.vehicles, VEHICLES);
        let mut runs: Vec<String> = row.list("runs").into_iter().map(str::to_owned).collect();
        runs.sort_by_key(order);
        let strange = runs.iter().find(|run| refs.runs.is_some_and(|known| !known.contains(*run)));
        let runs = if let Some(run) = strange {
            row.wrong("runs", format!("{} is not a run of {TIMETABLE}", quoted(run)))
        } else if let Some((twice, _)) = runs.iter().zip(runs.iter().skip(1)).find(|(one, next)| one == next) {
            row.wrong("runs", format!("{} is there twice", quoted(twice)))
        } else {
            Ok(runs)
        };
        let rounds = row.words::<HalfDay>("rounds");
        let effective = row.effective();
        let status = row.certainty("status");
        let code = code?;
        Ok(Courier {
            id: CourierId::from_uuid(id_of(centre_code, "courier", &code)),
            code,
            name: name?,
            base: site_id(centre_code, &base?),
            vehicle_id: vehicle_id(centre_code, &vehicle?),
            runs: runs?,
            rounds: rounds?,
            effective: effective?,
            status: status?,
        })
    });
    refuse_repeats(COURIERS, "code", &mut entries, |courier| courier.code.clone(), problems);
    let mut couriers = values(entries);
    couriers.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(couriers)
}
