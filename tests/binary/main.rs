//! The API's stories.
fn main() {}
