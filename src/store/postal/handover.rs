use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    domain::{CentreId, HomeDeliveryId, ItemId, PostalHandover, PostalParcel, PostalRange, S10},
    store::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros, digest, unsigned, without_nul, word},
        connection::{AnyConnection, on_backend},
        schema::{items, postal_counters, postal_handovers, postal_parcel_items, postal_parcels},
    },
};

const TABLE: &str = "postal_handovers";

/// A parcel that has no number yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParcel {
    /// The home delivery, where it is one.
    pub home_delivery_id: Option<HomeDeliveryId>,
    /// What is in it.
    pub items: Vec<ItemId>,
    /// Its weight in grams.
    pub weight_g: u32,
}

/// What became of a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOver {
    /// It is kept.
    Done,
    /// One with its id is there.
    Known,
    /// The ranges have too few numbers left.
    NoNumbers,
    /// One of its things is with the operator already.
    OutAlready,
}

/// A handover as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHandover {
    /// The handover.
    pub handover: PostalHandover,
    /// Of what was asked for.
    pub asked_sha256: [u8; 32],
    /// How often the operator's system was told of it.
    pub announce_tries: u32,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = postal_handovers, treat_none_as_default_value = false)]
struct HandoverRow {
    centre_id: Id,
    id: Id,
    from_site_id: Id,
    to_site_id: Id,
    date: NaiveDate,
    handed_at: Micros,
    recorded_at: Micros,
    recorded_by: String,
    scan_id: Id,
    asked_sha256: Vec<u8>,
    announced_at: Option<Micros>,
    announce_tries: i64,
    announce_due_at: Micros,
    announce_problem: Option<String>,
    synthetic: bool,
}

impl TryFrom<HandoverRow> for StoredHandover {
    type Error = StoreError;
    fn try_from(row: HandoverRow) -> Result<Self, StoreError> {
        let handover = PostalHandover {
            id: row.id.0,
            centre_id: row.centre_id.into(),
            from: row.from_site_id.into(),
            to: row.to_site_id.into(),
            date: row.date,
            handed_at: row.handed_at.into(),
            recorded_at: row.recorded_at.into(),
            recorded_by: row.recorded_by,
            scan_id: row.scan_id.into(),
            announced_at: row.announced_at.map(DateTime::from),
            announce_problem: row.announce_problem,
            synthetic: row.synthetic,
        };
        let asked_sha256 = digest(TABLE, row.asked_sha256)?;
        Ok(Self { handover, asked_sha256, announce_tries: unsigned(TABLE, row.announce_tries)? })
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = postal_parcels, treat_none_as_default_value = false)]
struct ParcelRow {
    centre_id: Id,
    number: String,
    handover_id: Id,
    place: i64,
    home_delivery_id: Option<Id>,
    weight_g: i64,
}

/// Takes `count` numbers out of the ranges, in their order; none when there are too few. Until the transaction ends nobody else
/// takes any.
fn take_numbers(
    connection: &mut AnyConnection,
    centre: Id,
    ranges: &[PostalRange],
    count: usize,
) -> Result<Option<Vec<S10>>, StoreError> {
    let mut numbers = Vec::with_capacity(count);
    for range in ranges {
        let first = i64::from(range.from);
        let new = (
            postal_counters::centre_id.eq(centre),
            postal_counters::service.eq(&range.service),
            postal_counters::first_serial.eq(first),
            postal_counters::last_serial.eq(first - 1),
        );
        on_backend!(connection, |c| diesel::insert_into(postal_counters::table)
            .values(new)
            .on_conflict_do_nothing()
            .execute(c))?;
        let counter = postal_counters::table
            .filter(postal_counters::centre_id.eq(centre))
            .filter(postal_counters::service.eq(&range.service))
            .filter(postal_counters::first_serial.eq(first));
        // The update locks the row, so that what is read behind it stays true.
        let lock = postal_counters::last_serial.eq(postal_counters::last_serial + 0);
        on_backend!(connection, |c| diesel::update(counter).set(lock).execute(c))?;
        let mut last: i64 = counter.select(postal_counters::last_serial).first(connection)?;
        while numbers.len() < count && last < i64::from(range.to) {
            last += 1;
            numbers.push(S10::of(&range.service, unsigned("postal_counters", last)?, &range.country)?);
        }
        on_backend!(connection, |c| diesel::update(counter).set(postal_counters::last_serial.eq(last)).execute(c))?;
    }
    Ok((numbers.len() == count).then_some(numbers))
}

/// What is given up when a handover cannot be kept.
enum Stopped {
    As(HandedOver),
    Failed(StoreError),
}

impl Store {
    /// Keeps a handover and gives each parcel its number.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it names what the centre does not have.
    pub fn insert_postal_handover(
        &self,
        handover: &PostalHandover,
        asked_sha256: [u8; 32],
        parcels: &[NewParcel],
        ranges: &[PostalRange],
    ) -> Result<HandedOver, StoreError> {
        without_nul("recorded_by", &handover.recorded_by)?;
        let centre = Id::from(handover.centre_id);
        let row = HandoverRow {
            centre_id: centre,
            id: Id(handover.id),
            from_site_id: handover.from.into(),
            to_site_id: handover.to.into(),
            date: handover.date,
            handed_at: handover.handed_at.into(),
            recorded_at: handover.recorded_at.into(),
            recorded_by: handover.recorded_by.clone(),
            scan_id: handover.scan_id.into(),
            asked_sha256: asked_sha256.to_vec(),
            announced_at: None,
            announce_tries: 0,
            announce_due_at: handover.recorded_at.into(),
            announce_problem: None,
            synthetic: handover.synthetic,
        };
        let mut stopped = None;
        let done = self.write(|connection| {
            // An error takes the whole transaction back, whatever it was stopped by.
            let mut stop = |why: Stopped| {
                let error = match why {
                    Stopped::As(outcome) => {
                        stopped = Some(outcome);
                        StoreError::Busy
                    }
                    Stopped::Failed(error) => error,
                };
                Err(error)
            };
            let new = on_backend!(connection, |c| diesel::insert_into(postal_handovers::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "to", "a site"))?;
            if new == 0 {
                return stop(Stopped::As(HandedOver::Known));
            }
            let Some(numbers) = take_numbers(connection, centre, ranges, parcels.len())? else {
                return stop(Stopped::As(HandedOver::NoNumbers));
            };
            for (place, (parcel, number)) in parcels.iter().zip(&numbers).enumerate() {
                let row = ParcelRow {
                    centre_id: centre,
                    number: number.to_string(),
                    handover_id: row.id,
                    place: i64::try_from(place).unwrap_or(i64::MAX),
                    home_delivery_id: parcel.home_delivery_id.map(Id::from),
                    weight_g: parcel.weight_g.into(),
                };
                on_backend!(connection, |c| diesel::insert_into(postal_parcels::table).values(&row).execute(c))
                    .map_err(|error| StoreError::naming(error, "home_deliveries", "a home delivery"))?;
                for item in &parcel.items {
                    let content = (
                        postal_parcel_items::centre_id.eq(centre),
                        postal_parcel_items::number.eq(number.as_str()),
                        postal_parcel_items::item_id.eq(Id::from(*item)),
                        postal_parcel_items::is_out.eq(true),
                    );
                    let kept = on_backend!(connection, |c| diesel::insert_into(postal_parcel_items::table)
                        .values(content)
                        .execute(c));
                    match kept.map_err(|error| StoreError::naming(error, "items", "an item")) {
                        Ok(_) => {}
                        Err(StoreError::Duplicate { .. }) => return stop(Stopped::As(HandedOver::OutAlready)),
                        Err(error) => return stop(Stopped::Failed(error)),
                    }
                }
            }
            Ok(())
        });
        match (done, stopped) {
            (_, Some(outcome)) => Ok(outcome),
            (Ok(()), None) => Ok(HandedOver::Done),
            (Err(error), None) => Err(error),
        }
    }

    /// One handover.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_handover(&self, centre: CentreId, id: Uuid) -> Result<Option<StoredHandover>, StoreError> {
        self.read(|connection| {
            let row: Option<HandoverRow> = postal_handovers::table
                .find((Id::from(centre), Id(id)))
                .select(HandoverRow::as_select())
                .first(connection)
                .optional()?;
            row.map(StoredHandover::try_from).transpose()
        })
    }

    /// The handovers of a day, by time and then id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_handovers_on(&self, centre: CentreId, date: NaiveDate) -> Result<Vec<StoredHandover>, StoreError> {
        self.read(|connection| {
            let rows: Vec<HandoverRow> = postal_handovers::table
                .filter(postal_handovers::centre_id.eq(Id::from(centre)))
                .filter(postal_handovers::date.eq(date))
                .order((postal_handovers::handed_at, postal_handovers::id))
                .select(HandoverRow::as_select())
                .load(connection)?;
            rows.into_iter().map(StoredHandover::try_from).collect()
        })
    }

    /// The handovers of which the operator's system is to be told by `now`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_handovers_to_announce(
        &self,
        centre: CentreId,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredHandover>, StoreError> {
        self.read(|connection| {
            let rows: Vec<HandoverRow> = postal_handovers::table
                .filter(postal_handovers::centre_id.eq(Id::from(centre)))
                .filter(postal_handovers::announced_at.is_null())
                .filter(postal_handovers::announce_due_at.le(Micros::from(now)))
                .order((postal_handovers::announce_due_at, postal_handovers::id))
                .limit(limit.into())
                .select(HandoverRow::as_select())
                .load(connection)?;
            rows.into_iter().map(StoredHandover::try_from).collect()
        })
    }

    /// Keeps that the operator's system was told at `at`, or why it was not and when it is told again.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn settle_postal_announcement(
        &self,
        centre: CentreId,
        id: Uuid,
        at: DateTime<Utc>,
        failed: Option<(&str, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        self.write(|connection| {
            let target = postal_handovers::table
                .filter(postal_handovers::centre_id.eq(Id::from(centre)))
                .filter(postal_handovers::id.eq(Id(id)))
                .filter(postal_handovers::announced_at.is_null());
            let set = (
                postal_handovers::announced_at.eq(failed.is_none().then_some(Micros::from(at))),
                postal_handovers::announce_tries.eq(postal_handovers::announce_tries + 1),
                postal_handovers::announce_due_at.eq(Micros::from(failed.map_or(at, |(_, again)| again))),
                postal_handovers::announce_problem.eq(failed.map(|(problem, _)| problem)),
            );
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
            Ok(())
        })
    }

    /// The parcels of handovers, in the order in which they were handed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_parcels(&self, centre: CentreId, handovers: &[Uuid]) -> Result<Vec<PostalParcel>, StoreError> {
        self.snapshot(|connection| {
            let mut rows: Vec<ParcelRow> = Vec::new();
            for ids in handovers.chunks(ROWS_AT_ONCE) {
                let found: Vec<ParcelRow> = postal_parcels::table
                    .filter(postal_parcels::centre_id.eq(Id::from(centre)))
                    .filter(postal_parcels::handover_id.eq_any(ids.iter().map(|id| Id(*id))))
                    .order((postal_parcels::handover_id, postal_parcels::place))
                    .select(ParcelRow::as_select())
                    .load(connection)?;
                rows.extend(found);
            }
            with_items(connection, Id::from(centre), &rows)
        })
    }

    /// The parcel with a number.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_parcel(&self, centre: CentreId, number: &S10) -> Result<Option<PostalParcel>, StoreError> {
        self.snapshot(|connection| {
            let row: Option<ParcelRow> = postal_parcels::table
                .find((Id::from(centre), number.as_str()))
                .select(ParcelRow::as_select())
                .first(connection)
                .optional()?;
            Ok(with_items(connection, Id::from(centre), row.as_slice())?.pop())
        })
    }

    /// The numbers under which a home delivery was ever handed to the operator, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_numbers_of_home(&self, centre: CentreId, home: HomeDeliveryId) -> Result<Vec<S10>, StoreError> {
        self.read(|connection| {
            let found: Vec<String> = postal_parcels::table
                .filter(postal_parcels::centre_id.eq(Id::from(centre)))
                .filter(postal_parcels::home_delivery_id.assume_not_null().eq(Id::from(home)))
                .order(postal_parcels::number)
                .select(postal_parcels::number)
                .load(connection)?;
            found.iter().map(|number| word("postal_parcels", number)).collect()
        })
    }
}

fn with_items(connection: &mut AnyConnection, centre: Id, rows: &[ParcelRow]) -> Result<Vec<PostalParcel>, StoreError> {
    let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    let mut contents: Vec<(String, Id, String)> = Vec::new();
    for numbers in numbers.chunks(ROWS_AT_ONCE) {
        let of_item =
            items::centre_id.eq(postal_parcel_items::centre_id).and(items::id.eq(postal_parcel_items::item_id));
        let found: Vec<(String, Id, String)> = postal_parcel_items::table
            .inner_join(items::table.on(of_item))
            .filter(postal_parcel_items::centre_id.eq(centre))
            .filter(postal_parcel_items::number.eq_any(numbers.iter().copied()))
            .select((postal_parcel_items::number, items::id, items::code))
            .load(connection)?;
        contents.extend(found);
    }
    contents.sort_unstable();
    rows.iter()
        .map(|row| {
            let begin = contents.partition_point(|(number, ..)| *number < row.number);
            let items = contents[begin..].iter().take_while(|(number, ..)| *number == row.number);
            Ok(PostalParcel {
                number: word("postal_parcels", &row.number)?,
                handover_id: row.handover_id.0,
                home_delivery_id: row.home_delivery_id.map(Into::into),
                items: items.map(|(_, id, code)| ((*id).into(), code.clone())).collect(),
                weight_g: unsigned("postal_parcels", row.weight_g)?,
            })
        })
        .collect()
}
