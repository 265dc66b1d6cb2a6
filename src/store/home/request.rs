use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::{
    CodePurpose, NewCode, NewLink,
    link::{insert_code, insert_link},
};
use crate::{
    domain::{
        CentreId, Delegate, DossierId, HomeContact, HomeDelivery, HomeDeliveryId, HomeRequest, QueueTicket,
        RequestState, SiteId,
    },
    store::{
        Store, StoreError,
        columns::{Id, Micros, unsigned, without_nul, word},
        connection::{AnyConnection, on_backend},
        home_delivery::HomeDeliveryRow,
        outbox::{OutboxMessage, insert_messages},
        schema::{home_deliveries, home_requests, items, promise_days},
    },
};

const TABLE: &str = "home_requests";

/// A day's promises as somebody has looked at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromiseDay {
    /// The day.
    pub date: NaiveDate,
    /// How often its promises had changed.
    pub revision: u32,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// The request is not at the revision expected.
    LostRace,
    /// Somebody else has promised something on that day in between.
    DayChanged,
    /// Another request for the dossier is under way.
    AnotherActive,
}

/// Where a dossier's results go from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemsGo {
    /// Those on their way to the centre go home.
    Home,
    /// Those that are not at the centre yet go there.
    Centre,
    /// Wherever they went.
    AsBefore,
}

/// Which requests to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HomeFilter {
    /// For this day.
    pub wanted_on: Option<NaiveDate>,
    /// In this state.
    pub state: Option<RequestState>,
}

/// A place in the list of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HomeCursor {
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Which.
    pub id: HomeDeliveryId,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = home_requests, primary_key(centre_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
struct RequestRow {
    centre_id: Id,
    id: Id,
    dossier_id: Id,
    state: String,
    revision: i64,
    requested_at: Micros,
    held_until: Micros,
    confirmed_at: Option<Micros>,
    ended_at: Option<Micros>,
    reach: String,
    fee_dong: i64,
    consent_version: String,
    consented_at: Micros,
    name: Option<String>,
    phone: Option<String>,
    delegate: Option<String>,
    authorisation: Option<String>,
    ticket_date: Option<NaiveDate>,
    ticket_number: Option<i64>,
}

impl From<&HomeRequest> for RequestRow {
    fn from(request: &HomeRequest) -> Self {
        let contact = request.contact.as_ref();
        let delegate = contact.and_then(|contact| contact.delegate.as_ref());
        Self {
            centre_id: request.centre_id.into(),
            id: request.id.into(),
            dossier_id: request.dossier_id.into(),
            state: request.state.as_str().to_owned(),
            revision: request.revision.into(),
            requested_at: request.requested_at.into(),
            held_until: request.held_until.into(),
            confirmed_at: request.confirmed_at.map(Micros::from),
            ended_at: request.ended_at.map(Micros::from),
            reach: request.reach.as_str().to_owned(),
            fee_dong: request.fee_dong.into(),
            consent_version: request.consent_version.clone(),
            consented_at: request.consented_at.into(),
            name: contact.map(|contact| contact.name.clone()),
            phone: contact.map(|contact| contact.phone.reveal().to_owned()),
            delegate: delegate.map(|delegate| delegate.name.clone()),
            authorisation: delegate.map(|delegate| delegate.authorisation.clone()),
            ticket_date: request.ticket.map(|ticket| ticket.date),
            ticket_number: request.ticket.map(|ticket| ticket.number.into()),
        }
    }
}

impl TryFrom<RequestRow> for HomeRequest {
    type Error = StoreError;
    fn try_from(row: RequestRow) -> Result<Self, StoreError> {
        let delegate = row.delegate.zip(row.authorisation);
        let delegate = delegate.map(|(name, authorisation)| Delegate { name, authorisation });
        let contact = match row.name.zip(row.phone) {
            Some((name, phone)) => Some(HomeContact { name, phone: word(TABLE, &phone)?, delegate }),
            None => None,
        };
        let ticket = match row.ticket_date.zip(row.ticket_number) {
            Some((date, number)) => Some(QueueTicket { date, number: unsigned(TABLE, number)? }),
            None => None,
        };
        Ok(Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            dossier_id: row.dossier_id.into(),
            state: word(TABLE, &row.state)?,
            revision: unsigned(TABLE, row.revision)?,
            requested_at: row.requested_at.into(),
            held_until: row.held_until.into(),
            confirmed_at: row.confirmed_at.map(DateTime::from),
            ended_at: row.ended_at.map(DateTime::from),
            reach: word(TABLE, &row.reach)?,
            fee_dong: unsigned(TABLE, row.fee_dong)?,
            consent_version: row.consent_version,
            consented_at: row.consented_at.into(),
            contact,
            ticket,
        })
    }
}

fn check(request: &HomeRequest, home: &HomeDelivery) -> Result<(), StoreError> {
    without_nul("address", &home.address)?;
    without_nul("commune_code", &home.commune_code)?;
    without_nul("consent_version", &request.consent_version)?;
    if let Some(contact) = &request.contact {
        without_nul("name", &contact.name)?;
        if let Some(delegate) = &contact.delegate {
            without_nul("delegate", &delegate.name)?;
            without_nul("authorisation", &delegate.authorisation)?;
        }
    }
    Ok(())
}

/// Says that the day's promises have changed, unless they have since `day` was looked at.
fn promise(connection: &mut AnyConnection, centre: Id, day: PromiseDay) -> Result<bool, StoreError> {
    if day.revision == 0 {
        let row =
            (promise_days::centre_id.eq(centre), promise_days::date.eq(day.date), promise_days::revision.eq(1_i64));
        let new = on_backend!(connection, |c| diesel::insert_into(promise_days::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
        return Ok(new == 1);
    }
    let target = promise_days::table
        .filter(promise_days::centre_id.eq(centre))
        .filter(promise_days::date.eq(day.date))
        .filter(promise_days::revision.eq(i64::from(day.revision)));
    let set = promise_days::revision.eq(promise_days::revision + 1);
    Ok(on_backend!(connection, |c| diesel::update(target).set(set).execute(c))? == 1)
}

impl Store {
    /// The promises of a day at `now`: what wants to be visited on it, and how often they have changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn promised_on(
        &self,
        centre: CentreId,
        date: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<(PromiseDay, Vec<HomeDelivery>), StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|connection| {
            let revision: Option<i64> =
                promise_days::table.find((centre, date)).select(promise_days::revision).first(connection).optional()?;
            let revision = unsigned("promise_days", revision.unwrap_or(0))?;
            let request =
                home_requests::centre_id.eq(home_deliveries::centre_id).and(home_requests::id.eq(home_deliveries::id));
            let rows: Vec<(HomeDeliveryRow, Option<String>, Option<Micros>)> = home_deliveries::table
                .left_join(home_requests::table.on(request))
                .filter(home_deliveries::centre_id.eq(centre))
                .filter(home_deliveries::wanted_date.assume_not_null().eq(date))
                .order(home_deliveries::id)
                .select((
                    HomeDeliveryRow::as_select(),
                    home_requests::state.nullable(),
                    home_requests::held_until.nullable(),
                ))
                .load(connection)?;
            let unasked: Vec<Id> =
                rows.iter().filter(|(_, state, _)| state.is_none()).map(|(row, ..)| row.id()).collect();
            let mut undelivered: Vec<Id> = Vec::new();
            for ids in unasked.chunks(crate::store::ROWS_AT_ONCE) {
                let found: Vec<Option<Id>> = items::table
                    .filter(items::centre_id.eq(centre))
                    .filter(items::to_home_delivery_id.assume_not_null().eq_any(ids.iter().copied()))
                    .filter(items::delivered_at.is_null())
                    .select(items::to_home_delivery_id)
                    .load(connection)?;
                undelivered.extend(found.into_iter().flatten());
            }
            undelivered.sort_unstable();
            let mut promised = Vec::with_capacity(rows.len());
            for (row, state, held_until) in rows {
                let counts = match (state.as_deref(), held_until) {
                    (None, _) => undelivered.binary_search(&row.id()).is_ok(),
                    (Some("confirmed"), _) => true,
                    (Some("awaiting_code"), Some(until)) => DateTime::<Utc>::from(until) > now,
                    _ => false,
                };
                if counts {
                    promised.push(row.try_into()?);
                }
            }
            Ok((PromiseDay { date, revision }, promised))
        })
    }

    /// Keeps a new request with its home delivery, its link and its code; one for the same dossier that still awaits its code
    /// is cancelled. `messages` tell of it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown dossier.
    pub fn insert_home_request(
        &self,
        request: &HomeRequest,
        home: &HomeDelivery,
        link: &NewLink,
        code: &NewCode,
        day: PromiseDay,
        messages: &[OutboxMessage],
    ) -> Result<Changed, StoreError> {
        check(request, home)?;
        let row = RequestRow::from(request);
        let home_row = HomeDeliveryRow::from(home);
        let done = self.write(|connection| {
            let active: i64 = home_requests::table
                .filter(home_requests::centre_id.eq(row.centre_id))
                .filter(home_requests::dossier_id.eq(row.dossier_id))
                .filter(home_requests::state.eq("confirmed"))
                .count()
                .get_result(connection)?;
            if active > 0 {
                return Ok(Changed::AnotherActive);
            }
            if !promise(connection, row.centre_id, day)? {
                return Ok(Changed::DayChanged);
            }
            let superseded = home_requests::table
                .filter(home_requests::centre_id.eq(row.centre_id))
                .filter(home_requests::dossier_id.eq(row.dossier_id))
                .filter(home_requests::state.eq("awaiting_code"));
            let set = (
                home_requests::state.eq("cancelled"),
                home_requests::ended_at.eq(Some(row.requested_at)),
                home_requests::revision.eq(home_requests::revision + 1),
            );
            on_backend!(connection, |c| diesel::update(superseded).set(set).execute(c))?;
            on_backend!(connection, |c| diesel::insert_into(home_deliveries::table).values(&home_row).execute(c))
                .map_err(|error| StoreError::naming(error, "dossier_id", "a dossier"))?;
            on_backend!(connection, |c| diesel::insert_into(home_requests::table).values(&row).execute(c))?;
            insert_link(connection, request.centre_id, request.id, link, request.requested_at)?;
            insert_code(connection, request.centre_id, request.id, CodePurpose::Request, code)?;
            insert_messages(connection, request.centre_id, messages)?;
            Ok(Changed::Done)
        });
        match done {
            // Two for one dossier at once: an index lets only one of them in.
            Err(StoreError::Duplicate { .. }) => Ok(Changed::AnotherActive),
            done => done,
        }
    }

    /// One request.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn home_request(&self, centre: CentreId, id: HomeDeliveryId) -> Result<Option<HomeRequest>, StoreError> {
        self.read(|connection| {
            let row: Option<RequestRow> = home_requests::table
                .find((Id::from(centre), Id::from(id)))
                .select(RequestRow::as_select())
                .first(connection)
                .optional()?;
            row.map(HomeRequest::try_from).transpose()
        })
    }

    /// The confirmed request for a dossier, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn confirmed_home_request(
        &self,
        centre: CentreId,
        dossier: DossierId,
    ) -> Result<Option<HomeDeliveryId>, StoreError> {
        self.read(|connection| {
            let found: Option<Id> = home_requests::table
                .filter(home_requests::centre_id.eq(Id::from(centre)))
                .filter(home_requests::dossier_id.eq(Id::from(dossier)))
                .filter(home_requests::state.eq("confirmed"))
                .select(home_requests::id)
                .first(connection)
                .optional()?;
            Ok(found.map(Into::into))
        })
    }

    /// Requests by the time they came and then by id, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn home_requests(
        &self,
        centre: CentreId,
        filter: &HomeFilter,
        after: Option<HomeCursor>,
        limit: u32,
    ) -> Result<Vec<HomeRequest>, StoreError> {
        self.read(|connection| {
            let home =
                home_requests::centre_id.eq(home_deliveries::centre_id).and(home_requests::id.eq(home_deliveries::id));
            let mut query = home_requests::table
                .inner_join(home_deliveries::table.on(home))
                .filter(home_requests::centre_id.eq(Id::from(centre)))
                .select(RequestRow::as_select())
                .into_boxed();
            if let Some(date) = filter.wanted_on {
                query = query.filter(home_deliveries::wanted_date.assume_not_null().eq(date));
            }
            if let Some(state) = filter.state {
                query = query.filter(home_requests::state.eq(state.as_str()));
            }
            if let Some(HomeCursor { requested_at, id }) = after {
                let at = Micros::from(requested_at);
                query = query
                    .filter(home_requests::requested_at.ge(at))
                    .filter(home_requests::requested_at.gt(at).or(home_requests::id.gt(Id::from(id))));
            }
            let rows: Vec<RequestRow> =
                query.order((home_requests::requested_at, home_requests::id)).limit(limit.into()).load(connection)?;
            rows.into_iter().map(HomeRequest::try_from).collect()
        })
    }

    /// Replaces a request, whose revision is one more than the one expected, and its home delivery; `day` says against which
    /// promises a new half-day was checked. Where the dossier's undelivered results go follows `items_go`, with
    /// the centre's own site; `messages` tell of the change.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn change_home_request(
        &self,
        request: &HomeRequest,
        home: &HomeDelivery,
        day: Option<PromiseDay>,
        (items_go, hub): (ItemsGo, SiteId),
        messages: &[OutboxMessage],
    ) -> Result<Changed, StoreError> {
        check(request, home)?;
        let row = RequestRow::from(request);
        let home_row = HomeDeliveryRow::from(home);
        self.write(|connection| {
            // A day whose promises are said to have changed though they have not makes others look again, and no more.
            if let Some(day) = day
                && !promise(connection, row.centre_id, day)?
            {
                return Ok(Changed::DayChanged);
            }
            let target = home_requests::table
                .filter(home_requests::centre_id.eq(row.centre_id))
                .filter(home_requests::id.eq(row.id))
                .filter(home_requests::revision.eq(row.revision - 1));
            if on_backend!(connection, |c| diesel::update(target).set(&row).execute(c))? != 1 {
                return Ok(Changed::LostRace);
            }
            let target = home_deliveries::table.find((row.centre_id, row.id));
            on_backend!(connection, |c| diesel::update(target).set(&home_row).execute(c))?;
            redirect(connection, &row, items_go, hub.into())?;
            insert_messages(connection, request.centre_id, messages)?;
            Ok(Changed::Done)
        })
    }

    /// The highest number of the day's queue tickets.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn last_queue_ticket(&self, centre: CentreId, date: NaiveDate) -> Result<u32, StoreError> {
        self.read(|connection| {
            let last: Option<i64> = home_requests::table
                .filter(home_requests::centre_id.eq(Id::from(centre)))
                .filter(home_requests::ticket_date.assume_not_null().eq(date))
                .order(home_requests::ticket_number.desc())
                .select(home_requests::ticket_number.assume_not_null())
                .first(connection)
                .optional()?;
            unsigned(TABLE, last.unwrap_or(0))
        })
    }
}

/// Turns what of the dossier is on its way.
fn redirect(connection: &mut AnyConnection, row: &RequestRow, go: ItemsGo, hub: Id) -> Result<(), StoreError> {
    let of_dossier = items::centre_id
        .eq(row.centre_id)
        .and(items::dossier_id.assume_not_null().eq(row.dossier_id))
        .and(items::delivered_at.is_null());
    match go {
        ItemsGo::AsBefore => {}
        ItemsGo::Home => {
            let target = items::table.filter(of_dossier).filter(items::to_site_id.assume_not_null().eq(hub));
            let set = (items::to_site_id.eq(None::<Id>), items::to_home_delivery_id.eq(Some(row.id)));
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
        }
        ItemsGo::Centre => {
            // What lies at the centre already stays where it is: planning leaves it out while its request is not confirmed.
            let elsewhere = items::waypoint_site_id.is_null().or(items::waypoint_site_id.assume_not_null().ne(hub));
            let target = items::table
                .filter(of_dossier)
                .filter(items::to_home_delivery_id.assume_not_null().eq(row.id))
                .filter(items::from_site_id.ne(hub))
                .filter(elsewhere);
            let set = (items::to_site_id.eq(Some(hub)), items::to_home_delivery_id.eq(None::<Id>));
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
        }
    }
    Ok(())
}
