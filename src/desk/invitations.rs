//! Invitations: links with which a person sets a password, for the first time or because it is forgotten. Each works once.

use crate::desk::files::links;
use crate::desk::secrets;
use crate::desk::secrets::Hash;
use crate::desk::sessions;
use crate::desk::users;
use crate::desk::users::User;
use crate::desk::users::UserId;
use crate::desk::users::UserStatus;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

/// How long a link works, in seconds: over a weekend.
const LIVES_S: i64 = 72 * 3_600;

/// A link, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// The link itself: it works once, and is shown in this answer only.
    pub url: String,
    /// When it stops working.
    pub expires_at: Time,
    /// Who sets a password with it.
    pub user_id: UserId,
}

/// Invites a user, and voids the link of before; `token` is the secret, made with [`secrets::generate`].
///
/// # Errors
/// `not_found`; `conflict` when the user is inactive.
pub fn create(tx: &Tx, user: UserId, token: &str) -> Result<Invitation> {
    if users::get(tx, user)?.status == UserStatus::Inactive {
        return Err(Error::conflict(format!("{user} is inactive, and could not come in: make the user active first.")));
    }
    let expires_at = tx.now.plus(LIVES_S);
    tx.prepare_cached("INSERT OR REPLACE INTO invitations (user_id, hash, expires_at) VALUES (?1, ?2, ?3)")?
        .execute(params![user, secrets::hash(token), expires_at])?;
    touch(tx, user)?;
    Ok(Invitation { url: format!("{}/invitations/{token}", links::base(tx)?), expires_at, user_id: user })
}

/// Whom a link is for, by the hash of its token; none if it does not work, or no more.
///
/// # Errors
/// Those of SQLite.
pub fn find(db: &Connection, hash: &Hash, now: Time) -> Result<Option<User>> {
    let mut select = db.prepare_cached("SELECT user_id FROM invitations WHERE hash = ?1 AND expires_at > ?2")?;
    let id: Option<UserId> = select.query_row(params![hash, now], |row| row.get(0)).optional()?;
    let user = id.map(|id| users::get(db, id)).transpose()?;
    Ok(user.filter(|user| user.status == UserStatus::Active))
}

/// Sets the password with a link, which is used up by it, and ends the user's sessions: whoever held one, it was before this.
///
/// # Errors
/// `not_found` when the link does not work, or no more.
pub fn accept(tx: &Tx, hash: &Hash, password_hash: &str) -> Result<UserId> {
    let user = find(tx, hash, tx.now)?.ok_or_else(|| Error::not_found("such invitation"))?.id;
    tx.prepare_cached("DELETE FROM invitations WHERE user_id = ?1")?.execute([user])?;
    tx.prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1")?.execute(params![user, password_hash])?;
    touch(tx, user)?;
    sessions::end_all(tx, user, None)?;
    Ok(user)
}

/// How a user signs in has changed, and is shown.
fn touch(tx: &Tx, user: UserId) -> Result<()> {
    tx.prepare_cached("UPDATE users SET updated_at = ?2, version = version + 1 WHERE id = ?1")?
        .execute(params![user, tx.now])?;
    Ok(())
}
