//! The network as one file.
//!
//! ```text
//! "CONTHOIR"  u32 version  u64 content length  u32 CRC-32 of the content   (little-endian)
//! content: an LZ4 frame around a postcard-encoded `Content`
//! ```
//!
//! Columns of differences keep the file small: neighbours in a network have similar numbers and near positions.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::{CLOSED, NetworkSummary, Road, RoadKind, RoadNetwork, graph_of};
use crate::roads::{Point, Profile, RoadsError, hierarchy::Ranking};

const MAGIC: [u8; 8] = *b"CONTHOIR";
const VERSION: u32 = 1;
const HEADER_LEN: usize = 8 + 4 + 8 + 4;

#[derive(Deserialize, Serialize)]
struct Content {
    summary: NetworkSummary,
    vertices: Vec<i32>,
    kinds: Vec<RoadKind>,
    from: Vec<i32>,
    to: Vec<i32>,
    points: Vec<u32>,
    length_cm: Vec<u32>,
    /// Per profile; one more than the time, 0 where closed.
    forward_ms: [Vec<u32>; Profile::COUNT],
    /// As `forward_ms`, exclusive-or with it: 0 where both directions take the same time.
    backward_ms: [Vec<u32>; Profile::COUNT],
    shape: Vec<i32>,
    main_part: Vec<u8>,
    rankings: [Ranking; Profile::COUNT],
}

impl RoadNetwork {
    /// Writes the network as one compact file with version and checksum.
    ///
    /// # Errors
    /// [`RoadsError::Write`].
    pub fn write(&self, mut to: impl Write) -> Result<(), RoadsError> {
        let plain = postcard::to_stdvec(&self.content()).map_err(|e| RoadsError::Write(io::Error::other(e)))?;
        let mut packer = lz4_flex::frame::FrameEncoder::new(Vec::with_capacity(plain.len() / 2));
        packer.write_all(&plain).map_err(RoadsError::Write)?;
        let content = packer.finish().map_err(|e| RoadsError::Write(e.into()))?;
        let mut header = [0; HEADER_LEN];
        header[..8].copy_from_slice(&MAGIC);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        header[12..20].copy_from_slice(&(content.len() as u64).to_le_bytes());
        header[20..].copy_from_slice(&crc32fast::hash(&content).to_le_bytes());
        to.write_all(&header).and_then(|()| to.write_all(&content)).and_then(|()| to.flush()).map_err(RoadsError::Write)
    }

    /// Reads a network that [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// [`RoadsError::NotANetworkFile`], [`RoadsError::NetworkVersion`], [`RoadsError::NetworkTruncated`],
    /// [`RoadsError::NetworkChecksum`], [`RoadsError::NetworkContent`] or [`RoadsError::Read`].
    pub fn read(mut from: impl Read) -> Result<Self, RoadsError> {
        let mut header = Vec::with_capacity(HEADER_LEN);
        from.by_ref().take(HEADER_LEN as u64).read_to_end(&mut header).map_err(RoadsError::Read)?;
        if header.len() < MAGIC.len() || header[..8] != MAGIC {
            return Err(RoadsError::NotANetworkFile);
        }
        let header_len = header.len() as u64;
        let Ok(header) = <[u8; HEADER_LEN]>::try_from(header) else {
            return Err(RoadsError::NetworkTruncated { expected: HEADER_LEN as u64, found: header_len });
        };
        let [_, _, _, _, _, _, _, _, v0, v1, v2, v3, l0, l1, l2, l3, l4, l5, l6, l7, c0, c1, c2, c3] = header;
        let found = u32::from_le_bytes([v0, v1, v2, v3]);
        if found != VERSION {
            return Err(RoadsError::NetworkVersion { found, supported: VERSION });
        }
        let expected = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
        let mut content = Vec::new();
        from.by_ref().take(expected).read_to_end(&mut content).map_err(RoadsError::Read)?;
        let found = content.len() as u64;
        if found < expected {
            return Err(RoadsError::NetworkTruncated { expected, found });
        }
        if from.read(&mut [0]).map_err(RoadsError::Read)? > 0 {
            return Err(RoadsError::NetworkContent("more bytes follow its announced end".to_owned()));
        }
        let (expected, found) = (u32::from_le_bytes([c0, c1, c2, c3]), crc32fast::hash(&content));
        if expected != found {
            return Err(RoadsError::NetworkChecksum { expected, found });
        }
        let mut plain = Vec::new();
        let broken = |problem: String| RoadsError::NetworkContent(problem);
        lz4_flex::frame::FrameDecoder::new(content.as_slice())
            .read_to_end(&mut plain)
            .map_err(|e| broken(e.to_string()))?;
        let content: Content = postcard::from_bytes(&plain).map_err(|e| broken(e.to_string()))?;
        content.restore().map_err(broken)
    }

    fn content(&self) -> Content {
        let roads = &self.roads;
        let column = |of: fn(&Road) -> u32| roads.iter().map(of).collect::<Vec<u32>>();
        let stored = |ms: u32| ms.wrapping_add(1);
        Content {
            summary: self.summary.clone(),
            vertices: differences(self.graph.node_weights().copied()),
            kinds: roads.iter().map(|road| road.kind).collect(),
            from: steps(roads.iter().map(|road| road.from)),
            to: roads.iter().map(|road| road.to.wrapping_sub(road.from).cast_signed()).collect(),
            points: column(|road| road.points),
            length_cm: column(|road| road.length_cm),
            forward_ms: [0, 1, 2].map(|p: usize| roads.iter().map(|road| stored(road.forward_ms[p])).collect()),
            backward_ms: [0, 1, 2].map(|p: usize| {
                roads.iter().map(|road| stored(road.forward_ms[p]) ^ stored(road.backward_ms[p])).collect()
            }),
            shape: differences(self.shape.iter().copied()),
            main_part: self.main_part.clone(),
            rankings: self.rankings.clone(),
        }
    }
}

impl Content {
    fn restore(self) -> Result<RoadNetwork, String> {
        let vertices = points(&self.vertices)?;
        let shape = points(&self.shape)?;
        let count = self.kinds.len();
        let columns = [self.from.len(), self.to.len(), self.points.len(), self.length_cm.len()];
        let times = self.forward_ms.iter().chain(&self.backward_ms).map(Vec::len);
        if columns.into_iter().chain(times).any(|len| len != count) || self.main_part.len() != vertices.len() {
            return Err("its columns differ in length".to_owned());
        }
        let mut roads = Vec::with_capacity(count);
        let mut from = 0_u32;
        let mut first_point = 0_u32;
        for index in 0..count {
            from = from.wrapping_add_signed(self.from[index]);
            let to = from.wrapping_add_signed(self.to[index]);
            let points = self.points[index];
            let end = first_point.checked_add(points).filter(|&end| end as usize <= shape.len() && points >= 2);
            let (Some(end), true) = (end, from.max(to) < u32::try_from(vertices.len()).unwrap_or(u32::MAX)) else {
                return Err(format!("road {index} leads outside the network"));
            };
            let forward = [0, 1, 2].map(|p: usize| self.forward_ms[p][index]);
            let backward = [0, 1, 2].map(|p: usize| self.backward_ms[p][index] ^ forward[p]);
            roads.push(Road {
                kind: self.kinds[index],
                from,
                to,
                first_point,
                points,
                length_cm: self.length_cm[index],
                forward_ms: forward.map(|ms| ms.wrapping_sub(1)),
                backward_ms: backward.map(|ms| ms.wrapping_sub(1)),
            });
            first_point = end;
        }
        debug_assert_eq!(0_u32.wrapping_sub(1), CLOSED, "0 is stored for closed");
        Ok(RoadNetwork {
            graph: graph_of(&vertices, &roads),
            roads,
            shape,
            main_part: self.main_part,
            rankings: self.rankings,
            summary: self.summary,
        })
    }
}

fn steps(values: impl Iterator<Item = u32>) -> Vec<i32> {
    let mut previous = 0_u32;
    values.map(|value| value.wrapping_sub(std::mem::replace(&mut previous, value)).cast_signed()).collect()
}

/// Latitude and longitude of each point as the difference from the point before.
fn differences(points: impl Iterator<Item = Point>) -> Vec<i32> {
    let mut previous = (0_i32, 0_i32);
    points
        .flat_map(|point| {
            let here = (point.lat_e7(), point.lon_e7());
            let before = std::mem::replace(&mut previous, here);
            [here.0.wrapping_sub(before.0), here.1.wrapping_sub(before.1)]
        })
        .collect()
}

fn points(differences: &[i32]) -> Result<Vec<Point>, String> {
    let (pairs, rest) = differences.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("a point lacks its longitude".to_owned());
    }
    let (mut lat, mut lon) = (0_i32, 0_i32);
    pairs
        .iter()
        .map(|[lat_step, lon_step]| {
            lat = lat.wrapping_add(*lat_step);
            lon = lon.wrapping_add(*lon_step);
            Point::from_e7(lat, lon).ok_or_else(|| "a point is not on Earth".to_owned())
        })
        .collect()
}
