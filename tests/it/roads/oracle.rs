//! Matrices of real extracts against a plain Dijkstra on a graph built here, node by node, straight from the file:
//! no contraction, no rounding, rules applied by other code.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap, HashSet},
    sync::Arc,
};

use conthoi::roads::{Point, Profile, Router};
use osmpbf::{Element, ElementReader};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};

use super::{import_extract, shared};

const PAIRS: usize = 250;

type Tags = HashMap<String, String>;

struct RawMap {
    nodes: HashMap<i64, (Point, Tags)>,
    ways: Vec<(Vec<i64>, Tags)>,
}

impl RawMap {
    fn read(name: &str) -> Option<Self> {
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let mut map = Self { nodes: HashMap::new(), ways: Vec::new() };
        let path = shared(&format!("data/roads/{name}.osm.pbf"))?;
        let reader = ElementReader::from_path(path).unwrap();
        reader
            .for_each(|element| match element {
                Element::Node(node) => {
                    let point = Point::from_e7(node.decimicro_lat(), node.decimicro_lon()).unwrap();
                    map.nodes.insert(node.id(), (point, node.tags().map(owned).collect()));
                }
                Element::DenseNode(node) => {
                    let point = Point::from_e7(node.decimicro_lat(), node.decimicro_lon()).unwrap();
                    map.nodes.insert(node.id(), (point, node.tags().map(owned).collect()));
                }
                Element::Way(way) => map.ways.push((way.refs().collect(), way.tags().map(owned).collect())),
                Element::Relation(_) => {}
            })
            .unwrap();
        Some(map)
    }
}

/// The rules file, read and applied independently of the crate.
struct Rules(toml::Table);

impl Rules {
    fn load() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/roads/rules.toml");
        Self(std::fs::read_to_string(path).unwrap().parse().unwrap())
    }

    fn list(&self, path: &[&str]) -> Vec<String> {
        let value = path.iter().fold(&toml::Value::Table(self.0.clone()), |v, key| &v[*key]).clone();
        value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    }

    fn number(&self, path: &[&str]) -> Option<f64> {
        let mut value = self.0.get(path[0])?;
        for key in &path[1..] {
            value = value.get(*key)?;
        }
        value.as_float().or_else(|| value.as_integer().and_then(|i| Some(f64::from(i32::try_from(i).ok()?))))
    }

    fn flag(&self, path: &[&str]) -> bool {
        path.iter().fold(&toml::Value::Table(self.0.clone()), |v, key| &v[*key]).as_bool().unwrap()
    }

    /// `Some(true)` allowed, `Some(false)` forbidden, with the deciding key.
    fn access(&self, profile: &str, tags: &Tags) -> Option<(bool, String)> {
        for key in self.list(&["profile", profile, "access_tags"]) {
            if let Some(value) = tags.get(&key) {
                if self.list(&["access", "allow"]).contains(value) {
                    return Some((true, key));
                }
                if self.list(&["access", "forbid"]).contains(value) {
                    return Some((false, key));
                }
            }
        }
        None
    }

    fn blocks(&self, profile: &str, tags: &Tags) -> bool {
        let Some(barrier) = tags.get("barrier") else {
            return false;
        };
        match self.access(profile, tags) {
            Some((allowed, _)) => !allowed,
            None => {
                tags.get("locked").is_some_and(|v| v == "yes")
                    || self.list(&["profile", profile, "blocked_by"]).contains(barrier)
            }
        }
    }

    /// Speeds in km/h along and against the way.
    fn speeds(&self, profile: &str, tags: &Tags) -> (Option<f64>, Option<f64>) {
        let is = |pair: &String| pair.split_once('=').is_some_and(|(k, v)| tags.get(k).is_some_and(|found| found == v));
        let access = self.access(profile, tags);
        let (mut speed, limited) = if let Some(class) = tags.get("highway") {
            if self.list(&["profile", profile, "never_on"]).iter().any(is)
                || access.as_ref().is_some_and(|(allowed, _)| !allowed)
            {
                return (None, None);
            }
            let tagged = access.is_some_and(|(_, key)| key != "access");
            let usual = self.number(&["profile", profile, "speed_kmh", class]);
            let Some(speed) =
                usual.or_else(|| self.number(&["profile", profile, "speed_if_tagged_kmh", class]).filter(|_| tagged))
            else {
                return (None, None);
            };
            (speed, true)
        } else if tags.get("route").is_some_and(|v| v == "ferry") {
            let carried = self.list(&["ferry", "profiles"]).iter().any(|p| p == profile);
            if !access.map_or(carried, |(allowed, _)| allowed) {
                return (None, None);
            }
            (self.number(&["ferry", "speed_kmh"]).unwrap(), false)
        } else {
            return (None, None);
        };
        if limited && self.flag(&["profile", profile, "uses_surface"]) {
            speed *= tags.get("surface").and_then(|s| self.number(&["surface_factor", s])).unwrap_or(1.0);
        }
        let capped = |side: &str| {
            if !limited || !self.flag(&["profile", profile, "uses_maxspeed"]) {
                return speed;
            }
            let Some(text) = tags.get(&format!("maxspeed:{side}")).or_else(|| tags.get("maxspeed")) else {
                return speed;
            };
            let limit = self
                .number(&["maxspeed_kmh", text])
                .or_else(|| text.parse().ok())
                .or_else(|| text.strip_suffix("mph").and_then(|n| n.trim().parse::<f64>().ok()).map(|n| n * 1.609_344));
            limit.filter(|l| *l >= 1.0).map_or(speed, |limit| speed.min(limit))
        };
        let oneway = self.list(&["profile", profile, "oneway_tags"]).into_iter().find_map(|key| {
            match tags.get(&key)?.as_str() {
                "yes" | "true" | "1" => Some((true, false)),
                "-1" | "reverse" => Some((false, true)),
                "no" | "false" | "0" | "alternating" => Some((true, true)),
                "reversible" => Some((false, false)),
                _ => None,
            }
        });
        let implied = self.list(&["profile", profile, "implied_oneway"]).iter().any(is);
        let (along, against) = oneway.unwrap_or((true, !implied));
        (along.then(|| capped("forward")), against.then(|| capped("backward")))
    }
}

struct Hop {
    to: usize,
    seconds: f64,
    metres: f64,
    ferry: bool,
}

struct PlainGraph {
    points: Vec<Point>,
    ids: Vec<i64>,
    blocked: Vec<bool>,
    /// Nodes that only ferries touch.
    afloat: Vec<bool>,
    hops: Vec<Vec<Hop>>,
    board_s: f64,
}

impl PlainGraph {
    fn of(map: &RawMap, rules: &Rules, profile: Profile) -> Self {
        let profile = profile.name();
        let mut graph = Self {
            points: Vec::new(),
            ids: Vec::new(),
            blocked: Vec::new(),
            afloat: Vec::new(),
            hops: Vec::new(),
            board_s: rules.number(&["ferry", "boarding_s"]).unwrap()
                + rules.number(&["ferry", "interval_s"]).unwrap() / 2.0,
        };
        let mut index: HashMap<i64, usize> = HashMap::new();
        for (refs, tags) in &map.ways {
            let (along, against) = rules.speeds(profile, tags);
            if along.or(against).is_none() {
                continue;
            }
            let ferry = !tags.contains_key("highway");
            assert!(
                !ferry || !(tags.contains_key("interval") || tags.contains_key("duration")),
                "the oracle knows no timed ferries"
            );
            for pair in refs.windows(2) {
                let (Some(a), Some(b)) = (map.nodes.get(&pair[0]), map.nodes.get(&pair[1])) else {
                    continue;
                };
                let mut number = |id: i64, (point, tags): &(Point, Tags)| {
                    let number = *index.entry(id).or_insert_with(|| {
                        graph.points.push(*point);
                        graph.ids.push(id);
                        graph.blocked.push(rules.blocks(profile, tags));
                        graph.afloat.push(true);
                        graph.hops.push(Vec::new());
                        graph.points.len() - 1
                    });
                    graph.afloat[number] &= ferry;
                    number
                };
                let (from, to) = (number(pair[0], a), number(pair[1], b));
                let metres = haversine_m(a.0, b.0);
                for (speed, from, to) in [(along, from, to), (against, to, from)] {
                    if let Some(speed) = speed {
                        graph.hops[from].push(Hop { to, seconds: metres * 3.6 / speed, metres, ferry });
                    }
                }
            }
        }
        graph
    }

    /// Fastest time and its length to every node, by whether one arrives by ferry.
    fn dijkstra(&self, from: usize, reverse: Option<&[Vec<Hop>]>) -> Vec<Option<(f64, f64)>> {
        let hops = reverse.unwrap_or(&self.hops);
        let mut best = vec![[None::<(f64, f64)>; 2]; self.points.len()];
        let mut queue = BinaryHeap::from([Ahead { seconds: 0.0, metres: 0.0, node: from, afloat: false }]);
        while let Some(here) = queue.pop() {
            let slot = &mut best[here.node][usize::from(here.afloat)];
            if slot.is_some() {
                continue;
            }
            *slot = Some((here.seconds, here.metres));
            if self.blocked[here.node] && here.node != from {
                continue;
            }
            for hop in &hops[here.node] {
                let boards = hop.ferry && !here.afloat && !(here.node == from && self.afloat[from]);
                let wait = if boards { self.board_s } else { 0.0 };
                queue.push(Ahead {
                    seconds: here.seconds + hop.seconds + wait,
                    metres: here.metres + hop.metres,
                    node: hop.to,
                    afloat: hop.ferry,
                });
            }
        }
        best.iter()
            .map(|[land, ferry]| [*land, *ferry].into_iter().flatten().min_by(|a, b| a.partial_cmp(b).unwrap()))
            .collect()
    }

    /// The largest strongly connected part, by brute force over both directions from likely members.
    fn main_part(&self) -> Vec<usize> {
        let mut reverse: Vec<Vec<Hop>> = self.points.iter().map(|_| Vec::new()).collect();
        for (from, hops) in self.hops.iter().enumerate() {
            for hop in hops {
                reverse[hop.to].push(Hop { to: from, ..*hop });
            }
        }
        let mut best = Vec::new();
        let mut seen: HashSet<usize> = HashSet::new();
        for start in 0..self.points.len() {
            if seen.contains(&start) || self.blocked[start] {
                continue;
            }
            let (there, back) = (self.dijkstra(start, None), self.dijkstra(start, Some(&reverse)));
            let part: Vec<usize> =
                (0..self.points.len()).filter(|&n| there[n].is_some() && back[n].is_some()).collect();
            seen.extend(&part);
            if part.len() > best.len() {
                best = part;
            }
            if best.len() * 2 > self.points.len() {
                break;
            }
        }
        best
    }
}

fn haversine_m(a: Point, b: Point) -> f64 {
    let (phi_a, phi_b) = (a.lat().to_radians(), b.lat().to_radians());
    let (d_phi, d_lambda) = (phi_b - phi_a, (b.lon() - a.lon()).to_radians());
    let h = (d_phi / 2.0).sin().powi(2) + phi_a.cos() * phi_b.cos() * (d_lambda / 2.0).sin().powi(2);
    2.0 * 6_371_008.8 * h.sqrt().asin()
}

struct Ahead {
    seconds: f64,
    metres: f64,
    node: usize,
    afloat: bool,
}

impl Ord for Ahead {
    fn cmp(&self, other: &Self) -> Ordering {
        other.seconds.total_cmp(&self.seconds).then(other.metres.total_cmp(&self.metres))
    }
}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ahead {}

fn agrees(name: &str, seed: u64) {
    let (Some(map), Some(network)) = (RawMap::read(name), import_extract(name)) else {
        return;
    };
    let network = Arc::new(network);
    let rules = Rules::load();
    for profile in Profile::ALL {
        let graph = PlainGraph::of(&map, &rules, profile);
        let main_part = graph.main_part();
        let mut crowd: HashMap<Point, usize> = HashMap::new();
        graph.points.iter().for_each(|point| *crowd.entry(*point).or_default() += 1);
        // Two nodes on one spot, a barrier, or the open water do not say which road a point there is meant to be on.
        let plain = |&&n: &&usize| crowd[&graph.points[n]] == 1 && !graph.blocked[n] && !graph.afloat[n];
        let usable: Vec<usize> = main_part.iter().filter(plain).copied().collect();
        assert!(usable.len() > 500, "{name} {profile}: only {} usable nodes", usable.len());
        let router = Router::new(Arc::clone(&network), profile).unwrap();
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        // A few origins with many destinations each, so that the plain search stays quick.
        let origins: Vec<usize> = usable.sample(&mut random, 25).copied().collect();
        let mut lengths_differ = 0;
        for &origin in &origins {
            let targets: Vec<usize> = (0..PAIRS / 25).map(|_| usable[random.random_range(0..usable.len())]).collect();
            let mut points = vec![graph.points[origin]];
            points.extend(targets.iter().map(|&target| graph.points[target]));
            let matrix = router.matrix(&points).unwrap();
            assert!(
                matrix.snap_distances_m().iter().all(|snap| *snap == Ok(0)),
                "{name} {profile}: a road node is off the road"
            );
            let expected = graph.dijkstra(origin, None);
            for (column, &target) in (1..).zip(&targets) {
                let (seconds, metres) = expected[target].expect("both lie in the main part");
                let leg = matrix.get(0, column).unwrap();
                let pair = format!("{name} {profile}: node {} to {}", graph.ids[origin], graph.ids[target]);
                assert!(
                    (f64::from(leg.seconds) - seconds).abs() <= 1.0,
                    "{pair}: {leg:?}, plain search {seconds} s {metres} m"
                );
                if (f64::from(leg.metres) - metres).abs() > 1.5 {
                    lengths_differ += 1;
                }
                let route = router.route(&[points[0], points[column]]).unwrap();
                assert_eq!(route.legs[0].leg, leg, "{pair}: route and matrix");
                let line = &route.legs[0].geometry;
                let drawn_m: f64 = line.windows(2).map(|pair| haversine_m(pair[0], pair[1])).sum();
                assert!((drawn_m - f64::from(leg.metres)).abs() <= 2.0, "{pair}: {drawn_m} m drawn, {leg:?}");
                assert_eq!((line[0], line[line.len() - 1]), (points[0], points[column]), "{pair}");
            }
        }
        // Two ways within a few milliseconds of each other may be told apart differently by rounded and exact sums.
        assert!(lengths_differ * 50 <= PAIRS, "{name} {profile}: {lengths_differ} of {PAIRS} lengths differ");
        println!("{name} {profile}: {PAIRS} pairs agree, {lengths_differ} lengths differ");
    }
}

#[test]
fn ninhkieu_agrees_with_a_plain_search() {
    agrees("ninhkieu", 1);
}

#[test]
fn monaco_agrees_with_a_plain_search() {
    agrees("monaco", 2);
}

#[test]
fn andorra_agrees_with_a_plain_search() {
    agrees("andorra", 3);
}
