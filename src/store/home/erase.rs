use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{CentreId, HomeDeliveryId, HomeEvent, Position, PositionQuality},
    store::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros, from_json, to_json},
        connection::{AnyConnection, on_backend},
        ledger::Digest,
        outbox::erase_messages,
        schema::{
            complaints, dossier_phones, dossiers, evidence, home_codes, home_deliveries, home_facts, home_links,
            home_requests, items, ratings, scan_asides,
        },
    },
};

/// What stands where words were erased.
const ERASED: &str = "(đã xoá)";

impl Store {
    /// The home deliveries asked for before `before` that still have personal data and are not under way, at most `limit`, with
    /// their communes' codes.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn home_deliveries_to_erase(
        &self,
        centre: CentreId,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<(HomeDeliveryId, String)>, StoreError> {
        self.read(|connection| {
            let rows: Vec<(Id, String)> = home_deliveries::table
                .filter(home_deliveries::centre_id.eq(Id::from(centre)))
                .filter(home_deliveries::requested_at.lt(Micros::from(before)))
                .filter(home_deliveries::address.ne(""))
                .order(home_deliveries::id)
                .select((home_deliveries::id, home_deliveries::commune_code))
                .limit(limit.into())
                .load(connection)?;
            Ok(rows.into_iter().map(|(id, commune)| (id.into(), commune)).collect())
        })
    }

    /// Forgets the digests of numbers on the slips of dossiers received before `before`; answers of how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn erase_dossier_phones(&self, centre: CentreId, before: DateTime<Utc>) -> Result<usize, StoreError> {
        self.write(|connection| {
            let centre = Id::from(centre);
            let old = || {
                dossiers::table
                    .filter(dossiers::centre_id.eq(centre))
                    .filter(dossiers::received_at.lt(Micros::from(before)))
                    .select(dossiers::id)
            };
            let target = dossier_phones::table
                .filter(dossier_phones::centre_id.eq(centre))
                .filter(dossier_phones::dossier_id.eq_any(old()));
            Ok(on_backend!(connection, |c| diesel::delete(target).execute(c))?)
        })
    }

    /// The codes of the things that go to a home, or went there.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn item_codes_of_home(&self, centre: CentreId, home: HomeDeliveryId) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            Ok(items::table
                .filter(items::centre_id.eq(Id::from(centre)))
                .filter(items::to_home_delivery_id.assume_not_null().eq(Id::from(home)))
                .order(items::code)
                .select(items::code)
                .load(connection)?)
        })
    }

    /// Erases what is personal of a home delivery: name, numbers, address, the point, links, codes, the digits of documents, the
    /// citizen's words about it (but for a complaint that waits for its answer); of
    /// the scans at `positions` what is kept apart of their content (where a home is, what was remarked about who lives
    /// there); and of `evidence` that it is kept. What the ledger chains is not touched.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn erase_home(
        &self,
        centre: CentreId,
        home: HomeDeliveryId,
        point: Position,
        (positions, evidence): (&[i64], &[Digest]),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (centre, home) = (Id::from(centre), Id::from(home));
        self.write(|connection| {
            let target = home_deliveries::table.find((centre, home));
            let place = (
                home_deliveries::address.eq(""),
                home_deliveries::lat.eq(point.lat()),
                home_deliveries::lon.eq(point.lon()),
                home_deliveries::position_quality.eq(PositionQuality::Commune.as_str()),
            );
            on_backend!(connection, |c| diesel::update(target).set(place).execute(c))?;
            let dossier: Option<Option<Id>> =
                target.select(home_deliveries::dossier_id).first(connection).optional()?;
            if let Some(Some(dossier)) = dossier {
                let phone = dossier_phones::table.find((centre, dossier));
                on_backend!(connection, |c| diesel::delete(phone).execute(c))?;
            }
            let none = None::<String>;
            let target = home_requests::table.find((centre, home));
            let person = (
                home_requests::name.eq(none.clone()),
                home_requests::phone.eq(none.clone()),
                home_requests::delegate.eq(none.clone()),
                home_requests::authorisation.eq(none.clone()),
                home_requests::revision.eq(home_requests::revision + 1),
                home_requests::erased_at.eq(Some(Micros::from(now))),
            );
            on_backend!(connection, |c| diesel::update(target).set(person).execute(c))?;
            let of_home = home_links::centre_id.eq(centre).and(home_links::home_delivery_id.eq(home));
            on_backend!(connection, |c| diesel::delete(home_links::table.filter(of_home)).execute(c))?;
            let of_home = home_codes::centre_id.eq(centre).and(home_codes::home_delivery_id.eq(home));
            on_backend!(connection, |c| diesel::delete(home_codes::table.filter(of_home)).execute(c))?;
            erase_facts(connection, centre, home)?;
            let of_home = ratings::centre_id.eq(centre).and(ratings::home_delivery_id.assume_not_null().eq(home));
            let silent = ratings::comment.eq(None::<String>);
            on_backend!(connection, |c| diesel::update(ratings::table.filter(of_home)).set(silent).execute(c))?;
            // A complaint without an answer is still somebody's to answer.
            let answered = complaints::centre_id
                .eq(centre)
                .and(complaints::home_delivery_id.assume_not_null().eq(home))
                .and(complaints::answered_at.is_not_null());
            let silent = (complaints::text.eq(ERASED), complaints::answer.eq(Some(ERASED)));
            on_backend!(connection, |c| diesel::update(complaints::table.filter(answered)).set(silent).execute(c))?;
            erase_messages(connection, centre, home, now)?;
            for positions in positions.chunks(ROWS_AT_ONCE) {
                let target = scan_asides::table
                    .filter(scan_asides::centre_id.eq(centre))
                    .filter(scan_asides::position.eq_any(positions));
                on_backend!(connection, |c| diesel::delete(target).execute(c))?;
            }
            for digests in evidence.chunks(ROWS_AT_ONCE) {
                let target = evidence::table
                    .filter(evidence::centre_id.eq(centre))
                    .filter(evidence::sent_sha256.eq_any(digests.iter().map(|digest| digest.to_vec())));
                on_backend!(connection, |c| diesel::delete(target).execute(c))?;
            }
            Ok(())
        })
    }
}

/// Of a document that was looked at remains what it was.
fn erase_facts(connection: &mut AnyConnection, centre: Id, home: Id) -> Result<(), StoreError> {
    let rows: Vec<(Id, String)> = home_facts::table
        .filter(home_facts::centre_id.eq(centre))
        .filter(home_facts::home_delivery_id.eq(home))
        .filter(home_facts::kind.eq("identity_checked"))
        .select((home_facts::id, home_facts::event))
        .load(connection)?;
    for (id, event) in rows {
        if let HomeEvent::IdentityChecked { receiver, document, .. } = from_json("home_facts", &event)? {
            let event = HomeEvent::IdentityChecked { receiver, document, last_digits: String::new() };
            let target = home_facts::table.find((centre, id));
            let set = home_facts::event.eq(to_json(&event));
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
        }
    }
    Ok(())
}
