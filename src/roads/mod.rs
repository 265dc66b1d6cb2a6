//! Road networks: import, snapping, travel matrices, route geometry.
//!
//! ```text
//! rules    which ways a profile may use and how fast, as data
//! import   an OpenStreetMap extract, streamed, into a network
//! network  vertices, roads, parts, one compact file
//! hierarchy  the ranking that makes exact searches short
//! router   snapping, matrices, routes for one profile
//! travel   the same questions, by a network or by an estimate, always labelled
//! ```
//!
//! Everything is computed in whole milliseconds and centimetres; results are whole seconds and metres, rounded once
//! from the sum. Of ways that take the same time, the shorter counts. This layer knows nothing of documents, offices,
//! stops, vehicles' loads or the time of day, and touches neither clock nor environment nor file system: readers are
//! handed in.
//!
//! ```
//! use std::{io, ops::ControlFlow, sync::Arc};
//! use conthoi::roads::{Point, Profile, RoadRules, Router, import};
//!
//! let map = r#"<osm version="0.6">
//!   <node id="1" lat="9.6000" lon="105.9700"/>
//!   <node id="2" lat="9.6090" lon="105.9700"/>
//!   <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
//! </osm>"#;
//! let open = || Ok::<_, io::Error>(map.as_bytes());
//! let network = import::from_xml("one street", open, &RoadRules::default(), &mut |_| ControlFlow::Continue(()))?;
//! let router = Router::new(Arc::new(network), Profile::Motorbike)?;
//! let points = [Point::from_degrees(9.6, 105.97)?, Point::from_degrees(9.609, 105.97)?];
//! let leg = router.matrix(&points)?.get(0, 1).expect("both points lie on the street");
//! assert_eq!((leg.seconds, leg.metres), (164, 1001));
//! # Ok::<(), conthoi::roads::RoadsError>(())
//! ```

mod error;
mod hierarchy;
pub mod import;
mod network;
mod position;
mod profile;
mod router;
mod rules;
mod travel;

pub use error::RoadsError;
pub use network::{ATTRIBUTION, Arc, NetworkSummary, ProfileSummary, RoadKind, RoadNetwork};
pub use position::{BoundingBox, Point};
pub use profile::Profile;
pub use router::{
    DEFAULT_SNAP_LIMIT_M, Leg, MatrixProgress, RouteLeg, RoutePath, Router, TravelMatrix, Unreachable,
    UnreachableReason,
};
pub use rules::RoadRules;
pub use travel::{Estimate, Travel, TravelBasis};
