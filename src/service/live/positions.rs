use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{Act, Authority, CentreData, CourierId, DayClock, Party, Position, PositionFix, to_micros},
    service::{FieldProblem, Service, ServiceError},
};

/// Positions in one request at most.
pub const POSITIONS_MAX: usize = 1_000;
/// A device's clock may be ahead by so much.
const AHEAD_MAX: TimeDelta = TimeDelta::minutes(10);

/// A position as a device tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingPosition {
    /// Whose it is, by code; a courier's own device may leave it out.
    pub courier: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Where.
    pub position: Position,
    /// How far off it may be, metres.
    pub accuracy_m: Option<u32>,
}

/// What became of a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PositionAnswer {
    /// It is kept.
    Created,
    /// It was there.
    Exists,
    /// It is older than positions are kept.
    Expired,
    /// It cannot be accepted.
    Rejected(Vec<FieldProblem>),
}

impl Service {
    /// Takes in where couriers are. A courier can tell of no other.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn take_positions(
        &self,
        authority: &Authority,
        incoming: Vec<Result<IncomingPosition, Vec<FieldProblem>>>,
    ) -> Result<Vec<PositionAnswer>, ServiceError> {
        let centre = self.centre()?;
        let now = to_micros(self.now());
        let kept_from = positions_kept_from(&centre, now);
        let read = |told: Result<IncomingPosition, Vec<FieldProblem>>| {
            let told = told.map_err(PositionAnswer::Rejected)?;
            let courier_id = courier_of(&centre, authority, told.courier.as_deref())
                .map_err(|problem| PositionAnswer::Rejected(vec![problem]))?;
            let at = to_micros(told.at);
            if at > now + AHEAD_MAX {
                let problem = FieldProblem::new("at", "it lies in the future: set the device's clock");
                return Err(PositionAnswer::Rejected(vec![problem]));
            }
            if at < kept_from {
                return Err(PositionAnswer::Expired);
            }
            Ok(PositionFix { courier_id, at, position: told.position, accuracy_m: told.accuracy_m })
        };
        let read: Vec<Result<PositionFix, PositionAnswer>> = incoming.into_iter().map(read).collect();
        let fixes: Vec<PositionFix> = read.iter().flatten().copied().collect();
        let mut new = self.store().insert_positions(centre.centre.id, &fixes, now)?.into_iter();
        let answers = read.into_iter().map(|read| match read {
            Ok(_) if new.next() == Some(true) => PositionAnswer::Created,
            Ok(_) => PositionAnswer::Exists,
            Err(answer) => answer,
        });
        Ok(answers.collect())
    }
}

/// Positions from before this are deleted. Without a rule none are kept.
pub(super) fn positions_kept_from(centre: &CentreData, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = DayClock::date_of(now, centre.centre.time_zone);
    now - TimeDelta::seconds(centre.rules.seconds("position_kept", today).unwrap_or(0))
}

fn courier_of(centre: &CentreData, authority: &Authority, named: Option<&str>) -> Result<CourierId, FieldProblem> {
    let own = authority.only(Act::SendPositions);
    let named = match named {
        None => None,
        Some(code) => {
            let known = centre.couriers.iter().find(|courier| courier.code == code);
            Some(known.ok_or_else(|| FieldProblem::new("courier", "no courier has this code"))?.id)
        }
    };
    match (own, named) {
        (None, Some(courier)) => Ok(courier),
        (None, None) => Err(FieldProblem::new("courier", "it is missing: say whose position this is")),
        (Some(Some(Party::Courier(own))), named) if named.is_none_or(|named| named == own) => Ok(own),
        _ => Err(FieldProblem::new("courier", "a courier can tell of no other courier's position")),
    }
}
