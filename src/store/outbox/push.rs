use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{CentreId, HomeDeliveryId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, without_nul},
        connection::on_backend,
        schema::{push_keys, push_subscriptions},
    },
};

/// Bytes of the key.
const KEY_BYTES: usize = 32;

impl Store {
    /// The secret with which the centre signs what push services carry: the one kept first, which is `fresh` where there was
    /// none.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown centre.
    pub fn push_key(
        &self,
        centre: CentreId,
        fresh: &[u8; KEY_BYTES],
        now: DateTime<Utc>,
    ) -> Result<[u8; KEY_BYTES], StoreError> {
        let kept = |store: &Self| -> Result<Option<[u8; KEY_BYTES]>, StoreError> {
            let found: Option<Vec<u8>> = store.read(|connection| {
                Ok(push_keys::table.find(Id::from(centre)).select(push_keys::secret).first(connection).optional()?)
            })?;
            let corrupt = |_| StoreError::Corrupt { table: "push_keys", problem: "a key has 32 bytes".into() };
            found.map(|bytes| bytes.try_into().map_err(corrupt)).transpose()
        };
        if let Some(key) = kept(self)? {
            return Ok(key);
        }
        let row = (
            push_keys::centre_id.eq(Id::from(centre)),
            push_keys::secret.eq(fresh.to_vec()),
            push_keys::made_at.eq(Micros::from(now)),
        );
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(push_keys::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
            Ok(())
        })?;
        kept(self)?.ok_or(StoreError::Corrupt { table: "push_keys", problem: "a key that was kept is gone".into() })
    }

    /// The browser that is told of a home delivery.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn push_subscription(&self, centre: CentreId, home: HomeDeliveryId) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let found = push_subscriptions::table.find((Id::from(centre), Id::from(home)));
            Ok(found.select(push_subscriptions::address).first(connection).optional()?)
        })
    }

    /// Keeps the browser that is told of a home delivery, in place of another.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown home delivery.
    pub fn keep_push_subscription(
        &self,
        centre: CentreId,
        home: HomeDeliveryId,
        address: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        without_nul("address", address)?;
        let (centre, home) = (Id::from(centre), Id::from(home));
        let told = (push_subscriptions::address.eq(address), push_subscriptions::made_at.eq(Micros::from(now)));
        let row = (push_subscriptions::centre_id.eq(centre), push_subscriptions::home_delivery_id.eq(home), told);
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(push_subscriptions::table)
                .values(row)
                .on_conflict((push_subscriptions::centre_id, push_subscriptions::home_delivery_id))
                .do_update()
                .set(told)
                .execute(c))
            .map_err(|error| StoreError::naming(error, "home_delivery_id", "a home delivery"))?;
            Ok(())
        })
    }

    /// Forgets the browser that is told of a home delivery.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn delete_push_subscription(&self, centre: CentreId, home: HomeDeliveryId) -> Result<(), StoreError> {
        self.write(|connection| {
            let target = push_subscriptions::table.find((Id::from(centre), Id::from(home)));
            on_backend!(connection, |c| diesel::delete(target).execute(c))?;
            Ok(())
        })
    }
}
