use std::{fmt, str::FromStr};

use super::DomainError;

/// A Vietnamese telephone number, `+84` and nine or ten digits. It shows itself only when asked: logs and messages get none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// The number as it is dialled from anywhere.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its last three digits, by which somebody knows the own number again.
    #[must_use]
    pub fn last_digits(&self) -> &str {
        &self.0[self.0.len() - 3..]
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl FromStr for Phone {
    type Err = DomainError;

    /// Reads `0912 345 678`, `+84 912.345.678`, `84912345678` and the like. The error does not repeat the text.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        let bad = || DomainError::Code {
            what: "telephone number",
            text: "…".to_owned(),
            problem: "expected a Vietnamese number such as 0912345678 or +84 912 345 678".into(),
        };
        let text = text.trim();
        let mut digits = String::with_capacity(12);
        for (place, c) in text.chars().enumerate() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if place == 0 => {}
                ' ' | '.' | '-' | '(' | ')' | '\u{a0}' => {}
                _ => return Err(bad()),
            }
            if digits.len() > 13 {
                return Err(bad());
            }
        }
        let national = if text.starts_with('+') {
            digits.strip_prefix("84").ok_or_else(bad)?
        } else if let Some(rest) = digits.strip_prefix('0') {
            rest
        } else {
            digits.strip_prefix("84").ok_or_else(bad)?
        };
        // The trunk's zero is often written behind the country's code too.
        let national = national.strip_prefix('0').unwrap_or(national);
        let known = match national.as_bytes() {
            [b'3' | b'5' | b'7' | b'8' | b'9', ..] => national.len() == 9,
            [b'2', ..] => national.len() == 10,
            _ => false,
        };
        if known { Ok(Self(format!("+84{national}"))) } else { Err(bad()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_written_in_many_ways_is_one_number() {
        let written = ["0912345678", "+84912345678", "84912345678", " 0912 345.678", "+84 (0) 912-345-678"];
        for text in written {
            assert_eq!(text.parse::<Phone>().unwrap().reveal(), "+84912345678", "{text}");
        }
        assert_eq!("02993822345".parse::<Phone>().unwrap().reveal(), "+842993822345");
    }

    #[test]
    fn what_is_no_number_is_refused_without_being_repeated() {
        for text in
            ["", "0", "54321", "098765432", "09876543219", "0112345678", "+1 202 555 0100", "số 0912345678", "+"]
        {
            let error = text.parse::<Phone>().unwrap_err().to_string();
            assert!(text.len() < 5 || !error.contains(text), "{error}");
        }
        assert_eq!(format!("{:?}", "0912345678".parse::<Phone>().unwrap()), "Phone(…)");
    }
}
