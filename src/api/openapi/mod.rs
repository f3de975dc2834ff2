//! The API's own description, and what is made of it.

pub mod calls;
pub mod reading;
