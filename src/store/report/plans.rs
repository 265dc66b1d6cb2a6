//! What the plans in force say of routes.

use chrono::NaiveDate;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Binary, Date, Nullable},
};
use uuid::Uuid;

use super::counted;
use crate::{
    domain::{
        CentreId, CourierId, Place,
        report::{LoadTally, PlannedHalt},
    },
    store::{
        Store, StoreError,
        columns::{Id, Micros},
    },
};

/// A route of a plan with what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRidden {
    /// The day.
    pub day: NaiveDate,
    /// Who rides it.
    pub courier: CourierId,
    /// What it comes to.
    pub tally: LoadTally,
}

/// A route of a plan with its halts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TripPlanned {
    /// The day.
    pub day: NaiveDate,
    /// The run or round.
    pub trip: Uuid,
    /// Who rides it.
    pub courier: CourierId,
    /// Its halts in order.
    pub halts: Vec<PlannedHalt>,
}

#[derive(QueryableByName)]
struct LoadRow {
    #[diesel(sql_type = Date)]
    date: NaiveDate,
    #[diesel(sql_type = Binary)]
    courier: Id,
    #[diesel(sql_type = BigInt)]
    stops: i64,
    #[diesel(sql_type = BigInt)]
    items: i64,
    #[diesel(sql_type = BigInt)]
    distance_m: i64,
    #[diesel(sql_type = BigInt)]
    duration_s: i64,
}

#[derive(QueryableByName)]
struct HaltRow {
    #[diesel(sql_type = Date)]
    date: NaiveDate,
    #[diesel(sql_type = BigInt)]
    route: i64,
    #[diesel(sql_type = Binary)]
    trip: Id,
    #[diesel(sql_type = Binary)]
    courier: Id,
    #[diesel(sql_type = Nullable<Binary>)]
    site: Option<Id>,
    #[diesel(sql_type = Nullable<Binary>)]
    home: Option<Id>,
    #[diesel(sql_type = BigInt)]
    arrives_at: Micros,
    #[diesel(sql_type = BigInt)]
    departs_at: Micros,
}

impl Store {
    /// What each route with stops comes to, in the plans from `from` to `to`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn routes_ridden(
        &self,
        centre: CentreId,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Vec<RouteRidden>, StoreError> {
        let statement = format!(
            "SELECT s.date AS date, r.courier_id AS courier, COUNT(*) AS stops, \
             CAST(SUM(s.distance_m) AS BIGINT) AS distance_m, \
             (MAX(s.arrives_at) - MIN(s.departs_at)) / 1000000 AS duration_s, \
             CAST(SUM((SELECT COUNT(*) FROM plan_stop_items AS i WHERE i.centre_id = s.centre_id AND i.date = s.date \
             AND i.route_no = s.route_no AND i.stop_no = s.stop_no AND i.action = 'load')) AS BIGINT) AS items \
             FROM plan_stops AS s JOIN plan_routes AS r \
             ON r.centre_id = s.centre_id AND r.date = s.date AND r.route_no = s.route_no \
             WHERE s.centre_id = {{centre}} AND s.date >= '{from}' AND s.date <= '{to}' \
             GROUP BY s.date, s.route_no, r.courier_id HAVING COUNT(*) > 2 ORDER BY s.date, s.route_no"
        );
        let rows: Vec<LoadRow> = self.count_rows(centre, &[statement])?;
        let ridden = rows.into_iter().map(|row| RouteRidden {
            day: row.date,
            courier: row.courier.into(),
            tally: LoadTally {
                routes: 1,
                // Leaving the depot and coming back are no stops.
                stops: counted(row.stops - 2),
                items: counted(row.items),
                distance_m: counted(row.distance_m),
                duration_s: counted(row.duration_s),
            },
        });
        Ok(ridden.collect())
    }

    /// Each route with stops, with its halts, in the plans from `from` to `to`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn trips_planned(
        &self,
        centre: CentreId,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Vec<TripPlanned>, StoreError> {
        let statement = format!(
            "SELECT s.date AS date, CAST(s.route_no AS BIGINT) AS route, COALESCE(r.round_id, n.id) AS trip, \
             r.courier_id AS courier, s.site_id AS site, s.home_delivery_id AS home, s.arrives_at AS arrives_at, \
             s.departs_at AS departs_at FROM plan_stops AS s JOIN plan_routes AS r \
             ON r.centre_id = s.centre_id AND r.date = s.date AND r.route_no = s.route_no \
             LEFT JOIN plan_runs AS n ON n.centre_id = r.centre_id AND n.date = r.date AND n.run_no = r.run_no \
             WHERE s.centre_id = {{centre}} AND s.date >= '{from}' AND s.date <= '{to}' \
             AND (r.round_id IS NOT NULL OR n.id IS NOT NULL) ORDER BY s.date, s.route_no, s.stop_no"
        );
        let rows: Vec<HaltRow> = self.count_rows(centre, &[statement])?;
        let mut trips: Vec<(i64, TripPlanned)> = Vec::new();
        for row in rows {
            let corrupt = || StoreError::Corrupt { table: "plan_stops", problem: "a stop is nowhere".into() };
            let place = match (row.site, row.home) {
                (Some(site), _) => Place::Site(site.into()),
                (None, home) => Place::Home(home.ok_or_else(corrupt)?.into()),
            };
            let halt = PlannedHalt { place, arrives_at: row.arrives_at.into(), departs_at: row.departs_at.into() };
            match trips.last_mut().filter(|(route, trip)| (*route, trip.day) == (row.route, row.date)) {
                Some((_, trip)) => trip.halts.push(halt),
                None => {
                    let (trip, courier) = (row.trip.0, row.courier.into());
                    trips.push((row.route, TripPlanned { day: row.date, trip, courier, halts: vec![halt] }));
                }
            }
        }
        trips.retain(|(_, trip)| trip.halts.len() > 2);
        Ok(trips.into_iter().map(|(_, trip)| trip).collect())
    }
}
