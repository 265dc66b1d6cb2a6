//! Papers are made of plain values and read back with other programs.

mod labels;
mod sheets;
mod slips;
mod statements;
mod words;
