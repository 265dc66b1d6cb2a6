use chrono::{DateTime, Utc};

use super::{AHEAD, NamedMatter, SaidPage, SaidPart, checked_text};
use crate::{
    domain::{RATING_COMMENT_CHARS_MAX, Rating, RatingId, RatingSource, RatingStep, to_micros},
    service::{FieldProblem, Service, ServiceError, paging::cut},
    store::{Inserted, TimeCursor},
};

/// A rating to be recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct NewRating {
    /// When it was given; `None` for now.
    pub at: Option<DateTime<Utc>>,
    /// Which button.
    pub step: RatingStep,
    /// How it was given.
    pub source: RatingSource,
    /// What it is about.
    pub about: Option<NamedMatter>,
    /// In the citizen's own words.
    pub comment: Option<String>,
}

impl Service {
    /// Records a rating; recording it again under the same id is harmless. Answers it and whether it is new.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every field that cannot be accepted; [`ServiceError::RecordDiffers`] when another rating has
    /// the id.
    pub fn record_rating(&self, id: RatingId, new: &NewRating) -> Result<(Rating, bool), ServiceError> {
        let centre = self.centre()?;
        let now = self.now();
        let mut problems = Vec::new();
        if new.at.is_some_and(|at| at > now + AHEAD) {
            problems.push(FieldProblem::new("at", "it lies in the future: a rating is told when it was given"));
        }
        let about = match &new.about {
            None => None,
            Some(named) => self.known_matter(&centre, named, &mut problems)?,
        };
        let comment = new.comment.as_deref().filter(|comment| !comment.trim().is_empty());
        let comment = match comment.map(|text| checked_text(text, "comment", RATING_COMMENT_CHARS_MAX)).transpose() {
            Ok(comment) => comment,
            Err(ServiceError::Invalid(found)) => {
                problems.extend(found);
                None
            }
            Err(other) => return Err(other),
        };
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let known = self.store().rating(centre.centre.id, id)?;
        // Without a time of its own a rating sent again keeps the time of the first.
        let at = new.at.or(known.as_ref().map(|known| known.at)).unwrap_or(now);
        let rating = Rating {
            id,
            centre_id: centre.centre.id,
            at: to_micros(at),
            step: new.step,
            source: new.source,
            about,
            comment,
            synthetic: match known {
                Some(known) => known.synthetic,
                None => self.holds_a_synthetic_season(&centre)?,
            },
        };
        match self.store().insert_rating(&rating)? {
            Inserted::Created => Ok((rating, true)),
            Inserted::Exists => Ok((rating, false)),
            Inserted::Conflict { .. } => Err(ServiceError::RecordDiffers { what: "rating", id: id.uuid() }),
        }
    }

    /// The rating with this id.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn rating(&self, id: RatingId) -> Result<Rating, ServiceError> {
        let found = self.store().rating(self.centre()?.centre.id, id)?;
        found.ok_or_else(|| ServiceError::not_found("rating", &id))
    }

    /// A part of the ratings, by time and id.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn ratings(&self, part: &SaidPart) -> Result<SaidPage<Rating>, ServiceError> {
        let centre = self.centre()?;
        let period = part.days.period(&centre);
        let mut records = self.store().ratings(centre.centre.id, &period, part.after, part.limit + 1)?;
        let next = cut(&mut records, part.limit, |last| TimeCursor { at: last.at, id: last.id.uuid() });
        let codes = self.codes_of_dossiers(records.iter().filter_map(|rating| rating.about))?;
        Ok(SaidPage { records, codes, next })
    }
}
