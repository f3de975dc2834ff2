//! Views: filters of lists, kept under a name, with the number of what they show.
//!
//! A view is its owner's alone, or shared with all. Those that come with CommFlow are shared and nobody's.

pub mod question;

use crate::choice;
use crate::described;
use crate::desk::users::UserId;
use crate::desk::users::UserRef;
use crate::desk::views::question::Question;
use crate::desk::views::question::ViewFilter;
use crate::desk::views::question::ViewKind;
use crate::desk::views::question::ViewSort;
use crate::store::list::List;
use crate::store::list::Order;
use crate::store::tx::Tx;
use crate::stored_as_word;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field::Field;
use crate::types::field::Given;
use crate::types::field::Invalid;
use crate::types::field::Whole;
use crate::types::field::path;
use crate::types::id::Id;
use crate::types::id::Kind;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::text::Line;
use crate::types::time::Time;
use deserr::Deserr;
use deserr::IntoValue;
use deserr::Value;
use deserr::ValuePointerRef;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::Type;

choice! {
    /// A view that comes with CommFlow, whose name is shown in the reader's language.
    StandardView {
        /// Open conversations that the reader looks after.
        Mine "mine",
        /// Open conversations that nobody looks after.
        Unassigned "unassigned",
        /// All open conversations.
        Open "open",
        /// Open conversations in which somebody waits for a reply.
        Waiting "waiting",
        /// Conversations in which the customer is to act.
        Pending "pending",
        /// Closed conversations.
        Closed "closed",
        /// Tickets that have missed a target.
        Sla "sla",
    }
}
stored_as_word!(StandardView);

/// A view as every exit shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct View {
    /// `view_001`.
    pub id: ViewId,
    /// What it is called.
    pub name: Line,
    /// Which list it shows a part of.
    pub kind: ViewKind,
    /// What the list is filtered by: its query parameters, by name, as texts.
    pub filter: ViewFilter,
    /// What the list is sorted by, as its `sort`; `null`: as it is without.
    pub sort: Option<ViewSort>,
    /// Whether all see it.
    pub shared: bool,
    /// Whose it is; `null`: it came with CommFlow.
    pub owner: Option<UserRef>,
    /// Which of those that come with CommFlow it is, until it is renamed.
    pub standard: Option<StandardView>,
    /// Its place among the others, the lowest first; ties are broken by the name.
    pub position: i64,
    /// How many rows it shows the caller now.
    pub count: i64,
    /// When it was made.
    pub created_at: Time,
    /// When something about it last changed, its count left out.
    pub updated_at: Time,
    /// Grows with each change.
    #[serde(skip)]
    pub version: i64,
}

impl Kind for View {
    const PREFIX: &'static str = "view";
}

/// The id of a view.
pub type ViewId = Id<View>;

/// The highest position.
const POSITION_MAX: i64 = 1_000_000;

/// A place among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position(i64);

described! {
    Position = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(POSITION_MAX));
}

impl Deserr<Invalid> for Position {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, at: ValuePointerRef) -> Result<Self, Invalid> {
        match Whole::deserialize_from_value(value, at)? {
            Whole(number) if (0..=POSITION_MAX).contains(&number) => Ok(Self(number)),
            _ => Err(Invalid(vec![Refused::new(Rule::OutOfRange, "must be from 0 to 1,000,000").at(path(at))])),
        }
    }
}

/// What it takes to make a view.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct NewView {
    /// What it is called.
    pub name: Line,
    /// Which list it shows a part of.
    pub kind: ViewKind,
    /// What the list is filtered by: its query parameters, by name, as texts. By nothing if not said.
    #[deserr(default)]
    #[schema(required = false)]
    pub filter: ViewFilter,
    /// What the list is sorted by.
    #[deserr(default)]
    pub sort: Option<ViewSort>,
    /// Whether all see it.
    #[deserr(default)]
    #[schema(required = false)]
    pub shared: bool,
    /// Behind all others if not said.
    #[deserr(default)]
    pub position: Option<Position>,
}

/// What may change about a view.
#[derive(Debug, Clone, Deserr, ToSchema)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct ViewPatch {
    /// What it is called.
    #[deserr(default)]
    pub name: Given<Line>,
    /// The whole new filter.
    #[deserr(default)]
    pub filter: Given<ViewFilter>,
    /// What the list is sorted by.
    #[deserr(default)]
    pub sort: Field<ViewSort>,
    /// Whether all see it. Who takes back one that is nobody's has it for himself.
    #[deserr(default)]
    pub shared: Given<bool>,
    /// Its place among the others.
    #[deserr(default)]
    pub position: Given<Position>,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// The user.
    pub user: UserId,
    /// Whether he may do what only admins may.
    pub is_admin: bool,
}

/// By position, then by name, as one text.
pub const BY_POSITION: &str = "printf('%07d ', position) || lower(name)";

const BY_ID: &str =
    "SELECT v.id, v.name, v.kind, v.filter, v.sort, v.shared, v.owner_id, u.name, v.standard, v.position,
    v.created_at, v.updated_at, v.version FROM views v LEFT JOIN users u ON u.id = v.owner_id
    WHERE v.id = ?1 AND (v.shared OR v.owner_id = ?2)";

fn from_row(row: &rusqlite::Row) -> rusqlite::Result<View> {
    let (owner, owner_name): (Option<UserId>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(View {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
        filter: row.get(3)?,
        sort: row.get(4)?,
        shared: row.get(5)?,
        owner: owner.zip(owner_name).map(|(id, name)| UserRef { id, name }),
        standard: row.get(8)?,
        position: row.get(9)?,
        count: 0,
        created_at: row.get(10)?,
        updated_at: row.get(11)?,
        version: row.get(12)?,
    })
}

/// The view of this id, as `caller` sees it.
///
/// # Errors
/// `not_found`, also where it is another's alone.
pub fn get(db: &Connection, id: ViewId, caller: UserId, now: Time) -> Result<View> {
    let row = db.prepare_cached(BY_ID)?.query_row(params![id, caller], from_row).optional()?;
    let view = row.ok_or_else(|| Error::not_found(id))?;
    let question = Question::of(view.kind, &view.filter, view.sort.as_ref())?;
    Ok(View { count: question.total(db, caller, now)?, ..view })
}

/// The views that `caller` sees, by position and name.
///
/// # Errors
/// Those of SQLite.
pub fn list(db: &Connection, caller: UserId, order: Order, paging: &Paging, now: Time) -> Result<Page<View>> {
    let list = List::of("views", "id", order).since_of_few(paging).filter("(shared OR owner_id = ?)", &Some(caller));
    let total = list.count(db)?;
    list.page(db, paging, total, |row| get(db, Id::from_row(row), caller, now))
}

/// Makes a view, which is then the caller's.
///
/// # Errors
/// 422 with all the fields at fault.
pub fn create(tx: &Tx, new: NewView, caller: UserId) -> Result<View> {
    Question::of(new.kind, &new.filter, new.sort.as_ref())?;
    tx.prepare_cached(
        "INSERT INTO views (name, kind, filter, sort, shared, owner_id, position, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ifnull(?7, (SELECT min(ifnull(max(position), 0) + 1, ?8) FROM views)), ?9, ?9)",
    )?
    .execute(params![
        new.name,
        new.kind,
        new.filter,
        new.sort,
        new.shared,
        caller,
        new.position.map(|position| position.0),
        POSITION_MAX,
        tx.now
    ])?;
    get(tx, Id::from_row(tx.last_insert_rowid()), caller, tx.now)
}

/// Changes a view. A standard one that is renamed is one like others.
///
/// # Errors
/// `forbidden` where it is another's, and the caller no admin; 422 with all the fields at fault.
pub fn update(tx: &Tx, id: ViewId, patch: ViewPatch, who: Asking) -> Result<View> {
    let old = changeable(tx, id, who)?;
    let new = View {
        name: patch.name.or(old.name.clone()),
        filter: patch.filter.or(old.filter.clone()),
        sort: patch.sort.or(old.sort.clone()),
        shared: patch.shared.or(old.shared),
        position: patch.position.0.map_or(old.position, |position| position.0),
        ..old.clone()
    };
    Question::of(new.kind, &new.filter, new.sort.as_ref())?;
    if new == old {
        return Ok(old);
    }
    let standard = new.standard.filter(|_| new.name == old.name);
    // What nobody sees any more but one is that one's.
    let owner = new.owner.as_ref().map(|owner| owner.id).or((!new.shared).then_some(who.user));
    tx.prepare_cached(
        "UPDATE views SET name = ?2, filter = ?3, sort = ?4, shared = ?5, owner_id = ?6, standard = ?7, position = ?8,
         updated_at = ?9, version = version + 1 WHERE id = ?1",
    )?
    .execute(params![id, new.name, new.filter, new.sort, new.shared, owner, standard, new.position, tx.now])?;
    shown(tx, id, owner.unwrap_or(who.user), who)
}

/// As the caller sees it; one that an admin gave back to its owner, as the owner does, for the last time.
fn shown(tx: &Tx, id: ViewId, owner: UserId, who: Asking) -> Result<View> {
    get(tx, id, who.user, tx.now).or_else(|_| get(tx, id, owner, tx.now))
}

/// Removes a view.
///
/// # Errors
/// `not_found`; `forbidden` where it is another's, and the caller no admin.
pub fn delete(tx: &Tx, id: ViewId, who: Asking) -> Result<()> {
    changeable(tx, id, who)?;
    tx.prepare_cached("DELETE FROM views WHERE id = ?1")?.execute([id])?;
    Ok(())
}

fn changeable(tx: &Tx, id: ViewId, who: Asking) -> Result<View> {
    let view = get(tx, id, who.user, tx.now)?;
    if who.is_admin || view.owner.as_ref().is_some_and(|owner| owner.id == who.user) {
        return Ok(view);
    }
    Err(Error::forbidden("Only its owner and admins may change a shared view."))
}
