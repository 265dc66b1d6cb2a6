//! Webhooks: who is told, and what is still to be told.
//!
//! A delivery is made once from a place in the feed: making it and moving its endpoint's place are one transaction, and its
//! id follows from the place, so that no crash and no second process makes it twice. Sending is leased: whoever takes a
//! delivery has it for a while, and when nothing is heard of that process another one takes it, with the same id.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    FeedPlace, Store, StoreError,
    columns::{Id, Micros, unsigned, without_nul},
    connection::on_backend,
    schema::{webhook_deliveries, webhook_endpoints},
};
use crate::domain::CentreId;

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: Uuid,
    /// Where it is told.
    pub url: String,
    /// With what it is signed.
    pub secret: String,
    /// Of what it is told, as the caller's JSON.
    pub types: String,
    /// Since when there is such an endpoint.
    pub created_at: DateTime<Utc>,
    /// Since when it is told nothing any more, and why.
    pub disabled: Option<(DateTime<Utc>, String)>,
    /// How far of the feed deliveries were made.
    pub place: FeedPlace,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is still to be sent, perhaps again.
    Waiting,
    /// The endpoint took it.
    Delivered,
    /// It was given up.
    Dead,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Dead];

    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// Something that an endpoint is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Its id, the same each time it is sent.
    pub id: Uuid,
    /// The endpoint.
    pub endpoint_id: Uuid,
    /// What it is about.
    pub kind: String,
    /// What is sent.
    pub payload: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is to be sent next.
    pub due_at: DateTime<Utc>,
    /// What the endpoint answered last.
    pub last_status: Option<u32>,
    /// What went wrong last.
    pub last_problem: Option<String>,
    /// When it was delivered or given up.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What became of sending a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentDelivery {
    /// How it stands now.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is to be sent next, while it waits.
    pub due_at: DateTime<Utc>,
    /// What the endpoint answered.
    pub status: Option<u32>,
    /// What went wrong.
    pub problem: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_endpoints, treat_none_as_default_value = false)]
struct EndpointRow {
    centre_id: Id,
    id: Id,
    url: String,
    secret: String,
    types: String,
    created_at: Micros,
    disabled_at: Option<Micros>,
    disabled_reason: Option<String>,
    scan_position: i64,
    feed_position: i64,
}

impl From<EndpointRow> for WebhookEndpoint {
    fn from(row: EndpointRow) -> Self {
        Self {
            id: row.id.0,
            url: row.url,
            secret: row.secret,
            types: row.types,
            created_at: row.created_at.into(),
            disabled: row.disabled_at.map(DateTime::from).zip(row.disabled_reason),
            place: FeedPlace { scans: row.scan_position, others: row.feed_position },
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
struct DeliveryRow {
    centre_id: Id,
    id: Id,
    endpoint_id: Id,
    kind: String,
    payload: String,
    created_at: Micros,
    state: String,
    attempts: i64,
    due_at: Micros,
    leased_until: Option<Micros>,
    last_status: Option<i64>,
    last_problem: Option<String>,
    ended_at: Option<Micros>,
}

impl DeliveryRow {
    fn new(centre: CentreId, delivery: &WebhookDelivery) -> Self {
        Self {
            centre_id: centre.into(),
            id: Id(delivery.id),
            endpoint_id: Id(delivery.endpoint_id),
            kind: delivery.kind.clone(),
            payload: delivery.payload.clone(),
            created_at: delivery.created_at.into(),
            state: delivery.state.as_str().to_owned(),
            attempts: delivery.attempts.into(),
            due_at: delivery.due_at.into(),
            leased_until: None,
            last_status: delivery.last_status.map(i64::from),
            last_problem: delivery.last_problem.clone(),
            ended_at: delivery.ended_at.map(Micros::from),
        }
    }
}

impl TryFrom<DeliveryRow> for WebhookDelivery {
    type Error = StoreError;
    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        const TABLE: &str = "webhook_deliveries";
        let state = DeliveryState::ALL.into_iter().find(|state| state.as_str() == row.state);
        Ok(Self {
            id: row.id.0,
            endpoint_id: row.endpoint_id.0,
            kind: row.kind,
            payload: row.payload,
            created_at: row.created_at.into(),
            state: state.ok_or_else(|| StoreError::Corrupt { table: TABLE, problem: "unknown state".into() })?,
            attempts: unsigned(TABLE, row.attempts)?,
            due_at: row.due_at.into(),
            last_status: row.last_status.map(|status| unsigned(TABLE, status)).transpose()?,
            last_problem: row.last_problem,
            ended_at: row.ended_at.map(DateTime::from),
        })
    }
}

impl Store {
    /// Adds an endpoint.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] for an id that is taken.
    pub fn insert_webhook(&self, centre: CentreId, endpoint: &WebhookEndpoint) -> Result<(), StoreError> {
        without_nul("url", &endpoint.url)?;
        let disabled = endpoint.disabled.clone();
        let row = EndpointRow {
            centre_id: centre.into(),
            id: Id(endpoint.id),
            url: endpoint.url.clone(),
            secret: endpoint.secret.clone(),
            types: endpoint.types.clone(),
            created_at: endpoint.created_at.into(),
            disabled_at: disabled.as_ref().map(|(at, _)| Micros::from(*at)),
            disabled_reason: disabled.map(|(_, reason)| reason),
            scan_position: endpoint.place.scans,
            feed_position: endpoint.place.others,
        };
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(webhook_endpoints::table).values(&row).execute(c))?;
            Ok(())
        })
    }

    /// The endpoints, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn webhooks(&self, centre: CentreId) -> Result<Vec<WebhookEndpoint>, StoreError> {
        self.read(|connection| {
            let rows: Vec<EndpointRow> = webhook_endpoints::table
                .filter(webhook_endpoints::centre_id.eq(Id::from(centre)))
                .order((webhook_endpoints::created_at, webhook_endpoints::id))
                .select(EndpointRow::as_select())
                .load(connection)?;
            Ok(rows.into_iter().map(WebhookEndpoint::from).collect())
        })
    }

    /// One endpoint.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn webhook(&self, centre: CentreId, id: Uuid) -> Result<Option<WebhookEndpoint>, StoreError> {
        self.read(|connection| {
            let row: Option<EndpointRow> = webhook_endpoints::table
                .find((Id::from(centre), Id(id)))
                .select(EndpointRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(WebhookEndpoint::from))
        })
    }

    /// Deletes an endpoint and all its deliveries; answers whether it was there.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn delete_webhook(&self, centre: CentreId, id: Uuid) -> Result<bool, StoreError> {
        self.write(|connection| {
            let gone = webhook_endpoints::table.find((Id::from(centre), Id(id)));
            Ok(on_backend!(connection, |c| diesel::delete(gone).execute(c))? == 1)
        })
    }

    /// Adds the deliveries that a part of the feed makes for an endpoint, and moves the endpoint's place. Answers `false`, and
    /// adds nothing, when somebody else has moved it or the endpoint is disabled or gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn queue_deliveries(
        &self,
        centre: CentreId,
        endpoint: Uuid,
        (from, to): (FeedPlace, FeedPlace),
        deliveries: &[WebhookDelivery],
    ) -> Result<bool, StoreError> {
        self.write(|connection| {
            let mine = webhook_endpoints::table
                .find((Id::from(centre), Id(endpoint)))
                .filter(webhook_endpoints::scan_position.eq(from.scans))
                .filter(webhook_endpoints::feed_position.eq(from.others))
                .filter(webhook_endpoints::disabled_at.is_null());
            let set = (webhook_endpoints::scan_position.eq(to.scans), webhook_endpoints::feed_position.eq(to.others));
            if on_backend!(connection, |c| diesel::update(mine).set(set).execute(c))? == 0 {
                return Ok(false);
            }
            for delivery in deliveries {
                let row = DeliveryRow::new(centre, delivery);
                on_backend!(connection, |c| diesel::insert_into(webhook_deliveries::table).values(&row).execute(c))?;
            }
            Ok(true)
        })
    }

    /// Adds one delivery.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an endpoint that is not there.
    pub fn add_delivery(&self, centre: CentreId, delivery: &WebhookDelivery) -> Result<(), StoreError> {
        let row = DeliveryRow::new(centre, delivery);
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(webhook_deliveries::table).values(&row).execute(c))
                .map_err(|error| StoreError::naming(error, "endpoint_id", "a webhook endpoint"))?;
            Ok(())
        })
    }

    /// Takes deliveries of an endpoint that are due at `now`, until `until`, at most so many that `at_once` are under way.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn lease_deliveries(
        &self,
        centre: CentreId,
        endpoint: Uuid,
        (now, until): (DateTime<Utc>, DateTime<Utc>),
        at_once: u32,
    ) -> Result<Vec<WebhookDelivery>, StoreError> {
        let (centre, now) = (Id::from(centre), Micros::from(now));
        let waiting = || {
            webhook_deliveries::table
                .filter(webhook_deliveries::centre_id.eq(centre))
                .filter(webhook_deliveries::endpoint_id.eq(Id(endpoint)))
                .filter(webhook_deliveries::state.eq("waiting"))
        };
        let free = || {
            webhook_deliveries::leased_until.is_null().or(webhook_deliveries::leased_until.le(now)).assume_not_null()
        };
        let due = || waiting().filter(webhook_deliveries::due_at.le(now)).filter(free());
        // Nearly always nothing is due, and then nobody's turn to write is taken.
        let any: Option<Id> =
            self.read(|connection| Ok(due().select(webhook_deliveries::id).first(connection).optional()?))?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        self.write(|connection| {
            let under_way: i64 =
                waiting().filter(webhook_deliveries::leased_until.gt(now)).count().get_result(connection)?;
            let limit = i64::from(at_once) - under_way;
            if limit <= 0 {
                return Ok(Vec::new());
            }
            let rows: Vec<DeliveryRow> = due()
                .order((webhook_deliveries::due_at, webhook_deliveries::id))
                .limit(limit)
                .select(DeliveryRow::as_select())
                .load(connection)?;
            let mut taken = Vec::with_capacity(rows.len());
            for row in rows {
                // Another process may take it at this moment.
                let mine = webhook_deliveries::table.find((centre, row.id)).filter(free());
                let set = webhook_deliveries::leased_until.eq(Some(Micros::from(until)));
                if on_backend!(connection, |c| diesel::update(mine).set(set).execute(c))? == 1 {
                    taken.push(row.try_into()?);
                }
            }
            Ok(taken)
        })
    }

    /// Keeps what became of sending a delivery. Where `disable` says why, its endpoint is disabled and whatever else waits for it
    /// is given up. Answers whether the delivery was still waiting.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn settle_delivery(
        &self,
        centre: CentreId,
        id: Uuid,
        sent: &SentDelivery,
        at: DateTime<Utc>,
        disable: Option<&str>,
    ) -> Result<bool, StoreError> {
        let centre = Id::from(centre);
        let now = Some(Micros::from(at));
        self.write(|connection| {
            let mine = webhook_deliveries::table.find((centre, Id(id))).filter(webhook_deliveries::state.eq("waiting"));
            let changes = (
                webhook_deliveries::state.eq(sent.state.as_str()),
                webhook_deliveries::attempts.eq(i64::from(sent.attempts)),
                webhook_deliveries::due_at.eq(Micros::from(sent.due_at)),
                webhook_deliveries::leased_until.eq(None::<Micros>),
                webhook_deliveries::last_status.eq(sent.status.map(i64::from)),
                webhook_deliveries::last_problem.eq(sent.problem.as_deref()),
                webhook_deliveries::ended_at.eq(now.filter(|_| sent.state != DeliveryState::Waiting)),
            );
            if on_backend!(connection, |c| diesel::update(mine).set(changes).execute(c))? == 0 {
                return Ok(false);
            }
            if let Some(reason) = disable {
                let endpoint: Id = webhook_deliveries::table
                    .find((centre, Id(id)))
                    .select(webhook_deliveries::endpoint_id)
                    .first(connection)?;
                let target =
                    webhook_endpoints::table.find((centre, endpoint)).filter(webhook_endpoints::disabled_at.is_null());
                let changes =
                    (webhook_endpoints::disabled_at.eq(now), webhook_endpoints::disabled_reason.eq(Some(reason)));
                on_backend!(connection, |c| diesel::update(target).set(changes).execute(c))?;
                let waiting = webhook_deliveries::table
                    .filter(webhook_deliveries::centre_id.eq(centre))
                    .filter(webhook_deliveries::endpoint_id.eq(endpoint))
                    .filter(webhook_deliveries::state.eq("waiting"));
                let dead = (
                    webhook_deliveries::state.eq("dead"),
                    webhook_deliveries::last_problem.eq(Some(reason)),
                    webhook_deliveries::ended_at.eq(now),
                    webhook_deliveries::leased_until.eq(None::<Micros>),
                );
                on_backend!(connection, |c| diesel::update(waiting).set(dead).execute(c))?;
            }
            Ok(true)
        })
    }

    /// Makes a delivery that was given up wait again; answers whether there was one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn revive_delivery(
        &self,
        centre: CentreId,
        endpoint: Uuid,
        id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.write(|connection| {
            let dead = webhook_deliveries::table
                .find((Id::from(centre), Id(id)))
                .filter(webhook_deliveries::endpoint_id.eq(Id(endpoint)))
                .filter(webhook_deliveries::state.eq("dead"));
            let set = (
                webhook_deliveries::state.eq("waiting"),
                webhook_deliveries::attempts.eq(0_i64),
                webhook_deliveries::due_at.eq(Micros::from(at)),
                webhook_deliveries::ended_at.eq(None::<Micros>),
            );
            Ok(on_backend!(connection, |c| diesel::update(dead).set(set).execute(c))? == 1)
        })
    }

    /// The deliveries of an endpoint, the newest first, from before the one with this time and id on, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn deliveries(
        &self,
        centre: CentreId,
        endpoint: Uuid,
        state: Option<DeliveryState>,
        before: Option<(DateTime<Utc>, Uuid)>,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, StoreError> {
        self.read(|connection| {
            let mut query = webhook_deliveries::table
                .filter(webhook_deliveries::centre_id.eq(Id::from(centre)))
                .filter(webhook_deliveries::endpoint_id.eq(Id(endpoint)))
                .select(DeliveryRow::as_select())
                .into_boxed();
            if let Some(state) = state {
                query = query.filter(webhook_deliveries::state.eq(state.as_str()));
            }
            if let Some((at, id)) = before {
                let at = Micros::from(at);
                query = query
                    .filter(webhook_deliveries::created_at.le(at))
                    .filter(webhook_deliveries::created_at.lt(at).or(webhook_deliveries::id.lt(Id(id))));
            }
            let rows: Vec<DeliveryRow> = query
                .order((webhook_deliveries::created_at.desc(), webhook_deliveries::id.desc()))
                .limit(limit.into())
                .load(connection)?;
            rows.into_iter().map(WebhookDelivery::try_from).collect()
        })
    }
}
