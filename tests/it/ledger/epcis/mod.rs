//! EPCIS 2.0: the published documents, read where they lie, and the rules beyond them.

mod outbound;
mod published;
mod rules;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

/// A folder of the published documents; says that it skips where they are absent.
pub(crate) fn published(folder: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("CONTHOI_SHARED").map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let candidates = shared.into_iter().chain([root.join("../shared"), root.join("../../shared")]);
    let found = candidates.map(|it| it.join("standards/epcis").join(folder)).find(|it| it.is_dir());
    if found.is_none() {
        println!(
            "skipped: ../shared/standards/epcis/{folder} is not on this machine; set CONTHOI_SHARED to its folder"
        );
    }
    found
}

/// The files of a folder with one of these endings: name without ending, and text.
pub(crate) fn files(folder: &Path, endings: &[&str]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| endings.iter().any(|it| ending == *it)))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no such files", folder.display());
    files
}

/// The events of a document, or the event.
pub(crate) fn events_of(document: &Value) -> Vec<Value> {
    let paths = ["/epcisBody/eventList", "/epcisBody/queryResults/resultsBody/eventList"];
    match paths.iter().find_map(|path| document.pointer(path)) {
        Some(list) => list.as_array().unwrap().clone(),
        None => vec![document.clone()],
    }
}

/// A sound event on its own.
pub(crate) fn object_event() -> Value {
    json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.com/"}],
        "type": "ObjectEvent",
        "eventTime": "2026-01-05T07:30:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "receiving",
        "epcList": ["urn:epc:id:sscc:4012345.0000000111"],
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.0"},
    })
}
