//! Rows into a centre's data.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{
    super::{
        StoreError,
        columns::{Id, corrupt, effective, from_json, position, unsigned, word},
        connection::AnyConnection,
        schema::{
            areas, calendar_days, centres, communes, couriers, dossier_code_patterns, forms, half_days, opening_hours,
            procedures, rules, sites, timetable_runs, vehicles,
        },
    },
    rows::{
        AreaRow, CalendarDayRow, CentreRow, CommuneRow, CourierRow, FormRow, HalfDayRow, OpeningHoursRow, PatternRow,
        ProcedureRow, RuleRow, SiteRow, TimetableRunRow, VehicleRow,
    },
};
use crate::domain::{
    Area, Calendar, Centre, CentreData, Commune, Courier, DossierCodePattern, DossierCodePatterns, HalfDayHours,
    LocalWindow, OpeningHours, OpeningRow, PaperForm, ProcedureShare, Rule, Rules, RunPattern, Site, SpecialDay,
    Timetable, Vehicle,
};

type Hours = HashMap<Option<Id>, Vec<OpeningRow>>;

/// The data of the centre with this code.
pub(super) fn read_centre(c: &mut AnyConnection, code: &str) -> Result<Option<CentreData>, StoreError> {
    let row: Option<CentreRow> =
        centres::table.filter(centres::code.eq(code)).select(CentreRow::as_select()).first(c).optional()?;
    let Some(centre) = row else { return Ok(None) };
    let id = centre.id;
    /// A list in order, each row turned into its domain type.
    macro_rules! list {
        ($table:ident by $order:ident, $row:ident => $convert:expr) => {
            $table::table
                .filter($table::centre_id.eq(id))
                .order($table::$order)
                .select($row::as_select())
                .load::<$row>(c)?
                .into_iter()
                .map($convert)
                .collect::<Result<Vec<_>, StoreError>>()?
        };
    }
    let mut hours = Hours::new();
    for (site, row) in list!(opening_hours by row_no, OpeningHoursRow => |row| opening_row(&row)) {
        hours.entry(site).or_default().push(row);
    }
    let default_hours = take_hours(&mut hours, None)?;
    let special_days = list!(calendar_days by date, CalendarDayRow => special_day);
    let calendar = Calendar::new(centre.calendar_from, centre.calendar_to, special_days);
    let patterns = DossierCodePatterns::new(list!(dossier_code_patterns by row_no, PatternRow => pattern));
    Ok(Some(CentreData {
        sites: list!(sites by row_no, SiteRow => |row| site(row, &mut hours)),
        communes: list!(communes by row_no, CommuneRow => commune),
        calendar: calendar.map_err(corrupt("calendar_days"))?,
        default_hours,
        timetable: Timetable::new(list!(timetable_runs by row_no, TimetableRunRow => run_pattern))
            .map_err(corrupt("timetable_runs"))?,
        vehicles: list!(vehicles by row_no, VehicleRow => vehicle),
        couriers: list!(couriers by row_no, CourierRow => courier),
        areas: list!(areas by row_no, AreaRow => area),
        half_days: list!(half_days by row_no, HalfDayRow => half_day),
        rules: Rules::new(list!(rules by row_no, RuleRow => rule)).map_err(corrupt("rules"))?,
        forms: list!(forms by row_no, FormRow => form),
        procedures: list!(procedures by row_no, ProcedureRow => procedure_share),
        published: centre.published.as_deref().map(|json| from_json("centres", json)).transpose()?,
        homes: centre.home_terms.as_deref().map(|json| from_json("centres", json)).transpose()?.unwrap_or_default(),
        templates: centre
            .message_templates
            .as_deref()
            .map(|json| from_json("centres", json))
            .transpose()?
            .unwrap_or_default(),
        season: centre.season.as_deref().map(|json| from_json("centres", json)).transpose()?,
        centre: Centre {
            id: id.into(),
            time_zone: centre.time_zone.parse().map_err(|_| StoreError::Corrupt {
                table: "centres",
                problem: format!("{:?} is no time zone", centre.time_zone),
            })?,
            code: centre.code,
            name: centre.name,
            name_en: centre.name_en,
            site_code: centre.site_code,
            dossier_codes: patterns.map_err(corrupt("dossier_code_patterns"))?,
        },
    }))
}

fn opening_row(row: &OpeningHoursRow) -> Result<(Option<Id>, OpeningRow), StoreError> {
    const TABLE: &str = "opening_hours";
    let opening = OpeningRow {
        weekdays: word(TABLE, &row.weekdays)?,
        window: LocalWindow::new(row.opens, row.closes).map_err(corrupt(TABLE))?,
        effective: effective(TABLE, row.effective_from, row.effective_to)?,
    };
    Ok((row.site_id, opening))
}

fn take_hours(hours: &mut Hours, site: Option<Id>) -> Result<OpeningHours, StoreError> {
    OpeningHours::new(hours.remove(&site).unwrap_or_default()).map_err(corrupt("opening_hours"))
}

fn pattern(row: PatternRow) -> Result<DossierCodePattern, StoreError> {
    Ok(DossierCodePattern {
        name: row.name,
        pattern: row.pattern,
        example: row.example,
        effective: effective("dossier_code_patterns", row.effective_from, row.effective_to)?,
    })
}

fn special_day(row: CalendarDayRow) -> Result<SpecialDay, StoreError> {
    Ok(SpecialDay { date: row.date, kind: word("calendar_days", &row.kind)?, name: row.name, status: row.status })
}

fn site(row: SiteRow, hours: &mut Hours) -> Result<Site, StoreError> {
    const TABLE: &str = "sites";
    Ok(Site {
        id: row.id.into(),
        centre_id: row.centre_id.into(),
        code: row.code,
        name: row.name,
        kind: word(TABLE, &row.kind)?,
        address: row.address,
        address_status: row.address_status,
        commune_code: row.commune_code,
        position: position(TABLE, row.lat, row.lon)?,
        position_quality: word(TABLE, &row.position_quality)?,
        always_visit: row.always_visit,
        hours: if row.has_own_hours { Some(take_hours(hours, Some(row.id))?) } else { None },
        effective: effective(TABLE, row.effective_from, row.effective_to)?,
        source: row.source,
    })
}

fn commune(row: CommuneRow) -> Result<Commune, StoreError> {
    const TABLE: &str = "communes";
    Ok(Commune {
        code: row.code,
        name: row.name,
        kind: word(TABLE, &row.kind)?,
        district_code: row.district_code,
        district: row.district,
        position: position(TABLE, row.lat, row.lon)?,
        position_quality: word(TABLE, &row.position_quality)?,
        spread_radius_m: unsigned(TABLE, row.spread_radius_m)?,
        population: unsigned(TABLE, row.population)?,
        population_status: row.population_status,
        effective: effective(TABLE, row.effective_from, row.effective_to)?,
        merged_into: from_json(TABLE, &row.merged_into)?,
        source: row.source,
    })
}

fn run_pattern(row: TimetableRunRow) -> Result<RunPattern, StoreError> {
    const TABLE: &str = "timetable_runs";
    Ok(RunPattern {
        code: row.code,
        kind: word(TABLE, &row.kind)?,
        name: row.name,
        departs: row.departs,
        back_by: row.back_by,
        serves: from_json(TABLE, &row.serves)?,
        effective: effective(TABLE, row.effective_from, row.effective_to)?,
        status: row.status,
    })
}

fn vehicle(row: VehicleRow) -> Result<Vehicle, StoreError> {
    const TABLE: &str = "vehicles";
    Ok(Vehicle {
        id: row.id.into(),
        code: row.code,
        profile: word(TABLE, &row.profile)?,
        capacity_items: unsigned(TABLE, row.capacity_items)?,
        capacity_g: unsigned(TABLE, row.capacity_g)?,
        fixed_cost_dong: unsigned(TABLE, row.fixed_cost_dong)?,
        cost_per_hour_dong: unsigned(TABLE, row.cost_per_hour_dong)?,
        cost_per_km_dong: unsigned(TABLE, row.cost_per_km_dong)?,
        status: row.status,
    })
}

fn courier(row: CourierRow) -> Result<Courier, StoreError> {
    const TABLE: &str = "couriers";
    Ok(Courier {
        id: row.id.into(),
        code: row.code,
        name: row.name,
        base: row.base_site_id.into(),
        vehicle_id: row.vehicle_id.into(),
        runs: from_json(TABLE, &row.runs)?,
        rounds: from_json(TABLE, &row.rounds)?,
        effective: effective(TABLE, row.effective_from, row.effective_to)?,
        status: row.status,
    })
}

fn area(row: AreaRow) -> Result<Area, StoreError> {
    Ok(Area {
        commune_code: row.commune_code,
        district_code: row.district_code,
        name: row.name,
        depot: row.depot_site_id.into(),
        effective: effective("areas", row.effective_from, row.effective_to)?,
        status: row.status,
    })
}

fn half_day(row: HalfDayRow) -> Result<HalfDayHours, StoreError> {
    const TABLE: &str = "half_days";
    Ok(HalfDayHours {
        half_day: word(TABLE, &row.half_day)?,
        window: LocalWindow::new(row.starts, row.ends).map_err(corrupt(TABLE))?,
        effective: effective(TABLE, row.effective_from, row.effective_to)?,
        status: row.status,
    })
}

fn rule(row: RuleRow) -> Result<Rule, StoreError> {
    Ok(Rule {
        name: row.name,
        value: row.value,
        unit: word("rules", &row.unit)?,
        effective: effective("rules", row.effective_from, row.effective_to)?,
        status: row.status,
        source: row.source,
    })
}

fn form(row: FormRow) -> Result<PaperForm, StoreError> {
    const TABLE: &str = "forms";
    Ok(PaperForm {
        kind: word(TABLE, &row.form)?,
        number: row.number,
        regulation: row.regulation,
        title: row.title,
        columns: from_json(TABLE, &row.form_columns)?,
        effective: effective(TABLE, row.effective_from, row.effective_to)?,
        status: row.status,
        source: row.source,
    })
}

fn procedure_share(row: ProcedureRow) -> Result<ProcedureShare, StoreError> {
    const TABLE: &str = "procedures";
    Ok(ProcedureShare {
        department_id: row.department_id.into(),
        procedures: unsigned(TABLE, row.procedure_count)?,
        dossier_share_permille: unsigned(TABLE, row.dossier_share_permille)?,
        status: row.status,
    })
}
