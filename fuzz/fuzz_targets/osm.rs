//! Road extracts, as XML and as PBF, and network files.
#![no_main]

use std::{io, ops::ControlFlow};

use conthoi::roads::{RoadNetwork, RoadRules, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let rules = RoadRules::default();
    let mut go_on = |_| ControlFlow::Continue(());
    let _ = import::from_xml("fuzz", || Ok::<_, io::Error>(bytes), &rules, &mut go_on);
    let _ = import::from_pbf("fuzz", || Ok::<_, io::Error>(bytes), &rules, &mut go_on);
    let _ = RoadNetwork::read(bytes);
});
