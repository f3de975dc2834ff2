//! The documentation in the binary, for people: rendered from the API's document and from the guides in `data`.

pub mod errors;
pub mod guides;
pub mod markdown;
