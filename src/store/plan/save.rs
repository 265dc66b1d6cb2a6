//! A plan into rows.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{
    super::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, four_digit_year, number, to_json, unsigned},
        connection::{AnyConnection, on_backend},
        feed,
        schema::{
            live_days, plan_continues, plan_proposals, plan_revisions, plan_routes, plan_runs, plan_stop_items,
            plan_stops, plan_unassigned, plan_warnings, plans,
        },
    },
    rows::{ContinuesRow, LOAD, PlanRow, RouteRow, RunRow, StopItemRow, StopRow, UNLOAD, UnassignedRow, WarningRow},
};
use crate::domain::{ItemId, Place, Plan, PlannedRound, Route, Warning};

impl Store {
    /// Stores the plan of a day. `replaces` is the revision that the caller has seen, `None` when it has seen none.
    ///
    /// # Errors
    /// [`StoreError::LostRace`] when another revision is in force; [`StoreError::Invalid`] unless `plan.revision` is higher
    /// than the one it replaces; [`StoreError::Missing`] when the plan names what the centre does not have. The plan
    /// that was there is then untouched.
    pub fn save_plan(&self, plan: &Plan, replaces: Option<u32>) -> Result<(), StoreError> {
        if plan.revision <= replaces.unwrap_or(0) {
            let problem = format!("{} must be higher than {}", plan.revision, replaces.unwrap_or(0));
            return Err(StoreError::Invalid { field: "revision", problem });
        }
        four_digit_year("date", plan.date)?;
        let rows = PlanRows::of(plan);
        self.write(|connection| {
            rows.replace(connection, replaces)?;
            tell(connection, plan)
        })
    }
}

/// A plan as it goes into the tables, before any transaction is begun.
pub(in super::super) struct Prepared<'a> {
    plan: &'a Plan,
    rows: PlanRows,
}

impl<'a> Prepared<'a> {
    pub(in super::super) fn new(plan: &'a Plan, replaces: u32) -> Result<Self, StoreError> {
        if plan.revision <= replaces {
            let problem = format!("{} must be higher than {replaces}", plan.revision);
            return Err(StoreError::Invalid { field: "revision", problem });
        }
        four_digit_year("date", plan.date)?;
        Ok(Self { plan, rows: PlanRows::of(plan) })
    }

    /// Puts the plan in the place of another, whose row is locked from here on.
    pub(in super::super) fn replace(&self, connection: &mut AnyConnection, replaces: u32) -> Result<(), StoreError> {
        self.rows.replace(connection, Some(replaces))
    }

    /// Tells of it. Must be the last thing that the transaction does.
    pub(in super::super) fn tell(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        tell(connection, self.plan)
    }
}

fn tell(connection: &mut AnyConnection, plan: &Plan) -> Result<(), StoreError> {
    let detail = serde_json::json!({ "id": plan.id.uuid(), "date": plan.date, "revision": plan.revision });
    feed::tell(connection, plan.centre_id, plan.made_at.into(), vec![("plan.stored", detail.to_string())])
}

/// The revision of a day's plan that is in force; its row is locked until the transaction ends.
pub(in super::super) fn lock_plan(
    connection: &mut AnyConnection,
    centre: Id,
    date: NaiveDate,
) -> Result<Option<u32>, StoreError> {
    let query = plans::table.find((centre, date)).select(plans::revision);
    let revision: Option<i64> = match connection {
        AnyConnection::Postgres(c) => query.for_update().first(c).optional()?,
        AnyConnection::Sqlite(c) => query.first(c).optional()?,
    };
    revision.map(|revision| unsigned("plans", revision)).transpose()
}

/// Refuses to change a day that is closed.
pub(in super::super) fn refuse_closed(
    connection: &mut AnyConnection,
    centre: Id,
    date: NaiveDate,
) -> Result<(), StoreError> {
    let closed: Option<Option<i64>> =
        live_days::table.find((centre, date)).select(live_days::closed_at).first(connection).optional()?;
    if closed.flatten().is_some() { Err(StoreError::Closed { date }) } else { Ok(()) }
}

/// Deletes all of a plan but its own row.
fn delete_parts(connection: &mut AnyConnection, centre: Id, date: NaiveDate) -> Result<(), StoreError> {
    macro_rules! delete {
        ($($table:ident)+) => {$(
            on_backend!(connection, |c| diesel::delete(
                $table::table.filter($table::centre_id.eq(centre)).filter($table::date.eq(date))
            )
            .execute(c))?;
        )+};
    }
    delete!(plan_warnings plan_continues plan_unassigned plan_stop_items plan_stops plan_routes plan_runs);
    Ok(())
}

/// Deletes the plan of a day.
pub(in super::super) fn delete_plans(
    connection: &mut AnyConnection,
    centre: Id,
    date: NaiveDate,
) -> Result<(), StoreError> {
    delete_parts(connection, centre, date)?;
    macro_rules! delete {
        ($($table:ident)+) => {$(
            on_backend!(connection, |c| diesel::delete(
                $table::table.filter($table::centre_id.eq(centre)).filter($table::date.eq(date))
            )
            .execute(c))?;
        )+};
    }
    delete!(plan_proposals plan_revisions live_days);
    on_backend!(connection, |c| diesel::delete(plans::table.find((centre, date))).execute(c))?;
    Ok(())
}

/// A plan's rows, table by table.
struct PlanRows {
    plan: PlanRow,
    runs: Vec<RunRow>,
    routes: Vec<RouteRow>,
    stops: Vec<StopRow>,
    stop_items: Vec<StopItemRow>,
    unassigned: Vec<UnassignedRow>,
    continues: Vec<ContinuesRow>,
    warnings: Vec<WarningRow>,
}

impl PlanRows {
    fn of(plan: &Plan) -> Self {
        let (centre_id, date) = (Id::from(plan.centre_id), plan.date);
        let mut rows = Self {
            plan: PlanRow {
                centre_id,
                date,
                id: plan.id.into(),
                revision: plan.revision.into(),
                made_at: plan.made_at.into(),
                travel_kind: plan.travel.kind.as_str().to_owned(),
                travel_label: plan.travel.label.clone(),
                travel_attribution: plan.travel.attribution.clone(),
            },
            runs: Vec::new(),
            routes: Vec::new(),
            stops: Vec::new(),
            stop_items: Vec::new(),
            unassigned: plan
                .unassigned
                .iter()
                .enumerate()
                .map(|(n, unassigned)| UnassignedRow {
                    centre_id,
                    date,
                    item_no: number(n),
                    item_id: unassigned.item_id.into(),
                    reason: unassigned.reason.code().to_owned(),
                    detail: to_json(&unassigned.reason),
                })
                .collect(),
            continues: plan
                .continues
                .iter()
                .enumerate()
                .map(|(n, item)| ContinuesRow { centre_id, date, item_no: number(n), item_id: (*item).into() })
                .collect(),
            warnings: plan
                .warnings
                .iter()
                .enumerate()
                .map(|(n, warning)| warning_row(centre_id, date, number(n), warning))
                .collect(),
        };
        for (n, run) in plan.runs.iter().enumerate() {
            rows.runs.push(RunRow {
                centre_id,
                date,
                run_no: number(n),
                id: run.id.into(),
                code: run.code.clone(),
                kind: run.kind.as_str().to_owned(),
                name: run.name.clone(),
                departs_at: run.departs_at.into(),
                back_by: run.back_by.into(),
            });
            for route in &run.routes {
                rows.add_route(route, Some(number(n)), None);
            }
        }
        for round in &plan.rounds {
            rows.add_route(&round.route, None, Some(round));
        }
        rows
    }

    fn add_route(&mut self, route: &Route, run_no: Option<i32>, round: Option<&PlannedRound>) {
        let (centre_id, date, route_no) = (self.plan.centre_id, self.plan.date, number(self.routes.len()));
        self.routes.push(RouteRow {
            centre_id,
            date,
            route_no,
            id: route.id.into(),
            run_no,
            round_id: round.map(|round| round.id.into()),
            half_day: round.map(|round| round.half_day.as_str().to_owned()),
            depot_site_id: round.map(|round| round.depot_id.into()),
            courier_id: route.courier_id.into(),
            vehicle_id: route.vehicle_id.into(),
            profile: route.profile.as_str().to_owned(),
            cost_dong: route.cost_dong,
        });
        for (n, stop) in route.stops.iter().enumerate() {
            let stop_no = number(n);
            let (site_id, home_delivery_id) = match stop.place {
                Place::Site(site) => (Some(site.into()), None),
                Place::Home(home) => (None, Some(home.into())),
            };
            self.stops.push(StopRow {
                centre_id,
                date,
                route_no,
                stop_no,
                id: stop.id.into(),
                site_id,
                home_delivery_id,
                arrives_at: stop.arrives_at.into(),
                starts_at: stop.starts_at.into(),
                departs_at: stop.departs_at.into(),
                distance_m: stop.distance_m,
                travel_s: stop.travel_s,
            });
            let rows = |action: &'static str, items: &[ItemId]| -> Vec<StopItemRow> {
                let row = |(n, item): (usize, &ItemId)| StopItemRow {
                    centre_id,
                    date,
                    route_no,
                    stop_no,
                    action: action.to_owned(),
                    item_no: number(n),
                    item_id: (*item).into(),
                };
                items.iter().enumerate().map(row).collect()
            };
            self.stop_items.extend(rows(LOAD, &stop.load));
            self.stop_items.extend(rows(UNLOAD, &stop.unload));
        }
    }

    fn replace(&self, connection: &mut AnyConnection, replaces: Option<u32>) -> Result<(), StoreError> {
        let (centre, date) = (self.plan.centre_id, self.plan.date);
        let found = lock_plan(connection, centre, date)?;
        let lost = |found| Err(StoreError::LostRace { date, expected: replaces, found });
        if found != replaces {
            return lost(found);
        }
        refuse_closed(connection, centre, date)?;
        if found.is_some() {
            delete_parts(connection, centre, date)?;
            on_backend!(connection, |c| diesel::update(plans::table.find((centre, date))).set(&self.plan).execute(c))?;
        } else {
            // On PostgreSQL there is no row to lock yet, and another may come first.
            let new = on_backend!(connection, |c| diesel::insert_into(plans::table)
                .values(&self.plan)
                .on_conflict((plans::centre_id, plans::date))
                .do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
            if new == 0 {
                return lost(lock_plan(connection, centre, date)?);
            }
        }
        self.insert(connection)
    }

    fn insert(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        macro_rules! insert {
            ($($table:ident $rows:ident $field:literal $what:literal;)+) => {$(
                for batch in self.$rows.chunks(ROWS_AT_ONCE) {
                    on_backend!(connection, |c| diesel::insert_into($table::table).values(batch).execute(c))
                        .map_err(|error| StoreError::naming(error, $field, $what))?;
                }
            )+};
        }
        insert! {
            plan_runs runs "runs" "a plan";
            plan_routes routes "routes" "a courier, vehicle or depot";
            plan_stops stops "stops" "a site or home delivery";
            plan_stop_items stop_items "load or unload" "an item";
            plan_unassigned unassigned "unassigned" "an item";
            plan_continues continues "continues" "an item";
            plan_warnings warnings "warnings" "an item or site";
        }
        Ok(())
    }
}

fn warning_row(centre_id: Id, date: NaiveDate, warning_no: i32, warning: &Warning) -> WarningRow {
    let mut row = WarningRow {
        centre_id,
        date,
        warning_no,
        code: warning.code().to_owned(),
        item_id: warning.item_id().map(Id::from),
        site_id: None,
        run_id: None,
        due_at: None,
        arrives_at: None,
    };
    match warning {
        Warning::LastSafeRun { item_id: _, run_id, due_at } => {
            row.run_id = Some((*run_id).into());
            row.due_at = Some((*due_at).into());
        }
        Warning::Late { item_id: _, due_at, arrives_at } => {
            row.due_at = Some((*due_at).into());
            row.arrives_at = Some((*arrives_at).into());
        }
        Warning::VisitSkipped { site_id, run_id } => {
            row.site_id = Some((*site_id).into());
            row.run_id = Some((*run_id).into());
        }
    }
    row
}
