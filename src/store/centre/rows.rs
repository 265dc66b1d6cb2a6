//! The rows that a centre's data are made of.

use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;

use super::super::{
    columns::Id,
    schema::{
        areas, calendar_days, centres, communes, couriers, dossier_code_patterns, forms, half_days, opening_hours,
        procedures, rules, sites, timetable_runs, vehicles,
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = centres, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct CentreRow {
    pub(super) id: Id,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) name_en: String,
    pub(super) site_code: String,
    pub(super) time_zone: String,
    pub(super) calendar_from: NaiveDate,
    pub(super) calendar_to: NaiveDate,
    pub(super) published: Option<String>,
    pub(super) season: Option<String>,
    pub(super) home_terms: Option<String>,
    pub(super) message_templates: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_code_patterns, treat_none_as_default_value = false)]
pub(super) struct PatternRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) name: String,
    pub(super) pattern: String,
    pub(super) example: String,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sites, primary_key(centre_id, id))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct SiteRow {
    pub(super) centre_id: Id,
    pub(super) id: Id,
    pub(super) row_no: i32,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) address: Option<String>,
    pub(super) address_status: String,
    pub(super) commune_code: String,
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) position_quality: String,
    pub(super) always_visit: bool,
    pub(super) has_own_hours: bool,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) source: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = opening_hours, treat_none_as_default_value = false)]
pub(super) struct OpeningHoursRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) site_id: Option<Id>,
    pub(super) weekdays: String,
    pub(super) opens: NaiveTime,
    pub(super) closes: NaiveTime,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = communes, treat_none_as_default_value = false)]
pub(super) struct CommuneRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) district_code: Option<String>,
    pub(super) district: Option<String>,
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) position_quality: String,
    pub(super) spread_radius_m: i64,
    pub(super) population: i64,
    pub(super) population_status: String,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) merged_into: String,
    pub(super) source: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = calendar_days, treat_none_as_default_value = false)]
pub(super) struct CalendarDayRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) status: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = timetable_runs, treat_none_as_default_value = false)]
pub(super) struct TimetableRunRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) departs: NaiveTime,
    pub(super) back_by: NaiveTime,
    pub(super) serves: String,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) status: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = vehicles, primary_key(centre_id, id))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct VehicleRow {
    pub(super) centre_id: Id,
    pub(super) id: Id,
    pub(super) row_no: i32,
    pub(super) code: String,
    pub(super) profile: String,
    pub(super) capacity_items: i64,
    pub(super) capacity_g: i64,
    pub(super) fixed_cost_dong: i64,
    pub(super) cost_per_hour_dong: i64,
    pub(super) cost_per_km_dong: i64,
    pub(super) status: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = couriers, primary_key(centre_id, id))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct CourierRow {
    pub(super) centre_id: Id,
    pub(super) id: Id,
    pub(super) row_no: i32,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) base_site_id: Id,
    pub(super) vehicle_id: Id,
    pub(super) runs: String,
    pub(super) rounds: String,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) status: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = areas, treat_none_as_default_value = false)]
pub(super) struct AreaRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) commune_code: Option<String>,
    pub(super) district_code: Option<String>,
    pub(super) name: String,
    pub(super) depot_site_id: Id,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) status: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = half_days, treat_none_as_default_value = false)]
pub(super) struct HalfDayRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) half_day: String,
    pub(super) starts: NaiveTime,
    pub(super) ends: NaiveTime,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) status: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rules, treat_none_as_default_value = false)]
pub(super) struct RuleRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) unit: String,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) status: String,
    pub(super) source: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = forms, treat_none_as_default_value = false)]
pub(super) struct FormRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) form: String,
    pub(super) number: String,
    pub(super) regulation: String,
    pub(super) title: String,
    pub(super) form_columns: String,
    pub(super) effective_from: NaiveDate,
    pub(super) effective_to: Option<NaiveDate>,
    pub(super) status: String,
    pub(super) source: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = procedures, treat_none_as_default_value = false)]
pub(super) struct ProcedureRow {
    pub(super) centre_id: Id,
    pub(super) row_no: i32,
    pub(super) department_id: Id,
    pub(super) procedure_count: i64,
    pub(super) dossier_share_permille: i64,
    pub(super) status: String,
}
