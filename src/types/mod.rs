//! Values that can't be wrong once they exist, and the tables of error codes and event kinds.
//! Imports nothing of ours.

pub mod asked;
pub mod choice;
pub mod custom_fields;
pub mod email;
pub mod error;
pub mod event;
pub mod field;
pub mod id;
pub mod paging;
pub mod reach;
pub mod schema;
pub mod signature;
pub mod size;
pub mod text;
pub mod time;

/// The crate's result: every failure is an [`error::Error`].
pub type Result<T, E = error::Error> = std::result::Result<T, E>;
