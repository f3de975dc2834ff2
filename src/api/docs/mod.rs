//! The documentation in the binary, for people: rendered from the API's document and from the guides in `data`.

pub mod markdown;
