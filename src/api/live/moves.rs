use actix_web::{HttpRequest, HttpResponse, http::header, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::replan::{DifferenceOut, RevisionOut, in_force};
use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        etag,
        params::{NoQuery, PathParams},
    },
    domain::{Act, CourierId, ItemId, RoundId, RunId, StopId},
    service::{BrokenRule, Move, MoveAnswer},
};

/// A move by hand. Beside `kind` it has what belongs to it.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct MoveBody {
    /// `item_to_run`, `stop_to_position` or `round_to_courier`.
    #[schema(example = "item_to_run")]
    kind: String,
    /// Of `item_to_run`: the item.
    item: Option<Uuid>,
    /// Of `item_to_run`: the run that its next leg goes with.
    run: Option<Uuid>,
    /// Of `stop_to_position`: the stop.
    stop: Option<Uuid>,
    /// Of `stop_to_position`: its new place in the route, from 1.
    position: Option<usize>,
    /// Of `round_to_courier`: the round.
    round: Option<Uuid>,
    /// Of `round_to_courier`: the courier's code.
    courier: Option<String>,
}

/// A move by hand, and whether to make it.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct MovesBody {
    /// The move.
    r#move: MoveBody,
    /// Only say what it would do: true when not given.
    dry_run: Option<bool>,
    /// Why it is made though it breaks rules.
    reason: Option<String>,
}

/// A rule that would be broken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BrokenRuleOut {
    /// `back_late`, `closed`, `half_day`, `not_served`, `not_ready`, `overfull`, `late`, `courier_busy`, `courier_out`, `connection`,
    /// `other_base`, `off_duty` or `locked`.
    #[schema(example = "closed")]
    code: String,
    /// One plain Vietnamese sentence.
    sentence_vi: String,
    /// One plain English sentence.
    sentence_en: String,
}

impl From<BrokenRule> for BrokenRuleOut {
    fn from(rule: BrokenRule) -> Self {
        Self { code: rule.code, sentence_vi: rule.sentence_vi, sentence_en: rule.sentence_en }
    }
}

/// What a move would do, or has done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoveResponse {
    /// What changes, with what it costs.
    difference: DifferenceOut,
    /// The rules that it breaks.
    broken: Vec<BrokenRuleOut>,
    /// The revision that has it; null when it was not made.
    revision: Option<u32>,
}

/// A move whose courier is still named by code.
enum NamedMove {
    Whole(Move),
    Round(RoundId, String),
}

fn read_move(fields: &mut Fields) -> Option<NamedMove> {
    let kind = fields.required::<String>("kind")?;
    match kind.as_str() {
        "item_to_run" => {
            let (item, run) = (fields.parsed::<Uuid>("item", true), fields.parsed::<Uuid>("run", true));
            Some(NamedMove::Whole(Move::ItemToRun {
                item_id: ItemId::from_uuid(item?),
                run_id: RunId::from_uuid(run?),
            }))
        }
        "stop_to_position" => {
            let (stop, position) = (fields.parsed::<Uuid>("stop", true), fields.required::<usize>("position"));
            Some(NamedMove::Whole(Move::StopToPosition { stop_id: StopId::from_uuid(stop?), position: position? }))
        }
        "round_to_courier" => {
            let (round, courier) = (fields.parsed::<Uuid>("round", true), fields.required::<String>("courier"));
            Some(NamedMove::Round(RoundId::from_uuid(round?), courier?))
        }
        _ => {
            fields.refuse("kind", "expected item_to_run, stop_to_position or round_to_courier".into());
            None
        }
    }
}

/// Move something by hand, or see what that would cost and which rules it would break. A move that breaks rules is made only
/// with a reason.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the plan that the client has seen"),
    ),
    request_body = MovesBody,
    responses(
        (status = 200, description = "What it does; where it was made, with the ETag of the plan that has it", body = MoveResponse),
        (status = 409, description = "It breaks rules and no reason is given, or cannot be made at all"),
        (status = 412, description = "The plan is another one by now"),
    ))]
#[post("/v1/plans/{date}/moves")]
pub(crate) async fn move_by_hand(
    (service, caller): Asked,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::MakePlans)?;
    let date: NaiveDate = path.get("date")?;
    let expected = etag::expected(&request)?;
    let mut fields = Fields::of(body.json)?;
    let named = fields.object("move", read_move);
    let dry_run = fields.optional::<bool>("dry_run").unwrap_or(true);
    let reason = fields.optional::<String>("reason");
    let named = match named {
        Some(NamedMove::Whole(change)) => Some(change),
        Some(NamedMove::Round(round_id, code)) => {
            let courier: Option<CourierId> = blocking(&service, move |service| {
                Ok(service.centre()?.couriers.iter().find(|courier| courier.code == code).map(|courier| courier.id))
            })
            .await?;
            if courier.is_none() {
                fields.refuse("move", "no courier has this code".into());
            }
            courier.map(|courier_id| Move::RoundToCourier { round_id, courier_id })
        }
        None => None,
    };
    let change = fields.finish(named)?;
    let actor = caller.actor();
    let answer: MoveAnswer = blocking(&service, move |service| {
        if dry_run {
            service.try_move(date, &expected, &change)
        } else {
            service.make_move(&actor, date, &expected, &change, reason.as_deref())
        }
    })
    .await?;
    let mut response = HttpResponse::Ok();
    if let Some(version) = answer.version {
        response.insert_header((header::ETAG, etag::etag(version)));
    }
    Ok(response.json(MoveResponse {
        difference: DifferenceOut::from(&answer.difference),
        broken: answer.broken.into_iter().map(BrokenRuleOut::from).collect(),
        revision: answer.version.map(|version| version.revision),
    }))
}

/// Take the last change of the day's plan back, as a new revision, if nothing was done since that it would undo.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the plan that the client has seen"),
    ),
    responses(
        (status = 200, description = "The revision in force, with its ETag", body = RevisionOut),
        (status = 409, description = "There is nothing to take back, or it has been overtaken"),
        (status = 412, description = "The plan is another one by now"),
    ))]
#[post("/v1/plans/{date}/undo")]
pub(crate) async fn undo((service, caller): Asked, request: HttpRequest, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::MakePlans)?;
    let date: NaiveDate = path.get("date")?;
    let expected = etag::expected(&request)?;
    let actor = caller.actor();
    let version = blocking(&service, move |service| service.undo(&actor, date, &expected));
    Ok(in_force(date, version.await?))
}
