//! Problems of other people: VROOM's JSON and the benchmark formats.
#![no_main]

use conthoi::planner::formats::{Convention, cvrplib, lilim, solomon, vroom::VroomInput};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = VroomInput::parse(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = solomon(text, Convention::Dimacs);
        let _ = lilim(text, Convention::Exact);
        let _ = cvrplib(text);
    }
});
