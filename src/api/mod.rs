//! The REST API: parse, call a service, render.
//!
//! One file for each resource, with its request and response structs beside the handlers; they are converted from the
//! domain, so that the domain can change its shape without changing the API's. `openapi` describes all of it from the
//! code. Every failure is an `application/problem+json` document whose `type` is a path under `/problems/`.
//!
//! Blocking work never runs on the threads that serve connections (`blocking`).
//!
//! `authentication` recognises who asks before any handler runs. A handler of what is not public takes a `Caller`, names its act
//! to `Caller::may`, and hands the caller's authority to the use case where the object decides.
//!
//! What it does not know: tables, planning, the clock, who may do what.

mod accounts;
mod audit;
mod authentication;
mod body;
mod calendar;
mod caller;
mod centre;
mod complaints;
mod custody;
mod designs;
mod devices;
mod discrepancies;
mod dossiers;
mod epcis;
mod etag;
mod events;
mod evidence;
mod fallback;
mod feed;
mod geojson;
mod health;
mod homes;
mod item_plan;
mod items;
mod landing;
mod limits;
mod live;
mod login;
mod manifest;
mod middleware;
mod notifications;
mod openapi;
mod pages;
mod paging;
mod papers;
mod params;
mod parties;
mod places;
mod plan_jobs;
mod plans;
mod postal;
mod problem;
mod problem_code;
mod reports;
mod route_view;
mod runs;
mod scans;
mod server;
mod shown;
mod sites;
mod solve;
mod solve_schema;
mod timetable;
mod tokens;
mod travel;
mod verify;
mod warning;
mod webhooks;

use actix_web::{
    App, Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header,
    middleware::{Compress, from_fn},
    web,
};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::SwaggerUi;

pub(crate) use designs::DesignOut;
pub use openapi::document as openapi_document;
pub(crate) use plans::PlanResponse;
pub(crate) use reports::ReportResponse;
pub use server::{ServeError, listen, serve};
pub(crate) use verify::VerifyResponse;

use self::{fallback::KnownPaths, problem::Failure};
use crate::service::{Service, ServiceError};

/// The whole application, as the tests drive it.
#[must_use]
pub fn app(
    service: web::Data<Service>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    limited_app(service, web::Data::new(limits::Limits::default()))
}

/// The whole application, as one thread of the server drives it; all of them share the limits.
fn limited_app(
    service: web::Data<Service>,
    limits: web::Data<limits::Limits>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (app, openapi) = App::new().into_utoipa_app().openapi(openapi::about()).configure(endpoints).split_for_parts();
    app.app_data(service)
        .app_data(limits)
        .app_data(web::Data::new(KnownPaths::of(&openapi)))
        .service(landing::landing)
        .configure(pages::routes)
        .configure(crate::web::routes)
        .route("/docs", web::get().to(to_docs))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", openapi))
        .default_service(web::to(fallback::fallback))
        .wrap(from_fn(authentication::authenticate))
        .wrap(from_fn(middleware::explain))
        .wrap(Compress::default())
        .wrap(from_fn(middleware::accompany))
}

fn endpoints(api: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    endpoints_of_post_and_complaints(api);
    homes::endpoints(api);
    exchange_and_papers(api);
    access(api);
    api.service(notifications::list_notifications)
        .service(notifications::list_templates)
        .service(notifications::preview_template)
        .service(notifications::retry_notification)
        .service(health::live)
        .service(health::ready)
        .service(centre::get_centre)
        .service(sites::list_sites)
        .service(sites::get_site)
        .service(timetable::get_timetable)
        .service(calendar::get_calendar)
        .service(items::create_item)
        .service(items::list_items)
        .service(items::put_item)
        .service(items::get_item)
        .service(item_plan::get_item_plan)
        .service(dossiers::import::import_dossiers)
        .service(dossiers::one::get_dossier)
        .service(dossiers::one::put_dossier)
        .service(custody::get_custody)
        .service(custody::get_scan)
        .service(scans::record_scans)
        .service(evidence::create_evidence)
        .service(evidence::get_upload)
        .service(evidence::continue_upload)
        .service(evidence::get_evidence)
        .service(discrepancies::list_discrepancies)
        .service(discrepancies::get_discrepancy)
        .service(discrepancies::assign_discrepancy)
        .service(discrepancies::resolve_discrepancy)
        .service(reports::list_reports)
        .service(reports::get_quarterly_report)
        .service(reports::get_report)
        .service(designs::create_design)
        .service(designs::get_design)
        .service(designs::cancel_design)
        .service(feed::follow_feed)
        .service(webhooks::create_webhook)
        .service(webhooks::list_webhooks)
        .service(webhooks::get_webhook)
        .service(webhooks::delete_webhook)
        .service(webhooks::ping_webhook)
        .service(webhooks::list_deliveries)
        .service(webhooks::retry_delivery)
        .service(plan_jobs::create_plan)
        .service(plan_jobs::get_plan_job)
        .service(plan_jobs::follow_plan_job)
        .service(plan_jobs::cancel_plan_job)
        .service(plans::list_plans)
        .service(plans::get_plan)
        .service(live::day::get_live_day)
        .service(live::alerts::list_alerts)
        .service(live::positions::tell_positions)
        .service(live::replan::propose_replan)
        .service(live::replan::list_proposals)
        .service(live::replan::get_proposal)
        .service(live::replan::accept_proposal)
        .service(live::replan::discard_proposal)
        .service(live::locks::get_locks)
        .service(live::locks::put_locks)
        .service(live::moves::move_by_hand)
        .service(live::moves::undo)
        .service(live::close::get_close_report)
        .service(live::close::close_day)
        .service(geojson::get_plan_geojson)
        .service(geojson::get_route_geojson)
        .service(runs::get_run)
        .service(runs::get_run_stops)
        .service(runs::get_run_manifest)
        .service(runs::get_round)
        .service(runs::get_round_stops)
        .service(runs::get_round_manifest);
}

fn exchange_and_papers(api: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    api.service(papers::get_labels)
        .service(papers::print_labels)
        .service(papers::get_run_manifest_pdf)
        .service(papers::get_round_manifest_pdf)
        .service(papers::get_handover_minute)
        .service(papers::get_control_slip_pdf)
        .service(papers::get_control_slip)
        .service(verify::get_slip_key)
        .service(verify::verify_slip)
        .service(solve::solve)
        .service(epcis::events::list_resources)
        .service(epcis::capture::capture_events)
        .service(epcis::capture::list_captures)
        .service(epcis::capture::get_capture)
        .service(epcis::capture::capture_event)
        .service(epcis::events::query_events)
        .service(epcis::events::get_event)
        .service(epcis::events::list_event_types);
}

/// Who may come in, by what, and what they did.
fn access(api: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    api.service(login::login)
        .service(login::logout)
        .service(login::get_me)
        .service(accounts::list_accounts)
        .service(accounts::create_account)
        .service(accounts::get_account)
        .service(accounts::change_account)
        .service(accounts::make_link)
        .service(tokens::list_tokens)
        .service(tokens::issue_token)
        .service(tokens::revoke_token)
        .service(devices::start_enrolment)
        // Other methods must not be taken for a device with that id.
        .route("/v1/devices/enrolments", web::to(fallback::fallback))
        .service(devices::enrol_device)
        .service(devices::list_devices)
        .service(devices::give_device)
        .service(devices::revoke_device)
        .service(audit::get_audit)
        .service(problem_code::list_problems)
        .service(problem_code::explain_problem);
}

fn endpoints_of_post_and_complaints(api: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    api.service(complaints::ratings::record_rating)
        .service(complaints::ratings::list_ratings)
        .service(complaints::ratings::get_rating)
        .service(complaints::list::list_complaints)
        .service(complaints::list::get_complaint)
        .service(complaints::list::answer_complaint)
        .service(complaints::compensations::record_compensation)
        .service(complaints::compensations::list_compensations)
        .service(postal::handovers::create_postal_handover)
        .service(postal::handovers::list_postal_handovers)
        .service(postal::handovers::get_postal_handover)
        .service(postal::events::record_postal_events);
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Runs a use case on a thread that may block.
async fn blocking<T, F>(service: &web::Data<Service>, work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
{
    let service = Service::clone(service);
    match web::block(move || work(&service)).await {
        Ok(result) => result.map_err(Failure::from),
        // The work panicked; its message went to the log by the panic hook.
        Err(error) => Err(Failure::internal(&error)),
    }
}
