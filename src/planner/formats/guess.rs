//! Which format a text is of, where the text itself leaves no doubt.

use super::benchmark::lines;

/// The formats in which problems come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// VROOM's JSON.
    Vroom,
    /// Solomon's and Gehring and Homberger's files.
    Solomon,
    /// Li and Lim's files.
    LiLim,
    /// CVRPLIB's files.
    Cvrplib,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Vroom, Self::Solomon, Self::LiLim, Self::Cvrplib];

    /// Its name in options.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vroom => "vroom",
            Self::Solomon => "solomon",
            Self::LiLim => "lilim",
            Self::Cvrplib => "cvrplib",
        }
    }

    /// The format that a text has the marks of, or `None` where it has those of none. The text may still be broken.
    #[must_use]
    pub fn guess(text: &str) -> Option<Self> {
        let mut lines = lines(text).map(|(_, line)| line);
        let first = lines.next()?;
        if first.starts_with('{') {
            return Some(Self::Vroom);
        }
        let marks = |mark: &str| text.lines().any(|line| line.trim() == mark);
        if marks("NODE_COORD_SECTION") {
            return Some(Self::Cvrplib);
        }
        if marks("VEHICLE") && marks("CUSTOMER") {
            return Some(Self::Solomon);
        }
        let numbers = |line: &str, count: usize| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.len() == count && words.iter().all(|word| word.parse::<f64>().is_ok())
        };
        let is_pairs = numbers(first, 3) && lines.next().is_some_and(|depot| numbers(depot, 9));
        is_pairs.then_some(Self::LiLim)
    }
}
