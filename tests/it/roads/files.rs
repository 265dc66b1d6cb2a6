//! The network file: what is written is read back, and nothing else is.

use std::sync::Arc;

use conthoi::roads::{Point, Profile, RoadNetwork, RoadsError, Router};

use super::{TinyMap, import_extract};

fn written(network: &RoadNetwork) -> Vec<u8> {
    let mut file = Vec::new();
    network.write(&mut file).unwrap();
    file
}

#[test]
fn a_network_is_read_back_equal() {
    for name in ["ninhkieu", "monaco", "andorra"] {
        let Some(network) = import_extract(name) else {
            return;
        };
        let file = written(&network);
        let again = RoadNetwork::read(file.as_slice()).unwrap();
        assert_eq!(again.summary(), network.summary(), "{name}");
        let topology = |network: &RoadNetwork| {
            let graph = network.graph();
            let edges: Vec<_> =
                graph.raw_edges().iter().map(|edge| (edge.source(), edge.target(), edge.weight)).collect();
            (graph.node_weights().copied().collect::<Vec<Point>>(), edges)
        };
        assert_eq!(topology(&again), topology(&network), "{name}");
        assert_eq!(written(&again), file, "{name}");
        let points: Vec<Point> = network.graph().node_weights().step_by(97).copied().collect();
        let (network, again) = (Arc::new(network), Arc::new(again));
        for profile in Profile::ALL {
            let matrix = |network: &Arc<RoadNetwork>| {
                Router::new(Arc::clone(network), profile).unwrap().matrix(&points).unwrap()
            };
            assert_eq!(matrix(&again), matrix(&network), "{name} {profile}");
        }
    }
}

#[test]
fn import_is_deterministic() {
    let (Some(one), Some(two)) = (import_extract("monaco"), import_extract("monaco")) else {
        return;
    };
    assert_eq!(written(&one), written(&two));
}

fn tiny_file() -> Vec<u8> {
    let map = TinyMap::default().node(1, 0.0, 0.0).node(2, 1.0, 0.0).way(&[1, 2], &[("highway", "residential")]);
    written(&map.network())
}

#[test]
fn each_kind_of_wrong_file_is_told_apart() {
    let file = tiny_file();
    let read = |bytes: &[u8]| RoadNetwork::read(bytes).err().expect("refused");
    assert!(matches!(read(b""), RoadsError::NotANetworkFile));
    assert!(matches!(read(b"<?xml version=\"1.0\"?>"), RoadsError::NotANetworkFile));
    let mut newer = file.clone();
    newer[8] = 9;
    assert!(matches!(read(&newer), RoadsError::NetworkVersion { found: 9, supported: 1 }));
    let mut flipped = file.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(matches!(read(&flipped), RoadsError::NetworkChecksum { .. }));
    let mut longer = file.clone();
    longer.push(0);
    assert!(matches!(read(&longer), RoadsError::NetworkContent(_)));
    for len in 8..file.len() {
        assert!(matches!(read(&file[..len]), RoadsError::NetworkTruncated { .. }), "{len} of {} bytes", file.len());
    }
}

#[test]
fn a_full_disk_is_reported() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let map = TinyMap::default().node(1, 0.0, 0.0).node(2, 1.0, 0.0).way(&[1, 2], &[("highway", "residential")]);
    assert!(matches!(map.network().write(Full), Err(RoadsError::Write(_))));
}
