use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufWriter, Write},
    ops::ControlFlow,
    path::Path,
};

use super::{ServiceError, read_network};
use crate::roads::{
    NetworkSummary, RoadRules,
    import::{self, ImportProgress, ImportStage},
};

/// How far the import of an extract has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoadsStep {
    /// What is being done.
    pub phase: String,
    /// Bytes of the extract read in this phase; 0 in phases that read nothing.
    pub bytes_read: u64,
    /// The size of the extract.
    pub bytes: u64,
}

/// Makes a road network file of an OpenStreetMap extract (`.osm.pbf`, or `.osm`). The file appears whole or not at all.
///
/// # Errors
/// [`ServiceError::File`] when the extract cannot be opened or the network cannot be written, [`ServiceError::Roads`] when the
/// extract is broken.
pub fn import_roads(
    extract: &Path,
    out: &Path,
    progress: &mut dyn FnMut(&RoadsStep) -> ControlFlow<()>,
) -> Result<NetworkSummary, ServiceError> {
    let refused = |error: &std::io::Error| ServiceError::file("OpenStreetMap extract", extract, error);
    let bytes = fs::metadata(extract).map_err(|error| refused(&error))?.len();
    let file_name = extract.file_name().and_then(OsStr::to_str).unwrap_or("network");
    let name = file_name.trim_end_matches(".pbf").trim_end_matches(".osm");
    let rules = RoadRules::default();
    let mut hear = |step: ImportProgress| {
        let phase = match step.stage {
            ImportStage::Ways => "read ways".to_owned(),
            ImportStage::Nodes => "read nodes".to_owned(),
            ImportStage::Graph => "join roads".to_owned(),
            ImportStage::Hierarchy(profile) => format!("rank for {profile}"),
        };
        progress(&RoadsStep { phase, bytes_read: step.bytes_read, bytes })
    };
    let network = if file_name.ends_with(".osm") {
        import::from_xml(name, || File::open(extract), &rules, &mut hear)
    } else {
        import::from_pbf(name, || File::open(extract), &rules, &mut hear)
    }
    .map_err(|error| match error {
        crate::roads::RoadsError::Cancelled => ServiceError::Cancelled,
        other => other.into(),
    })?;

    let unwritable = |error: &std::io::Error| ServiceError::file("road network", out, error);
    let mut part = out.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let mut writer = BufWriter::new(File::create(part).map_err(|error| unwritable(&error))?);
    let written = network.write(&mut writer).map_err(ServiceError::from).and_then(|()| {
        writer.flush().map_err(|error| unwritable(&error))?;
        writer.get_ref().sync_all().map_err(|error| unwritable(&error))?;
        fs::rename(part, out).map_err(|error| unwritable(&error))
    });
    if written.is_err() {
        // What was written is of no use; that it cannot be removed either adds nothing to the first error.
        let _ = fs::remove_file(part);
    }
    written?;
    Ok(network.summary().clone())
}

/// What a road network file holds.
///
/// # Errors
/// As [`read_network`].
pub fn roads_summary(path: &Path) -> Result<NetworkSummary, ServiceError> {
    Ok(read_network(path)?.summary().clone())
}
