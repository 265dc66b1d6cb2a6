//! Reads papers back: their text, their pages as pictures, the codes in those.
//!
//! Poppler's `pdftoppm` and `pdftotext` do it, which share no code with what has written the papers.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Once,
};

use tempfile::TempDir;

/// A paper as PDF.
pub(crate) struct Paper {
    folder: TempDir,
    pub(crate) bytes: usize,
}

/// A page as a picture in shades of grey.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    shades: Vec<u8>,
}

/// Whether Poppler is there. In CI it must be.
pub(crate) fn can_read() -> bool {
    static TELL: Once = Once::new();
    let there = Command::new("pdftotext").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(there || std::env::var("CI").as_deref() != Ok("true"), "in CI papers are read back: install poppler-utils");
    if !there {
        TELL.call_once(|| {
            eprintln!("pdftotext is not there: papers are made but not read back (install poppler-utils)");
        });
    }
    there
}

impl Paper {
    pub(crate) fn of(pdf: &[u8]) -> Self {
        assert!(pdf.starts_with(b"%PDF-"), "{:?}", String::from_utf8_lossy(&pdf[..pdf.len().min(200)]));
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::create(folder.path().join("paper.pdf")).unwrap().write_all(pdf).unwrap();
        Self { folder, bytes: pdf.len() }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new(program).args(arguments).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{program} complains: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// The text of all pages, blanks and line ends folded into one blank each.
    pub(crate) fn text(&self) -> String {
        let text = String::from_utf8(self.run("pdftotext", &["-layout", "paper.pdf", "-"])).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text in the order in which it was written.
    pub(crate) fn raw_text(&self) -> String {
        let text = String::from_utf8(self.run("pdftotext", &["-raw", "paper.pdf", "-"])).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn pages(&self) -> usize {
        let facts = String::from_utf8(self.run("pdfinfo", &["paper.pdf"])).unwrap();
        let line = facts.lines().find(|line| line.starts_with("Pages:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// The fonts' names, whether each is embedded and whether it is a subset.
    pub(crate) fn fonts(&self) -> Vec<(String, bool, bool)> {
        let listing = String::from_utf8(self.run("pdffonts", &["paper.pdf"])).unwrap();
        let font = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [.., embedded, subset, _, _, _] = words[..] else { panic!("{line}") };
            (words[0].to_owned(), embedded == "yes", subset == "yes")
        };
        listing.lines().skip(2).map(font).collect()
    }

    /// A page, from 1, at `dpi`.
    pub(crate) fn picture(&self, page: usize, dpi: u32) -> Picture {
        let (page, dpi) = (page.to_string(), dpi.to_string());
        let arguments = ["-gray", "-r", &dpi, "-f", &page, "-l", &page, "paper.pdf"];
        let bytes = self.run("pdftoppm", &arguments);
        if let Ok(folder) = std::env::var("CONTHOI_TEST_PICTURES") {
            let name = std::thread::current().name().unwrap_or("paper").replace(':', "_");
            self.run(
                "pdftoppm",
                &["-png", "-r", "80", "-f", &page, "-l", &page, "paper.pdf", &format!("{folder}/{name}")],
            );
        }
        Picture::of_pgm(&bytes)
    }
}

impl Picture {
    fn of_pgm(bytes: &[u8]) -> Self {
        let mut rest = bytes;
        let mut word = || {
            let end = rest.iter().position(u8::is_ascii_whitespace).unwrap();
            let (word, tail) = rest.split_at(end);
            rest = &tail[1..];
            std::str::from_utf8(word).unwrap().to_owned()
        };
        assert_eq!(word(), "P5");
        let (width, height) = (word().parse().unwrap(), word().parse().unwrap());
        assert_eq!(word(), "255");
        Self { width, height, shades: rest.to_vec() }
    }

    /// The texts of all QR codes on the page, from top to bottom and left to right.
    pub(crate) fn codes(&self) -> Vec<String> {
        self.codes_by_cell(1, 1)
    }

    /// The same of a page that is a grid of labels, cell by cell: a reader sees one label at a time, too.
    pub(crate) fn codes_by_cell(&self, columns: usize, rows: usize) -> Vec<String> {
        let (width, height) = (self.width / columns, self.height / rows);
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column * width, row * height)));
        cells.flat_map(|(left, top)| self.codes_in((left, top), (width, height))).collect()
    }

    fn codes_in(&self, (left, top): (usize, usize), (width, height): (usize, usize)) -> Vec<String> {
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            self.shades[(top + y) * self.width + left + x]
        });
        let mut found: Vec<((i32, i32), String)> = image
            .detect_grids()
            .iter()
            .map(|grid| ((grid.bounds[0].y / 20, grid.bounds[0].x), grid.decode().unwrap().1))
            .collect();
        found.sort();
        found.into_iter().map(|(_, text)| text).collect()
    }
}
