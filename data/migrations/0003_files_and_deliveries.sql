-- Files: their bytes stand here too, so that a backup of the one file is whole, and an erasure reaches them.
CREATE TABLE files (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'ready', 'doomed', 'deleted')),
    name       TEXT NOT NULL,
    folder     TEXT,
    mime_type  TEXT NOT NULL,
    size       INTEGER NOT NULL,
    sha256     BLOB,                             -- of all its bytes; NULL while they arrive
    message_id INTEGER,                          -- the message that carries it
    position   INTEGER NOT NULL DEFAULT 0,       -- its place among those of the message
    created_at INTEGER NOT NULL
);
CREATE INDEX files_by_message ON files (message_id, position) WHERE message_id IS NOT NULL;
-- Those whose bytes have to go: an upload that broke off, or a file that was deleted.
CREATE INDEX files_pending ON files (created_at) WHERE state = 'pending';
CREATE INDEX files_doomed ON files (created_at) WHERE state = 'doomed';

CREATE TABLE file_chunks (
    file_id INTEGER NOT NULL REFERENCES files (id),
    number  INTEGER NOT NULL,
    sha256  BLOB NOT NULL,                       -- of this chunk, so that a part of a file can be verified alone
    bytes   BLOB NOT NULL,
    UNIQUE (file_id, number)
);

-- What is to be sent, and what became of it: at most one row for each event and webhook, and one more for each redelivery.
-- The body is the event's, read when it is sent: so an erasure reaches what waits, too.
CREATE TABLE deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id      INTEGER NOT NULL,            -- no foreign key: those of a removed webhook go step by step
    event_id        INTEGER NOT NULL,
    event_type      TEXT NOT NULL,
    subject         TEXT NOT NULL,               -- the object's id: order is kept for each
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'cancelled')),
    alone           INTEGER NOT NULL DEFAULT 0,  -- a healthy receiver rejected it: it retries by itself, others pass
    attempts        INTEGER NOT NULL DEFAULT 0,
    step            INTEGER NOT NULL DEFAULT 0,  -- its place in the schedule of retries
    next_attempt_at INTEGER,                     -- while it waits
    last_attempt_at INTEGER,
    status_code     INTEGER,                     -- of the last attempt, as all that follows
    duration_ms     INTEGER,
    response_body   TEXT,
    error           TEXT,
    redelivery_of   INTEGER,
    created_at      INTEGER NOT NULL
);
-- With the state, for trimming the log walks far along it.
CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, id, state);
CREATE INDEX deliveries_by_state ON deliveries (webhook_id, state, id);
CREATE INDEX deliveries_queue ON deliveries (webhook_id, id) WHERE state = 'waiting' AND alone = 0;
CREATE INDEX deliveries_alone ON deliveries (webhook_id, next_attempt_at) WHERE state = 'waiting' AND alone = 1;
CREATE INDEX deliveries_of_event ON deliveries (event_id);

-- Events after this one are a webhook's, so that nothing older is sent when it is made or turned on.
ALTER TABLE webhooks ADD COLUMN events_after INTEGER NOT NULL DEFAULT 0;
-- Since when nothing has arrived, though something was sent.
ALTER TABLE webhooks ADD COLUMN failing_since INTEGER;
UPDATE webhooks SET events_after = ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0);

-- SLA alarms: when a ticket is next to be looked at, and what was told already.
ALTER TABLE threads ADD COLUMN sla_alarm_at INTEGER;
CREATE INDEX sla_alarms ON threads (sla_alarm_at) WHERE sla_alarm_at IS NOT NULL;
CREATE TABLE sla_told (
    thread_id INTEGER NOT NULL REFERENCES threads (id),
    target    TEXT NOT NULL,                     -- first_response, resolution
    event     TEXT NOT NULL,                     -- ticket.sla_warning, ticket.sla_breached
    due       INTEGER NOT NULL,                  -- once for each due date
    PRIMARY KEY (thread_id, target, event, due)
) WITHOUT ROWID;
-- Each ticket with a clock is looked at once, and finds its own instant.
UPDATE threads SET sla_alarm_at = 0 WHERE ticket_id IS NOT NULL AND sla_settled IS NULL;
