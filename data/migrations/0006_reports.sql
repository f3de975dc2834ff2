-- Contacts that were merged into others. Their numbers and addresses stand for the survivor, and never for one that was merged
-- itself: a chain is resolved when it comes about.
CREATE TABLE merged_contacts (
    id      INTEGER PRIMARY KEY,                 -- the contact that is gone
    into_id INTEGER NOT NULL
);
CREATE INDEX merged_contacts_by_survivor ON merged_contacts (into_id);

CREATE TABLE contact_addresses (
    email_key  TEXT PRIMARY KEY,                 -- folded, as in contacts: no two of both tables are the same
    email      TEXT NOT NULL,
    contact_id INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX contact_addresses_by_contact ON contact_addresses (contact_id);

-- Reports: what was written and closed in a span is read along these, whatever the workspace holds besides.
CREATE INDEX messages_by_time ON messages (created_at, type, author_id, thread_id);
CREATE INDEX threads_by_closing ON threads (closed_at, id) WHERE closed_at IS NOT NULL;

-- The first comment of a thread, and the first reply after it with its author. Kept by triggers, so that no code can forget
-- them; history that is brought in may come in any order. A reply has its place after what was written in the same second.
ALTER TABLE threads ADD COLUMN first_comment_at INTEGER;
ALTER TABLE threads ADD COLUMN first_reply_at INTEGER;
ALTER TABLE threads ADD COLUMN first_reply_by INTEGER;
UPDATE threads SET first_comment_at = (SELECT min(created_at) FROM messages WHERE thread_id = threads.id AND type = 'comment');
UPDATE threads SET (first_reply_at, first_reply_by) = (
    SELECT r.created_at, r.author_id FROM messages r WHERE r.thread_id = threads.id AND r.type = 'reply' AND (r.created_at, r.id) >
        (SELECT created_at, id FROM messages WHERE thread_id = threads.id AND type = 'comment' ORDER BY created_at, id LIMIT 1)
    ORDER BY r.created_at, r.id LIMIT 1)
WHERE first_comment_at IS NOT NULL;

CREATE TRIGGER comment_added AFTER INSERT ON messages WHEN new.type = 'comment' BEGIN
    UPDATE threads SET first_comment_at = new.created_at, (first_reply_at, first_reply_by) = (
        SELECT created_at, author_id FROM messages
        WHERE thread_id = new.thread_id AND type = 'reply' AND created_at > new.created_at ORDER BY created_at, id LIMIT 1)
    WHERE id = new.thread_id AND ifnull(first_comment_at > new.created_at, 1);
END;
CREATE TRIGGER reply_added AFTER INSERT ON messages WHEN new.type = 'reply' BEGIN
    UPDATE threads SET first_reply_at = new.created_at, first_reply_by = new.author_id
    WHERE id = new.thread_id AND first_comment_at <= new.created_at AND ifnull(first_reply_at > new.created_at, 1);
END;

-- What was promised for the thread's priority, as `first response, resolution` in seconds; NULL: CommFlow's own targets.
ALTER TABLE threads ADD COLUMN sla_promise TEXT;

-- The rows that the demo has made, so that exactly they can be removed again.
CREATE TABLE demo_rows (
    kind TEXT NOT NULL,                          -- user, team, inbox, tag, contact, thread
    id   INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
-- A demo of before filled an empty store: its numbers are the first ones.
INSERT INTO demo_rows
SELECT kind, id FROM (
    SELECT 'user' AS kind, id FROM users WHERE id <= 12 AND email_key LIKE '%@larkfield.example'
    UNION ALL SELECT 'team', id FROM teams WHERE id <= 3
    UNION ALL SELECT 'inbox', id FROM inboxes WHERE id IN (2, 3)
    UNION ALL SELECT 'contact', id FROM contacts WHERE id <= 400
    UNION ALL SELECT 'thread', id FROM threads WHERE id <= 1200
    UNION ALL SELECT 'tag', id FROM tags)
WHERE EXISTS (SELECT 1 FROM settings WHERE name = 'made_by' AND value = 'demo');

CREATE TRIGGER conversation_removed AFTER DELETE ON threads BEGIN
    UPDATE conversation_counts SET n = n - 1
    WHERE status = old.status AND assignee_id = ifnull(old.assignee_id, 0) AND priority = old.priority AND channel = old.channel;
END;
CREATE TRIGGER ticket_removed AFTER DELETE ON threads WHEN old.ticket_id IS NOT NULL BEGIN
    UPDATE ticket_counts SET n = n - 1
    WHERE status = old.ticket_status AND assignee_id = ifnull(old.assignee_id, 0) AND priority = old.priority
        AND inbox_id = old.inbox_id AND sla = ifnull(old.sla_settled, 'moving');
END;
