//! The first start: a link that makes the first admin. It works for an hour, once, and not any more once there is an admin,
//! however that came about.

use crate::desk::secrets;
use crate::desk::settings;
use crate::desk::users;
use crate::desk::users::NewUser;
use crate::desk::users::Role;
use crate::desk::users::User;
use crate::desk::workspace;
use crate::desk::workspace::WorkspacePatch;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::email::Email;
use crate::types::error::Error;
use crate::types::field::Given;
use crate::types::text::Line;
use crate::types::time::Time;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rusqlite::Connection;

/// How long a link works, in seconds.
const LIVES_S: i64 = 3_600;
// The names of its settings.
const HASH: &str = "setup_link";
const EXPIRES_AT: &str = "setup_link_expires_at";

/// What the first admin says.
pub struct Beginning {
    /// What the team calls its workspace.
    pub workspace: Line,
    /// The admin's full name.
    pub name: Line,
    /// The admin's address.
    pub email: Email,
}

/// Whether there is an admin.
///
/// # Errors
/// Those of SQLite.
pub fn has_admin(db: &Connection) -> Result<bool> {
    let mut select = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin')")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

/// Lets a link with this token, made with [`secrets::generate`], make the first admin, in place of any other; false if there is
/// one.
///
/// # Errors
/// Those of SQLite.
pub fn offer(tx: &Tx, token: &str) -> Result<bool> {
    if has_admin(tx)? {
        withdraw(tx)?;
        return Ok(false);
    }
    settings::set(tx, HASH, &written(token))?;
    settings::set(tx, EXPIRES_AT, &tx.now.plus(LIVES_S).unix().to_string())?;
    Ok(true)
}

/// Whether a link with this token works.
///
/// # Errors
/// Those of SQLite.
pub fn is_open(db: &Connection, token: &str, now: Time) -> Result<bool> {
    let is_offered = settings::get(db, HASH)?.is_some_and(|hash| hash == written(token));
    let is_in_time = settings::number(db, EXPIRES_AT)?.is_some_and(|expiry| now.unix() < expiry);
    Ok(is_offered && is_in_time && !has_admin(db)?)
}

/// Makes the first admin, and names the workspace. The link is used up.
///
/// # Errors
/// `not_found` when the link does not work, or no more; `conflict` when the address belongs to another user.
pub fn accept(tx: &Tx, token: &str, beginning: Beginning, password_hash: String) -> Result<User> {
    if !is_open(tx, token, tx.now)? {
        return Err(Error::not_found("such link"));
    }
    withdraw(tx)?;
    let new = NewUser { email: beginning.email, name: beginning.name, role: Role::Admin, avatar_url: None };
    let user = users::create(tx, new, Some(password_hash))?;
    workspace::update(tx, &WorkspacePatch { name: Given(Some(beginning.workspace)) })?;
    Ok(user)
}

fn withdraw(tx: &Tx) -> Result<()> {
    settings::remove(tx, HASH)?;
    settings::remove(tx, EXPIRES_AT)
}

/// The hash of a token as it stands in the settings.
fn written(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(secrets::hash(token))
}
