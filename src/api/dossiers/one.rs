use actix_web::{HttpRequest, HttpResponse, get, guard::GuardContext, http::header, put};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        etag::{self, Believed},
        params::{NoQuery, PathParams},
        places::{SiteRef, local},
        problem::Failure,
    },
    domain::{Act, CentreData, Dossier},
    service::{DossierVersion, ExpectedDossier, NewDossier, PutDossier},
};

/// A citizen's case, as far as logistics needs to know it: nothing about the citizen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DossierResponse {
    /// The code printed on it.
    #[schema(example = "000.00.00.H51-190614-0001")]
    code: String,
    /// The department that settles it.
    department: SiteRef,
    /// The administrative procedure, by its national code.
    procedure: Option<String>,
    /// When the centre received it.
    received_at: DateTime<FixedOffset>,
    /// When the result is promised.
    appointment_at: DateTime<FixedOffset>,
    /// When the department settled it; null while it has not.
    settled_at: Option<DateTime<FixedOffset>>,
    /// Whether it was made by the simulator, or lies in a database with a synthetic season.
    synthetic: bool,
}

impl DossierResponse {
    fn of(centre: &CentreData, dossier: &Dossier) -> Self {
        let zone = centre.centre.time_zone;
        Self {
            code: dossier.code.to_string(),
            department: SiteRef::of(centre, dossier.department_id),
            procedure: dossier.procedure_code.clone(),
            received_at: local(dossier.received_at, zone),
            appointment_at: local(dossier.appointment_at, zone),
            settled_at: dossier.settled_at.map(|at| local(at, zone)),
            synthetic: dossier.synthetic,
        }
    }
}

/// What the one-stop system tells of a dossier. Of its citizen only the number on the slip is taken, and kept as a digest.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field so that every problem is found")]
pub(crate) struct DossierBody {
    /// The code of the department that settles it.
    #[schema(example = "STNMT")]
    department: String,
    /// The administrative procedure, by its national code: 1 to 64 visible ASCII characters.
    #[schema(example = "1.004232")]
    procedure: Option<String>,
    /// When the centre received it.
    #[schema(example = "2019-06-13T09:00:00+07:00")]
    received_at: DateTime<FixedOffset>,
    /// When the result is promised.
    #[schema(example = "2019-06-20T17:00:00+07:00")]
    appointment_at: DateTime<FixedOffset>,
    /// When the department settled it, once it has.
    settled_at: Option<DateTime<FixedOffset>>,
    /// The telephone number on the appointment slip, by which its citizen may ask for a home delivery. It is never shown
    /// again; left out, the one known stays.
    #[schema(example = "0912345678")]
    phone: Option<String>,
}

fn read_dossier(body: JsonBody) -> Result<NewDossier, Failure> {
    let mut fields = Fields::of(body.json)?;
    let department = fields.required::<String>("department");
    let procedure = fields.optional::<String>("procedure");
    let received_at = fields.parsed::<DateTime<Utc>>("received_at", true);
    let appointment_at = fields.parsed::<DateTime<Utc>>("appointment_at", true);
    let settled_at = fields.parsed::<DateTime<Utc>>("settled_at", false);
    let phone = fields.optional::<String>("phone");
    let dossier = match (department, received_at, appointment_at) {
        (Some(department), Some(received_at), Some(appointment_at)) => {
            Some(NewDossier { department, procedure, received_at, appointment_at, settled_at, phone })
        }
        _ => None,
    };
    fields.finish(dossier)
}

/// Whether the last part of the path is a code, not the name of what takes files.
fn names_a_dossier(context: &GuardContext<'_>) -> bool {
    context.head().uri.path() != "/v1/dossiers/import"
}

/// Get one dossier by its code.
#[utoipa::path(tag = "dossiers",
    params(
        ("code" = String, Path, description = "The dossier's code"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that the client has"),
    ),
    responses(
        (status = 200, description = "The dossier, with its ETag", body = DossierResponse),
        (status = 304, description = "The client has it"),
    ))]
#[get("/v1/dossiers/{code}", guard = "names_a_dossier")]
pub(crate) async fn get_dossier(
    (service, caller): Asked,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
) -> Answer {
    caller.may(Act::ReadDossiers)?;
    let code = path.text("code").to_owned();
    let authority = caller.authority();
    let (dossier, centre) =
        blocking(&service, move |service| Ok((service.dossier_for(&authority, &code)?, service.centre()?))).await?;
    let version = DossierVersion::of(&dossier);
    if etag::has(&request, &version.to_string())? {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, format!("\"{version}\""))).finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{version}\"")))
        .json(DossierResponse::of(&centre, &dossier)))
}

/// Create a dossier, or replace what is known of it. Sending the same again changes nothing.
#[utoipa::path(tag = "dossiers",
    params(
        ("code" = String, Path, description = "The dossier's code, in a shape in which codes were issued when it was received"),
        ("If-Match" = Option<String>, Header, description = "Replace only the dossier with this ETag; * for any"),
        ("If-None-Match" = Option<String>, Header, description = "* to create only"),
    ),
    request_body = DossierBody,
    responses(
        (status = 201, description = "It is created", body = DossierResponse),
        (status = 200, description = "It is replaced, or was so already", body = DossierResponse),
        (status = 412, description = "It is not the one that the condition names"),
    ))]
#[put("/v1/dossiers/{code}", guard = "names_a_dossier")]
pub(crate) async fn put_dossier(
    (service, caller): Asked,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::WriteDossiers)?;
    let expected = match etag::believed(&request)? {
        Believed::Anything => ExpectedDossier::Anything,
        Believed::Nothing => ExpectedDossier::None,
        Believed::Something => ExpectedDossier::Some,
        Believed::OneOf(tags) => ExpectedDossier::OneOf(tags),
    };
    let new = read_dossier(body)?;
    let code = path.text("code").to_owned();
    let (dossier, outcome, centre) = blocking(&service, move |service| {
        let (dossier, outcome) = service.put_dossier(&code, &new, &expected)?;
        Ok((dossier, outcome, service.centre()?))
    })
    .await?;
    let mut response = if outcome == PutDossier::Created {
        let mut created = HttpResponse::Created();
        created.insert_header((header::LOCATION, format!("/v1/dossiers/{}", dossier.code)));
        created
    } else {
        HttpResponse::Ok()
    };
    response.insert_header((header::ETAG, format!("\"{}\"", DossierVersion::of(&dossier))));
    Ok(response.json(DossierResponse::of(&centre, &dossier)))
}
