use serde::{Deserialize, Serialize};

use super::Effective;

/// What a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// The control slip of a dossier (phiếu kiểm soát quá trình giải quyết hồ sơ).
    ControlSlip,
    /// The minute of a handover (biên bản giao nhận).
    HandoverMinute,
}

impl FormKind {
    const WORDS: [(&'static str, Self); 2] =
        [("control_slip", Self::ControlSlip), ("handover_minute", Self::HandoverMinute)];
}

word_enum!(FormKind, "form");

/// A column of a control slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormColumn {
    /// The running number.
    No,
    /// Who gives (bên giao).
    Giver,
    /// Who receives (bên nhận).
    Receiver,
    /// When.
    Time,
    /// What stands for both signatures.
    Signatures,
    /// Before time, in time or late.
    Result,
    /// A note.
    Note,
}

impl FormColumn {
    const WORDS: [(&'static str, Self); 7] = [
        ("no", Self::No),
        ("giver", Self::Giver),
        ("receiver", Self::Receiver),
        ("time", Self::Time),
        ("signatures", Self::Signatures),
        ("result", Self::Result),
        ("note", Self::Note),
    ];
}

word_enum!(FormColumn, "column of a form");

/// A form that a regulation prescribes, as long as it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperForm {
    /// What it is for.
    pub kind: FormKind,
    /// Its number, such as `Mẫu số 05`; empty where it has none.
    pub number: String,
    /// The regulation.
    pub regulation: String,
    /// The title that it carries.
    pub title: String,
    /// Its columns with their headings, in order; none where the regulation prescribes none.
    pub columns: Vec<(FormColumn, String)>,
    /// The days on which it is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
    /// Where it comes from.
    pub source: String,
}
