//! Paper: typed documents in, PDF or ZPL out.
//!
//! Labels, the manifest of a run, the minute of a handover and the control slip of a dossier. Each is a plain value that says
//! what is on the paper, names and times already in words of the centre; here it is only set. Text is Vietnamese, shaped with
//! embedded fonts of which each document holds the glyphs that it uses. The same value gives the same bytes.
//!
//! Reports are set here too: the quarterly one as PDF, every other as CSV or a spreadsheet.
//!
//! `font` shapes, `page` draws, `flow` breaks lines, tables and pages; `statement` is what a slip says of itself, signed.
//!
//! What it does not know: the database, the clock, files, HTTP; who may print what.

mod code;
mod flow;
mod font;
mod label;
mod letterhead;
mod manifest;
mod minute;
mod page;
mod quarterly;
mod sheet;
mod slip;
mod statement;
mod words;
mod zpl;

pub use label::{LABELS_ON_SHEET, Label, LabelKind, label_sheets, single_labels};
pub use manifest::{ManifestItem, ManifestPaper, ManifestRoute, ManifestStop, manifest_pdf};
pub use minute::{MinutePaper, MinuteThing, minute_pdf};
pub use quarterly::{QuarterlyPaper, quarterly_pdf};
pub use sheet::{SheetLanguage, sheet_csv, sheet_xlsx};
pub use slip::{Outcome, SlipPaper, SlipRow, printed_digest, slip_pdf};
pub use statement::{
    PREFIX, SignedStatement, Statement, StatementError, TOLD_MAX, ToldHandoff, VerificationCode, public_key,
    read_public_key,
};
pub use words::in_words;
pub use zpl::zpl_labels;

/// Why a paper cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A text that is too long for a 2-D code.
    #[error("{chars} characters do not fit into a 2-D code")]
    CodeTooLong {
        /// How many.
        chars: usize,
    },
    /// A first label that is not on the sheet.
    #[error("a sheet has the labels 1 to {max}, not {start}")]
    Start {
        /// The one asked for.
        start: usize,
        /// The last one of a sheet.
        max: usize,
    },
    /// The PDF cannot be written.
    #[error("the document cannot be rendered: this is a fault of the program")]
    Unrendered,
}
