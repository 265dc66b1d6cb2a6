use chrono::{NaiveDate, NaiveTime};
use toml::de::{DeTable, DeValue};

use super::{
    folder::{Folder, line_of},
    problem::{Checked, Problems, quoted},
    sheet::not_a_certainty,
};
use crate::domain::parse_time;

/// A TOML file's text; [`Document::open`] parses it.
pub(super) struct Document {
    file: &'static str,
    text: String,
}

impl Document {
    /// Reads the file, which must be there.
    pub(super) fn read(folder: &Folder, file: &'static str, problems: &mut Problems) -> Checked<Self> {
        Ok(Self { file, text: folder.text(file, problems)? })
    }

    /// Reads the file as TOML; every syntax error is recorded.
    pub(super) fn open(&self, problems: &mut Problems) -> Checked<DeTable<'_>> {
        let (root, errors) = DeTable::parse_recoverable(&self.text);
        let mut table = Ok(root.into_inner());
        for error in errors {
            let line = error.span().map_or(1, |span| line_of(&self.text, span.start));
            table = Err(problems.at_line(self.file, line, error.message().replace('\n', " ")));
        }
        table
    }

    /// The keys of the whole file.
    pub(super) fn root<'t, 'p>(&'t self, table: &'t DeTable<'t>, problems: &'p mut Problems) -> Keys<'t, 'p> {
        self.keys("", Part { table, start: 0 }, problems)
    }

    /// The keys of one table of the file, called `name` in messages.
    pub(super) fn keys<'t, 'p>(
        &'t self,
        name: &'static str,
        part: Part<'t>,
        problems: &'p mut Problems,
    ) -> Keys<'t, 'p> {
        Keys { document: self, name, table: part.table, start: part.start, asked: Vec::new(), problems }
    }
}

/// A table of the file, and the byte at which it begins.
#[derive(Clone, Copy)]
pub(super) struct Part<'t> {
    table: &'t DeTable<'t>,
    start: usize,
}

/// One table being read: each method reads a key, or records what is wrong with it.
pub(super) struct Keys<'t, 'p> {
    document: &'t Document,
    name: &'static str,
    table: &'t DeTable<'t>,
    start: usize,
    asked: Vec<&'static str>,
    problems: &'p mut Problems,
}

impl<'t> Keys<'t, '_> {
    fn line(&self, offset: usize) -> u64 {
        line_of(&self.document.text, offset)
    }

    fn full_name(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Records what is wrong with a key.
    pub(super) fn wrong<T>(&mut self, key: &str, reason: impl Into<String>) -> Checked<T> {
        let start = self.table.get(key).map_or(self.start, |value| value.span().start);
        let (line, name) = (self.line(start), self.full_name(key));
        Err(self.problems.at_key(self.document.file, line, &name, reason))
    }

    fn value(&mut self, key: &'static str) -> Checked<&'t DeValue<'t>> {
        self.asked.push(key);
        match self.table.get(key) {
            Some(value) => Ok(value.get_ref()),
            None => self.wrong(key, "it is missing"),
        }
    }

    fn expected<T>(&mut self, key: &str, value: &DeValue, expected: &str) -> Checked<T> {
        self.wrong(key, format!("expected {expected}, found {}", kind_and_text(value)))
    }

    /// A text that may not be empty.
    pub(super) fn text(&mut self, key: &'static str) -> Checked<String> {
        let value = self.value(key)?;
        match value.as_str().map(str::trim) {
            Some("") => self.wrong(key, "it is empty: a value is expected"),
            Some(text) if text.chars().any(char::is_control) => self.wrong(key, "it has a control character"),
            Some(text) => Ok(text.to_owned()),
            None => self.expected(key, value, "a text in quotes"),
        }
    }

    /// A date such as 2019-06-14, without quotes.
    pub(super) fn date(&mut self, key: &'static str) -> Checked<NaiveDate> {
        let value = self.value(key)?;
        let date = value.as_datetime().filter(|at| at.time.is_none() && at.offset.is_none()).and_then(|at| at.date);
        match date.and_then(|date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())) {
            Some(date) => Ok(date),
            None => self.expected(key, value, "a date such as 2019-06-14, without quotes"),
        }
    }

    /// A date; `None` when the key is not there.
    pub(super) fn optional_date(&mut self, key: &'static str) -> Checked<Option<NaiveDate>> {
        if self.table.contains_key(key) {
            return self.date(key).map(Some);
        }
        self.asked.push(key);
        Ok(None)
    }

    /// A whole number from 0 to `max`.
    pub(super) fn number(&mut self, key: &'static str, max: u32) -> Checked<u32> {
        let value = self.value(key)?;
        match whole(value, max) {
            Some(number) => Ok(number),
            None => self.expected(key, value, &format!("a whole number from 0 to {max}")),
        }
    }

    /// A weight.
    pub(super) fn weight(&mut self, key: &'static str) -> Checked<u32> {
        self.number(key, WEIGHT_MAX)
    }

    /// A time of day such as "07:30".
    pub(super) fn time(&mut self, key: &'static str) -> Checked<NaiveTime> {
        let text = self.text(key)?;
        parse_time(&text).or_else(|error| self.wrong(key, error.to_string()))
    }

    /// One of the words for how sure a value is.
    pub(super) fn certainty(&mut self, key: &'static str) -> Checked<String> {
        let text = self.text(key)?;
        if let Some(reason) = not_a_certainty(&text) { self.wrong(key, reason) } else { Ok(text) }
    }

    /// A table inside this one that need not be there.
    pub(super) fn optional_table(&mut self, key: &'static str) -> Checked<Option<Part<'t>>> {
        if self.table.contains_key(key) {
            return self.table(key).map(Some);
        }
        self.asked.push(key);
        Ok(None)
    }

    /// A table inside this one.
    pub(super) fn table(&mut self, key: &'static str) -> Checked<Part<'t>> {
        let value = self.value(key)?;
        let start = self.table.get(key).map_or(self.start, |value| value.span().start);
        match value.as_table() {
            Some(table) => Ok(Part { table, start }),
            None => self.expected(key, value, "a table"),
        }
    }

    /// The tables of a list of tables, at least one.
    pub(super) fn tables(&mut self, key: &'static str) -> Checked<Vec<Part<'t>>> {
        let value = self.value(key)?;
        let tables = value.as_array().and_then(|array| {
            let table = |value: &'t toml::Spanned<DeValue<'t>>| {
                Some(Part { table: value.get_ref().as_table()?, start: value.span().start })
            };
            array.iter().map(table).collect::<Option<Vec<_>>>()
        });
        match tables {
            Some(tables) if !tables.is_empty() => Ok(tables),
            _ => self.expected(key, value, &format!("tables headed [[{key}]]")),
        }
    }

    /// Ends the reading: records every key that nobody asked for.
    pub(super) fn finish(mut self) {
        self.refuse_others();
    }

    /// Records every key that nobody asked for so far.
    pub(super) fn refuse_others(&mut self) {
        for (key, _) in self.table {
            let known = key.get_ref().as_ref();
            if !self.asked.contains(&known) {
                let line = self.line(key.span().start);
                let name = self.full_name(known);
                let reason = format!("it is not a key of this table: expected {}", self.asked.join(", "));
                self.problems.at_key(self.document.file, line, &name, reason);
            }
        }
    }
}

const WEIGHT_MAX: u32 = 1_000_000;

fn whole(value: &DeValue, max: u32) -> Option<u32> {
    let integer = value.as_integer()?;
    u32::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| *number <= max)
}

fn kind_and_text(value: &DeValue) -> String {
    match value {
        DeValue::String(text) => format!("the text {}", quoted(text)),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(at) => at.to_string(),
        DeValue::Array(array) => format!("a list of {}", array.iter().count()),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
