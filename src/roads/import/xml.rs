//! Reading `.osm`: OpenStreetMap XML, one element in memory at a time.

use std::io::BufRead;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    SourceHeader,
    collect::{FoundWay, Nodes, Ways},
};
use crate::roads::{BoundingBox, Point, RoadsError, rules::RoadRules};

/// How many elements pass between two progress reports.
const ELEMENTS_PER_TICK: u64 = 100_000;

type Tick<'a> = &'a mut dyn FnMut(u64) -> Result<(), RoadsError>;

/// First reading: the bounds, if stated, and all usable ways.
pub(super) fn read_ways(
    source: impl BufRead,
    rules: &RoadRules,
    ways: &mut Ways,
    tick: Tick<'_>,
) -> Result<SourceHeader, RoadsError> {
    let mut header = SourceHeader::default();
    each_element(source, tick, |element| {
        match element.kind {
            Kind::Way => {
                if let Some(travel) = rules.way(&element.tags()) {
                    ways.push(FoundWay { travel, refs: std::mem::take(&mut element.refs) });
                }
            }
            Kind::Bounds => header.bounds = element.bounds(),
            Kind::Node => {}
        }
        Ok(())
    })?;
    Ok(header)
}

/// Second reading: the positions of wanted nodes.
pub(super) fn read_nodes(
    source: impl BufRead,
    rules: &RoadRules,
    nodes: &mut Nodes,
    tick: Tick<'_>,
) -> Result<(), RoadsError> {
    each_element(source, tick, |element| {
        if element.kind == Kind::Node {
            let id = element.integer("id").ok_or("a node has no whole number as `id`")?;
            let position = || {
                let point = Point::from_degrees(element.number("lat")?, element.number("lon")?).ok()?;
                Some((point.lat_e7(), point.lon_e7()))
            };
            if let Some(node) = nodes.find(id, position, || element.tags(), rules)? {
                nodes.put(&node);
            }
        }
        Ok(())
    })
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Node,
    Way,
    Bounds,
}

/// A node, way or bounds element with what it contains.
struct Element {
    kind: Kind,
    attributes: Vec<(String, String)>,
    tags: Vec<(String, String)>,
    refs: Vec<i64>,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn integer(&self, name: &str) -> Option<i64> {
        self.attribute(name)?.parse().ok()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.attribute(name)?.parse().ok()
    }

    fn tags(&self) -> Vec<(&str, &str)> {
        self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    fn bounds(&self) -> Option<BoundingBox> {
        let corner = |lat, lon| Point::from_degrees(self.number(lat)?, self.number(lon)?).ok();
        Some(BoundingBox { south_west: corner("minlat", "minlon")?, north_east: corner("maxlat", "maxlon")? })
    }

    /// Editors keep deleted elements in their files, marked so.
    fn is_deleted(&self) -> bool {
        self.attribute("action") == Some("delete") || self.attribute("visible") == Some("false")
    }
}

/// Walks the document and hands over each element that is complete.
fn each_element(
    source: impl BufRead,
    tick: Tick<'_>,
    mut take: impl FnMut(&mut Element) -> Result<(), String>,
) -> Result<(), RoadsError> {
    let mut reader = Reader::from_reader(source);
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    let mut depth = 0_usize;
    let mut seen_root = false;
    let mut open: Option<Element> = None;
    let mut elements = 0_u64;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let offset = reader.buffer_position();
        let broken = |problem: String| RoadsError::Xml { offset, problem };
        match event.map_err(|e| broken(e.to_string()))? {
            Event::Start(start) => {
                depth += 1;
                match (depth, start.name().into_inner()) {
                    (1, "osm") => seen_root = true,
                    (1, _) => {
                        return Err(broken(
                            "the outermost element is not <osm>: this is not an OpenStreetMap file".to_owned(),
                        ));
                    }
                    (2, name) => open = start_element(name, &start).map_err(broken)?,
                    (3, name) => {
                        if let Some(element) = &mut open {
                            add_child(element, name, &start).map_err(broken)?;
                        }
                    }
                    _ => {}
                }
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    if let Some(mut element) = open.take().filter(|element| !element.is_deleted()) {
                        take(&mut element).map_err(broken)?;
                    }
                    elements += 1;
                    if elements.is_multiple_of(ELEMENTS_PER_TICK) {
                        tick(offset)?;
                    }
                }
            }
            Event::Eof if depth > 0 => {
                return Err(broken("the file ends before </osm>: it is truncated".to_owned()));
            }
            Event::Eof if !seen_root => {
                return Err(broken("there is no <osm> element: this is not an OpenStreetMap file".to_owned()));
            }
            Event::Eof => return tick(offset),
            _ => {}
        }
    }
}

fn start_element(name: &str, start: &BytesStart<'_>) -> Result<Option<Element>, String> {
    let kind = match name {
        "node" => Kind::Node,
        "way" => Kind::Way,
        "bounds" => Kind::Bounds,
        _ => return Ok(None),
    };
    Ok(Some(Element { kind, attributes: attributes(start)?, tags: Vec::new(), refs: Vec::new() }))
}

fn add_child(element: &mut Element, name: &str, start: &BytesStart<'_>) -> Result<(), String> {
    let mut found = attributes(start)?;
    let mut take = |wanted: &str| {
        let index = found.iter().position(|(key, _)| key == wanted)?;
        Some(found.swap_remove(index).1)
    };
    match name {
        "tag" => match (take("k"), take("v")) {
            (Some(key), Some(value)) => element.tags.push((key, value)),
            _ => return Err("a <tag> lacks `k` or `v`".to_owned()),
        },
        "nd" => {
            let id = take("ref").and_then(|text| text.parse().ok());
            element.refs.push(id.ok_or("an <nd> has no whole number as `ref`")?);
        }
        _ => {}
    }
    Ok(())
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    start
        .attributes()
        .map(|attribute| {
            let attribute = attribute.map_err(|e| e.to_string())?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|e| e.to_string())?;
            Ok((attribute.key.into_inner().to_owned(), value.into_owned()))
        })
        .collect()
}
