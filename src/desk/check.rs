//! Does what is kept twice agree? The counters with the rows, the SLA clocks with their marks, the threads with their messages,
//! the files with their checksums.

use crate::desk::files::chunks;
use crate::desk::sla;
use crate::desk::threads::marks;
use crate::desk::threads::row;
use crate::store::check;
use crate::store::check::Fault;
use crate::types::Result;
use crate::types::id::Id;
use rusqlite::Connection;

/// One query a line: what it looks for, as rows of text. No row: no fault.
const AGREEMENTS: [&str; 13] = [
    "SELECT 'conversation totals differ: ' || status || ', ' || priority || ', ' || channel || ': counted ' || sum(counted) || ', kept ' || sum(kept) FROM (
        SELECT status, ifnull(assignee_id, 0) AS assignee, priority, channel, count(*) AS counted, 0 AS kept FROM threads GROUP BY 1, 2, 3, 4
        UNION ALL SELECT status, assignee_id, priority, channel, 0, n FROM conversation_counts)
     GROUP BY status, assignee, priority, channel HAVING sum(counted) <> sum(kept)",
    "SELECT 'ticket totals differ: ' || status || ', ' || priority || ', ' || sla || ': counted ' || sum(counted) || ', kept ' || sum(kept) FROM (
        SELECT ticket_status AS status, ifnull(assignee_id, 0) AS assignee, priority, inbox_id AS inbox, ifnull(sla_settled, 'moving') AS sla,
            count(*) AS counted, 0 AS kept FROM threads WHERE ticket_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5
        UNION ALL SELECT status, assignee_id, priority, inbox_id, sla, 0, n FROM ticket_counts)
     GROUP BY status, assignee, priority, inbox, sla HAVING sum(counted) <> sum(kept)",
    "SELECT 'contacts: counted ' || (SELECT count(*) FROM contacts) || ', kept ' || n FROM row_counts
     WHERE name = 'contacts' AND n <> (SELECT count(*) FROM contacts)",
    "SELECT 'tag ' || id || ': kept ' || count FROM tags WHERE count <> (SELECT count(*) FROM thread_tags WHERE tag_id = tags.id)",
    "SELECT 'messages of thread ' || id || ' are miscounted' FROM threads
     WHERE (comments_count, replies_count, notes_count) <> (
        SELECT count(*) FILTER (WHERE type = 'comment'), count(*) FILTER (WHERE type = 'reply'), count(*) FILTER (WHERE type = 'note')
        FROM messages WHERE thread_id = threads.id)",
    "SELECT 'first comment and reply of thread ' || id || ' are not as kept' FROM threads
     WHERE comments_count > 0 AND (
        first_comment_at IS NOT (SELECT min(created_at) FROM messages WHERE thread_id = threads.id AND type = 'comment')
        OR (first_reply_at, first_reply_by) IS NOT (
            SELECT r.created_at, r.author_id FROM messages r WHERE r.thread_id = threads.id AND r.type = 'reply' AND (r.created_at, r.id) >
                (SELECT created_at, id FROM messages WHERE thread_id = threads.id AND type = 'comment' ORDER BY created_at, id LIMIT 1)
            ORDER BY r.created_at, r.id LIMIT 1))",
    "SELECT 'contact ' || id || ' was merged into ' || into_id || ', and one of them should not be as it is' FROM merged_contacts
     WHERE id IN (SELECT id FROM contacts) OR into_id NOT IN (SELECT id FROM contacts)",
    "SELECT 'an address is held by two contacts: ' || a.contact_id || ' and ' || c.id FROM contact_addresses a
     JOIN contacts c ON c.email_key = a.email_key",
    "SELECT 'thread ' || id || ' is ' || status || ', but its ticket ' || ticket_status FROM threads
     WHERE ticket_id IS NOT NULL AND status <> CASE ticket_status WHEN 'resolved' THEN 'closed' ELSE ticket_status END",
    "SELECT 'delivery ' || id || ' is ' || state || ', but its next attempt is at ' || ifnull(next_attempt_at, 'no time') FROM deliveries
     WHERE (state = 'waiting') <> (next_attempt_at IS NOT NULL)",
    "SELECT 'the feed lacks ids between ' || min(id) || ' and ' || max(id) FROM events HAVING count(*) <> max(id) - min(id) + 1",
    "SELECT 'chunk ' || number || ' belongs to no file: ' || file_id FROM file_chunks WHERE file_id NOT IN (SELECT id FROM files)",
    "SELECT 'file ' || id || ' goes with a message that is not there: ' || message_id FROM files
     WHERE message_id IS NOT NULL AND message_id NOT IN (SELECT id FROM messages)",
];

/// What does not agree.
///
/// # Errors
/// Those of SQLite.
pub fn agreements(db: &Connection) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for sql in AGREEMENTS {
        faults.extend(check::texts(db, sql)?);
    }
    let mut select = db.prepare("SELECT DISTINCT thread_id FROM sla_marks")?;
    let threads = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    for number in threads {
        let thread = row::get(db, Id::from_row(number))?;
        if sla::replay(&marks::read(db, thread.id)?).as_ref() != Some(&thread.clock) {
            faults.push(format!("the SLA clock of {} does not follow from its marks", thread.id));
        }
    }
    faults.extend(chunks::check(db)?);
    Ok(faults)
}
