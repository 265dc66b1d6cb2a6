use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{CentreId, DomainError, DossierId, HomeDeliveryId, RatingId, RuleUnit, Rules};

/// The longest comment of a rating, characters.
pub const RATING_COMMENT_CHARS_MAX: usize = 1_000;

/// What a rating, a complaint or a compensation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// A dossier as a whole.
    Dossier(DossierId),
    /// The bringing home of its result.
    HomeDelivery(HomeDeliveryId),
}

/// A button of the rating device, of which it has five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatingStep {
    /// Rất không hài lòng.
    VeryDissatisfied,
    /// Không hài lòng.
    Dissatisfied,
    /// Bình thường.
    Neutral,
    /// Hài lòng.
    Satisfied,
    /// Rất hài lòng.
    VerySatisfied,
}

impl RatingStep {
    /// Every step, the worst first.
    pub const ALL: [Self; 5] =
        [Self::VeryDissatisfied, Self::Dissatisfied, Self::Neutral, Self::Satisfied, Self::VerySatisfied];
    const WORDS: [(&'static str, Self); 5] = [
        ("very_dissatisfied", Self::VeryDissatisfied),
        ("dissatisfied", Self::Dissatisfied),
        ("neutral", Self::Neutral),
        ("satisfied", Self::Satisfied),
        ("very_satisfied", Self::VerySatisfied),
    ];

    /// Its number, 1 for the worst to 5 for the best.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The step with this number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|step| i64::from(step.number()) == number)
    }
}

word_enum!(RatingStep, "step of the rating device");

/// The lowest step that counts as satisfied on `date`, by the rule `rating_satisfied_from`.
///
/// # Errors
/// [`DomainError::MissingRule`] and [`DomainError::BadRule`].
pub fn satisfied_from(rules: &Rules, date: NaiveDate) -> Result<RatingStep, DomainError> {
    const NAME: &str = "rating_satisfied_from";
    let number = rules.count(NAME, RuleUnit::Count, date)?;
    RatingStep::from_number(number).ok_or_else(|| DomainError::BadRule {
        name: NAME.to_owned(),
        value: number.to_string(),
        problem: "expected the number of a step, 1 to 5".into(),
    })
}

/// How a rating was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatingSource {
    /// On the device at the counter.
    Device,
    /// By the citizen's link.
    Link,
}

impl RatingSource {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Device, Self::Link];
    const WORDS: [(&'static str, Self); 2] = [("device", Self::Device), ("link", Self::Link)];
}

word_enum!(RatingSource, "source of a rating");

/// How satisfied a citizen was.
#[derive(Clone, PartialEq, Eq)]
pub struct Rating {
    /// Its id.
    pub id: RatingId,
    /// The centre that is rated.
    pub centre_id: CentreId,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// Which button.
    pub step: RatingStep,
    /// How it was given.
    pub source: RatingSource,
    /// What it is about; on most devices nobody says.
    pub about: Option<Matter>,
    /// In the citizen's own words: personal.
    pub comment: Option<String>,
    /// Whether it was made by the simulator.
    pub synthetic: bool,
}

/// Leaves the comment out, so that no log can hold it.
impl std::fmt::Debug for Rating {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rating")
            .field("id", &self.id)
            .field("at", &self.at)
            .field("step", &self.step)
            .field("source", &self.source)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}
