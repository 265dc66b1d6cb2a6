use serde_json::Value;

use crate::{
    domain::{AccountId, CentreId},
    service::{Service, ServiceError, paging::cut},
    store::{AuditCursor, AuditEntry},
};

/// Who does something administrative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account; `None` for somebody at the machine itself, or a device.
    pub account_id: Option<AccountId>,
    /// A name for it.
    pub name: String,
}

impl Actor {
    /// Somebody with the command line of the machine that serves.
    #[must_use]
    pub fn operator() -> Self {
        Self { account_id: None, name: "(operator)".to_owned() }
    }
}

/// A part of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the log goes on; `None` at its beginning.
    pub next: Option<AuditCursor>,
}

/// What is done to what.
pub(in crate::service) struct Done<'a> {
    pub(in crate::service) act: &'a str,
    pub(in crate::service) kind: &'a str,
    pub(in crate::service) id: String,
    pub(in crate::service) before: Option<Value>,
    pub(in crate::service) after: Option<Value>,
}

impl Service {
    /// A line for the audit log.
    pub(in crate::service) fn audit_entry(&self, centre_id: CentreId, actor: &Actor, done: Done<'_>) -> AuditEntry {
        AuditEntry {
            id: self.fresh_uuid(),
            centre_id,
            at: self.now(),
            account_id: actor.account_id,
            actor: actor.name.clone(),
            act: done.act.to_owned(),
            object_kind: done.kind.to_owned(),
            object_id: done.id,
            before: done.before.map(|value| value.to_string()),
            after: done.after.map(|value| value.to_string()),
        }
    }

    /// Notes an administrative act on something else than accounts, tokens and devices.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn note_act(
        &self,
        actor: &Actor,
        act: &str,
        (kind, id): (&str, String),
        after: Option<Value>,
    ) -> Result<(), ServiceError> {
        let centre = self.centre()?.centre.id;
        let entry = self.audit_entry(centre, actor, Done { act, kind, id, before: None, after });
        Ok(self.store().note_act(&entry)?)
    }

    /// The audit log from `after` on, newest first, at most `limit` entries.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn audit_log(&self, after: Option<AuditCursor>, limit: u32) -> Result<AuditPage, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut entries = self.store().audit_log(centre, after, limit.saturating_add(1))?;
        let next = cut(&mut entries, limit, |last| AuditCursor { at: last.at, id: last.id });
        Ok(AuditPage { entries, next })
    }
}
