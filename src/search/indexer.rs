//! The indexer: a worker that keeps the index up with the store. At each step it looks where the index stands and brings it a
//! bounded bit further: opens it, builds it anew, or follows the change feed. A kill at any instant leads back here.

use crate::desk::contacts;
use crate::search::dirty;
use crate::search::documents;
use crate::search::index;
use crate::search::index::Note;
use crate::search::index::Opened;
use crate::search::index::Trouble;
use crate::search::state::Phase;
use crate::search::state::Shared;
use crate::search::writing::Writing;
use crate::store::Store;
use crate::store::feed;
use crate::types::Result;
use crate::types::id::Id;
use crate::types::time::Time;
use crate::work::Next;
use crate::work::Worker;
use rusqlite::Connection;
use rusqlite::params;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Between two looks while nobody searches: what was written meanwhile shares a commit.
const PAUSE: Duration = Duration::from_millis(500);
/// Rows that a step of a rebuild reads.
const BUILD_ROWS: i64 = 500;
/// Documents between two commits of a rebuild, each of which tells how far it is.
const BUILD_COMMIT: u64 = 50_000;

/// The worker.
pub struct Indexer {
    store: Store,
    folder: PathBuf,
    shared: Arc<Shared>,
    db: Option<Connection>,
    stage: Stage,
    /// The store's epoch when it was last looked whether a new index is asked for.
    epoch: u64,
    /// Merges may have left something to be seen.
    to_reload: bool,
}

/// Where the index stands.
enum Stage {
    /// Nothing is known of it.
    Closed,
    /// It is being built.
    Building(Box<Writing>, Build),
    /// It follows the store.
    Live(Box<Writing>),
}

/// How far a rebuild is.
struct Build {
    note: Note,
    contact: i64,
    thread: i64,
    done: u64,
    total: u64,
    committed: u64,
}

impl Worker for Indexer {
    fn name(&self) -> &'static str {
        "indexer"
    }

    fn step(&mut self, _: Time) -> Result<Next> {
        // Taken out: after an error or a panic, the index is opened again, and told what it is from the disk.
        let stage = std::mem::replace(&mut self.stage, Stage::Closed);
        let db = match self.db.take() {
            Some(db) => db,
            None => self.store.open_reading()?,
        };
        let stepped = match stage {
            Stage::Closed => self.open(&db),
            Stage::Building(writing, build) => self.build(&db, writing, build),
            Stage::Live(writing) => self.follow(&db, writing),
        };
        match stepped {
            Ok((stage, next)) => {
                self.stage = stage;
                self.db = Some(db);
                Ok(next)
            }
            Err(error) => {
                self.shared.close();
                Err(error)
            }
        }
    }
}

impl Indexer {
    /// The indexer of the index in `folder`.
    pub fn new(store: Store, folder: PathBuf, shared: Arc<Shared>) -> Self {
        Self { store, folder, shared, db: None, stage: Stage::Closed, epoch: 0, to_reload: false }
    }

    /// Opens what there is, if it can follow the store from where it stands; else begins anew.
    fn open(&mut self, db: &Connection) -> Result<(Stage, Next)> {
        self.epoch = self.store.credentials_epoch();
        let why = match Opened::open_verified(&self.folder) {
            Ok((opened, note)) => match note.is_useless(db)? {
                None => {
                    let writing = Writing::begin(opened, note)?;
                    self.shared.show(&writing)?;
                    return Ok((Stage::Live(Box::new(writing)), Next::Now));
                }
                Some(why) => why.to_owned(),
            },
            Err(Trouble::Useless(why)) => why,
            Err(Trouble::Later(error)) => return Err(error),
        };
        self.begin(db, &why)
    }

    fn begin(&self, db: &Connection, why: &str) -> Result<(Stage, Next)> {
        self.shared.close();
        let total = documents::objects(db)?;
        let existed = self.folder.exists();
        // From before the first row that is read: what changes meanwhile is followed up afterwards.
        let note = Note::of(db)?;
        let writing = Writing::begin(Opened::make(&self.folder)?, Note { building: Some((0, total)), ..note.clone() })?;
        if existed {
            tracing::info!(total, why, "the search index is built anew");
        }
        let build = Build { note, contact: 0, thread: 0, done: 0, total, committed: 0 };
        self.shared.set(Phase::Building { done: 0, total });
        Ok((Stage::Building(Box::new(writing), build), Next::Now))
    }

    /// Some more rows; threads once there are no more contacts.
    fn build(&mut self, db: &Connection, mut writing: Box<Writing>, mut build: Build) -> Result<(Stage, Next)> {
        // One transaction: what is listed is still there when it is read.
        let transaction = db.unchecked_transaction()?;
        let contacts = numbers(db, "SELECT id FROM contacts WHERE id > ?1 ORDER BY id LIMIT ?2", build.contact)?;
        let threads = match contacts.is_empty() {
            true => numbers(db, "SELECT id FROM threads WHERE id > ?1 ORDER BY id LIMIT ?2", build.thread)?,
            false => Vec::new(),
        };
        for &number in &contacts {
            writing.add(&documents::contact(&contacts::get(db, Id::from_row(number))?))?;
        }
        for &number in &threads {
            documents::whole_thread(db, Id::from_row(number))?.iter().try_for_each(|entry| writing.add(entry))?;
        }
        transaction.finish()?;
        build.contact = contacts.last().copied().unwrap_or(build.contact);
        build.thread = threads.last().copied().unwrap_or(build.thread);
        build.done += (contacts.len() + threads.len()) as u64;
        if contacts.is_empty() && threads.is_empty() {
            writing.commit(build.note, false)?;
            tracing::info!(documents = build.done, "the search index is built");
            self.shared.show(&writing)?;
            return Ok((Stage::Live(writing), Next::Now));
        }
        if build.done - build.committed >= BUILD_COMMIT {
            build.committed = build.done;
            writing.commit(Note { building: Some((build.done, build.total)), ..build.note.clone() }, false)?;
            tracing::info!(percent = build.done * 100 / build.total.max(1), "the search index is being built");
        }
        self.shared.set(Phase::Building { done: build.done, total: build.total });
        Ok((Stage::Building(writing, build), Next::Now))
    }

    /// Takes up what has happened since.
    fn follow(&mut self, db: &Connection, mut writing: Box<Writing>) -> Result<(Stage, Next)> {
        let epoch = self.store.credentials_epoch();
        if epoch != self.epoch {
            self.epoch = epoch;
            if index::generation(db)? != writing.note.generation {
                drop(writing);
                return self.begin(db, "a new one is asked for");
            }
        }
        let mut pause = PAUSE;
        if writing.note.erasing {
            match writing.go_on_erasing()? {
                Some(soon) => pause = soon,
                None => {
                    let note = Note { erasing: false, ..writing.note.clone() };
                    writing.commit(note, false)?;
                    self.shared.show(&writing)?;
                }
            }
        }
        if self.store.head() <= writing.note.event {
            if std::mem::take(&mut self.to_reload) {
                writing.reload()?;
                self.shared.show(&writing)?;
            }
            return Ok((Stage::Live(writing), Next::After(pause)));
        }
        let transaction = db.unchecked_transaction()?;
        if feed::ends(&transaction)?.0 > writing.note.event + 1 {
            drop(writing);
            transaction.finish()?;
            return self.begin(db, "the change feed no longer reaches back to it");
        }
        let dirty = dirty::after(&transaction, writing.note.event)?;
        writing.refresh(&transaction, &dirty)?;
        let note = writing.note.up_to(&transaction, dirty.last, dirty.erased)?;
        transaction.finish()?;
        writing.commit(note, dirty.erased)?;
        self.to_reload = true;
        self.shared.show(&writing)?;
        let behind = dirty.erased || self.store.head() > dirty.last && self.shared.is_awaited();
        Ok((Stage::Live(writing), if behind { Next::Now } else { Next::After(pause) }))
    }
}

fn numbers(db: &Connection, sql: &'static str, after: i64) -> Result<Vec<i64>> {
    let mut select = db.prepare_cached(sql)?;
    let numbers = select.query_map(params![after, BUILD_ROWS], |row| row.get(0))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}
