//! The demo.
use crate::store::Store;
use crate::types::Result;
use crate::types::time::Clock;
/// How to come in.
pub struct Access {
    /// Email.
    pub email: String,
    /// Password.
    pub password: String,
    /// Key.
    pub key: String,
}
/// Fills.
///
/// # Errors
/// None.
pub fn fill(_store: &Store, _clock: &Clock) -> Result<Access> {
    Ok(Access { email: String::new(), password: String::new(), key: String::new() })
}
