//! The rows that a plan is made of.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::{
    columns::{Id, Micros},
    schema::{
        plan_continues, plan_routes, plan_runs, plan_stop_items, plan_stops, plan_unassigned, plan_warnings, plans,
    },
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = plans, primary_key(centre_id, date))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct PlanRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) id: Id,
    pub(super) revision: i64,
    pub(super) made_at: Micros,
    pub(super) travel_kind: String,
    pub(super) travel_label: String,
    pub(super) travel_attribution: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_runs, treat_none_as_default_value = false)]
pub(super) struct RunRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) run_no: i32,
    pub(super) id: Id,
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) departs_at: Micros,
    pub(super) back_by: Micros,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_routes, treat_none_as_default_value = false)]
pub(super) struct RouteRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) route_no: i32,
    pub(super) id: Id,
    pub(super) run_no: Option<i32>,
    pub(super) round_id: Option<Id>,
    pub(super) half_day: Option<String>,
    pub(super) depot_site_id: Option<Id>,
    pub(super) courier_id: Id,
    pub(super) vehicle_id: Id,
    pub(super) profile: String,
    pub(super) cost_dong: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_stops, treat_none_as_default_value = false)]
pub(super) struct StopRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) route_no: i32,
    pub(super) stop_no: i32,
    pub(super) id: Id,
    pub(super) site_id: Option<Id>,
    pub(super) home_delivery_id: Option<Id>,
    pub(super) arrives_at: Micros,
    pub(super) starts_at: Micros,
    pub(super) departs_at: Micros,
    pub(super) distance_m: i64,
    pub(super) travel_s: i64,
}

/// `action` of what comes on board.
pub(super) const LOAD: &str = "load";
/// `action` of what leaves the vehicle.
pub(super) const UNLOAD: &str = "unload";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_stop_items, treat_none_as_default_value = false)]
pub(super) struct StopItemRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) route_no: i32,
    pub(super) stop_no: i32,
    pub(super) action: String,
    pub(super) item_no: i32,
    pub(super) item_id: Id,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_unassigned, treat_none_as_default_value = false)]
pub(super) struct UnassignedRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) item_no: i32,
    pub(super) item_id: Id,
    pub(super) reason: String,
    pub(super) detail: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_continues, treat_none_as_default_value = false)]
pub(super) struct ContinuesRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) item_no: i32,
    pub(super) item_id: Id,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_warnings, treat_none_as_default_value = false)]
pub(super) struct WarningRow {
    pub(super) centre_id: Id,
    pub(super) date: NaiveDate,
    pub(super) warning_no: i32,
    pub(super) code: String,
    pub(super) item_id: Option<Id>,
    pub(super) site_id: Option<Id>,
    pub(super) run_id: Option<Id>,
    pub(super) due_at: Option<Micros>,
    pub(super) arrives_at: Option<Micros>,
}
