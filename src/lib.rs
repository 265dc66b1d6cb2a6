//! Conthoi: the logistics service of a Vietnamese provincial one-stop centre.
//!
//! It plans the document runs of each working day between the centre and the departments, plans the home
//! deliveries of results to citizens, and serves both over a REST API.
//!
//! Layers, dependencies pointing down only (`tests/it/layers.rs` enforces it):
//!
//! ```text
//! cli   api ─► web       thin edges: parse, call a service, render; the pages' files
//!   └────┴─► service     use cases: one function each, one transaction each; the only place with a clock
//!              ├─► store      diesel; SQLite and PostgreSQL behind one `Store`
//!              ├─► dispatch   a day's items and home deliveries → planner problem → plan
//!              │     ├─► planner   the vehicle-routing engine; knows numbers only
//!              │     └─► roads     road network → travel-time matrix, route geometry
//!              ├─► ledger     custody: what scans mean, state, discrepancies, hash chain; pure
//!              └─► paper      labels, manifests, minutes, control slips as PDF and ZPL; pure
//!              (service uses planner and roads itself too, to solve problems that come as files)
//! domain                 the words and rules that everything may use: no I/O, no clock, no randomness
//! ```

pub mod api;
pub mod cli;
pub mod dispatch;
pub mod domain;
pub mod ledger;
pub mod paper;
pub mod planner;
pub mod roads;
pub mod service;
pub mod store;
pub mod web;
