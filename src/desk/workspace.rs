//! The workspace itself: what its team calls it.

use crate::desk::settings;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::text::Line;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

/// What it is called until somebody names it.
pub const UNNAMED: &str = "CommFlow";
// The names of its settings.
const NAME: &str = "workspace_name";
const CREATED_AT: &str = "workspace_created_at";
const UPDATED_AT: &str = "workspace_updated_at";
const VERSION: &str = "workspace_version";

/// The workspace of this server.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Workspace {
    /// What the team calls it.
    pub name: String,
    /// The version of CommFlow that serves it.
    pub software_version: &'static str,
    /// When it began.
    pub created_at: Time,
    /// When something about it last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

/// What may change about the workspace.
#[derive(Debug, Clone, Default, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct WorkspacePatch {
    /// What the team calls it.
    #[deserr(default)]
    pub name: Given<Line>,
}

/// The workspace as it is.
///
/// # Errors
/// Those of SQLite.
pub fn get(db: &Connection) -> Result<Workspace> {
    let time = |name: &str| Ok::<_, crate::types::error::Error>(settings::number(db, name)?.map(Time::from_unix));
    let created_at = time(CREATED_AT)?.unwrap_or(Time::from_unix(0));
    Ok(Workspace {
        name: name(db)?,
        software_version: env!("CARGO_PKG_VERSION"),
        created_at,
        updated_at: time(UPDATED_AT)?.unwrap_or(created_at),
        version: settings::number(db, VERSION)?.unwrap_or(1),
    })
}

/// What it is called.
///
/// # Errors
/// Those of SQLite.
pub fn name(db: &Connection) -> Result<String> {
    Ok(settings::get(db, NAME)?.unwrap_or_else(|| UNNAMED.to_owned()))
}

/// Changes the workspace.
///
/// # Errors
/// Those of SQLite.
pub fn update(tx: &Tx, patch: &WorkspacePatch) -> Result<Workspace> {
    let old = get(tx)?;
    let Some(name) = patch.name.0.as_ref().map(Line::as_str).filter(|name| *name != old.name) else { return Ok(old) };
    settings::set(tx, NAME, name)?;
    settings::set(tx, UPDATED_AT, &tx.now.unix().to_string())?;
    settings::set(tx, VERSION, &(old.version + 1).to_string())?;
    get(tx)
}
