use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    domain::{Act, Authority, CourierId, HomeEvent, Party},
    service::{FieldProblem, Service, ServiceError},
    store::{FeeHandIn, Inserted},
};

/// More than any day's fees.
const AMOUNT_DONG_MAX: u32 = 1_000_000_000;

/// One courier's fees of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourierFees {
    /// Whose.
    pub courier_id: CourierId,
    /// The courier's code.
    pub courier: String,
    /// For how many home deliveries.
    pub deliveries: usize,
    /// What was collected, đồng.
    pub collected_dong: i64,
    /// What was handed in, đồng.
    pub handed_in_dong: i64,
}

impl CourierFees {
    /// What is still to be handed in; below zero when too much was.
    #[must_use]
    pub fn outstanding_dong(&self) -> i64 {
        self.collected_dong - self.handed_in_dong
    }
}

impl Service {
    /// The fees of a day by courier, as far as `authority` may see them.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn fees_of(&self, authority: &Authority, date: NaiveDate) -> Result<Vec<CourierFees>, ServiceError> {
        let centre = self.centre()?;
        let id = centre.centre.id;
        let mut fees: BTreeMap<CourierId, CourierFees> = BTreeMap::new();
        let code = |courier: CourierId| {
            let known = centre.couriers.iter().find(|known| known.id == courier);
            known.map_or_else(|| courier.to_string(), |known| known.code.clone())
        };
        let empty = |courier: CourierId| CourierFees {
            courier_id: courier,
            courier: code(courier),
            deliveries: 0,
            collected_dong: 0,
            handed_in_dong: 0,
        };
        for fact in self.store().fees_collected(id, date)? {
            if let HomeEvent::FeeCollected { amount_dong, courier_id } = fact.event {
                let row = fees.entry(courier_id).or_insert_with(|| empty(courier_id));
                row.deliveries += 1;
                row.collected_dong += i64::from(amount_dong);
            }
        }
        for handed in self.store().fee_hand_ins(id, date)? {
            let row = fees.entry(handed.courier_id).or_insert_with(|| empty(handed.courier_id));
            row.handed_in_dong += i64::from(handed.amount_dong);
        }
        let mut fees: Vec<CourierFees> = fees.into_values().collect();
        if let Some(only) = authority.only(Act::ReadFees) {
            fees.retain(|row| only == Some(Party::Courier(row.courier_id)));
        }
        fees.sort_by(|one, other| one.courier.cmp(&other.courier));
        Ok(fees)
    }

    /// Records what a courier hands in of a day's fees; recording it again under the same id is harmless. Answers it and whether
    /// it is new.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for an unknown courier or an amount that cannot be, [`ServiceError::FactDiffers`].
    pub fn take_fees(
        &self,
        received_by: &str,
        id: Uuid,
        (courier, date, amount_dong): (&str, NaiveDate, u32),
    ) -> Result<(FeeHandIn, bool), ServiceError> {
        let centre = self.centre()?;
        let mut problems = Vec::new();
        let known = centre.couriers.iter().find(|known| known.code == courier);
        if known.is_none() {
            problems.push(FieldProblem::new("courier", "no courier has this code"));
        }
        if !(1..=AMOUNT_DONG_MAX).contains(&amount_dong) {
            problems.push(FieldProblem::new("amount_dong", format!("expected 1 to {AMOUNT_DONG_MAX} đồng")));
        }
        if date > self.today()? {
            problems.push(FieldProblem::new("date", "it lies in the future"));
        }
        let Some(known) = known.filter(|_| problems.is_empty()) else { return Err(ServiceError::Invalid(problems)) };
        let handed = FeeHandIn {
            id,
            centre_id: centre.centre.id,
            courier_id: known.id,
            date,
            amount_dong,
            at: self.now(),
            received_by: received_by.to_owned(),
        };
        match self.store().insert_fee_hand_in(&handed)? {
            Inserted::Created => Ok((handed, true)),
            Inserted::Exists => Ok((handed, false)),
            Inserted::Conflict { .. } => Err(ServiceError::FactDiffers { id }),
        }
    }
}
