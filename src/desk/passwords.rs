//! Passwords: argon2id with the crate's defaults (19 MiB, 2 passes), as OWASP advises at least.

use crate::described;
use crate::desk::sessions;
use crate::desk::sessions::Browser;
use crate::desk::sessions::SessionId;
use crate::desk::users::UserId;
use crate::desk::users::UserStatus;
use crate::store::tx::Tx;
use crate::text_input;
use crate::types::Result;
use crate::types::email::Email;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use argon2::Argon2;
use argon2::Params;
use argon2::PasswordHash;
use argon2::PasswordHasher;
use argon2::PasswordVerifier;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use std::fmt;
use std::str::FromStr;

/// Most characters of a password.
const LONGEST: usize = 256;
/// Stands for the password of who has none, so that an unknown account costs as much time as a known one. Nothing is hashed to
/// so many zeros.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y29tbWZsb3cgZHVtbXkgIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that somebody chose: 8 to 256 characters. It is never shown, not in the log either.
pub struct Password(String);

impl FromStr for Password {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let rule = match text.chars().count() {
            0..8 => Rule::TooShort,
            8..=LONGEST => return Ok(Self(text.to_owned())),
            _ => Rule::TooLong,
        };
        Err(Refused::new(rule, "must be of 8 to 256 characters"))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password")
    }
}

text_input!(Password);
described!(Password = schema::text().min_length(Some(8)).max_length(Some(LONGEST)).format(schema::format("password")););

/// What is stored of a password, in PHC form. Takes tens of milliseconds: not for the writer's thread.
///
/// # Errors
/// When the system has no randomness to give.
pub fn hash(password: &Password) -> Result<String> {
    let hash =
        Argon2::default().hash_password(password.0.as_bytes()).map_err(|cause| Error::internal(cause.to_string()))?;
    Ok(hash.to_string())
}

/// Whether this is the password of which `stored` is kept; none: of nobody, which takes as long. Not for the writer's thread.
pub fn verify(given: &str, stored: Option<&str>) -> bool {
    let stored = stored.filter(|_| given.chars().count() <= LONGEST).unwrap_or(NOBODYS);
    Argon2::default().verify_password(given.as_bytes(), stored).is_ok()
}

/// Whether what is stored was made with other parameters than those of today.
pub fn is_outdated(stored: &str) -> bool {
    let made_with = PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok());
    let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    !stored.starts_with("$argon2id$v=19$") || made_with.as_ref().map(cost) != Some(cost(&Params::default()))
}

/// Somebody who may have a password.
pub struct Account {
    /// The user.
    pub user: UserId,
    /// The user's status.
    pub status: UserStatus,
    /// The address in the form that is compared.
    pub email_key: String,
    /// What is stored of the password.
    pub stored: Option<String>,
}

/// The account of a user with this address, if there is one.
///
/// # Errors
/// Those of SQLite.
pub fn account_of(db: &Connection, email: &Email) -> Result<Option<Account>> {
    let id = db.prepare_cached("SELECT id FROM users WHERE email_key = ?1")?.query_row([email.key()], |row| row.get(0));
    id.optional()?.map(|id| account(db, id)).transpose()
}

/// The account of this user.
///
/// # Errors
/// Those of SQLite.
pub fn account(db: &Connection, user: UserId) -> Result<Account> {
    let mut select = db.prepare_cached("SELECT status, email_key, password_hash FROM users WHERE id = ?1")?;
    let account = select.query_row([user], |row| {
        Ok(Account { user, status: row.get(0)?, email_key: row.get(1)?, stored: row.get(2)? })
    });
    Ok(account?)
}

/// Gives a user another password, and ends all sessions but perhaps one.
///
/// # Errors
/// `conflict` when it is no longer the one that was verified.
pub fn change(tx: &Tx, old: &Account, new: &str, but: Option<SessionId>) -> Result<()> {
    if !replace(tx, old, new)? {
        return Err(Error::conflict("Your password was changed meanwhile."));
    }
    sessions::end_all(tx, old.user, but)
}

/// Signs in who has shown the password of this account; `better` is a hash of it with the parameters of today, if the stored one is
/// older. False if the account was changed meanwhile.
///
/// # Errors
/// Those of SQLite.
pub fn sign_in(tx: &Tx, shown: &Account, better: Option<&str>, token: &str, browser: &Browser) -> Result<bool> {
    let now = account(tx, shown.user)?;
    if now.status != UserStatus::Active || now.stored != shown.stored {
        return Ok(false);
    }
    if let Some(better) = better {
        replace(tx, shown, better)?;
    }
    sessions::begin(tx, shown.user, token, browser)?;
    Ok(true)
}

/// Puts another hash in the place of the one that was verified, if that is still there.
fn replace(tx: &Tx, old: &Account, new: &str) -> Result<bool> {
    let replaced = tx
        .prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1 AND password_hash IS ?3")?
        .execute(params![old.user, new, old.stored])?;
    Ok(replaced > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let stored = hash(&"correct horse".parse().unwrap()).unwrap();
        assert!(verify("correct horse", Some(&stored)));
        assert!(!verify("correct horse ", Some(&stored)));
        assert!(!verify("", Some(&stored)));
        assert!(!verify("correct horse", None));
        assert!(!verify(&"x".repeat(1 << 20), Some(&stored)));
    }

    #[test]
    fn nobodys_password_costs_as_much_as_a_new_one() {
        let today = hash(&"correct horse".parse().unwrap()).unwrap();
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().unwrap().to_owned();
        assert_eq!(parameters(NOBODYS), parameters(&today));
        assert!(!is_outdated(&today) && !is_outdated(NOBODYS));
        assert!(is_outdated(&today.replace("t=2", "t=1")));
        assert!(is_outdated(&today.replace("argon2id", "argon2i")));
        assert!(is_outdated("nonsense"));
    }
}
