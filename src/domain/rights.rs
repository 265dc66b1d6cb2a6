//! Who may do what, in one table.
//!
//! A handler names the act and, where the reach is `Own`, what the object has to do with. Nothing else decides.

use std::collections::BTreeSet;

use super::{Party, Role, Scope};

/// What can be done with the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Read the centre, its sites, timetable and calendar.
    ReadCentre,
    /// List items.
    ListItems,
    /// Read one item, and what a day's plan does with it.
    ReadItem,
    /// Add an item.
    AddItem,
    /// Add or change a dossier.
    WriteDossiers,
    /// Read dossiers.
    ReadDossiers,
    /// Read plans, runs and rounds with their stops and manifests.
    ReadPlans,
    /// See the day as it is, and what was noticed.
    ReadLive,
    /// Tell where a courier is.
    SendPositions,
    /// Have a day planned, and cancel that.
    MakePlans,
    /// Follow a planning job.
    ReadPlanJobs,
    /// Record scans.
    CaptureScans,
    /// Read who has a thing and who had it.
    ReadCustody,
    /// Read what has to be explained.
    ReadDiscrepancies,
    /// Resolve what has to be explained.
    ResolveDiscrepancy,
    /// Ask somebody to explain.
    AssignDiscrepancy,
    /// Upload photos and signatures.
    UploadEvidence,
    /// See photos and signatures.
    ReadEvidence,
    /// Print labels, manifests, handover minutes and slips.
    PrintPaper,
    /// Capture EPCIS events.
    CaptureEpcis,
    /// Read EPCIS events.
    ReadEpcis,
    /// Follow what happens as it happens.
    FollowEvents,
    /// Solve routing problems.
    Solve,
    /// Keep webhooks.
    ManageWebhooks,
    /// Enrol, bind and revoke devices.
    ManageDevices,
    /// See devices.
    ReadDevices,
    /// Add and change accounts, and their tokens.
    ManageAccounts,
    /// See accounts and tokens, without secrets.
    ReadAccounts,
    /// Read the log of administrative acts.
    ReadAudit,
    /// Record ratings.
    RecordRatings,
    /// Read ratings, complaints and compensations.
    ReadComplaints,
    /// Answer complaints, and record what is paid for losses.
    AnswerComplaints,
    /// Hand things to the postal operator.
    HandToPost,
    /// Read what was handed to the postal operator, and what became of it.
    ReadPost,
    /// Tell what became of what was handed to the postal operator.
    TellOfPost,
    /// Read reports.
    ReadReports,
    /// Try other timetables on what was recorded.
    DesignTimetable,
    /// List home deliveries, without anything personal.
    ListHomeDeliveries,
    /// Read home deliveries, with the citizen's name, number and address.
    ReadHomeDeliveries,
    /// Record what happens to home deliveries: identity checks, proofs, fees, documents.
    RecordHomeFacts,
    /// Read what fees were collected and handed in.
    ReadFees,
    /// Record fees handed in.
    TakeFees,
    /// Erase a citizen's personal data.
    ErasePersonalData,
    /// See how messages to people stand, and what they say in general.
    ReadNotifications,
    /// Send messages that were given up again.
    RetryNotifications,
    /// Read what one is oneself, change one's own password, go.
    ManageOneself,
}

/// How far an act reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It is refused.
    Nothing,
    /// To what has to do with the one party that one acts for.
    Own,
    /// To everything of the centre.
    All,
}

use Reach::{All as A, Nothing as N, Own as O};

/// Act, then the reach of admin, dispatcher, courier, clerk and supervisor, then the scope that another system needs.
///
/// Own of a courier is what is on the own route or was in the own hands, of a clerk what comes from, goes to or was at the
/// own office.
#[rustfmt::skip]
const TABLE: [(Act, [Reach; 5], Option<Scope>); 46] = [
    //                          admin
    //                             dispatcher
    //                                courier
    //                                   clerk
    //                                      supervisor
    (Act::ReadCentre,          [A, A, A, A, A], Some(Scope::CentreRead)),
    (Act::ListItems,           [A, A, N, O, A], Some(Scope::ItemsRead)),
    (Act::ReadItem,            [A, A, O, O, A], Some(Scope::ItemsRead)),
    (Act::AddItem,             [A, A, N, O, N], Some(Scope::ItemsWrite)),
    (Act::WriteDossiers,       [A, A, N, N, N], Some(Scope::DossiersWrite)),
    (Act::ReadDossiers,        [A, A, N, O, A], Some(Scope::DossiersWrite)),
    (Act::ReadPlans,           [A, A, O, O, A], Some(Scope::PlansRead)),
    (Act::ReadLive,            [A, A, N, N, A], Some(Scope::PlansRead)),
    (Act::SendPositions,       [A, A, O, N, N], Some(Scope::ScansWrite)),
    (Act::MakePlans,           [A, A, N, N, N], Some(Scope::PlansWrite)),
    (Act::ReadPlanJobs,        [A, A, N, N, A], Some(Scope::PlansWrite)),
    (Act::CaptureScans,        [A, A, O, O, N], Some(Scope::ScansWrite)),
    (Act::ReadCustody,         [A, A, O, O, A], Some(Scope::CustodyRead)),
    (Act::ReadDiscrepancies,   [A, A, O, O, A], Some(Scope::CustodyRead)),
    (Act::ResolveDiscrepancy,  [A, A, N, O, N], None),
    (Act::AssignDiscrepancy,   [A, A, N, N, N], None),
    (Act::UploadEvidence,      [A, A, O, O, N], Some(Scope::ScansWrite)),
    (Act::ReadEvidence,        [A, A, O, O, A], Some(Scope::CustodyRead)),
    (Act::PrintPaper,          [A, A, O, O, A], Some(Scope::PaperPrint)),
    (Act::CaptureEpcis,        [A, A, N, N, N], Some(Scope::EpcisWrite)),
    (Act::ReadEpcis,           [A, A, N, N, A], Some(Scope::EventsRead)),
    (Act::FollowEvents,        [A, A, N, N, A], Some(Scope::EventsRead)),
    (Act::Solve,               [A, A, N, N, N], Some(Scope::Solve)),
    (Act::ManageWebhooks,      [A, N, N, N, N], None),
    (Act::ManageDevices,       [A, A, N, N, N], None),
    (Act::ReadDevices,         [A, A, N, N, A], None),
    (Act::ManageAccounts,      [A, N, N, N, N], None),
    (Act::ReadAccounts,        [A, N, N, N, A], None),
    (Act::ReadAudit,           [A, N, N, N, A], None),
    (Act::RecordRatings,       [A, A, N, N, N], Some(Scope::RatingsWrite)),
    (Act::ReadComplaints,      [A, A, N, N, A], None),
    (Act::AnswerComplaints,    [A, A, N, N, N], None),
    (Act::HandToPost,          [A, A, N, O, N], None),
    (Act::ReadPost,            [A, A, N, O, A], Some(Scope::PostWrite)),
    (Act::TellOfPost,          [A, A, N, N, N], Some(Scope::PostWrite)),
    (Act::ReadReports,         [A, A, N, N, A], Some(Scope::ReportsRead)),
    (Act::DesignTimetable,     [A, A, N, N, A], None),
    (Act::ListHomeDeliveries,  [A, A, N, N, A], None),
    (Act::ReadHomeDeliveries,  [A, A, O, O, A], None),
    (Act::RecordHomeFacts,     [A, A, O, O, N], None),
    (Act::ReadFees,            [A, A, O, N, A], None),
    (Act::TakeFees,            [A, A, N, N, N], None),
    (Act::ErasePersonalData,   [A, N, N, N, N], None),
    (Act::ReadNotifications,   [A, A, N, N, A], None),
    (Act::RetryNotifications,  [A, A, N, N, N], None),
    (Act::ManageOneself,       [A, A, A, A, A], None),
];

/// The parties that an object has to do with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concerns(pub BTreeSet<Party>);

impl FromIterator<Party> for Concerns {
    fn from_iter<I: IntoIterator<Item = Party>>(parties: I) -> Self {
        Self(parties.into_iter().collect())
    }
}

impl Extend<Party> for Concerns {
    fn extend<I: IntoIterator<Item = Party>>(&mut self, parties: I) {
        self.0.extend(parties);
    }
}

/// With what right somebody comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The role.
    pub role: Role,
    /// For whom a courier or a clerk acts: the courier, or the office. `None` lets them see nothing.
    pub acts_for: Option<Party>,
    /// What the token of another system allows.
    pub scopes: BTreeSet<Scope>,
}

impl Authority {
    /// How far `act` reaches.
    #[must_use]
    pub fn reach(&self, act: Act) -> Reach {
        let Some((_, roles, scope)) = TABLE.iter().find(|(known, ..)| *known == act) else { return Reach::Nothing };
        match self.role {
            Role::Admin => roles[0],
            Role::Dispatcher => roles[1],
            Role::Courier => roles[2],
            Role::Clerk => roles[3],
            Role::Supervisor => roles[4],
            Role::Integration if scope.is_some_and(|scope| self.scopes.contains(&scope)) => Reach::All,
            // A token can always ask what it is.
            Role::Integration if act == Act::ManageOneself => Reach::All,
            Role::Integration => Reach::Nothing,
        }
    }

    /// Whether `act` reaches an object that has to do with `concerns`.
    #[must_use]
    pub fn may(&self, act: Act, concerns: &Concerns) -> bool {
        match self.reach(act) {
            Reach::Nothing => false,
            Reach::All => true,
            Reach::Own => self.acts_for.is_some_and(|party| concerns.0.contains(&party)),
        }
    }

    /// The one party whose objects `act` reaches, where it does not reach all. `Some(None)` is nobody's.
    #[must_use]
    pub fn only(&self, act: Act) -> Option<Option<Party>> {
        match self.reach(act) {
            Reach::All => None,
            Reach::Own => Some(self.acts_for),
            Reach::Nothing => Some(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CourierId, SiteId};
    use uuid::Uuid;

    #[test]
    fn each_act_stands_in_the_table_once() {
        let acts: BTreeSet<Act> = TABLE.iter().map(|(act, ..)| *act).collect();
        assert_eq!(acts.len(), TABLE.len());
        assert!(acts.contains(&Act::ReadCentre) && acts.contains(&Act::ManageOneself));
    }

    #[test]
    fn own_is_what_concerns_the_party() {
        let site = Party::Site(SiteId::from_uuid(Uuid::from_u128(1)));
        let courier = Party::Courier(CourierId::from_uuid(Uuid::from_u128(1)));
        let clerk = Authority { role: Role::Clerk, acts_for: Some(site), scopes: BTreeSet::new() };
        assert!(clerk.may(Act::ReadCustody, &Concerns::from_iter([site])));
        assert!(!clerk.may(Act::ReadCustody, &Concerns::from_iter([courier])), "the same id of another kind");
        assert!(!clerk.may(Act::MakePlans, &Concerns::from_iter([site])));
        let nobody = Authority { acts_for: None, ..clerk };
        assert!(!nobody.may(Act::ReadCustody, &Concerns::from_iter([site])));
        assert_eq!(nobody.only(Act::ReadCustody), Some(None));
    }

    #[test]
    fn a_supervisor_changes_nothing() {
        let changes = [
            Act::AddItem,
            Act::WriteDossiers,
            Act::MakePlans,
            Act::SendPositions,
            Act::CaptureScans,
            Act::ResolveDiscrepancy,
            Act::AssignDiscrepancy,
            Act::UploadEvidence,
            Act::CaptureEpcis,
            Act::ManageWebhooks,
            Act::ManageDevices,
            Act::ManageAccounts,
            Act::RecordRatings,
            Act::AnswerComplaints,
            Act::HandToPost,
            Act::TellOfPost,
            Act::RecordHomeFacts,
            Act::TakeFees,
            Act::ErasePersonalData,
            Act::RetryNotifications,
        ];
        let supervisor = Authority { role: Role::Supervisor, acts_for: None, scopes: BTreeSet::new() };
        assert!(changes.into_iter().all(|act| supervisor.reach(act) == Reach::Nothing));
    }
}
