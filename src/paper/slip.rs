//! The control slip of a dossier (phiếu kiểm soát quá trình giải quyết hồ sơ): a row for each handoff, filled from the
//! recorded scans. Its number, title and columns are those of the form in force.

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    PaperError,
    flow::{Cell, Column, Flow, Style},
    font::Face,
    letterhead::{BODY, CELL, CELL_CENTRE, STRONG, code_beside, fact, foot, letterhead, moment, title},
    page::Align,
};
use crate::domain::{FormColumn, PaperForm};

/// How a time stands to the time by which it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Before the day on which it was due.
    Early,
    /// On that day, and in time.
    OnTime,
    /// Later.
    Late,
}

impl Outcome {
    /// How `at` stands to `due`, both on the centre's clocks.
    #[must_use]
    pub fn of(at: NaiveDateTime, due: NaiveDateTime) -> Self {
        match () {
            () if at > due => Self::Late,
            () if at.date() < due.date() => Self::Early,
            () => Self::OnTime,
        }
    }

    /// As the form has it.
    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Early => "Trước hạn",
            Self::OnTime => "Đúng hạn",
            Self::Late => "Quá hạn",
        }
    }
}

/// One handoff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlipRow {
    /// Who gave.
    pub giver: String,
    /// Who received.
    pub receiver: String,
    /// When it was given, on the centre's clocks; unknown when the giver did not scan.
    pub given_at: Option<NaiveDateTime>,
    /// When it was received; unknown when the receiver has not scanned.
    pub received_at: Option<NaiveDateTime>,
    /// Which recorded scans stand for the signatures.
    pub signatures: String,
    /// How it stands to the time by which this step was due, where one is known.
    pub outcome: Option<Outcome>,
    /// What is remarkable.
    pub note: String,
}

/// A control slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipPaper {
    /// The centre's name.
    pub centre: String,
    /// The form in force.
    pub form: PaperForm,
    /// The dossier's code.
    pub dossier: String,
    /// The department that settles it.
    pub department: String,
    /// When it was received.
    pub filed_at: NaiveDateTime,
    /// When its result is promised.
    pub appointment_at: NaiveDateTime,
    /// When it was settled, and how that stands to the appointment.
    pub settled: Option<(NaiveDateTime, Outcome)>,
    /// The handoffs in order.
    pub rows: Vec<SlipRow>,
    /// When the slip was issued.
    pub issued_at: NaiveDateTime,
    /// The zone of all its times.
    pub zone: Tz,
    /// The short code under which it can be verified.
    pub verification: String,
    /// The signed statement, for the 2-D code.
    pub statement: String,
    /// Whether it is made of a synthetic season.
    pub synthetic: bool,
}

/// The digest over what is printed: facts of the dossier in a fixed order, and the rows.
#[must_use]
pub fn printed_digest(facts: &[&str], rows: &[SlipRow]) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut put = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    };
    for fact in facts {
        put(fact);
    }
    let time = |at: Option<NaiveDateTime>| at.map(|at| at.format("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default();
    for row in rows {
        put(&row.giver);
        put(&row.receiver);
        put(&time(row.given_at));
        put(&time(row.received_at));
        put(&row.signatures);
        put(row.outcome.map_or("", Outcome::vietnamese));
        put(&row.note);
    }
    digest.finalize().into()
}

/// How wide a column is, compared with the others.
fn share(column: FormColumn) -> f32 {
    match column {
        FormColumn::No => 4.5,
        FormColumn::Giver | FormColumn::Receiver => 20.0,
        FormColumn::Time => 17.0,
        FormColumn::Signatures => 19.0,
        FormColumn::Result => 10.0,
        FormColumn::Note => 18.0,
    }
}

/// The slip as PDF.
///
/// # Errors
/// [`PaperError::CodeTooLong`] when the statement does not fit into a code.
pub fn slip_pdf(slip: &SlipPaper) -> Result<Vec<u8>, PaperError> {
    let mut flow = Flow::a4(true);
    let form = Style::new(Face::Italic, 9.5, Align::Right);
    flow.text(&format!("{} – ban hành kèm theo {}", slip.form.number, slip.form.regulation), form);
    flow.gap(4.0);
    letterhead(&mut flow, &slip.centre);
    title(&mut flow, &slip.form.title, &format!("Mã hồ sơ: {}", slip.dossier));
    fact(&mut flow, "Cơ quan giải quyết hồ sơ", &slip.department);
    let times = format!("{}; hẹn trả kết quả lúc {}", moment(slip.filed_at), moment(slip.appointment_at));
    fact(&mut flow, "Tiếp nhận lúc", &times);
    let settled = match slip.settled {
        Some((at, outcome)) => format!("{} – {}", moment(at), outcome.vietnamese()),
        None => "chưa có kết quả".to_owned(),
    };
    fact(&mut flow, "Kết quả giải quyết", &settled);
    flow.gap(6.0);
    put_rows(&mut flow, slip);
    flow.gap(4.0);
    let small = Style::new(Face::Italic, 9.5, Align::Left);
    let side = if slip.statement.len() < 400 { 30.0 } else { 40.0 };
    let lines = [
        (format!("Tổng số lần giao nhận: {}. Giờ theo múi giờ {}.", slip.rows.len(), slip.zone), BODY),
        (format!("Mã xác thực: {}", slip.verification), STRONG),
        (
            "Phiếu được lập tự động từ các lần quét mã đã ghi vào sổ cái điện tử; mỗi lần quét thay cho chữ ký giao, nhận. \
             Kiểm tra phiếu bằng mã xác thực tại địa chỉ /verify của hệ thống, hoặc không cần kết nối bằng mã QR bên cạnh \
             và khóa công khai của Trung tâm."
                .to_owned(),
            small,
        ),
    ];
    code_beside(&mut flow, &slip.statement, side, &lines)?;
    let name = format!("{} {}", slip.form.title, slip.dossier);
    let foot = foot(&format!("{} – {}", slip.dossier, slip.verification), slip.issued_at, slip.synthetic);
    flow.finish(&name, &foot)
}

fn put_rows(flow: &mut Flow, slip: &SlipPaper) {
    let room = flow.room();
    let all: f32 = slip.form.columns.iter().map(|(column, _)| share(*column)).sum();
    let columns = slip
        .form
        .columns
        .iter()
        .map(|(column, heading)| Column { heading: heading.clone(), width: room * share(*column) / all });
    flow.begin_table(columns.collect());
    for (n, row) in slip.rows.iter().enumerate() {
        let cells = slip.form.columns.iter().map(|(column, _)| cell(n + 1, row, *column));
        flow.row(cells.collect());
    }
    if slip.rows.is_empty() {
        flow.banner("Chưa có lần giao nhận nào được ghi.", CELL_CENTRE);
    }
    flow.end_table();
}

fn cell(n: usize, row: &SlipRow, column: FormColumn) -> Cell {
    let text = |text: &str| Cell::Text(text.to_owned(), CELL);
    let centre = |text: String| Cell::Text(text, CELL_CENTRE);
    match column {
        FormColumn::No => centre(n.to_string()),
        FormColumn::Giver => text(&row.giver),
        FormColumn::Receiver => text(&row.receiver),
        FormColumn::Time => {
            let at = |what: &str, at: Option<NaiveDateTime>| {
                format!("{what}: {}", at.map_or_else(|| "chưa quét".to_owned(), moment))
            };
            text(&format!("{}\n{}", at("Giao", row.given_at), at("Nhận", row.received_at)))
        }
        FormColumn::Signatures => text(&row.signatures),
        FormColumn::Result => centre(row.outcome.map_or("–", Outcome::vietnamese).to_owned()),
        FormColumn::Note => text(&row.note),
    }
}
