use std::{fmt, path::PathBuf};

use serde::Serialize;

/// One thing that is wrong in one file of a centre's folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file's name in the folder.
    pub file: String,
    /// The line, from 1, where one can be named.
    pub line: Option<u64>,
    /// `column lat` or `key time_zone`, where one can be named.
    pub field: Option<String>,
    /// What is wrong, with the offending value, and what is expected.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Everything that is wrong in a centre's folder; printed, one line a problem, by file and line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ImportErrors(Vec<Problem>);

impl ImportErrors {
    /// The problems, by file and line; never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for ImportErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ImportErrors {}

/// Why a folder on disk was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder or one of its files cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// What was tried.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The files were read, and something in them is wrong.
    #[error(transparent)]
    Broken(#[from] ImportErrors),
}

/// What stands for a value that could not be read: its problem has been recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported;

/// A value, or the knowledge that its problem has been recorded.
pub(super) type Checked<T> = Result<T, Reported>;

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Records what is wrong with a whole file.
    pub(super) fn in_file(&mut self, file: &str, reason: impl Into<String>) -> Reported {
        self.push(file, None, None, reason.into())
    }

    /// Records what is wrong with a line.
    pub(super) fn at_line(&mut self, file: &str, line: u64, reason: impl Into<String>) -> Reported {
        self.push(file, Some(line), None, reason.into())
    }

    /// Records what is wrong with a cell.
    pub(super) fn in_column(&mut self, file: &str, line: u64, column: &str, reason: impl Into<String>) -> Reported {
        self.push(file, Some(line), Some(format!("column {column}")), reason.into())
    }

    /// Records what is wrong with a key of a TOML file.
    pub(super) fn at_key(&mut self, file: &str, line: u64, key: &str, reason: impl Into<String>) -> Reported {
        self.push(file, Some(line), Some(format!("key {key}")), reason.into())
    }

    fn push(&mut self, file: &str, line: Option<u64>, field: Option<String>, reason: String) -> Reported {
        self.0.push(Problem { file: file.to_owned(), line, field, reason });
        Reported
    }

    /// `value` when nothing at all is wrong.
    pub(super) fn unless_any<T>(mut self, value: Checked<T>) -> Result<T, ImportErrors> {
        match value {
            Ok(value) if self.0.is_empty() => Ok(value),
            _ => {
                self.0.sort();
                self.0.dedup();
                Err(ImportErrors(self.0))
            }
        }
    }
}

/// `text` in quotes, cut when it is long.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN_CHARS: usize = 40;
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
