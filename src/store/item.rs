//! Items.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    Inserted, ItemCursor, ItemFilter, ROWS_AT_ONCE, Store, StoreError,
    columns::{Id, Micros, corrupt, unsigned},
    connection::{AnyConnection, on_backend},
    schema::{centres, dossiers, home_deliveries, home_requests, items, postal_parcel_items, sites},
};
use crate::domain::{CentreId, Destination, Item, ItemId, Waypoint};

const TABLE: &str = "items";

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = items, treat_none_as_default_value = false)]
pub(super) struct ItemRow {
    centre_id: Id,
    id: Id,
    code: String,
    dossier_id: Option<Id>,
    from_site_id: Id,
    to_site_id: Option<Id>,
    to_home_delivery_id: Option<Id>,
    ready_at: Micros,
    due_at: Option<Micros>,
    weight_g: i64,
    waypoint_site_id: Option<Id>,
    waypoint_reached_at: Option<Micros>,
    delivered_at: Option<Micros>,
    synthetic: bool,
}

impl From<&Item> for ItemRow {
    fn from(item: &Item) -> Self {
        let (to_site_id, to_home_delivery_id) = match item.to {
            Destination::Site(site) => (Some(site.into()), None),
            Destination::Home(home) => (None, Some(home.into())),
        };
        Self {
            centre_id: item.centre_id.into(),
            id: item.id.into(),
            code: item.code.as_str().to_owned(),
            dossier_id: item.dossier_id.map(Id::from),
            from_site_id: item.from.into(),
            to_site_id,
            to_home_delivery_id,
            ready_at: item.ready_at.into(),
            due_at: item.due_at.map(Micros::from),
            weight_g: item.weight_g.into(),
            waypoint_site_id: item.waypoint.map(|waypoint| waypoint.site.into()),
            waypoint_reached_at: item.waypoint.map(|waypoint| waypoint.reached_at.into()),
            delivered_at: item.delivered_at.map(Micros::from),
            synthetic: item.synthetic,
        }
    }
}

impl TryFrom<ItemRow> for Item {
    type Error = StoreError;
    fn try_from(row: ItemRow) -> Result<Self, StoreError> {
        let to = match (row.to_site_id, row.to_home_delivery_id) {
            (Some(site), None) => Destination::Site(site.into()),
            (None, Some(home)) => Destination::Home(home.into()),
            _ => {
                let problem = "an item goes either to a site or to a home".to_owned();
                return Err(StoreError::Corrupt { table: TABLE, problem });
            }
        };
        Ok(Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            code: row.code.parse().map_err(corrupt(TABLE))?,
            dossier_id: row.dossier_id.map(Into::into),
            from: row.from_site_id.into(),
            to,
            ready_at: row.ready_at.into(),
            due_at: row.due_at.map(DateTime::from),
            weight_g: unsigned(TABLE, row.weight_g)?,
            waypoint: row
                .waypoint_site_id
                .zip(row.waypoint_reached_at)
                .map(|(site, reached_at)| Waypoint { site: site.into(), reached_at: reached_at.into() }),
            delivered_at: row.delivered_at.map(DateTime::from),
            synthetic: row.synthetic,
        })
    }
}

impl ItemRow {
    /// Whether this row was created as `new`, wherever the item has come to since.
    fn is_creation_of(&self, new: &Self) -> bool {
        let as_created = Self {
            waypoint_site_id: new.waypoint_site_id,
            waypoint_reached_at: new.waypoint_reached_at,
            delivered_at: new.delivered_at,
            ..self.clone()
        };
        as_created == *new
    }
}

fn items_of(rows: Vec<ItemRow>) -> Result<Vec<Item>, StoreError> {
    rows.into_iter().map(Item::try_from).collect()
}

/// Which field of a refused item names a row that its centre does not have.
fn missing_reference(connection: &mut AnyConnection, row: &ItemRow) -> Result<Option<StoreError>, StoreError> {
    let missing = |field, what| Ok(Some(StoreError::Missing { field, what }));
    let site = |connection: &mut AnyConnection, id: Id| {
        sites::table.find((row.centre_id, id)).count().get_result::<i64>(connection)
    };
    if centres::table.find(row.centre_id).count().get_result::<i64>(connection)? == 0 {
        return missing("centre_id", "a centre");
    }
    if site(connection, row.from_site_id)? == 0 {
        return missing("from", "a site");
    }
    if let Some(id) = row.to_site_id
        && site(connection, id)? == 0
    {
        return missing("to", "a site");
    }
    if let Some(id) = row.waypoint_site_id
        && site(connection, id)? == 0
    {
        return missing("waypoint", "a site");
    }
    if let Some(id) = row.to_home_delivery_id
        && home_deliveries::table.find((row.centre_id, id)).count().get_result::<i64>(connection)? == 0
    {
        return missing("to", "a home delivery");
    }
    if let Some(id) = row.dossier_id
        && dossiers::table.find((row.centre_id, id)).count().get_result::<i64>(connection)? == 0
    {
        return missing("dossier_id", "a dossier");
    }
    Ok(None)
}

impl Store {
    /// Stores an item, unless one with its id or code is there.
    ///
    /// # Errors
    /// [`StoreError::Domain`] for an item that contradicts itself; [`StoreError::Missing`] with the field that names a
    /// site, home delivery or dossier that the centre does not have.
    pub fn insert_item(&self, item: &Item) -> Result<Inserted, StoreError> {
        item.validate()?;
        let row = ItemRow::from(item);
        self.write(|connection| {
            // An item that is there already is answered before its references are looked at.
            let known: Option<ItemRow> =
                items::table.find((row.centre_id, row.id)).select(ItemRow::as_select()).first(connection).optional()?;
            match known {
                Some(known) if known.is_creation_of(&row) => return Ok(Inserted::Exists),
                Some(_) => return Ok(Inserted::Conflict { field: "id" }),
                None => {}
            }
            if let Some(error) = missing_reference(connection, &row)? {
                return Err(error);
            }
            let new = on_backend!(connection, |c| diesel::insert_into(items::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))?;
            if new == 1 {
                return Ok(Inserted::Created);
            }
            // On PostgreSQL the same item may have come in since.
            let known: Option<ItemRow> =
                items::table.find((row.centre_id, row.id)).select(ItemRow::as_select()).first(connection).optional()?;
            Ok(match known {
                Some(known) if known.is_creation_of(&row) => Inserted::Exists,
                Some(_) => Inserted::Conflict { field: "id" },
                None => Inserted::Conflict { field: "code" },
            })
        })
    }

    /// The centre's item with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn item(&self, centre: CentreId, id: ItemId) -> Result<Option<Item>, StoreError> {
        self.read(|connection| {
            let row: Option<ItemRow> = items::table
                .find((Id::from(centre), Id::from(id)))
                .select(ItemRow::as_select())
                .first(connection)
                .optional()?;
            row.map(Item::try_from).transpose()
        })
    }

    /// The centre's item with this code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn item_by_code(&self, centre: CentreId, code: &str) -> Result<Option<Item>, StoreError> {
        self.read(|connection| {
            let row: Option<ItemRow> = items::table
                .filter(items::centre_id.eq(Id::from(centre)))
                .filter(items::code.eq(code))
                .select(ItemRow::as_select())
                .first(connection)
                .optional()?;
            row.map(Item::try_from).transpose()
        })
    }

    /// The centre's items with these ids, by id; an id that is unknown is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn items_by_id(&self, centre: CentreId, ids: &[ItemId]) -> Result<Vec<Item>, StoreError> {
        self.snapshot(|connection| {
            let mut found: Vec<Item> = Vec::with_capacity(ids.len());
            for ids in ids.chunks(ROWS_AT_ONCE) {
                let rows: Vec<ItemRow> = items::table
                    .filter(items::centre_id.eq(Id::from(centre)))
                    .filter(items::id.eq_any(ids.iter().map(|id| Id::from(*id))))
                    .select(ItemRow::as_select())
                    .load(connection)?;
                found.extend(items_of(rows)?);
            }
            found.sort_by_key(|item| item.id);
            found.dedup_by_key(|item| item.id);
            Ok(found)
        })
    }

    /// The centre's items that pass `filter`, by `ready_at` and then id, from after `after` on, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn items(
        &self,
        centre: CentreId,
        filter: &ItemFilter,
        after: Option<ItemCursor>,
        limit: u32,
    ) -> Result<Vec<Item>, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|connection| {
            let mut query = items::table.select(ItemRow::as_select()).filter(items::centre_id.eq(centre)).into_boxed();
            if let Some(code) = &filter.dossier_code {
                let dossier: Option<Id> = dossiers::table
                    .filter(dossiers::centre_id.eq(centre))
                    .filter(dossiers::code.eq(code))
                    .select(dossiers::id)
                    .first(connection)
                    .optional()?;
                let Some(dossier) = dossier else { return Ok(Vec::new()) };
                query = query.filter(items::dossier_id.eq(dossier));
            }
            if let Some(site) = filter.from {
                query = query.filter(items::from_site_id.eq(Id::from(site)));
            }
            if let Some(site) = filter.to {
                query = query.filter(items::to_site_id.eq(Id::from(site)));
            }
            if let Some(site) = filter.concerning.map(Id::from) {
                let ends = items::from_site_id.eq(site).or(items::to_site_id.assume_not_null().eq(site));
                query = query.filter(ends.or(items::waypoint_site_id.assume_not_null().eq(site)));
            }
            if let Some(at) = filter.ready_from {
                query = query.filter(items::ready_at.ge(Micros::from(at)));
            }
            if let Some(at) = filter.ready_until {
                query = query.filter(items::ready_at.lt(Micros::from(at)));
            }
            query = match filter.delivered {
                Some(true) => query.filter(items::delivered_at.is_not_null()),
                Some(false) => query.filter(items::delivered_at.is_null()),
                None => query,
            };
            if let Some(prefix) = filter.code_prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
                let Some(end) = prefix_end(prefix) else { return Ok(Vec::new()) };
                query = query.filter(items::code.ge(prefix.to_owned())).filter(items::code.lt(end));
            }
            if let Some(ItemCursor { ready_at, id }) = after {
                // Said twice, so that the index is entered at the right place.
                query = query
                    .filter(items::ready_at.ge(Micros::from(ready_at)))
                    .filter(items::ready_at.gt(Micros::from(ready_at)).or(items::id.gt(Id::from(id))));
            }
            let rows = query.order((items::ready_at, items::id)).limit(limit.into()).load(connection)?;
            items_of(rows)
        })
    }

    /// The items that a day's planning must look at: ready before `ready_before`, and not delivered, or only at or after
    /// `undelivered_at`; by `ready_at` and then id. What goes to a home to which it is not, or no more, asked for is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn waiting_items(
        &self,
        centre: CentreId,
        ready_before: DateTime<Utc>,
        undelivered_at: DateTime<Utc>,
    ) -> Result<Vec<Item>, StoreError> {
        let ready = items::centre_id.eq(Id::from(centre)).and(items::ready_at.lt(Micros::from(ready_before)));
        let select = || items::table.select(ItemRow::as_select()).filter(ready);
        self.snapshot(|connection| {
            // Two statements, because one with OR makes a database scan where each alone enters an index.
            let mut rows: Vec<ItemRow> = select().filter(items::delivered_at.is_null()).load(connection)?;
            let later: Vec<ItemRow> =
                select().filter(items::delivered_at.ge(Micros::from(undelivered_at))).load(connection)?;
            rows.extend(later);
            leave_unwanted(connection, Id::from(centre), &mut rows)?;
            leave_what_the_post_has(connection, Id::from(centre), &mut rows)?;
            rows.sort_unstable_by_key(|row| (row.ready_at, row.id));
            items_of(rows)
        })
    }
}

/// Leaves out what goes to homes whose requests are not confirmed: the citizen fetches it, or has not made up the mind.
fn leave_unwanted(connection: &mut AnyConnection, centre: Id, rows: &mut Vec<ItemRow>) -> Result<(), StoreError> {
    let mut homes: Vec<Id> = rows.iter().filter_map(|row| row.to_home_delivery_id).collect();
    homes.sort_unstable();
    homes.dedup();
    let mut unwanted: Vec<Id> = Vec::new();
    for homes in homes.chunks(ROWS_AT_ONCE) {
        let found: Vec<Id> = home_requests::table
            .filter(home_requests::centre_id.eq(centre))
            .filter(home_requests::id.eq_any(homes.iter().copied()))
            .filter(home_requests::state.ne("confirmed"))
            .select(home_requests::id)
            .load(connection)?;
        unwanted.extend(found);
    }
    unwanted.sort_unstable();
    rows.retain(|row| row.to_home_delivery_id.is_none_or(|home| unwanted.binary_search(&home).is_err()));
    Ok(())
}

/// Leaves out what the postal operator has: it brings that home, not our rounds.
fn leave_what_the_post_has(
    connection: &mut AnyConnection,
    centre: Id,
    rows: &mut Vec<ItemRow>,
) -> Result<(), StoreError> {
    let mut out: Vec<Id> = Vec::new();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let found: Vec<Id> = postal_parcel_items::table
            .filter(postal_parcel_items::centre_id.eq(centre))
            .filter(postal_parcel_items::item_id.eq_any(rows.iter().map(|row| row.id)))
            .filter(postal_parcel_items::is_out)
            .select(postal_parcel_items::item_id)
            .load(connection)?;
        out.extend(found);
    }
    out.sort_unstable();
    rows.retain(|row| out.binary_search(&row.id).is_err());
    Ok(())
}

/// The first code after all that begin with `prefix`; none when no code can begin so.
fn prefix_end(prefix: &str) -> Option<String> {
    let mut bytes = prefix.as_bytes().to_vec();
    if !bytes.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    // The last visible character is followed by a control character, which is ASCII too.
    *bytes.last_mut()? += 1;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::prefix_end;

    #[test]
    fn a_prefix_ends_before_the_next_code() {
        assert_eq!(prefix_end("AB").as_deref(), Some("AC"));
        assert_eq!(prefix_end("A~").as_deref(), Some("A\u{7f}"));
        assert_eq!(prefix_end("Ấ"), None);
        assert_eq!(prefix_end("A B"), None);
        assert_eq!(prefix_end(""), None);
    }
}
