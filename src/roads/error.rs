//! What can go wrong in this layer, said so that the reader knows what to do.

use std::io;

use super::router::UnreachableReason;

/// Everything that can fail while rules, maps, networks or routes are read and computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoadsError {
    /// A latitude or longitude that is no place on Earth.
    #[error(
        "position latitude {lat}, longitude {lon} is not on Earth: latitude is within ±90 and longitude within ±180 degrees; check whether the two are swapped"
    )]
    InvalidPosition {
        /// The latitude as given, in degrees.
        lat: f64,
        /// The longitude as given, in degrees.
        lon: f64,
    },
    /// A profile name that is none of ours.
    #[error("profile `{0}` is unknown: use `motorbike`, `car` or `foot`")]
    UnknownProfile(String),
    /// The speed and access rules do not parse.
    #[error("road rules: {0}")]
    Rules(String),
    /// The map source could not be opened or read.
    #[error("the map could not be read: {0}")]
    Read(#[source] io::Error),
    /// A `.osm.pbf` file is truncated, corrupt or of an unknown kind.
    #[error(
        "the .osm.pbf map is broken in blob {blob}, which starts at byte {offset}: {problem}; fetch the file again and compare its checksum"
    )]
    Pbf {
        /// Number of the blob in the file, from 0.
        blob: u64,
        /// Where the blob starts, in bytes from the start of the file.
        offset: u64,
        /// What was wrong.
        problem: String,
    },
    /// A `.osm` file is truncated, ill-formed or not OpenStreetMap XML.
    #[error("the .osm map is broken near byte {offset}: {problem}")]
    Xml {
        /// Bytes read when the problem was met.
        offset: u64,
        /// What was wrong.
        problem: String,
    },
    /// The map needs a feature that this reader does not have.
    #[error("the map requires feature `{0}`, which this reader does not support: use a plain extract without history")]
    UnsupportedFeature(String),
    /// The map is sound but holds no road that any profile may use.
    #[error("the map holds no road or ferry that any profile may use: is it an extract with `highway` ways?")]
    NoRoads,
    /// The map or the network outgrows the 32-bit indices used here.
    #[error("the map is too large: more than {limit} {what}; cut a smaller extract")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many are possible.
        limit: u64,
    },
    /// The caller's progress callback asked to stop.
    #[error("stopped on request")]
    Cancelled,
    /// The file is not a network file at all.
    #[error(
        "this is not a Conthoi road network file (its first bytes differ): build one from an OpenStreetMap extract"
    )]
    NotANetworkFile,
    /// The network file was written by another version.
    #[error(
        "the road network file has format version {found}, this program reads version {supported}: build it again from the extract"
    )]
    NetworkVersion {
        /// The version in the file.
        found: u32,
        /// The version this program reads.
        supported: u32,
    },
    /// The network file ends too early, within its header or its content.
    #[error(
        "the road network file is truncated: {expected} bytes should follow, {found} are there; copy or build it again"
    )]
    NetworkTruncated {
        /// Bytes that header or content should have.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// The network file's content does not match its checksum.
    #[error(
        "the road network file is damaged: its checksum is {found:08x} instead of {expected:08x}; copy or build it again"
    )]
    NetworkChecksum {
        /// The checksum the header announces.
        expected: u32,
        /// The checksum of the content.
        found: u32,
    },
    /// The network file passes its checksum but contradicts itself.
    #[error("the road network file is inconsistent: {0}; build it again from the extract")]
    NetworkContent(String),
    /// The network file could not be written.
    #[error("the road network could not be written: {0}")]
    Write(#[source] io::Error),
    /// A route needs at least two points.
    #[error("a route needs at least 2 points, {0} given")]
    TooFewPoints(usize),
    /// A point of a route cannot be reached.
    #[error("point {index} of the route (counted from 0) cannot be reached: {reason}")]
    PointUnreachable {
        /// The point's index in the request.
        index: usize,
        /// Why.
        reason: UnreachableReason,
    },
    /// A point list longer than a matrix can hold.
    #[error("{0} points are too many for one matrix: ask for at most 65,535")]
    TooManyPoints(usize),
}
