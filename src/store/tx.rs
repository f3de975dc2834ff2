//! One write: a savepoint in the writer's transaction, with the time, who asks, and the feed.

use crate::store::feed;
pub use crate::store::feed::About;
use crate::types::Result;
pub use crate::types::event::Actor;
use crate::types::event::EventKind;
use crate::types::time::Time;
use rusqlite::Connection;
use serde::Serialize;
use std::cell::Cell;
use std::ops::Deref;

/// What a write wants done beyond its rows, when its commit is on disk.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Effects {
    /// Users or keys changed: what is remembered of them is void.
    pub credentials: bool,
    /// Something was erased: its bytes must leave the WAL too.
    pub erasure: bool,
    /// It may take long: nobody waits for the writer yet.
    pub long: bool,
}

/// A write under way. Derefs to [`Connection`], so that every reading function works inside it.
/// A function that takes a `Tx` never commits; one that takes a `Connection` never writes.
pub struct Tx<'a> {
    connection: &'a Connection,
    /// The one instant at which all of this write happens.
    pub now: Time,
    /// Who asks for it.
    pub actor: Actor,
    bulk: Option<&'a str>,
    imported: bool,
    effects: &'a Cell<Effects>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(connection: &'a Connection, now: Time, actor: Actor, effects: &'a Cell<Effects>) -> Self {
        Self { connection, now, actor, bulk: None, imported: false, effects }
    }

    /// The same write at another time by another actor: how the demo lives through its weeks.
    pub fn at(&self, now: Time, actor: Actor) -> Tx<'a> {
        Tx { now, actor, ..*self }
    }

    /// The same write, its events sharing `bulk_id`.
    pub fn in_bulk<'b>(&self, bulk_id: &'b str) -> Tx<'b>
    where
        'a: 'b,
    {
        Tx { bulk: Some(bulk_id), ..*self }
    }

    /// The same write, its events marked as history brought in.
    pub fn importing(&self, imported: bool) -> Tx<'a> {
        Tx { imported, ..*self }
    }

    /// Appends an event to the change feed. With `old`, its `changes` are computed: nobody has to list them, and where
    /// there are none, there is no event.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn emit<T: Serialize>(&self, kind: EventKind, about: About, old: Option<&T>, new: &T) -> Result<()> {
        let changes = old.map(|old| feed::changes(old, new)).transpose()?;
        if changes.as_ref().is_some_and(serde_json::Map::is_empty) {
            return Ok(());
        }
        self.append(kind, &about, changes.map(|changes| serde_json::Value::Object(changes).to_string()), new)
    }

    /// Appends an event whose `changes` do not stand in the object.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn tell<T: Serialize>(
        &self,
        kind: EventKind,
        about: About,
        changes: &serde_json::Value,
        object: &T,
    ) -> Result<()> {
        self.append(kind, &about, Some(changes.to_string()), object)
    }

    fn append<T: Serialize>(&self, kind: EventKind, about: &About, changes: Option<String>, new: &T) -> Result<()> {
        let entry = feed::Entry {
            changes,
            data: serde_json::to_string(new)?,
            actor: self.actor,
            at: self.now,
            bulk: self.bulk,
            imported: self.imported,
        };
        feed::append(self, kind, about, &entry)
    }

    /// What was remembered of users and keys is void once this is committed.
    pub fn credentials_changed(&self) {
        self.effects.set(Effects { credentials: true, ..self.effects.get() });
    }

    /// What was deleted must leave the WAL as well, once this is committed.
    pub fn erased(&self) {
        self.effects.set(Effects { erasure: true, ..self.effects.get() });
    }

    /// This write may take long, and need not be named for it: nobody waits for the writer yet.
    pub fn takes_long(&self) {
        self.effects.set(Effects { long: true, ..self.effects.get() });
    }

    /// Runs `part`; what it changed is undone if it fails, or if `keep` is false. Its effects may stay asked for, which
    /// costs a look and does no harm.
    ///
    /// # Errors
    /// Those of `part`.
    pub fn part<T>(&self, keep: bool, part: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        self.execute_batch("SAVEPOINT part")?;
        let result = part(self);
        if !self.is_autocommit() {
            let kept = keep && result.is_ok();
            self.execute_batch(if kept { "RELEASE part" } else { "ROLLBACK TO part; RELEASE part" })?;
        }
        result
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection
    }
}
