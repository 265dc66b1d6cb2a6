//! Rows into a plan.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{
    super::{
        Store, StoreError,
        columns::{Id, from_json, unsigned, word},
        connection::AnyConnection,
        schema::{
            plan_continues, plan_routes, plan_runs, plan_stop_items, plan_stops, plan_unassigned, plan_warnings, plans,
        },
    },
    rows::{ContinuesRow, LOAD, PlanRow, RouteRow, RunRow, StopItemRow, StopRow, UnassignedRow, WarningRow},
};
use crate::domain::{
    CentreId, ItemId, Place, Plan, PlannedRound, PlannedRun, Route, Stop, TravelBasis, Unassigned, Warning,
};

/// The rows of one plan in one table, in order.
macro_rules! rows {
    ($connection:ident, $centre:ident, $date:ident, $table:ident as $row:ident by $order:expr) => {
        $table::table
            .filter($table::centre_id.eq($centre))
            .filter($table::date.eq($date))
            .order($order)
            .select($row::as_select())
            .load::<$row>($connection)?
    };
}

fn corrupt(table: &'static str, problem: &str) -> StoreError {
    StoreError::Corrupt { table, problem: problem.to_owned() }
}

impl Store {
    /// The plan of a day, where there is one; equal to what was saved.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn plan(&self, centre: CentreId, date: NaiveDate) -> Result<Option<Plan>, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|c| {
            let row: Option<PlanRow> =
                plans::table.find((centre, date)).select(PlanRow::as_select()).first(c).optional()?;
            let Some(row) = row else { return Ok(None) };
            let mut runs = Vec::new();
            for run in rows!(c, centre, date, plan_runs as RunRow by plan_runs::run_no) {
                runs.push(PlannedRun {
                    id: run.id.into(),
                    code: run.code,
                    kind: word("plan_runs", &run.kind)?,
                    name: run.name,
                    departs_at: run.departs_at.into(),
                    back_by: run.back_by.into(),
                    routes: Vec::new(),
                });
            }
            let rounds = read_routes(c, centre, date, &mut runs)?;
            let mut unassigned = Vec::new();
            for row in rows!(c, centre, date, plan_unassigned as UnassignedRow by plan_unassigned::item_no) {
                let reason = from_json("plan_unassigned", &row.detail)?;
                unassigned.push(Unassigned { item_id: row.item_id.into(), reason });
            }
            let continues = rows!(c, centre, date, plan_continues as ContinuesRow by plan_continues::item_no);
            let warnings = rows!(c, centre, date, plan_warnings as WarningRow by plan_warnings::warning_no);
            Ok(Some(Plan {
                id: row.id.into(),
                centre_id: row.centre_id.into(),
                date: row.date,
                revision: unsigned("plans", row.revision)?,
                made_at: row.made_at.into(),
                travel: TravelBasis {
                    kind: word("plans", &row.travel_kind)?,
                    label: row.travel_label,
                    attribution: row.travel_attribution,
                },
                runs,
                rounds,
                unassigned,
                continues: continues.into_iter().map(|row| row.item_id.into()).collect(),
                warnings: warnings.iter().map(warning).collect::<Result<_, _>>()?,
            }))
        })
    }
}

/// Adds the routes of runs to `runs` and answers the rounds.
fn read_routes(
    c: &mut AnyConnection,
    centre: Id,
    date: NaiveDate,
    runs: &mut [PlannedRun],
) -> Result<Vec<PlannedRound>, StoreError> {
    const TABLE: &str = "plan_routes";
    let mut stops = read_stops(c, centre, date)?;
    let mut rounds = Vec::new();
    for row in rows!(c, centre, date, plan_routes as RouteRow by plan_routes::route_no) {
        let route = Route {
            id: row.id.into(),
            courier_id: row.courier_id.into(),
            vehicle_id: row.vehicle_id.into(),
            profile: word(TABLE, &row.profile)?,
            cost_dong: row.cost_dong,
            stops: stops.remove(&row.route_no).unwrap_or_default(),
        };
        match (row.run_no, row.round_id, row.half_day, row.depot_site_id) {
            (Some(run_no), None, None, None) => {
                let run = usize::try_from(run_no).ok().and_then(|run_no| runs.get_mut(run_no));
                run.ok_or_else(|| corrupt(TABLE, "a route names a run that the plan does not have"))?
                    .routes
                    .push(route);
            }
            (None, Some(id), Some(half_day), Some(depot)) => rounds.push(PlannedRound {
                id: id.into(),
                half_day: word(TABLE, &half_day)?,
                depot_id: depot.into(),
                route,
            }),
            _ => return Err(corrupt(TABLE, "a route belongs either to a run or to a round")),
        }
    }
    Ok(rounds)
}

/// The stops of every route, by the route's number.
fn read_stops(c: &mut AnyConnection, centre: Id, date: NaiveDate) -> Result<HashMap<i32, Vec<Stop>>, StoreError> {
    let items = rows!(c, centre, date, plan_stop_items as StopItemRow by
        (plan_stop_items::route_no, plan_stop_items::stop_no, plan_stop_items::action, plan_stop_items::item_no));
    let mut moved: HashMap<(i32, i32), (Vec<ItemId>, Vec<ItemId>)> = HashMap::new();
    for row in items {
        let (load, unload) = moved.entry((row.route_no, row.stop_no)).or_default();
        if row.action == LOAD { load } else { unload }.push(row.item_id.into());
    }
    let mut stops: HashMap<i32, Vec<Stop>> = HashMap::new();
    for row in rows!(c, centre, date, plan_stops as StopRow by (plan_stops::route_no, plan_stops::stop_no)) {
        let place = match (row.site_id, row.home_delivery_id) {
            (Some(site), None) => Place::Site(site.into()),
            (None, Some(home)) => Place::Home(home.into()),
            _ => return Err(corrupt("plan_stops", "a stop is either at a site or at a home")),
        };
        let (load, unload) = moved.remove(&(row.route_no, row.stop_no)).unwrap_or_default();
        stops.entry(row.route_no).or_default().push(Stop {
            id: row.id.into(),
            place,
            arrives_at: row.arrives_at.into(),
            starts_at: row.starts_at.into(),
            departs_at: row.departs_at.into(),
            distance_m: row.distance_m,
            travel_s: row.travel_s,
            load,
            unload,
        });
    }
    Ok(stops)
}

fn warning(row: &WarningRow) -> Result<Warning, StoreError> {
    const TABLE: &str = "plan_warnings";
    let missing = || corrupt(TABLE, &format!("a warning {:?} lacks a column that it needs", row.code));
    Ok(match row.code.as_str() {
        "last_safe_run" => Warning::LastSafeRun {
            item_id: row.item_id.ok_or_else(missing)?.into(),
            run_id: row.run_id.ok_or_else(missing)?.into(),
            due_at: row.due_at.ok_or_else(missing)?.into(),
        },
        "late" => Warning::Late {
            item_id: row.item_id.ok_or_else(missing)?.into(),
            due_at: row.due_at.ok_or_else(missing)?.into(),
            arrives_at: row.arrives_at.ok_or_else(missing)?.into(),
        },
        "visit_skipped" => Warning::VisitSkipped {
            site_id: row.site_id.ok_or_else(missing)?.into(),
            run_id: row.run_id.ok_or_else(missing)?.into(),
        },
        unknown => return Err(corrupt(TABLE, &format!("{unknown:?} is no warning"))),
    })
}
