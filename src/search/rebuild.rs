//! An index made anew because somebody asks for it: by a server that runs, or right here.

use crate::search::folder;
use crate::search::index;
use crate::search::index::Opened;
use crate::search::indexer::Indexer;
use crate::search::state::Phase;
use crate::search::state::Shared;
use crate::store::Store;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::time::Time;
use crate::work::Worker;
use std::path::Path;
use std::sync::Arc;

/// Asks for a new index: whoever keeps the index makes it, now or at his next start. Gives the number that it will bear.
///
/// # Errors
/// Those of SQLite.
pub fn ask(tx: &Tx) -> Result<i64> {
    let next = index::generation(tx)? + 1;
    tx.execute(
        "INSERT INTO settings VALUES ('search_generation', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [next.to_string()],
    )?;
    Ok(next)
}

/// Makes the index that was asked for, where no server does; `tick` hears how far it is.
///
/// # Errors
/// When the index can't be written.
pub fn run(store: &Store, now: Time, mut tick: impl FnMut(Phase)) -> Result<()> {
    let shared = Arc::new(Shared::default());
    let data_dir = store.path().parent().unwrap_or_else(|| Path::new("."));
    let mut indexer = Indexer::new(store.clone(), folder(data_dir), shared.clone());
    while shared.phase() != Phase::Ready {
        indexer.step(now)?;
        tick(shared.phase());
    }
    Ok(())
}

/// How far the index of this number is, that a server makes.
pub fn progress(data_dir: &Path, generation: i64) -> Phase {
    match Opened::open(&folder(data_dir)) {
        Ok((_, note)) if note.generation == generation => match note.building {
            Some((done, total)) => Phase::Building { done, total },
            None => Phase::Ready,
        },
        _ => Phase::Unavailable,
    }
}
