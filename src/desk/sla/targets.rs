//! How soon an answer and an end are promised, for each priority: CommFlow's own targets until an admin sets others.
//!
//! A thread takes the targets of its priority along when it begins and when its priority changes, and keeps them until then: a
//! change of the settings lifts no breach, and makes none.

use crate::described;
use crate::desk::threads::Priority;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::field::Whole;
use crate::types::field::path;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::types::FromSql;
use rusqlite::types::FromSqlError;
use rusqlite::types::FromSqlResult;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::ValueRef;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::ops::RangeInclusive;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::Type;

/// Seconds that a target may have: a minute to a year.
const SECONDS: RangeInclusive<i64> = 60..=31_536_000;
/// The row of `settings`.
const NAME: &str = "sla_targets";

/// What is promised for one priority.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SlaPromise)]
pub struct Promise {
    /// Seconds from the first comment to the first response.
    pub first_response_s: i64,
    /// Seconds of running time to the resolution.
    pub resolution_s: i64,
}

impl Promise {
    /// CommFlow's own.
    pub fn own(priority: Priority) -> Self {
        let (first_response, resolution) = match priority {
            Priority::Urgent => (1, 8),
            Priority::High => (4, 24),
            Priority::Normal => (8, 72),
            Priority::Low => (24, 168),
        };
        Self { first_response_s: first_response * 3_600, resolution_s: resolution * 3_600 }
    }
}

/// `3600 28800`, as it is stored with a mark and with a thread.
impl fmt::Display for Promise {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.first_response_s, self.resolution_s)
    }
}

impl std::str::FromStr for Promise {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (first_response, resolution) = text.split_once(' ').ok_or(())?;
        let seconds = |text: &str| text.parse().map_err(|_| ());
        Ok(Self { first_response_s: seconds(first_response)?, resolution_s: seconds(resolution)? })
    }
}

impl rusqlite::ToSql for Promise {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Promise {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(|()| FromSqlError::InvalidType)
    }
}

/// What is promised for each priority.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SlaTargets)]
pub struct Targets {
    /// For what is needed now.
    pub urgent: Promise,
    /// For what goes before others.
    pub high: Promise,
    /// For most.
    pub normal: Promise,
    /// For what can wait.
    pub low: Promise,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Targets {
    /// What is promised for this priority.
    pub fn promise(&self, priority: Priority) -> Promise {
        match priority {
            Priority::Urgent => self.urgent,
            Priority::High => self.high,
            Priority::Normal => self.normal,
            Priority::Low => self.low,
        }
    }

    fn own() -> Self {
        let [urgent, high, normal, low] =
            [Priority::Urgent, Priority::High, Priority::Normal, Priority::Low].map(Promise::own);
        Self { urgent, high, normal, low, version: 1 }
    }
}

/// The row of `settings`: the targets, and how often they were changed.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: i64,
    targets: Targets,
}

/// What may change about the targets.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
#[schema(as = SlaTargetsPatch)]
pub struct TargetsPatch {
    /// For what is needed now.
    #[deserr(default)]
    urgent: Given<PromisePatch>,
    /// For what goes before others.
    #[deserr(default)]
    high: Given<PromisePatch>,
    /// For most.
    #[deserr(default)]
    normal: Given<PromisePatch>,
    /// For what can wait.
    #[deserr(default)]
    low: Given<PromisePatch>,
}

/// What may change about what is promised for one priority.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
#[schema(as = SlaPromisePatch)]
pub struct PromisePatch {
    /// Seconds from the first comment to the first response.
    #[deserr(default)]
    first_response_s: Given<Seconds>,
    /// Seconds of running time to the resolution.
    #[deserr(default)]
    resolution_s: Given<Seconds>,
}

impl PromisePatch {
    fn applied(self, old: Promise) -> Promise {
        Promise {
            first_response_s: self.first_response_s.0.map_or(old.first_response_s, |Seconds(seconds)| seconds),
            resolution_s: self.resolution_s.0.map_or(old.resolution_s, |Seconds(seconds)| seconds),
        }
    }
}

/// The length of a target.
#[derive(Debug, Clone, Copy)]
struct Seconds(i64);

described! {
    Seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(*SECONDS.start())).maximum(Some(*SECONDS.end()));
}

impl Deserr<Invalid> for Seconds {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        let Whole(seconds) = Whole::deserialize_from_value(value, at)?;
        if SECONDS.contains(&seconds) {
            return Ok(Self(seconds));
        }
        let refused = Refused::new(Rule::OutOfRange, "must be from 60 to 31536000 seconds");
        Err(Invalid(vec![refused.at(path(at))]))
    }
}

/// What is promised now.
///
/// # Errors
/// Those of SQLite.
pub fn get(db: &Connection) -> Result<Targets> {
    let kept: Option<String> = db
        .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
        .query_row([NAME], |row| row.get(0))
        .optional()?;
    let Some(text) = kept else { return Ok(Targets::own()) };
    let Kept { version, targets } = serde_json::from_str(&text)?;
    Ok(Targets { version, ..targets })
}

/// Changes what is promised, from now on.
///
/// # Errors
/// Those of SQLite.
pub fn update(tx: &Tx, patch: TargetsPatch) -> Result<Targets> {
    let old = get(tx)?;
    let applied = |patch: Given<PromisePatch>, old| patch.0.map_or(old, |patch| patch.applied(old));
    let new = Targets {
        urgent: applied(patch.urgent, old.urgent),
        high: applied(patch.high, old.high),
        normal: applied(patch.normal, old.normal),
        low: applied(patch.low, old.low),
        version: old.version,
    };
    if new == old {
        return Ok(old);
    }
    let version = old.version + 1;
    let kept = serde_json::to_string(&Kept { version, targets: new.clone() })?;
    tx.prepare_cached("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")?
        .execute([NAME, &kept])?;
    Ok(Targets { version, ..new })
}
