//! Events are found.

use diesel::{dsl, prelude::*};

use super::{
    EventCursor, EventFilter, EventOrder, StoredEvent, TimeRange,
    rows::{FOUND, FoundRow, stored},
};
use crate::{
    domain::CentreId,
    store::{
        Store, StoreError,
        columns::{Id, Micros},
        connection::AnyConnection,
        schema::{epcis_events, epcis_terms},
    },
};

type Any = <AnyConnection as Connection>::Backend;
type Query = epcis_events::BoxedQuery<'static, Any>;

/// The events that pass a filter.
fn filtered(centre: Id, filter: &EventFilter) -> Query {
    let mut query = epcis_events::table.filter(epcis_events::centre_id.eq(centre)).into_boxed();
    macro_rules! within {
        ($column:ident, $range:expr) => {
            let (from, before): TimeRange = $range;
            if let Some(from) = from {
                query = query.filter(epcis_events::$column.ge(Micros::from(from)));
            }
            if let Some(before) = before {
                query = query.filter(epcis_events::$column.lt(Micros::from(before)));
            }
        };
    }
    macro_rules! one_of {
        ($($column:ident $field:ident)+) => {$(
            if let Some(values) = &filter.$field {
                query = query.filter(epcis_events::$column.eq_any(values.clone()));
            }
        )+};
    }
    within!(event_time, filter.event_time);
    within!(record_time, filter.record_time);
    within!(declared_at, filter.declared_at);
    if filter.declarations {
        query = query.filter(epcis_events::declared_at.is_not_null());
    }
    one_of!(event_type types action actions biz_step biz_steps disposition dispositions);
    one_of!(read_point read_points biz_location biz_locations event_id event_ids);
    for terms in &filter.terms {
        let named = epcis_terms::table
            .filter(epcis_terms::centre_id.eq(centre))
            .filter(epcis_terms::term.eq_any(terms.clone()))
            .select(epcis_terms::number);
        query = query.filter(epcis_events::number.eq_any(named));
    }
    query
}

impl Store {
    /// The events that pass `filter`, in `order`, backwards where it is `descending`, from after `after` on, at most
    /// `limit`. Events of one time follow each other in the order of recording.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn events(
        &self,
        centre: CentreId,
        filter: &EventFilter,
        (order, descending): (EventOrder, bool),
        after: Option<EventCursor>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut query = filtered(centre.into(), filter);
        macro_rules! ordered {
            ($column:ident) => {{
                // Said twice, so that the index is entered at the right place.
                query = match after.map(|after| (Micros::from(after.at), after.number)) {
                    Some((at, number)) if descending => query
                        .filter(epcis_events::$column.le(at))
                        .filter(epcis_events::$column.lt(at).or(epcis_events::number.lt(number))),
                    Some((at, number)) => query
                        .filter(epcis_events::$column.ge(at))
                        .filter(epcis_events::$column.gt(at).or(epcis_events::number.gt(number))),
                    None => query,
                };
                if descending {
                    query.order((epcis_events::$column.desc(), epcis_events::number.desc()))
                } else {
                    query.order((epcis_events::$column, epcis_events::number))
                }
            }};
        }
        let query = match order {
            EventOrder::EventTime => ordered!(event_time),
            EventOrder::RecordTime => ordered!(record_time),
            EventOrder::Number => {
                query = match after.map(|after| after.number) {
                    Some(number) if descending => query.filter(epcis_events::number.lt(number)),
                    Some(number) => query.filter(epcis_events::number.gt(number)),
                    None => query,
                };
                if descending { query.order(epcis_events::number.desc()) } else { query.order(epcis_events::number) }
            }
        };
        self.read(|connection| {
            let rows: Vec<FoundRow> = query.select(FOUND).limit(limit.into()).load(connection)?;
            rows.into_iter().map(stored).collect()
        })
    }

    /// How many events pass `filter`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn count_events(&self, centre: CentreId, filter: &EventFilter) -> Result<u64, StoreError> {
        let query = filtered(centre.into(), filter);
        self.read(|connection| {
            let count: i64 = query.count().get_result(connection)?;
            Ok(count.cast_unsigned())
        })
    }

    /// The types of the events that there are, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn event_types(&self, centre: CentreId) -> Result<Vec<String>, StoreError> {
        self.snapshot(|connection| {
            let mut types: Vec<String> = Vec::new();
            // One step for each type: the index leads from one to the next.
            loop {
                let last = types.last().cloned().unwrap_or_default();
                let next: Option<String> = epcis_events::table
                    .filter(epcis_events::centre_id.eq(Id::from(centre)))
                    .filter(epcis_events::event_type.gt(last))
                    .select(dsl::min(epcis_events::event_type))
                    .first(connection)?;
                match next {
                    Some(next) => types.push(next),
                    None => return Ok(types),
                }
            }
        })
    }
}
