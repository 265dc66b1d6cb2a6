//! A centre's rows into the database.

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;

use super::{
    super::{
        ROWS_AT_ONCE, StoreError,
        columns::Id,
        connection::{AnyConnection, on_backend},
        schema::{
            areas, calendar_days, centres, communes, couriers, dossier_code_patterns, forms, half_days, opening_hours,
            procedures, rules, sites, timetable_runs, vehicles,
        },
    },
    known::Known,
    to_rows::{
        area_rows, calendar_day_rows, centre_row, commune_rows, courier_rows, form_rows, half_day_rows,
        opening_hours_rows, pattern_rows, procedure_rows, rule_rows, site_rows, timetable_run_rows, vehicle_rows,
    },
};
use crate::domain::CentreData;

/// Writes `data`, whose ids are those in force, over what is `known`.
pub(super) fn save(connection: &mut AnyConnection, data: &CentreData, known: &Known) -> Result<(), StoreError> {
    let centre = centre_row(data);
    let id = centre.id;
    if known.centre {
        on_backend!(connection, |c| diesel::update(centres::table.find(id)).set(&centre).execute(c))?;
    } else {
        on_backend!(connection, |c| diesel::insert_into(centres::table).values(&centre).execute(c))?;
    }
    delete_lists(connection, id)?;
    delete_absent(connection, data, known)?;
    save_known(connection, data, known)?;
    insert_lists(connection, data)
}

/// Deletes what nothing names and what is therefore written anew each time.
fn delete_lists(connection: &mut AnyConnection, centre: Id) -> Result<(), StoreError> {
    macro_rules! delete {
        ($($table:ident)+) => {$(
            on_backend!(connection, |c| {
                diesel::delete($table::table.filter($table::centre_id.eq(centre))).execute(c)
            })?;
        )+};
    }
    delete!(
        dossier_code_patterns opening_hours communes calendar_days timetable_runs areas half_days rules forms procedures
    );
    Ok(())
}

/// The stored rows whose code is no longer in the data.
fn absent<'a>(known: &'a BTreeMap<String, Id>, codes: impl Iterator<Item = &'a str>) -> Vec<(&'a String, Id)> {
    let codes: HashSet<&str> = codes.collect();
    known.iter().filter(|(code, _)| !codes.contains(code.as_str())).map(|(code, id)| (code, *id)).collect()
}

/// Deletes couriers, vehicles and sites that are no longer in the data, or refuses.
fn delete_absent(connection: &mut AnyConnection, data: &CentreData, known: &Known) -> Result<(), StoreError> {
    let centre = Id::from(data.centre.id);
    let kept: HashSet<&str> = data.couriers.iter().map(|courier| courier.code.as_str()).collect();
    macro_rules! delete {
        ($table:ident, $rows:expr, $what:literal) => {
            for (code, id) in $rows {
                on_backend!(connection, |c| diesel::delete($table::table.find((centre, id))).execute(c)).map_err(
                    |error| match StoreError::naming(error, $what, $what) {
                        StoreError::Missing { .. } => StoreError::StillReferred { what: $what, code: code.clone() },
                        error => error,
                    },
                )?;
            }
        };
    }
    delete!(couriers, absent(&known.couriers, kept.iter().copied()), "courier");
    delete!(vehicles, absent(&known.vehicles, data.vehicles.iter().map(|vehicle| vehicle.code.as_str())), "vehicle");
    delete!(sites, absent(&known.sites, data.sites.iter().map(|site| site.code.as_str())), "site");
    Ok(())
}

/// Updates or inserts sites, vehicles and couriers.
fn save_known(connection: &mut AnyConnection, data: &CentreData, known: &Known) -> Result<(), StoreError> {
    macro_rules! save {
        ($table:ident, $rows:expr, $known:expr) => {
            for row in $rows {
                let old = $known.contains_key(&row.code);
                on_backend!(connection, |c| if old {
                    diesel::update($table::table.find((row.centre_id, row.id))).set(&row).execute(c)
                } else {
                    diesel::insert_into($table::table).values(&row).execute(c)
                })?;
            }
        };
    }
    save!(sites, site_rows(data), known.sites);
    save!(vehicles, vehicle_rows(data), known.vehicles);
    save!(couriers, courier_rows(data), known.couriers);
    Ok(())
}

fn insert_lists(connection: &mut AnyConnection, data: &CentreData) -> Result<(), StoreError> {
    macro_rules! insert {
        ($($table:ident $rows:expr;)+) => {$(
            for batch in $rows.chunks(ROWS_AT_ONCE) {
                on_backend!(connection, |c| diesel::insert_into($table::table).values(batch).execute(c))?;
            }
        )+};
    }
    insert! {
        dossier_code_patterns pattern_rows(data);
        opening_hours opening_hours_rows(data);
        communes commune_rows(data);
        calendar_days calendar_day_rows(data);
        timetable_runs timetable_run_rows(data);
        areas area_rows(data);
        half_days half_day_rows(data);
        rules rule_rows(data);
        forms form_rows(data);
        procedures procedure_rows(data);
    }
    Ok(())
}
