//! The fonts and the shaping of text.
//!
//! Libertinus Serif (SIL Open Font License 1.1) for text and `DejaVu` Sans Mono (Bitstream Vera licence) for codes; both
//! have every Vietnamese letter, and both licences allow embedding. What neither has is shown as a white box, never left
//! out in silence.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::UnicodeBuffer;
use unicode_normalization::UnicodeNormalization;

/// What a text is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Face {
    Serif,
    Bold,
    Italic,
    Mono,
    MonoBold,
}

/// Stands for a character that no font has.
const UNKNOWN: char = '\u{25a1}';

struct Loaded {
    shaper: rustybuzz::Face<'static>,
    font: Font,
}

static FACES: LazyLock<[Loaded; 5]> = LazyLock::new(|| {
    [
        load("Libertinus Serif", false, false),
        load("Libertinus Serif", true, false),
        load("Libertinus Serif", false, true),
        load("DejaVu Sans Mono", false, false),
        load("DejaVu Sans Mono", true, false),
    ]
});

/// The font of a family that is bundled with the font package.
fn load(family: &str, bold: bool, italic: bool) -> Loaded {
    let weight = if bold { 700 } else { 400 };
    let fits = |face: &rustybuzz::Face<'_>| {
        let named = face.names().into_iter().any(|name| {
            name.name_id == rustybuzz::ttf_parser::name_id::FAMILY && name.to_string().as_deref() == Some(family)
        });
        named && face.weight().to_number() == weight && face.is_italic() == italic
    };
    typst_assets::fonts()
        .find_map(|bytes| {
            let shaper = rustybuzz::Face::from_slice(bytes, 0).filter(fits)?;
            Some(Loaded { shaper, font: Font::new(bytes.into(), 0)? })
        })
        .expect("the font package bundles both families; a test sets every face")
}

impl Face {
    fn loaded(self) -> &'static Loaded {
        &FACES[match self {
            Self::Serif => 0,
            Self::Bold => 1,
            Self::Italic => 2,
            Self::Mono => 3,
            Self::MonoBold => 4,
        }]
    }

    /// The font for the document.
    pub(super) fn font(self) -> Font {
        self.loaded().font.clone()
    }

    fn has(self, c: char) -> bool {
        self.loaded().shaper.glyph_index(c).is_some_and(|glyph| glyph.0 != 0)
    }

    /// The face that has `c`, and what to show for it.
    fn with_glyph(self, c: char) -> (Self, char) {
        let other = if matches!(self, Self::Bold | Self::MonoBold) { Self::MonoBold } else { Self::Mono };
        match (self.has(c), other.has(c)) {
            (true, _) => (self, c),
            (false, true) => (other, c),
            (false, false) => (other, UNKNOWN),
        }
    }
}

/// Glyphs of one face.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) face: Face,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// In ems.
    pub(super) width: f32,
}

/// A line of text, shaped.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
}

impl Line {
    /// How long it is, in ems.
    pub(super) fn width(&self) -> f32 {
        self.runs.iter().map(|run| run.width).sum()
    }
}

/// Shapes a line. Letters and their marks are composed first, so that both ways to write Vietnamese look alike; control
/// characters count as blanks.
pub(super) fn shape(text: &str, face: Face) -> Line {
    let mut runs: Vec<(Face, String)> = Vec::new();
    for c in text.nfc() {
        let blank = c.is_control() || c.is_whitespace();
        let (wanted, c) = if blank { (runs.last().map_or(face, |(last, _)| *last), ' ') } else { face.with_glyph(c) };
        match runs.last_mut() {
            Some((last, run)) if *last == wanted => run.push(c),
            _ => runs.push((wanted, c.to_string())),
        }
    }
    Line { runs: runs.into_iter().map(|(face, text)| shape_run(text, face)).collect() }
}

fn shape_run(text: String, face: Face) -> Run {
    let Loaded { shaper, .. } = face.loaded();
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(&text);
    buffer.guess_segment_properties();
    let shaped = rustybuzz::shape(shaper, &[], buffer);
    #[expect(clippy::cast_precision_loss, reason = "font units are far below 2^24")]
    let em = |units: i32| units as f32 / shaper.units_per_em() as f32;
    let clusters: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    let end_of = |start: usize| clusters.iter().copied().filter(|cluster| *cluster > start).min().unwrap_or(text.len());
    let glyphs: Vec<KrillaGlyph> = shaped
        .glyph_infos()
        .iter()
        .zip(shaped.glyph_positions())
        .map(|(info, position)| KrillaGlyph {
            glyph_id: GlyphId::new(info.glyph_id),
            text_range: info.cluster as usize..end_of(info.cluster as usize),
            x_advance: em(position.x_advance),
            x_offset: em(position.x_offset),
            y_offset: em(position.y_offset),
            y_advance: em(position.y_advance),
            location: None,
        })
        .collect();
    let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
    Run { face, text, glyphs, width }
}

/// How wide `text` is, in ems.
pub(super) fn width(text: &str, face: Face) -> f32 {
    shape(text, face).width()
}
