//! What several test folders share.

pub(crate) mod centre;
pub(crate) mod db;
pub(crate) mod ids;
pub(crate) mod plan;
