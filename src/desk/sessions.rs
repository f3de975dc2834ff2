//! Sessions: what people sign in with. A browser holds a random token in a cookie; only its hash is stored.

use crate::desk::secrets;
use crate::desk::secrets::Hash;
use crate::desk::users::UserId;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

/// A session that was not used for this long has ended, in seconds: who was on holiday signs in again, who works does not.
pub const IDLE_S: i64 = 14 * 24 * 3_600;
/// However much it is used, a session ends after this, in seconds: a cookie that was stolen unseen works no longer than that.
pub const LONGEST_S: i64 = 60 * 24 * 3_600;
/// Characters that are kept of what a browser says of itself.
const USER_AGENT_MAX: usize = 200;

/// A session as its user sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Session {
    /// `session_001`.
    pub id: SessionId,
    /// What the browser said of itself when it signed in, at most 200 characters of it.
    pub user_agent: Option<String>,
    /// The address that it signed in from: IPv4, or the first half of IPv6.
    pub address: String,
    /// When it signed in.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub last_used_at: Time,
    /// When it ends unless it is used: 14 days after its last use, and 60 days after it began at the latest.
    pub expires_at: Time,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl Kind for Session {
    const PREFIX: &'static str = "session";
}

/// The id of a session.
pub type SessionId = Id<Session>;

/// Whose sessions they are, and which of them asks.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    /// The user.
    pub user: UserId,
    /// The session that asks; none if an API key does.
    pub session: Option<SessionId>,
}

/// Where somebody signs in.
#[derive(Debug, Clone)]
pub struct Browser {
    /// What it says of itself.
    pub user_agent: Option<String>,
    /// Where it is.
    pub address: String,
    /// The hash of the session that it held before, which ends.
    pub earlier: Option<Hash>,
}

/// The viewer's session of this id.
///
/// # Errors
/// `not_found`, also for those of others.
pub fn get(db: &Connection, id: SessionId, viewer: Viewer, now: Time) -> Result<Session> {
    let found = db
        .prepare_cached(
            "SELECT user_agent, address, created_at, last_used_at, expires_at FROM sessions
             WHERE id = ?1 AND user_id = ?2 AND expires_at > ?3",
        )?
        .query_row(params![id, viewer.user, now], |row| {
            Ok(Session {
                id,
                user_agent: row.get(0)?,
                address: row.get(1)?,
                created_at: row.get(2)?,
                last_used_at: row.get(3)?,
                expires_at: row.get(4)?,
                current: viewer.session == Some(id),
            })
        })
        .optional()?;
    found.ok_or_else(|| Error::not_found(id))
}

/// The viewer's sessions, newest first unless ordered otherwise.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, viewer: Viewer, order: Order, paging: &Paging, now: Time) -> Result<Page<Session>> {
    let list = List::of("sessions", "id", order)
        .filter("user_id = ?", &Some(viewer.user))
        .filter("expires_at > ?", &Some(now))
        .along("sessions_by_user");
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row), viewer, now))
}

/// Begins a session of this user; `token` is the secret, made with [`secrets::generate`].
///
/// # Errors
/// Those of SQLite.
pub fn begin(tx: &Tx, user: UserId, token: &str, browser: &Browser) -> Result<()> {
    let user_agent = browser.user_agent.as_ref().map(|text| text.chars().take(USER_AGENT_MAX).collect::<String>());
    tx.prepare_cached(
        "INSERT INTO sessions (user_id, hash, user_agent, address, created_at, last_used_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
    )?
    .execute(params![user, secrets::hash(token), user_agent, browser.address, tx.now, tx.now.plus(IDLE_S)])?;
    browser.earlier.as_ref().map_or(Ok(()), |earlier| end_of(tx, earlier))
}

/// Ends the session with a token of this hash at once, if there is one.
///
/// # Errors
/// Those of SQLite.
pub fn end_of(tx: &Tx, hash: &Hash) -> Result<()> {
    tx.prepare_cached("DELETE FROM sessions WHERE hash = ?1")?.execute([hash])?;
    tx.credentials_changed();
    Ok(())
}

/// Ends a session at once.
///
/// # Errors
/// Those of SQLite.
pub fn end(tx: &Tx, id: SessionId) -> Result<()> {
    tx.prepare_cached("DELETE FROM sessions WHERE id = ?1")?.execute([id])?;
    tx.credentials_changed();
    Ok(())
}

/// Ends all sessions of a user, but perhaps one, at once.
///
/// # Errors
/// Those of SQLite.
pub fn end_all(tx: &Tx, user: UserId, but: Option<SessionId>) -> Result<()> {
    tx.prepare_cached("DELETE FROM sessions WHERE user_id = ?1 AND id IS NOT ?2")?.execute(params![user, but])?;
    tx.credentials_changed();
    Ok(())
}

/// Writes down that a session was used, which moves its end on.
///
/// # Errors
/// Those of SQLite.
pub fn note_use(tx: &Tx, id: SessionId) -> Result<()> {
    tx.prepare_cached("UPDATE sessions SET last_used_at = ?2, expires_at = min(?3, created_at + ?4) WHERE id = ?1")?
        .execute(params![id, tx.now, tx.now.plus(IDLE_S), LONGEST_S])?;
    Ok(())
}

/// Removes some of those that have ended by themselves; how many.
///
/// # Errors
/// Those of SQLite.
pub fn remove_expired(tx: &Tx, most: i64) -> Result<usize> {
    let removed = tx
        .prepare_cached("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ?1 LIMIT ?2)")?
        .execute(params![tx.now, most])?;
    Ok(removed)
}
