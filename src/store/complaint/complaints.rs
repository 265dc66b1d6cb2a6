use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Answered, Period, TimeCursor, columns, matter, over_time};
use crate::{
    domain::{CentreId, Complaint, ComplaintAnswer, ComplaintId, HomeDeliveryId},
    store::{
        Inserted, Store, StoreError,
        columns::{Id, Micros, four_digit_year, without_nul, word},
        connection::on_backend,
        outbox::{OutboxMessage, insert_messages},
        schema::{complaints, ratings},
    },
};

const TABLE: &str = "complaints";
/// What stands in place of words that were erased.
const ERASED: &str = "—";

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = complaints, treat_none_as_default_value = false)]
struct ComplaintRow {
    centre_id: Id,
    id: Id,
    dossier_id: Option<Id>,
    home_delivery_id: Option<Id>,
    reach: String,
    text: String,
    received_at: Micros,
    due_on: NaiveDate,
    answered_at: Option<Micros>,
    answer: Option<String>,
    synthetic: bool,
}

impl From<&Complaint> for ComplaintRow {
    fn from(complaint: &Complaint) -> Self {
        let (dossier_id, home_delivery_id) = columns(Some(complaint.about));
        Self {
            centre_id: complaint.centre_id.into(),
            id: complaint.id.into(),
            dossier_id,
            home_delivery_id,
            reach: complaint.reach.as_str().to_owned(),
            text: complaint.text.clone(),
            received_at: complaint.received_at.into(),
            due_on: complaint.due_on,
            answered_at: complaint.answer.as_ref().map(|answer| answer.at.into()),
            answer: complaint.answer.as_ref().map(|answer| answer.text.clone()),
            synthetic: complaint.synthetic,
        }
    }
}

impl TryFrom<ComplaintRow> for Complaint {
    type Error = StoreError;
    fn try_from(row: ComplaintRow) -> Result<Self, StoreError> {
        let about = matter(row.dossier_id, row.home_delivery_id);
        let answer = row.answered_at.zip(row.answer).map(|(at, text)| ComplaintAnswer { at: at.into(), text });
        Ok(Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            about: about.ok_or_else(|| StoreError::Corrupt { table: TABLE, problem: "it is about nothing".into() })?,
            reach: word(TABLE, &row.reach)?,
            text: row.text,
            received_at: row.received_at.into(),
            due_on: row.due_on,
            answer,
            synthetic: row.synthetic,
        })
    }
}

impl Store {
    /// Stores a complaint, unless one with its id is there. Told again after it was answered it is still the same.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it is about what the centre does not have.
    pub fn insert_complaint(&self, complaint: &Complaint) -> Result<Inserted, StoreError> {
        without_nul("text", &complaint.text)?;
        without_nul("answer", complaint.answer.as_ref().map_or("", |answer| &answer.text))?;
        four_digit_year("due_on", complaint.due_on)?;
        let row = ComplaintRow::from(complaint);
        self.write(|connection| {
            let new = on_backend!(connection, |c| diesel::insert_into(complaints::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "about", "a dossier or home delivery"))?;
            if new == 1 {
                return Ok(Inserted::Created);
            }
            let target = complaints::table.find((row.centre_id, row.id));
            let known: ComplaintRow = target.select(ComplaintRow::as_select()).first(connection)?;
            let known = match row.answer {
                None => ComplaintRow { answered_at: None, answer: None, ..known },
                Some(_) => known,
            };
            Ok(if known == row { Inserted::Exists } else { Inserted::Conflict { field: "id" } })
        })
    }

    /// The centre's complaint with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn complaint(&self, centre: CentreId, id: ComplaintId) -> Result<Option<Complaint>, StoreError> {
        self.read(|connection| {
            let target = complaints::table.find((Id::from(centre), Id::from(id)));
            let row: Option<ComplaintRow> = target.select(ComplaintRow::as_select()).first(connection).optional()?;
            row.map(Complaint::try_from).transpose()
        })
    }

    /// The centre's complaints received in a period, by that time and then id, from after `after` on, at most `limit`; only those
    /// that are answered, or not yet, where `answered` says so.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn complaints(
        &self,
        centre: CentreId,
        period: &Period,
        answered: Option<bool>,
        after: Option<TimeCursor>,
        limit: u32,
    ) -> Result<Vec<Complaint>, StoreError> {
        self.read(|connection| {
            let mut query = complaints::table
                .filter(complaints::centre_id.eq(Id::from(centre)))
                .select(ComplaintRow::as_select())
                .into_boxed();
            query = match answered {
                Some(true) => query.filter(complaints::answered_at.is_not_null()),
                Some(false) => query.filter(complaints::answered_at.is_null()),
                None => query,
            };
            let rows: Vec<ComplaintRow> =
                over_time!(query, complaints.received_at, period, after, limit).load(connection)?;
            rows.into_iter().map(Complaint::try_from).collect()
        })
    }

    /// The complaints about a home delivery, by time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn complaints_about_home_delivery(
        &self,
        centre: CentreId,
        home: HomeDeliveryId,
    ) -> Result<Vec<Complaint>, StoreError> {
        self.read(|connection| {
            let rows: Vec<ComplaintRow> = complaints::table
                .filter(complaints::centre_id.eq(Id::from(centre)))
                .filter(complaints::home_delivery_id.assume_not_null().eq(Id::from(home)))
                .order((complaints::received_at, complaints::id))
                .select(ComplaintRow::as_select())
                .load(connection)?;
            rows.into_iter().map(Complaint::try_from).collect()
        })
    }

    /// Answers a complaint, once: of two who answer at the same time one is refused. `messages` tell of the answer.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn answer_complaint(
        &self,
        centre: CentreId,
        id: ComplaintId,
        answer: &ComplaintAnswer,
        messages: &[OutboxMessage],
    ) -> Result<Answered, StoreError> {
        without_nul("answer", &answer.text)?;
        let (whose, centre, id) = (centre, Id::from(centre), Id::from(id));
        self.write(|connection| {
            let open = complaints::table
                .filter(complaints::centre_id.eq(centre))
                .filter(complaints::id.eq(id))
                .filter(complaints::answered_at.is_null());
            let change = (
                complaints::answered_at.eq(Some(Micros::from(answer.at))),
                complaints::answer.eq(Some(answer.text.as_str())),
            );
            if on_backend!(connection, |c| diesel::update(open).set(change).execute(c))? == 1 {
                insert_messages(connection, whose, messages)?;
                return Ok(Answered::Now);
            }
            let known: Option<Option<String>> =
                complaints::table.find((centre, id)).select(complaints::answer).first(connection).optional()?;
            Ok(if known.flatten().as_ref() == Some(&answer.text) { Answered::Exists } else { Answered::Refused })
        })
    }

    /// Erases what was said of a home delivery in ratings, complaints and answers; that something was said stays and is counted.
    /// Answers how many rows had words.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn erase_words_about(&self, centre: CentreId, home: HomeDeliveryId) -> Result<usize, StoreError> {
        let (centre, home) = (Id::from(centre), Id::from(home));
        self.write(|connection| {
            on_backend!(connection, |c| {
                let rated = ratings::table
                    .filter(ratings::centre_id.eq(centre))
                    .filter(ratings::home_delivery_id.assume_not_null().eq(home))
                    .filter(ratings::comment.is_not_null());
                let comments = diesel::update(rated).set(ratings::comment.eq(None::<String>)).execute(c)?;
                let about = complaints::table
                    .filter(complaints::centre_id.eq(centre))
                    .filter(complaints::home_delivery_id.assume_not_null().eq(home));
                let answered = about.filter(complaints::answer.is_not_null());
                diesel::update(answered).set(complaints::answer.eq(Some(ERASED))).execute(c)?;
                let told = about.filter(complaints::text.ne(ERASED));
                let texts = diesel::update(told).set(complaints::text.eq(ERASED)).execute(c)?;
                Ok(comments + texts)
            })
        })
    }
}
