//! The field's benchmark files as problems: Solomon and Gehring–Homberger, Li and Lim, CVRPLIB; and VROOM's JSON.
//!
//! Each reader of a benchmark takes a file's text and gives a [`Benchmark`]: the problem, and which customer of the file each visit
//! is. Distances are made whole numbers by a [`Convention`], and comparing costs across conventions means nothing.

mod benchmark;
mod cvrplib;
mod error;
mod guess;
mod lilim;
mod solomon;
pub mod vroom;

pub use benchmark::{Benchmark, Convention};
pub use cvrplib::cvrplib;
pub use error::FormatError;
pub use guess::Format;
pub use lilim::lilim;
pub use solomon::solomon;
