//! Broken and hostile input: one clear error, never a panic, never half a network.

use std::{
    fs,
    io::{self, Read},
    ops::ControlFlow,
};

use conthoi::roads::{Profile, RoadNetwork, RoadRules, RoadsError, Router, import};
use proptest::prelude::*;

use super::{TinyMap, import_text, shared};

fn import_pbf(bytes: &[u8]) -> Result<RoadNetwork, RoadsError> {
    import::from_pbf("bytes", || Ok::<_, io::Error>(bytes), &RoadRules::default(), &mut |_| ControlFlow::Continue(()))
}

/// Byte offsets at which blobs of a pbf file start, and its end.
fn blob_starts(file: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut blobs = osmpbf::BlobReader::new_seekable(io::Cursor::new(file)).unwrap();
    while let Some(blob) = blobs.next() {
        blob.unwrap();
        starts.push(usize::try_from(blobs.seek_raw(io::SeekFrom::Current(0)).unwrap()).unwrap());
    }
    starts
}

#[test]
fn a_truncated_pbf_names_blob_and_byte() {
    let Some(path) = shared("data/roads/ninhkieu.osm.pbf") else {
        return;
    };
    let file = fs::read(path).unwrap();
    import_pbf(&file).expect("whole");
    let starts = blob_starts(&file);
    assert_eq!(starts.last(), Some(&file.len()));
    let near_starts = starts.iter().flat_map(|&start| (start + 1)..(start + 40));
    for len in
        (0..file.len()).step_by(331).chain(near_starts).filter(|len| *len < file.len() && !starts[1..].contains(len))
    {
        match import_pbf(&file[..len]) {
            Err(RoadsError::Pbf { blob, offset, problem }) => {
                let number = starts.iter().rposition(|&start| start <= len).unwrap();
                assert_eq!((blob, offset), (number as u64, starts[number] as u64), "cut at {len}: {problem}");
            }
            Err(other) => panic!("cut at {len}: {other}"),
            Ok(_) => panic!("cut at {len}: imported all the same"),
        }
    }
}

#[test]
fn corrupt_bytes_in_a_pbf_never_panic() {
    let Some(path) = shared("data/roads/ninhkieu.osm.pbf") else {
        return;
    };
    let file = fs::read(path).unwrap();
    let mut refused = 0;
    for at in (0..file.len()).step_by(701) {
        let mut bytes = file.clone();
        bytes[at] ^= 0x55;
        refused += usize::from(import_pbf(&bytes).is_err());
    }
    assert!(refused > file.len() / 701 / 2, "only {refused} refused");
}

#[test]
fn a_map_without_roads_is_told_apart_from_a_broken_one() {
    assert!(matches!(import_text(&TinyMap::default().node(1, 0.0, 0.0).xml()), Err(RoadsError::NoRoads)));
    let river = TinyMap::default().node(1, 0.0, 0.0).node(2, 1.0, 0.0).way(&[1, 2], &[("waterway", "river")]);
    assert!(matches!(import_text(&river.xml()), Err(RoadsError::NoRoads)));
    assert!(matches!(import_pbf(&[]), Err(RoadsError::Pbf { blob: 0, offset: 0, .. })));
}

#[test]
fn a_broken_osm_file_names_the_byte_and_the_problem() {
    let node = r#"<node id="1" lat="9.6" lon="105.9"/><node id="2" lat="9.7" lon="105.9"/>"#;
    let way = r#"<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>"#;
    import_text(&format!("<osm>{node}{way}</osm>")).expect("sound");
    for (map, wanted) in [
        (String::new(), "no <osm>"),
        ("<html></html>".to_owned(), "not <osm>"),
        (format!("<osm>{node}{way}"), "truncated"),
        (format!("<osm>{node}<way"), ""),
        (format!("<osm>{node}</way></osm>"), ""),
        (format!("<osm>{way}{}</osm>", node.replace("9.6", "96.6")), "node 1"),
        (format!("<osm>{way}{}</osm>", node.replace(r#"lat="9.6""#, "")), "node 1"),
        (format!("<osm>{way}{}</osm>", node.replace(r#"id="1""#, r#"id="one""#)), "`id`"),
        (format!("<osm>{node}{}</osm>", way.replace(r#"ref="1""#, r#"ref="""#)), "`ref`"),
        (format!("<osm>{node}{}</osm>", way.replace(r#"v="primary""#, "")), "`k` or `v`"),
    ] {
        match import_text(&map) {
            Err(RoadsError::Xml { problem, .. }) => {
                assert!(problem.contains(wanted), "{map}: {problem}");
            }
            Err(other) => panic!("{map}: {other}"),
            Ok(_) => panic!("{map}: imported all the same"),
        }
    }
}

#[test]
fn elements_in_any_order_make_the_same_network() {
    let nodes = r#"<node id="1" lat="9.6" lon="105.9"/><node id="2" lat="9.7" lon="105.9"/>"#;
    let way = r#"<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>"#;
    let file = |map: String| {
        let mut file = Vec::new();
        import_text(&map).unwrap().write(&mut file).unwrap();
        file
    };
    assert_eq!(file(format!("<osm>{nodes}{way}</osm>")), file(format!("<osm>{way}{nodes}</osm>")));
}

#[test]
fn a_cut_extract_keeps_what_it_has() {
    // Node 3 lies outside the cut: the way falls into two pieces, and the loss is counted.
    let map = TinyMap::default()
        .node(1, 0.0, 0.0)
        .node(2, 1.0, 0.0)
        .node(4, 3.0, 0.0)
        .node(5, 4.0, 0.0)
        .way(&[1, 2, 3, 4, 5], &[("highway", "primary")])
        .way(&[1, 9], &[("highway", "primary")]);
    let network = map.network();
    assert_eq!(network.summary().missing_nodes, 2);
    assert_eq!(network.summary().roads, 2);
    assert_eq!(network.summary().profiles[&Profile::Car].components, 2);
}

#[test]
fn deleted_elements_of_an_editor_are_left_out() {
    let map = r#"<osm><node id="1" lat="9.6" lon="105.9"/><node id="2" lat="9.7" lon="105.9"/>
        <way id="1" action="delete"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>"#;
    assert!(matches!(import_text(map), Err(RoadsError::NoRoads)));
}

#[test]
fn a_failing_disk_is_not_called_a_broken_file() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let rules = RoadRules::default();
    let go_on = &mut |_| ControlFlow::Continue(());
    for result in [
        import::from_pbf("x", || Ok(Failing), &rules, go_on),
        import::from_pbf("x", || Err::<Failing, _>(io::Error::other("unplugged")), &rules, go_on),
        RoadNetwork::read(Failing),
    ] {
        let error = result.err().expect("refused");
        assert!(matches!(error, RoadsError::Read(_)), "{error}");
        assert!(error.to_string().contains("unplugged"), "{error}");
    }
}

#[test]
fn an_import_stops_when_told() {
    let map = TinyMap::default().node(1, 0.0, 0.0).node(2, 1.0, 0.0).way(&[1, 2], &[("highway", "primary")]).xml();
    for stop_after in 0..4 {
        let mut calls = 0;
        let result = import::from_xml("x", || Ok::<_, io::Error>(map.as_bytes()), &RoadRules::default(), &mut |_| {
            calls += 1;
            if calls > stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(result, Err(RoadsError::Cancelled)), "after {stop_after}");
    }
}

/// A network file whose checksum is right and whose content is the given bytes, packed.
fn forged(plain: &[u8]) -> Vec<u8> {
    let mut packer = lz4_flex::frame::FrameEncoder::new(Vec::new());
    io::Write::write_all(&mut packer, plain).unwrap();
    let content = packer.finish().unwrap();
    let mut file = b"CONTHOIR\x01\0\0\0".to_vec();
    file.extend((content.len() as u64).to_le_bytes());
    file.extend(crc32fast::hash(&content).to_le_bytes());
    file.extend(content);
    file
}

fn unpacked(file: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    lz4_flex::frame::FrameDecoder::new(&file[24..]).read_to_end(&mut plain).unwrap();
    plain
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_map_and_no_network(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(import_pbf(&bytes).is_err());
        prop_assert!(RoadNetwork::read(bytes.as_slice()).is_err());
        prop_assert!(RoadNetwork::read(forged(&bytes).as_slice()).is_err());
        let go_on = &mut |_| ControlFlow::Continue(());
        prop_assert!(import::from_xml("x", || Ok::<_, io::Error>(bytes.as_slice()), &RoadRules::default(), go_on).is_err());
    }

    #[test]
    fn pieces_of_xml_never_panic(text in r#"(<osm>)?(<(node|way|nd|tag|bounds)( (id|lat|lon|ref|k|v)="(1|9.5|highway|primary|&amp;|&bad;)"){0,3}/?>|</(way|node|osm)>){0,12}"#) {
        let _ = import_text(&text);
    }

    #[test]
    fn a_forged_network_file_never_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let map = TinyMap::default()
            .node(1, 0.0, 0.0).node(2, 1.0, 0.0).node(3, 1.0, 1.0).node(4, 0.0, 1.0)
            .way(&[1, 2, 3, 4, 1], &[("highway", "residential")])
            .way(&[1, 3], &[("highway", "residential"), ("oneway", "yes")])
            .way(&[2, 4], &[("highway", "footway")]);
        let mut file = Vec::new();
        map.network().write(&mut file).unwrap();
        let mut plain = unpacked(&file);
        for (index, value) in changes {
            let at = index.index(plain.len());
            plain[at] = value;
        }
        if let Ok(network) = RoadNetwork::read(forged(&plain).as_slice()) {
            let network = std::sync::Arc::new(network);
            for profile in Profile::ALL {
                if let Ok(router) = Router::new(std::sync::Arc::clone(&network), profile) {
                    let points = [TinyMap::at(0.1, 0.2), TinyMap::at(0.9, 0.7), TinyMap::at(0.5, 0.5)];
                    let _ = router.matrix(&points);
                    let _ = router.route(&points);
                }
            }
        }
    }
}
