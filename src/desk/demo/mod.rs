//! The demo: a workspace that looks as if a team had worked in it for four weeks, to be tried, and to be removed again.
//!
//! [`data`] reads the texts, [`people`] makes up who writes, [`plan`] decides which threads there are and when each began,
//! [`pace`] how each went on, and [`filling`] lets all of it happen through the same functions as the API. Everything is drawn
//! with one seed: two demos of one moment differ in nothing but their secrets. [`marks`] remember what was made, and
//! [`removal`] takes exactly that away.

pub mod data;
pub mod filling;
pub mod marks;
pub mod pace;
pub mod people;
pub mod plan;
pub mod removal;
pub mod words;
