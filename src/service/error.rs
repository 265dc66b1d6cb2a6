use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    dispatch::DispatchError,
    domain::{DeviceId, DomainError, FormKind, Misread},
    ledger::epcis::Fault,
    paper::PaperError,
    planner::formats::{FormatError, vroom::VroomError},
    roads::RoadsError,
    service::import::ImportError,
    service::simulate::SimulateError,
    service::{access::SignOnError, evidence::ImageFault},
    store::StoreError,
};

/// One wrong field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Which field, as a path of names: `to/site`.
    pub field: String,
    /// What is wrong with its value, and what is expected.
    pub message: String,
}

impl FieldProblem {
    /// A problem with `field`.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Why a use case failed. It speaks neither HTTP nor exit codes: each edge maps it to its own.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Nothing has been imported.
    #[error("no centre is loaded: run `conthoi import` (or `conthoi demo`) on this database first")]
    NoCentre,
    /// Which of several centres is meant was not said.
    #[error("the database holds several centres ({codes}): say which one with --centre CODE")]
    SeveralCentres {
        /// Their codes.
        codes: String,
    },
    /// The configured centre is not in the database.
    #[error("the database holds no centre {code:?}, only {known}: import it, or choose another with --centre")]
    UnknownCentre {
        /// The code asked for.
        code: String,
        /// The codes there are.
        known: String,
    },
    /// There is no such thing.
    #[error("there is no {what} {id:?}")]
    NotFound {
        /// What was looked for, in the mission's words.
        what: &'static str,
        /// How it was named.
        id: String,
    },
    /// That day has not been planned.
    #[error("{date} has not been planned: create a plan for it first")]
    NotPlanned {
        /// The day.
        date: NaiveDate,
    },
    /// Fields that cannot be accepted.
    #[error("{}", list(.0))]
    Invalid(Vec<FieldProblem>),
    /// A plan was asked for on a day off.
    #[error("{date} is not a working day ({reason}): the next working day is {next}")]
    NotAWorkingDay {
        /// The day.
        date: NaiveDate,
        /// Why it is off.
        reason: String,
        /// The first working day after it.
        next: NaiveDate,
    },
    /// A day that the calendar does not know.
    #[error("{0}")]
    OutsideCalendar(DomainError),
    /// The plan has changed since the caller saw it.
    #[error("the plan of {date} is not the one expected: {now}")]
    PlanChanged {
        /// The day.
        date: NaiveDate,
        /// What there is now.
        now: String,
    },
    /// The day is closed.
    #[error("{date} is closed: nothing of it changes any more")]
    DayClosed {
        /// The day.
        date: NaiveDate,
    },
    /// What was done in the meantime does not fit any more.
    #[error("it has been overtaken by what was done since: {what}")]
    Overtaken {
        /// What does not fit.
        what: String,
    },
    /// The locks have changed since the caller saw them.
    #[error("the locks of {date} are not the ones expected: they are at version {version}")]
    LocksChanged {
        /// The day.
        date: NaiveDate,
        /// Their version now.
        version: u32,
    },
    /// The proposal has been accepted or discarded.
    #[error("the proposal {id} is not open any more")]
    ProposalEnded {
        /// Its id.
        id: Uuid,
    },
    /// A move that breaks rules, made without a reason.
    #[error("the move breaks rules ({}): give a reason to make it all the same", rules.iter().map(|rule| rule.code.as_str()).collect::<Vec<_>>().join(", "))]
    RulesBroken {
        /// The rules.
        rules: Vec<crate::dispatch::by_hand::BrokenRule>,
    },
    /// The day's plan has no change that can be taken back.
    #[error("the plan of {date} has no change that can be taken back")]
    NothingToUndo {
        /// The day.
        date: NaiveDate,
    },
    /// A day that cannot be closed yet.
    #[error(
        "{count} items of {date} were to be carried and nobody has scanned them: scan them, report them missing, or say why they are carried over"
    )]
    Unaccounted {
        /// The day.
        date: NaiveDate,
        /// How many items.
        count: usize,
    },
    /// Another item has that code.
    #[error("another item has the code {code}: an item's code is unique within its centre")]
    CodeTaken {
        /// The code.
        code: String,
    },
    /// The item with that id is another one.
    #[error("the item {id} exists with other content: an item is created once and not changed by creating it again")]
    ItemDiffers {
        /// Its id.
        id: Uuid,
    },
    /// The dossier has changed since the caller saw it.
    #[error("the dossier {code} is not the one expected: {now}")]
    DossierChanged {
        /// Its code.
        code: String,
        /// What there is now.
        now: String,
    },
    /// A file of dossiers whose head or whole cannot be read.
    #[error("the file of dossiers cannot be read: {0}")]
    DossierFile(String),
    /// A record with that id is another one.
    #[error("a {what} with the id {id} exists with other content: choose another id for another {what}")]
    RecordDiffers {
        /// What kind of record.
        what: &'static str,
        /// Its id.
        id: Uuid,
    },
    /// The complaint has an answer already.
    #[error("the complaint {id} has been answered with other words: an answer is given once")]
    ComplaintAnswered {
        /// Its id.
        id: Uuid,
    },
    /// The law's window for a complaint is over.
    #[error("a complaint about this could be made until {until}: the window of the law is over")]
    ComplaintTooLate {
        /// The last day of the window.
        until: NaiveDate,
    },
    /// The design has ended already.
    #[error("the timetable design {id} has ended and can no longer be cancelled")]
    DesignEnded {
        /// Its id.
        id: Uuid,
    },
    /// The idempotency key came with another body before.
    #[error("this idempotency key was used before with another body: use a new key for a new request")]
    KeyReused,
    /// The job has ended already.
    #[error("the plan job {id} has ended ({state}) and can no longer be cancelled")]
    JobEnded {
        /// Its id.
        id: Uuid,
        /// How it ended.
        state: String,
    },
    /// A scanned text is no code.
    #[error("this is no code that can be looked up: {0}")]
    Misread(#[from] Misread),
    /// The discrepancy is not open any more.
    #[error("the discrepancy {id} is {state} and can no longer be changed")]
    DiscrepancyClosed {
        /// Its id.
        id: Uuid,
        /// How it stands.
        state: &'static str,
    },
    /// A document of events that breaks rules of EPCIS.
    #[error("{}", faults(.0))]
    Epcis(Vec<Fault>),
    /// A capture of more events than are taken at once.
    #[error("the document has {events} events, and at most {limit} are captured at once: split it")]
    CaptureTooLarge {
        /// How many.
        events: usize,
        /// How many are taken.
        limit: usize,
    },
    /// The event was captured before.
    #[error("the event {id:?} was captured before")]
    EventExists {
        /// Its id.
        id: String,
    },
    /// A webhook that is told nothing any more.
    #[error("the webhook {id} is disabled ({reason}): delete it and make it anew")]
    WebhookDisabled {
        /// Its id.
        id: Uuid,
        /// Why.
        reason: String,
    },
    /// A query that finds more events than it allows.
    #[error("{found} events are found, and the query allows {limit}: narrow it, or allow more")]
    TooManyEvents {
        /// How many.
        found: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// A public URL below which nothing can be named.
    #[error(
        "public_url {url:?}: expected an https URL without query and fragment, such as https://logistics.example.org/"
    )]
    PublicUrl {
        /// The URL.
        url: String,
    },
    /// A scan that hands nothing over has no minute.
    #[error("the scan is a {action}: a minute is made of a give, a receive or a hand_back")]
    NoHandover {
        /// What was done.
        action: &'static str,
    },
    /// No form is in force.
    #[error(
        "no row of forms.csv gives the form {form} on {date}: import the centre's folder with one that covers that day"
    )]
    NoForm {
        /// Which.
        form: FormKind,
        /// The day.
        date: NaiveDate,
    },
    /// Evidence cannot be taken.
    #[error("no folder is set in which evidence is kept: start the service with --evidence-dir")]
    NoEvidenceFolder,
    /// The folder does not do as it should.
    #[error("evidence cannot be written or read now: {problem}")]
    EvidenceUnavailable {
        /// What is in the way.
        problem: String,
    },
    /// More bytes than are accepted or were announced.
    #[error("the evidence has {bytes} bytes, and at most {max} are accepted")]
    EvidenceTooLarge {
        /// How many it has.
        bytes: u64,
        /// How many it may have.
        max: u64,
    },
    /// A part that does not begin where the upload is.
    #[error("the upload has {expected} bytes, and the part begins at {given}: go on from {expected}")]
    WrongOffset {
        /// Where the upload is.
        expected: u64,
        /// Where the part begins.
        given: u64,
    },
    /// Two send at once.
    #[error("another part of this upload is being written: ask how far it is and go on from there")]
    UploadBusy,
    /// The bytes are not those that were announced.
    #[error("what was sent has another SHA-256 digest than was announced: it was dropped, begin again")]
    EvidenceDiffers,
    /// The bytes are no evidence.
    #[error("{0}")]
    BadEvidence(ImageFault),
    /// A paper cannot be made.
    #[error("{0}")]
    Paper(#[from] PaperError),
    /// A season would be mixed with real data.
    #[error(
        "the database holds {count} dossiers or items that are not synthetic: a synthetic season is never mixed with \
         real data; use another --database"
    )]
    RealData {
        /// How many.
        count: u64,
    },
    /// There is a season already.
    #[error("the database holds a synthetic season of {dossiers} dossiers already: add --replace to make it anew")]
    SeasonExists {
        /// How many dossiers it has.
        dossiers: u64,
    },
    /// Name and password do not go together.
    #[error("the name or the password is wrong")]
    BadCredentials,
    /// Too many tries to come in have failed.
    #[error("too many tries have failed; try again in {seconds} s")]
    LoginLocked {
        /// How long to wait.
        seconds: u64,
    },
    /// It is not the caller's to do.
    #[error("{why}")]
    Forbidden {
        /// Why not, and what is theirs.
        why: &'static str,
    },
    /// A dossier code and a telephone number that do not go together. Which of them is wrong, or whether there is such a dossier,
    /// is not said.
    #[error("no appointment slip has this dossier code and this telephone number: check both")]
    NoSuchSlip,
    /// Too many requests have found nothing.
    #[error("too many tries have found nothing; try again in {seconds} s")]
    TooManyTries {
        /// How long to wait.
        seconds: u64,
    },
    /// A result that is handed over in person only.
    #[error("the result of this procedure is handed over in person only: {reason} ({reason_en})")]
    PresenceRequired {
        /// Why, in Vietnamese.
        reason: String,
        /// The same in English.
        reason_en: String,
    },
    /// Nobody can come then.
    #[error("that half-day has no room left: GET /v1/home-deliveries/half-days shows those that have")]
    HalfDayFull,
    /// A home delivery of the result is under way.
    #[error("a home delivery of this result is under way already: change it by its link")]
    AlreadyRequested,
    /// A link that stands for nothing, or not any more.
    #[error("there is nothing under this link, or not any more")]
    NoSuchLink,
    /// A one-time code that is not the one.
    #[error("the code is wrong or not valid any more: have another one sent")]
    WrongCode,
    /// No more codes are sent.
    #[error("no more codes are sent for this: begin anew, or call the centre")]
    NoMoreCodes,
    /// It is too late for a change.
    #[error("this cannot be changed any more: {why}")]
    TooLate {
        /// Why.
        why: &'static str,
    },
    /// The request has changed since the caller saw it.
    #[error("the home delivery is not the one expected: it is at revision {revision} now")]
    RequestChanged {
        /// Its revision.
        revision: u32,
    },
    /// The centre's data do not say on what terms results are brought home.
    #[error("this centre brings no results home: {missing} is missing from its data")]
    NoHomeDelivery {
        /// What.
        missing: &'static str,
    },
    /// The ranges of postal numbers are used up.
    #[error(
        "{wanted} postal numbers are wanted, and the ranges of postal_numbers.csv in force on {date} have fewer left: ask the \
         operator for another range and import it"
    )]
    NoPostalNumbers {
        /// How many are wanted.
        wanted: usize,
        /// The day.
        date: NaiveDate,
    },
    /// The postal operator's system does not do as it should.
    #[error("the postal operator's system cannot be asked: {problem}")]
    PostalOperator {
        /// What is in the way.
        problem: String,
    },
    /// Another fact has the id.
    #[error("something else is recorded under the id {id}: record another thing under another id")]
    FactDiffers {
        /// The id.
        id: Uuid,
    },
    /// A one-time link that is good for nothing.
    #[error("the link is not valid: it was used, has expired, or a newer one was made; ask an admin for another")]
    LinkVoid,
    /// Another account has the name or the address.
    #[error("another account has this name or e-mail address")]
    NameTaken,
    /// The account has changed since the caller saw it.
    #[error("the account is not the one expected: it is at revision {revision} now")]
    AccountChanged {
        /// Its revision.
        revision: u32,
    },
    /// An identity provider does not let the person in.
    #[error("{0}")]
    SignOn(#[from] SignOnError),
    /// Nobody could let anybody in any more.
    #[error("this is the only admin who can come in: let another admin in first")]
    LastAdmin,
    /// A code that enrols no device.
    #[error("the code is not valid: it was used, has expired, or was misread; ask the dispatcher for another")]
    EnrolmentVoid,
    /// Another device has the id.
    #[error("a device with the id {id} is enrolled already: leave the id out to get another")]
    DeviceTaken {
        /// The id.
        id: DeviceId,
    },
    /// The device may do nothing any more.
    #[error("the device {id} is revoked: enrol it again")]
    DeviceRevoked {
        /// Its id.
        id: DeviceId,
    },
    /// The operating system has no random bits.
    #[error("the operating system gives no random bits: {problem}")]
    NoRandomness {
        /// What it says.
        problem: String,
    },
    /// The work broke off in a way that only a fault of the program explains.
    #[error("the program failed at this; its log has the cause")]
    Panicked,
    /// The caller stopped it.
    #[error("stopped before it was done; nothing was changed")]
    Cancelled,
    /// A centre's folder cannot be loaded.
    #[error("{0}")]
    Import(#[from] ImportError),
    /// A season cannot be made.
    #[error("{0}")]
    Simulate(#[from] SimulateError),
    /// A day cannot be planned.
    #[error("{0}")]
    Dispatch(DispatchError),
    /// Roads cannot be read or a way cannot be found.
    #[error("{0}")]
    Roads(#[from] RoadsError),
    /// A problem file that is not as its format has it.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// Options of solving that do not go together.
    #[error("{0}")]
    SolveOption(&'static str),
    /// A member of VROOM's input that cannot be accepted.
    #[error("{0}")]
    Vroom(#[from] VroomError),
    /// A problem that is too large to be solved here.
    #[error("the input has {count} {what}, and at most {limit} are solved here; split it, or use `conthoi solve`")]
    SolveTooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        count: usize,
        /// How much is accepted.
        limit: usize,
    },
    /// As many problems are being solved as may be at once.
    #[error("{at_once} problems are being solved, which is the most at once; ask again in {seconds} s")]
    SolverBusy {
        /// How many.
        at_once: usize,
        /// When it is worth asking again.
        seconds: u64,
    },
    /// The threads of a search cannot be had.
    #[error("{threads} threads cannot be started: {problem}; ask for fewer")]
    Threads {
        /// How many.
        threads: usize,
        /// What the system says.
        problem: String,
    },
    /// An answer that breaks a rule of its problem.
    #[error("the checker refuses the answer ({first}; {count} violations in all): this is a fault of the program")]
    CheckerRefused {
        /// The first violation.
        first: String,
        /// How many there are.
        count: usize,
    },
    /// A file that cannot be opened or written.
    #[error("{what} {path}: {problem}")]
    File {
        /// What kind of file.
        what: &'static str,
        /// Its path.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A value that cannot exist.
    #[error("{0}")]
    Domain(DomainError),
    /// The database failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

fn faults(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn list(problems: &[FieldProblem]) -> String {
    problems.iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect::<Vec<_>>().join("; ")
}

impl ServiceError {
    pub(super) fn not_found(what: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    /// Whether the database did not answer, so that trying again later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::EvidenceUnavailable { .. }) || matches!(self, Self::Store(error) if error.is_unavailable())
    }

    /// A file that the operating system refuses.
    #[must_use]
    pub fn file(what: &'static str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::File { what, path: path.display().to_string(), problem: error.to_string() }
    }
}

impl From<DomainError> for ServiceError {
    fn from(error: DomainError) -> Self {
        match error {
            DomainError::OutsideCalendar { .. } => Self::OutsideCalendar(error),
            other => Self::Domain(other),
        }
    }
}
