//! Text and tables that flow over as many pages as they need.

use super::{
    PaperError,
    font::{Face, Line, shape, width},
    page::{Align, MM, Page, to_pdf},
};

/// From one baseline to the next, in font sizes.
const LEADING: f32 = 1.25;
/// From the top of a line to its baseline, in font sizes.
const ASCENT: f32 = 0.95;
/// Between a cell's border and its text, points.
const PADDING: f32 = 3.0;
const HAIR: f32 = 0.5;
/// Free at the bottom of each page for its number.
const FOOT: f32 = 12.0 * MM;

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) align: Align,
}

impl Style {
    pub(super) const fn new(face: Face, size: f32, align: Align) -> Self {
        Self { face, size, align }
    }

    fn leading(self) -> f32 {
        self.size * LEADING
    }
}

/// `text` in lines no longer than `room` points: broken between words, and within a word only where it is longer than that.
pub(super) fn wrap(text: &str, style: Style, room: f32) -> Vec<Line> {
    let room = (room / style.size).max(0.5);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut long = 0.0;
        let blank = width(" ", style.face);
        for word in paragraph.split_whitespace() {
            let mut rest = word.to_owned();
            let mut wide = width(&rest, style.face);
            if !line.is_empty() {
                if long + blank + wide <= room {
                    line.push(' ');
                    line.push_str(&rest);
                    long += blank + wide;
                    continue;
                }
                lines.push(shape(&std::mem::take(&mut line), style.face));
            }
            while wide > room {
                let head = fitting(&rest, style.face, room);
                let tail = rest.split_off(head);
                lines.push(shape(&rest, style.face));
                rest = tail;
                wide = width(&rest, style.face);
            }
            line = rest;
            long = wide;
        }
        lines.push(shape(&line, style.face));
    }
    lines
}

/// How many bytes of `word` fit, at least one character; better behind a sign than within letters or digits.
fn fitting(word: &str, face: Face, room: f32) -> usize {
    let mut used = 0.0;
    let mut end = 0;
    let mut seam = 0;
    for (place, c) in word.char_indices() {
        used += width(c.encode_utf8(&mut [0; 4]), face);
        if used > room && end > 0 {
            break;
        }
        end = place + c.len_utf8();
        if matches!(c, '-' | '.' | '/' | ',' | ';' | '_' | ':') {
            seam = end;
        }
    }
    if seam * 2 > end { seam } else { end.max(1) }
}

/// What is in a cell of a table.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// A text.
    Text(String, Style),
    /// An empty square to be ticked.
    Tick,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// What stands at its head.
    pub(super) heading: String,
    /// Its width in points.
    pub(super) width: f32,
}

/// Pages that are being filled from the top.
pub(super) struct Flow {
    size: (f32, f32),
    margin: f32,
    pages: Vec<Page>,
    y: f32,
    /// The head of the table that is being filled, repeated on each page.
    table: Vec<Column>,
}

const HEADING: Style = Style::new(Face::Bold, 9.5, Align::Centre);

impl Flow {
    /// On A4, upright or across.
    pub(super) fn a4(across: bool) -> Self {
        let (short, long) = (210.0 * MM, 297.0 * MM);
        let size = if across { (long, short) } else { (short, long) };
        let mut flow = Self { size, margin: 15.0 * MM, pages: Vec::new(), y: 0.0, table: Vec::new() };
        flow.new_page();
        flow
    }

    /// The width between the margins.
    pub(super) fn room(&self) -> f32 {
        self.size.0 - 2.0 * self.margin
    }

    pub(super) fn left(&self) -> f32 {
        self.margin
    }

    pub(super) fn y(&self) -> f32 {
        self.y
    }

    pub(super) fn set_y(&mut self, y: f32) {
        self.y = y;
    }

    /// The page that is being filled.
    pub(super) fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("a flow begins with a page")
    }

    fn new_page(&mut self) {
        self.pages.push(Page::new(self.size.0, self.size.1));
        self.y = self.margin;
    }

    /// Begins a new page, unless nothing is on this one yet.
    pub(super) fn break_page(&mut self) {
        if self.y > self.margin {
            self.new_page();
        }
    }

    fn left_over(&self) -> f32 {
        self.size.1 - FOOT - self.margin / 2.0 - self.y
    }

    /// Begins a new page unless `height` is left on this one.
    pub(super) fn ensure(&mut self, height: f32) {
        if self.left_over() < height && self.y > self.margin {
            self.new_page();
            self.table_head();
        }
    }

    pub(super) fn gap(&mut self, height: f32) {
        self.y += height;
    }

    /// A paragraph over the whole width.
    pub(super) fn text(&mut self, text: &str, style: Style) {
        let (left, room) = (self.margin, self.room());
        self.text_between((left, room), text, style);
    }

    /// A paragraph between `x` and `x + room`.
    pub(super) fn text_between(&mut self, (x, room): (f32, f32), text: &str, style: Style) {
        for line in wrap(text, style, room) {
            self.ensure(style.leading());
            let baseline = self.y + style.size * ASCENT;
            let shift = style.align.shift(room, line.width() * style.size);
            self.page().line(x + shift, baseline, style.size, line);
            self.y += style.leading();
        }
    }

    /// Begins a table, whose head is repeated on each page.
    pub(super) fn begin_table(&mut self, columns: Vec<Column>) {
        self.table = columns;
        self.ensure(40.0);
        if self.y > self.margin || self.pages.len() == 1 {
            self.table_head();
        }
    }

    pub(super) fn end_table(&mut self) {
        self.table.clear();
    }

    fn table_head(&mut self) {
        if self.table.is_empty() {
            return;
        }
        let columns = self.table.clone();
        let lines: Vec<Vec<Line>> =
            columns.iter().map(|column| wrap(&column.heading, HEADING, column.width - 2.0 * PADDING)).collect();
        let height = lines.iter().map(Vec::len).max().map_or(0.0, height_of(HEADING));
        let (left, top, room) = (self.margin, self.y, columns.iter().map(|column| column.width).sum());
        self.page().shade((left, top), (room, height), 232);
        self.page().rule((left, top), (left + room, top), HAIR);
        let mut x = left;
        for (column, lines) in columns.iter().zip(lines) {
            let spare = height - height_of(HEADING)(lines.len());
            self.put_lines((x, column.width), top + spare / 2.0, HEADING, lines);
            x += column.width;
        }
        self.close_row(top, height);
    }

    fn put_lines(&mut self, (x, room): (f32, f32), top: f32, style: Style, lines: Vec<Line>) {
        let mut baseline = top + PADDING + style.size * ASCENT;
        for line in lines {
            let shift = style.align.shift(room - 2.0 * PADDING, line.width() * style.size);
            self.page().line(x + PADDING + shift, baseline, style.size, line);
            baseline += style.leading();
        }
    }

    /// Draws the borders of a row and goes below it.
    fn close_row(&mut self, top: f32, height: f32) {
        let columns = self.table.clone();
        let (left, bottom) = (self.margin, top + height);
        let mut x = left;
        self.page().rule((x, top), (x, bottom), HAIR);
        for column in &columns {
            x += column.width;
            self.page().rule((x, top), (x, bottom), HAIR);
        }
        self.page().rule((left, bottom), (x, bottom), HAIR);
        self.y = bottom;
    }

    /// A row of the table. One that is higher than what is left goes to the next page; one that is higher than a page is
    /// continued there.
    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        let columns = self.table.clone();
        let mut filled: Vec<(Style, Vec<Line>, bool)> = columns
            .iter()
            .zip(cells)
            .map(|(column, cell)| match cell {
                Cell::Text(text, style) => (style, wrap(&text, style, column.width - 2.0 * PADDING), false),
                Cell::Tick => (HEADING, Vec::new(), true),
            })
            .collect();
        let mut first = true;
        loop {
            let height = filled.iter().map(|(style, lines, _)| height_of(*style)(lines.len())).fold(16.0, f32::max);
            let whole_page = self.size.1 - FOOT - 1.5 * self.margin - 60.0;
            if first {
                self.ensure(height.min(whole_page));
            } else {
                self.new_page();
                self.table_head();
            }
            let room = self.left_over().max(40.0);
            let (top, mut x) = (self.y, self.margin);
            let mut drawn: f32 = 16.0;
            for (column, (style, lines, tick)) in columns.iter().zip(&mut filled) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page has few lines")]
                let fit = (((room - 2.0 * PADDING) / style.leading()) as usize).max(1).min(lines.len());
                let rest = lines.split_off(fit);
                let now = std::mem::replace(lines, rest);
                drawn = drawn.max(height_of(*style)(now.len()));
                self.put_lines((x, column.width), top, *style, now);
                if *tick && first {
                    let side = 8.5;
                    self.page().frame((x + (column.width - side) / 2.0, top + 3.75), (side, side), 0.7);
                }
                x += column.width;
            }
            self.close_row(top, drawn);
            first = false;
            if filled.iter().all(|(_, lines, _)| lines.is_empty()) {
                return;
            }
        }
    }

    /// A row of the table that goes over all its columns.
    pub(super) fn banner(&mut self, text: &str, style: Style) {
        let room: f32 = self.table.iter().map(|column| column.width).sum();
        let lines = wrap(text, style, room - 2.0 * PADDING);
        let height = height_of(style)(lines.len());
        // A heading is not left alone at the end of a page.
        self.ensure(height + 34.0);
        let (left, top) = (self.margin, self.y);
        self.page().shade((left, top), (room, height), 245);
        self.put_lines((left, room), top, style, lines);
        let columns = std::mem::replace(&mut self.table, vec![Column { heading: String::new(), width: room }]);
        self.close_row(top, height);
        self.table = columns;
    }

    /// The PDF, with `foot` at the left of each page's foot and its number at the right.
    pub(super) fn finish(mut self, title: &str, foot: &str) -> Result<Vec<u8>, PaperError> {
        let count = self.pages.len();
        let (left, room, y) = (self.margin, self.room(), self.size.1 - FOOT);
        for (n, page) in self.pages.iter_mut().enumerate() {
            page.rule((left, y), (left + room, y), 0.4);
            let note = (Face::Italic, 8.5);
            page.text((left, room), y + 11.0, note, Align::Left, foot);
            page.text((left, room), y + 11.0, note, Align::Right, &format!("Trang {}/{count}", n + 1));
        }
        to_pdf(&self.pages, title)
    }
}

fn height_of(style: Style) -> impl Fn(usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a cell has few lines")]
    move |lines| lines as f32 * style.leading() + 2.0 * PADDING
}

/// Columns as wide as their shares of `room`.
pub(super) fn columns(room: f32, shares: &[(&str, f32)]) -> Vec<Column> {
    let all: f32 = shares.iter().map(|(_, share)| share).sum();
    shares.iter().map(|(heading, share)| Column { heading: (*heading).to_owned(), width: room * share / all }).collect()
}
