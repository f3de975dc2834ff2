-- The whole desk: people, threads and what follows from them.
-- Times are whole seconds since 1970, ids are never used twice (AUTOINCREMENT).

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE,          -- folded: unique without regard to case
    name          TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'agent')),
    status        TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    avatar_url    TEXT,
    password_hash TEXT,                          -- argon2id, in PHC form
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX users_by_name ON users (name COLLATE NOCASE, id);

CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    name         TEXT NOT NULL,
    hash         BLOB NOT NULL UNIQUE,           -- SHA-256 of the key
    hint         TEXT NOT NULL,                  -- its last four characters
    scopes       TEXT NOT NULL,                  -- read, write, admin; parted by commas
    plan         TEXT,                           -- starter, professional, business; NULL: the server's
    rate_limit   INTEGER,                        -- requests a minute, above any plan
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    created_at   INTEGER NOT NULL
);
CREATE INDEX api_keys_by_time ON api_keys (created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_by_user ON api_keys (user_id);

CREATE TABLE teams (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL UNIQUE,
    description TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX teams_by_name ON teams (name COLLATE NOCASE, id);

CREATE TABLE team_members (
    team_id INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    PRIMARY KEY (team_id, user_id)
) WITHOUT ROWID;
CREATE INDEX team_members_by_user ON team_members (user_id);

CREATE TABLE inboxes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL UNIQUE,
    description TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX inboxes_by_name ON inboxes (name COLLATE NOCASE, id);

CREATE TABLE tags (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,
    color      TEXT NOT NULL,
    count      INTEGER NOT NULL DEFAULT 0,       -- threads that carry it; kept by triggers
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX tags_by_name ON tags (name COLLATE NOCASE, id);

CREATE TABLE contacts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT,
    email_key     TEXT UNIQUE,                   -- folded: unique without regard to case
    name          TEXT,
    phone         TEXT,
    company       TEXT,
    custom_fields TEXT NOT NULL DEFAULT '{}',
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX contacts_by_creation ON contacts (created_at, id);
CREATE INDEX contacts_by_update ON contacts (updated_at, id);
CREATE INDEX contacts_by_name ON contacts (coalesce(name, email, phone) COLLATE NOCASE, id);

-- The words of names and addresses, for `q`: a prefix is a range of this tree.
CREATE TABLE contact_words (
    word       TEXT NOT NULL,
    contact_id INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    PRIMARY KEY (word, contact_id)
) WITHOUT ROWID;
CREATE INDEX contact_words_by_contact ON contact_words (contact_id);

-- One thread, two views: every row is a conversation; one with a ticket_id is a ticket too.
-- What both share stands here once. In one table, so that every filter of either view has an index.
CREATE TABLE threads (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    subject           TEXT NOT NULL,
    status            TEXT NOT NULL CHECK (status IN ('open', 'pending', 'closed')),
    priority          INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),     -- low, normal, high, urgent
    channel           TEXT NOT NULL,
    contact_id        INTEGER NOT NULL,          -- no foreign key: the thread outlives an erased contact
    assignee_id       INTEGER REFERENCES users (id),
    custom_fields     TEXT NOT NULL DEFAULT '{}',
    waiting_since     INTEGER,                   -- the oldest comment that no reply has answered
    last_message_at   INTEGER,
    closed_at         INTEGER,
    reopened_count    INTEGER NOT NULL DEFAULT 0,
    comments_count    INTEGER NOT NULL DEFAULT 0,
    replies_count     INTEGER NOT NULL DEFAULT 0,
    notes_count       INTEGER NOT NULL DEFAULT 0,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    version           INTEGER NOT NULL DEFAULT 1,
    -- the ticket
    ticket_id         INTEGER UNIQUE,
    ticket_status     TEXT CHECK (ticket_status IN ('open', 'pending', 'resolved', 'closed')),
    ticket_created_at INTEGER,
    inbox_id          INTEGER REFERENCES inboxes (id),
    follow_up_of      INTEGER,                   -- the closed ticket that this one takes up again
    resolved_at       INTEGER,
    ticket_closed_at  INTEGER,
    -- the SLA clock: instants and seconds, from which the status at any moment follows (desk/sla.rs)
    sla_started_at    INTEGER,
    response_from     INTEGER,
    response_due      INTEGER,
    responded_at      INTEGER,
    resolution_target INTEGER NOT NULL DEFAULT 0,
    resolution_used   INTEGER NOT NULL DEFAULT 0,
    running_since     INTEGER,
    sla_marks         INTEGER NOT NULL DEFAULT 0,
    -- derived from them: what can no longer change by itself, and the instants at which the rest does
    sla_settled       TEXT CHECK (sla_settled IN ('on_track', 'breached')),
    sla_breach_at     INTEGER,
    sla_warning_at    INTEGER,
    -- last, for it may be long
    description       TEXT,
    CHECK (ticket_id IS NULL = (ticket_status IS NULL))
);
CREATE INDEX conversations_by_creation ON threads (created_at, id);
CREATE INDEX conversations_by_update   ON threads (updated_at, id);
CREATE INDEX conversations_by_status   ON threads (status, created_at, id);
-- Behind the order stands what is often asked beside it: a pair of filters is read off one index, without the rows.
CREATE INDEX conversations_by_priority ON threads (priority, created_at, id, status);
CREATE INDEX conversations_by_rank     ON threads (priority, id);
CREATE INDEX conversations_by_channel  ON threads (channel, created_at, id);
CREATE INDEX conversations_by_assignee ON threads (assignee_id, created_at, id, status, priority);
CREATE INDEX conversations_by_contact  ON threads (contact_id, created_at, id);
CREATE INDEX tickets_by_creation ON threads (ticket_created_at, ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX tickets_by_update   ON threads (updated_at, ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX tickets_by_status   ON threads (ticket_status, ticket_created_at, ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX tickets_by_priority ON threads (priority, ticket_created_at, ticket_id, ticket_status) WHERE ticket_id IS NOT NULL;
CREATE INDEX tickets_by_rank     ON threads (priority, ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX tickets_by_assignee ON threads (assignee_id, ticket_created_at, ticket_id, ticket_status, priority)
    WHERE ticket_id IS NOT NULL;
CREATE INDEX tickets_by_inbox    ON threads (inbox_id, ticket_created_at, ticket_id, ticket_status) WHERE ticket_id IS NOT NULL;
CREATE INDEX tickets_by_sla      ON threads (sla_settled, ticket_created_at, ticket_id, sla_breach_at, sla_warning_at)
    WHERE ticket_id IS NOT NULL;

CREATE TABLE thread_tags (
    thread_id INTEGER NOT NULL REFERENCES threads (id),
    tag_id    INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    PRIMARY KEY (thread_id, position)            -- in the order in which they are shown
) WITHOUT ROWID;
CREATE UNIQUE INDEX thread_tags_by_tag ON thread_tags (tag_id, thread_id);

CREATE TABLE messages (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id   INTEGER NOT NULL REFERENCES threads (id),
    type        TEXT NOT NULL CHECK (type IN ('comment', 'reply', 'note')),
    author_id   INTEGER,                         -- the contact of a comment, the user of a reply or note; NULL: CommFlow
    imported    INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    body        TEXT NOT NULL
);
CREATE INDEX messages_in_order ON messages (thread_id, created_at, id, type);

-- What moved a thread's SLA clock: the story of GET /v1/tickets/{id}/sla is these, told again.
CREATE TABLE sla_marks (
    thread_id INTEGER NOT NULL REFERENCES threads (id),
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    mark      TEXT NOT NULL,                     -- created, comment, reply, open, pending, closed, low … urgent
    PRIMARY KEY (thread_id, number)
) WITHOUT ROWID;

CREATE TABLE webhooks (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    url                   TEXT NOT NULL,
    events                TEXT NOT NULL,         -- a JSON array
    secret                TEXT NOT NULL,
    previous_secret       TEXT,                  -- signs too for a day after a rotation
    previous_secret_until INTEGER,
    active                INTEGER NOT NULL,
    description           TEXT,
    disabled_reason       TEXT,
    last_success_at       INTEGER,
    last_failure_at       INTEGER,
    consecutive_failures  INTEGER NOT NULL DEFAULT 0,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    version               INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX webhooks_by_creation ON webhooks (created_at, id);

-- The change feed: what happened, in order, written in the same transaction as the change itself.
CREATE TABLE events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    type       TEXT NOT NULL,
    subject    TEXT NOT NULL,                    -- the id of the object
    contact_id INTEGER,                          -- whose data it holds, for erasure
    actor_type TEXT NOT NULL,
    actor_id   INTEGER,
    api_key_id INTEGER,
    bulk_id    TEXT,
    imported   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    changes    TEXT,                             -- {"status": ["open", "pending"]}
    data       TEXT NOT NULL                     -- the full object
);
CREATE INDEX events_by_type ON events (type, id);
CREATE INDEX events_by_contact ON events (contact_id) WHERE contact_id IS NOT NULL;

-- 2xx answers of POSTs that carried an Idempotency-Key, written in the same transaction as what they did.
CREATE TABLE idempotent_answers (
    api_key_id  INTEGER NOT NULL,
    target      TEXT NOT NULL,                   -- method and path
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,                   -- SHA-256 of the parsed request
    status      INTEGER NOT NULL,
    location    TEXT,
    etag        TEXT,
    body        TEXT,                            -- NULL: it showed a secret once
    contact_id  INTEGER,                         -- whose data it holds, for erasure
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (api_key_id, target, key)
) WITHOUT ROWID;
CREATE INDEX idempotent_answers_by_time ON idempotent_answers (created_at);
CREATE INDEX idempotent_answers_by_contact ON idempotent_answers (contact_id) WHERE contact_id IS NOT NULL;

-- Exact totals without counting: how many threads share these values. Any mix of filters over them is a sum over a few
-- rows (as many as there are combinations in use), whatever the size of the workspace. Kept by triggers, so that no code
-- can forget them; `commflow check` counts again.
CREATE TABLE conversation_counts (
    status      TEXT NOT NULL,
    assignee_id INTEGER NOT NULL,                -- 0: none
    priority    INTEGER NOT NULL,
    channel     TEXT NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (status, assignee_id, priority, channel)
) WITHOUT ROWID;

CREATE TABLE ticket_counts (
    status      TEXT NOT NULL,
    assignee_id INTEGER NOT NULL,                -- 0: none
    priority    INTEGER NOT NULL,
    inbox_id    INTEGER NOT NULL,
    sla         TEXT NOT NULL,                   -- on_track, breached, or moving: not settled
    n           INTEGER NOT NULL,
    PRIMARY KEY (status, assignee_id, priority, inbox_id, sla)
) WITHOUT ROWID;

CREATE TABLE row_counts (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO row_counts VALUES ('contacts', 0);

CREATE TRIGGER contact_added AFTER INSERT ON contacts BEGIN
    UPDATE row_counts SET n = n + 1 WHERE name = 'contacts';
END;
CREATE TRIGGER contact_removed AFTER DELETE ON contacts BEGIN
    UPDATE row_counts SET n = n - 1 WHERE name = 'contacts';
END;

CREATE TRIGGER conversation_added AFTER INSERT ON threads BEGIN
    INSERT INTO conversation_counts VALUES (new.status, ifnull(new.assignee_id, 0), new.priority, new.channel, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER conversation_changed AFTER UPDATE OF status, assignee_id, priority, channel ON threads
WHEN (old.status, old.assignee_id, old.priority, old.channel) IS NOT (new.status, new.assignee_id, new.priority, new.channel)
BEGIN
    UPDATE conversation_counts SET n = n - 1
    WHERE status = old.status AND assignee_id = ifnull(old.assignee_id, 0) AND priority = old.priority AND channel = old.channel;
    INSERT INTO conversation_counts VALUES (new.status, ifnull(new.assignee_id, 0), new.priority, new.channel, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER ticket_added AFTER INSERT ON threads WHEN new.ticket_id IS NOT NULL BEGIN
    INSERT INTO ticket_counts
    VALUES (new.ticket_status, ifnull(new.assignee_id, 0), new.priority, new.inbox_id, ifnull(new.sla_settled, 'moving'), 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER ticket_changed
AFTER UPDATE OF ticket_id, ticket_status, assignee_id, priority, inbox_id, sla_settled ON threads
WHEN (old.ticket_id, old.ticket_status, old.assignee_id, old.priority, old.inbox_id, old.sla_settled)
    IS NOT (new.ticket_id, new.ticket_status, new.assignee_id, new.priority, new.inbox_id, new.sla_settled)
BEGIN
    UPDATE ticket_counts SET n = n - 1
    WHERE old.ticket_id IS NOT NULL AND status = old.ticket_status AND assignee_id = ifnull(old.assignee_id, 0)
        AND priority = old.priority AND inbox_id = old.inbox_id AND sla = ifnull(old.sla_settled, 'moving');
    INSERT INTO ticket_counts
    SELECT new.ticket_status, ifnull(new.assignee_id, 0), new.priority, new.inbox_id, ifnull(new.sla_settled, 'moving'), 1
    WHERE new.ticket_id IS NOT NULL
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER tag_added AFTER INSERT ON thread_tags BEGIN
    UPDATE tags SET count = count + 1 WHERE id = new.tag_id;
END;
CREATE TRIGGER tag_removed AFTER DELETE ON thread_tags BEGIN
    UPDATE tags SET count = count - 1 WHERE id = old.tag_id;
END;

-- A workspace has one inbox from the start: tickets go to the first.
INSERT INTO inboxes (name, name_key, created_at, updated_at) VALUES ('Support', 'support', unixepoch(), unixepoch());
INSERT INTO settings VALUES ('store_id', lower(hex(randomblob(16))));
