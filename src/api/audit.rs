use actix_web::get;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    paging::{self, After, page},
    params::QueryParams,
    places::local,
};
use crate::{
    domain::Act,
    service::{AuditCursor, AuditEntry},
};

/// One administrative act.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntryOut {
    /// Its id.
    id: Uuid,
    /// When.
    at: DateTime<FixedOffset>,
    /// The account that did it; null for somebody at the machine itself, and for a device.
    account_id: Option<Uuid>,
    /// The name of who did it.
    actor: String,
    /// What was done, such as `account_changed`.
    #[schema(example = "device_revoked")]
    act: String,
    /// To what kind of thing.
    #[schema(example = "device")]
    object_kind: String,
    /// To which.
    object_id: String,
    /// How it was before; never a secret.
    #[schema(value_type = Option<Object>)]
    before: Value,
    /// How it is since; never a secret.
    #[schema(value_type = Option<Object>)]
    after: Value,
}

impl AuditEntryOut {
    fn of(entry: AuditEntry, zone: chrono_tz::Tz) -> Self {
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
        Self {
            id: entry.id,
            at: local(entry.at, zone),
            account_id: entry.account_id.map(crate::domain::AccountId::uuid),
            actor: entry.actor,
            act: entry.act,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
            before: json(entry.before),
            after: json(entry.after),
        }
    }
}

/// A part of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditList {
    /// The entries, newest first.
    entries: Vec<AuditEntryOut>,
    /// The cursor of the next part; null at the log's beginning.
    next: Option<String>,
}

/// Who did what to accounts, tokens, devices and discrepancies, newest first. Nothing of it can be changed or deleted.
#[utoipa::path(tag = "access",
    params(
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Entries; the Link header leads to the next part", body = AuditList)))]
#[get("/v1/audit")]
pub(crate) async fn get_audit((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadAudit)?;
    let after = query.get::<After>("cursor").map(|After { at, id }| AuditCursor { at, id });
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let zone = service.centre()?.centre.time_zone;
        let found = service.audit_log(after, limit)?;
        Ok(AuditList {
            entries: found.entries.into_iter().map(|entry| AuditEntryOut::of(entry, zone)).collect(),
            next: found.next.map(|cursor| After { at: cursor.at, id: cursor.id }.to_string()),
        })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}
