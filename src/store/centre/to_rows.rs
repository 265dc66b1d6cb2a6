//! A centre's data as rows.

use super::{
    super::columns::{Id, number, to_json},
    rows::{
        AreaRow, CalendarDayRow, CentreRow, CommuneRow, CourierRow, FormRow, HalfDayRow, OpeningHoursRow, PatternRow,
        ProcedureRow, RuleRow, SiteRow, TimetableRunRow, VehicleRow,
    },
};
use crate::domain::{
    Area, CentreData, Commune, Courier, DossierCodePattern, HalfDayHours, PaperForm, ProcedureShare, Rule, RunPattern,
    Site, SpecialDay, Vehicle,
};

pub(super) fn centre_row(data: &CentreData) -> CentreRow {
    let centre = &data.centre;
    CentreRow {
        id: centre.id.into(),
        code: centre.code.clone(),
        name: centre.name.clone(),
        name_en: centre.name_en.clone(),
        site_code: centre.site_code.clone(),
        time_zone: centre.time_zone.name().to_owned(),
        calendar_from: data.calendar.from(),
        calendar_to: data.calendar.to(),
        published: data.published.as_ref().map(to_json),
        season: data.season.as_ref().map(to_json),
        home_terms: Some(to_json(&data.homes)),
        message_templates: Some(to_json(&data.templates)),
    }
}

pub(super) fn pattern_rows(data: &CentreData) -> Vec<PatternRow> {
    let row = |(n, pattern): (usize, &DossierCodePattern)| PatternRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        name: pattern.name.clone(),
        pattern: pattern.pattern.clone(),
        example: pattern.example.clone(),
        effective_from: pattern.effective.from,
        effective_to: pattern.effective.to,
    };
    data.centre.dossier_codes.rows().enumerate().map(row).collect()
}

pub(super) fn site_rows(data: &CentreData) -> Vec<SiteRow> {
    let row = |(n, site): (usize, &Site)| SiteRow {
        centre_id: data.centre.id.into(),
        id: site.id.into(),
        row_no: number(n),
        code: site.code.clone(),
        name: site.name.clone(),
        kind: site.kind.as_str().to_owned(),
        address: site.address.clone(),
        address_status: site.address_status.clone(),
        commune_code: site.commune_code.clone(),
        lat: site.position.lat(),
        lon: site.position.lon(),
        position_quality: site.position_quality.as_str().to_owned(),
        always_visit: site.always_visit,
        has_own_hours: site.hours.is_some(),
        effective_from: site.effective.from,
        effective_to: site.effective.to,
        source: site.source.clone(),
    };
    data.sites.iter().enumerate().map(row).collect()
}

pub(super) fn opening_hours_rows(data: &CentreData) -> Vec<OpeningHoursRow> {
    let default = std::iter::once((None, &data.default_hours));
    let own = data.sites.iter().filter_map(|site| Some((Some(Id::from(site.id)), site.hours.as_ref()?)));
    let rows = default.chain(own).flat_map(|(site, hours)| hours.rows().iter().map(move |row| (site, row)));
    rows.enumerate()
        .map(|(n, (site_id, row))| OpeningHoursRow {
            centre_id: data.centre.id.into(),
            row_no: number(n),
            site_id,
            weekdays: row.weekdays.to_string(),
            opens: row.window.from,
            closes: row.window.to,
            effective_from: row.effective.from,
            effective_to: row.effective.to,
        })
        .collect()
}

pub(super) fn commune_rows(data: &CentreData) -> Vec<CommuneRow> {
    let row = |(n, commune): (usize, &Commune)| CommuneRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        code: commune.code.clone(),
        name: commune.name.clone(),
        kind: commune.kind.as_str().to_owned(),
        district_code: commune.district_code.clone(),
        district: commune.district.clone(),
        lat: commune.position.lat(),
        lon: commune.position.lon(),
        position_quality: commune.position_quality.as_str().to_owned(),
        spread_radius_m: commune.spread_radius_m.into(),
        population: commune.population.into(),
        population_status: commune.population_status.clone(),
        effective_from: commune.effective.from,
        effective_to: commune.effective.to,
        merged_into: to_json(&commune.merged_into),
        source: commune.source.clone(),
    };
    data.communes.iter().enumerate().map(row).collect()
}

pub(super) fn calendar_day_rows(data: &CentreData) -> Vec<CalendarDayRow> {
    let row = |day: &SpecialDay| CalendarDayRow {
        centre_id: data.centre.id.into(),
        date: day.date,
        kind: day.kind.as_str().to_owned(),
        name: day.name.clone(),
        status: day.status.clone(),
    };
    data.calendar.special_days().map(row).collect()
}

pub(super) fn timetable_run_rows(data: &CentreData) -> Vec<TimetableRunRow> {
    let row = |(n, run): (usize, &RunPattern)| TimetableRunRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        code: run.code.clone(),
        kind: run.kind.as_str().to_owned(),
        name: run.name.clone(),
        departs: run.departs,
        back_by: run.back_by,
        serves: to_json(&run.serves),
        effective_from: run.effective.from,
        effective_to: run.effective.to,
        status: run.status.clone(),
    };
    data.timetable.runs().iter().enumerate().map(row).collect()
}

pub(super) fn vehicle_rows(data: &CentreData) -> Vec<VehicleRow> {
    let row = |(n, vehicle): (usize, &Vehicle)| VehicleRow {
        centre_id: data.centre.id.into(),
        id: vehicle.id.into(),
        row_no: number(n),
        code: vehicle.code.clone(),
        profile: vehicle.profile.as_str().to_owned(),
        capacity_items: vehicle.capacity_items.into(),
        capacity_g: vehicle.capacity_g.into(),
        fixed_cost_dong: vehicle.fixed_cost_dong.into(),
        cost_per_hour_dong: vehicle.cost_per_hour_dong.into(),
        cost_per_km_dong: vehicle.cost_per_km_dong.into(),
        status: vehicle.status.clone(),
    };
    data.vehicles.iter().enumerate().map(row).collect()
}

pub(super) fn courier_rows(data: &CentreData) -> Vec<CourierRow> {
    let row = |(n, courier): (usize, &Courier)| CourierRow {
        centre_id: data.centre.id.into(),
        id: courier.id.into(),
        row_no: number(n),
        code: courier.code.clone(),
        name: courier.name.clone(),
        base_site_id: courier.base.into(),
        vehicle_id: courier.vehicle_id.into(),
        runs: to_json(&courier.runs),
        rounds: to_json(&courier.rounds),
        effective_from: courier.effective.from,
        effective_to: courier.effective.to,
        status: courier.status.clone(),
    };
    data.couriers.iter().enumerate().map(row).collect()
}

pub(super) fn area_rows(data: &CentreData) -> Vec<AreaRow> {
    let row = |(n, area): (usize, &Area)| AreaRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        commune_code: area.commune_code.clone(),
        district_code: area.district_code.clone(),
        name: area.name.clone(),
        depot_site_id: area.depot.into(),
        effective_from: area.effective.from,
        effective_to: area.effective.to,
        status: area.status.clone(),
    };
    data.areas.iter().enumerate().map(row).collect()
}

pub(super) fn half_day_rows(data: &CentreData) -> Vec<HalfDayRow> {
    let row = |(n, half): (usize, &HalfDayHours)| HalfDayRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        half_day: half.half_day.as_str().to_owned(),
        starts: half.window.from,
        ends: half.window.to,
        effective_from: half.effective.from,
        effective_to: half.effective.to,
        status: half.status.clone(),
    };
    data.half_days.iter().enumerate().map(row).collect()
}

pub(super) fn rule_rows(data: &CentreData) -> Vec<RuleRow> {
    let row = |(n, rule): (usize, &Rule)| RuleRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        name: rule.name.clone(),
        value: rule.value.clone(),
        unit: rule.unit.as_str().to_owned(),
        effective_from: rule.effective.from,
        effective_to: rule.effective.to,
        status: rule.status.clone(),
        source: rule.source.clone(),
    };
    data.rules.rows().iter().enumerate().map(row).collect()
}

pub(super) fn form_rows(data: &CentreData) -> Vec<FormRow> {
    let row = |(n, form): (usize, &PaperForm)| FormRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        form: form.kind.as_str().to_owned(),
        number: form.number.clone(),
        regulation: form.regulation.clone(),
        title: form.title.clone(),
        form_columns: to_json(&form.columns),
        effective_from: form.effective.from,
        effective_to: form.effective.to,
        status: form.status.clone(),
        source: form.source.clone(),
    };
    data.forms.iter().enumerate().map(row).collect()
}

pub(super) fn procedure_rows(data: &CentreData) -> Vec<ProcedureRow> {
    let row = |(n, share): (usize, &ProcedureShare)| ProcedureRow {
        centre_id: data.centre.id.into(),
        row_no: number(n),
        department_id: share.department_id.into(),
        procedure_count: share.procedures.into(),
        dossier_share_permille: share.dossier_share_permille.into(),
        status: share.status.clone(),
    };
    data.procedures.iter().enumerate().map(row).collect()
}
