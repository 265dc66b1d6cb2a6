use std::fmt::Write as _;

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, blocking,
    landing::escape,
    params::{NoQuery, PathParams},
    places::local,
};
use crate::{
    domain::CentreData,
    service::{Service, SlipVerdict, Statement, hex},
};

/// Whether a control slip is genuine.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerifyResponse {
    /// Whether it was issued here and the ledger still has what it rests on.
    genuine: bool,
    /// Why it is not: `unreadable`, `check_character`, `signature`, `version`, `unknown` or `ledger_differs`.
    #[schema(example = "unknown")]
    fault: Option<&'static str>,
    /// The same in words.
    explanation: Option<String>,
    /// What the slip attests.
    attests: Option<AttestationOut>,
    /// What has come since.
    since: Option<SinceOut>,
}

/// What a slip attests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttestationOut {
    /// The centre's code.
    #[schema(example = "H51")]
    centre: String,
    /// The dossier's code.
    dossier: String,
    /// When the slip was issued.
    issued_at: DateTime<FixedOffset>,
    /// How many handoffs it has.
    handoffs: u32,
    /// The ledger's position of the last scan that it rests on; 0 when there is none.
    ledger_position: i64,
    /// The digest over the ledger's entries that it rests on: 32 hexadecimal digits.
    ledger_digest: String,
    /// The digest over what is printed on it.
    printed_digest: String,
}

/// What has come to the ledger since a slip was issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SinceOut {
    /// Whether the ledger has more of the dossier now than the slip tells.
    grown: bool,
    /// Scans of the dossier's things since.
    scans: u64,
    /// Handoffs in all now.
    handoffs_now: u64,
    /// When it was looked at.
    checked_at: DateTime<FixedOffset>,
}

impl AttestationOut {
    fn of(centre: &CentreData, statement: &Statement) -> Self {
        Self {
            centre: statement.centre.clone(),
            dossier: statement.dossier.clone(),
            issued_at: local(statement.issued_at, centre.centre.time_zone),
            handoffs: statement.handoffs,
            ledger_position: statement.position,
            ledger_digest: hex(&statement.entries),
            printed_digest: hex(&statement.printed),
        }
    }
}

impl VerifyResponse {
    pub(crate) fn of(centre: &CentreData, verdict: &SlipVerdict) -> Self {
        match verdict {
            SlipVerdict::Genuine(check) => Self {
                genuine: true,
                fault: None,
                explanation: None,
                attests: Some(AttestationOut::of(centre, &check.statement)),
                since: Some(SinceOut {
                    grown: check.scans_since > 0,
                    scans: check.scans_since,
                    handoffs_now: check.handoffs_now,
                    checked_at: local(check.checked_at, centre.centre.time_zone),
                }),
            },
            SlipVerdict::NotGenuine { fault, statement } => Self {
                genuine: false,
                fault: Some(fault.word()),
                explanation: Some(fault.explanation()),
                attests: statement.as_ref().map(|statement| AttestationOut::of(centre, statement)),
                since: None,
            },
        }
    }

    /// The same as a page for people.
    fn page(&self) -> String {
        let mut body = if self.genuine {
            "<p class=\"yes\">Phiếu hợp lệ <span lang=\"en\">· The slip is genuine</span></p>".to_owned()
        } else {
            format!(
                "<p class=\"no\">Không xác nhận được <span lang=\"en\">· Not genuine</span></p><p lang=\"en\">{}</p>",
                escape(self.explanation.as_deref().unwrap_or_default())
            )
        };
        if let Some(attests) = &self.attests {
            body.push_str("<dl>");
            for (name, value) in [
                ("Mã hồ sơ", attests.dossier.clone()),
                ("Đơn vị", attests.centre.clone()),
                ("Lập lúc", attests.issued_at.format("%H:%M ngày %d/%m/%Y").to_string()),
                ("Số lần giao nhận", attests.handoffs.to_string()),
                ("Vị trí trong sổ cái", attests.ledger_position.to_string()),
                ("Mã băm sổ cái", attests.ledger_digest.clone()),
            ] {
                let _ = write!(body, "<dt>{name}</dt><dd>{}</dd>", escape(&value));
            }
            body.push_str("</dl>");
        }
        if let Some(since) = &self.since {
            let _ = if since.grown {
                write!(
                    body,
                    "<p>Từ khi lập phiếu đã có thêm {} lần quét; hiện có {} lần giao nhận. Đề nghị in phiếu mới.</p>",
                    since.scans, since.handoffs_now
                )
            } else {
                write!(body, "<p>Từ khi lập phiếu đến nay chưa có lần quét nào mới.</p>")
            };
        }
        format!(
            "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
             <title>Kiểm tra phiếu kiểm soát</title><style>body{{font:17px/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;\
             padding:0 1rem}}.yes,.no{{font-size:1.3rem;font-weight:600;padding:.6rem 1rem;border-left:.4rem solid}}\
             .yes{{border-color:#18794e}}.no{{border-color:#b42318}}span{{font-weight:400;opacity:.7}}\
             dt{{opacity:.7;margin-top:.5rem}}dd{{margin:0;overflow-wrap:anywhere}}</style></head>\
             <body><h1>Phiếu kiểm soát quá trình giải quyết hồ sơ</h1>{body}</body></html>"
        )
    }
}

/// Whether the client would rather have a page than data.
fn wants_page(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let place = |media_type: &str| accept.find(media_type).unwrap_or(usize::MAX);
    place("text/html") < place("application/json")
}

/// Whether a control slip is genuine, and whether the ledger has grown since.
///
/// Anybody who holds the slip may ask: the code cannot be guessed, and nothing personal is answered. `code` is the short code
/// below the slip's table or the text of its 2-D code. The answer is a page where the request's `Accept` asks for one.
#[utoipa::path(tag = "papers",
    params(("code" = String, Path, description = "The verification code, or the text of the 2-D code", example = "0000-0000-0000-0000")),
    responses(
        (status = 200, description = "What is known of it", content((VerifyResponse = "application/json"), (String = "text/html"))),
    ))]
#[get("/verify/{code}")]
pub(crate) async fn verify_slip(
    service: web::Data<Service>,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
) -> Answer {
    let code = path.text("code").to_owned();
    let answer =
        blocking(&service, move |service| Ok(VerifyResponse::of(&*service.centre()?, &service.verify_slip(&code)?)));
    let answer = answer.await?;
    if wants_page(&request) {
        return Ok(HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"))
            .insert_header((header::VARY, "Accept"))
            .body(answer.page()));
    }
    Ok(HttpResponse::Ok().insert_header((header::VARY, "Accept")).json(answer))
}

/// The key by which slips are verified without this service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyResponse {
    /// How it is used.
    #[schema(example = "Ed25519")]
    algorithm: &'static str,
    /// The public key: 64 hexadecimal digits.
    public_key: String,
}

/// The public key with which slips are signed: `conthoi ledger verify-slip --qr TEXT --key KEY` needs nothing else.
#[utoipa::path(tag = "papers",
    responses((status = 200, description = "The key", body = KeyResponse)))]
#[get("/verify/key")]
pub(crate) async fn get_slip_key(service: web::Data<Service>, _: NoQuery) -> Answer {
    let key = blocking(&service, Service::slip_public_key).await?;
    Ok(HttpResponse::Ok().json(KeyResponse { algorithm: "Ed25519", public_key: hex(&key) }))
}
