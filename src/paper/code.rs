use fast_qr::{ECL, QRBuilder};

use super::PaperError;

/// A QR code as its dark modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Qr {
    /// Modules on a side, without the quiet zone.
    pub(super) side: usize,
    /// Stretches of dark modules: row, first column, how many.
    pub(super) dark: Vec<(usize, usize, usize)>,
}

impl Qr {
    /// Modules of the white border that readers need.
    pub(super) const QUIET: usize = 4;

    /// The code of `text`, at the level that survives 15 % of damage.
    pub(super) fn of(text: &str) -> Result<Self, PaperError> {
        let code = QRBuilder::new(text)
            .ecl(ECL::M)
            .build()
            .map_err(|_| PaperError::CodeTooLong { chars: text.chars().count() })?;
        let mut dark: Vec<(usize, usize, usize)> = Vec::new();
        for row in 0..code.size {
            for column in 0..code.size {
                if !code[row][column].value() {
                    continue;
                }
                match dark.last_mut() {
                    Some((last, first, count)) if *last == row && *first + *count == column => *count += 1,
                    _ => dark.push((row, column, 1)),
                }
            }
        }
        Ok(Self { side: code.size, dark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A decoder that shares no code with the encoder reads every size that is printed.
    #[test]
    fn codes_of_every_length_are_read_back() {
        for chars in (1..=30).chain((40..=1_400).step_by(40)) {
            let text: String = "CONTHOI1:ABCDEFGH234567".chars().cycle().take(chars).collect();
            let code = Qr::of(&text).unwrap();
            let dark = |x: usize, y: usize| {
                code.dark.iter().any(|(row, first, count)| *row == y && (*first..*first + *count).contains(&x))
            };
            let grid = rqrr::SimpleGrid::from_func(code.side, dark);
            let read = rqrr::Grid::new(grid).decode().map(|(_, read)| read);
            assert_eq!(read.as_ref(), Ok(&text), "{chars} characters");
        }
    }
}
