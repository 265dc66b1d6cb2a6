use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    problem_code::ProblemCode,
    shown::{shown, shown_pointer},
};
use crate::{
    domain::DomainError,
    service::{
        DispatchError, FieldProblem, ServiceError,
        solve::{MemberProblem, VroomError},
    },
};

/// The media type of every failure (RFC 9457).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// After how many seconds a client may try again what cannot be done now.
const RETRY_AFTER_S: u64 = 5;

/// What went wrong with a request (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Problem {
    /// A stable path that explains this kind of problem.
    #[schema(example = "/problems/not_planned")]
    pub r#type: String,
    /// What it is, in a few words; the same each time.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong this time and what to do.
    pub detail: String,
    /// The path that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The stable code, for programs.
    #[schema(example = "not_planned")]
    pub code: String,
    /// The values that are wrong, where some are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// The id under which the service's log has more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// One wrong value of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ProblemField {
    /// Where in the body, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/to/site")]
    pub pointer: Option<String>,
    /// Which path, query or header parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong with the value and what is expected.
    pub message: String,
}

impl ProblemField {
    /// A wrong value in the body.
    pub(crate) fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: Some(shown_pointer(&pointer.into())), parameter: None, message: shown(&message.into()) }
    }

    /// A wrong parameter.
    pub(crate) fn parameter(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: None, parameter: Some(shown_pointer(&name.into())), message: shown(&message.into()) }
    }
}

/// A problem as the error of a handler.
#[derive(Debug, Clone)]
pub(crate) struct Failure(Box<Problem>, Option<u64>);

impl Failure {
    /// A problem of this kind.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self(
            Box::new(Problem {
                r#type: code.path(),
                title: code.title.to_owned(),
                status: code.status,
                detail: shown(&detail.into()),
                instance: None,
                code: code.code.to_owned(),
                errors: Vec::new(),
                request_id: None,
            }),
            None,
        )
    }

    /// The same with the seconds after which asking again may help.
    pub(crate) fn retried_after(mut self, seconds: u64) -> Self {
        self.1 = Some(seconds);
        self
    }

    /// A member of a routing problem that cannot be accepted.
    fn vroom(error: &VroomError) -> Self {
        let code = match error.problem {
            MemberProblem::Json(_) => return Self::new(ProblemCode::MALFORMED_JSON, format!("the body: {error}")),
            _ if error.is_unsupported() => ProblemCode::UNSUPPORTED_MEMBER,
            _ => ProblemCode::INVALID_PROBLEM,
        };
        let errors = vec![ProblemField::at(error.pointer.clone(), error.problem.to_string())];
        Self::new(code, error.to_string()).with_errors(errors)
    }

    /// The same with the values that are wrong.
    pub(crate) fn with_errors(mut self, errors: Vec<ProblemField>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Parameters that are wrong.
    pub(crate) fn parameters(errors: Vec<ProblemField>) -> Self {
        let names: Vec<&str> = errors.iter().filter_map(|error| error.parameter.as_deref()).collect();
        let detail = format!("these parameters are not valid: {}", names.join(", "));
        Self::new(ProblemCode::INVALID_PARAMETER, detail).with_errors(errors)
    }

    /// One parameter that is wrong.
    pub(crate) fn parameter(name: &str, message: impl Into<String>) -> Self {
        Self::parameters(vec![ProblemField::parameter(name, message)])
    }

    /// Fields of the body that are wrong.
    pub(crate) fn body(errors: Vec<ProblemField>) -> Self {
        let count = errors.len();
        let detail = match count {
            1 => "one field of the body cannot be accepted".to_owned(),
            _ => format!("{count} fields of the body cannot be accepted"),
        };
        Self::new(ProblemCode::INVALID_BODY, detail).with_errors(errors)
    }

    /// A fault of the service: its cause goes to the log, never to the client.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(ProblemCode::INTERNAL, "the service could not do this; its log has the cause under the request id")
    }

    /// The same where what is a field of a body elsewhere was the parameter `name`.
    pub(crate) fn of_parameter(self, name: &str) -> Self {
        if self.0.code != ProblemCode::INVALID_BODY.code {
            return self;
        }
        Self::parameters(self.0.errors.into_iter().map(|error| ProblemField::parameter(name, error.message)).collect())
    }

    /// The same where what are fields of a body elsewhere were parameters of these names.
    pub(crate) fn of_parameters(self) -> Self {
        if self.0.code != ProblemCode::INVALID_BODY.code {
            return self;
        }
        let parameter = |error: ProblemField| {
            let pointer = error.pointer.unwrap_or_default();
            ProblemField::parameter(pointer.trim_start_matches('/'), error.message)
        };
        Self::parameters(self.0.errors.into_iter().map(parameter).collect())
    }

    /// The document.
    pub(crate) fn document(self) -> Problem {
        *self.0
    }

    fn fields(problems: Vec<FieldProblem>) -> Self {
        Self::body(
            problems
                .into_iter()
                .map(|problem| ProblemField::at(format!("/{}", problem.field), problem.message))
                .collect(),
        )
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let detail = error.to_string();
        let code = match error {
            ServiceError::Invalid(problems) => return Self::fields(problems),
            ServiceError::Vroom(error) => return Self::vroom(&error),
            ServiceError::SolverBusy { seconds, .. } => {
                return Self::new(ProblemCode::SOLVER_BUSY, detail).retried_after(seconds);
            }
            ServiceError::Cancelled => return Self::stopping(),
            ServiceError::Epcis(faults) => return super::epcis::faults(faults),
            ServiceError::WebhookDisabled { .. } => ProblemCode::WEBHOOK_DISABLED,
            ServiceError::DossierChanged { .. } => ProblemCode::DOSSIER_CHANGED,
            ServiceError::DossierFile(_) => ProblemCode::INVALID_FILE,
            ServiceError::CaptureTooLarge { .. } => ProblemCode::CAPTURE_TOO_LARGE,
            ServiceError::EventExists { .. } => ProblemCode::EVENT_EXISTS,
            ServiceError::TooManyEvents { .. } => ProblemCode::TOO_MANY_EVENTS,
            ServiceError::LoginLocked { seconds } => {
                return Self::new(ProblemCode::LOGIN_LOCKED, detail).retried_after(seconds);
            }
            ServiceError::TooManyTries { seconds } => {
                return Self::new(ProblemCode::TOO_MANY_TRIES, detail).retried_after(seconds);
            }
            ServiceError::NoSuchSlip => ProblemCode::NO_SUCH_SLIP,
            ServiceError::PresenceRequired { .. } => ProblemCode::PRESENCE_REQUIRED,
            ServiceError::HalfDayFull => ProblemCode::HALF_DAY_FULL,
            ServiceError::AlreadyRequested => ProblemCode::ALREADY_REQUESTED,
            ServiceError::NoSuchLink => ProblemCode::NO_SUCH_LINK,
            ServiceError::WrongCode => ProblemCode::WRONG_CODE,
            ServiceError::NoMoreCodes => ProblemCode::NO_MORE_CODES,
            ServiceError::TooLate { .. } => ProblemCode::TOO_LATE,
            ServiceError::RequestChanged { .. } => ProblemCode::REQUEST_CHANGED,
            ServiceError::NoHomeDelivery { .. } => ProblemCode::NO_HOME_DELIVERY,
            ServiceError::NoPostalNumbers { .. } => ProblemCode::NO_POSTAL_NUMBERS,
            ServiceError::FactDiffers { .. } => ProblemCode::FACT_DIFFERS,
            ServiceError::BadCredentials => ProblemCode::BAD_CREDENTIALS,
            ServiceError::Forbidden { .. } => ProblemCode::FORBIDDEN,
            ServiceError::LinkVoid => ProblemCode::LINK_VOID,
            ServiceError::NameTaken => ProblemCode::NAME_TAKEN,
            ServiceError::AccountChanged { .. } => ProblemCode::ACCOUNT_CHANGED,
            ServiceError::LastAdmin => ProblemCode::LAST_ADMIN,
            ServiceError::EnrolmentVoid => ProblemCode::ENROLMENT_VOID,
            ServiceError::DeviceTaken { .. } => ProblemCode::DEVICE_TAKEN,
            ServiceError::DeviceRevoked { .. } => ProblemCode::DEVICE_REVOKED,
            ServiceError::SolveTooLarge { .. } => ProblemCode::PROBLEM_TOO_LARGE,
            ServiceError::NoCentre | ServiceError::SeveralCentres { .. } | ServiceError::UnknownCentre { .. } => {
                ProblemCode::NO_CENTRE
            }
            ServiceError::NotFound { .. } => ProblemCode::NOT_FOUND,
            ServiceError::NotPlanned { .. } => ProblemCode::NOT_PLANNED,
            ServiceError::NotAWorkingDay { .. } => ProblemCode::NOT_A_WORKING_DAY,
            ServiceError::OutsideCalendar(_) => ProblemCode::OUTSIDE_CALENDAR,
            ServiceError::PlanChanged { .. } => ProblemCode::PLAN_CHANGED,
            ServiceError::CodeTaken { .. } => ProblemCode::CODE_TAKEN,
            ServiceError::ItemDiffers { .. } => ProblemCode::ITEM_DIFFERS,
            ServiceError::RecordDiffers { .. } => ProblemCode::RECORD_DIFFERS,
            ServiceError::ComplaintAnswered { .. } => ProblemCode::COMPLAINT_ANSWERED,
            ServiceError::ComplaintTooLate { .. } => ProblemCode::COMPLAINT_TOO_LATE,
            ServiceError::KeyReused => ProblemCode::IDEMPOTENCY_KEY_REUSED,
            ServiceError::DesignEnded { .. } | ServiceError::JobEnded { .. } => ProblemCode::JOB_ENDED,
            ServiceError::Dispatch(DispatchError::Locked { .. }) => ProblemCode::LOCKED,
            ServiceError::Dispatch(DispatchError::Impossible(_)) => ProblemCode::IMPOSSIBLE_MOVE,
            ServiceError::Dispatch(_) => ProblemCode::CANNOT_PLAN,
            ServiceError::DayClosed { .. } => ProblemCode::DAY_CLOSED,
            ServiceError::Overtaken { .. } => ProblemCode::OVERTAKEN,
            ServiceError::LocksChanged { .. } => ProblemCode::LOCKS_CHANGED,
            ServiceError::ProposalEnded { .. } => ProblemCode::PROPOSAL_ENDED,
            ServiceError::RulesBroken { .. } => ProblemCode::RULES_BROKEN,
            ServiceError::NothingToUndo { .. } => ProblemCode::NOTHING_TO_UNDO,
            ServiceError::Unaccounted { .. } => ProblemCode::UNACCOUNTED,
            ServiceError::Misread(_) | ServiceError::Domain(DomainError::Code { .. }) => ProblemCode::MISREAD,
            ServiceError::DiscrepancyClosed { .. } => ProblemCode::DISCREPANCY_CLOSED,
            ServiceError::NoHandover { .. } => ProblemCode::NO_HANDOVER,
            ServiceError::NoForm { .. } => ProblemCode::NO_FORM,
            ServiceError::NoEvidenceFolder => ProblemCode::NO_EVIDENCE_FOLDER,
            ServiceError::EvidenceTooLarge { .. } => ProblemCode::EVIDENCE_TOO_LARGE,
            ServiceError::WrongOffset { .. } => ProblemCode::WRONG_OFFSET,
            ServiceError::UploadBusy => ProblemCode::UPLOAD_BUSY,
            ServiceError::EvidenceDiffers => ProblemCode::EVIDENCE_DIFFERS,
            ServiceError::BadEvidence(_) => ProblemCode::BAD_EVIDENCE,
            ServiceError::EvidenceUnavailable { .. } => ProblemCode::EVIDENCE_UNAVAILABLE,
            unavailable if unavailable.is_unavailable() => {
                tracing::error!(error = %unavailable, "the database is unavailable");
                return Self::new(ProblemCode::DATABASE_UNAVAILABLE, "the database does not answer");
            }
            other => return Self::internal(&other),
        };
        Self::new(code, detail)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.0.title, self.0.code, self.0.detail)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer keeps the problem in its extensions, so that the outermost middleware can add the path and the request id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        let unavailable = || (self.status_code() == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER_S);
        if let Some(seconds) = self.1.or_else(unavailable) {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        let mut response = response.content_type(PROBLEM_JSON).json(&self.0);
        response.extensions_mut().insert(Problem::clone(&self.0));
        response
    }
}
