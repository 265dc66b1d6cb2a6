use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, http::header, patch, post, web};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    params::{NoQuery, Param, PathParams, QueryParams},
    places::local,
    problem::Failure,
    problem_code::ProblemCode,
};
use crate::{
    domain::{Act, CentreData, EvidenceRef, ScanId},
    service::{EvidenceError, ServiceError, Upload, UploadState},
};

/// The media type of a part (tus 1.0).
const PART: &str = "application/offset+octet-stream";

impl Param for EvidenceRef {
    fn read(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

/// Evidence that is going to be sent.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct NewEvidenceBody {
    /// The SHA-256 digest of the bytes that will be sent, as the scan names it: 64 digits of 0-9 and a-f.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// How many bytes it has.
    #[schema(example = 183_442)]
    bytes: u64,
}

/// How far evidence has come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadResponse {
    /// `open` while there is more to come, `kept` when all of it is kept.
    #[schema(example = "open")]
    state: &'static str,
    /// The digest that scans name.
    sha256: String,
    /// The upload's id; null when the evidence is kept.
    id: Option<Uuid>,
    /// How many of its bytes are on disk; null when the evidence is kept.
    offset: Option<u64>,
    /// How many bytes it has in all.
    bytes: Option<u64>,
    /// Until when the upload may be continued; null when the evidence is kept.
    expires_at: Option<DateTime<FixedOffset>>,
}

impl UploadResponse {
    fn of(centre: &CentreData, state: &UploadState) -> Self {
        match state {
            UploadState::Open(upload) => Self {
                state: "open",
                sha256: upload.evidence.to_string(),
                id: Some(upload.id),
                offset: Some(upload.offset),
                bytes: Some(upload.bytes),
                expires_at: Some(local(upload.expires_at, centre.centre.time_zone)),
            },
            UploadState::Kept { evidence, bytes } => Self {
                state: "kept",
                sha256: evidence.to_string(),
                id: None,
                offset: None,
                bytes: *bytes,
                expires_at: None,
            },
        }
    }

    /// The same in the headers of tus 1.0.
    fn answer(&self, mut response: HttpResponseBuilder) -> HttpResponse {
        if let Some(bytes) = self.bytes {
            response.insert_header(("Upload-Offset", self.offset.unwrap_or(bytes)));
            response.insert_header(("Upload-Length", bytes));
        }
        if let Some(expires_at) = self.expires_at {
            let expires_at = expires_at.to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            response.insert_header(("Upload-Expires", expires_at));
        }
        response.insert_header((header::CACHE_CONTROL, "no-store")).json(self)
    }
}

/// Begin to send a photo or a signature: JPEG, PNG or WebP.
///
/// The parts follow with `PATCH` to the `Location`. An answer of `kept` means that the same evidence is here already.
/// Evidence may be sent before or after the scan that names it.
#[utoipa::path(tag = "evidence", request_body = NewEvidenceBody,
    responses(
        (status = 201, description = "Send it", body = UploadResponse),
        (status = 200, description = "It is kept already", body = UploadResponse),
    ))]
#[post("/v1/evidence")]
pub(crate) async fn create_evidence((service, caller): Asked, body: JsonBody, _: NoQuery) -> Answer {
    caller.may(Act::UploadEvidence)?;
    let mut fields = Fields::of(body.json)?;
    let evidence = fields.parsed::<EvidenceRef>("sha256", true);
    let bytes = fields.required::<u64>("bytes");
    let (evidence, bytes) = fields.finish(evidence.zip(bytes))?;
    let state = blocking(&service, move |service| {
        let state = service.begin_evidence(evidence, bytes)?;
        Ok(UploadResponse::of(&*service.centre()?, &state))
    });
    let state = state.await?;
    let mut response = match state.id {
        Some(_) => HttpResponse::Created(),
        None => HttpResponse::Ok(),
    };
    let location = match state.id {
        Some(id) => format!("/v1/evidence/uploads/{id}"),
        None => format!("/v1/evidence/{}", state.sha256),
    };
    response.insert_header((header::LOCATION, location));
    Ok(state.answer(response))
}

/// How far an upload is; `HEAD` answers the same in its headers.
#[utoipa::path(tag = "evidence",
    params(("id" = Uuid, Path, description = "The upload's id")),
    responses(
        (status = 200, description = "How far it is", body = UploadResponse,
            headers(("Upload-Offset" = u64, description = "How many bytes are on disk: where to go on"),
                ("Upload-Length" = u64, description = "How many bytes it has in all"))),
    ))]
#[get("/v1/evidence/uploads/{id}")]
pub(crate) async fn get_upload((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::UploadEvidence)?;
    let id: Uuid = path.get("id")?;
    let state = blocking(&service, move |service| {
        let upload: Upload = service.evidence_upload(id)?;
        Ok(UploadResponse::of(&*service.centre()?, &UploadState::Open(upload)))
    });
    Ok(state.await?.answer(HttpResponse::Ok()))
}

/// Send the next part of evidence.
///
/// `Upload-Offset` says where it begins, which has to be where the upload is: after a broken connection ask for that with
/// `HEAD`. What arrived before a connection broke is kept. When the answer comes, the bytes are on disk. With the last part the
/// evidence is compared with its digest, looked at, freed of metadata and kept; what is no picture, or another one than
/// announced, is dropped.
#[utoipa::path(tag = "evidence",
    params(
        ("id" = Uuid, Path, description = "The upload's id"),
        ("Upload-Offset" = u64, Header, description = "Where the part begins"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 200, description = "It is on disk", body = UploadResponse,
            headers(("Upload-Offset" = u64, description = "Where to go on"))),
    ))]
#[patch("/v1/evidence/uploads/{id}")]
pub(crate) async fn continue_upload(
    (service, caller): Asked,
    path: PathParams,
    _: NoQuery,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    caller.may(Act::UploadEvidence)?;
    let id: Uuid = path.get("id")?;
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if text("content-type") != Some(PART) {
        return Err(Failure::new(ProblemCode::UNSUPPORTED_MEDIA_TYPE, format!("a part of evidence is sent as {PART}")));
    }
    if text("content-encoding").is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Failure::new(ProblemCode::UNSUPPORTED_MEDIA_TYPE, "send the part as it is, not compressed"));
    }
    let expected = "expected the number of bytes that came before this part";
    let offset = text("upload-offset")
        .ok_or_else(|| Failure::parameter("Upload-Offset", format!("it is missing: {expected}")))?;
    let offset: u64 = offset
        .parse()
        .map_err(|_| Failure::parameter("Upload-Offset", format!("{offset:?} is no number: {expected}")))?;
    let upload = blocking(&service, move |service| service.evidence_upload(id)).await?;
    if offset != upload.offset {
        return Err(Failure::from(ServiceError::from(EvidenceError::WrongOffset {
            expected: upload.offset,
            given: offset,
        })));
    }
    // What is beyond the end is not read: that the part is too long is told all the same.
    let room = usize::try_from(upload.bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
    let (bytes, whole) = receive(payload, room).await?;
    let state = blocking(&service, move |service| {
        let state = service.continue_evidence(id, offset, &bytes)?;
        Ok(UploadResponse::of(&*service.centre()?, &state))
    });
    let state = state.await?;
    if !whole {
        return Err(Failure::new(
            ProblemCode::BAD_REQUEST,
            "the part broke off: what came of it is kept, go on from there",
        ));
    }
    Ok(state.answer(HttpResponse::Ok()))
}

/// What comes of a part, and whether that was all of it.
async fn receive(mut payload: web::Payload, room: usize) -> Result<(Vec<u8>, bool), Failure> {
    let mut bytes = Vec::new();
    loop {
        let chunk =
            std::future::poll_fn(|context| futures_core::Stream::poll_next(std::pin::Pin::new(&mut payload), context));
        match chunk.await {
            None => return Ok((bytes, true)),
            Some(Err(_)) => return Ok((bytes, false)),
            Some(Ok(chunk)) if chunk.len() > room - bytes.len() => {
                let detail = format!("the part goes on after the {room} bytes that are missing of the evidence");
                return Err(Failure::new(ProblemCode::BODY_TOO_LARGE, detail));
            }
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
        }
    }
}

/// Evidence, by the digest that scans name: the picture without its metadata.
///
/// The bytes are not those that the device sent, and their digest, in `X-Content-SHA256`, is another one.
#[utoipa::path(tag = "evidence",
    params(
        ("sha256" = String, Path, description = "The digest that a scan names"),
        ("scan_id" = Option<Uuid>, Query, description = "The scan that names it: couriers and clerks see what their own scans and handovers name"),
    ),
    responses(
        (status = 200, description = "The picture", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp")),
            headers(("X-Content-SHA256" = String, description = "The digest of these bytes"))),
    ))]
#[get("/v1/evidence/{sha256}")]
pub(crate) async fn get_evidence((service, caller): Asked, path: PathParams, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadEvidence)?;
    let scan = query.get::<Uuid>("scan_id").map(ScanId::from_uuid);
    query.finish()?;
    let wanted: EvidenceRef = path.get("sha256")?;
    let evidence = blocking(&service, move |service| service.evidence_for(&caller.authority(), wanted, scan)).await?;
    Ok(HttpResponse::Ok()
        .content_type(evidence.media_type.as_str())
        .insert_header(("X-Content-SHA256", evidence.kept.to_string()))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::CONTENT_DISPOSITION, "inline"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(evidence.bytes))
}
