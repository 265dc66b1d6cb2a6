use std::fmt::Write as _;

use actix_web::{HttpResponse, get, http::header, web};

use super::{Answer, blocking, params::NoQuery};
use crate::service::{Service, ServiceError};

/// How many planned days the page shows.
const DAYS_SHOWN: usize = 10;

/// A page that says what runs here. It asks nothing of any other host.
#[get("/about")]
pub(crate) async fn landing(service: web::Data<Service>, _: NoQuery) -> Answer {
    let page = blocking(&service, |service| {
        let overview = match service.overview() {
            Ok(overview) => overview,
            Err(error @ ServiceError::NoCentre) => return Ok(page("Conthoi", &format!("<p>{}</p>", escape(&error.to_string())))),
            Err(error) => return Err(error),
        };
        let centre = &overview.centre.centre;
        let counts = overview.counts;
        let mut body = format!("<p lang=\"vi\"><strong>{}</strong></p><p>{}</p>", escape(&centre.name), escape(&centre.name_en));
        if counts.synthetic_items > 0 {
            body.push_str("<p><strong>Synthetic season</strong>: nobody in it exists, and nothing in it happened.</p>");
        }
        let _ = write!(
            body,
            "<p>{} dossiers, {} items, {} home deliveries. Travel: {}.</p><h2>Planned days</h2><ul>",
            counts.dossiers, counts.items, counts.home_deliveries, escape(&overview.travel.label)
        );
        let today = service.today()?;
        // The last days that were planned up to today, then what is planned ahead.
        let dates = service.plan_dates(None, u32::MAX)?;
        if dates.is_empty() {
            body.push_str("<li>none yet: <code>POST /v1/plans</code> with <code>{\"date\": \"2019-06-14\"}</code></li>");
        }
        for day in dates.iter().rev().take(DAYS_SHOWN) {
            let mark = if day.date == today { " (today)" } else { "" };
            let _ = write!(
                body,
                "<li><a href=\"/v1/plans/{0}\">{0}</a>{mark}, revision {1}, <a href=\"/v1/plans/{0}/geojson\">map data</a></li>",
                day.date, day.version.revision
            );
        }
        let _ = write!(
            body,
            "</ul><h2>API</h2><ul><li><a href=\"/docs/\">Documentation</a></li>\
             <li><a href=\"/openapi.json\">OpenAPI description</a></li>\
             <li><a href=\"/v1/timetable?date={today}\">Today's timetable</a>, <a href=\"/v1/plans/{today}\">today's plan</a></li>\
             <li><a href=\"/v1/sites\">Sites</a>, <a href=\"/v1/items?limit=20\">items</a>, <a href=\"/v1/calendar\">calendar</a></li>\
             <li><a href=\"/health/ready\">Readiness</a>, <a href=\"/problems\">what can go wrong</a></li></ul>\
             <p><a href=\"/\">Nhận kết quả tại nhà · A result brought home</a></p>\
             <p><a href=\"/login\">Đăng nhập · Log in</a> · <a href=\"/account\">Tài khoản · Account</a></p>"
        );
        Ok(page(&format!("Conthoi · {}", escape(&centre.code)), &body))
    })
    .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"))
        .body(page))
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}\
         code{{background:#8882;padding:0 .2em}}</style></head><body><h1>{title}</h1>{body}</body></html>"
    )
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
