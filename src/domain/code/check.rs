//! Check characters of the standards.

/// The check character of ISO/IEC 7064 MOD 37,36 over capitals and digits: every single wrong character and every swap of two
/// neighbours but those of a rare pair is noticed. `None` when `body` has another character.
pub(super) fn mod_37_36(body: &str) -> Option<char> {
    const MODULUS: u32 = 36;
    let mut product = MODULUS;
    for c in body.chars() {
        let value = c.to_digit(MODULUS).filter(|_| !c.is_ascii_lowercase())?;
        let sum = (product + value) % MODULUS;
        product = if sum == 0 { MODULUS } else { sum } * 2 % (MODULUS + 1);
    }
    char::from_digit((MODULUS + 1 - product) % MODULUS, MODULUS).map(|c| c.to_ascii_uppercase())
}

/// The check digit of GS1 keys (GS1 General Specifications 7.9): weights 3 and 1 from the right. `None` when `body` has
/// another character than digits.
pub(super) fn gs1_mod_10(body: &str) -> Option<char> {
    let mut sum = 0;
    for (place, c) in body.chars().rev().enumerate() {
        let digit = c.to_digit(10)?;
        sum += if place % 2 == 0 { digit * 3 } else { digit };
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_of_published_examples() {
        // ISO/IEC 7064's own example of MOD 37,36, and a global release identifier of the recording industry.
        assert_eq!(mod_37_36("A12425GABC1234002"), Some('M'));
        assert_eq!(mod_37_36("a1"), None);
        // GS1 General Specifications 7.9.
        assert_eq!(gs1_mod_10("629104150021"), Some('3'));
        assert_eq!(gs1_mod_10("37610425002123456"), Some('9'));
        assert_eq!(gs1_mod_10("1x"), None);
    }
}
