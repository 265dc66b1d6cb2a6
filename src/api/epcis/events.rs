use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{capture::next_page, unescaped};
use crate::{
    api::{
        Answer, Asked, blocking,
        caller::Caller,
        params::{NoQuery, PathParams, QueryParams},
        problem::{Failure, ProblemField},
    },
    domain::Act,
    service::Service,
};

/// The media type of events.
const JSON_LD: &str = "application/ld+json";
/// The context of every list that the standard defines.
const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// Query events, those that partners have told and those that our scans are.
///
/// The parameters are those of the standard's `SimpleEventQuery`; lists have `|` between their values. Business steps and
/// dispositions may be given as words, URIs or URNs, keys of GS1 as EPC URIs or Digital Links. Without `orderBy` events come
/// in the order in which they were recorded. Beside the parameters below there are `EQ_bizTransaction_TYPE`,
/// `EQ_source_TYPE` and `EQ_destination_TYPE`, such as `EQ_source_possessing_party`.
#[utoipa::path(tag = "epcis",
    params(
        ("eventType" = Option<String>, Query, description = "Of one of these types"),
        ("GE_eventTime" = Option<String>, Query, description = "Happened at or after"),
        ("LT_eventTime" = Option<String>, Query, description = "Happened before"),
        ("GE_recordTime" = Option<String>, Query, description = "Recorded here at or after"),
        ("LT_recordTime" = Option<String>, Query, description = "Recorded here before"),
        ("EQ_action" = Option<String>, Query, description = "ADD, OBSERVE or DELETE"),
        ("EQ_bizStep" = Option<String>, Query, description = "With one of these business steps"),
        ("EQ_disposition" = Option<String>, Query, description = "With one of these dispositions"),
        ("EQ_persistentDisposition_set" = Option<String>, Query, description = "From which one of these dispositions holds"),
        ("EQ_persistentDisposition_unset" = Option<String>, Query, description = "From which one of these dispositions holds no more"),
        ("EQ_readPoint" = Option<String>, Query, description = "Observed at one of these places"),
        ("WD_readPoint" = Option<String>, Query, description = "The same: no place is known to lie within another"),
        ("EQ_bizLocation" = Option<String>, Query, description = "After which the things are at one of these places"),
        ("WD_bizLocation" = Option<String>, Query, description = "The same: no place is known to lie within another"),
        ("EQ_transformationID" = Option<String>, Query, description = "Of one of these transformations"),
        ("MATCH_epc" = Option<String>, Query, description = "Naming one of these things, in epcList or childEPCs"),
        ("MATCH_parentID" = Option<String>, Query, description = "With one of these parents"),
        ("MATCH_inputEPC" = Option<String>, Query, description = "Transforming one of these things"),
        ("MATCH_outputEPC" = Option<String>, Query, description = "Making one of these things"),
        ("MATCH_anyEPC" = Option<String>, Query, description = "Naming one of these things anywhere"),
        ("MATCH_epcClass" = Option<String>, Query, description = "Naming one of these classes, in quantityList or childQuantityList"),
        ("MATCH_inputEPCClass" = Option<String>, Query, description = "Transforming one of these classes"),
        ("MATCH_outputEPCClass" = Option<String>, Query, description = "Making one of these classes"),
        ("MATCH_anyEPCClass" = Option<String>, Query, description = "Naming one of these classes anywhere"),
        ("EQ_eventID" = Option<String>, Query, description = "With one of these ids"),
        ("EXISTS_errorDeclaration" = Option<String>, Query, description = "Only those that take an event back; the value does not matter"),
        ("GE_errorDeclaration_Time" = Option<String>, Query, description = "Taking an event back at or after"),
        ("LT_errorDeclaration_Time" = Option<String>, Query, description = "Taking an event back before"),
        ("EQ_errorReason" = Option<String>, Query, description = "Taking an event back for one of these reasons"),
        ("EQ_correctiveEventID" = Option<String>, Query, description = "Naming one of these events as right"),
        ("orderBy" = Option<String>, Query, description = "eventTime or recordTime"),
        ("orderDirection" = Option<String>, Query, description = "ASC or DESC; DESC when orderBy is given alone"),
        ("eventCountLimit" = Option<u32>, Query, description = "At most so many in all parts together"),
        ("maxEventCount" = Option<u32>, Query, description = "Refused when more are found; not with eventCountLimit"),
        ("perPage" = Option<u32>, Query, description = "At most so many in one part; 30 when not given, 1000 at most"),
        ("nextPageToken" = Option<String>, Query, description = "Leads on from the part before: as the Link header has it"),
    ),
    responses(
        (status = 200, description = "An EPCISQueryDocument; the Link header leads to the next part", body = Value, content_type = "application/ld+json"),
        (status = 413, description = "More events are found than maxEventCount"),
    ))]
#[get("/epcis/events")]
pub(crate) async fn query_events((service, caller): Asked, request: HttpRequest) -> Answer {
    caller.may(Act::ReadEpcis)?;
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|error| Failure::parameter("query", format!("the query cannot be read: {error}")))?
        .into_inner();
    let query = service.read_event_query(&pairs).map_err(|problems| {
        let problems = problems.into_iter().map(|problem| ProblemField::parameter(problem.field, problem.message));
        Failure::parameters(problems.collect())
    })?;
    let page = blocking(&service, move |service| service.find_events(&query)).await?;
    let mut response = HttpResponse::Ok();
    if let Some(token) = &page.next {
        let others = pairs.iter().filter(|(name, _)| name != "nextPageToken").map(|(name, value)| (name, value));
        let link = next_page(request.path(), &QueryParams::encode(others), token);
        response.insert_header((header::LINK, link));
    }
    Ok(response.content_type(JSON_LD).body(page.document))
}

/// Get one event, and the declarations that take it back.
///
/// Its id is one part of the path, so slashes and question marks in it are escaped.
#[utoipa::path(tag = "epcis",
    params(("id" = String, Path, description = "The event's id", example = "ni:///sha-256;00e1e6eba3a7cc6125be4793a631f0af50f8322e0ab5f2c0bab994a11cec1d79?ver=CBV2.0")),
    responses(
        (status = 200, description = "An EPCISQueryDocument", body = Value, content_type = "application/ld+json"),
    ))]
#[get("/epcis/events/{id:.+}")]
pub(crate) async fn get_event((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadEpcis)?;
    let id = unescaped(path.text("id")).ok_or_else(|| Failure::parameter("id", "it is not UTF-8"))?;
    let document = blocking(&service, move |service| service.event(&id)).await?;
    Ok(HttpResponse::Ok().content_type(JSON_LD).body(document))
}

/// The types of events that there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventTypeList {
    /// The context of GS1.
    #[serde(rename = "@context")]
    context: &'static str,
    /// Always `EventTypeItemList`.
    r#type: &'static str,
    /// The types.
    #[serde(rename = "eventType")]
    event_type: Vec<String>,
}

/// List the types of the events that there are.
#[utoipa::path(tag = "epcis",
    responses((status = 200, description = "The types", body = EventTypeList)))]
#[get("/epcis/eventTypes")]
pub(crate) async fn list_event_types((service, caller): Asked, _: NoQuery) -> Answer {
    caller.may(Act::ReadEpcis)?;
    let event_type = blocking(&service, Service::event_types).await?;
    Ok(HttpResponse::Ok().json(EventTypeList { context: CONTEXT, r#type: "EventTypeItemList", event_type }))
}

/// List what there is below `/epcis`.
#[utoipa::path(tag = "epcis",
    responses((status = 200, description = "The names of the resources", body = [String])))]
#[get("/epcis")]
pub(crate) async fn list_resources(caller: Caller, _: NoQuery) -> Answer {
    caller.may(Act::ReadEpcis)?;
    Ok(HttpResponse::Ok().json(["capture", "events", "eventTypes"]))
}
