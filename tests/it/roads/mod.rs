//! The road layer as its users see it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod estimate;
mod extracts;
mod files;
mod hostile;
mod oracle;
mod rules;
mod snapping;
mod stress;

use std::{fmt::Write as _, fs, io, ops::ControlFlow, path::PathBuf, sync::Arc};

use conthoi::roads::{Point, Profile, RoadNetwork, RoadRules, RoadsError, Router, import};

/// A file of the shared data, or `None` with a message when it is not there.
fn shared(path: &str) -> Option<PathBuf> {
    let repo = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let candidates = [
        std::env::var_os("CONTHOI_SHARED").map(PathBuf::from),
        Some(repo.join("../shared")),
        Some(repo.join("../../shared")),
    ];
    let found = candidates.into_iter().flatten().map(|folder| folder.join(path)).find(|file| file.exists());
    if found.is_none() {
        println!("skipped: shared data `{path}` is not on this machine; set CONTHOI_SHARED to its folder");
    }
    found
}

fn import_extract(name: &str) -> Option<RoadNetwork> {
    let path = shared(&format!("data/roads/{name}.osm.pbf"))?;
    let network =
        import::from_pbf(name, || fs::File::open(&path), &RoadRules::default(), &mut |_| ControlFlow::Continue(()));
    Some(network.expect("the extract is sound"))
}

fn import_text(map: &str) -> Result<RoadNetwork, RoadsError> {
    let open = || Ok::<_, io::Error>(map.as_bytes());
    import::from_xml("tiny", open, &RoadRules::default(), &mut |_| ControlFlow::Continue(()))
}

/// A hand-made map: nodes on a grid of 0.001 degrees near Sóc Trăng, ways through them.
#[derive(Default)]
struct TinyMap {
    xml: String,
    ways: i64,
}

impl TinyMap {
    /// Grid position as a point: `x` steps east, `y` steps north, each about 110 m.
    fn at(x: f64, y: f64) -> Point {
        Point::from_degrees(9.6 + y * 0.001, 105.97 + x * 0.001).unwrap()
    }

    fn node(self, id: i64, x: f64, y: f64) -> Self {
        self.tagged_node(id, x, y, &[])
    }

    fn tagged_node(mut self, id: i64, x: f64, y: f64, tags: &[(&str, &str)]) -> Self {
        let point = Self::at(x, y);
        write!(self.xml, r#"<node id="{id}" lat="{}" lon="{}">"#, point.lat(), point.lon()).unwrap();
        self.tags(tags);
        self.xml.push_str("</node>");
        self
    }

    fn way(mut self, nodes: &[i64], tags: &[(&str, &str)]) -> Self {
        self.ways += 1;
        write!(self.xml, r#"<way id="{}">"#, self.ways).unwrap();
        for node in nodes {
            write!(self.xml, r#"<nd ref="{node}"/>"#).unwrap();
        }
        self.tags(tags);
        self.xml.push_str("</way>");
        self
    }

    fn tags(&mut self, tags: &[(&str, &str)]) {
        for (key, value) in tags {
            write!(self.xml, r#"<tag k="{key}" v="{value}"/>"#).unwrap();
        }
    }

    fn xml(&self) -> String {
        format!(r#"<?xml version="1.0"?><osm version="0.6">{}</osm>"#, self.xml)
    }

    fn network(&self) -> Arc<RoadNetwork> {
        Arc::new(import_text(&self.xml()).expect("the map is sound"))
    }

    fn router(&self, profile: Profile) -> Router {
        Router::new(self.network(), profile).unwrap()
    }

    /// Seconds and metres between two grid positions.
    fn leg(&self, profile: Profile, from: (f64, f64), to: (f64, f64)) -> Option<(u32, u32)> {
        let points = [Self::at(from.0, from.1), Self::at(to.0, to.1)];
        let leg = self.router(profile).matrix(&points).unwrap().get(0, 1)?;
        Some((leg.seconds, leg.metres))
    }
}
