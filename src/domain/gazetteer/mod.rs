//! Which commune an address lies in, read from Vietnamese text.
//!
//! People write `P.5, TP. Soc Trang`, `ấp 3 xã Kế An huyện Kế Sách` or `phuong phu loi`: with or without diacritics, with the
//! names from before 01/07/2025 or since, abbreviated, mistyped. A [`Gazetteer`] knows the commune-level units of all times
//! and answers with those of the day asked for, the likeliest first, and with how sure it is.
//!
//! What it does not know: streets and houses. Where a text names no commune, there is no answer.

mod names;
mod words;

use chrono::NaiveDate;

use self::{
    names::Names,
    words::{Level, Mark, Word, words},
};
use super::{Commune, CommuneKind};

/// What each thing that agrees or does not adds to a score, in thousandths.
mod weight {
    /// The name, letter for letter.
    pub(super) const NAME: i32 = 700;
    pub(super) const KIND_AGREES: i32 = 150;
    /// Another kind of commune-level unit: kinds changed with the units.
    pub(super) const KIND_DIFFERS: i32 = 60;
    /// The text calls it a district or a province.
    pub(super) const HIGHER_LEVEL: i32 = -350;
    /// The text calls it a street or a hamlet.
    pub(super) const LOWER_LEVEL: i32 = -400;
    pub(super) const DISTRICT_AGREES: i32 = 150;
    pub(super) const DISTRICT_DIFFERS: i32 = -250;
    pub(super) const DIACRITICS_AGREE: i32 = 40;
    pub(super) const DIACRITICS_DIFFER: i32 = -60;
    /// Of two, the one further on: addresses go from small to large.
    pub(super) const LATER: i32 = 20;
    /// The unit is of the day asked for, not an older one.
    pub(super) const IN_FORCE: i32 = 10;
}

/// Scores below are no answer.
const SCORE_MIN: i32 = 350;
/// From which score on, and how far before the next, an answer is sure, or likely.
const SURE: (i32, i32) = (780, 100);
const LIKELY: (i32, i32) = (600, 50);
/// How many answers are given at most.
const CANDIDATES_MAX: usize = 5;
/// Of longer texts only so many words are read.
const WORDS_MAX: usize = 60;

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Somebody must choose.
    Unsure,
    /// Somebody should look at it.
    Likely,
    /// It may be taken without asking.
    Sure,
}

impl Certainty {
    const WORDS: [(&'static str, Self); 3] = [("unsure", Self::Unsure), ("likely", Self::Likely), ("sure", Self::Sure)];
}

word_enum!(Certainty, "certainty");

/// A commune that a text may mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate<'g> {
    /// The unit that is in force on the day asked for.
    pub commune: &'g Commune,
    /// The unit whose name was read: the same, or one that has been merged into it.
    pub named: &'g Commune,
    /// How well the text fits, in thousandths. Comparable within one answer only.
    pub score_permille: u16,
    /// How sure it is. Only the first can be more than unsure.
    pub certainty: Certainty,
}

/// The commune-level units of all times, ready to be found.
#[derive(Debug)]
pub struct Gazetteer {
    communes: Vec<Commune>,
    names: Names,
}

/// A name found in a text.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// The first word, and the first behind it.
    from: usize,
    to: usize,
    /// How alike the names are, in thousandths.
    likeness_permille: i32,
    /// Whether the diacritics are the same, where the text has any.
    diacritics: Option<bool>,
    mark: Option<Mark>,
}

impl Gazetteer {
    /// A gazetteer of all units of all times.
    #[must_use]
    pub fn new(communes: Vec<Commune>) -> Self {
        let names = Names::of(&communes);
        Self { communes, names }
    }

    /// The communes, in force on `date`, that a text may mean: the likeliest first, at most five.
    #[must_use]
    pub fn find(&self, text: &str, date: NaiveDate) -> Vec<Candidate<'_>> {
        let words: Vec<Word> = words(text, WORDS_MAX);
        let districts = self.names.districts_in(&words);
        let mut candidates: Vec<(i32, &Commune, &Commune)> = Vec::new();
        for (index, found) in self.names.communes_in(&words) {
            let named = &self.communes[index];
            let Some(commune) = self.in_force(named, date) else { continue };
            let score = self.score(named, found, commune, &districts, words.len(), date);
            if score < SCORE_MIN {
                continue;
            }
            match candidates.iter_mut().find(|(_, other, _)| other.code == commune.code) {
                Some(known) if known.0 >= score => {}
                Some(known) => *known = (score, commune, named),
                None => candidates.push((score, commune, named)),
            }
        }
        candidates.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.code.cmp(&other.1.code)));
        let next = candidates.get(1).map_or(0, |&(score, ..)| score);
        let certainty = |place: usize, score: i32| {
            let is = |(least, ahead): (i32, i32)| place == 0 && score >= least && score - next >= ahead;
            match () {
                () if is(SURE) => Certainty::Sure,
                () if is(LIKELY) => Certainty::Likely,
                () => Certainty::Unsure,
            }
        };
        let candidates = candidates.into_iter().take(CANDIDATES_MAX).enumerate();
        candidates
            .map(|(place, (score, commune, named))| Candidate {
                commune,
                named,
                score_permille: u16::try_from(score.clamp(0, 1_000)).unwrap_or_default(),
                certainty: certainty(place, score),
            })
            .collect()
    }

    /// The unit that a unit has become by a day; none where that was before it existed, or where it was divided.
    fn in_force<'g>(&'g self, unit: &'g Commune, date: NaiveDate) -> Option<&'g Commune> {
        let mut unit = unit;
        // A unit is merged once a reform, and reforms do not go in circles.
        for _ in 0..self.communes.len() {
            if unit.effective.contains(date) {
                return Some(unit);
            }
            let ended = unit.effective.to.filter(|&to| to < date)?;
            let [into] = &unit.merged_into[..] else { return None };
            let begins = |other: &&Commune| other.code == *into && other.effective.from > ended;
            unit = self.communes.iter().filter(begins).min_by_key(|other| other.effective.from)?;
        }
        None
    }

    fn score(
        &self,
        named: &Commune,
        found: Found,
        commune: &Commune,
        districts: &[(usize, Found)],
        words: usize,
        date: NaiveDate,
    ) -> i32 {
        let mut score = weight::NAME * found.likeness_permille / 1_000;
        score += match found.mark.map(|mark| mark.level) {
            None => 0,
            Some(Level::Commune(kind)) if kind == named.kind => weight::KIND_AGREES,
            Some(Level::Commune(_)) => weight::KIND_DIFFERS,
            Some(Level::District | Level::Province) => weight::HIGHER_LEVEL,
            Some(Level::Local) => weight::LOWER_LEVEL,
        };
        score += match found.diacritics {
            None => 0,
            Some(true) => weight::DIACRITICS_AGREE,
            Some(false) => weight::DIACRITICS_DIFFER,
        };
        score += self.district_weight(named, commune, found, districts);
        score += if 2 * found.from > words { weight::LATER } else { 0 };
        if named.effective.contains(date) {
            score += weight::IN_FORCE;
        }
        score
    }

    /// Whether the districts read behind a name are the one it lies, or its forerunners lay, in.
    fn district_weight(&self, named: &Commune, commune: &Commune, found: Found, districts: &[(usize, Found)]) -> i32 {
        let lies_in = |district: usize| {
            let code = self.names.district_code(district);
            match &named.district_code {
                Some(own) => own == code,
                None => self.communes.iter().any(|other| {
                    other.district_code.as_deref() == Some(code) && other.merged_into.contains(&commune.code)
                }),
            }
        };
        let behind = || districts.iter().filter(|(_, district)| district.from >= found.to);
        let marked = || behind().filter(|(_, district)| district.mark.is_some());
        if marked().any(|&(district, _)| lies_in(district)) {
            weight::DISTRICT_AGREES
        } else if marked().next().is_some() {
            weight::DISTRICT_DIFFERS
        } else if behind().any(|&(district, _)| lies_in(district)) {
            weight::DISTRICT_AGREES
        } else {
            // A bare name may be the province's, which is often that of its capital.
            0
        }
    }
}
