//! The names of communes and districts, and where a text has one of them or something like it.

use super::words::{self, Level, Word};
use super::{Commune, Found};
use crate::domain::fold;

/// The names of all units.
#[derive(Debug)]
pub(super) struct Names {
    /// The communes, in the order in which they were given.
    communes: Vec<Name>,
    districts: Vec<(String, Name)>,
}

#[derive(Debug)]
struct Name {
    /// The syllables in one, without diacritics.
    plain: String,
    marked: Vec<String>,
    letters: u64,
    is_number: bool,
}

impl Name {
    fn of(name: &str) -> Self {
        let syllables: Vec<&str> = name.split_whitespace().collect();
        let plain: String = syllables.iter().map(|syllable| fold(syllable)).collect();
        let is_number = plain.bytes().all(|byte| byte.is_ascii_digit());
        let marked = syllables.iter().map(|syllable| words::marked(syllable)).collect();
        Self { letters: letters(&plain), plain, marked, is_number }
    }
}

/// The letters of a word as a set; what is neither a letter nor a digit is one of them.
fn letters(plain: &str) -> u64 {
    plain.bytes().fold(0, |set, byte| {
        set | 1
            << match byte {
                b'a'..=b'z' => byte - b'a',
                b'0'..=b'9' => 26 + byte - b'0',
                _ => 40,
            }
    })
}

/// How many letters of a name may be wrong.
fn wrong_max(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        8..=12 => 2,
        _ => 3,
    }
}

/// A name without the word for its kind.
fn bare(name: &str) -> &str {
    const KINDS: [&str; 7] = ["Phường ", "Xã ", "Thị trấn ", "Huyện ", "Thị xã ", "Thành phố ", "Quận "];
    KINDS.iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

/// Some words of a text that may be a name.
struct Window {
    from: usize,
    to: usize,
    plain: String,
    letters: u64,
}

/// All windows of up to so many words, none across the beginning of another name.
fn windows(words: &[Word], words_max: usize) -> Vec<Window> {
    let mut windows = Vec::new();
    for from in 0..words.len() {
        let mut plain = String::new();
        for to in from + 1..=words.len().min(from + words_max) {
            if to > from + 1 && words[to - 1].begins {
                break;
            }
            plain.push_str(&words[to - 1].plain);
            windows.push(Window { from, to, letters: letters(&plain), plain: plain.clone() });
        }
    }
    windows
}

/// How a window is like a name, if it is.
fn compare(words: &[Word], window: &Window, name: &Name) -> Option<Found> {
    let mark = words[window.from].mark;
    let found =
        |likeness_permille, diacritics| Found { from: window.from, to: window.to, likeness_permille, diacritics, mark };
    if name.is_number {
        // A bare number is a house.
        let is_marked = matches!(mark.map(|mark| mark.level), Some(Level::Commune(_) | Level::District));
        let is_same = window.plain.trim_start_matches('0') == name.plain;
        return (is_marked && is_same).then(|| found(1_000, None));
    }
    let length = name.plain.len();
    let most = wrong_max(length);
    if window.plain.len().abs_diff(length) > most
        || (window.letters ^ name.letters).count_ones() as usize > 2 * most
        || window.plain.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let wrong = if window.plain == name.plain { 0 } else { strsim::osa_distance(&window.plain, &name.plain) };
    if wrong > most {
        return None;
    }
    let written = &words[window.from..window.to];
    let has_diacritics = written.iter().any(|word| !word.marked.is_ascii());
    let is_same = || written.iter().map(|word| &word.marked).eq(&name.marked);
    let likeness_permille = 1_000 - i32::try_from(1_500 * wrong / length).ok()?;
    Some(found(likeness_permille, (wrong == 0 && has_diacritics).then(is_same)))
}

impl Names {
    pub(super) fn of(communes: &[Commune]) -> Self {
        let mut districts: Vec<(String, Name)> = Vec::new();
        for commune in communes {
            if let (Some(code), Some(district)) = (&commune.district_code, &commune.district)
                && !districts.iter().any(|(known, _)| known == code)
            {
                districts.push((code.clone(), Name::of(bare(district))));
            }
        }
        Self { communes: communes.iter().map(|commune| Name::of(bare(&commune.name))).collect(), districts }
    }

    pub(super) fn district_code(&self, district: usize) -> &str {
        &self.districts[district].0
    }

    /// Where the text has something like the name of which commune.
    pub(super) fn communes_in(&self, words: &[Word]) -> Vec<(usize, Found)> {
        search(words, &self.communes.iter())
    }

    /// Where the text has something like the name of which district.
    pub(super) fn districts_in(&self, words: &[Word]) -> Vec<(usize, Found)> {
        let mut found = search(words, &self.districts.iter().map(|(_, name)| name));
        found.retain(|(_, found)| matches!(found.mark.map(|it| it.level), None | Some(Level::District)));
        found
    }
}

fn search<'n>(words: &[Word], names: &(impl Iterator<Item = &'n Name> + Clone)) -> Vec<(usize, Found)> {
    // One syllable more than any name has, since a blank may be in the wrong place.
    let words_max = 1 + names.clone().map(|name| name.marked.len()).max().unwrap_or(0);
    let mut all = Vec::new();
    for window in windows(words, words_max) {
        let like = names.clone().enumerate().filter_map(|(index, name)| Some((index, compare(words, &window, name)?)));
        all.extend(like);
    }
    all
}
