use std::{collections::BTreeMap, fs, io, path::Path};

use unicode_normalization::UnicodeNormalization;

use super::problem::{Checked, ImportError, Problems};

/// The files of a centre's folder that the import reads.
pub const FILES: [&str; 19] = [
    "centre.toml",
    "sites.csv",
    "communes.csv",
    "calendar.csv",
    "opening_hours.csv",
    "timetable.csv",
    "vehicles.csv",
    "couriers.csv",
    "areas.csv",
    "half_days.csv",
    "rules.csv",
    "fees.csv",
    "presence.csv",
    "consents.csv",
    "postal_numbers.csv",
    "templates.csv",
    "forms.csv",
    "procedures.csv",
    "season.toml",
];

/// No file of a centre comes near this; a larger one is not what it claims to be.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// A centre's files by name, as bytes that nobody has looked at yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    /// The Sóc Trăng centre, from inside the binary.
    #[must_use]
    pub fn embedded() -> Self {
        macro_rules! soc_trang {
            ($($name:literal),+) => {
                [$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/soc-trang/", $name)))),+]
            };
        }
        let files = soc_trang![
            "centre.toml",
            "sites.csv",
            "communes.csv",
            "calendar.csv",
            "opening_hours.csv",
            "timetable.csv",
            "vehicles.csv",
            "couriers.csv",
            "areas.csv",
            "half_days.csv",
            "rules.csv",
            "fees.csv",
            "presence.csv",
            "consents.csv",
            "postal_numbers.csv",
            "templates.csv",
            "forms.csv",
            "procedures.csv",
            "season.toml"
        ];
        files.into_iter().fold(Self::default(), |folder, (name, text)| folder.with(name, text))
    }

    /// Reads those of [`FILES`] that are in the folder at `path`.
    ///
    /// # Errors
    /// [`ImportError::Unreadable`] when `path` is not a folder, or a file cannot be read or is larger than 64 MiB.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let unreadable = |path: &Path, source| ImportError::Unreadable { path: path.to_owned(), source };
        if !fs::metadata(path).map_err(|error| unreadable(path, error))?.is_dir() {
            return Err(unreadable(path, io::Error::new(io::ErrorKind::NotADirectory, "not a folder")));
        }
        let mut folder = Self::default();
        for name in FILES {
            let file = path.join(name);
            match read_bounded(&file) {
                Ok(bytes) => folder = folder.with(name, bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(&file, error)),
            }
        }
        Ok(folder)
    }

    /// The same folder with `bytes` for the file `name`.
    #[must_use]
    pub fn with(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), bytes.into());
        self
    }

    /// The same folder without the file `name`.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.files.remove(name);
        self
    }

    /// The bytes of the file `name`, if it is there.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// The text of a file that must be there: without byte order mark, and composed, so that two ways of writing one
    /// Vietnamese letter compare equal.
    pub(super) fn text(&self, name: &str, problems: &mut Problems) -> Checked<String> {
        match self.bytes(name) {
            None => Err(problems.in_file(name, "the file is missing")),
            Some(bytes) => decode(name, bytes, problems),
        }
    }
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = fs::metadata(path)?.len();
    if bytes > FILE_BYTES_MAX {
        let problem = format!("{bytes} bytes, more than the {FILE_BYTES_MAX} that a file of a centre may have");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    fs::read(path)
}

fn decode(name: &str, bytes: &[u8], problems: &mut Problems) -> Checked<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.nfc().collect()),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let reason = format!("the byte {:#04x} is not UTF-8: save the file as UTF-8", bytes[error.valid_up_to()]);
            Err(problems.at_line(name, line_of(&good, good.len()), reason))
        }
    }
}

/// The line, from 1, of the byte at `offset`.
pub(super) fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() as u64 + 1
}
