use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::DomainError;

const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];

/// A postal item identifier by UPU standard S10: two letters, eight digits, a check digit, a country.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct S10(String);

impl S10 {
    /// The check digit of an eight-digit serial number; `None` when it has more digits.
    ///
    /// ```
    /// assert_eq!(conthoi::domain::S10::check_digit(47_312_482), Some(9));
    /// ```
    #[must_use]
    pub fn check_digit(serial: u32) -> Option<u32> {
        if serial > 99_999_999 {
            return None;
        }
        let mut rest = serial;
        let mut sum = 0;
        for weight in WEIGHTS.iter().rev() {
            sum += weight * (rest % 10);
            rest /= 10;
        }
        Some(match 11 - sum % 11 {
            10 => 0,
            11 => 5,
            digit => digit,
        })
    }

    /// The identifier of the item with this serial number.
    ///
    /// # Errors
    /// [`DomainError::Code`] when a part of it cannot be one of an identifier.
    pub fn of(service: &str, serial: u32, country: &str) -> Result<Self, DomainError> {
        let digit = Self::check_digit(serial).unwrap_or(0);
        format!("{service}{serial:08}{digit}{country}").parse()
    }

    /// The identifier as printed: thirteen characters, capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two letters that name the service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.0[..2]
    }

    /// The two letters of the issuing country (ISO 3166-1).
    #[must_use]
    pub fn country(&self) -> &str {
        &self.0[11..]
    }
}

impl FromStr for S10 {
    type Err = DomainError;

    /// Reads an identifier; blanks between its parts and small letters are accepted.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |problem: String| DomainError::Code { what: "S10 postal number", text: text.to_owned(), problem };
        let code: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let bytes = code.as_bytes();
        let letters = |range: &[u8]| range.iter().all(u8::is_ascii_uppercase);
        if bytes.len() != 13
            || !letters(&bytes[..2])
            || !letters(&bytes[11..])
            || !bytes[2..11].iter().all(u8::is_ascii_digit)
        {
            return Err(fail("expected two letters, nine digits and two letters, such as RR473124829VN".into()));
        }
        let serial = bytes[2..10].iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        let given = u32::from(bytes[10] - b'0');
        match Self::check_digit(serial) {
            Some(expected) if expected == given => Ok(Self(code)),
            Some(expected) => {
                Err(fail(format!("its check digit is {given} but its serial number calls for {expected}")))
            }
            None => Err(fail("its serial number has more than eight digits".into())),
        }
    }
}

impl fmt::Display for S10 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for S10 {
    type Error = DomainError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<S10> for String {
    fn from(value: S10) -> Self {
        value.0
    }
}
