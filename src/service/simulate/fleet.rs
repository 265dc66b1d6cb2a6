//! A fleet that fits a denser season.

use crate::domain::{CentreData, Courier, CourierId, RunKind, SeededIds, Vehicle, VehicleId};

/// What the status of a copied courier or vehicle says: it goes when another season is made.
const COPY: &str = "synthetic";

/// The centre with `scale` couriers and vehicles for each one it has. Those who ride only line hauls stay as they are: their
/// vans are nowhere near full.
pub(super) fn scaled(centre: &CentreData, scale: u32, ids: &mut SeededIds) -> CentreData {
    let mut scaled = centre.clone();
    scaled.couriers.retain(|courier| courier.status != COPY);
    scaled.vehicles.retain(|vehicle| vehicle.status != COPY);
    let originals = scaled.couriers.clone();
    for copy in 2..=scale {
        for courier in originals.iter().filter(|courier| !only_line_hauls(centre, courier)) {
            let Some(vehicle) = centre.vehicle(courier.vehicle_id) else { continue };
            let vehicle = Vehicle {
                id: VehicleId::new(ids),
                code: format!("{}-{copy:02}", vehicle.code),
                status: COPY.into(),
                ..vehicle.clone()
            };
            scaled.couriers.push(Courier {
                id: CourierId::new(ids),
                code: format!("{}-{copy:02}", courier.code),
                name: format!("{} ({copy})", courier.name),
                vehicle_id: vehicle.id,
                status: COPY.into(),
                ..courier.clone()
            });
            scaled.vehicles.push(vehicle);
        }
    }
    scaled.couriers.sort_by(|a, b| a.code.cmp(&b.code));
    scaled.vehicles.sort_by(|a, b| a.code.cmp(&b.code));
    scaled
}

fn only_line_hauls(centre: &CentreData, courier: &Courier) -> bool {
    let line_haul = |code: &String| {
        centre.timetable.runs().iter().filter(|run| run.code == *code).all(|run| run.kind == RunKind::LineHaul)
    };
    courier.rounds.is_empty() && !courier.runs.is_empty() && courier.runs.iter().all(line_haul)
}
