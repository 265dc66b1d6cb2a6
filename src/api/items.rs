use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post, put,
};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    paging::{self, After, page},
    params::{NoQuery, PathParams, QueryParams},
    places::{PlaceRef, SiteRef, local},
    problem::Failure,
};
use crate::{
    domain::{Act, CentreData, HomeDeliveryId, ItemId, Party},
    service::{FirstAnswer, ItemCursor, ItemDetail, ItemQuery, NewDestination, NewItem, Numbered},
};

/// The longest idempotency key.
const KEY_CHARS_MAX: usize = 200;

/// One physical thing with one barcode.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemResponse {
    /// Its id.
    id: Uuid,
    /// The code on its barcode.
    code: String,
    /// The code of the dossier it belongs to.
    dossier_code: Option<String>,
    /// Where its way begins.
    from: SiteRef,
    /// Where it goes.
    to: PlaceRef,
    /// When it lies ready to be handed over.
    ready_at: DateTime<FixedOffset>,
    /// When it must have arrived; when null, the legal clocks decide.
    due_at: Option<DateTime<FixedOffset>>,
    /// Its weight in grams.
    weight_g: u32,
    /// The last site that it has come to on its way.
    waypoint: Option<WaypointResponse>,
    /// When it arrived.
    delivered_at: Option<DateTime<FixedOffset>>,
    /// Whether it was made by the simulator.
    synthetic: bool,
}

/// A site that an item has come to on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaypointResponse {
    /// The site.
    site: SiteRef,
    /// When it was there.
    reached_at: DateTime<FixedOffset>,
}

impl ItemResponse {
    pub(crate) fn of(centre: &CentreData, detail: &ItemDetail) -> Self {
        let zone = centre.centre.time_zone;
        let item = &detail.item;
        Self {
            id: item.id.uuid(),
            code: item.code.to_string(),
            dossier_code: detail.dossier_code.as_ref().map(ToString::to_string),
            from: SiteRef::of(centre, item.from),
            to: PlaceRef::of_item(centre, detail),
            ready_at: local(item.ready_at, zone),
            due_at: item.due_at.map(|at| local(at, zone)),
            weight_g: item.weight_g,
            waypoint: item.waypoint.map(|waypoint| WaypointResponse {
                site: SiteRef::of(centre, waypoint.site),
                reached_at: local(waypoint.reached_at, zone),
            }),
            delivered_at: item.delivered_at.map(|at| local(at, zone)),
            synthetic: item.synthetic,
        }
    }
}

/// A part of the list of items.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemList {
    /// The items, by the time they are ready and then by id.
    items: Vec<ItemResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// An item to be created.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field so that every problem is found")]
pub(crate) struct NewItemBody {
    /// The code on its barcode, unique within the centre: 1 to 64 visible ASCII characters.
    #[schema(example = "H51-TL-000001")]
    code: String,
    /// The code of the dossier it belongs to.
    dossier_code: Option<String>,
    /// The code of the site where it waits.
    #[schema(example = "TTPVHCC")]
    from: String,
    /// Where it goes.
    to: NewItemTo,
    /// When it lies ready.
    #[schema(example = "2019-06-14T09:00:00+07:00")]
    ready_at: DateTime<FixedOffset>,
    /// When it must have arrived; when absent, the legal clocks decide.
    due_at: Option<DateTime<FixedOffset>>,
    /// Its weight in grams, 1 to 1000000.
    #[schema(example = 120)]
    weight_g: u32,
}

/// Where a new item goes: exactly one of the two.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct NewItemTo {
    /// An office, by its code.
    #[schema(example = "STNMT")]
    site: Option<String>,
    /// A citizen's home, by the request to bring a result there.
    home_delivery_id: Option<Uuid>,
}

fn read_new_item(body: &JsonBody) -> Result<NewItem, Failure> {
    let mut fields = Fields::of(body.json.clone())?;
    let code = fields.required::<String>("code");
    let dossier_code = fields.optional::<String>("dossier_code");
    let from = fields.required::<String>("from");
    let to =
        fields.object("to", |to| match (to.optional::<String>("site"), to.parsed::<Uuid>("home_delivery_id", false)) {
            (Some(site), None) => Some(NewDestination::Site(site)),
            (None, Some(home)) => Some(NewDestination::Home(HomeDeliveryId::from_uuid(home))),
            _ => {
                to.refuse_whole("expected exactly one of site and home_delivery_id");
                None
            }
        });
    let ready_at = fields.parsed::<DateTime<Utc>>("ready_at", true);
    let due_at = fields.parsed::<DateTime<Utc>>("due_at", false);
    let weight_g = fields.required::<u32>("weight_g");
    let item = match (code, from, to, ready_at, weight_g) {
        (Some(code), Some(from), Some(to), Some(ready_at), Some(weight_g)) => {
            Some(NewItem { code, dossier_code, from, to, ready_at, due_at, weight_g })
        }
        _ => None,
    };
    fields.finish(item)
}

fn created(status: StatusCode, body: String, location: &str) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::LOCATION, location)).content_type("application/json").body(body)
}

/// Create an item; the service chooses its id.
///
/// With an `Idempotency-Key` the same request can be sent again: it gets the first answer again.
#[utoipa::path(tag = "items",
    params(("Idempotency-Key" = Option<String>, Header, description = "Stands for this request: 1 to 200 visible ASCII characters, best a UUID")),
    request_body = NewItemBody,
    responses((status = 201, description = "It is created", body = ItemResponse)))]
#[post("/v1/items")]
pub(crate) async fn create_item((service, caller): Asked, request: HttpRequest, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::AddItem)?;
    let key = idempotency_key(&request)?;
    let item = read_new_item(&body)?;
    let digest: [u8; 32] = Sha256::digest(body.json.to_string().as_bytes()).into();
    let answer = blocking(&service, move |service| {
        let authority = caller.authority();
        let create = |id: ItemId| {
            service.check_new_item(&authority, &item)?;
            let (item, _) = service.create_item(id, &item)?;
            let detail = service.item(&Numbered::Id(item.id))?;
            let body = ItemResponse::of(&*service.centre()?, &detail);
            Ok((FirstAnswer { status: 201, body: json_text(&body) }, item.id))
        };
        match &key {
            None => create(ItemId::from_uuid(service.fresh_uuid())).map(|(answer, _)| (answer, false)),
            // A key is its sender's own: another one's may be the same.
            Some(key) => service.once(&format!("{} {key}", caller.principal().sender()), digest, item.ready_at, |id| {
                create(id).map(|(answer, _)| answer)
            }),
        }
    });
    let (answer, replayed) = answer.await?;
    let id = serde_json::from_str::<serde_json::Value>(&answer.body)
        .ok()
        .and_then(|item| item["id"].as_str().map(str::to_owned))
        .unwrap_or_default();
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::CREATED);
    let mut response = created(status, answer.body, &format!("/v1/items/{id}"));
    if replayed {
        let name = header::HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, header::HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn json_text(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("response structs have string keys only, so they serialise")
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Failure> {
    let Some(value) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if (1..=KEY_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Some(text.to_owned()))
    } else {
        let message = format!("expected 1 to {KEY_CHARS_MAX} visible ASCII characters without blanks");
        Err(Failure::parameter("Idempotency-Key", message))
    }
}

/// Create an item under an id that the client chose. Sending it again with the same content is harmless.
#[utoipa::path(tag = "items",
    params(("id" = Uuid, Path, description = "A UUID version 7 made by the client")),
    request_body = NewItemBody,
    responses(
        (status = 201, description = "It is created", body = ItemResponse),
        (status = 200, description = "It was there already, with this content", body = ItemResponse),
    ))]
#[put("/v1/items/{id}")]
pub(crate) async fn put_item((service, caller): Asked, path: PathParams, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::AddItem)?;
    let id: ItemId = path.get("id")?;
    if id.uuid().get_version_num() != 7 {
        let message = format!("{id} is a UUID of version {}: expected version 7", id.uuid().get_version_num());
        return Err(Failure::parameter("id", message));
    }
    let item = read_new_item(&body)?;
    let (body, new) = blocking(&service, move |service| {
        service.check_new_item(&caller.authority(), &item)?;
        let (_, new) = service.create_item(id, &item)?;
        let detail = service.item(&Numbered::Id(id))?;
        Ok((json_text(&ItemResponse::of(&*service.centre()?, &detail)), new))
    })
    .await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(created(status, body, &format!("/v1/items/{id}")))
}

/// Reads an id or the code on a barcode.
pub(crate) fn numbered(text: &str) -> Numbered {
    text.parse::<ItemId>().map_or_else(|_| Numbered::Code(text.to_owned()), Numbered::Id)
}

/// Get one item, by its id or by the code on its barcode.
#[utoipa::path(tag = "items",
    params(("id" = String, Path, description = "The item's id or the code on its barcode")),
    responses((status = 200, description = "The item", body = ItemResponse)))]
#[get("/v1/items/{id}")]
pub(crate) async fn get_item((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadItem)?;
    let wanted = numbered(path.text("id"));
    let item = blocking(&service, move |service| {
        let detail = service.item_for(&caller.authority(), &wanted)?;
        Ok(ItemResponse::of(&*service.centre()?, &detail))
    });
    Ok(HttpResponse::Ok().json(item.await?))
}

/// List items.
#[utoipa::path(tag = "items",
    params(
        ("from" = Option<String>, Query, description = "Waiting at the site with this code"),
        ("to" = Option<String>, Query, description = "Going to the site with this code"),
        ("ready_from" = Option<DateTime<FixedOffset>>, Query, description = "Ready at or after"),
        ("ready_until" = Option<DateTime<FixedOffset>>, Query, description = "Ready before"),
        ("delivered" = Option<bool>, Query, description = "Arrived, or not yet"),
        ("code_prefix" = Option<String>, Query, description = "With a code that begins so"),
        ("dossier_code" = Option<String>, Query, description = "Belonging to the dossier with this code"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Items; the Link header leads to the next part", body = ItemList)))]
#[get("/v1/items")]
pub(crate) async fn list_items((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ListItems)?;
    let wanted = ItemQuery {
        from: query.get("from"),
        to: query.get("to"),
        of: caller.authority().only(Act::ListItems).map(|party| match party {
            Some(Party::Site(site)) => Some(site),
            _ => None,
        }),
        ready_from: query.get("ready_from"),
        ready_until: query.get("ready_until"),
        delivered: query.get("delivered"),
        code_prefix: query.get("code_prefix"),
        dossier_code: query.get("dossier_code"),
        after: query
            .get::<After>("cursor")
            .map(|after| ItemCursor { ready_at: after.at, id: ItemId::from_uuid(after.id) }),
    };
    let limit = paging::limit(&mut query);
    query.finish()?;
    let (from, to) = (wanted.from.clone(), wanted.to.clone());
    let list = blocking(&service, move |service| {
        let centre = service.centre()?;
        let unknown = [("from", from), ("to", to)]
            .into_iter()
            .find(|(_, code)| code.as_ref().is_some_and(|code| centre.site_by_code(code).is_none()));
        if let Some((name, _)) = unknown {
            return Ok(Err(name));
        }
        let found = service.items(&wanted, limit)?;
        Ok(Ok(ItemList {
            items: found.items.iter().map(|detail| ItemResponse::of(&centre, detail)).collect(),
            next: found.next.map(|cursor| After { at: cursor.ready_at, id: cursor.id.uuid() }.to_string()),
        }))
    });
    match list.await? {
        Ok(list) => Ok(page(&query, list.next.as_deref(), &list)),
        Err(name) => Err(Failure::parameter(name, "no site has this code: GET /v1/sites lists those there are")),
    }
}
