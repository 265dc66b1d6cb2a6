//! The layers' directions, as `src/lib.rs` draws them, hold in every file of the source tree.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

/// Each layer with what it may use.
const LAYERS: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("planner", &[]),
    ("roads", &[]),
    ("dispatch", &["domain", "planner", "roads"]),
    ("ledger", &["domain"]),
    ("paper", &["domain", "ledger"]),
    ("store", &["domain"]),
    ("service", &["domain", "dispatch", "ledger", "paper", "planner", "roads", "store"]),
    ("web", &[]),
    ("api", &["domain", "service", "web"]),
    ("cli", &["api", "domain", "service"]),
];

/// What only `service` and the edges above it may do: everything below takes time, seed and text as arguments. The store
/// opens its database file, which is its job, but reads no clock either.
const READS_THE_WORLD: [(&str, &[&str]); 7] = [
    ("domain", &["now(", "std::env", "std::fs", "File::open", "rand::rng"]),
    ("planner", &["now(", "std::env", "std::fs", "File::open", "rand::rng"]),
    ("roads", &["now(", "std::env", "std::fs", "File::open", "rand::rng"]),
    ("dispatch", &["now(", "std::env", "std::fs", "File::open", "rand::rng"]),
    ("ledger", &["now(", "std::env", "std::fs", "File::open", "rand::rng"]),
    ("paper", &["now(", "std::env", "std::fs", "File::open", "rand::rng"]),
    ("store", &["now(", "std::env", "rand::rng"]),
];

fn sources(layer: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries.map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&entry).unwrap();
                found.push((entry, code_only(&text)));
            }
        }
    }
    assert!(!found.is_empty(), "src/{layer} has no source files");
    found
}

/// The text without comments, so that a layer may be *named* anywhere.
fn code_only(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The layers that a file names after `crate::`, in paths and in grouped imports.
fn layers_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let path = Regex::new(r"\bcrate::\s*([a-z_]+|\{)").unwrap();
    for found in path.captures_iter(code) {
        let start = found.get(1).unwrap();
        if start.as_str() != "{" {
            used.insert(start.as_str().to_owned());
            continue;
        }
        let (mut depth, mut word, mut at_start) = (0, String::new(), true);
        for c in code[start.start()..].chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => at_start = true,
                c if depth == 1 && at_start && (c.is_alphanumeric() || c == '_') => word.push(c),
                c if depth == 1 && !c.is_whitespace() => at_start = false,
                _ => {}
            }
            let in_word = c.is_alphanumeric() || c == '_';
            if !word.is_empty() && !in_word {
                used.insert(std::mem::take(&mut word));
                at_start = c == ',';
            }
            if depth == 0 {
                break;
            }
        }
    }
    used
}

#[test]
fn dependencies_point_down_only() {
    let names: Vec<&str> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    let mut broken = Vec::new();
    for (layer, allowed) in LAYERS {
        for (path, code) in sources(layer) {
            for used in layers_used(&code) {
                if names.contains(&used.as_str()) && used != layer && !allowed.contains(&used.as_str()) {
                    broken.push(format!("{}: {layer} must not use {used}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_below_the_use_cases_reads_clock_environment_or_files() {
    let mut broken = Vec::new();
    for (layer, forbidden) in READS_THE_WORLD {
        for (path, code) in sources(layer) {
            for word in forbidden.iter().filter(|word| code.contains(**word)) {
                broken.push(format!("{}: {layer} must not use {word}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn grouped_imports_are_seen() {
    let code =
        "use crate::{\n    domain::{A, B},\n    planner::{self, C},\n    roads,\n};\nfn f() { crate::store::g() }";
    let used: Vec<String> = layers_used(code).into_iter().collect();
    assert_eq!(used, ["domain", "planner", "roads", "store"]);
}
