//! Teams, and who is in them.

use crate::desk::users;
use crate::desk::users::User;
use crate::desk::users::UserId;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::types::Result;
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
use crate::types::text::Remark;
use crate::types::text::fold;
use crate::types::time::Time;
use deserr::Deserr;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;

/// A team as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Team {
    /// `team_001`.
    pub id: TeamId,
    /// Unique without regard to case.
    pub name: Line,
    /// What it does.
    pub description: Option<Remark>,
    /// Active members.
    pub members_count: i64,
    /// When it was made.
    pub created_at: Time,
    /// When something about it last changed.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for Team {
    const PREFIX: &'static str = "team";
}

/// The id of a team.
pub type TeamId = Id<Team>;

/// A team as other objects name it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TeamRef {
    /// `team_001`.
    pub id: TeamId,
    /// What it is called.
    pub name: String,
}

/// What it takes to make a team.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewTeam {
    /// Must not be another team's.
    pub name: Line,
    /// What it does.
    #[deserr(default)]
    pub description: Option<Remark>,
}

/// What may change about a team.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct TeamPatch {
    /// Must not be another team's.
    #[deserr(default)]
    pub name: Given<Line>,
    /// What it does.
    #[deserr(default)]
    pub description: Field<Remark>,
}

/// Who joins a team.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewMember {
    /// The user.
    pub user_id: UserId,
}

const BY_ID: &str = "SELECT id, name, description,
    (SELECT count(*) FROM team_members m JOIN users u ON u.id = m.user_id WHERE m.team_id = teams.id AND u.status = 'active'),
    created_at, updated_at, version FROM teams WHERE id = ?1";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<Team> {
    Ok(Team {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        members_count: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
        version: row.get(6)?,
    })
}

/// The team of this id.
///
/// # Errors
/// `not_found`.
pub fn get(db: &Connection, id: TeamId) -> Result<Team> {
    db.prepare_cached(BY_ID)?.query_row([id], from_row).optional()?.ok_or_else(|| Error::not_found(id))
}

/// The team that is to look after a thread.
///
/// # Errors
/// 422 on `team_id` when there is no such team.
pub fn for_thread(db: &Connection, id: TeamId) -> Result<TeamRef> {
    let team =
        get(db, id).map_err(|_| Error::invalid_field("team_id", Rule::UnknownId, format!("there is no team {id}")))?;
    Ok(TeamRef { id, name: team.name.to_string() })
}

/// Teams by name.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, order: Order, paging: &Paging) -> Result<Page<Team>> {
    let list = List::of("teams", "id", order).since_of_few(paging);
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row)))
}

/// Makes a team.
///
/// # Errors
/// `conflict` when the name is another team's.
pub fn create(tx: &Tx, new: NewTeam) -> Result<Team> {
    refuse_taken(tx, &new.name, None)?;
    tx.prepare_cached(
        "INSERT INTO teams (name, name_key, description, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)",
    )?
    .execute(params![new.name, fold(new.name.as_str()), new.description, tx.now])?;
    get(tx, Id::from_row(tx.last_insert_rowid()))
}

/// Changes a team.
///
/// # Errors
/// `conflict` when the name is another team's.
pub fn update(tx: &Tx, id: TeamId, patch: TeamPatch) -> Result<Team> {
    let old = get(tx, id)?;
    let new = Team {
        name: patch.name.or(old.name.clone()),
        description: patch.description.or(old.description.clone()),
        ..old.clone()
    };
    if new == old {
        return Ok(old);
    }
    refuse_taken(tx, &new.name, Some(id))?;
    tx.prepare_cached(
        "UPDATE teams SET name = ?2, name_key = ?3, description = ?4, updated_at = ?5, version = version + 1 WHERE id = ?1",
    )?
    .execute(params![id, new.name, fold(new.name.as_str()), new.description, tx.now])?;
    get(tx, id)
}

/// Removes a team; its members stay users.
///
/// # Errors
/// `not_found`.
pub fn delete(tx: &Tx, id: TeamId) -> Result<()> {
    get(tx, id)?;
    tx.prepare_cached("DELETE FROM teams WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The members of a team by name, inactive ones too.
///
/// # Errors
/// `not_found` when there is no such team.
pub fn members(db: &Connection, id: TeamId, order: Order, paging: &Paging) -> Result<Page<User>> {
    get(db, id)?;
    let list = List::of("users", "id", order)
        .since_of_few(paging)
        .filter("id IN (SELECT user_id FROM team_members WHERE team_id = ?)", &Some(id.row()));
    let total = list.count(db)?;
    list.page(db, paging, total, |row| users::get(db, Id::from_row(row)))
}

/// Takes a user into a team; does nothing where he is in it already.
///
/// # Errors
/// `not_found` when there is no such team, 422 when there is no such user.
pub fn add_member(tx: &Tx, id: TeamId, new: &NewMember) -> Result<User> {
    get(tx, id)?;
    let user = users::get(tx, new.user_id)
        .map_err(|_| Error::invalid_field("user_id", Rule::UnknownId, format!("there is no user {}", new.user_id)))?;
    tx.prepare_cached("INSERT OR IGNORE INTO team_members (team_id, user_id) VALUES (?1, ?2)")?
        .execute(params![id, new.user_id])?;
    Ok(user)
}

/// Takes a user out of a team.
///
/// # Errors
/// `not_found` when there is no such team, or the user is not in it.
pub fn remove_member(tx: &Tx, id: TeamId, user: UserId) -> Result<()> {
    get(tx, id)?;
    let removed = tx
        .prepare_cached("DELETE FROM team_members WHERE team_id = ?1 AND user_id = ?2")?
        .execute(params![id, user])?;
    if removed == 1 { Ok(()) } else { Err(Error::not_found(format!("{user} in {id}"))) }
}

fn refuse_taken(tx: &Tx, name: &Line, but: Option<TeamId>) -> Result<()> {
    let holder: Option<TeamId> = tx
        .prepare_cached("SELECT id FROM teams WHERE name_key = ?1")?
        .query_row([fold(name.as_str())], |row| row.get(0))
        .optional()?;
    match holder {
        Some(holder) if Some(holder) != but => Err(Error::taken("name", "A team of this name exists already.", holder)),
        _ => Ok(()),
    }
}
