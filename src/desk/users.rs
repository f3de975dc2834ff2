//! Users: the people of the team.

use crate::choice;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::stored_as_word;
use crate::types::Result;
use crate::types::email::Email;
use crate::types::error::Error;
use crate::types::error::Rule;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Line;
use crate::types::text::WebAddress;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::ToSchema;

choice! {
    /// What a user may do.
    Role {
        /// Everything.
        Admin "admin",
        /// The daily work; of users, teams, inboxes and settings, reading alone.
        Agent "agent",
    }
}
choice! {
    /// Whether a user may come in.
    UserStatus {
        /// Yes.
        Active "active",
        /// No: keys and sessions stop working at once; past work stays.
        Inactive "inactive",
    }
}
choice! {
    /// How a user can sign in with a browser.
    SignIn {
        /// Not at all: there is no password yet.
        None "none",
        /// Not yet: there is an invitation, but it was not used.
        Invited "invited",
        /// With a password.
        Password "password",
    }
}
stored_as_word!(Role, UserStatus, SignIn);

/// A user as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct User {
    /// `user_001`.
    pub id: UserId,
    /// Unique without regard to case.
    pub email: Email,
    /// The full name.
    pub name: Line,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may come in.
    pub status: UserStatus,
    /// A picture.
    pub avatar_url: Option<WebAddress>,
    /// How the user can sign in with a browser.
    pub sign_in: SignIn,
    /// When the user was added.
    pub created_at: Time,
    /// When something about the user last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for User {
    const PREFIX: &'static str = "user";
}

/// The id of a user.
pub type UserId = Id<User>;

/// A user as other objects name him.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UserRef {
    /// `user_001`.
    pub id: UserId,
    /// The full name.
    pub name: String,
}

/// What it takes to add a user.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewUser {
    /// Must not belong to another user.
    pub email: Email,
    /// The full name.
    pub name: Line,
    /// `agent` if not said.
    #[deserr(default = Role::Agent)]
    #[schema(required = false)]
    pub role: Role,
    /// A picture.
    #[deserr(default)]
    pub avatar_url: Option<WebAddress>,
}

/// What may change about a user.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct UserPatch {
    /// Must not belong to another user.
    #[deserr(default)]
    pub email: Given<Email>,
    /// The full name.
    #[deserr(default)]
    pub name: Given<Line>,
    /// The last active admin can't be demoted.
    #[deserr(default)]
    pub role: Given<Role>,
    /// The last active admin can't be deactivated.
    #[deserr(default)]
    pub status: Given<UserStatus>,
    /// A picture.
    #[deserr(default)]
    pub avatar_url: Field<WebAddress>,
}

/// Which users a list shows.
#[derive(Debug, Clone, Default, IntoParams)]
pub struct UserFilter {
    /// Of this role.
    pub role: Option<Role>,
    /// Of this status.
    pub status: Option<UserStatus>,
}

const BY_ID: &str = "SELECT id, email, name, role, status, avatar_url,
        CASE WHEN password_hash IS NOT NULL THEN 'password'
            WHEN EXISTS (SELECT 1 FROM invitations WHERE user_id = users.id) THEN 'invited' ELSE 'none' END,
        created_at, updated_at, version
    FROM users WHERE id = ?1";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        status: row.get(4)?,
        avatar_url: row.get(5)?,
        sign_in: row.get(6)?,
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
        version: row.get(9)?,
    })
}

/// The user of this id.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: UserId) -> Result<User> {
    db.prepare_cached(BY_ID)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// The user with this address, if there is one.
///
/// # Errors
/// Those of SQLite.
pub fn by_email(db: &Connection, email: &Email) -> Result<Option<User>> {
    let id = db
        .prepare_cached("SELECT id FROM users WHERE email_key = ?1")?
        .query_row([email.key()], |row| row.get(0))
        .optional()?;
    id.map(|id| get(db, id)).transpose()
}

/// Users by name.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, filter: &UserFilter, order: Order, paging: &Paging) -> Result<Page<User>> {
    let list = List::of("users", "id", order)
        .since_of_few(paging)
        .filter("role = ?", &filter.role)
        .filter("status = ?", &filter.status);
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// Adds a user. Users are not in the change feed: it is for what the team works on.
///
/// # Errors
/// `conflict` when the address belongs to another user.
pub fn create(tx: &Tx, new: NewUser, password_hash: Option<String>) -> Result<User> {
    refuse_taken(tx, &new.email, None)?;
    tx.prepare_cached(
        "INSERT INTO users (email, email_key, name, role, status, avatar_url, password_hash, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, 'active', ?5, ?6, ?7, ?7)",
    )?
    .execute(params![new.email, new.email.key(), new.name, new.role, new.avatar_url, password_hash, tx.now])?;
    get(tx, Id::from_row(tx.last_insert_rowid()))
}

/// Changes a user.
///
/// # Errors
/// `conflict` when the address belongs to another user, or when no active admin would be left.
pub fn update(tx: &Tx, id: UserId, patch: UserPatch) -> Result<User> {
    let old = get(tx, id)?;
    let new = User {
        email: patch.email.or(old.email.clone()),
        name: patch.name.or(old.name.clone()),
        role: patch.role.or(old.role),
        status: patch.status.or(old.status),
        avatar_url: patch.avatar_url.or(old.avatar_url.clone()),
        ..old.clone()
    };
    if new == old {
        return Ok(old);
    }
    refuse_taken(tx, &new.email, Some(id))?;
    refuse_losing_the_last_admin(tx, &old, &new)?;
    tx.prepare_cached(
        "UPDATE users SET email = ?2, email_key = ?3, name = ?4, role = ?5, status = ?6, avatar_url = ?7, updated_at = ?8,
         version = version + 1 WHERE id = ?1",
    )?
    .execute(params![id, new.email, new.email.key(), new.name, new.role, new.status, new.avatar_url, tx.now])?;
    tx.credentials_changed();
    get(tx, id)
}

fn refuse_taken(tx: &Tx, email: &Email, but: Option<UserId>) -> Result<()> {
    match by_email(tx, email)? {
        Some(holder) if Some(holder.id) != but => {
            Err(Error::taken("email", "A user with this e-mail address exists already.", holder.id))
        }
        _ => Ok(()),
    }
}

fn refuse_losing_the_last_admin(tx: &Tx, old: &User, new: &User) -> Result<()> {
    let leads = |user: &User| user.role == Role::Admin && user.status == UserStatus::Active;
    if !leads(old) || leads(new) {
        return Ok(());
    }
    let others: i64 = tx
        .prepare_cached("SELECT count(*) FROM users WHERE role = 'admin' AND status = 'active' AND id <> ?1")?
        .query_row([old.id], |row| row.get(0))?;
    if others > 0 {
        return Ok(());
    }
    Err(Error::conflict("This is the last active admin: make another user an admin first."))
}

/// The user whom a thread may be assigned to.
///
/// # Errors
/// 422 on `assignee_id`: there is no such user, or the user is inactive.
pub fn assignable(db: &Connection, id: UserId) -> Result<UserRef> {
    let user = get(db, id)
        .map_err(|_| Error::invalid_field("assignee_id", Rule::UnknownId, format!("there is no user {id}")))?;
    if user.status == UserStatus::Inactive {
        let message = format!("{id} is inactive, and can't be assigned to anything");
        return Err(Error::invalid_field("assignee_id", Rule::InvalidFormat, message));
    }
    Ok(UserRef { id, name: user.name.to_string() })
}
