//! The codes that the service itself prints on items and pouches: two letters for the kind (`BG` bưu gửi, `TU` túi), 4 to
//! 20 capitals and digits, and a check character by ISO/IEC 7064 MOD 37,36 over all before it.

use super::{Misread, check::mod_37_36};
use crate::domain::{DomainError, ItemCode, PouchCode};

const ITEM: &str = "BG";
const POUCH: &str = "TU";
const BODY_CHARS: std::ops::RangeInclusive<usize> = 4..=20;

fn issued(kind: &str, what: &'static str, body: &str) -> Result<String, DomainError> {
    let fail = || DomainError::Code {
        what,
        text: body.to_owned(),
        problem: "expected 4 to 20 capitals and digits between its kind and its check character".into(),
    };
    if !BODY_CHARS.contains(&body.len()) {
        return Err(fail());
    }
    let code = format!("{kind}{body}");
    let check = mod_37_36(&code).ok_or_else(fail)?;
    Ok(format!("{code}{check}"))
}

impl ItemCode {
    /// A code to print on an item: `body` with its kind in front and its check character behind.
    ///
    /// ```
    /// let code = conthoi::domain::ItemCode::issue("H510001234").unwrap();
    /// assert_eq!(code.as_str(), "BGH510001234B");
    /// ```
    ///
    /// # Errors
    /// [`DomainError::Code`] unless `body` is 4 to 20 capitals and digits.
    pub fn issue(body: &str) -> Result<Self, DomainError> {
        issued(ITEM, "item code", body)?.parse()
    }
}

impl PouchCode {
    /// A code to print on a pouch: `body` with its kind in front and its check character behind.
    ///
    /// # Errors
    /// [`DomainError::Code`] unless `body` is 4 to 20 capitals and digits.
    pub fn issue(body: &str) -> Result<Self, DomainError> {
        issued(POUCH, "pouch code", body)?.parse()
    }
}

/// Which of our own codes a text is.
pub(super) enum Own {
    Item(ItemCode),
    Pouch(PouchCode),
}

/// Reads one of our own codes; `None` when the text is something else.
pub(super) fn read(text: &str) -> Option<Result<Own, Misread>> {
    let (what, is_item) = match text.get(..2)? {
        ITEM => ("item code", true),
        POUCH => ("pouch code", false),
        _ => return None,
    };
    if !text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return None;
    }
    let shape =
        || Misread::Shape { what, problem: "expected two letters, 4 to 20 capitals and digits and a check character" };
    let (body, given) = text.split_at(text.len() - 1);
    if !BODY_CHARS.contains(&(body.len().saturating_sub(2))) {
        return Some(Err(shape()));
    }
    let (Some(expected), Some(given)) = (mod_37_36(body), given.chars().next()) else { return Some(Err(shape())) };
    if given != expected {
        return Some(Err(Misread::Check { what, given, expected }));
    }
    let own = if is_item { text.parse().map(Own::Item) } else { text.parse().map(Own::Pouch) };
    Some(own.map_err(|_| shape()))
}
