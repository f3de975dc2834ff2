//! Ids: `prefix_` and the row's integer, zero-padded to three digits. One id has one spelling.

use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::schema;
use serde::Serialize;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::Hash;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::str::FromStr;
use utoipa::__dev::ComposeSchema;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;

/// A kind of object that has ids.
pub trait Kind {
    /// What its ids begin with, before the underscore.
    const PREFIX: &'static str;
}

/// The id of an object of kind `K`: an id of another kind can't be passed in its place.
pub struct Id<K>(i64, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// The id of the row with this number.
    pub fn from_row(number: i64) -> Self {
        Self(number, PhantomData)
    }

    /// The number of the row.
    pub fn row(self) -> i64 {
        self.0
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}_{:03}", K::PREFIX, self.0)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = Refused;

    /// Takes only what prints back the same: no `contact_7` for `contact_007`, no sign, no space.
    fn from_str(text: &str) -> Result<Self, Refused> {
        text.strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .map(Self::from_row)
            .filter(|id| id.to_string() == text)
            .ok_or_else(|| Refused::new(Rule::InvalidFormat, format!("must be an id such as `{}_001`", K::PREFIX)))
    }
}

impl<K: Kind> ComposeSchema for Id<K> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        schema::text().pattern(Some(format!("^{}_([0-9]{{3}}|[1-9][0-9]{{3,17}})$", K::PREFIX))).into()
    }
}

impl<K: Kind> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        format!("{}_id", K::PREFIX).into()
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<K> rusqlite::ToSql for Id<K> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl<K> rusqlite::types::FromSql for Id<K> {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        i64::column_result(value).map(Self::from_row)
    }
}

// Derived, these would ask the same of `K`, which is only a mark.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
