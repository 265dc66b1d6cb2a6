use super::{DayPlan, Service};
use crate::{
    dispatch::point,
    domain::{Place, Position, Route},
    roads::Travel,
};

/// What the line of a route rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineBasis {
    /// The ways of the road network.
    Roads,
    /// Straight lines between the stops: no network is loaded, or it does not reach them.
    StraightLine,
}

impl LineBasis {
    /// A word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Roads => "roads",
            Self::StraightLine => "straight_line",
        }
    }
}

/// Where a route runs.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteGeometry {
    /// The position of each stop; `None` for a home that is gone.
    pub stops: Vec<Option<Position>>,
    /// The line through all stops, longitude and latitude in degrees.
    pub line: Vec<[f64; 2]>,
    /// What the line rests on.
    pub basis: LineBasis,
}

impl Service {
    /// Where a route of `day` runs: along the roads where a network is loaded that reaches all stops.
    #[must_use]
    pub fn geometry(&self, day: &DayPlan, route: &Route) -> RouteGeometry {
        let position = |place| match place {
            Place::Site(id) => day.centre.site(id).map(|site| site.position),
            Place::Home(id) => day.home(id).map(|home| home.position),
        };
        let stops: Vec<Option<Position>> = route.stops.iter().map(|stop| position(stop.place)).collect();
        let known: Vec<Position> = stops.iter().flatten().copied().collect();
        let on_roads = match self.travel().of(route.profile) {
            Travel::Estimate(_) => None,
            travel @ Travel::Network(_) => along_roads(travel, &known),
        };
        let (line, basis) = match on_roads {
            Some(line) => (line, LineBasis::Roads),
            None => (known.iter().map(|at| [at.lon(), at.lat()]).collect(), LineBasis::StraightLine),
        };
        RouteGeometry { stops, line, basis }
    }
}

fn along_roads(travel: &Travel, stops: &[Position]) -> Option<Vec<[f64; 2]>> {
    let points = stops.iter().map(|stop| point(*stop)).collect::<Result<Vec<_>, _>>().ok()?;
    let path = travel.route(&points).ok()?;
    let mut line: Vec<[f64; 2]> =
        path.legs.iter().flat_map(|leg| leg.geometry.iter().map(|at| [at.lon(), at.lat()])).collect();
    line.dedup();
    (line.len() > 1).then_some(line)
}
