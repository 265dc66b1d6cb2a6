//! A centre's files: the first byte says which one is replaced.
#![no_main]

use conthoi::service::import::{self, FILES, Folder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let file = FILES[usize::from(*which) % FILES.len()];
    let _ = import::parse(&Folder::embedded().with(file, bytes));
});
