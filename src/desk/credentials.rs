//! Who calls, and what that person may do: found by an API key or by a session.

use crate::desk::api_keys;
use crate::desk::api_keys::ApiKeyId;
use crate::desk::api_keys::Plan;
use crate::desk::api_keys::Scopes;
use crate::desk::secrets::Hash;
use crate::desk::sessions;
use crate::desk::sessions::SessionId;
use crate::desk::sessions::Viewer;
use crate::desk::users::Role;
use crate::desk::users::UserId;
use crate::desk::users::UserStatus;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::OptionalExtension;

/// What a caller has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// An API key.
    Key(ApiKeyId),
    /// The session of a browser.
    Session(SessionId),
}

/// What a request may count on once its credential was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Credentials {
    /// The key or the session.
    pub credential: Credential,
    /// Its user.
    pub user: UserId,
    /// The user's role.
    pub role: Role,
    /// The user's status: nothing of inactive users works.
    pub status: UserStatus,
    /// The key's scopes; of a session, all that the role allows.
    pub scopes: Scopes,
    /// The key's own plan.
    pub plan: Option<Plan>,
    /// The key's own number of requests a minute.
    pub rate_limit: Option<u32>,
    /// When it stops working.
    pub expires_at: Option<Time>,
    /// When it was last used, as far as that is written down.
    pub last_used_at: Option<Time>,
}

impl Credentials {
    /// Whether the user is active.
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }

    /// Whether they are good at `now`.
    pub fn valid(&self, now: Time) -> bool {
        self.is_active() && self.expires_at.is_none_or(|expiry| now < expiry)
    }

    /// The key, if it is one.
    pub fn api_key(&self) -> Option<ApiKeyId> {
        match self.credential {
            Credential::Key(key) => Some(key),
            Credential::Session(_) => None,
        }
    }

    /// The session, if it is one.
    pub fn session(&self) -> Option<SessionId> {
        match self.credential {
            Credential::Key(_) => None,
            Credential::Session(session) => Some(session),
        }
    }

    /// Whose sessions they show.
    pub fn viewer(&self) -> Viewer {
        Viewer { user: self.user, session: self.session() }
    }

    /// Who causes what is done with them.
    pub fn actor(&self) -> Actor {
        Actor::user(self.user.row(), self.api_key().map(ApiKeyId::row))
    }

    /// The number under which answers to requests are kept for their repetition: the key's; for sessions the user's, negated, so
    /// that a page whose user had to sign in again can repeat its request.
    pub fn repeats_as(&self) -> i64 {
        self.api_key().map_or(-self.user.row(), ApiKeyId::row)
    }
}

/// The SQL of [`of_key`], for the test of its plan.
pub const OF_KEY: &str =
    "SELECT k.id, u.id, u.role, u.status, k.scopes, k.plan, k.rate_limit, k.expires_at, k.last_used_at
     FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.hash = ?1 AND k.revoked_at IS NULL";
/// The SQL of [`of_session`], for the test of its plan.
pub const OF_SESSION: &str = "SELECT s.id, u.id, u.role, u.status, s.expires_at, s.last_used_at
     FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = ?1";

/// What stands behind a key, by its hash; none if it is unknown or revoked.
///
/// # Errors
/// Those of SQLite.
pub fn of_key(db: &Connection, hash: &Hash) -> Result<Option<Credentials>> {
    let found = db.prepare_cached(OF_KEY)?.query_row([hash], |row| {
        Ok(Credentials {
            credential: Credential::Key(row.get(0)?),
            user: row.get(1)?,
            role: row.get(2)?,
            status: row.get(3)?,
            scopes: row.get(4)?,
            plan: row.get(5)?,
            rate_limit: row.get(6)?,
            expires_at: row.get(7)?,
            last_used_at: row.get(8)?,
        })
    });
    Ok(found.optional()?)
}

/// What stands behind a session, by the hash of its token; none if it is unknown or was ended.
///
/// # Errors
/// Those of SQLite.
pub fn of_session(db: &Connection, hash: &Hash) -> Result<Option<Credentials>> {
    let found = db.prepare_cached(OF_SESSION)?.query_row([hash], |row| {
        let role = row.get(2)?;
        Ok(Credentials {
            credential: Credential::Session(row.get(0)?),
            user: row.get(1)?,
            role,
            status: row.get(3)?,
            scopes: Scopes::of(role),
            plan: None,
            rate_limit: None,
            expires_at: Some(row.get(4)?),
            last_used_at: Some(row.get(5)?),
        })
    });
    Ok(found.optional()?)
}

/// What stands behind a credential now; none if it is unknown, revoked or ended.
///
/// # Errors
/// Those of SQLite.
pub fn standing(db: &Connection, credential: Credential) -> Result<Option<Credentials>> {
    let (sql, row) = match credential {
        Credential::Key(key) => ("SELECT hash FROM api_keys WHERE id = ?1", key.row()),
        Credential::Session(session) => ("SELECT hash FROM sessions WHERE id = ?1", session.row()),
    };
    let hash: Option<Hash> = db.prepare_cached(sql)?.query_row([row], |row| row.get(0)).optional()?;
    let Some(hash) = hash else { return Ok(None) };
    match credential {
        Credential::Key(_) => of_key(db, &hash),
        Credential::Session(_) => of_session(db, &hash),
    }
}

/// Writes down that a credential was used.
///
/// # Errors
/// Those of SQLite.
pub fn note_use(tx: &Tx, credential: Credential) -> Result<()> {
    match credential {
        Credential::Key(key) => api_keys::note_use(tx, key),
        Credential::Session(session) => sessions::note_use(tx, session),
    }
}
