-- How people come in with a browser.
CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    hash         BLOB NOT NULL UNIQUE,           -- SHA-256 of the token in the cookie
    user_agent   TEXT,
    address      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL                -- moves on with each use
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
-- No code can forget that what somebody signed in to as an admin does not go on as an agent, nor at all.
CREATE TRIGGER sessions_end AFTER UPDATE OF role, status ON users
WHEN old.role <> new.role OR old.status <> new.status
BEGIN
    DELETE FROM sessions WHERE user_id = new.id;
END;

-- Links with which a person sets a password: one for each user, for a new one takes the place of the older.
CREATE TABLE invitations (
    user_id    INTEGER PRIMARY KEY REFERENCES users (id),
    hash       BLOB NOT NULL UNIQUE,             -- SHA-256 of the token in the link
    expires_at INTEGER NOT NULL
);

-- What users may change about themselves.
ALTER TABLE users ADD COLUMN language TEXT;      -- en, de; NULL: the browser's
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}';

-- An API key by its number; the sessions of a user together, by the user's number, negated.
ALTER TABLE idempotent_answers RENAME COLUMN api_key_id TO credential;

INSERT INTO settings
SELECT 'workspace_created_at', ifnull((SELECT min(created_at) FROM users), unixepoch());
