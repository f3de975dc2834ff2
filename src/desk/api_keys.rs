//! API keys: what programs sign in with. Only a hash is stored; the key itself is shown once.

use crate::choice;
use crate::described;
use crate::desk::secrets;
use crate::desk::users;
use crate::desk::users::Role;
use crate::desk::users::UserId;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::stored_as_word;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Detail;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Invalid;
use crate::types::field::Whole;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Line;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::ArrayBuilder;

choice! {
    /// What a key may do, within its user's role. Each contains those before it.
    Scope {
        /// Look.
        Read "read",
        /// Look and change.
        Write "write",
        /// Also what only admins may do.
        Admin "admin",
    }
}
choice! {
    /// How many requests a minute a key has.
    Plan {
        /// 60.
        Starter "starter",
        /// 300.
        Professional "professional",
        /// 1000.
        Business "business",
    }
}
stored_as_word!(Plan);

impl Plan {
    /// Requests a minute.
    pub fn per_minute(self) -> u32 {
        match self {
            Self::Starter => 60,
            Self::Professional => 300,
            Self::Business => 1_000,
        }
    }
}

/// The scopes of a key: the widest one, which contains the narrower.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scopes(Scope);

impl Scopes {
    /// All scopes up to this one.
    pub fn up_to(widest: Scope) -> Self {
        Self(widest)
    }

    /// All that a role allows.
    pub fn of(role: Role) -> Self {
        Self(if role == Role::Admin { Scope::Admin } else { Scope::Write })
    }

    /// The widest of a list of scopes; none for an empty list.
    pub fn from_list(list: &[Scope]) -> Option<Self> {
        list.iter().max().copied().map(Self)
    }

    /// Whether `scope` is among them.
    pub fn allow(self, scope: Scope) -> bool {
        scope <= self.0
    }
}

described!(Scopes = ArrayBuilder::new().items(Scope::schema()););

impl Serialize for Scopes {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(Scope::ALL.iter().filter(|scope| self.allow(**scope)))
    }
}

impl rusqlite::ToSql for Scopes {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        let words: Vec<_> = Scope::ALL.iter().filter(|scope| self.allow(**scope)).map(|scope| scope.as_str()).collect();
        Ok(words.join(",").into())
    }
}

impl rusqlite::types::FromSql for Scopes {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        let widest = value.as_str()?.split(',').filter_map(|word| word.parse().ok()).max();
        widest.map(Self).ok_or(rusqlite::types::FromSqlError::InvalidType)
    }
}

/// A key as every exit shows it: never the key itself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ApiKey {
    /// `key_001`.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: Line,
    /// Whose it is.
    pub user_id: UserId,
    /// The last four characters, to tell keys apart.
    pub hint: String,
    /// What it may do, within its user's role.
    pub scopes: Scopes,
    /// Its own plan; `null`: the server's.
    pub plan: Option<Plan>,
    /// Its own number of requests a minute; `null`: the plan's.
    pub rate_limit: Option<u32>,
    /// When it stops working; `null`: never.
    pub expires_at: Option<Time>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
}

impl Kind for ApiKey {
    const PREFIX: &'static str = "key";
}

/// The id of an API key.
pub type ApiKeyId = Id<ApiKey>;

/// A key just made: the only time that it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedKey {
    /// The key's description.
    #[serde(flatten)]
    pub api_key: ApiKey,
    /// The key itself: `cf_…`.
    pub key: String,
}

/// What it takes to make a key.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for.
    pub name: Line,
    /// Whose it is; the caller's if not said.
    #[deserr(default)]
    pub user_id: Option<UserId>,
    /// All that the user's role allows, if not said.
    #[deserr(default)]
    #[schema(min_items = 1)]
    pub scopes: Option<Vec<Scope>>,
    /// The server's if not said.
    #[deserr(default)]
    pub plan: Option<Plan>,
    /// Requests a minute, 1 to 1,000,000, in place of a plan.
    #[deserr(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000)]
    pub rate_limit: Option<Whole>,
    /// Never if not said.
    #[deserr(default)]
    pub expires_at: Option<Time>,
}

const COLUMNS: &str = "SELECT id, name, user_id, hint, scopes, plan, rate_limit, expires_at, last_used_at, created_at FROM api_keys WHERE id = ?1 AND revoked_at IS NULL";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<ApiKey> {
    Ok(ApiKey {
        id: row.get(0)?,
        name: row.get(1)?,
        user_id: row.get(2)?,
        hint: row.get(3)?,
        scopes: row.get(4)?,
        plan: row.get(5)?,
        rate_limit: row.get(6)?,
        expires_at: row.get(7)?,
        last_used_at: row.get(8)?,
        created_at: row.get(9)?,
    })
}

/// The key of this id, unless it is revoked.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: ApiKeyId) -> Result<ApiKey> {
    db.prepare_cached(COLUMNS)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// The keys that are not revoked, newest first.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, order: Order, paging: &Paging) -> Result<Page<ApiKey>> {
    let list = List::of("api_keys", "id", order).only("revoked_at IS NULL");
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// Makes a key for `owner` unless the request names another user; `key` is the secret, made with [`secrets::generate`].
///
/// # Errors
/// 422 with all the fields at fault.
pub fn create(tx: &Tx, new: NewApiKey, owner: Option<UserId>, key: String) -> Result<IssuedKey> {
    let mut faults: Vec<Detail> = Vec::new();
    let owner = new.user_id.or(owner);
    let user = match owner.map(|id| users::get(tx, id)).transpose() {
        Err(error) if error.code != Code::NotFound => return Err(error),
        found => found.unwrap_or_default(),
    };
    if user.is_none() {
        faults.push(Refused::new(Rule::UnknownId, "there is no such user").at("user_id"));
    }
    let scopes = match new.scopes.as_deref().map(Scopes::from_list) {
        Some(None) => {
            faults.push(Refused::new(Rule::TooShort, "must name at least one scope").at("scopes"));
            Scopes::up_to(Scope::Read)
        }
        Some(Some(scopes)) => scopes,
        None => Scopes::of(user.as_ref().map_or(Role::Agent, |user| user.role)),
    };
    if new.rate_limit.is_some_and(|limit| !(1..=1_000_000).contains(&limit.0)) {
        faults.push(Refused::new(Rule::OutOfRange, "must be from 1 to 1,000,000").at("rate_limit"));
    }
    if new.expires_at.is_some_and(|expiry| expiry <= tx.now) {
        faults.push(Refused::new(Rule::OutOfRange, "must lie in the future").at("expires_at"));
    }
    let (Some(user), true) = (user, faults.is_empty()) else { return Err(Error::invalid(faults)) };
    let hint = key.chars().skip(key.chars().count().saturating_sub(4)).collect::<String>();
    tx.prepare_cached(
        "INSERT INTO api_keys (user_id, name, hash, hint, scopes, plan, rate_limit, expires_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        user.id,
        new.name,
        secrets::hash(&key),
        hint,
        scopes,
        new.plan,
        new.rate_limit.map(|limit| limit.0),
        new.expires_at,
        tx.now
    ])?;
    Ok(IssuedKey { api_key: get(tx, Id::from_row(tx.last_insert_rowid()))?, key })
}

/// Revokes a key: it stops working at once. The row stays, for the events that name it.
///
/// # Errors
/// `not_found`, also when it was revoked before.
pub fn revoke(tx: &Tx, id: ApiKeyId) -> Result<()> {
    get(tx, id)?;
    tx.prepare_cached("UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1")?.execute(params![id, tx.now])?;
    tx.credentials_changed();
    Ok(())
}

/// Writes down that a key was used.
///
/// # Errors
/// Those of SQLite.
pub fn note_use(tx: &Tx, id: ApiKeyId) -> Result<()> {
    tx.prepare_cached("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1")?.execute(params![id, tx.now])?;
    Ok(())
}
