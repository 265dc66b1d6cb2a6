//! Results brought home, and how long things took on the way.

use chrono::NaiveDate;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Binary, Date, Nullable, Text},
};

use super::{Stretch, counted, day};
use crate::{
    domain::{CentreId, SiteId, report::TransitLeg},
    store::{Store, StoreError, columns::Id},
};

/// Home deliveries that were asked for on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeAsked {
    /// The day.
    pub day: NaiveDate,
    /// The department, where one is known.
    pub department: Option<SiteId>,
    /// The commune.
    pub commune: String,
    /// How many.
    pub asked: u64,
}

/// Home deliveries that were handed over whole on one day, and were ready on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeDelivered {
    /// The day of handing over the last of its items.
    pub day: NaiveDate,
    /// The day on which the first of its items lay ready.
    pub ready_on: NaiveDate,
    /// The day that the recipient wished for.
    pub wanted_on: Option<NaiveDate>,
    /// The department, where one is known.
    pub department: Option<SiteId>,
    /// The commune.
    pub commune: String,
    /// How many.
    pub delivered: u64,
}

/// How long one item took on one leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegTaken {
    /// The day on which the leg ended.
    pub day: NaiveDate,
    /// The office at its other end than the centre, or where the result comes from.
    pub office: SiteId,
    /// The leg.
    pub leg: TransitLeg,
    /// From being ready to being there, seconds.
    pub seconds: i64,
}

#[derive(QueryableByName)]
struct AskedRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    department: Option<Id>,
    #[diesel(sql_type = Text)]
    commune: String,
    #[diesel(sql_type = BigInt)]
    asked: i64,
}

#[derive(QueryableByName)]
struct DeliveredRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    ready: i64,
    #[diesel(sql_type = Nullable<Date>)]
    wanted: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Binary>)]
    department: Option<Id>,
    #[diesel(sql_type = Text)]
    commune: String,
    #[diesel(sql_type = BigInt)]
    delivered: i64,
}

#[derive(QueryableByName)]
struct LegRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Binary)]
    office: Id,
    #[diesel(sql_type = Text)]
    leg: String,
    #[diesel(sql_type = BigInt)]
    seconds: i64,
}

const DOSSIER: &str = "LEFT JOIN dossiers AS d ON d.centre_id = h.centre_id AND d.id = h.dossier_id";

impl Store {
    /// Home deliveries by the day on which they were asked for, department and commune.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn homes_asked(&self, centre: CentreId, stretches: &[Stretch]) -> Result<Vec<HomeAsked>, StoreError> {
        let statement = |stretch: &Stretch| {
            format!(
                "SELECT {day} AS day, d.department_id AS department, h.commune_code AS commune, COUNT(*) AS asked \
                 FROM home_deliveries AS h {DOSSIER} WHERE h.centre_id = {{centre}} AND {holds} \
                 GROUP BY {day}, d.department_id, h.commune_code",
                day = stretch.day("h.requested_at"),
                holds = stretch.holds("h.requested_at"),
            )
        };
        let rows: Vec<AskedRow> = self.count_rows(centre, &stretches.iter().map(statement).collect::<Vec<_>>())?;
        rows.into_iter()
            .map(|row| {
                Ok(HomeAsked {
                    day: day(row.day)?,
                    department: row.department.map(SiteId::from),
                    commune: row.commune,
                    asked: counted(row.asked),
                })
            })
            .collect()
    }

    /// Home deliveries all of whose items were handed over, by the day of the last, the day on which the first was ready, the day
    /// wished for, department and commune.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn homes_delivered(&self, centre: CentreId, stretches: &[Stretch]) -> Result<Vec<HomeDelivered>, StoreError> {
        let statement = |stretch: &Stretch| {
            let (day, ready) = (stretch.day("whole.at"), stretch.day("whole.ready_at"));
            format!(
                "SELECT {day} AS day, {ready} AS ready, h.wanted_date AS wanted, d.department_id AS department, \
                 h.commune_code AS commune, COUNT(*) AS delivered \
                 FROM (SELECT to_home_delivery_id AS home, MAX(delivered_at) AS at, MIN(ready_at) AS ready_at \
                 FROM items WHERE centre_id = {{centre}} AND to_home_delivery_id IS NOT NULL \
                 GROUP BY to_home_delivery_id HAVING COUNT(*) = COUNT(delivered_at) AND {holds}) AS whole \
                 JOIN home_deliveries AS h ON h.centre_id = {{centre}} AND h.id = whole.home {DOSSIER} \
                 GROUP BY {day}, {ready}, h.wanted_date, d.department_id, h.commune_code",
                holds = stretch.holds("MAX(delivered_at)"),
            )
        };
        let rows: Vec<DeliveredRow> = self.count_rows(centre, &stretches.iter().map(statement).collect::<Vec<_>>())?;
        rows.into_iter()
            .map(|row| {
                Ok(HomeDelivered {
                    day: day(row.day)?,
                    ready_on: day(row.ready)?,
                    wanted_on: row.wanted,
                    department: row.department.map(SiteId::from),
                    commune: row.commune,
                    delivered: counted(row.delivered),
                })
            })
            .collect()
    }

    /// How long each item took on each leg that it has ended: to the centre, to an office, to a home. `hub` is the centre's site.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn legs_taken(
        &self,
        centre: CentreId,
        hub: SiteId,
        stretches: &[Stretch],
    ) -> Result<Vec<LegTaken>, StoreError> {
        let statements: Vec<String> = stretches
            .iter()
            .flat_map(|stretch| {
                let leg = |word: TransitLeg, office: &str, begin: &str, end: &str, condition: &str| {
                    format!(
                        "SELECT {day} AS day, {office} AS office, '{word}' AS leg, \
                         ({end} - {begin}) / 1000000 AS seconds FROM items \
                         WHERE centre_id = {{centre}} AND {holds} AND {end} >= {begin} AND {condition}",
                        day = stretch.day(end),
                        holds = stretch.holds(end),
                    )
                };
                let from_hub = "COALESCE(waypoint_reached_at, ready_at)";
                [
                    leg(
                        TransitLeg::ToCentre,
                        "from_site_id",
                        "ready_at",
                        "waypoint_reached_at",
                        "waypoint_site_id = {site}",
                    ),
                    leg(TransitLeg::ToCentre, "from_site_id", "ready_at", "delivered_at", "to_site_id = {site}"),
                    leg(TransitLeg::ToOffice, "to_site_id", from_hub, "delivered_at", "to_site_id <> {site}"),
                    leg(
                        TransitLeg::ToHome,
                        "from_site_id",
                        from_hub,
                        "delivered_at",
                        "to_home_delivery_id IS NOT NULL",
                    ),
                ]
            })
            .collect();
        let rows: Vec<LegRow> = self.count_rows_with(centre, Some(hub), &statements)?;
        rows.into_iter()
            .map(|row| {
                let leg = row.leg.parse();
                Ok(LegTaken {
                    day: day(row.day)?,
                    office: row.office.into(),
                    leg: leg.map_err(|error| StoreError::Corrupt { table: "items", problem: format!("{error}") })?,
                    seconds: row.seconds,
                })
            })
            .collect()
    }
}
