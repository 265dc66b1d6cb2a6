use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    domain::{AccountId, CentreId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, without_nul},
        connection::{AnyConnection, on_backend},
        schema::audit_log,
    },
};

/// One administrative act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: Uuid,
    /// The centre.
    pub centre_id: CentreId,
    /// When.
    pub at: DateTime<Utc>,
    /// Whose account did it; `None` for somebody at the machine itself.
    pub account_id: Option<AccountId>,
    /// The name of who did it.
    pub actor: String,
    /// What was done, in a word such as `account_created`.
    pub act: String,
    /// To what kind of thing.
    pub object_kind: String,
    /// To which.
    pub object_id: String,
    /// How it was before, as JSON without secrets.
    pub before: Option<String>,
    /// How it is since, as JSON without secrets.
    pub after: Option<String>,
}

/// The place in the audit log after the entry with these two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCursor {
    /// When it was.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
struct AuditRow {
    centre_id: Id,
    id: Id,
    at: Micros,
    account_id: Option<Id>,
    actor: String,
    act: String,
    object_kind: String,
    object_id: String,
    before: Option<String>,
    after: Option<String>,
}

impl From<&AuditEntry> for AuditRow {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            centre_id: entry.centre_id.into(),
            id: Id(entry.id),
            at: entry.at.into(),
            account_id: entry.account_id.map(Id::from),
            actor: entry.actor.clone(),
            act: entry.act.clone(),
            object_kind: entry.object_kind.clone(),
            object_id: entry.object_id.clone(),
            before: entry.before.clone(),
            after: entry.after.clone(),
        }
    }
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id.0,
            centre_id: row.centre_id.into(),
            at: row.at.into(),
            account_id: row.account_id.map(AccountId::from),
            actor: row.actor,
            act: row.act,
            object_kind: row.object_kind,
            object_id: row.object_id,
            before: row.before,
            after: row.after,
        }
    }
}

/// Adds a line, in the transaction of what it tells.
pub(in crate::store) fn note(connection: &mut AnyConnection, entry: &AuditEntry) -> Result<(), StoreError> {
    let texts = [Some(&entry.actor), Some(&entry.object_id), entry.before.as_ref(), entry.after.as_ref()];
    for text in texts.into_iter().flatten() {
        without_nul("audit entry", text)?;
    }
    let row = AuditRow::from(entry);
    on_backend!(connection, |c| diesel::insert_into(audit_log::table).values(&row).execute(c))?;
    Ok(())
}

impl Store {
    /// Adds a line for an act that has no transaction of its own here.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn note_act(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.write(|connection| note(connection, entry))
    }

    /// The audit log from `after` on, newest first, at most `limit` lines.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn audit_log(
        &self,
        centre: CentreId,
        after: Option<AuditCursor>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.read(|connection| {
            let mut query = audit_log::table
                .filter(audit_log::centre_id.eq(Id::from(centre)))
                .select(AuditRow::as_select())
                .into_boxed();
            if let Some(AuditCursor { at, id }) = after {
                let at = Micros::from(at);
                query = query.filter(audit_log::at.le(at)).filter(audit_log::at.lt(at).or(audit_log::id.lt(Id(id))));
            }
            let rows: Vec<AuditRow> =
                query.order((audit_log::at.desc(), audit_log::id.desc())).limit(limit.into()).load(connection)?;
            Ok(rows.into_iter().map(AuditEntry::from).collect())
        })
    }
}
