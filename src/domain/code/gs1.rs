//! GS1 keys: element strings with their identifiers in brackets or with FNC1 between them, and Digital Link URIs.

use std::fmt;

use super::{Misread, check::gs1_mod_10};

/// The separator that scanners put where a label has FNC1.
const GS: char = '\u{1d}';

/// A GS1 key that names a thing, a document or a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gs1Key {
    /// Serial shipping container code (00): 18 digits that name one parcel or pouch.
    Sscc(String),
    /// Global document type identifier (253): 13 digits for the kind of document, and a serial number that names one.
    Gdti {
        /// The kind of document.
        kind: String,
        /// Which one; without it the label names only a kind.
        serial: Option<String>,
    },
    /// Global location number (410 to 417): 13 digits that name a place or a party.
    Gln(String),
}

impl fmt::Display for Gs1Key {
    /// The element string with its identifier in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sscc(digits) => write!(f, "(00){digits}"),
            Self::Gdti { kind, serial } => write!(f, "(253){kind}{}", serial.as_deref().unwrap_or_default()),
            Self::Gln(digits) => write!(f, "(414){digits}"),
        }
    }
}

/// One identifier with its value.
type Element = (String, String);

/// Reads a GS1 label; `None` when the text is none.
pub(super) fn read(text: &str) -> Option<Result<Gs1Key, Misread>> {
    let elements = if text.starts_with('(') {
        bracketed(text)
    } else if let Some(rest) = strip_scheme(text) {
        digital_link(rest)
    } else if let Some(rest) = text.strip_prefix("]C1").or_else(|| text.strip_prefix("]d2")) {
        separated(rest)
    } else if let Some(rest) = text.strip_prefix("]Q3").or_else(|| text.strip_prefix(GS)) {
        separated(rest)
    } else if text.contains(GS) {
        separated(text)
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        plain(text)
    } else {
        return None;
    };
    Some(elements.and_then(|elements| key_of(&elements)))
}

fn strip_scheme(text: &str) -> Option<&str> {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    ["https://", "http://"]
        .iter()
        .find(|scheme| lower.starts_with(**scheme))
        .and_then(|scheme| text.get(scheme.len()..))
}

const WHAT: &str = "GS1 element string";

fn shape(problem: &'static str) -> Misread {
    Misread::Shape { what: WHAT, problem }
}

/// `(00)123…(414)456…`
fn bracketed(text: &str) -> Result<Vec<Element>, Misread> {
    let mut elements = Vec::new();
    for part in text.split('(').skip(1) {
        let (identifier, value) = part.split_once(')').ok_or(shape("an identifier's bracket is not closed"))?;
        if !(2..=4).contains(&identifier.len()) || !identifier.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(shape("expected an identifier of two to four digits in brackets"));
        }
        elements.push((identifier.to_owned(), value.trim_matches(GS).to_owned()));
    }
    Ok(elements)
}

/// How long an element is whose length its first two digits decide, identifier included (GS1 General Specifications 7.8.5).
fn predefined_chars(text: &str) -> Option<usize> {
    Some(match text.get(..2)?.parse::<u8>().ok()? {
        0 => 20,
        1..=3 | 41 => 16,
        4 => 18,
        11..=19 => 8,
        20 => 4,
        31..=36 => 10,
        _ => return None,
    })
}

/// How many digits the identifier at the start of `text` has.
fn identifier_chars(text: &str) -> Option<usize> {
    Some(match text.get(..2)?.parse::<u8>().ok()? {
        0..=4 | 10..=22 | 30 | 37 | 90..=99 => 2,
        23..=25 | 40..=42 | 71 => 3,
        31..=36 | 39 | 43 | 70 | 72 | 80..=82 => 4,
        _ => return None,
    })
}

/// `00123…` and `253123…␝414456…`
fn separated(text: &str) -> Result<Vec<Element>, Misread> {
    let mut elements = Vec::new();
    let mut rest = text.trim_end_matches(GS);
    while !rest.is_empty() {
        let digits = identifier_chars(rest).ok_or(shape("it begins with no known identifier"))?;
        let end = match predefined_chars(rest) {
            Some(chars) => chars,
            None => rest.find(GS).unwrap_or(rest.len()),
        };
        let (Some(identifier), Some(value)) = (rest.get(..digits), rest.get(digits..end)) else {
            return Err(shape("it ends before its last element is whole"));
        };
        elements.push((identifier.to_owned(), value.to_owned()));
        rest = rest.get(end..).unwrap_or_default();
        rest = rest.strip_prefix(GS).unwrap_or(rest);
    }
    Ok(elements)
}

/// Digits alone are read only where nothing else has as many: 20 for an SSCC and 16 for a GLN, identifiers included.
fn plain(text: &str) -> Result<Vec<Element>, Misread> {
    let sscc = text.len() == 20 && text.starts_with("00");
    let gln = text.len() == 16
        && matches!(text.get(..3), Some("410" | "411" | "412" | "413" | "414" | "415" | "416" | "417"));
    if sscc || gln { separated(text) } else { Err(Misread::Ambiguous { digits: text.len() }) }
}

/// `id.gs1.org/253/123…?17=…`: the first identifier of the path is the key.
fn digital_link(rest: &str) -> Result<Vec<Element>, Misread> {
    let fail = |problem| Misread::Shape { what: "GS1 Digital Link", problem };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path.split('/').skip(1).skip_while(|part| !is_key(part));
    let identifier = parts.next().ok_or(Misread::NoKey)?;
    let value = parts.next().ok_or(fail("the key's value is missing"))?;
    let value = percent_decoded(value).ok_or(fail("its percent signs stand for no printable text"))?;
    Ok(vec![(identifier.to_owned(), value)])
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let code = tail.get(..2).and_then(|code| std::str::from_utf8(code).ok())?;
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn is_gln(identifier: &str) -> bool {
    matches!(identifier, "410" | "411" | "412" | "413" | "414" | "415" | "416" | "417")
}

fn is_key(identifier: &str) -> bool {
    matches!(identifier, "00" | "253") || is_gln(identifier)
}

/// The one key among the elements. A place on the label of a thing is not what the label names.
fn key_of(elements: &[Element]) -> Result<Gs1Key, Misread> {
    let things: Vec<&Element> =
        elements.iter().filter(|(identifier, _)| matches!(identifier.as_str(), "00" | "253")).collect();
    let places: Vec<&Element> = elements.iter().filter(|(identifier, _)| is_gln(identifier)).collect();
    let keys = if things.is_empty() { places } else { things };
    match keys[..] {
        [] => Err(Misread::NoKey),
        [(identifier, value)] => key(identifier, value),
        [(first, _), (second, _), ..] => Err(Misread::SeveralKeys { first: first.clone(), second: second.clone() }),
    }
}

fn key(identifier: &str, value: &str) -> Result<Gs1Key, Misread> {
    match identifier {
        "00" => digits("SSCC", value, 18, "expected 18 digits").map(Gs1Key::Sscc),
        "253" => {
            const WHAT: &str = "GDTI";
            let expected = "expected 13 digits and up to 17 letters, digits or signs of a serial number";
            let (kind, serial) = value.split_at_checked(13).ok_or(Misread::Shape { what: WHAT, problem: expected })?;
            let kind = digits(WHAT, kind, 13, expected)?;
            if serial.len() > 17 || !serial.bytes().all(is_gs1_character) {
                return Err(Misread::Shape { what: WHAT, problem: expected });
            }
            Ok(Gs1Key::Gdti { kind, serial: Some(serial.to_owned()).filter(|serial| !serial.is_empty()) })
        }
        _ => digits("GLN", value, 13, "expected 13 digits").map(Gs1Key::Gln),
    }
}

/// The characters of a serial number (GS1 General Specifications 7.11, set 82) that a bracketed string can hold.
fn is_gs1_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!\"%&'*+,-./:;<=>?_".contains(&byte)
}

/// Digits of the right number with the right check digit at their end.
fn digits(what: &'static str, text: &str, chars: usize, problem: &'static str) -> Result<String, Misread> {
    let fail = || Misread::Shape { what, problem };
    if text.len() != chars || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(fail());
    }
    let (body, given) = text.split_at(chars - 1);
    let (Some(expected), Some(given)) = (gs1_mod_10(body), given.chars().next()) else { return Err(fail()) };
    if given == expected { Ok(text.to_owned()) } else { Err(Misread::Check { what, given, expected }) }
}
