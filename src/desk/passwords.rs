//! Passwords: argon2id with the crate's defaults (19 MiB, 2 passes), as OWASP advises at least.

use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Rule;
use argon2::Argon2;
use argon2::PasswordHasher;

/// What is stored of a password, in PHC form. Takes tens of milliseconds: not for the writer's thread.
///
/// # Errors
/// 422 for a password that is too short or too long to be one.
pub fn hash(password: &str) -> Result<String> {
    let rule = match password.chars().count() {
        0..8 => Some(Rule::TooShort),
        8..=256 => None,
        _ => Some(Rule::TooLong),
    };
    if let Some(rule) = rule {
        return Err(Error::invalid_field("password", rule, "must be of 8 to 256 characters"));
    }
    let hash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|cause| Error::internal(cause.to_string()))?;
    Ok(hash.to_string())
}
