//! Labels for thermal printers, in ZPL II.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

use super::{PaperError, code::Qr, label::Label};

/// Labels of 100 × 50 mm at 8 dots a millimetre (203 dpi). The text is UTF-8 and set in the printer's own scalable font
/// `TT0003M_.FNT`, which has the Vietnamese letters.
///
/// # Errors
/// [`PaperError::CodeTooLong`].
pub fn zpl_labels(labels: &[Label]) -> Result<String, PaperError> {
    let mut zpl = String::new();
    for label in labels {
        // Modules as large as the place of 280 dots allows; the printer chooses the same size of code.
        let side = Qr::of(&label.code)?.side + 2 * Qr::QUIET;
        let dots = (280 / side).clamp(2, 10);
        zpl.push_str("^XA\n^CI28\n^PW800\n^LL400\n^LH0,0\n");
        let _ = writeln!(zpl, "^FO24,24^BQN,2,{dots}^FH^FDMA,{}^FS", data(&label.code));
        let _ = writeln!(zpl, "^FO320,24^A@N,40,40,E:TT0003M_.FNT^FH^FD{}^FS", data(label.title()));
        let lines: Vec<String> = label.lines().iter().map(|line| data(line)).collect();
        let _ = writeln!(zpl, "^FO320,76^A@N,28,28,E:TT0003M_.FNT^FB460,8,4,L,0^FH^FD{}^FS", lines.join("\\&"));
        let _ = writeln!(zpl, "^FO24,322^A0N,44,36^FB752,1,0,C,0^FH^FD{}^FS", data(&label.code));
        let _ = writeln!(zpl, "^FO24,368^A@N,22,22,E:TT0003M_.FNT^FB752,1,0,C,0^FH^FD{}^FS", data(&label.centre));
        zpl.push_str("^XZ\n");
    }
    Ok(zpl)
}

/// A text as the data of a field: what the language itself reads is written as its number, after `^FH`.
fn data(text: &str) -> String {
    text.nfc().fold(String::new(), |mut data, c| {
        match c {
            '^' | '~' | '_' | '\\' => {
                let _ = write!(data, "_{:02X}", u32::from(c));
            }
            c if c.is_control() => data.push(' '),
            c => data.push(c),
        }
        data
    })
}
