/// What a column's numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// A bare number.
    Count,
    /// Hundredths of a percent.
    Percent,
    /// Seconds.
    Second,
    /// Metres.
    Metre,
    /// Đồng.
    Dong,
}

impl Unit {
    const WORDS: [(&'static str, Self); 5] = [
        ("count", Self::Count),
        ("percent", Self::Percent),
        ("second", Self::Second),
        ("metre", Self::Metre),
        ("dong", Self::Dong),
    ];
}

word_enum!(Unit, "unit of a column");

/// A column of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its stable word.
    pub key: &'static str,
    /// Its name in Vietnamese.
    pub vi: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// What its numbers count.
    pub unit: Unit,
}

/// A number of a report, in its column's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// A count, or an amount.
    Number(i64),
    /// Hundredths of a percent.
    BasisPoints(u32),
    /// There is nothing to make a number of, such as a rate of nothing.
    Empty,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is of: a date, a month as `2019-06`, a quarter as `2019-Q2`, a code; `None` for what belongs to none.
    pub key: Option<String>,
    /// The name of that for people.
    pub name: String,
    /// Of which leg, where the report tells legs apart.
    pub leg: Option<&'static str>,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its lines, by key.
    pub rows: Vec<Row>,
    /// All of them together: one line, or one for each leg.
    pub totals: Vec<Row>,
}

impl Table {
    /// The number in the first line of totals under a column's word.
    #[must_use]
    pub fn total(&self, key: &str) -> Option<Cell> {
        let place = self.columns.iter().position(|column| column.key == key)?;
        self.totals.first()?.cells.get(place).copied()
    }
}
