//! From ways and nodes to vertices and roads.
//!
//! Ways are cut at junctions, ends and barriers into pieces; pieces that meet two by two with the same
//! speeds are joined again into one road, so that a vertex stands only where there is a choice or the speed changes. Two things are
//! made of short connecting roads of no length: a barrier links the roads that meet at it for those whom it lets
//! pass, and a landing stage links ferry and land with the boarding time, charged once however the ferry is drawn.

use std::collections::BTreeMap;

use super::collect::{Nodes, Ways};
use crate::roads::{
    Point, Profile, RoadsError,
    network::{CLOSED, Parts, Road, RoadKind},
    rules::{RoadRules, WayTravel},
};

/// No piece joins here.
const NO_MATE: u32 = u32::MAX;
/// Millimetres in a metre times milliseconds in an hour.
const MM_MS_PER_M_HOUR: f64 = 1000.0 * 3_600_000.0;

/// A run of one way between two cuts, in drawing direction.
struct Piece {
    /// Range of node indices in `Pieces::shape`.
    first: usize,
    last: usize,
    length_m: f64,
    travel: u32,
}

#[derive(Default)]
struct Pieces {
    all: Vec<Piece>,
    shape: Vec<u32>,
    missing_nodes: u64,
}

/// One end of a piece: the piece's number doubled, plus one for the end where its drawing stops.
type PieceEnd = u32;

/// Joins the ways into the raw material of a network.
pub(super) fn assemble(mut ways: Ways, nodes: &Nodes, rules: &RoadRules) -> Result<Parts, RoadsError> {
    let pieces = cut(&mut ways, nodes);
    if pieces.all.is_empty() {
        return Err(RoadsError::NoRoads);
    }
    if pieces.all.len() > (u32::MAX / 8) as usize {
        return Err(RoadsError::TooLarge { what: "road pieces", limit: u64::from(u32::MAX / 8) });
    }
    let mut km_by_class = BTreeMap::new();
    for piece in &pieces.all {
        let class = rules.class_name(ways.travel(piece.travel).class);
        *km_by_class.entry(class.to_owned()).or_insert(0.0) += piece.length_m / 1000.0;
    }
    let mates = find_mates(&pieces, &ways, nodes);
    let mut drawing = Drawing {
        pieces: &pieces,
        ways: &ways,
        nodes,
        parts: Parts::default(),
        ends: Vec::new(),
        board_ms: Vec::new(),
    };
    drawing.walk_chains(mates);
    drawing.place_vertices();
    let mut parts = drawing.parts;
    parts.km_by_class = km_by_class;
    parts.missing_nodes = pieces.missing_nodes;
    Ok(parts)
}

/// Cuts every way at junctions, barriers and holes in the extract.
fn cut(ways: &mut Ways, nodes: &Nodes) -> Pieces {
    let degree = degrees(ways, nodes);
    let mut pieces = Pieces::default();
    ways.drain_indexed(nodes, |ways, refs, travel| {
        let travel = timed_crossing(ways, nodes, refs, travel);
        let is_cut = |node: u32| degree[node as usize] != 2 || nodes.blocked(node) != 0;
        let mut open: Option<(usize, f64, Point)> = None;
        let close = |pieces: &mut Pieces, first: usize, length_m: f64| {
            if pieces.shape.len() - first < 2 {
                pieces.shape.truncate(first);
            } else {
                pieces.all.push(Piece { first, last: pieces.shape.len() - 1, length_m, travel });
            }
        };
        for &node in refs {
            let Some(point) = nodes.point(node) else {
                pieces.missing_nodes += 1;
                if let Some((first, length_m, _)) = open.take() {
                    close(&mut pieces, first, length_m);
                }
                continue;
            };
            let Some((first, length_m, previous)) = open else {
                open = Some((pieces.shape.len(), 0.0, point));
                pieces.shape.push(node);
                continue;
            };
            if pieces.shape.last() == Some(&node) {
                continue;
            }
            let length_m = length_m + previous.great_circle_m(point);
            pieces.shape.push(node);
            if is_cut(node) {
                close(&mut pieces, first, length_m);
                open = Some((pieces.shape.len(), 0.0, point));
                pieces.shape.push(node);
            } else {
                open = Some((first, length_m, point));
            }
        }
        if let Some((first, length_m, _)) = open {
            close(&mut pieces, first, length_m);
        }
    });
    pieces
}

/// How many segments meet at each node, counted up to 3.
fn degrees(ways: &Ways, nodes: &Nodes) -> Vec<u8> {
    let mut degree = vec![0_u8; nodes.len()];
    let mut touch = |node: u32| {
        let count = &mut degree[node as usize];
        *count = (*count + 1).min(3);
    };
    ways.each_segment(nodes, |a, b| {
        if a != b && nodes.point(a).is_some() && nodes.point(b).is_some() {
            touch(a);
            touch(b);
        }
    });
    degree
}

/// A ferry with a stated crossing time goes as fast as its length demands.
fn timed_crossing(ways: &mut Ways, nodes: &Nodes, refs: &[u32], travel: u32) -> u32 {
    let stated = ways.travel(travel);
    let Some(crossing_ms) = stated.ferry.and_then(|ferry| ferry.crossing_ms) else {
        return travel;
    };
    let points: Vec<Point> = refs.iter().filter_map(|&node| nodes.point(node)).collect();
    let length_m: f64 = points.windows(2).map(|pair| pair[0].great_circle_m(pair[1])).sum();
    let speed = whole(length_m * MM_MS_PER_M_HOUR / f64::from(crossing_ms)).max(1);
    let at_speed = |open: [Option<u32>; Profile::COUNT]| open.map(|closed_or_not| closed_or_not.map(|_| speed));
    let timed = WayTravel {
        forward_mm_per_h: at_speed(stated.forward_mm_per_h),
        backward_mm_per_h: at_speed(stated.backward_mm_per_h),
        ..stated.clone()
    };
    ways.intern(timed)
}

/// For each piece end, the one other piece end it continues into.
fn find_mates(pieces: &Pieces, ways: &Ways, nodes: &Nodes) -> Vec<PieceEnd> {
    let mut ends: Vec<(u32, PieceEnd)> = Vec::with_capacity(pieces.all.len() * 2);
    for number in 0..u32_len(pieces.all.len()) {
        for end in [number * 2, number * 2 + 1] {
            ends.push((pieces.node_at(end), end));
        }
    }
    ends.sort_unstable();
    let mut mates = vec![NO_MATE; ends.len()];
    for group in ends.chunk_by(|a, b| a.0 == b.0) {
        if let &[(node, a), (_, b)] = group
            && a / 2 != b / 2
            && nodes.blocked(node) == 0
            && continues(
                ways.travel(pieces.of(a).travel),
                a % 2 == 1,
                ways.travel(pieces.of(b).travel),
                b.is_multiple_of(2),
            )
        {
            mates[a as usize] = b;
            mates[b as usize] = a;
        }
    }
    mates
}

/// Whether `a` goes on as `b` with the same speeds both ways, so that time stays proportional to length along the
/// joined road and a place in its middle has an exact time; `along` is drawing direction.
fn continues(a: &WayTravel, a_along: bool, b: &WayTravel, b_along: bool) -> bool {
    let speeds = |travel: &WayTravel, along: bool| {
        let (there, back) = (travel.forward_mm_per_h, travel.backward_mm_per_h);
        if along { (there, back) } else { (back, there) }
    };
    a.ferry == b.ferry && speeds(a, a_along) == speeds(b, b_along)
}

impl Pieces {
    fn of(&self, end: PieceEnd) -> &Piece {
        &self.all[(end / 2) as usize]
    }

    fn node_at(&self, end: PieceEnd) -> u32 {
        let piece = self.of(end);
        self.shape[if end.is_multiple_of(2) { piece.first } else { piece.last }]
    }
}

/// A road's end waiting for its vertex.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct RoadEnd {
    node: u32,
    road: u32,
    at_finish: bool,
}

struct Drawing<'a> {
    pieces: &'a Pieces,
    ways: &'a Ways,
    nodes: &'a Nodes,
    parts: Parts,
    ends: Vec<RoadEnd>,
    /// Boarding time of each road so far; 0 on land.
    board_ms: Vec<u32>,
}

impl Drawing<'_> {
    /// Follows mates from every end that has none; what is left over are rings, opened where they start.
    fn walk_chains(&mut self, mut mates: Vec<PieceEnd>) {
        let count = u32_len(self.pieces.all.len());
        let mut drawn = vec![false; self.pieces.all.len()];
        for number in 0..count {
            for start in [number * 2, number * 2 + 1] {
                if !drawn[number as usize] && mates[start as usize] == NO_MATE {
                    self.draw_chain(start, &mates, &mut drawn);
                }
            }
        }
        for number in 0..count {
            if !drawn[number as usize] {
                let start = number * 2;
                let before = std::mem::replace(&mut mates[start as usize], NO_MATE);
                mates[before as usize] = NO_MATE;
                self.draw_chain(start, &mates, &mut drawn);
            }
        }
    }

    /// Draws one road from the piece end `start` to the first end without a mate. Times and lengths are added up
    /// as fractions and rounded once.
    fn draw_chain(&mut self, start: PieceEnd, mates: &[PieceEnd], drawn: &mut [bool]) {
        let first_point = self.parts.shape.len();
        let mut length_m = 0.0;
        let mut forward = [0.0; Profile::COUNT];
        let mut backward = [0.0; Profile::COUNT];
        let mut entry = start;
        let travel = self.ways.travel(self.pieces.of(start).travel);
        let ferry = travel.ferry;
        let leave = loop {
            let piece = self.pieces.of(entry);
            drawn[(entry / 2) as usize] = true;
            let travel = self.ways.travel(piece.travel);
            let along = entry.is_multiple_of(2);
            let (there, back) = if along {
                (travel.forward_mm_per_h, travel.backward_mm_per_h)
            } else {
                (travel.backward_mm_per_h, travel.forward_mm_per_h)
            };
            length_m += piece.length_m;
            for profile in 0..Profile::COUNT {
                forward[profile] += time_ms(piece.length_m, there[profile]);
                backward[profile] += time_ms(piece.length_m, back[profile]);
            }
            let nodes = &self.pieces.shape[piece.first..=piece.last];
            let already = usize::from(entry != start);
            let mut draw = |node: &u32| {
                self.parts.shape.push(self.nodes.point(*node).expect("pieces run over found nodes only"));
            };
            if along {
                nodes[already..].iter().for_each(&mut draw);
            } else {
                nodes.iter().rev().skip(already).for_each(&mut draw);
            }
            let leave = entry ^ 1;
            match mates[leave as usize] {
                NO_MATE => break leave,
                next => entry = next,
            }
        };
        let number = u32_len(self.parts.roads.len());
        self.ends.push(RoadEnd { node: self.pieces.node_at(start), road: number, at_finish: false });
        self.ends.push(RoadEnd { node: self.pieces.node_at(leave), road: number, at_finish: true });
        self.parts.roads.push(Road {
            kind: ferry.map_or(RoadKind::Land, |_| RoadKind::Ferry),
            from: 0,
            to: 0,
            first_point: u32_len(first_point),
            points: u32_len(self.parts.shape.len() - first_point),
            length_cm: whole(length_m * 100.0),
            forward_ms: forward.map(whole_or_closed),
            backward_ms: backward.map(whole_or_closed),
        });
        self.board_ms.push(ferry.map_or(0, |ferry| ferry.board_ms));
    }

    /// Gives every road end its vertex, and barriers and landing stages their connecting roads.
    fn place_vertices(&mut self) {
        let mut ends = std::mem::take(&mut self.ends);
        ends.sort_unstable();
        let board_ms = std::mem::take(&mut self.board_ms);
        for group in ends.chunk_by(|a, b| a.node == b.node) {
            let node = group[0].node;
            let point = self.nodes.point(node).expect("pieces run over found nodes only");
            let blocked = self.nodes.blocked(node);
            let is_ferry = |end: &RoadEnd| self.parts.roads[end.road as usize].kind == RoadKind::Ferry;
            let landing = group.iter().any(is_ferry) && !group.iter().all(is_ferry);
            let centre = self.vertex(point);
            for end in group {
                let board = landing && self.parts.roads[end.road as usize].kind == RoadKind::Ferry;
                let vertex = if blocked == 0 && !board {
                    centre
                } else {
                    let own = self.vertex(point);
                    let wait_ms = if board { board_ms[end.road as usize] } else { 0 };
                    let kind = if board { RoadKind::Landing } else { RoadKind::Barrier };
                    self.connect(kind, centre, own, point, wait_ms, blocked);
                    own
                };
                let road = &mut self.parts.roads[end.road as usize];
                if end.at_finish {
                    road.to = vertex;
                } else {
                    road.from = vertex;
                }
            }
        }
    }

    fn vertex(&mut self, point: Point) -> u32 {
        self.parts.vertices.push(point);
        u32_len(self.parts.vertices.len() - 1)
    }

    fn connect(&mut self, kind: RoadKind, from: u32, to: u32, point: Point, forward_ms: u32, blocked: u8) {
        let first_point = u32_len(self.parts.shape.len());
        self.parts.shape.extend([point, point]);
        let open = |ms: u32| Profile::ALL.map(|profile| if blocked & profile.bit() == 0 { ms } else { CLOSED });
        self.parts.roads.push(Road {
            kind,
            from,
            to,
            first_point,
            points: 2,
            length_cm: 0,
            forward_ms: open(forward_ms),
            backward_ms: open(0),
        });
    }
}

fn time_ms(length_m: f64, mm_per_hour: Option<u32>) -> f64 {
    mm_per_hour.map_or(f64::INFINITY, |speed| length_m * MM_MS_PER_M_HOUR / f64::from(speed))
}

fn whole_or_closed(ms: f64) -> u32 {
    if ms.is_finite() { whole(ms).min(CLOSED - 1) } else { CLOSED }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and nothing here is negative"
)]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

fn u32_len(len: usize) -> u32 {
    u32::try_from(len).expect("sizes were checked against u32 when nodes and pieces were counted")
}
