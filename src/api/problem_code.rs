use actix_web::{HttpResponse, get, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    params::{NoQuery, PathParams},
    problem::{Failure, Problem},
};

/// What can go wrong, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProblemCode {
    /// The stable word.
    pub code: &'static str,
    /// The HTTP status it comes with.
    pub status: u16,
    /// What it is, in a few words; the same each time.
    pub title: &'static str,
    /// What it means and what to do.
    pub explanation: &'static str,
}

macro_rules! problem_codes {
    ($($name:ident = $code:literal $status:literal $title:literal $explanation:literal;)+) => {
        impl ProblemCode {
            $(pub(crate) const $name: Self =
                Self { code: $code, status: $status, title: $title, explanation: $explanation };)+

            /// Every code that the service can answer with.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

problem_codes! {
    BAD_REQUEST = "bad_request" 400 "The request cannot be read"
        "The request breaks the rules of HTTP in some way that the detail names. Correct it and send it again.";
    MALFORMED_JSON = "malformed_json" 400 "The body is not JSON"
        "The body must be one JSON document in UTF-8. The detail names the line and column where reading stopped.";
    INVALID_PARAMETER = "invalid_parameter" 400 "A path, query or header value is not valid"
        "Each element of errors names the parameter, the problem with its value and what is expected. Unknown query \
         parameters are refused too, so that a mistyped filter never silently returns everything.";
    INVALID_PROBLEM = "invalid_problem" 400 "The routing problem has a member that cannot be accepted"
        "The error names the member by JSON pointer, what is wrong with it and what is expected. Members that VROOM's API \
         does not have are refused too, so that a mistyped one is never ignored.";
    UNSUPPORTED_MEMBER = "unsupported_member" 400 "The routing problem asks for what is not supported here"
        "The member that the error names by JSON pointer is sound in VROOM's API, but its meaning is not supported here. \
         The message says what to do instead.";
    INVALID_EPCIS = "invalid_epcis" 400 "The document breaks rules of EPCIS"
        "Each element of errors names a member by JSON pointer and the rule of EPCIS 2.0 or CBV 2.0 that it breaks. Nothing was \
         stored; with the header GS1-Capture-Error-Behaviour: proceed whatever is sound would be.";
    INVALID_FILE = "invalid_file" 400 "The file cannot be read"
        "The header of the CSV file or the JSON list as a whole is not as expected; the detail says where. Nothing was stored of a \
         file whose head cannot be read.";
    UNAUTHENTICATED = "unauthenticated" 401 "Nobody known makes this request"
        "Come in with POST /v1/login or at /login, or send a token as `Authorization: Bearer`. A session ends after some \
         hours, when its password is changed, and when its account is changed or shut; a token ends when it expires or is revoked.";
    BAD_CREDENTIALS = "bad_credentials" 401 "The name or the password is wrong"
        "Which of the two is not said. After some failures the next try has to wait. An admin can make a link with which a \
         forgotten password is set anew.";
    FORBIDDEN = "forbidden" 403 "The caller may not do this"
        "The caller is known, but their role, or their token's scopes, do not allow it. What they may do, but not to this \
         object, is answered as if the object did not exist.";
    CROSS_SITE = "cross_site" 403 "Another site's page made this request"
        "A browser says that the request was made by a page of another site. Such requests change nothing here, unless they \
         carry a token of their own.";
    NO_SUCH_SLIP = "no_such_slip" 404 "No appointment slip has this code and this number"
        "Dossier code and telephone number must be those of one appointment slip. Which of them is wrong is not said, and after \
         some tries the next one has to wait.";
    NO_SUCH_LINK = "no_such_link" 404 "There is nothing under this link"
        "The link is mistyped, has expired, or what it stood for was erased. Which of these it is is not said.";
    NOT_FOUND = "not_found" 404 "There is no such thing"
        "The path is right, but nothing has that id or code. It may have been replaced: planning a day again gives \
         its routes and stops new ids.";
    NO_SUCH_PATH = "no_such_path" 404 "There is nothing at this path"
        "No endpoint has this path. /openapi.json lists all of them and /docs shows them.";
    NOT_PLANNED = "not_planned" 404 "That day has not been planned"
        "No plan is stored for that day. Create one with POST /v1/plans.";
    METHOD_NOT_ALLOWED = "method_not_allowed" 405 "The path does not answer this method"
        "The Allow header lists the methods that the path answers.";
    CODE_TAKEN = "code_taken" 409 "Another item has that code"
        "The code on a barcode is unique within its centre. If you sent this item before, ask for it by its code.";
    RECORD_DIFFERS = "record_differs" 409 "A record with that id exists with other content"
        "Sending the same record twice under one id is harmless. To add another record choose another id.";
    COMPLAINT_ANSWERED = "complaint_answered" 409 "The complaint has an answer already"
        "A complaint is answered once. GET /v1/complaints/{id} shows the answer that was given.";
    COMPLAINT_TOO_LATE = "complaint_too_late" 409 "The window for a complaint is over"
        "The law lets complaints be made within some months after the matter ended. The detail says until when.";
    ITEM_DIFFERS = "item_differs" 409 "An item with that id exists with other content"
        "Creating an item a second time is harmless when the content is the same. To create another item choose \
         another id.";
    JOB_ENDED = "job_ended" 409 "The job has ended"
        "A job that has ended cannot be cancelled.";
    DAY_CLOSED = "day_closed" 409 "The day is closed"
        "A closed day is frozen: nothing of its plan changes any more. Its report is at /v1/plans/{date}/close.";
    OVERTAKEN = "overtaken" 409 "It has been overtaken"
        "What was done in the meantime does not fit what was asked for: a courier has left, a stop is done. Look at the live day \
         and ask again.";
    LOCKED = "locked" 409 "What is locked cannot stay"
        "The plan cannot be made without changing what is locked. Unlock it, or leave it as it is.";
    IMPOSSIBLE_MOVE = "impossible_move" 409 "The move cannot be made"
        "It names what is not there, or would change what is done. The detail says which; no reason makes it possible.";
    RULES_BROKEN = "rules_broken" 409 "The move breaks rules"
        "The detail names the rules; a move with dry_run shows them in full. Make it with a reason, which the audit log keeps.";
    NOTHING_TO_UNDO = "nothing_to_undo" 409 "There is no change to take back"
        "Only what was changed after the day was planned can be taken back, the last change first.";
    UNACCOUNTED = "unaccounted" 409 "Items are not accounted for"
        "Each item that was to be carried must have been scanned before the day is closed. GET the report, scan the items it names \
         as unaccounted, report them missing by a scan, or say in carried_over why they did not go.";
    PROPOSAL_ENDED = "proposal_ended" 409 "The proposal is not open"
        "It was accepted or discarded before. Ask for a new one.";
    DISCREPANCY_CLOSED = "discrepancy_closed" 409 "The discrepancy is closed"
        "A discrepancy that was resolved, or that later scans have explained, cannot be changed.";
    EVENT_EXISTS = "event_exists" 409 "The event is there already"
        "An event is captured once. It is taken back by the same event with an errorDeclaration.";
    WEBHOOK_DISABLED = "webhook_disabled" 409 "The webhook is disabled"
        "The endpoint answered 410 and is told nothing any more. Delete it and make it anew.";
    WRONG_OFFSET = "wrong_offset" 409 "The part does not begin where the upload is"
        "Ask with HEAD or GET how many bytes have arrived, and send the rest from there.";
    UPLOAD_BUSY = "upload_busy" 409 "Another part is being written"
        "Two senders continue the same upload. Ask how far it is and go on from there.";
    NAME_TAKEN = "name_taken" 409 "Another account has this name or e-mail address"
        "Names and e-mail addresses of accounts are unique within a centre. Choose another.";
    LAST_ADMIN = "last_admin" 409 "This is the only admin who can come in"
        "Somebody must be able to let others in. Let another admin in first.";
    DEVICE_TAKEN = "device_taken" 409 "A device with that id is enrolled already"
        "Leave the id out to get another one, or find out which device has it.";
    DEVICE_REVOKED = "device_revoked" 409 "The device is revoked"
        "A revoked device stays so. Enrol it again.";
    LINK_VOID = "link_void" 410 "The link is not valid"
        "A link sets a password once, for a day, and only the newest one of an account. Ask an admin for another.";
    ENROLMENT_VOID = "enrolment_void" 410 "The code enrols no device"
        "A code enrols one device, within ten minutes. Ask the dispatcher for another.";
    REQUEST_CHANGED = "request_changed" 412 "The home delivery has changed since it was read"
        "Read it again and decide anew; its ETag names its revision.";
    ACCOUNT_CHANGED = "account_changed" 412 "The account has changed"
        "The account is not the one that If-Match named: somebody changed it in between. Get it, look at it, and send its \
         ETag.";
    PLAN_CHANGED = "plan_changed" 412 "The plan has changed"
        "The plan is not the one that If-Match or If-None-Match named: somebody planned the day in between. Get the \
         plan, look at it, and send its ETag.";
    LOCKS_CHANGED = "locks_changed" 412 "The locks have changed"
        "The locks are not the ones that If-Match named, or that the proposal was made with. Get them, look at them, and send \
         their ETag, or ask for a new proposal.";
    DOSSIER_CHANGED = "dossier_changed" 412 "The dossier has changed"
        "The dossier is not the one that If-Match or If-None-Match named. Get it, look at it, and send its ETag.";
    BODY_TOO_LARGE = "body_too_large" 413 "The body is too large"
        "The detail names the largest body that is accepted.";
    EVIDENCE_TOO_LARGE = "evidence_too_large" 413 "The evidence has too many bytes"
        "The detail names the most that is accepted: of the whole, or of what was announced for this upload.";
    PROBLEM_TOO_LARGE = "problem_too_large" 413 "The routing problem is too large"
        "The detail names what there is too much of and the most that is accepted. Split the problem, or solve it with \
         `conthoi solve` on a machine of your own.";
    CAPTURE_TOO_LARGE = "capture_too_large" 413 "The document has too many events"
        "The header GS1-EPCIS-Capture-Limit says how many events are captured at once. Split the document.";
    TOO_MANY_EVENTS = "too_many_events" 413 "The query finds too many events"
        "More events are found than maxEventCount allows. Narrow the query, or read it part by part without maxEventCount.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type" 415 "The body is of the wrong type"
        "Send the body as application/json, not compressed.";
    FOREIGN_HOST = "foreign_host" 421 "The request was made to a foreign name"
        "The service answers to the names of this machine and to its configured public name, so that another name that was \
         pointed at it reaches nothing.";
    HALF_DAY_FULL = "half_day_full" 409 "That half-day has no room left"
        "Everything promised for that half-day was planned with the new stop, and one of them could not be kept. \
         GET /v1/home-deliveries/half-days shows the half-days that can be promised.";
    ALREADY_REQUESTED = "already_requested" 409 "A home delivery of this result is under way already"
        "It can be changed and cancelled by the link that was given for it.";
    TOO_LATE = "too_late" 409 "It is too late for this change"
        "A home delivery can be changed until its result is on board of the courier who brings it. The detail says how it stands.";
    FACT_DIFFERS = "fact_differs" 409 "Something else is recorded under that id"
        "What was recorded is never changed. Record another thing under an id of its own.";
    PRESENCE_REQUIRED = "presence_required" 422 "The result is handed over in person only"
        "The procedure demands that its citizen is there. The detail says why; the result waits at the counter.";
    WRONG_CODE = "wrong_code" 422 "The one-time code is wrong"
        "It is another one, was used, or is too old. After some wrong ones it is void: have another one sent.";
    INVALID_BODY = "invalid_body" 422 "The body has fields that cannot be accepted"
        "Each element of errors names a field by JSON pointer, the problem with its value and what is expected. \
         Nothing was stored.";
    MISREAD = "misread" 422 "The text is no code"
        "No dossier code, S10 number, GS1 key, item code or pouch code looks so, or its check character contradicts it. \
         The detail says which. Scan again, or key in what is printed below the barcode.";
    EVIDENCE_DIFFERS = "evidence_differs" 422 "The evidence is not what was announced"
        "Its SHA-256 digest is another one. What was sent is dropped; begin a new upload with the right bytes.";
    BAD_EVIDENCE = "bad_evidence" 422 "The evidence is no picture that can be kept"
        "Evidence is a JPEG, PNG or WebP picture, whole, not animated and of a sensible size. The detail says what is \
         wrong. What was sent is dropped.";
    NO_HANDOVER = "no_handover" 422 "The scan hands nothing over"
        "A minute is made of a scan by which something was given, received or handed back. The detail names what the \
         scan did instead.";
    NO_POSTAL_NUMBERS = "no_postal_numbers" 422 "No postal numbers are left"
        "Every parcel gets a number of a range that the postal operator has given the centre. Add the next range to postal_numbers.csv \
         and import the folder again.";
    NO_FORM = "no_form" 422 "No form is in force"
        "The centre's data have no form for that paper on that day. Add a row to forms.csv and import the folder again.";
    NOT_A_WORKING_DAY = "not_a_working_day" 422 "That day is not a working day"
        "No run leaves and no office is open, so there is nothing to plan. GET /v1/calendar shows the working days.";
    OUTSIDE_CALENDAR = "outside_calendar" 422 "The calendar does not know that day"
        "The centre's calendar covers a limited period, and working days outside it are not guessed. GET /v1/centre \
         shows the period; import a calendar that covers the day.";
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused" 422 "The idempotency key was used with another body"
        "A key stands for one request. Sending the same request again gives the first answer; a new request needs \
         a new key.";
    CANNOT_PLAN = "cannot_plan" 422 "The day cannot be planned"
        "What the centre's data says of that day contradicts itself or lacks something. The detail names it.";
    TOO_MANY_TRIES = "too_many_tries" 429 "Too many tries have found nothing"
        "For this dossier code or from this address. Try again after the seconds that Retry-After names.";
    NO_MORE_CODES = "no_more_codes" 429 "No more one-time codes are sent for this"
        "As many as the centre allows have been sent. Begin anew, or call the centre.";
    LOGIN_LOCKED = "login_locked" 429 "Too many tries to come in have failed"
        "For this name or from this address. Try again after the seconds that Retry-After names; each further failure makes \
         that longer, up to a quarter of an hour.";
    TOO_MANY_REQUESTS = "too_many_requests" 429 "More requests came than may come"
        "From this token, session or address. Go on after the seconds that Retry-After names; RateLimit says what is left.";
    INTERNAL = "internal" 500 "The service failed"
        "This is a fault of the service. Its log has the cause under the request id that the answer carries.";
    NO_HOME_DELIVERY = "no_home_delivery" 503 "This centre brings no results home"
        "Its data lack a rule, the tariff or the text of the consent; the detail names it. Add the row and import the folder again.";
    NO_EVIDENCE_FOLDER = "no_evidence_folder" 503 "No evidence can be taken"
        "The service was started without a folder for evidence. Set one with --evidence-dir.";
    EVIDENCE_UNAVAILABLE = "evidence_unavailable" 503 "Evidence cannot be written or read now"
        "The folder's disk is full or fails. What was acknowledged is kept; try again after the time in Retry-After.";
    NO_CENTRE = "no_centre" 503 "No centre is loaded"
        "Import a centre with `conthoi import`, or say with --centre which of several is served.";
    DATABASE_UNAVAILABLE = "database_unavailable" 503 "The database cannot be reached"
        "The service runs but its database does not answer. Nothing was changed; try again shortly.";
    SOLVER_BUSY = "solver_busy" 503 "As many routing problems are being solved as may be at once"
        "Ask again after the seconds that Retry-After names.";
    STOPPING = "stopping" 503 "The service is ending"
        "The work was broken off because the service ends. Ask again once it runs.";
    NOT_READY = "not_ready" 503 "The service is not ready"
        "The errors name what is missing.";
}

impl ProblemCode {
    /// The path that explains it, which is also its problem type.
    pub(crate) fn path(self) -> String {
        format!("/problems/{}", self.code)
    }

    /// The code that fits a bare status, for answers that did not come from this service's own code.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::UNAUTHENTICATED,
            403 => Self::FORBIDDEN,
            404 => Self::NO_SUCH_PATH,
            405 => Self::METHOD_NOT_ALLOWED,
            413 => Self::BODY_TOO_LARGE,
            415 => Self::UNSUPPORTED_MEDIA_TYPE,
            400..=499 => Self::BAD_REQUEST,
            _ => Self::INTERNAL,
        }
    }
}

/// What a problem code means.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemExplanation {
    /// The stable word.
    code: &'static str,
    /// The status it comes with.
    status: u16,
    /// What it is, in a few words.
    title: &'static str,
    /// What it means and what to do.
    explanation: &'static str,
}

impl From<ProblemCode> for ProblemExplanation {
    fn from(code: ProblemCode) -> Self {
        Self { code: code.code, status: code.status, title: code.title, explanation: code.explanation }
    }
}

/// Explain every problem.
#[utoipa::path(tag = "problems", security(()), responses((status = 200, description = "Every code, by status", body = [ProblemExplanation])))]
#[get("/problems")]
pub(crate) async fn list_problems(_: NoQuery) -> HttpResponse {
    HttpResponse::Ok().json(ProblemCode::ALL.iter().copied().map(ProblemExplanation::from).collect::<Vec<_>>())
}

/// Explain one problem.
#[utoipa::path(
    tag = "problems",
    security(()),
    params(("code" = String, Path, description = "The code of a problem", example = "not_planned")),
    responses(
        (status = 200, description = "What it means and what to do", body = ProblemExplanation),
        (status = 404, description = "No problem has that code", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/problems/{code}")]
pub(crate) async fn explain_problem(path: PathParams, _: NoQuery) -> Result<HttpResponse, Failure> {
    let wanted = path.text("code");
    match ProblemCode::ALL.iter().find(|code| code.code == wanted) {
        Some(code) => Ok(HttpResponse::Ok().json(ProblemExplanation::from(*code))),
        None => Err(Failure::new(ProblemCode::NOT_FOUND, format!("there is no problem {wanted:?}"))),
    }
}
