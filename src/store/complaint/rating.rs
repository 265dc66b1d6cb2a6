use diesel::prelude::*;

use super::{Period, TimeCursor, columns, matter, over_time};
use crate::{
    domain::{CentreId, HomeDeliveryId, Rating, RatingId, RatingStep},
    store::{
        Inserted, Store, StoreError,
        columns::{Id, Micros, without_nul, word},
        connection::insert_once,
        schema::ratings,
    },
};

const TABLE: &str = "ratings";

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ratings, treat_none_as_default_value = false)]
pub(in crate::store) struct RatingRow {
    centre_id: Id,
    id: Id,
    at: Micros,
    step: i64,
    source: String,
    dossier_id: Option<Id>,
    home_delivery_id: Option<Id>,
    comment: Option<String>,
    synthetic: bool,
}

impl From<&Rating> for RatingRow {
    fn from(rating: &Rating) -> Self {
        let (dossier_id, home_delivery_id) = columns(rating.about);
        Self {
            centre_id: rating.centre_id.into(),
            id: rating.id.into(),
            at: rating.at.into(),
            step: rating.step.number().into(),
            source: rating.source.as_str().to_owned(),
            dossier_id,
            home_delivery_id,
            comment: rating.comment.clone(),
            synthetic: rating.synthetic,
        }
    }
}

impl TryFrom<RatingRow> for Rating {
    type Error = StoreError;
    fn try_from(row: RatingRow) -> Result<Self, StoreError> {
        let step = RatingStep::from_number(row.step);
        let corrupt = || StoreError::Corrupt { table: TABLE, problem: format!("{} is no step", row.step) };
        Ok(Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            at: row.at.into(),
            step: step.ok_or_else(corrupt)?,
            source: word(TABLE, &row.source)?,
            about: matter(row.dossier_id, row.home_delivery_id),
            comment: row.comment,
            synthetic: row.synthetic,
        })
    }
}

impl Store {
    /// Stores a rating, unless one with its id is there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it is about what the centre does not have.
    pub fn insert_rating(&self, rating: &Rating) -> Result<Inserted, StoreError> {
        without_nul("comment", rating.comment.as_deref().unwrap_or_default())?;
        let row = RatingRow::from(rating);
        self.write(|connection| {
            let what = "a dossier or home delivery";
            Ok(insert_once!(connection, ratings, row: RatingRow, "about": what, |known| known == row))
        })
    }

    /// The centre's rating with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn rating(&self, centre: CentreId, id: RatingId) -> Result<Option<Rating>, StoreError> {
        self.read(|connection| {
            let target = ratings::table.find((Id::from(centre), Id::from(id)));
            let row: Option<RatingRow> = target.select(RatingRow::as_select()).first(connection).optional()?;
            row.map(Rating::try_from).transpose()
        })
    }

    /// The centre's ratings of a period, by time and then id, from after `after` on, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn ratings(
        &self,
        centre: CentreId,
        period: &Period,
        after: Option<TimeCursor>,
        limit: u32,
    ) -> Result<Vec<Rating>, StoreError> {
        self.read(|connection| {
            let mut query = ratings::table
                .filter(ratings::centre_id.eq(Id::from(centre)))
                .select(RatingRow::as_select())
                .into_boxed();
            let rows: Vec<RatingRow> = over_time!(query, ratings.at, period, after, limit).load(connection)?;
            rows.into_iter().map(Rating::try_from).collect()
        })
    }

    /// What a home delivery was rated, by time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn ratings_of_home_delivery(&self, centre: CentreId, home: HomeDeliveryId) -> Result<Vec<Rating>, StoreError> {
        self.read(|connection| {
            let rows: Vec<RatingRow> = ratings::table
                .filter(ratings::centre_id.eq(Id::from(centre)))
                .filter(ratings::home_delivery_id.assume_not_null().eq(Id::from(home)))
                .order((ratings::at, ratings::id))
                .select(RatingRow::as_select())
                .load(connection)?;
            rows.into_iter().map(Rating::try_from).collect()
        })
    }
}
