use std::{fs::File, io::BufReader, path::Path, sync::Arc};

use super::ServiceError;
use crate::{
    dispatch::TravelModes,
    roads::{Profile, RoadNetwork, RoadRules, RoadsError, Router, Travel},
};

/// Travel by labelled estimate: great circle × circuity ÷ speed, as the built-in rules have them.
#[must_use]
pub fn estimated_travel() -> TravelModes {
    let rules = RoadRules::default();
    let mode = |profile| Travel::Estimate(rules.estimate(profile));
    TravelModes::new(mode(Profile::Motorbike), mode(Profile::Car), mode(Profile::Foot))
}

/// Travel by the fastest ways of a road network.
///
/// # Errors
/// [`RoadsError`] when the network has no road for one of the profiles.
pub fn network_travel(network: RoadNetwork) -> Result<TravelModes, RoadsError> {
    let network = Arc::new(network);
    let mode = |profile| Ok::<_, RoadsError>(Travel::Network(Box::new(Router::new(Arc::clone(&network), profile)?)));
    Ok(TravelModes::new(mode(Profile::Motorbike)?, mode(Profile::Car)?, mode(Profile::Foot)?))
}

/// Reads a road network from the file that `conthoi roads import` wrote.
///
/// # Errors
/// [`ServiceError::File`] when it cannot be opened, [`ServiceError::Roads`] when it is not sound.
pub fn read_network(path: &Path) -> Result<RoadNetwork, ServiceError> {
    let file = File::open(path).map_err(|error| ServiceError::file("road network", path, &error))?;
    Ok(RoadNetwork::read(BufReader::new(file))?)
}
