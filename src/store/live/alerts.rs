use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    domain::CentreId,
    store::{
        Store, StoreError,
        columns::{Id, Micros},
        connection::on_backend,
        feed,
        schema::alerts,
    },
};

/// Something to tell a dispatcher of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedCause {
    /// The id that the alert gets when it is new.
    pub id: Uuid,
    /// What tells it from other alerts of its day.
    pub cause: String,
    /// Its kind.
    pub kind: String,
    /// What belongs to its kind, as JSON.
    pub detail: String,
}

/// An alert as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAlert {
    /// Its id.
    pub id: Uuid,
    /// Its day.
    pub date: NaiveDate,
    /// Its kind.
    pub kind: String,
    /// What belongs to its kind, as JSON.
    pub detail: String,
    /// When it was first noticed.
    pub raised_at: DateTime<Utc>,
    /// When it was no longer so.
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = alerts, treat_none_as_default_value = false)]
struct Row {
    centre_id: Id,
    id: Id,
    date: NaiveDate,
    cause: String,
    kind: String,
    detail: String,
    raised_at: Micros,
    ended_at: Option<Micros>,
}

impl Store {
    /// Brings the alerts of a day to what is raised now: new ones are kept and told in the feed, those of which nothing is
    /// left end, and one that comes back is open again without being told twice. Answers how many were told.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn keep_alerts(
        &self,
        centre: CentreId,
        date: NaiveDate,
        raised: &[RaisedCause],
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let of_day = || alerts::table.filter(alerts::centre_id.eq(Id::from(centre))).filter(alerts::date.eq(date));
        let known = |row: Row| (row.cause, (row.id, row.ended_at, row.detail));
        let read: HashMap<String, (Id, Option<Micros>, String)> = self.read(|connection| {
            let rows: Vec<Row> = of_day().select(Row::as_select()).load(connection)?;
            Ok(rows.into_iter().map(known).collect())
        })?;
        let causes: HashSet<&str> = raised.iter().map(|raised| raised.cause.as_str()).collect();
        let is_same = |raised: &RaisedCause| {
            read.get(&raised.cause).is_some_and(|(_, ended, detail)| ended.is_none() && *detail == raised.detail)
        };
        let over: Vec<Id> = read
            .iter()
            .filter(|(cause, (_, ended, _))| ended.is_none() && !causes.contains(cause.as_str()))
            .map(|(_, (id, ..))| *id)
            .collect();
        if over.is_empty() && raised.iter().all(is_same) {
            return Ok(0);
        }
        self.write(|connection| {
            for id in over {
                on_backend!(connection, |c| diesel::update(alerts::table.find((Id::from(centre), id)))
                    .set(alerts::ended_at.eq(Some(Micros::from(now))))
                    .execute(c))?;
            }
            let mut told = Vec::new();
            for raised in raised.iter().filter(|raised| !is_same(raised)) {
                if let Some((id, ..)) = read.get(&raised.cause) {
                    on_backend!(connection, |c| diesel::update(alerts::table.find((Id::from(centre), *id)))
                        .set((alerts::ended_at.eq(None::<Micros>), alerts::detail.eq(&raised.detail)))
                        .execute(c))?;
                    continue;
                }
                let row = Row {
                    centre_id: centre.into(),
                    id: Id(raised.id),
                    date,
                    cause: raised.cause.clone(),
                    kind: raised.kind.clone(),
                    detail: raised.detail.clone(),
                    raised_at: now.into(),
                    ended_at: None,
                };
                let new = on_backend!(connection, |c| diesel::insert_into(alerts::table)
                    .values(&row)
                    .on_conflict((alerts::centre_id, alerts::date, alerts::cause))
                    .do_nothing()
                    .execute(c))?;
                // Where another process was faster, it has told.
                if new > 0 {
                    let detail = serde_json::json!({ "id": raised.id, "date": date, "kind": raised.kind });
                    told.push(("alert.raised", detail.to_string()));
                }
            }
            let count = told.len();
            feed::tell(connection, centre, now.into(), told)?;
            Ok(count)
        })
    }

    /// The alerts of a day, newest first, at most `limit`; only open ones or only ended ones where that is asked.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn alerts(
        &self,
        centre: CentreId,
        date: NaiveDate,
        open: Option<bool>,
        limit: u32,
    ) -> Result<Vec<StoredAlert>, StoreError> {
        self.read(|connection| {
            let mut query = alerts::table
                .filter(alerts::centre_id.eq(Id::from(centre)))
                .filter(alerts::date.eq(date))
                .select(Row::as_select())
                .into_boxed();
            match open {
                Some(true) => query = query.filter(alerts::ended_at.is_null()),
                Some(false) => query = query.filter(alerts::ended_at.is_not_null()),
                None => {}
            }
            let rows: Vec<Row> =
                query.order((alerts::raised_at.desc(), alerts::id.desc())).limit(limit.into()).load(connection)?;
            let alert = |row: Row| StoredAlert {
                id: row.id.0,
                date: row.date,
                kind: row.kind,
                detail: row.detail,
                raised_at: row.raised_at.into(),
                ended_at: row.ended_at.map(DateTime::from),
            };
            Ok(rows.into_iter().map(alert).collect())
        })
    }
}
