//! From an OpenStreetMap extract to a [`RoadNetwork`], streaming.
//!
//! The source is read twice: first the ways, to learn which nodes matter; then those nodes. Only the node ids
//! of usable ways and their positions are held, in flat sorted arrays, so memory follows the road network, not
//! the file. Nothing is assumed about the order of elements. Either a whole network comes out or one error.
//!
//! Not read: relations (turn restrictions among them), conditional and directional access tags, traffic signals.

mod assemble;
mod collect;
mod pbf;
mod xml;

use std::{
    io::{self, BufRead, BufReader, Read},
    ops::ControlFlow,
};

use collect::{Nodes, Ways};

use super::{
    BoundingBox, Profile, RoadNetwork, RoadsError,
    network::{Origin, Parts},
    rules::RoadRules,
};

/// How far an import has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ImportProgress {
    /// What is being done.
    pub stage: ImportStage,
    /// Bytes of the source read in this stage; compare with the file's size. Zero in stages that read nothing.
    pub bytes_read: u64,
}

/// The steps of an import, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ImportStage {
    /// First reading: which ways are roads.
    Ways,
    /// Second reading: where their nodes are.
    Nodes,
    /// Joining ways into a graph.
    Graph,
    /// Ranking the vertices for fast search by one profile.
    Hierarchy(Profile),
}

/// What a source says of itself.
#[derive(Clone, Copy, Debug, Default)]
struct SourceHeader {
    bounds: Option<BoundingBox>,
    timestamp_s: Option<i64>,
}

type Progress<'a> = &'a mut dyn FnMut(ImportProgress) -> ControlFlow<()>;

/// Imports an `.osm.pbf` extract. `open` is called once for each of the two readings and hands out the whole file
/// from its start; `name` is how the network is to be called in labels.
///
/// # Errors
/// [`RoadsError::Pbf`] with blob and byte offset for a truncated or corrupt file, [`RoadsError::UnsupportedFeature`],
/// [`RoadsError::NoRoads`], [`RoadsError::TooLarge`], [`RoadsError::Read`], [`RoadsError::Cancelled`].
pub fn from_pbf<R: Read + Send>(
    name: &str,
    mut open: impl FnMut() -> io::Result<R>,
    rules: &RoadRules,
    progress: Progress<'_>,
) -> Result<RoadNetwork, RoadsError> {
    let mut ways = Ways::default();
    let reader = open().map_err(RoadsError::Read)?;
    let (header, blobs) = pbf::read_ways(reader, rules, &mut ways, &mut at_stage(ImportStage::Ways, progress))?;
    let mut nodes = ways.wanted_nodes()?;
    let reader = open().map_err(RoadsError::Read)?;
    pbf::read_nodes(reader, rules, &blobs, &mut nodes, &mut at_stage(ImportStage::Nodes, progress))?;
    finish(name, header, ways, &nodes, rules, progress)
}

/// Imports an uncompressed `.osm` (OpenStreetMap XML) extract; see [`from_pbf`].
///
/// # Errors
/// [`RoadsError::Xml`] with the byte offset for a truncated or ill-formed file, otherwise as [`from_pbf`].
pub fn from_xml<R: Read>(
    name: &str,
    mut open: impl FnMut() -> io::Result<R>,
    rules: &RoadRules,
    progress: Progress<'_>,
) -> Result<RoadNetwork, RoadsError> {
    let mut buffered = || -> Result<Box<dyn BufRead + '_>, RoadsError> {
        Ok(Box::new(BufReader::new(open().map_err(RoadsError::Read)?)))
    };
    let mut ways = Ways::default();
    let header = xml::read_ways(buffered()?, rules, &mut ways, &mut at_stage(ImportStage::Ways, progress))?;
    let mut nodes = ways.wanted_nodes()?;
    xml::read_nodes(buffered()?, rules, &mut nodes, &mut at_stage(ImportStage::Nodes, progress))?;
    finish(name, header, ways, &nodes, rules, progress)
}

/// Adapts the caller's callback to "so many bytes read, may I go on?".
fn at_stage(stage: ImportStage, progress: Progress<'_>) -> impl FnMut(u64) -> Result<(), RoadsError> + '_ {
    move |bytes_read| match progress(ImportProgress { stage, bytes_read }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(RoadsError::Cancelled),
    }
}

fn finish(
    name: &str,
    header: SourceHeader,
    ways: Ways,
    nodes: &Nodes,
    rules: &RoadRules,
    progress: Progress<'_>,
) -> Result<RoadNetwork, RoadsError> {
    at_stage(ImportStage::Graph, progress)(0)?;
    let drawn = assemble::assemble(ways, nodes, rules)?;
    let bounds = header.bounds.or_else(|| BoundingBox::around(drawn.shape.iter().copied()));
    let origin = Origin { name: name.to_owned(), timestamp_s: header.timestamp_s, bounds };
    let parts = Parts { origin, ..drawn };
    RoadNetwork::build(parts, &mut |profile| at_stage(ImportStage::Hierarchy(profile), progress)(0))
}
