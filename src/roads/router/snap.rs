//! From a point beside the road to a place on it, and from there into the graph.

use rstar::{AABB, RTree, RTreeObject};
use serde::Serialize;

use super::Router;
use crate::roads::{
    Point, Profile, RoadNetwork,
    hierarchy::{Cost, Entry},
    network::RoadKind,
};

/// Segments that share one box in the index: few enough that the box is tight, enough that the index stays small.
const SEGMENTS_PER_BOX: usize = 8;
/// Radius of the first look around a point; it is widened fourfold until a road is found.
const FIRST_LOOK_M: f64 = 60.0;
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Why there is no way from or to a point.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum UnreachableReason {
    /// No road that the profile may use, and that connects to the rest, is near enough.
    #[error("no usable road within {limit_m} m (too_far_from_road)")]
    TooFarFromRoad {
        /// The limit in metres.
        limit_m: u32,
    },
    /// The network claims two places to be connected that are not; only a forged network file can bring this about.
    #[error("the network does not connect it (not_connected)")]
    NotConnected,
}

/// A place on a road.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snap {
    pub(super) road: u32,
    /// Segment of the road's shape.
    pub(super) segment: usize,
    /// How far along the whole road, by length, from 0 to 1.
    pub(super) fraction: f64,
    pub(super) point: Point,
    pub(super) distance_m: u32,
}

/// A few consecutive segments of a road's shape and the box around them.
struct Stretch {
    south_west: [f32; 2],
    north_east: [f32; 2],
    road: u32,
    first_segment: u32,
}

impl RTreeObject for Stretch {
    type Envelope = AABB<[f32; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.south_west, self.north_east)
    }
}

/// Where a journey enters or leaves the graph, and the direction of travel on the snapped road, if any is travelled.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) entry: Entry,
    pub(super) backward: Option<bool>,
}

/// An R-tree over the shapes of the roads that points may be snapped to. Boxes are kept in 32-bit floats, rounded
/// outward: they only choose candidates, distances are computed from the exact shapes.
pub(super) struct SnapIndex {
    tree: RTree<Stretch>,
}

impl SnapIndex {
    pub(super) fn of(network: &RoadNetwork, profile: Profile) -> Self {
        let mut stretches = Vec::new();
        for (number, road) in (0..).zip(network.roads()) {
            let open = [false, true].iter().any(|&backward| road.time_ms(profile, backward).is_some());
            let connected = network.is_in_main_part(road.from, profile) && network.is_in_main_part(road.to, profile);
            if road.kind == RoadKind::Land && open && connected {
                let shape = network.shape_of(road);
                for first in (0..shape.len() - 1).step_by(SEGMENTS_PER_BOX) {
                    let last = (first + SEGMENTS_PER_BOX).min(shape.len() - 1);
                    stretches.push(stretch(number, first, &shape[first..=last]));
                }
            }
        }
        Self { tree: RTree::bulk_load(stretches) }
    }
}

fn stretch(road: u32, first_segment: usize, shape: &[Point]) -> Stretch {
    let (mut south_west, mut north_east) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
    for point in shape {
        for (axis, degrees) in [point.lon(), point.lat()].into_iter().enumerate() {
            south_west[axis] = south_west[axis].min(below(degrees));
            north_east[axis] = north_east[axis].max(above(degrees));
        }
    }
    let first_segment = u32::try_from(first_segment).expect("shapes are numbered with 32 bits");
    Stretch { south_west, north_east, road, first_segment }
}

#[expect(clippy::cast_possible_truncation, reason = "the loss is made up for by the step to the next value")]
fn below(degrees: f64) -> f32 {
    (degrees as f32).next_down()
}

#[expect(clippy::cast_possible_truncation, reason = "the loss is made up for by the step to the next value")]
fn above(degrees: f64) -> f32 {
    (degrees as f32).next_up()
}

/// A flat chart around a point, true to a few parts in a million within the reach of snapping.
struct Chart {
    origin: Point,
    m_per_lat: f64,
    m_per_lon: f64,
}

impl Chart {
    fn around(origin: Point) -> Self {
        let m_per_lat = EARTH_RADIUS_M.to_radians();
        Self { origin, m_per_lat, m_per_lon: m_per_lat * origin.lat().to_radians().cos() }
    }

    fn place(&self, point: Point) -> (f64, f64) {
        ((point.lon() - self.origin.lon()) * self.m_per_lon, (point.lat() - self.origin.lat()) * self.m_per_lat)
    }

    /// How far along the segment its nearest place to the origin is, and the square of its distance in metres.
    fn nearest_on(&self, a: Point, b: Point) -> (f64, f64) {
        let (a, b) = (self.place(a), self.place(b));
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let square = dx * dx + dy * dy;
        let along = if square > 0.0 { (-(a.0 * dx + a.1 * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (a.0 + along * dx, a.1 + along * dy);
        (along, x * x + y * y)
    }

    fn envelope(&self, radius_m: f64) -> AABB<[f32; 2]> {
        let (lat, lon) = (self.origin.lat(), self.origin.lon());
        let by_lat = radius_m / self.m_per_lat;
        // Near the poles a metre is many degrees of longitude; there the whole circle is looked at.
        let by_lon = (radius_m / self.m_per_lon.max(1.0)).min(360.0);
        AABB::from_corners([below(lon - by_lon), below(lat - by_lat)], [above(lon + by_lon), above(lat + by_lat)])
    }
}

/// A candidate, ordered by distance, then by road and segment so that the choice never depends on the index.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Candidate {
    square_m: f64,
    road: u32,
    segment: usize,
    along: f64,
}

impl Router {
    pub(super) fn snap(&self, point: Point) -> Result<Snap, UnreachableReason> {
        let chart = Chart::around(point);
        let limit_m = f64::from(self.snap_limit_m);
        let mut radius_m = FIRST_LOOK_M.min(limit_m);
        loop {
            let best = self.nearest(&chart, radius_m).filter(|best| best.square_m <= radius_m * radius_m);
            if let Some(best) = best {
                return Ok(self.snap_at(point, &best));
            }
            if radius_m >= limit_m {
                return Err(UnreachableReason::TooFarFromRoad { limit_m: self.snap_limit_m });
            }
            radius_m = (radius_m * 4.0).min(limit_m);
        }
    }

    fn nearest(&self, chart: &Chart, radius_m: f64) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for stretch in self.index.tree.locate_in_envelope_intersecting(chart.envelope(radius_m)) {
            let shape = self.network.shape_of(&self.network.roads()[stretch.road as usize]);
            let first = stretch.first_segment as usize;
            let last = (first + SEGMENTS_PER_BOX).min(shape.len() - 1);
            for segment in first..last {
                let (along, square_m) = chart.nearest_on(shape[segment], shape[segment + 1]);
                let candidate = Candidate { square_m, road: stretch.road, segment, along };
                if best.is_none_or(|best| candidate < best) {
                    best = Some(candidate);
                }
            }
        }
        best
    }

    fn snap_at(&self, point: Point, at: &Candidate) -> Snap {
        let shape = self.network.shape_of(&self.network.roads()[at.road as usize]);
        let length_m = |points: &[Point]| points.windows(2).map(|pair| pair[0].great_circle_m(pair[1])).sum::<f64>();
        let total_m = length_m(shape);
        let here_m = shape[at.segment].great_circle_m(shape[at.segment + 1]) * at.along;
        let at_start = at.segment == 0 && at.along <= 0.0;
        let at_finish = at.segment + 2 == shape.len() && at.along >= 1.0;
        let fraction = if at_start {
            0.0
        } else if at_finish {
            1.0
        } else if total_m > 0.0 {
            (length_m(&shape[..=at.segment]) + here_m) / total_m
        } else {
            0.0
        };
        let snapped = shape[at.segment].towards(shape[at.segment + 1], at.along);
        Snap {
            road: at.road,
            segment: at.segment,
            fraction: fraction.clamp(0.0, 1.0),
            point: snapped,
            distance_m: whole_m(point.great_circle_m(snapped)),
        }
    }

    /// Costs from the road's drawn start to the place and from the place to its drawn end, in one direction of travel;
    /// `None` where that direction is closed. Both add up to the whole road exactly.
    fn split(&self, snap: &Snap, backward: bool) -> Option<(Cost, Cost)> {
        let road = &self.network.roads()[snap.road as usize];
        let time_ms = road.time_ms(self.profile, backward)?;
        let before = Cost::new(share(time_ms, snap.fraction), share(road.length_cm, snap.fraction));
        Some((before, Cost::new(time_ms, road.length_cm).less(before)))
    }

    /// Where a traveller who starts at the place enters the graph.
    pub(super) fn entries(&self, snap: &Snap) -> Vec<End> {
        self.ends(snap, true)
    }

    /// Where a traveller bound for the place leaves the graph.
    pub(super) fn exits(&self, snap: &Snap) -> Vec<End> {
        self.ends(snap, false)
    }

    fn ends(&self, snap: &Snap, departing: bool) -> Vec<End> {
        let road = &self.network.roads()[snap.road as usize];
        let end =
            |vertex, cost, backward| End { entry: Entry { vertex: self.hierarchy.number_of(vertex), cost }, backward };
        // Whoever stands on a vertex need not travel the road, which may be one-way, to have been there.
        if snap.fraction <= 0.0 {
            return vec![end(road.from, Cost::ZERO, None)];
        }
        if snap.fraction >= 1.0 {
            return vec![end(road.to, Cost::ZERO, None)];
        }
        [false, true]
            .into_iter()
            .filter_map(|backward| {
                let (before, after) = self.split(snap, backward)?;
                let (vertex, cost) = if departing == backward { (road.from, before) } else { (road.to, after) };
                Some(end(vertex, cost, Some(backward)))
            })
            .collect()
    }

    /// Travel between two places on the same road without leaving it, and whether it goes against the drawing.
    pub(super) fn direct(&self, source: &Snap, target: &Snap) -> Option<(Cost, bool)> {
        [false, true]
            .into_iter()
            .filter(
                |&backward| {
                    if backward { source.fraction >= target.fraction } else { source.fraction <= target.fraction }
                },
            )
            .filter_map(|backward| {
                let (source, _) = self.split(source, backward)?;
                let (target, _) = self.split(target, backward)?;
                Some((if backward { source.less(target) } else { target.less(source) }, backward))
            })
            .min()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a u32 fits one")]
fn share(whole: u32, fraction: f64) -> u32 {
    (f64::from(whole) * fraction).round() as u32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates; distances are not negative"
)]
fn whole_m(metres: f64) -> u32 {
    metres.round() as u32
}
