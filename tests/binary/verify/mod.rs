//! What the guide to webhooks shows in Rust: compiled here, and equal to what stands there.

pub mod by_hand;
pub mod library;

/// The text of the one with a library.
pub const LIBRARY: &str = include_str!("library.rs");
/// The text of the one without.
pub const BY_HAND: &str = include_str!("by_hand.rs");
