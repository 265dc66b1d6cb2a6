//! Importing a centre's folder: what Sóc Trăng holds, and what each kind of mistake is answered with.

mod broken;
mod soc_trang;
mod spread;

use conthoi::service::import::{Folder, parse};

/// What the import of `folder` complains of, one line a problem.
fn complaints(folder: &Folder) -> String {
    match parse(folder) {
        Ok(_) => "nothing is wrong".to_owned(),
        Err(errors) => errors.to_string(),
    }
}

/// The text of an embedded file.
fn text_of(file: &str) -> String {
    let folder = Folder::embedded();
    String::from_utf8(folder.bytes(file).expect("the embedded folder has the file").to_vec())
        .expect("the embedded folder is UTF-8")
}

/// The embedded folder with the first `from` in `file` replaced by `to`.
fn with_mistake(file: &str, from: &str, to: &str) -> Folder {
    let text = text_of(file);
    assert!(text.contains(from), "{file} has no {from:?} to replace");
    Folder::embedded().with(file, text.replacen(from, to, 1))
}
