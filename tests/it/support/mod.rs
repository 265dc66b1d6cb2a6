//! What several test folders share.

<<<<<<< HEAD
pub mod db;
=======
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

pub(crate) mod centre;
pub(crate) mod db;
pub(crate) mod ids;
pub(crate) mod plan;
>>>>>>> main
