//! What moved a thread's SLA clock: applied, written down, and read again.

use crate::desk::sla::Mark;
use crate::desk::threads::ConversationId;
use crate::desk::threads::row::Thread;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::time::Time;
use rusqlite::Connection;
use rusqlite::params;

/// Moves a thread's SLA clock. The mark is written once the thread has its row, with [`write`].
pub fn apply(thread: &mut Thread, marks: &mut Vec<Mark>, mark: Mark, now: Time) {
    thread.clock.apply(mark, now);
    thread.marks += 1;
    marks.push(mark);
}

/// Writes down what moved a thread's clock: its last `marks.len()` marks.
///
/// # Errors
/// Those of SQLite.
pub fn write(tx: &Tx, thread: &Thread, marks: &[Mark], now: Time) -> Result<()> {
    let mut insert =
        tx.prepare_cached("INSERT INTO sla_marks (thread_id, number, at, mark) VALUES (?1, ?2, ?3, ?4)")?;
    let first = thread.marks - i64::try_from(marks.len()).unwrap_or(0);
    for (number, mark) in (first..).zip(marks) {
        insert.execute(params![thread.id, number, now, mark.to_string()])?;
    }
    Ok(())
}

/// What moved a thread's clock, in order.
///
/// # Errors
/// Those of SQLite.
pub fn read(db: &Connection, id: ConversationId) -> Result<Vec<(Time, Mark)>> {
    let mut statement =
        db.prepare_cached("SELECT number, at, mark FROM sla_marks WHERE thread_id = ?1 ORDER BY number")?;
    let marks = statement.query_map([id], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    let mut told = Vec::new();
    for mark in marks {
        let (number, at, text) = mark?;
        told.extend(Mark::parse(&text, number == 0).map(|mark| (at, mark)));
    }
    Ok(told)
}
