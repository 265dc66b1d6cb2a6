use std::collections::HashSet;

use super::{
    folder::Folder,
    problem::{Checked, Problems},
    sheet::{Sheet, refuse_overlaps, refuse_repeats, values},
    sites::site_id,
};
use crate::domain::{Area, ProcedureShare};

pub(super) const AREAS: &str = "areas.csv";
pub(super) const PROCEDURES: &str = "procedures.csv";

/// Reads which depot rounds leave from; each set of known codes is `None` when its file could not be read.
pub(super) fn areas(
    folder: &Folder,
    centre_code: &str,
    sites: Option<&HashSet<String>>,
    communes: Option<(&HashSet<String>, &HashSet<String>)>,
    problems: &mut Problems,
) -> Checked<Vec<Area>> {
    const COLUMNS: &[&str] =
        &["commune_code", "district_code", "name", "depot_site", "effective_from", "effective_to", "status"];
    let sheet = Sheet::read(folder, AREAS, COLUMNS, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let (commune, district) = (row.optional("commune_code"), row.optional("district_code"));
        let place = match (&commune, &district) {
            (Some(_), Some(_)) => row.wrong("district_code", "a row is for a commune or for a district, not for both"),
            (Some(_), None) => row.reference("commune_code", communes.map(|known| known.0), "communes.csv").map(|_| ()),
            (None, Some(_)) => {
                row.reference("district_code", communes.map(|known| known.1), "communes.csv").map(|_| ())
            }
            (None, None) => Ok(()),
        };
        let name = row.text("name");
        let depot = row.reference("depot_site", sites, "sites.csv");
        let effective = row.effective();
        let status = row.certainty("status");
        place?;
        Ok(Area {
            commune_code: commune,
            district_code: district,
            name: name?,
            depot: site_id(centre_code, &depot?),
            effective: effective?,
            status: status?,
        })
    });
    let key = |area: &Area| ((area.commune_code.clone(), area.district_code.clone()), area.effective);
    refuse_overlaps(AREAS, "effective_from", &mut entries, key, problems);
    Ok(values(entries))
}

/// Reads the departments' procedures and shares; a centre need not have the file. `departments` is `None` when the
/// sites could not be read.
pub(super) fn procedures(
    folder: &Folder,
    centre_code: &str,
    departments: Option<&HashSet<String>>,
    problems: &mut Problems,
) -> Checked<Vec<ProcedureShare>> {
    const COLUMNS: &[&str] = &["department", "procedures", "dossier_share_permille", "status"];
    if folder.bytes(PROCEDURES).is_none() {
        return Ok(Vec::new());
    }
    let sheet = Sheet::read(folder, PROCEDURES, COLUMNS, problems)?;
    let (mut total, mut rows_read) = (0, 0);
    let mut entries = sheet.rows(problems, |row| {
        let department = row.reference("department", departments, "sites.csv as a department");
        let procedures = row.number("procedures", 0, 1_000_000);
        let share = row.number("dossier_share_permille", 0, 1000);
        let status = row.certainty("status");
        if let Ok(share) = share {
            total += u64::from(share);
            rows_read += 1;
        }
        Ok(ProcedureShare {
            department_id: site_id(centre_code, &department?),
            procedures: procedures?,
            dossier_share_permille: share?,
            status: status?,
        })
    });
    refuse_repeats(PROCEDURES, "department", &mut entries, |share| share.department_id, problems);
    if total != 1000 && rows_read == sheet.len() {
        let reason = format!("the values of dossier_share_permille sum to {total}: expected 1000");
        problems.in_file(PROCEDURES, reason);
    }
    Ok(values(entries))
}
