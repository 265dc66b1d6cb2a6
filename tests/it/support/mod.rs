//! What several test folders share.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

pub(crate) mod centre;
pub(crate) mod db;
pub(crate) mod ids;
pub(crate) mod pictures;
pub(crate) mod plan;
pub(crate) mod reading;
