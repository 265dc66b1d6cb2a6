//! Pages as lists of marks, and their PDF.

use krilla::{
    Document,
    color::luma,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule, Stroke},
    surface::Surface,
};

use super::{
    PaperError,
    code::Qr,
    font::{Face, Line, shape},
};

/// Points in a millimetre.
pub(super) const MM: f32 = 72.0 / 25.4;

/// What is on a page; places are in points from its upper left corner.
#[derive(Debug, Clone)]
enum Mark {
    Text { x: f32, baseline: f32, size: f32, line: Line },
    Rule { from: (f32, f32), to: (f32, f32), width: f32 },
    Frame { x: f32, y: f32, width: f32, height: f32, stroke: f32 },
    Shade { x: f32, y: f32, width: f32, height: f32, luma: u8 },
    Code { x: f32, y: f32, side: f32, code: Qr },
}

/// Where a text stands between two edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

impl Align {
    /// How far a line of `width` is moved between edges `room` apart.
    pub(super) fn shift(self, room: f32, width: f32) -> f32 {
        match self {
            Self::Left => 0.0,
            Self::Centre => (room - width) / 2.0,
            Self::Right => room - width,
        }
    }
}

/// A page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    marks: Vec<Mark>,
}

impl Page {
    pub(super) fn new(width: f32, height: f32) -> Self {
        Self { width, height, marks: Vec::new() }
    }

    /// A line of text whose left end stands at `x`.
    pub(super) fn line(&mut self, x: f32, baseline: f32, size: f32, line: Line) {
        self.marks.push(Mark::Text { x, baseline, size, line });
    }

    /// A text between `x` and `x + room`.
    pub(super) fn text(
        &mut self,
        (x, room): (f32, f32),
        baseline: f32,
        (face, size): (Face, f32),
        align: Align,
        text: &str,
    ) {
        let line = shape(text, face);
        self.line(x + align.shift(room, line.width() * size), baseline, size, line);
    }

    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32), width: f32) {
        self.marks.push(Mark::Rule { from, to, width });
    }

    pub(super) fn frame(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), stroke: f32) {
        self.marks.push(Mark::Frame { x, y, width, height, stroke });
    }

    pub(super) fn shade(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), luma: u8) {
        self.marks.push(Mark::Shade { x, y, width, height, luma });
    }

    /// A code in a square of `side` points, its quiet zone included.
    pub(super) fn code(&mut self, (x, y): (f32, f32), side: f32, code: Qr) {
        self.marks.push(Mark::Code { x, y, side, code });
    }
}

/// The PDF of `pages`.
pub(super) fn to_pdf(pages: &[Page], title: &str) -> Result<Vec<u8>, PaperError> {
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new().title(title.to_owned()).language("vi-VN".to_owned()).producer("Conthoi".to_owned()),
    );
    for page in pages {
        let settings = PageSettings::from_wh(page.width, page.height).ok_or(PaperError::Unrendered)?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for mark in &page.marks {
            draw(&mut surface, mark);
        }
        surface.finish();
        sheet.finish();
    }
    document.finish().map_err(|_| PaperError::Unrendered)
}

fn ink(luma: u8) -> Fill {
    Fill { paint: luma::Color::new(luma).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn fill(surface: &mut Surface<'_>, luma: u8, rectangles: impl Iterator<Item = Option<Rect>>) {
    let mut path = PathBuilder::new();
    rectangles.flatten().for_each(|rectangle| path.push_rect(rectangle));
    if let Some(path) = path.finish() {
        surface.set_stroke(None);
        surface.set_fill(Some(ink(luma)));
        surface.draw_path(&path);
    }
}

fn stroke(surface: &mut Surface<'_>, width: f32, path: PathBuilder) {
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke { paint: luma::Color::new(0).into(), width, ..Stroke::default() }));
        surface.draw_path(&path);
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) {
    match mark {
        Mark::Text { x, baseline, size, line } => {
            surface.set_stroke(None);
            surface.set_fill(Some(ink(0)));
            let mut x = *x;
            for run in &line.runs {
                surface.draw_glyphs(
                    Point::from_xy(x, *baseline),
                    &run.glyphs,
                    run.face.font(),
                    &run.text,
                    *size,
                    false,
                );
                x += run.width * size;
            }
        }
        Mark::Rule { from, to, width } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            stroke(surface, *width, path);
        }
        Mark::Frame { x, y, width, height, stroke: line } => {
            let mut path = PathBuilder::new();
            if let Some(rectangle) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(rectangle);
            }
            stroke(surface, *line, path);
        }
        Mark::Shade { x, y, width, height, luma } => {
            fill(surface, *luma, std::iter::once(Rect::from_xywh(*x, *y, *width, *height)));
        }
        Mark::Code { x, y, side, code } => {
            #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 modules on a side")]
            let at = |module: usize| module as f32 * side / (code.side + 2 * Qr::QUIET) as f32;
            let dark = code.dark.iter().map(|(row, column, count)| {
                Rect::from_xywh(x + at(column + Qr::QUIET), y + at(row + Qr::QUIET), at(*count), at(1))
            });
            fill(surface, 0, dark);
        }
    }
}
