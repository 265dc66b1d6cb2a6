//! A route through points in a given order, with its geometry.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Router,
    matrix::Leg,
    snap::{End, Snap, UnreachableReason},
};
use crate::roads::{
    Point, RoadsError, TravelBasis,
    hierarchy::{Cost, Entry},
};

/// Travel from one point of a route to the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RouteLeg {
    /// Time and distance.
    #[serde(flatten)]
    pub leg: Leg,
    /// The way taken, at least two points, from snapped place to snapped place.
    pub geometry: Vec<Point>,
}

/// A route through points in a given order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoutePath {
    /// One leg for each pair of consecutive points.
    pub legs: Vec<RouteLeg>,
    /// What the figures rest on.
    pub basis: TravelBasis,
}

impl RoutePath {
    /// Whole seconds of all legs.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.legs.iter().map(|leg| u64::from(leg.leg.seconds)).sum()
    }

    /// Whole metres of all legs.
    #[must_use]
    pub fn metres(&self) -> u64 {
        self.legs.iter().map(|leg| u64::from(leg.leg.metres)).sum()
    }

    /// The route as a `GeoJSON` `FeatureCollection` (RFC 7946), one `LineString` a leg, longitude before latitude, each
    /// with its `leg` number, `seconds`, `metres` and the `basis` of the figures.
    #[must_use]
    pub fn to_geojson(&self) -> Value {
        let basis = self.basis.label();
        let features: Vec<Value> = self
            .legs
            .iter()
            .enumerate()
            .map(|(number, leg)| {
                let coordinates: Vec<[f64; 2]> = leg.geometry.iter().map(|point| [point.lon(), point.lat()]).collect();
                json!({
                    "type": "Feature",
                    "geometry": { "type": "LineString", "coordinates": coordinates },
                    "properties": {
                        "leg": number,
                        "seconds": leg.leg.seconds,
                        "metres": leg.leg.metres,
                        "basis": basis,
                    },
                })
            })
            .collect();
        json!({ "type": "FeatureCollection", "features": features })
    }
}

/// A line under construction; `GeoJSON` wants two positions even where nobody moves.
pub(in crate::roads) fn line(points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut line: Vec<Point> = points.into_iter().collect();
    line.dedup();
    if let [only] = line[..] {
        line.push(only);
    }
    line
}

impl Router {
    /// The fastest way through the points in the given order.
    ///
    /// # Errors
    /// [`RoadsError::TooFewPoints`]; [`RoadsError::PointUnreachable`] naming the first point too far from any road.
    pub fn route(&self, points: &[Point]) -> Result<RoutePath, RoadsError> {
        if points.len() < 2 {
            return Err(RoadsError::TooFewPoints(points.len()));
        }
        let snaps = points
            .iter()
            .enumerate()
            .map(|(index, &point)| self.snap(point).map_err(|reason| RoadsError::PointUnreachable { index, reason }))
            .collect::<Result<Vec<Snap>, RoadsError>>()?;
        let mut search = self.path_search();
        let legs = snaps
            .windows(2)
            .enumerate()
            .map(|(index, pair)| {
                let (source, target) = (&pair[0], &pair[1]);
                let direct = if source.road == target.road { self.direct(source, target) } else { None };
                let (entries, exits) = (self.entries(source), self.exits(target));
                let around = search.run(&self.hierarchy, &core_ends(&entries), &core_ends(&exits));
                Ok(match (direct, around) {
                    (Some((cost, backward)), around) if around.as_ref().is_none_or(|around| cost <= around.cost) => {
                        (cost, self.line_along(source, target, backward))
                    }
                    (_, Some(around)) => {
                        let (entry, exit) = (&entries[around.source], &exits[around.target]);
                        (around.cost, self.line_around((source, entry), (target, exit), &around.arcs))
                    }
                    (_, None) => {
                        return Err(RoadsError::PointUnreachable {
                            index: index + 1,
                            reason: UnreachableReason::NotConnected,
                        });
                    }
                })
            })
            .map(|leg| {
                let (cost, geometry): (Cost, Vec<Point>) = leg?;
                Ok(RouteLeg { leg: Leg { seconds: cost.seconds(), metres: cost.metres() }, geometry })
            })
            .collect::<Result<Vec<RouteLeg>, RoadsError>>()?;
        Ok(RoutePath { legs, basis: self.basis() })
    }

    fn line_along(&self, source: &Snap, target: &Snap, backward: bool) -> Vec<Point> {
        let shape = self.network.shape_of(&self.network.roads()[source.road as usize]);
        let (first, last) = if backward { (target, source) } else { (source, target) };
        let mut points = vec![first.point];
        points.extend(shape.get(first.segment + 1..=last.segment).unwrap_or_default());
        points.push(last.point);
        if backward {
            points.reverse();
        }
        line(points)
    }

    fn line_around(&self, (source, entry): (&Snap, &End), (target, exit): (&Snap, &End), arcs: &[u32]) -> Vec<Point> {
        let roads = self.network.roads();
        let mut points = vec![source.point];
        let shape = self.network.shape_of(&roads[source.road as usize]);
        match entry.backward {
            Some(true) => points.extend(shape[..=source.segment].iter().rev()),
            Some(false) => points.extend(&shape[source.segment + 1..]),
            None => {}
        }
        for &arc in arcs {
            let shape = self.network.shape_of(&roads[(arc / 2) as usize]);
            if arc % 2 == 0 {
                points.extend(shape);
            } else {
                points.extend(shape.iter().rev());
            }
        }
        let shape = self.network.shape_of(&roads[target.road as usize]);
        match exit.backward {
            Some(true) => points.extend(shape[target.segment + 1..].iter().rev()),
            Some(false) => points.extend(&shape[..=target.segment]),
            None => {}
        }
        points.push(target.point);
        line(points)
    }
}

fn core_ends(ends: &[End]) -> Vec<Entry> {
    ends.iter().map(|end| end.entry).collect()
}
