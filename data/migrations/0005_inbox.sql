-- What the web inbox needs: teams that look after threads, what happened to a thread, prepared answers, and kept filters.

ALTER TABLE threads ADD COLUMN team_id INTEGER REFERENCES teams (id);

CREATE INDEX conversations_by_team ON threads (team_id, created_at, id, status, priority);
CREATE INDEX tickets_by_team ON threads (team_id, ticket_created_at, ticket_id, ticket_status, priority)
    WHERE ticket_id IS NOT NULL;
-- A thread whose messages were all erased has no last one: it stands where it began.
CREATE INDEX conversations_by_message ON threads (ifnull(last_message_at, created_at), id);
CREATE INDEX conversations_by_status_and_message ON threads (status, ifnull(last_message_at, created_at), id);
-- Those that nobody waits in come last, at an instant that never comes.
CREATE INDEX conversations_by_waiting ON threads (ifnull(waiting_since, 9999999999), id);

-- What happened to a thread beside its messages, for ever: the change feed is kept for a month.
CREATE TABLE thread_changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id  INTEGER NOT NULL REFERENCES threads (id),
    actor_type TEXT NOT NULL,
    actor_id   INTEGER,
    created_at INTEGER NOT NULL,
    changes    TEXT NOT NULL                     -- {"status": ["open", "pending"]}
);
CREATE INDEX thread_changes_in_order ON thread_changes (thread_id, created_at, id);

-- What agents answer again and again.
CREATE TABLE saved_replies (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,
    body       TEXT NOT NULL,
    words      TEXT NOT NULL,                    -- of name and body, folded, each behind a space
    created_by INTEGER REFERENCES users (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX saved_replies_by_name ON saved_replies (name COLLATE NOCASE, id);

-- Filters of lists, kept under a name.
CREATE TABLE views (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('conversation', 'ticket')),
    filter     TEXT NOT NULL,                    -- {"status": "open"}: as the list takes it
    sort       TEXT,                             -- NULL: as the list does
    shared     INTEGER NOT NULL,
    owner_id   INTEGER REFERENCES users (id),    -- NULL: it came with CommFlow
    standard   TEXT,                             -- which one of those it is, as long as it has its first name
    position   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1
);
INSERT INTO views (name, kind, filter, sort, shared, standard, position, created_at, updated_at) VALUES
    ('Mine', 'conversation', '{"status":"open","assignee":"me"}', '-last_message_at', 1, 'mine', 1, unixepoch(), unixepoch()),
    ('Unassigned', 'conversation', '{"status":"open","assignee":"none"}', '-last_message_at', 1, 'unassigned', 2, unixepoch(), unixepoch()),
    ('Open', 'conversation', '{"status":"open"}', '-last_message_at', 1, 'open', 3, unixepoch(), unixepoch()),
    ('Waiting', 'conversation', '{"status":"open","waiting":"true"}', 'waiting_since', 1, 'waiting', 4, unixepoch(), unixepoch()),
    ('Pending', 'conversation', '{"status":"pending"}', '-last_message_at', 1, 'pending', 5, unixepoch(), unixepoch()),
    ('Closed', 'conversation', '{"status":"closed"}', '-last_message_at', 1, 'closed', 6, unixepoch(), unixepoch()),
    ('SLA breached', 'ticket', '{"sla_status":"breached"}', NULL, 1, 'sla', 7, unixepoch(), unixepoch());
