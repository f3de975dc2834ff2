//! What users may change about themselves.

use crate::choice;
use crate::described;
use crate::desk::users;
use crate::desk::users::User;
use crate::desk::users::UserId;
use crate::store::tx::Tx;
use crate::stored_as_word;
use crate::types::Result;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::field::path;
use crate::types::text::Line;
use crate::types::text::WebAddress;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::Type;

choice! {
    /// A language of the inbox.
    Language {
        /// English.
        English "en",
        /// German.
        German "de",
    }
}
stored_as_word!(Language);

/// Most bytes of preferences, as JSON.
const PREFERENCES_MAX: usize = 8 * 1024;

/// What the inbox keeps of a user's own ways: any JSON object of at most 8 KiB. The server does not look inside.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Preferences(serde_json::Value);

described!(Preferences = ObjectBuilder::new().schema_type(Type::Object););

impl Deserr<Invalid> for Preferences {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        let json = serde_json::Value::from(value);
        let refused = |rule, message: &str| Err(Invalid(vec![Refused::new(rule, message).at(path(at))]));
        if json.is_null() {
            return refused(Rule::Required, "can't be null");
        }
        if !json.is_object() {
            return refused(Rule::InvalidFormat, "must be an object");
        }
        if json.to_string().len() > PREFERENCES_MAX {
            return refused(Rule::TooLong, "can't be over 8 KiB as JSON");
        }
        Ok(Self(json))
    }
}

impl rusqlite::ToSql for Preferences {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

impl rusqlite::types::FromSql for Preferences {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        let json = serde_json::from_str(value.as_str()?);
        json.map(Self).map_err(|cause| rusqlite::types::FromSqlError::Other(Box::new(cause)))
    }
}

/// A user as that user sees himself.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Profile {
    /// What everybody sees.
    #[serde(flatten)]
    pub user: User,
    /// The language of the inbox; `null`: the browser's.
    pub language: Option<Language>,
    /// What the inbox keeps of the user's own ways: any object. The server does not look inside.
    pub preferences: Preferences,
}

/// What users may change about themselves.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ProfilePatch {
    /// The full name.
    #[deserr(default)]
    pub name: Given<Line>,
    /// A picture.
    #[deserr(default)]
    pub avatar_url: Field<WebAddress>,
    /// The language of the inbox; `null`: the browser's.
    #[deserr(default)]
    pub language: Field<Language>,
    /// Any object of at most 8 KiB, which takes the place of the old one as a whole.
    #[deserr(default)]
    pub preferences: Given<Preferences>,
}

/// The profile of this user.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: UserId) -> Result<Profile> {
    let user = users::get(db, id)?;
    let mut select = db.prepare_cached("SELECT language, preferences FROM users WHERE id = ?1")?;
    let profile =
        select.query_row([id], |row| Ok(Profile { user, language: row.get(0)?, preferences: row.get(1)? }))?;
    Ok(profile)
}

/// Changes it.
///
/// # Errors
/// `not_found`.
pub fn update(tx: &Tx, id: UserId, patch: ProfilePatch) -> Result<Profile> {
    let old = get(tx, id)?;
    let mut new = old.clone();
    new.user.name = patch.name.or(new.user.name);
    new.user.avatar_url = patch.avatar_url.or(new.user.avatar_url);
    new.language = patch.language.or(new.language);
    new.preferences = patch.preferences.or(new.preferences);
    if new == old {
        return Ok(old);
    }
    tx.prepare_cached(
        "UPDATE users SET name = ?2, avatar_url = ?3, language = ?4, preferences = ?5, updated_at = ?6, version = version + 1
         WHERE id = ?1",
    )?
    .execute(params![id, new.user.name, new.user.avatar_url, new.language, new.preferences, tx.now])?;
    get(tx, id)
}
