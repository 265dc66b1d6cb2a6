//! How the domain's values lie in columns, the same on both backends.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types::{BigInt, Binary},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::StoreError;
use crate::domain::{
    AccountId, CentreId, CompensationId, ComplaintId, CourierId, DeviceId, DomainError, DossierId, Effective,
    HomeDeliveryId, ItemId, PlanId, Position, RatingId, RoundId, RouteId, RunId, ScanId, ShiftId, SiteId, StopId,
    TokenId, VehicleId,
};

/// A SHA-256 digest, read back.
pub(super) fn digest(table: &'static str, bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt { table, problem: "a SHA-256 digest has 32 bytes".into() })
}

/// A UUID as its 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub(super) struct Id(pub(super) Uuid);

impl<DB: Backend> FromSql<Binary, DB> for Id
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = Vec::<u8>::from_sql(bytes)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

impl<DB: Backend> ToSql<Binary, DB> for Id
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <[u8] as ToSql<Binary, DB>>::to_sql(self.0.as_bytes(), out)
    }
}

macro_rules! ids {
    ($($name:ident)+) => {$(
        impl From<$name> for Id {
            fn from(id: $name) -> Self {
                Self(id.uuid())
            }
        }
        impl From<Id> for $name {
            fn from(id: Id) -> Self {
                Self::from_uuid(id.0)
            }
        }
    )+};
}

ids! { CentreId SiteId DossierId ItemId CourierId VehicleId HomeDeliveryId PlanId RunId RoundId RouteId StopId ScanId DeviceId AccountId TokenId
ShiftId RatingId ComplaintId CompensationId }

/// An instant as whole microseconds since 1970; what is finer is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub(super) struct Micros(i64);

impl From<DateTime<Utc>> for Micros {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl From<Micros> for DateTime<Utc> {
    fn from(micros: Micros) -> Self {
        DateTime::from_timestamp_micros(micros.0).expect("every Micros was an instant or was checked when it was read")
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Micros
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_sql(bytes)?;
        match DateTime::from_timestamp_micros(micros) {
            Some(_) => Ok(Self(micros)),
            None => Err(format!("{micros} microseconds since 1970 is beyond any date").into()),
        }
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Micros
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(&self.0, out)
    }
}

/// A value read from `table` that the domain refuses: somebody else has written it.
pub(super) fn corrupt(table: &'static str) -> impl Fn(DomainError) -> StoreError {
    move |error| StoreError::Corrupt { table, problem: error.to_string() }
}

/// A word of the domain, read back.
pub(super) fn word<T: std::str::FromStr<Err = DomainError>>(table: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(corrupt(table))
}

/// A count, read back.
pub(super) fn unsigned(table: &'static str, value: i64) -> Result<u32, StoreError> {
    u32::try_from(value).map_err(|_| StoreError::Corrupt { table, problem: format!("{value} is no 32-bit count") })
}

/// A length of a list, or a place in one, as a number in a column.
pub(super) fn number(index: usize) -> i32 {
    i32::try_from(index).expect("no list of the domain has two thousand million rows")
}

/// Dates in force, read back.
pub(super) fn effective(table: &'static str, from: NaiveDate, to: Option<NaiveDate>) -> Result<Effective, StoreError> {
    Effective::new(from, to).map_err(corrupt(table))
}

/// A position, read back.
pub(super) fn position(table: &'static str, lat: f64, lon: f64) -> Result<Position, StoreError> {
    Position::new(lat, lon).map_err(corrupt(table))
}

/// A small structure as JSON.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the domain's types have string keys and serialise without fail")
}

/// A small structure read back from JSON.
pub(super) fn from_json<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { table, problem: error.to_string() })
}

/// Refuses a text that only one of the backends would store.
pub(super) fn without_nul(field: &'static str, text: &str) -> Result<(), StoreError> {
    if text.contains('\0') {
        return Err(StoreError::Invalid { field, problem: "it holds a NUL character: leave that out".into() });
    }
    Ok(())
}

/// Refuses a date that does not sort as text, as which SQLite keeps it.
pub(super) fn four_digit_year(field: &'static str, date: NaiveDate) -> Result<(), StoreError> {
    if !(0..=9_999).contains(&date.year()) {
        return Err(StoreError::Invalid { field, problem: format!("the year of {date} must have four digits") });
    }
    Ok(())
}
