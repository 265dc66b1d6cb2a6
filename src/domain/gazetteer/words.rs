//! An address as words: which are names, and which say what the name behind them is of.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::CommuneKind;
use crate::domain::fold;

/// What a word says of the name behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// A street, a hamlet, a house.
    Local,
    Commune(CommuneKind),
    District,
    Province,
}

/// A word or two that say what the name behind is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) level: Level,
}

/// A word of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without diacritics, in small letters.
    pub(super) plain: String,
    /// The letters with their marks, then the tone: the same wherever on the syllable the tone is written.
    pub(super) marked: String,
    /// What the words before it say of the name it begins.
    pub(super) mark: Option<Mark>,
    /// Whether a name cannot go on from the word before.
    pub(super) begins: bool,
}

/// Words of two syllables, and of one: as written without diacritics, and as the diacritics must be where there are any.
const PAIRS: [(&str, &str, &str, Level); 6] = [
    ("thi", "tran", "thị trấn", Level::Commune(CommuneKind::Township)),
    ("thi", "xa", "thị xã", Level::District),
    ("thanh", "pho", "thành phố", Level::District),
    ("khu", "pho", "khu phố", Level::Local),
    ("khu", "vuc", "khu vực", Level::Local),
    ("quoc", "lo", "quốc lộ", Level::Local),
];
const SINGLES: [(&str, &str, Level); 26] = [
    ("phuong", "phường", Level::Commune(CommuneKind::Ward)),
    ("p", "p", Level::Commune(CommuneKind::Ward)),
    ("f", "f", Level::Commune(CommuneKind::Ward)),
    ("xa", "xã", Level::Commune(CommuneKind::Commune)),
    ("x", "x", Level::Commune(CommuneKind::Commune)),
    ("tt", "tt", Level::Commune(CommuneKind::Township)),
    ("huyen", "huyện", Level::District),
    ("h", "h", Level::District),
    ("quan", "quận", Level::District),
    ("q", "q", Level::District),
    ("tx", "tx", Level::District),
    ("tp", "tp", Level::District),
    ("tinh", "tỉnh", Level::Province),
    ("t", "t", Level::Province),
    ("ap", "ấp", Level::Local),
    ("a", "a", Level::Local),
    ("khom", "khóm", Level::Local),
    ("kp", "kp", Level::Local),
    ("thon", "thôn", Level::Local),
    ("duong", "đường", Level::Local),
    ("d", "đ", Level::Local),
    ("hem", "hẻm", Level::Local),
    ("so", "số", Level::Local),
    ("to", "tổ", Level::Local),
    ("ql", "ql", Level::Local),
    ("tl", "tl", Level::Local),
];

/// Whether a word is as likely a syllable of a name, as in Ngọc Tố and An Lạc Thôn.
fn is_part_of_names(written: &str, plain: &str, level: Level) -> bool {
    let is_plain = written.to_lowercase() == plain;
    plain == "thon" || (is_plain && (level == Level::Local || ["t", "q", "h", "quan"].contains(&plain)))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A syllable with its tone at the end, so that `hoà` is `hòa`.
pub(super) fn marked(word: &str) -> String {
    const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];
    let (tones, letters): (Vec<char>, Vec<char>) =
        word.nfd().flat_map(char::to_lowercase).partition(|letter| TONES.contains(letter));
    letters.into_iter().chain(tones).collect()
}

/// The names in a text, at most so many words.
pub(super) fn words(text: &str, words_max: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut mark = None;
    let mut begins = true;
    let mut pieces = pieces(text).into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let Piece::Word(written) = piece else {
            begins = true;
            // A full stop may end an abbreviation: the mark is kept.
            if matches!(piece, Piece::Break) {
                mark = None;
            }
            continue;
        };
        let plain = fold(&written);
        let is = |expected: &str, written: &str, plain: &str| written == plain || marked(written) == marked(expected);
        if let Some(Piece::Word(next)) = pieces.peek() {
            let (both, folded) = (format!("{written} {next}").to_lowercase(), fold(next));
            let pair = PAIRS.iter().find(|(one, other, ..)| *one == plain && *other == folded);
            if let Some(&(.., level)) = pair.filter(|(.., expected, _)| is(expected, &both, &fold(&both))) {
                mark = Some(Mark { level });
                begins = true;
                pieces.next();
                continue;
            }
        }
        let single = SINGLES.iter().find(|(short, ..)| *short == plain);
        let next_is_number = |next: Option<&Piece>| matches!(next, Some(Piece::Word(next)) if is_number(next));
        if let Some(&(_, expected, level)) = single
            && is(expected, &written.to_lowercase(), &plain)
            && pieces.peek().is_some()
            && (!is_part_of_names(&written, &plain, level)
                || begins
                || words.last().is_some_and(|word: &Word| is_number(&word.plain))
                || next_is_number(pieces.peek()))
        {
            mark = Some(Mark { level });
            begins = true;
            continue;
        }
        let marked = marked(&written);
        words.push(Word { plain, marked, mark: mark.take(), begins: std::mem::take(&mut begins) });
        if words.len() == words_max {
            break;
        }
    }
    words
}

/// What a text is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Word(String),
    /// A full stop, which ends an abbreviation or nothing.
    Stop,
    /// A comma or the like: no name goes on behind it.
    Break,
}

/// Words, letters and digits apart.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut word = String::new();
    let end = |word: &mut String, pieces: &mut Vec<Piece>| {
        if !word.is_empty() {
            pieces.push(Piece::Word(std::mem::take(word)));
        }
    };
    for letter in text.nfc() {
        let joins = letter.is_alphanumeric() || is_combining_mark(letter);
        let turns = word.chars().last().is_some_and(|last| last.is_ascii_digit() != letter.is_ascii_digit());
        if !joins || turns {
            end(&mut word, &mut pieces);
        }
        match letter {
            _ if joins => word.push(letter),
            '.' => pieces.push(Piece::Stop),
            '-' | '\'' | '’' => {}
            _ if letter.is_whitespace() => {}
            _ => pieces.push(Piece::Break),
        }
    }
    end(&mut word, &mut pieces);
    pieces
}
