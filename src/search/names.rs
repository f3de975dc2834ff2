//! Names that stand for numbers in the index: tags, users and inboxes are few, and may be renamed at any time; so the index
//! knows their numbers, and what a query calls them is looked up when it is asked.

use crate::desk::inboxes::InboxId;
use crate::desk::threads::AssigneeFilter;
use crate::search::text;
use crate::types::Result;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

/// A name and its number.
#[derive(Debug)]
pub struct Named {
    /// The row's number.
    pub number: i64,
    /// Its name, folded.
    pub name: String,
    /// The words of its name.
    pub words: Vec<String>,
}

/// What the tags table was like when it was read: any change of it changes one of these.
type Stamp = (i64, i64, i64);

/// The tags, read again only after one of them changed.
#[derive(Default)]
pub struct Tags(RwLock<Option<(Stamp, Arc<Vec<Named>>)>>);

impl Tags {
    /// All tags.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn all(&self, db: &Connection) -> Result<Arc<Vec<Named>>> {
        let select = "SELECT count(*), ifnull(max(id), 0), ifnull(sum(version), 0) FROM tags";
        let stamp: Stamp =
            db.prepare_cached(select)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        if let Some((known, tags)) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref()
            && *known == stamp
        {
            return Ok(tags.clone());
        }
        let tags = Arc::new(named(db, "SELECT id, name FROM tags")?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((stamp, tags.clone()));
        Ok(tags)
    }
}

fn named(db: &Connection, sql: &'static str) -> Result<Vec<Named>> {
    let mut select = db.prepare_cached(sql)?;
    let rows = select.query_map([], |row| {
        let name: String = row.get(1)?;
        Ok(Named { number: row.get(0)?, words: words(&name), name: text::fold(&name) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The words of a name.
pub fn words(name: &str) -> Vec<String> {
    text::tokens(name).map(|token| token.word).collect()
}

/// Whether these words stand side by side in a name, the last of them only begun where `by_prefix`.
pub fn holds(name: &[String], wanted: &[String], by_prefix: bool) -> bool {
    let Some((last, before)) = wanted.split_last() else { return false };
    name.windows(wanted.len()).any(|run| {
        let Some((end, begin)) = run.split_last() else { return false };
        begin == before && (end == last || by_prefix && end.starts_with(last.as_str()))
    })
}

/// The tags of this name: as it is folded here, there may be several.
pub fn tags(all: &[Named], name: &str) -> Vec<i64> {
    let wanted = text::fold(name);
    all.iter().filter(|tag| tag.name == wanted).map(|tag| tag.number).collect()
}

/// The users that `assignee:` means: an id, `me`, or the beginnings of words of a name or address; none for nobody.
///
/// # Errors
/// Those of SQLite.
pub fn assignees(db: &Connection, value: &str, caller: i64) -> Result<Vec<Option<i64>>> {
    match value.to_ascii_lowercase().parse() {
        Ok(AssigneeFilter::Me) => Ok(vec![Some(caller)]),
        Ok(AssigneeFilter::None) => Ok(vec![None]),
        Ok(AssigneeFilter::User(id)) => Ok(vec![Some(id.row())]),
        Err(_) => {
            let users = named(db, "SELECT id, name || ' ' || email FROM users")?;
            Ok(begun(&users, value).into_iter().map(Some).collect())
        }
    }
}

/// The inboxes that `inbox:` means: an id, or the beginnings of words of a name.
///
/// # Errors
/// Those of SQLite.
pub fn inboxes(db: &Connection, value: &str) -> Result<Vec<i64>> {
    match value.to_ascii_lowercase().parse::<InboxId>() {
        Ok(id) => Ok(vec![id.row()]),
        Err(_) => Ok(begun(&named(db, "SELECT id, name FROM inboxes")?, value)),
    }
}

/// Those in whose names each word of `value` begins one.
fn begun(all: &[Named], value: &str) -> Vec<i64> {
    let wanted = words(value);
    let fits = |one: &&Named| wanted.iter().all(|word| one.words.iter().any(|own| own.starts_with(word.as_str())));
    // What holds no word names nobody.
    all.iter().filter(|_| !wanted.is_empty()).filter(fits).map(|one| one.number).collect()
}
