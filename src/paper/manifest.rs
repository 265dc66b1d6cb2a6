//! The manifest (bảng kê) of a run or a round: what each courier should have on board, stop by stop, to be ticked.

use chrono::NaiveDateTime;

use super::{
    PaperError,
    flow::{Cell, Flow, Style, columns},
    font::Face,
    letterhead::{
        BODY, CELL, CELL_CENTRE, CELL_CODE, STRONG, capital, clock, fact, foot, letterhead, signatures, title,
    },
    page::Align,
    words::in_words,
};

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestPaper {
    /// The centre's name.
    pub centre: String,
    /// What it is of, such as `Chuyến 1`.
    pub name: String,
    /// The day, as it is written.
    pub day: String,
    /// How often the day has been planned.
    pub revision: u32,
    /// When it is printed, on the centre's clocks.
    pub printed_at: NaiveDateTime,
    /// Whether the items are those of a synthetic season.
    pub synthetic: bool,
    /// One for each courier.
    pub routes: Vec<ManifestRoute>,
}

/// One courier's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRoute {
    /// Who rides.
    pub courier: String,
    /// On what.
    pub vehicle: String,
    /// Stops in order, departure and return included.
    pub stops: Vec<ManifestStop>,
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestStop {
    /// The office, or of a home its commune.
    pub place: String,
    /// The address, at a home.
    pub address: Option<String>,
    /// When the courier comes.
    pub arrives_at: NaiveDateTime,
    /// When the courier leaves.
    pub departs_at: NaiveDateTime,
    /// What is handed over here.
    pub unload: Vec<ManifestItem>,
    /// What comes on board here.
    pub load: Vec<ManifestItem>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestItem {
    /// The code on its barcode.
    pub code: String,
    /// Where it started.
    pub from: String,
    /// Where it goes in the end.
    pub to: String,
    /// Its weight in grams.
    pub weight_g: Option<u32>,
    /// Whether it was scanned here already.
    pub scanned: bool,
}

impl ManifestRoute {
    /// How many items come on board on the whole way.
    #[must_use]
    pub fn loaded(&self) -> usize {
        self.stops.iter().map(|stop| stop.load.len()).sum()
    }

    fn weight_g(&self) -> u64 {
        self.stops.iter().flat_map(|stop| &stop.load).filter_map(|item| item.weight_g.map(u64::from)).sum()
    }
}

const COLUMNS: [(&str, f32); 7] =
    [("STT", 8.0), ("Mã", 28.0), ("Nơi gửi", 25.0), ("Nơi nhận", 25.0), ("Gam", 7.0), ("Đã quét", 8.0), ("Đủ", 5.0)];

/// The manifest as PDF; each courier's part begins on a page of its own.
///
/// # Errors
/// [`PaperError`] when it cannot be rendered.
pub fn manifest_pdf(manifest: &ManifestPaper) -> Result<Vec<u8>, PaperError> {
    let mut flow = Flow::a4(false);
    for route in &manifest.routes {
        flow.break_page();
        put_route(&mut flow, manifest, route);
    }
    if manifest.routes.is_empty() {
        head(&mut flow, manifest);
        flow.text("Không có tuyến nào trong bảng kê này.", BODY);
    }
    let name = format!("Bảng kê {} ngày {}", manifest.name, manifest.day);
    flow.finish(&name, &foot(&name, manifest.printed_at, manifest.synthetic))
}

fn head(flow: &mut Flow, manifest: &ManifestPaper) {
    letterhead(flow, &manifest.centre);
    let below = format!("{} – ngày {} (kế hoạch lần {})", manifest.name, manifest.day, manifest.revision);
    title(flow, "Bảng kê giao nhận", &below);
}

fn put_route(flow: &mut Flow, manifest: &ManifestPaper, route: &ManifestRoute) {
    head(flow, manifest);
    fact(flow, "Nhân viên chuyển phát", &route.courier);
    fact(flow, "Phương tiện", &route.vehicle);
    if let (Some(first), Some(last)) = (route.stops.first(), route.stops.last()) {
        fact(flow, "Xuất phát", &format!("{} tại {}", clock(first.departs_at), first.place));
        fact(flow, "Về đến", &format!("{} tại {}", clock(last.arrives_at), last.place));
    }
    let loaded = route.loaded();
    let words = capital(&in_words(loaded as u64));
    fact(flow, "Tổng số bưu gửi phải nhận", &format!("{loaded} ({words}), {} gam", grouped(route.weight_g())));
    flow.gap(6.0);
    let room = flow.room();
    flow.begin_table(columns(room, &COLUMNS));
    for (n, stop) in route.stops.iter().enumerate() {
        let banner = Style::new(Face::Bold, 10.0, Align::Left);
        let address = stop.address.as_ref().map(|address| format!(" – {address}")).unwrap_or_default();
        let (arrives, departs) = (clock(stop.arrives_at), clock(stop.departs_at));
        let counts = format!("giao {}, nhận {}", stop.unload.len(), stop.load.len());
        flow.banner(&format!("{}. {}{address} · {arrives}–{departs} · {counts}", n + 1, stop.place), banner);
        for (what, items) in [("Giao", &stop.unload), ("Nhận", &stop.load)] {
            for (n, item) in items.iter().enumerate() {
                flow.row(row(what, n + 1, item));
            }
        }
    }
    flow.end_table();
    flow.gap(6.0);
    flow.text(&format!("Cộng: {loaded} bưu gửi lên xe trên toàn tuyến."), STRONG);
    signatures(flow, &[("Người lập bảng kê", ""), ("Nhân viên chuyển phát", &route.courier)]);
}

fn row(what: &str, n: usize, item: &ManifestItem) -> Vec<Cell> {
    let text = |text: &str, style| Cell::Text(text.to_owned(), style);
    vec![
        text(&format!("{what} {n}"), CELL_CENTRE),
        text(&item.code, CELL_CODE),
        text(&item.from, CELL),
        text(&item.to, CELL),
        text(
            &item.weight_g.map(|weight| grouped(weight.into())).unwrap_or_default(),
            Style::new(Face::Serif, 9.5, Align::Right),
        ),
        text(if item.scanned { "đã quét" } else { "" }, CELL_CENTRE),
        Cell::Tick,
    ]
}

/// Thousands apart, as they are written in Vietnamese.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}
