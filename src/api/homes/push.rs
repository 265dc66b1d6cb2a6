use actix_web::{HttpResponse, delete, get, put, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        Answer, blocking,
        body::{Fields, JsonBody},
        params::{NoQuery, PathParams},
    },
    service::{PushAddress, PushOffer, Service},
};

/// How a browser can be told of a home delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushOfferResponse {
    /// What a browser is given as `applicationServerKey`; null where this centre tells browsers nothing.
    #[schema(example = "BOtsZBtEDjhrYkFVJBbtGMnsb4VyZ8lSjNxvC0HIPAnuT4KpCh1Q3Xc9lqIYe4Y7t2ATBkfPYh8vUYwhRcLLsYk")]
    public_key: Option<String>,
    /// Whether a browser was named.
    named: bool,
}

impl From<PushOffer> for PushOfferResponse {
    fn from(offer: PushOffer) -> Self {
        Self { public_key: offer.public_key, named: offer.named }
    }
}

/// A browser that wants to be told, with the parts of its `PushSubscription`.
#[derive(ToSchema)]
#[schema(example = json!({
    "endpoint": "https://push.example.org/send/1",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}))]
#[allow(dead_code, reason = "describes what the API reads")]
pub(crate) struct PushAddressBody {
    /// The address of the browser's push service, `https`.
    endpoint: String,
    /// The browser's public key, Base64url.
    p256dh: String,
    /// The secret that the browser shares, Base64url.
    auth: String,
}

/// Whether and how a browser can be told of a home delivery by Web Push.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    responses((status = 200, description = "The key that a browser has to be given", body = PushOfferResponse)))]
#[get("/v1/track/{link}/push")]
pub(crate) async fn get_push_offer(service: web::Data<Service>, path: PathParams, _: NoQuery) -> Answer {
    let link = path.text("link").to_owned();
    let offer = blocking(&service, move |service| service.push_offer(&link)).await?;
    Ok(HttpResponse::Ok().json(PushOfferResponse::from(offer)))
}

/// Have a browser told of a home delivery from now on, in place of the one that was named before. One-time codes are never told so.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    request_body = PushAddressBody,
    responses(
        (status = 204, description = "It is told"),
        (status = 409, description = "This centre tells browsers nothing"),
    ))]
#[put("/v1/track/{link}/push")]
pub(crate) async fn name_browser(service: web::Data<Service>, path: PathParams, _: NoQuery, body: JsonBody) -> Answer {
    let link = path.text("link").to_owned();
    let mut fields = Fields::of(body.json)?;
    let [endpoint, p256dh, auth] = ["endpoint", "p256dh", "auth"].map(|name| fields.required::<String>(name));
    let parts = endpoint.zip(p256dh).zip(auth);
    let address = parts.map(|((endpoint, p256dh), auth)| PushAddress::new(endpoint, p256dh, auth));
    let address = fields.finish(address)?;
    blocking(&service, move |service| service.name_browser(&link, &address)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Have no browser told of a home delivery any more.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    responses((status = 204, description = "None is told")))]
#[delete("/v1/track/{link}/push")]
pub(crate) async fn forget_browser(service: web::Data<Service>, path: PathParams, _: NoQuery) -> Answer {
    let link = path.text("link").to_owned();
    blocking(&service, move |service| service.forget_browser(&link)).await?;
    Ok(HttpResponse::NoContent().finish())
}
