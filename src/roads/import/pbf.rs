//! Reading `.osm.pbf`: blobs one after the other, their decoding in parallel, a batch at a time.

use std::{
    io::{self, BufReader, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use osmpbf::{Blob, BlobReader, BlobType, HeaderBlock, PrimitiveBlock};
use rayon::prelude::*;

use super::{
    SourceHeader,
    collect::{FoundNode, FoundWay, Nodes, Ways},
};
use crate::roads::{BoundingBox, Point, RoadsError, rules::RoadRules};

/// Blobs decoded together. A blob is at most 32 MiB unpacked and usually far less; this bounds memory.
const BATCH_BLOBS: usize = 16;
const SUPPORTED_FEATURES: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// Which blobs hold nodes, by number, so that the second reading can skip the rest.
pub(super) type NodeBlobs = Vec<bool>;

type Tick<'a> = &'a mut dyn FnMut(u64) -> Result<(), RoadsError>;

/// First reading: the header and all usable ways.
pub(super) fn read_ways<R: Read + Send>(
    reader: R,
    rules: &RoadRules,
    ways: &mut Ways,
    tick: Tick<'_>,
) -> Result<(SourceHeader, NodeBlobs), RoadsError> {
    let mut header = None;
    let mut node_blobs = NodeBlobs::new();
    each_batch(reader, tick, |batch| {
        let mut blobs = batch;
        if header.is_none() {
            let (first, rest) = blobs.split_first().expect("batches are never empty");
            header = Some(read_header(first)?);
            node_blobs.push(false);
            blobs = rest;
        }
        let decoded: Vec<_> = blobs.par_iter().map(|blob| blob.decode(|block| ways_in(block, rules))).collect();
        for found in decoded {
            let (found, has_nodes) = found?.unwrap_or_default();
            node_blobs.push(has_nodes);
            for way in found {
                ways.push(way);
            }
        }
        Ok(())
    })?;
    match header {
        Some(header) => Ok((header, node_blobs)),
        None => Err(RoadsError::Pbf { blob: 0, offset: 0, problem: "the file is empty".to_owned() }),
    }
}

/// Second reading: the positions of wanted nodes.
pub(super) fn read_nodes<R: Read + Send>(
    reader: R,
    rules: &RoadRules,
    node_blobs: &NodeBlobs,
    nodes: &mut Nodes,
    tick: Tick<'_>,
) -> Result<(), RoadsError> {
    each_batch(reader, tick, |batch| {
        let decoded: Vec<_> = batch
            .par_iter()
            .filter(|blob| usize::try_from(blob.number).is_ok_and(|n| node_blobs.get(n) == Some(&true)))
            .map(|blob| blob.decode(|block| nodes_in(block, nodes, rules)))
            .collect();
        for found in decoded {
            found?.unwrap_or_default().iter().for_each(|node| nodes.put(node));
        }
        Ok(())
    })
}

fn ways_in(block: &PrimitiveBlock, rules: &RoadRules) -> Result<(Vec<FoundWay>, bool), String> {
    let strings = block.raw_stringtable();
    let mut found = Vec::new();
    let mut has_nodes = false;
    for group in block.groups() {
        has_nodes |= group.nodes().len() > 0 || group.dense_nodes().len() > 0;
        for way in group.ways() {
            let tags = tags(strings, way.raw_tags().map(|(k, v)| (k as usize, v as usize)))?;
            if let Some(travel) = rules.way(&tags) {
                found.push(FoundWay { travel, refs: way.refs().collect() });
            }
        }
    }
    Ok((found, has_nodes))
}

fn nodes_in(block: &PrimitiveBlock, wanted: &Nodes, rules: &RoadRules) -> Result<Vec<FoundNode>, String> {
    let strings = block.raw_stringtable();
    let mut found = Vec::new();
    for group in block.groups() {
        for node in group.nodes() {
            let tags = || tags(strings, node.raw_tags().map(|(k, v)| (k as usize, v as usize))).unwrap_or_default();
            found.extend(wanted.find(node.id(), || e7(node.nano_lat(), node.nano_lon()), tags, rules)?);
        }
        for node in group.dense_nodes() {
            let indices = |(k, v): (i32, i32)| {
                (usize::try_from(k).unwrap_or(usize::MAX), usize::try_from(v).unwrap_or(usize::MAX))
            };
            let tags = || tags(strings, node.raw_tags().map(indices)).unwrap_or_default();
            found.extend(wanted.find(node.id(), || e7(node.nano_lat(), node.nano_lon()), tags, rules)?);
        }
    }
    Ok(found)
}

fn e7(nano_lat: i64, nano_lon: i64) -> Option<(i32, i32)> {
    Some((i32::try_from(nano_lat / 100).ok()?, i32::try_from(nano_lon / 100).ok()?))
}

/// The tags that are text; a name in a broken encoding must not cost the way its other tags.
fn tags(strings: &[Vec<u8>], indices: impl Iterator<Item = (usize, usize)>) -> Result<Vec<(&str, &str)>, String> {
    let mut tags = Vec::new();
    for (key, value) in indices {
        let (Some(key), Some(value)) = (strings.get(key), strings.get(value)) else {
            return Err("a tag points outside the string table".to_owned());
        };
        if let (Ok(key), Ok(value)) = (str::from_utf8(key), str::from_utf8(value)) {
            tags.push((key, value));
        }
    }
    Ok(tags)
}

fn read_header(blob: &PlacedBlob) -> Result<SourceHeader, RoadsError> {
    if blob.blob.get_type() != BlobType::OsmHeader {
        return Err(blob.broken("it does not start with a header".to_owned()));
    }
    let header = blob.guarded(Blob::to_headerblock)?.map_err(|e| blob.broken(e.to_string()))?;
    if let Some(feature) = header.required_features().iter().find(|f| !SUPPORTED_FEATURES.contains(&f.as_str())) {
        return Err(RoadsError::UnsupportedFeature(feature.clone()));
    }
    Ok(SourceHeader { bounds: bounds(&header), timestamp_s: header.osmosis_replication_timestamp() })
}

fn bounds(header: &HeaderBlock) -> Option<BoundingBox> {
    let bbox = header.bbox()?;
    Some(BoundingBox {
        south_west: Point::from_degrees(bbox.bottom, bbox.left).ok()?,
        north_east: Point::from_degrees(bbox.top, bbox.right).ok()?,
    })
}

/// A blob that knows where it lies, so that errors can say so.
struct PlacedBlob {
    blob: Blob,
    number: u64,
    offset: u64,
}

impl PlacedBlob {
    fn broken(&self, problem: String) -> RoadsError {
        RoadsError::Pbf { blob: self.number, offset: self.offset, problem }
    }

    /// Decodes a data blob and evaluates it; `None` for blobs of other kinds, which readers should ignore.
    fn decode<T>(&self, read: impl Fn(&PrimitiveBlock) -> Result<T, String>) -> Result<Option<T>, RoadsError> {
        if self.blob.get_type() != BlobType::OsmData {
            return Ok(None);
        }
        let decoded = self.guarded(|blob| {
            let block = blob.to_primitiveblock().map_err(|e| e.to_string())?;
            read(&block)
        })?;
        decoded.map(Some).map_err(|problem| self.broken(problem))
    }

    /// The decoder adds up deltas without checks: where overflow checks are compiled in, a hostile blob makes it
    /// panic. That is a broken file, not a broken program.
    fn guarded<T>(&self, decode: impl FnOnce(&Blob) -> T) -> Result<T, RoadsError> {
        catch_unwind(AssertUnwindSafe(|| decode(&self.blob)))
            .map_err(|_| self.broken("its numbers are out of range".to_owned()))
    }
}

/// Hands the file's blobs to `take` in batches, in order, telling `tick` how many bytes were read.
fn each_batch<R: Read + Send>(
    reader: R,
    tick: Tick<'_>,
    mut take: impl FnMut(&[PlacedBlob]) -> Result<(), RoadsError>,
) -> Result<(), RoadsError> {
    let watch = Arc::new(ReadWatch::default());
    let mut blobs = BlobReader::new(Watched { inner: BufReader::new(reader), watch: Arc::clone(&watch) });
    let mut batch = Vec::with_capacity(BATCH_BLOBS);
    for number in 0.. {
        let offset = watch.bytes();
        let broken = |problem: String| RoadsError::Pbf { blob: number, offset, problem };
        match blobs.next() {
            Some(Ok(blob)) => batch.push(PlacedBlob { blob, number, offset }),
            Some(Err(error)) => {
                return Err(match watch.failure() {
                    Some(failure) => RoadsError::Read(failure),
                    None => broken(format!("{error} (after {} bytes)", watch.bytes())),
                });
            }
            None if watch.bytes() != offset => {
                return Err(broken("the file ends inside a blob's length".to_owned()));
            }
            None => break,
        }
        if batch.len() == BATCH_BLOBS {
            take(&batch)?;
            batch.clear();
            tick(watch.bytes())?;
        }
    }
    if !batch.is_empty() {
        take(&batch)?;
    }
    tick(watch.bytes())
}

/// How much was read, and the reader's own failure, which the blob reader does not pass on.
#[derive(Default)]
struct ReadWatch {
    bytes: AtomicU64,
    failure: Mutex<Option<io::Error>>,
}

impl ReadWatch {
    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn failure(&self) -> Option<io::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Watched<R> {
    inner: R,
    watch: Arc<ReadWatch>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(count) => {
                self.watch.bytes.fetch_add(count as u64, Ordering::Relaxed);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                *self.watch.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(kind.into())
            }
        }
    }
}
