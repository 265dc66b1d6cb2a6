use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::{DomainError, Effective, Site, SiteKind};

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Documents both ways between the centre and the departments.
    Document,
    /// Results from the centre to the post offices that rounds leave from.
    LineHaul,
}

impl RunKind {
    const WORDS: [(&'static str, Self); 2] = [("document", Self::Document), ("line_haul", Self::LineHaul)];
}

word_enum!(RunKind, "kind of run");

/// Where a run calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallsAt {
    /// At every site of a kind.
    Kind(SiteKind),
    /// At one site, by its code.
    Site(String),
}

impl CallsAt {
    /// Whether a run that calls here calls at `site`.
    #[must_use]
    pub fn matches(&self, site: &Site) -> bool {
        match self {
            Self::Kind(kind) => *kind == site.kind,
            Self::Site(code) => *code == site.code,
        }
    }
}

/// One scheduled departure of every working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPattern {
    /// Its short code, such as `1` or `LH1`.
    pub code: String,
    /// What it is for.
    pub kind: RunKind,
    /// Its name.
    pub name: String,
    /// When it leaves the centre.
    pub departs: NaiveTime,
    /// When it must be back, unloaded.
    pub back_by: NaiveTime,
    /// Where it calls.
    pub serves: Vec<CallsAt>,
    /// The days on which it is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
}

impl RunPattern {
    /// Whether the run calls at `site`.
    #[must_use]
    pub fn calls_at(&self, site: &Site) -> bool {
        self.serves.iter().any(|calls_at| calls_at.matches(site))
    }
}

/// The pattern of a working day's runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timetable {
    runs: Vec<RunPattern>,
}

impl Timetable {
    /// A timetable of `runs`.
    ///
    /// # Errors
    /// [`DomainError::Timetable`] for a run that is back before it departs, serves nothing, or has a code that another
    /// run in force on the same day has too.
    pub fn new(mut runs: Vec<RunPattern>) -> Result<Self, DomainError> {
        runs.sort_by(|a, b| (a.effective.from, a.departs, &a.code).cmp(&(b.effective.from, b.departs, &b.code)));
        for (n, run) in runs.iter().enumerate() {
            let fail = |problem: String| Err(DomainError::Timetable { run: run.code.clone(), problem });
            if run.back_by <= run.departs {
                return fail(format!("it must be back by {}, before it departs at {}", run.back_by, run.departs));
            }
            if run.serves.is_empty() {
                return fail("it calls nowhere".into());
            }
            if runs[..n].iter().any(|other| other.code == run.code && other.effective.overlaps(&run.effective)) {
                return fail("another row with this code is in force on the same days".into());
            }
        }
        Ok(Self { runs })
    }

    /// Every row, by first day in force and departure.
    #[must_use]
    pub fn runs(&self) -> &[RunPattern] {
        &self.runs
    }

    /// The runs of a working day, by departure.
    #[must_use]
    pub fn on(&self, date: NaiveDate) -> Vec<&RunPattern> {
        let mut runs: Vec<&RunPattern> = self.runs.iter().filter(|run| run.effective.contains(date)).collect();
        runs.sort_by(|a, b| (a.departs, &a.code).cmp(&(b.departs, &b.code)));
        runs
    }
}
