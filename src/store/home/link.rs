use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{CentreId, HomeDeliveryId},
    store::{
        SecretDigest, Store, StoreError,
        columns::{Id, Micros},
        connection::{AnyConnection, on_backend},
        ledger::Digest,
        schema::{home_codes, home_links},
    },
};

/// What a one-time code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePurpose {
    /// A request becomes final.
    Request,
    /// A delivery is proved.
    Delivery,
}

impl CodePurpose {
    fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Delivery => "delivery",
        }
    }
}

/// A link that was made.
#[derive(Debug, Clone, Copy)]
pub struct NewLink {
    /// The secret's digest.
    pub secret_sha256: SecretDigest,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// A one-time code that was made.
#[derive(Debug, Clone, Copy)]
pub struct NewCode {
    /// Its keyed digest.
    pub code_hmac: Digest,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// How often a wrong one may be given.
    pub tries: u32,
}

/// What became of a code that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeTried {
    /// It is right, and used up.
    Right,
    /// It is wrong, or none is good any more.
    Wrong,
}

impl Store {
    /// The home delivery that a link stands for at `now`, if it is good.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn home_by_link(
        &self,
        centre: CentreId,
        secret: &SecretDigest,
        now: DateTime<Utc>,
    ) -> Result<Option<HomeDeliveryId>, StoreError> {
        self.read(|connection| {
            let found: Option<(Id, Micros)> = home_links::table
                .find((Id::from(centre), secret.to_vec()))
                .select((home_links::home_delivery_id, home_links::expires_at))
                .first(connection)
                .optional()?;
            Ok(found.filter(|(_, expires)| DateTime::<Utc>::from(*expires) > now).map(|(id, _)| id.into()))
        })
    }

    /// Ends the links of a home delivery that are good beyond `expires_at` by then.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn shorten_home_links(
        &self,
        centre: CentreId,
        home: HomeDeliveryId,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(|connection| {
            let at = Micros::from(expires_at);
            let target = home_links::table
                .filter(home_links::centre_id.eq(Id::from(centre)))
                .filter(home_links::home_delivery_id.eq(Id::from(home)))
                .filter(home_links::expires_at.gt(at));
            on_backend!(connection, |c| diesel::update(target).set(home_links::expires_at.eq(at)).execute(c))?;
            Ok(())
        })
    }

    /// Replaces the code of a purpose, unless `sends_max` were sent already; answers whether it did.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown request.
    pub fn renew_home_code(
        &self,
        centre: CentreId,
        home: HomeDeliveryId,
        purpose: CodePurpose,
        code: &NewCode,
        sends_max: u32,
    ) -> Result<bool, StoreError> {
        self.write(|connection| {
            let target = home_codes::table.find((Id::from(centre), Id::from(home), purpose.word()));
            let sent: Option<i64> = target.select(home_codes::sent).first(connection).optional()?;
            let Some(sent) = sent else {
                insert_code(connection, centre, home, purpose, code)?;
                return Ok(true);
            };
            // Asked again by the database, so that two at once do not send one too many.
            let target = home_codes::table
                .filter(home_codes::centre_id.eq(Id::from(centre)))
                .filter(home_codes::home_delivery_id.eq(Id::from(home)))
                .filter(home_codes::purpose.eq(purpose.word()))
                .filter(home_codes::sent.eq(sent))
                .filter(home_codes::sent.lt(i64::from(sends_max)));
            let renewed = (
                home_codes::code_hmac.eq(code.code_hmac.to_vec()),
                home_codes::expires_at.eq(Micros::from(code.expires_at)),
                home_codes::tries_left.eq(i64::from(code.tries)),
                home_codes::sent.eq(sent + 1),
                home_codes::used_at.eq(None::<Micros>),
            );
            Ok(on_backend!(connection, |c| diesel::update(target).set(renewed).execute(c))? == 1)
        })
    }

    /// Tries a code: a right one is used up, a wrong one costs a try.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn try_home_code(
        &self,
        centre: CentreId,
        home: HomeDeliveryId,
        purpose: CodePurpose,
        code_hmac: &Digest,
        now: DateTime<Utc>,
    ) -> Result<CodeTried, StoreError> {
        self.write(|connection| {
            let good = || {
                home_codes::table
                    .filter(home_codes::centre_id.eq(Id::from(centre)))
                    .filter(home_codes::home_delivery_id.eq(Id::from(home)))
                    .filter(home_codes::purpose.eq(purpose.word()))
                    .filter(home_codes::used_at.is_null())
                    .filter(home_codes::tries_left.gt(0))
                    .filter(home_codes::expires_at.gt(Micros::from(now)))
            };
            let right = good().filter(home_codes::code_hmac.eq(code_hmac.to_vec()));
            let used = home_codes::used_at.eq(Some(Micros::from(now)));
            if on_backend!(connection, |c| diesel::update(right).set(used).execute(c))? == 1 {
                return Ok(CodeTried::Right);
            }
            let less = home_codes::tries_left.eq(home_codes::tries_left - 1);
            on_backend!(connection, |c| diesel::update(good()).set(less).execute(c))?;
            Ok(CodeTried::Wrong)
        })
    }
}

pub(super) fn insert_code(
    connection: &mut AnyConnection,
    centre: CentreId,
    home: HomeDeliveryId,
    purpose: CodePurpose,
    code: &NewCode,
) -> Result<(), StoreError> {
    let row = (
        home_codes::centre_id.eq(Id::from(centre)),
        home_codes::home_delivery_id.eq(Id::from(home)),
        home_codes::purpose.eq(purpose.word()),
        home_codes::code_hmac.eq(code.code_hmac.to_vec()),
        home_codes::expires_at.eq(Micros::from(code.expires_at)),
        home_codes::tries_left.eq(i64::from(code.tries)),
        home_codes::sent.eq(1_i64),
        home_codes::used_at.eq(None::<Micros>),
    );
    on_backend!(connection, |c| diesel::insert_into(home_codes::table).values(row).execute(c))?;
    Ok(())
}

pub(super) fn insert_link(
    connection: &mut AnyConnection,
    centre: CentreId,
    home: HomeDeliveryId,
    link: &NewLink,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        home_links::centre_id.eq(Id::from(centre)),
        home_links::secret_sha256.eq(link.secret_sha256.to_vec()),
        home_links::home_delivery_id.eq(Id::from(home)),
        home_links::made_at.eq(Micros::from(now)),
        home_links::expires_at.eq(Micros::from(link.expires_at)),
    );
    on_backend!(connection, |c| diesel::insert_into(home_links::table).values(row).execute(c))?;
    Ok(())
}
