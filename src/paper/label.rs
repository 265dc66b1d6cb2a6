//! Labels for items, pouches and dossiers.
//!
//! The code holds the code and nothing else, and the text beside it offices, communes and days: nobody's name, address or
//! phone.

use super::{
    PaperError,
    code::Qr,
    flow::{Style, wrap},
    font::{Face, Line},
    page::{Align, MM, Page, to_pdf},
};

/// What a label is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    /// One physical thing.
    Item,
    /// A sealed bag.
    Pouch,
    /// The citizen's case.
    Dossier,
    /// A postal item, or a thing with a GS1 key.
    Other,
}

impl LabelKind {
    fn title(self) -> &'static str {
        match self {
            Self::Item => "BƯU GỬI",
            Self::Pouch => "TÚI NIÊM PHONG",
            Self::Dossier => "HỒ SƠ",
            Self::Other => "BƯU KIỆN",
        }
    }
}

/// What is on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The code, as it is scanned and read.
    pub code: String,
    /// What it is for.
    pub kind: LabelKind,
    /// The centre's name.
    pub centre: String,
    /// Where it starts.
    pub from: Option<String>,
    /// Where it goes: an office, or of a home its commune.
    pub to: Option<String>,
    /// The code of its dossier.
    pub dossier: Option<String>,
    /// A last line, such as the day by which it is due.
    pub note: Option<String>,
}

impl Label {
    /// The lines of readable text, each with its name.
    pub(super) fn lines(&self) -> Vec<String> {
        let named = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: {value}"));
        [named("Đến", &self.to), named("Từ", &self.from), named("Hồ sơ", &self.dossier), self.note.clone()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// What stands above.
    pub(super) fn title(&self) -> &'static str {
        self.kind.title()
    }
}

/// Labels on an A4 sheet, columns and rows.
pub const LABELS_ON_SHEET: (usize, usize) = (3, 8);

/// Labels on A4 sheets of 24, 70 × 37 mm each, as they are sold. `start`, from 1, is the first free one on the first sheet.
///
/// # Errors
/// [`PaperError::Start`] unless `start` is 1 to 24; [`PaperError::CodeTooLong`].
pub fn label_sheets(labels: &[Label], start: usize) -> Result<Vec<u8>, PaperError> {
    let (columns, rows) = LABELS_ON_SHEET;
    if !(1..=columns * rows).contains(&start) {
        return Err(PaperError::Start { start, max: columns * rows });
    }
    let (width, height) = (70.0 * MM, 37.0 * MM);
    let top = (297.0 * MM - 8.0 * height) / 2.0;
    let mut pages = vec![Page::new(210.0 * MM, 297.0 * MM)];
    for (n, label) in labels.iter().enumerate() {
        let place = (start - 1 + n) % (columns * rows);
        if place == 0 && n > 0 {
            pages.push(Page::new(210.0 * MM, 297.0 * MM));
        }
        #[expect(clippy::cast_precision_loss, reason = "a sheet has 24 places")]
        let at = ((place % columns) as f32 * width, top + (place / columns) as f32 * height);
        if let Some(page) = pages.last_mut() {
            put(page, at, (width, height), 4.0 * MM, label)?;
        }
    }
    to_pdf(&pages, "Nhãn")
}

/// Labels on single pages of 100 × 50 mm.
///
/// # Errors
/// [`PaperError::CodeTooLong`].
pub fn single_labels(labels: &[Label]) -> Result<Vec<u8>, PaperError> {
    let size = (100.0 * MM, 50.0 * MM);
    let mut pages = Vec::with_capacity(labels.len().max(1));
    for label in labels {
        let mut page = Page::new(size.0, size.1);
        put(&mut page, (0.0, 0.0), size, 3.0 * MM, label)?;
        pages.push(page);
    }
    if pages.is_empty() {
        pages.push(Page::new(size.0, size.1));
    }
    to_pdf(&pages, "Nhãn")
}

/// Draws a label: its code at the left, what it means at the right, the code in letters below.
fn put(
    page: &mut Page,
    (x, y): (f32, f32),
    (width, height): (f32, f32),
    margin: f32,
    label: &Label,
) -> Result<(), PaperError> {
    let scale = height / (37.0 * MM);
    let code = Qr::of(&label.code)?;
    let foot = 15.0 * scale;
    // The quiet zone may reach into the margin.
    let side = 22.0 * MM * scale;
    page.code((x + margin - 5.0, y + margin - 5.0), side, code);
    let text_x = x + margin + side - 5.0;
    let room = width - (text_x - x) - margin;
    let bottom = y + height - margin - foot;
    let body = Style::new(Face::Serif, 7.5 * scale, Align::Left);
    let first = y + margin + 8.0 * scale;
    page.text((text_x, room), first, (Face::Bold, 10.0 * scale), Align::Left, label.title());
    let lines: Vec<Line> = label.lines().iter().flat_map(|text| wrap(text, body, room)).collect();
    let leading = body.size * 1.18;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a label has few lines")]
    let fit = ((bottom - first) / leading) as usize;
    let cut = lines.len() > fit;
    let mut baseline = first;
    for (n, line) in lines.into_iter().take(fit).enumerate() {
        baseline += leading;
        let end = line.width() * body.size;
        page.line(text_x, baseline, body.size, line);
        if cut && n + 1 == fit {
            page.text((text_x + end, room), baseline, (body.face, body.size), Align::Left, " …");
        }
    }
    // The code in letters is as large as fits.
    let widest = super::font::width(&label.code, Face::MonoBold);
    let letters = ((width - 2.0 * margin) / widest).min(13.0 * scale);
    let foot_line = y + height - margin;
    page.text(
        (x + margin, width - 2.0 * margin),
        foot_line - 5.0 * scale,
        (Face::MonoBold, letters),
        Align::Centre,
        &label.code,
    );
    page.text(
        (x + margin, width - 2.0 * margin),
        foot_line + 2.5 * scale,
        (Face::Italic, 6.0 * scale),
        Align::Centre,
        &label.centre,
    );
    Ok(())
}
