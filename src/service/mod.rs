//! The use cases: one function each, on one [`Service`].
//!
//! Here the domain meets the world: the database, the road network, the clock and the source of new ids are this
//! layer's, and everything below gets what it needs as arguments. A use case either does all of its work or none.
//!
//! Invariants: a plan is stored only after the dispatch layer's checker has accepted it, and only over the plan that
//! it was made from; synthetic and real data never share a database; at most one plan is made at a time in a process;
//! so is an answer of `solve` shown only after the planner's checker has accepted it.
//!
//! What it does not know: HTTP, terminals, exit codes. [`ServiceError`] says what failed in the mission's words.

mod access;
mod calendar;
mod centres;
mod clock;
mod complaints;
mod designs;
mod dossiers;
mod epcis;
mod error;
mod evidence;
mod exchange;
mod feed;
mod geometry;
mod homes;
pub mod import;
mod items;
mod jobs;
mod live;
mod new_item;
mod notify;
mod once;
mod paging;
mod papers;
mod planning;
mod plans;
mod postal;
mod readiness;
mod reports;
mod road_files;
mod scans;
mod seasons;
mod setup;
pub mod simulate;
mod sites;
pub mod solve;
mod travel;
mod webhooks;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use access::{
    AccessSettings, AccountChange, AccountPage, Actor, AuditPage, Credential, DeviceDetail, DevicePage, NewAccount,
    NewDevice, NewEnrolment, NewSession, NewToken, OneTimeLink, PRINCIPAL_FRESH, PasswordCost, Principal,
    ProviderSettings, PublicUrl, Secret, SignOnAnswer, SignOnError, SignOnStart, Via,
};
pub use calendar::{CalendarDay, TimetableDay};
pub use centres::CentreOverview;
pub use clock::{Clock, FixedClock, SetClock, SystemClock};
pub use complaints::{Days, NamedMatter, NewCompensation, NewComplaint, NewRating, SaidPage, SaidPart};
pub use designs::{
    DESIGN_COURIERS_MAX, DESIGN_MINUTES, DESIGN_RUNS_MAX, DesignAim, DesignJob, DesignOrder, DesignOutcome,
    DesignState, DesignedTimetable, OwnTimetable,
};
pub use dossiers::{
    DossierFormat, DossierReport, DossierVersion, ExpectedDossier, IMPORT_ROWS_MAX, ImportedRow, NewDossier, RowColumn,
    RowResult,
};
pub use epcis::{
    CAPTURE_BYTES_MAX, CAPTURE_EVENTS_MAX, CaptureError, CapturePage, CapturedEvent, EndedCapture, EventPage,
    EventQuery,
};
pub use error::{FieldProblem, ServiceError};
pub use evidence::{
    Evidence, EvidenceError, EvidenceFolder, EvidenceLimits, ImageFault, MediaType, Upload, UploadState, strip,
};
pub use exchange::ExchangeSettings;
pub use feed::{FeedCursor, FeedEvent, FeedKind, FeedPart};
pub use geometry::{LineBasis, RouteGeometry};
pub use homes::{
    AskedHome, CourierFees, Erased, HalfDayOffer, HomeChange, HomeDays, HomePage, HomePlace, HomePoint, HomeStage,
    HomeTermsNow, HomeTrack, HomeWindow, NewDelegate, NewHomeEvent, NewHomeFact, NewHomeRequest, OpenPoint, StaffHome,
    WindowBasis,
};
pub use items::{ItemDetail, ItemPage, ItemPlan, ItemPlanState, ItemQuery, Numbered};
pub use live::{
    AccountedItem, AlertView, CarryOver, CloseReport, DayLive, DayLocks, DayReport, IncomingPosition, ItemAccount,
    MoveAnswer, NamedCause, POSITIONS_MAX, PositionAnswer, ProposalView,
};
pub use new_item::{NewDestination, NewItem};
pub use notify::{
    ChannelStanding, Gateway, GatewayWords, MailServer, Message, MessageSent, NotificationPage, NotifySettings,
    PushAddress, PushOffer, PushSettings, Recipient, TakenText,
};
pub use once::FirstAnswer;
pub use papers::{IssuedSlip, LABELS_MAX, LabelFormat, SlipCheck, SlipFault, SlipVerdict, verify_offline};
pub use planning::{DayRequest, Expected, PlanProgress, PlanVersion};
pub use plans::{DayPlan, PlanDate};
pub use postal::{
    NewPostalHandover, POSTAL_EVENTS_MAX, ParcelState, PostalAnswer, PostalDay, PostalHandoverDetail, PostalSettings,
    read_postal_event,
};
pub use readiness::Readiness;
pub use reports::{ReportRequest, ReportTable};
pub use road_files::{RoadsStep, import_roads, roads_summary};
pub use scans::{
    CustodyDetail, DiscrepancyDetail, DiscrepancyPage, DiscrepancyQuery, IncomingAction, IncomingScan, LedgerFault,
    LedgerReport, NamedParty, NamedPlace, PreparedScans, RouteReconciliation, ScanAnswer, ScanDetail,
    StopReconciliation, TripScans, WrittenScans,
};
pub use seasons::{SeasonOrder, SeasonProgress, SeasonReport};
pub use setup::{Setup, travel};
pub use sites::{SitePage, SiteQuery};
pub use travel::{estimated_travel, network_travel, read_network};
pub use webhooks::{NewWebhook, SendOutcome, TakenDelivery, WebhookDetail, WebhookKind, WebhookPage};

use scans::named_party;

use self::{
    access::Access,
    centres::CentreCache,
    clock::{ClockIds, SharedIds},
    jobs::Jobs,
    solve::{SolveLimits, Solving},
};
/// What the edges see of the layers below: they use those only through here.
pub use crate::{
    dispatch::DispatchError,
    dispatch::by_hand::{BrokenRule, Move},
    dispatch::live::{AlertDetail, LiveDay, LiveItem, LiveRoute, LiveStop, Reached, Whereabouts},
    dispatch::replan::{Change, ChangeKind, Difference},
    dispatch::replay::{RunTime, Scenario},
    ledger::content::hex,
    ledger::{Attempt, Custody, Discrepancy, DiscrepancyKind, Holding, Reconciliation, Recorded, epcis::Fault},
    paper::{Outcome, SlipPaper, SlipRow, Statement, StatementError, VerificationCode},
    roads::NetworkSummary,
    store::{
        AccessToken, Account, AuditCursor, AuditEntry, DatabaseUrl, DeliveryState, Device, DeviceShift,
        DiscrepancyCursor, DiscrepancyState, ErrorBehaviour, FeeHandIn, HomeCursor, HomeFilter, ItemCursor, JobState,
        MessageAttempt, MessageState, OutboxMessage, PlanJob, ProposalState, PutDossier, TimeCursor, WebhookDelivery,
    },
};
use crate::{
    dispatch::TravelModes,
    domain::{CentreData, IdSource},
    store::{ScanWriter, Store},
};

/// All use cases; cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    travel: Arc<TravelModes>,
    clock: Arc<dyn Clock>,
    ids: SharedIds,
    centre_code: Option<String>,
    centre: CentreCache,
    jobs: Jobs,
    designs: designs::Designs,
    scan_writer: Mutex<Option<Arc<ScanWriter>>>,
    evidence: OnceLock<(EvidenceFolder, EvidenceLimits)>,
    solving: Arc<Solving>,
    exchange: OnceLock<ExchangeSettings>,
    feed: Arc<feed::FeedHub>,
    sender: OnceLock<webhooks::Sender>,
    access: Access,
    homes: homes::HomeDesk,
    postal: postal::PostalDesk,
    sending: OnceLock<notify::Sending>,
}

impl Service {
    /// The use cases on `store`, with travel as `travel` has it. `centre_code` says which of several centres is meant.
    #[must_use]
    pub fn new(store: Store, travel: Arc<TravelModes>, clock: Arc<dyn Clock>, centre_code: Option<String>) -> Self {
        let ids = Box::new(ClockIds(Arc::clone(&clock)));
        Self::with_ids(store, travel, clock, ids, centre_code)
    }

    /// The same with ids from another source, such as a seeded one.
    #[must_use]
    pub fn with_ids(
        store: Store,
        travel: Arc<TravelModes>,
        clock: Arc<dyn Clock>,
        ids: Box<dyn IdSource + Send>,
        centre_code: Option<String>,
    ) -> Self {
        Self::with_limits(store, travel, clock, ids, centre_code, SolveLimits::default())
    }

    /// The same with other limits for what is solved for clients.
    #[must_use]
    pub fn with_limits(
        store: Store,
        travel: Arc<TravelModes>,
        clock: Arc<dyn Clock>,
        ids: Box<dyn IdSource + Send>,
        centre_code: Option<String>,
        limits: SolveLimits,
    ) -> Self {
        Self::with_access(store, travel, clock, ids, centre_code, limits, AccessSettings::default())
    }

    /// The same with other settings of how people come in.
    #[must_use]
    pub fn with_access(
        store: Store,
        travel: Arc<TravelModes>,
        clock: Arc<dyn Clock>,
        ids: Box<dyn IdSource + Send>,
        centre_code: Option<String>,
        limits: SolveLimits,
        access: AccessSettings,
    ) -> Self {
        let inner = Inner {
            store,
            travel,
            clock,
            ids: Mutex::new(ids),
            centre_code,
            centre: CentreCache::default(),
            jobs: Jobs::default(),
            designs: designs::Designs::default(),
            scan_writer: Mutex::default(),
            evidence: OnceLock::new(),
            solving: Arc::new(Solving::limited(limits)),
            exchange: OnceLock::new(),
            feed: Arc::default(),
            sender: OnceLock::new(),
            access: Access::new(access),
            homes: homes::HomeDesk::default(),
            postal: postal::PostalDesk::default(),
            sending: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// How travel is measured.
    #[must_use]
    pub fn travel(&self) -> &TravelModes {
        &self.inner.travel
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// A fresh id for what an edge makes, such as a request.
    #[must_use]
    pub fn fresh_uuid(&self) -> Uuid {
        self.ids().next_uuid()
    }

    /// Keeps evidence in `folder` from here on; without a folder none is taken. A second call changes nothing.
    pub fn keep_evidence_in(&self, folder: EvidenceFolder, limits: EvidenceLimits) {
        let _ = self.inner.evidence.set((folder, limits));
    }

    fn evidence_settings(&self) -> Option<&(EvidenceFolder, EvidenceLimits)> {
        self.inner.evidence.get()
    }

    /// The centre that is served.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`], [`ServiceError::SeveralCentres`] and [`ServiceError::UnknownCentre`].
    pub fn centre(&self) -> Result<Arc<CentreData>, ServiceError> {
        self.inner.centre.get(&self.inner.store, self.inner.centre_code.as_deref())
    }

    fn ids(&self) -> DrawnIds<'_> {
        DrawnIds(&self.inner.ids)
    }
}

/// Draws ids one at a time, so that long work does not keep others from theirs.
struct DrawnIds<'a>(&'a SharedIds);

impl IdSource for DrawnIds<'_> {
    fn next_uuid(&mut self) -> Uuid {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_uuid()
    }
}
