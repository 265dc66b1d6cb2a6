//! A made-up country, generated while it is read, to see how time and memory grow. Run it by hand, in release:
//! `cargo test --release --test it roads::stress -- --ignored --nocapture`.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Read},
    ops::ControlFlow,
    sync::Arc,
    time::Instant,
};

use conthoi::roads::{Point, Profile, RoadNetwork, RoadRules, Router, import};

/// A grid of streets with four shape points between junctions; every tenth line is a primary road, every hundredth
/// a trunk road.
struct Country {
    side: u32,
    next_row: u32,
    pending: Vec<u8>,
    given: usize,
}

const STEPS: u32 = 5;

impl Country {
    fn new(side: u32) -> Self {
        let pending = b"<osm version=\"0.6\">".to_vec();
        Self { side, next_row: 0, pending, given: 0 }
    }

    fn position(x: u32, y: u32) -> (f64, f64) {
        // About 150 m between junctions, lines bent a little so that no two have one length.
        let bend = f64::from((x * 7919 + y * 104_729) % 97) * 2e-7;
        (8.0 + f64::from(y) * 0.000_27 + bend, 103.0 + f64::from(x) * 0.000_27 - bend)
    }

    /// One row of junctions, and the ways east and north from each. Coordinates count shape points.
    fn row(&self, row: u32, xml: &mut String) {
        let end = (self.side - 1) * STEPS;
        let id = |x: u32, y: u32| u64::from(y) * 1_000_000 + u64::from(x) + 1;
        let mut node = |x: u32, y: u32| {
            let (lat, lon) = Self::position(x, y);
            writeln!(xml, r#"<node id="{}" lat="{lat:.7}" lon="{lon:.7}"/>"#, id(x, y)).unwrap();
        };
        let y = row * STEPS;
        (0..=end).for_each(|x| node(x, y));
        if y < end {
            (0..=end).step_by(STEPS as usize).for_each(|x| (1..STEPS).for_each(|up| node(x, y + up)));
        }
        let class = |line: u32| match line {
            n if n % 100 == 0 => "trunk",
            n if n % 10 == 0 => "primary",
            _ => "residential",
        };
        let mut way = |nodes: &mut dyn Iterator<Item = u64>, class: &str| {
            write!(xml, r#"<way id="1">"#).unwrap();
            nodes.for_each(|id| write!(xml, r#"<nd ref="{id}"/>"#).unwrap());
            writeln!(xml, r#"<tag k="highway" v="{class}"/></way>"#).unwrap();
        };
        for column in 0..self.side {
            let x = column * STEPS;
            if x < end {
                way(&mut (x..=x + STEPS).map(|x| id(x, y)), class(row));
            }
            if y < end {
                way(&mut (y..=y + STEPS).map(|y| id(x, y)), class(column));
            }
        }
    }
}

impl Read for Country {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.pending.len() {
            let mut xml = String::new();
            if self.next_row < self.side {
                self.row(self.next_row, &mut xml);
            } else if self.next_row == self.side {
                xml.push_str("</osm>");
            }
            self.next_row += 1;
            (self.pending, self.given) = (xml.into_bytes(), 0);
        }
        let count = (&self.pending[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

/// The most memory this process ever held, where the system tells.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("unknown").trim().to_owned()
}

#[test]
#[ignore = "takes minutes and gigabytes; run by hand"]
fn a_country_sized_network() {
    let side = std::env::var("CONTHOI_STRESS_SIDE").map_or(1000, |text| text.parse().unwrap());
    let started = Instant::now();
    let mut stage = None;
    let network = import::from_xml("grid", || Ok(Country::new(side)), &RoadRules::default(), &mut |progress| {
        if stage != Some(progress.stage) {
            println!("{:?} at {:.1?}, peak {}", progress.stage, started.elapsed(), peak_memory());
            stage = Some(progress.stage);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let summary = network.summary();
    println!(
        "imported in {:.1?}, peak {}: {} vertices, {} edges, {} points",
        started.elapsed(),
        peak_memory(),
        summary.vertices,
        summary.edges,
        summary.shape_points
    );
    assert_eq!(summary.profiles[&Profile::Car].components, 1);
    let mut file = Vec::new();
    network.write(&mut file).unwrap();
    drop(network);
    let started = Instant::now();
    let network = Arc::new(RoadNetwork::read(file.as_slice()).unwrap());
    println!("file of {} MB loaded in {:.2?}", file.len() / 1_000_000, started.elapsed());
    let started = Instant::now();
    let router = Router::new(network, Profile::Car).unwrap();
    println!("router in {:.2?}, peak {}", started.elapsed(), peak_memory());
    let points: Vec<Point> = (0..1000)
        .map(|n| {
            let (lat, lon) = Country::position((n * 7919) % ((side - 1) * STEPS), (n * 104_729) % ((side - 1) * STEPS));
            Point::from_degrees(lat, lon).unwrap()
        })
        .collect();
    let started = Instant::now();
    let matrix = router.matrix(&points).unwrap();
    println!("matrix of 1,000 in {:.2?}", started.elapsed());
    assert!(matrix.unreachable().next().is_none());
    let started = Instant::now();
    router.route(&points).unwrap();
    println!("route of 999 legs in {:.2?}, peak {}", started.elapsed(), peak_memory());
}
