//! Takes the demo away again, in small writes, so that nobody waits long for the writer: first its threads, then its contacts,
//! and in the end its people and what they were given. What others have made stays.

use crate::desk::demo::marks;
use crate::desk::demo::marks::Made;
use crate::desk::erasure;
use crate::desk::erasure::Extent;
use crate::desk::threads::ConversationId;
use crate::desk::threads::change;
use crate::desk::threads::change::ThreadPatch;
use crate::desk::threads::removal;
use crate::desk::threads::row;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::field::Field;
use crate::types::id::Id;
use rusqlite::Connection;
use rusqlite::params;

/// Threads, or contacts, of one write.
const AT_ONCE: usize = 20;

/// Looks whether it may be removed.
///
/// # Errors
/// `conflict` when there is no demo, and when no admin would be left.
pub fn check(db: &Connection) -> Result<()> {
    if !marks::any(db)? {
        return Err(Error::conflict("There is no demo data."));
    }
    let admins: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND status = 'active'
                AND id NOT IN (SELECT id FROM demo_rows WHERE kind = 'user'))",
        )?
        .query_row([], |row| row.get(0))?;
    if admins {
        return Ok(());
    }
    Err(Error::conflict("The only admins are those of the demo: make one of your own first."))
}

/// Removes some of it; whether there is more.
///
/// # Errors
/// Those of SQLite.
pub fn step(tx: &Tx) -> Result<bool> {
    let threads = marks::some(tx, Made::Thread, AT_ONCE)?;
    if !threads.is_empty() {
        threads.into_iter().try_for_each(|number| {
            removal::remove(tx, ConversationId::from_row(number))?;
            marks::forget(tx, Made::Thread, number)
        })?;
        return Ok(true);
    }
    let contacts = marks::some(tx, Made::Contact, AT_ONCE)?;
    if !contacts.is_empty() {
        contacts.into_iter().try_for_each(|number| erase(tx, number))?;
        return Ok(true);
    }
    if take_off(tx)? {
        return Ok(true);
    }
    remove_rest(tx)?;
    Ok(false)
}

/// Erases a contact as any other, unless it is gone already, or was merged into one who stays.
fn erase(tx: &Tx, number: i64) -> Result<()> {
    match erasure::erase(tx, Id::from_row(number), Extent::Person) {
        Err(error) if ![Code::NotFound, Code::Conflict].contains(&error.code) => return Err(error),
        _ => {}
    }
    // The ticket that they took up again is gone.
    tx.prepare_cached(
        "UPDATE threads SET follow_up_of = NULL WHERE contact_id = ?1 AND follow_up_of IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM threads old WHERE old.ticket_id = threads.follow_up_of)",
    )?
    .execute([number])?;
    marks::forget(tx, Made::Contact, number)
}

/// Takes the demo's people off some threads that others have begun; whether there were any.
fn take_off(tx: &Tx) -> Result<bool> {
    let mut select = tx.prepare_cached("SELECT id FROM threads WHERE assignee_id = ?1 ORDER BY id LIMIT ?2")?;
    for user in marks::some(tx, Made::User, usize::MAX)? {
        let threads = select.query_map(params![user, AT_ONCE as i64], |row| row.get(0))?;
        let threads = threads.collect::<rusqlite::Result<Vec<ConversationId>>>()?;
        for id in &threads {
            let nobody = ThreadPatch { assignee_id: Field::Null, ..ThreadPatch::default() };
            change::change(tx, &row::get(tx, *id)?, &nobody)?;
        }
        if !threads.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes the people, and of teams, inboxes and tags what nobody else uses.
fn remove_rest(tx: &Tx) -> Result<()> {
    for sql in [
        "DELETE FROM api_keys WHERE user_id IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "DELETE FROM sessions WHERE user_id IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "DELETE FROM invitations WHERE user_id IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "DELETE FROM views WHERE NOT shared AND owner_id IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "UPDATE views SET owner_id = NULL WHERE owner_id IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "UPDATE saved_replies SET created_by = NULL WHERE created_by IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "DELETE FROM team_members WHERE user_id IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "DELETE FROM users WHERE id IN (SELECT id FROM demo_rows WHERE kind = 'user')",
        "DELETE FROM teams WHERE id IN (SELECT id FROM demo_rows WHERE kind = 'team')
            AND NOT EXISTS (SELECT 1 FROM team_members WHERE team_id = teams.id)
            AND NOT EXISTS (SELECT 1 FROM threads WHERE team_id = teams.id)",
        "DELETE FROM inboxes WHERE id IN (SELECT id FROM demo_rows WHERE kind = 'inbox')
            AND NOT EXISTS (SELECT 1 FROM threads WHERE inbox_id = inboxes.id AND ticket_id IS NOT NULL)",
        "DELETE FROM tags WHERE id IN (SELECT id FROM demo_rows WHERE kind = 'tag') AND count = 0",
        "DELETE FROM demo_rows",
    ] {
        tx.prepare_cached(sql)?.execute([])?;
    }
    tx.credentials_changed();
    tx.erased();
    Ok(())
}
