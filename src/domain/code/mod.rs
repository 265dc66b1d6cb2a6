//! What a scanned text is: recognised by its own shape and check, never guessed.
//!
//! A scanner says which characters it read; which symbology they were in is its business. [`Code::recognise`] tells dossier
//! codes of every generation of the centre, UPU S10 numbers, GS1 keys and our own item and pouch codes apart, and says of
//! anything else why it is none of them. An item code that was not issued by us ([`Code::Item`] with any printable text) is
//! known only from the items that are stored, so the caller has to look there.

mod check;
mod gs1;
mod misread;
mod own;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{DomainError, DossierCode, DossierCodePatterns, ItemCode, PouchCode, S10};

pub use gs1::Gs1Key;
pub use misread::Misread;

/// The longest text that is looked at, characters: a Digital Link with a long host.
const CHARS_MAX: usize = 300;

/// A code that names one thing, document, pouch or place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Code {
    /// The citizen's case.
    Dossier(DossierCode),
    /// A postal item.
    Postal(S10),
    /// One physical thing.
    Item(ItemCode),
    /// A sealed bag.
    Pouch(PouchCode),
    /// A key of GS1.
    Gs1(Gs1Key),
}

impl Code {
    /// Recognises a scanned text. Blanks around it are dropped.
    ///
    /// # Errors
    /// [`Misread`] says why it is none of the known codes.
    pub fn recognise(text: &str, dossier_codes: &DossierCodePatterns) -> Result<Self, Misread> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let chars = text.chars().count();
        if chars == 0 {
            return Err(Misread::Empty);
        }
        if chars > CHARS_MAX {
            return Err(Misread::TooLong { chars, max: CHARS_MAX });
        }
        if let Some(place) = text.chars().position(|c| !c.is_ascii_graphic() && c != '\u{1d}' && c != ' ') {
            return Err(Misread::Unprintable { place: place + 1 });
        }
        if let Ok((code, _)) = dossier_codes.recognise(text) {
            return Ok(Self::Dossier(code));
        }
        if let Some(own) = own::read(text) {
            return own.map(|own| match own {
                own::Own::Item(code) => Self::Item(code),
                own::Own::Pouch(code) => Self::Pouch(code),
            });
        }
        if let Some(key) = gs1::read(text) {
            return key.map(Self::Gs1);
        }
        if looks_postal(text) {
            return text.parse().map(Self::Postal).map_err(|_| postal_misread(text));
        }
        Err(Misread::Unknown)
    }

    /// The code as it is printed for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Dossier(code) => code.to_string(),
            Self::Postal(code) => code.to_string(),
            Self::Item(code) => code.to_string(),
            Self::Pouch(code) => code.to_string(),
            Self::Gs1(key) => key.to_string(),
        }
    }

    /// Whether it names a thing that somebody can hold, and not a place or a kind of document.
    #[must_use]
    pub fn names_a_thing(&self) -> bool {
        !matches!(self, Self::Gs1(Gs1Key::Gln(_) | Gs1Key::Gdti { serial: None, .. }))
    }

    /// Whether it names something that other things can be sealed into.
    #[must_use]
    pub fn names_a_container(&self) -> bool {
        matches!(self, Self::Pouch(_) | Self::Gs1(Gs1Key::Sscc(_)))
    }
}

/// Thirteen characters, letters at both ends: nothing else looks so.
fn looks_postal(text: &str) -> bool {
    let code: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    code.len() == 13
        && code[..2].iter().all(u8::is_ascii_alphabetic)
        && code[11..].iter().all(u8::is_ascii_alphabetic)
        && code[2..11].iter().all(u8::is_ascii_digit)
}

fn postal_misread(text: &str) -> Misread {
    const WHAT: &str = "S10 postal number";
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let expected = digits
        .get(..8)
        .and_then(|serial| S10::check_digit(serial.parse().ok()?))
        .and_then(|digit| char::from_digit(digit, 10));
    match (expected, digits.chars().nth(8)) {
        (Some(expected), Some(given)) => Misread::Check { what: WHAT, given, expected },
        _ => Misread::Shape { what: WHAT, problem: "expected two letters, nine digits and two letters" },
    }
}

const SCHEMES: &str = "dossier:, postal:, item:, pouch:, sscc:, gdti: or gln:";

/// The code with its kind in front, as it is stored and hashed: `item:BGH510001234B`.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dossier(code) => write!(f, "dossier:{code}"),
            Self::Postal(code) => write!(f, "postal:{code}"),
            Self::Item(code) => write!(f, "item:{code}"),
            Self::Pouch(code) => write!(f, "pouch:{code}"),
            Self::Gs1(Gs1Key::Sscc(digits)) => write!(f, "sscc:{digits}"),
            Self::Gs1(Gs1Key::Gdti { kind, serial }) => {
                write!(f, "gdti:{kind}{}", serial.as_deref().unwrap_or_default())
            }
            Self::Gs1(Gs1Key::Gln(digits)) => write!(f, "gln:{digits}"),
        }
    }
}

/// Reads what [`Display`](fmt::Display) writes. Dossier codes are trusted: they were recognised when they came in.
impl FromStr for Code {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let fail = |problem: String| DomainError::Code { what: "code with its kind", text: text.to_owned(), problem };
        let (scheme, value) = text.split_once(':').ok_or_else(|| fail(format!("expected {SCHEMES} in front of it")))?;
        let gs1 = |element: String| match gs1::read(&element) {
            Some(Ok(key)) => Ok(Self::Gs1(key)),
            Some(Err(misread)) => Err(fail(misread.to_string())),
            None => Err(fail("it is no GS1 key".into())),
        };
        match scheme {
            "dossier" if !value.is_empty() => Ok(Self::Dossier(DossierCode::from_trusted(value.to_owned()))),
            "postal" => value.parse().map(Self::Postal),
            "item" => value.parse().map(Self::Item),
            "pouch" => value.parse().map(Self::Pouch),
            "sscc" => gs1(format!("(00){value}")),
            "gdti" => gs1(format!("(253){value}")),
            "gln" => gs1(format!("(414){value}")),
            _ => Err(fail(format!("expected {SCHEMES} in front of it"))),
        }
    }
}

impl TryFrom<String> for Code {
    type Error = DomainError;
    fn try_from(text: String) -> Result<Self, DomainError> {
        text.parse()
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.to_string()
    }
}
