use actix_web::{HttpRequest, HttpResponse, delete, get, http::header, post, web};
use chrono::{DateTime, FixedOffset};
use qrcode::{EcLevel, QrCode, render::svg};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    paging::{self, page},
    params::{NoQuery, Param, PathParams, QueryParams},
    parties::PartyRef,
    places::local,
    problem::Failure,
};
use crate::{
    domain::{Act, CentreData, DeviceId},
    service::{DeviceDetail, NamedParty, Service},
};

impl Param for DeviceId {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is not the id of a device: expected a UUID"))
    }
}

/// A handheld, a phone or a desk scanner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceResponse {
    /// Its id, which its scans carry.
    id: Uuid,
    /// What it is called.
    name: String,
    /// The first characters of its token.
    prefix: String,
    /// When it was enrolled.
    enrolled_at: DateTime<FixedOffset>,
    /// Since when it may do nothing any more.
    revoked_at: Option<DateTime<FixedOffset>>,
    /// When it was last heard of, to the minute.
    last_seen_at: Option<DateTime<FixedOffset>>,
    /// Whose it is now.
    shift: Option<ShiftOut>,
}

/// Whose a device is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShiftOut {
    /// The courier, or the office whose desk scanner it is.
    party: PartyRef,
    /// Since when.
    since: DateTime<FixedOffset>,
}

impl DeviceResponse {
    fn of(centre: &CentreData, detail: &DeviceDetail) -> Self {
        let zone = centre.centre.time_zone;
        let DeviceDetail { device, shift } = detail;
        Self {
            id: device.id.uuid(),
            name: device.name.clone(),
            prefix: device.prefix.clone(),
            enrolled_at: local(device.enrolled_at, zone),
            revoked_at: device.revoked_at.map(|at| local(at, zone)),
            last_seen_at: device.last_seen_at.map(|at| local(at, zone)),
            shift: shift
                .map(|shift| ShiftOut { party: PartyRef::of(centre, shift.party), since: local(shift.from, zone) }),
        }
    }
}

/// A part of the list of devices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceList {
    /// The devices, by id.
    devices: Vec<DeviceResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// What the device to be enrolled is called.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct EnrolmentBody {
    /// 1 to 100 characters.
    #[schema(example = "Máy quét 03")]
    name: String,
}

/// A code with which one device is enrolled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrolmentResponse {
    /// The code, for where no camera works; shown here and never again.
    #[schema(example = "7K3M-Q2ZD-0V8A-XN4C")]
    code: String,
    /// What the QR code says: the service's address, with the code behind `#`, which browsers do not send.
    url: String,
    /// The QR code to be shown to the device, as SVG.
    qr_svg: String,
    /// Until when it can be traded.
    expires_at: DateTime<FixedOffset>,
}

/// What a device brings to be enrolled.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct NewDeviceBody {
    /// The code.
    code: String,
    /// The id that its scans carry, where it has made one already.
    id: Option<Uuid>,
}

/// An enrolled device with its token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewDeviceResponse {
    /// Its id, which its scans must carry.
    id: Uuid,
    /// What it is called.
    name: String,
    /// Its token, to be sent as `Authorization: Bearer`; shown here and never again.
    token: String,
}

/// Whose a device is to be: at most one of the two; none gives it to nobody.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct ShiftBody {
    /// The courier's code.
    #[schema(example = "CP01")]
    courier: Option<String>,
    /// The code of the office whose desk scanner it is.
    site: Option<String>,
}

/// Under what address the client reaches the service.
fn base_url(service: &Service, request: &HttpRequest) -> String {
    match &service.access_settings().public_url {
        Some(url) => url.to_string(),
        None => {
            let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
            format!("http://{}", host.unwrap_or("localhost"))
        }
    }
}

/// Begin to enrol a device: show the QR code to it, or key in the code.
#[utoipa::path(tag = "devices",
    request_body = EnrolmentBody,
    responses(
        (status = 201, description = "The code, which can be traded once within ten minutes", body = EnrolmentResponse),
    ))]
#[post("/v1/devices/enrolments")]
pub(crate) async fn start_enrolment(
    (service, caller): Asked,
    request: HttpRequest,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::ManageDevices)?;
    let mut fields = Fields::of(body.json)?;
    let name = fields.required::<String>("name");
    let name = fields.finish(name)?;
    let base = base_url(&service, &request);
    let enrolment = blocking(&service, move |service| {
        Ok((service.start_enrolment(&caller.actor(), &name)?, service.centre()?.centre.time_zone))
    });
    let (enrolment, zone) = enrolment.await?;
    let url = format!("{base}/enrol#{}", enrolment.code.reveal());
    let qr = QrCode::with_error_correction_level(&url, EcLevel::M).map_err(|error| Failure::internal(&error))?;
    let groups: Vec<&str> = (0..4).filter_map(|n| enrolment.code.reveal().get(4 * n..4 * n + 4)).collect();
    let response = EnrolmentResponse {
        code: groups.join("-"),
        qr_svg: qr.render::<svg::Color<'_>>().min_dimensions(240, 240).build(),
        url,
        expires_at: local(enrolment.expires_at, zone),
    };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}

/// Trade a code for a device's token. The device needs no other credential.
#[utoipa::path(tag = "devices",
    request_body = NewDeviceBody,
    security(()),
    responses(
        (status = 201, description = "The device is enrolled", body = NewDeviceResponse),
        (status = 409, description = "The id is taken"),
        (status = 410, description = "The code was used, has expired or was misread"),
    ))]
#[post("/v1/devices")]
pub(crate) async fn enrol_device(service: web::Data<Service>, _: NoQuery, body: JsonBody) -> Answer {
    let mut fields = Fields::of(body.json)?;
    let code = fields.required::<String>("code");
    let id = fields.parsed::<DeviceId>("id", false);
    let code = fields.finish(code)?;
    let enrolled = blocking(&service, move |service| service.enrol(&code, id)).await?;
    let response = NewDeviceResponse {
        id: enrolled.device.id.uuid(),
        name: enrolled.device.name.clone(),
        token: enrolled.secret.reveal().to_owned(),
    };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response))
}

/// List devices.
#[utoipa::path(tag = "devices",
    params(
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Devices; the Link header leads to the next part", body = DeviceList)))]
#[get("/v1/devices")]
pub(crate) async fn list_devices((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadDevices)?;
    let after = query.get::<DeviceId>("cursor");
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let centre = service.centre()?;
        let found = service.devices(after, limit)?;
        Ok(DeviceList {
            devices: found.devices.iter().map(|device| DeviceResponse::of(&centre, device)).collect(),
            next: found.next.map(|id| id.to_string()),
        })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Give a device to a courier for a shift, or to an office. The shift that it was in ends.
///
/// Scans that it made in an earlier shift and sends later are still that shift's.
#[utoipa::path(tag = "devices",
    params(("id" = Uuid, Path, description = "The device's id")),
    request_body = ShiftBody,
    responses((status = 200, description = "The device as it is now", body = DeviceResponse)))]
#[post("/v1/devices/{id}/shift")]
pub(crate) async fn give_device((service, caller): Asked, path: PathParams, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::ManageDevices)?;
    let id: DeviceId = path.get("id")?;
    let mut fields = Fields::of(body.json)?;
    let to = match (fields.optional::<String>("courier"), fields.optional::<String>("site")) {
        (Some(_), Some(_)) => {
            fields.refuse_whole("expected at most one of courier and site");
            None
        }
        (Some(code), None) => Some(NamedParty::Courier(code)),
        (None, Some(code)) => Some(NamedParty::Site(code)),
        (None, None) => None,
    };
    fields.finish(Some(()))?;
    let device = blocking(&service, move |service| {
        Ok(DeviceResponse::of(&*service.centre()?, &service.give_device(&caller.actor(), id, to.as_ref())?))
    });
    Ok(HttpResponse::Ok().json(device.await?))
}

/// Revoke a device. The next request with its token is refused.
#[utoipa::path(tag = "devices",
    params(("id" = Uuid, Path, description = "The device's id")),
    responses((status = 200, description = "The device, revoked now or before", body = DeviceResponse)))]
#[delete("/v1/devices/{id}")]
pub(crate) async fn revoke_device((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ManageDevices)?;
    let id: DeviceId = path.get("id")?;
    let device = blocking(&service, move |service| {
        Ok(DeviceResponse::of(&*service.centre()?, &service.revoke_device(&caller.actor(), id)?))
    });
    Ok(HttpResponse::Ok().json(device.await?))
}
