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

/// A key that sorts Vietnamese text as a Vietnamese dictionary does: letters first (a ă â b c d đ e ê …), tones
/// (ngang huyền hỏi ngã sắc nặng) only between words of the same letters, case last.
///
/// ```
/// use conthoi::domain::sort_key;
/// let mut words = ["đá", "da", "dạ", "dà", "dâu", "dăm", "ê", "ét"];
/// words.sort_by_key(|word| sort_key(word));
/// assert_eq!(words, ["da", "dà", "dạ", "dăm", "dâu", "đá", "ét", "ê"]);
/// ```
#[must_use]
pub fn sort_key(text: &str) -> (Vec<u32>, Vec<u8>, String) {
    const BREVE: char = '\u{306}';
    const CIRCUMFLEX: char = '\u{302}';
    const HORN: char = '\u{31b}';
    const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];
    let mut letters: Vec<u32> = Vec::new();
    let mut tones: Vec<u8> = Vec::new();
    for c in text.nfd().flat_map(char::to_lowercase) {
        match c {
            BREVE | CIRCUMFLEX | HORN => {
                if let Some(letter) = letters.last_mut() {
                    *letter += [BREVE, CIRCUMFLEX, HORN]
                        .iter()
                        .zip(1..)
                        .find(|(mark, _)| **mark == c)
                        .map_or(0, |(_, rank)| rank);
                }
            }
            'đ' => push(&mut letters, &mut tones, u32::from('d') * 4 + 1),
            c => match TONES.iter().position(|tone| *tone == c) {
                Some(rank) => {
                    if let (Some(tone), Ok(rank)) = (tones.last_mut(), u8::try_from(rank + 1)) {
                        *tone = rank;
                    }
                }
                None if is_combining_mark(c) => {}
                None => push(&mut letters, &mut tones, u32::from(c) * 4),
            },
        }
    }
    (letters, tones, text.to_owned())
}

fn push(letters: &mut Vec<u32>, tones: &mut Vec<u8>, letter: u32) {
    letters.push(letter);
    tones.push(0);
}
