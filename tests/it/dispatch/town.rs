//! The Sóc Trăng centre with a few items that a test names.

use std::ops::ControlFlow;

use chrono::{DateTime, NaiveDate, Utc};
use conthoi::{
    dispatch::{DayInput, DayProgress, DispatchError, Solver, TravelModes, plan_day, plan_day_with},
    domain::{
        CentreData, DayClock, Destination, Dossier, DossierId, HomeDelivery, HomeDeliveryId, Item, ItemId, Leg, Plan,
        PositionQuality, SeededIds, SiteId, UnassignedReason, WantedHalfDay, parse_time,
    },
    service::{estimated_travel, import},
};

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Friday 14/06/2019, an ordinary working day.
pub(super) fn friday() -> NaiveDate {
    date("2019-06-14")
}

pub(super) struct Town {
    pub(super) centre: CentreData,
    pub(super) date: NaiveDate,
    pub(super) items: Vec<Item>,
    pub(super) dossiers: Vec<Dossier>,
    pub(super) homes: Vec<HomeDelivery>,
    pub(super) previous: Option<Plan>,
    travel: TravelModes,
    ids: SeededIds,
}

impl Town {
    pub(super) fn on(date: NaiveDate) -> Self {
        Self {
            centre: import::embedded(),
            date,
            items: Vec::new(),
            dossiers: Vec::new(),
            homes: Vec::new(),
            previous: None,
            travel: estimated_travel(),
            ids: SeededIds::new(7, 1_560_000_000_000),
        }
    }

    pub(super) fn site(&self, code: &str) -> SiteId {
        self.centre.site_by_code(code).unwrap_or_else(|| panic!("no site {code}")).id
    }

    /// `HH:MM` of the planned day.
    pub(super) fn at(&self, time: &str) -> DateTime<Utc> {
        self.at_on(self.date, time)
    }

    pub(super) fn at_on(&self, date: NaiveDate, time: &str) -> DateTime<Utc> {
        DayClock::new(date, self.centre.centre.time_zone).at(parse_time(time).unwrap())
    }

    pub(super) fn item(&mut self, from: &str, to: &str, ready_at: DateTime<Utc>) -> ItemId {
        let to = Destination::Site(self.site(to));
        self.item_to(from, to, ready_at)
    }

    pub(super) fn item_to(&mut self, from: &str, to: Destination, ready_at: DateTime<Utc>) -> ItemId {
        let id = ItemId::new(&mut self.ids);
        let item = Item {
            id,
            centre_id: self.centre.centre.id,
            code: format!("T-{:04}", self.items.len()).parse().unwrap(),
            dossier_id: None,
            from: self.site(from),
            to,
            ready_at,
            due_at: None,
            weight_g: 200,
            waypoint: None,
            delivered_at: None,
            synthetic: true,
        };
        self.items.push(item);
        id
    }

    /// An item for a home in the given commune.
    pub(super) fn home_item(
        &mut self,
        from: &str,
        commune: &str,
        ready_at: DateTime<Utc>,
        wanted: Option<WantedHalfDay>,
    ) -> ItemId {
        let position = self.centre.commune(commune, self.date).map_or(self.centre.hub().position, |it| it.position);
        let id = HomeDeliveryId::new(&mut self.ids);
        self.homes.push(HomeDelivery {
            id,
            centre_id: self.centre.centre.id,
            dossier_id: None,
            address: "Số 1".into(),
            commune_code: commune.into(),
            position,
            position_quality: PositionQuality::Commune,
            requested_at: ready_at,
            wanted,
            synthetic: true,
        });
        self.item_to(from, Destination::Home(id), ready_at)
    }

    pub(super) fn due(&mut self, item: ItemId, at: DateTime<Utc>) {
        self.items.iter_mut().find(|it| it.id == item).unwrap().due_at = Some(at);
    }

    /// Gives the item a dossier with this appointment.
    pub(super) fn appointment(&mut self, item: ItemId, appointment_at: DateTime<Utc>) {
        let id = DossierId::new(&mut self.ids);
        let item = self.items.iter_mut().find(|it| it.id == item).unwrap();
        item.dossier_id = Some(id);
        self.dossiers.push(Dossier {
            id,
            centre_id: self.centre.centre.id,
            code: self.centre.centre.dossier_codes.recognise("000.00.00.H51-190610-0001").unwrap().0,
            department_id: item.from,
            received_at: item.ready_at,
            appointment_at,
            settled_at: None,
            synthetic: true,
            procedure_code: None,
        });
    }

    pub(super) fn try_plan(&mut self) -> Result<Plan, DispatchError> {
        self.plan_by(None)
    }

    /// The plan with its problems solved by `solver`, if given.
    pub(super) fn plan_by(&mut self, solver: Option<&mut Solver<'_>>) -> Result<Plan, DispatchError> {
        let input = DayInput {
            centre: &self.centre,
            date: self.date,
            items: &self.items,
            dossiers: &self.dossiers,
            home_deliveries: &self.homes,
            travel: &self.travel,
            previous: self.previous.as_ref(),
            seed: 1,
            made_at: DayClock::new(self.date, self.centre.centre.time_zone).instant(0),
        };
        let mut goes_on = |_: &DayProgress| ControlFlow::Continue(());
        match solver {
            Some(solver) => plan_day_with(&input, &mut self.ids, &mut goes_on, solver),
            None => plan_day(&input, &mut self.ids, &mut goes_on),
        }
    }

    pub(super) fn plan(&mut self) -> Plan {
        let plan = self.try_plan().unwrap();
        super::audit::audit(self, &plan);
        plan
    }
}

pub(super) fn legs(plan: &Plan, item: ItemId) -> Vec<Leg> {
    plan.legs().into_iter().filter(|leg| leg.item_id == item).collect()
}

pub(super) fn reason(plan: &Plan, item: ItemId) -> &UnassignedReason {
    let found = plan.unassigned.iter().find(|it| it.item_id == item);
    &found.unwrap_or_else(|| panic!("the item is planned: {:?}", legs(plan, item))).reason
}
