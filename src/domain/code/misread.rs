/// Why a scanned text is no code of ours. The text itself is not repeated: a misread may hold anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// Nothing was read.
    #[error("nothing was read: scan again")]
    Empty,
    /// More than any of our codes has.
    #[error("{chars} characters were read, more than any code has ({max}): scan one label alone")]
    TooLong {
        /// How many characters were read.
        chars: usize,
        /// How many a code has at most.
        max: usize,
    },
    /// A character that no label has.
    #[error("character {place} cannot be printed on a label: the scanner's symbology or keyboard setting may be wrong")]
    Unprintable {
        /// Its place, from 1.
        place: usize,
    },
    /// The check digit or character contradicts the rest.
    #[error(
        "the check character of this {what} is {given}, but the rest of it calls for {expected}: scan again or key it in"
    )]
    Check {
        /// Which kind of code.
        what: &'static str,
        /// What was read.
        given: char,
        /// What the rest calls for.
        expected: char,
    },
    /// A known kind of code with parts missing or left over.
    #[error("this {what} is not whole: {problem}")]
    Shape {
        /// Which kind of code.
        what: &'static str,
        /// What is wrong and what is expected.
        problem: &'static str,
    },
    /// A GS1 label without a key that we carry things by.
    #[error("this GS1 label has no SSCC (00), GDTI (253) or GLN (410 to 417): another label of the thing may have")]
    NoKey,
    /// A GS1 label with several keys.
    #[error("this GS1 label has several keys ({first} and {second}): scan the label of one thing")]
    SeveralKeys {
        /// The identifier of one.
        first: String,
        /// The identifier of another.
        second: String,
    },
    /// Digits that several standards read differently.
    #[error(
        "{digits} digits alone may be several things: a GS1 key needs its identifier in front, such as (00) for an SSCC"
    )]
    Ambiguous {
        /// How many digits.
        digits: usize,
    },
    /// Nothing known has this shape.
    #[error("no dossier code, postal number, GS1 key, item code or pouch code looks so")]
    Unknown,
}

impl Misread {
    /// A stable word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::Unprintable { .. } => "unprintable",
            Self::Check { .. } => "check",
            Self::Shape { .. } => "shape",
            Self::NoKey => "no_key",
            Self::SeveralKeys { .. } => "several_keys",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Unknown => "unknown",
        }
    }
}
