use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// `text` for searching: without diacritics, in small letters, `đ` as `d`, blanks folded into one.
///
/// ```
/// assert_eq!(conthoi::domain::fold("  Sở Tư  pháp, Đường"), "so tu phap, duong");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A key that sorts Vietnamese text as a Vietnamese dictionary does, syllable by syllable: letters first (a ă â b c d đ e ê …),
/// tones (ngang huyền hỏi ngã sắc nặng) between syllables of the same letters, case last.
///
/// ```
/// use conthoi::domain::sort_key;
/// let mut words = ["đá", "da", "dạ", "dà", "dâu", "dăm", "ê", "ét", "da trời"];
/// words.sort_by_key(|word| sort_key(word));
/// assert_eq!(words, ["da", "da trời", "dà", "dạ", "dăm", "dâu", "đá", "ét", "ê"]);
/// ```
#[must_use]
pub fn sort_key(text: &str) -> SortKey {
    SortKey { syllables: text.split_whitespace().map(Syllable::of).collect(), text: text.to_owned() }
}

/// What [`sort_key`] makes: compares as a Vietnamese reader expects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    syllables: Vec<Syllable>,
    text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Syllable {
    letters: Vec<u32>,
    tones: Vec<u8>,
}

impl Syllable {
    fn of(word: &str) -> Self {
        // Rank of a letter's mark behind the bare letter: ă before â, ô before ơ.
        const MARKS: [(char, u32); 3] = [('\u{306}', 1), ('\u{302}', 2), ('\u{31b}', 3)];
        const TONES: [(char, u8); 5] = [('\u{300}', 1), ('\u{309}', 2), ('\u{303}', 3), ('\u{301}', 4), ('\u{323}', 5)];
        let mut syllable = Self::default();
        for c in word.nfd().flat_map(char::to_lowercase) {
            let mark = MARKS.iter().find(|(mark, _)| *mark == c);
            let tone = TONES.iter().find(|(tone, _)| *tone == c);
            match (mark, tone, syllable.letters.last_mut(), syllable.tones.last_mut()) {
                (Some((_, rank)), _, Some(letter), _) => *letter += rank,
                (_, Some((_, rank)), _, Some(tone)) => *tone = *rank,
                _ if is_combining_mark(c) => {}
                _ => {
                    syllable.letters.push(if c == 'đ' { u32::from('d') * 4 + 1 } else { u32::from(c) * 4 });
                    syllable.tones.push(0);
                }
            }
        }
        syllable
    }
}
