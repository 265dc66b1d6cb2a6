//! Many rows at once: a season in, a synthetic season out.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{
    ROWS_AT_ONCE, Store, StoreError,
    columns::Id,
    complaint::RatingRow,
    connection::{AnyConnection, on_backend},
    dossier::DossierRow,
    home_delivery::HomeDeliveryRow,
    item::ItemRow,
    plan::delete_plans,
    schema::{
        compensations, complaints, dossiers, home_deliveries, home_facts, items, plan_continues, plan_stop_items,
        plan_stops, plan_unassigned, plan_warnings, postal_events, postal_handovers, postal_parcel_items,
        postal_parcels, ratings,
    },
};
use crate::domain::{CentreId, Dossier, HomeDelivery, Item, Rating};

/// Inserts `$list` in batches, telling `$progress` after each.
macro_rules! insert_in_batches {
    ($connection:ident, $table:expr, $list:ident as $row:ident, $what:literal, $step:ident) => {
        for batch in $list.chunks(ROWS_AT_ONCE) {
            let rows: Vec<$row> = batch.iter().map($row::from).collect();
            on_backend!($connection, |c| diesel::insert_into($table).values(&rows).execute(c))
                .map_err(|error| StoreError::naming(error, stringify!($list), $what))?;
            $step(batch.len());
        }
    };
}

impl Store {
    /// Stores a season: dossiers, then the home deliveries that name them, then the items that name both, then ratings; all of
    /// it, or nothing. `progress` is told the rows done and the rows in all, from time to time.
    ///
    /// # Errors
    /// [`StoreError::Domain`] for an item that contradicts itself, [`StoreError::Duplicate`] for an id or code that is
    /// taken, [`StoreError::Missing`] for a row that names what the centre does not have.
    pub fn insert_season(
        &self,
        dossiers: &[Dossier],
        home_deliveries: &[HomeDelivery],
        items: &[Item],
        ratings: &[Rating],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        items.iter().try_for_each(Item::validate)?;
        let total = (dossiers.len() + home_deliveries.len() + items.len() + ratings.len()) as u64;
        let mut done = 0;
        let mut step = |rows: usize| {
            done += rows as u64;
            progress(done, total);
        };
        self.write(|connection| {
            insert_in_batches!(connection, dossiers::table, dossiers as DossierRow, "a department", step);
            insert_in_batches!(
                connection,
                home_deliveries::table,
                home_deliveries as HomeDeliveryRow,
                "a dossier",
                step
            );
            insert_in_batches!(connection, items::table, items as ItemRow, "a site, home delivery or dossier", step);
            insert_in_batches!(connection, ratings::table, ratings as RatingRow, "a dossier", step);
            Ok(())
        })
    }

    /// Deletes a centre's synthetic items, home deliveries and dossiers, and the plans that carry them; keeps of them
    /// what a row that is not synthetic names. Answers how many rows went, plans not counted.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing is deleted.
    pub fn delete_synthetic(&self, centre: CentreId) -> Result<u64, StoreError> {
        let centre = Id::from(centre);
        self.write(|connection| {
            for date in dates_with_synthetic(connection, centre)? {
                delete_plans(connection, centre, date)?;
            }
            let deleted = on_backend!(connection, |c| {
                let said = diesel::delete(
                    compensations::table.filter(compensations::centre_id.eq(centre)).filter(compensations::synthetic),
                )
                .execute(c)?
                    + diesel::delete(
                        complaints::table.filter(complaints::centre_id.eq(centre)).filter(complaints::synthetic),
                    )
                    .execute(c)?
                    + diesel::delete(ratings::table.filter(ratings::centre_id.eq(centre)).filter(ratings::synthetic))
                        .execute(c)?;
                let handed = || {
                    postal_handovers::table
                        .filter(postal_handovers::centre_id.eq(centre))
                        .filter(postal_handovers::synthetic)
                };
                let parcels = || {
                    postal_parcels::table
                        .filter(postal_parcels::centre_id.eq(centre))
                        .filter(postal_parcels::handover_id.eq_any(handed().select(postal_handovers::id)))
                };
                diesel::delete(
                    postal_events::table.filter(postal_events::centre_id.eq(centre)).filter(
                        postal_events::number.eq_any(parcels().select(postal_parcels::number)).or(
                            postal_events::handover_id.assume_not_null().eq_any(handed().select(postal_handovers::id)),
                        ),
                    ),
                )
                .execute(c)?;
                diesel::delete(
                    postal_parcel_items::table
                        .filter(postal_parcel_items::centre_id.eq(centre))
                        .filter(postal_parcel_items::number.eq_any(parcels().select(postal_parcels::number))),
                )
                .execute(c)?;
                diesel::delete(parcels()).execute(c)?;
                diesel::delete(handed()).execute(c)?;
                let synthetic_homes = home_deliveries::table
                    .filter(home_deliveries::centre_id.eq(centre))
                    .filter(home_deliveries::synthetic)
                    .select(home_deliveries::id);
                diesel::delete(
                    home_facts::table
                        .filter(home_facts::centre_id.eq(centre))
                        .filter(home_facts::home_delivery_id.eq_any(synthetic_homes)),
                )
                .execute(c)?;
                let items = diesel::delete(items::table.filter(items::centre_id.eq(centre)).filter(items::synthetic))
                    .execute(c)?;
                let wanted = items::table
                    .filter(items::centre_id.eq(home_deliveries::centre_id))
                    .filter(items::to_home_delivery_id.eq(home_deliveries::id.nullable()));
                let homes = diesel::delete(
                    home_deliveries::table
                        .filter(home_deliveries::centre_id.eq(centre))
                        .filter(home_deliveries::synthetic)
                        .filter(diesel::dsl::not(diesel::dsl::exists(wanted))),
                )
                .execute(c)?;
                let carried = items::table
                    .filter(items::centre_id.eq(dossiers::centre_id))
                    .filter(items::dossier_id.eq(dossiers::id.nullable()));
                let brought = home_deliveries::table
                    .filter(home_deliveries::centre_id.eq(dossiers::centre_id))
                    .filter(home_deliveries::dossier_id.eq(dossiers::id.nullable()));
                let dossiers = diesel::delete(
                    dossiers::table
                        .filter(dossiers::centre_id.eq(centre))
                        .filter(dossiers::synthetic)
                        .filter(diesel::dsl::not(diesel::dsl::exists(carried)))
                        .filter(diesel::dsl::not(diesel::dsl::exists(brought))),
                )
                .execute(c)?;
                QueryResult::Ok(said + items + homes + dossiers)
            })?;
            Ok(deleted as u64)
        })
    }
}

/// The days whose plans name something synthetic.
fn dates_with_synthetic(connection: &mut AnyConnection, centre: Id) -> Result<Vec<NaiveDate>, StoreError> {
    macro_rules! dates {
        ($c:ident, $table:ident) => {
            $table::table
                .inner_join(items::table.on(
                    items::centre_id.eq($table::centre_id).and(items::id.nullable().eq($table::item_id.nullable())),
                ))
                .filter($table::centre_id.eq(centre))
                .filter(items::synthetic)
                .select($table::date)
                .distinct()
                .load::<NaiveDate>($c)?
        };
    }
    let mut dates = on_backend!(connection, |c| {
        let mut dates = dates!(c, plan_stop_items);
        dates.extend(dates!(c, plan_unassigned));
        dates.extend(dates!(c, plan_continues));
        dates.extend(dates!(c, plan_warnings));
        let stops: Vec<NaiveDate> = plan_stops::table
            .inner_join(
                home_deliveries::table.on(home_deliveries::centre_id
                    .eq(plan_stops::centre_id)
                    .and(home_deliveries::id.nullable().eq(plan_stops::home_delivery_id))),
            )
            .filter(plan_stops::centre_id.eq(centre))
            .filter(home_deliveries::synthetic)
            .select(plan_stops::date)
            .distinct()
            .load(c)?;
        dates.extend(stops);
        QueryResult::Ok(dates)
    })?;
    dates.sort_unstable();
    dates.dedup();
    Ok(dates)
}
