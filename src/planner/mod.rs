//! The vehicle-routing engine: numbers in, routes out.
