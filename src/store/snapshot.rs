//! A whole copy of the store that is read once and kept nowhere. It is made beside the store, and loses its name as soon as it is
//! whole: so nothing is left of it once nobody reads it any more, however that came about.

use crate::store::Store;
use crate::store::connection::told;
use crate::store::part::BESIDE;
use crate::store::part::Part;
use crate::store::part::beside;
use crate::types::Result;
use crate::types::error::Error;
use std::fs;
use std::fs::File;
use std::path::Path;

/// What the copy is called while it is being made.
const PART_NAME: &str = "commflow.db.download";
/// What has to be free on the disk beside the copy: others go on writing.
const KEPT_FREE: u64 = 64 * 1024 * 1024;
/// After so many seconds it makes sense to look again whether there is room.
const RETRY_AFTER_S: u64 = 60;

/// A copy, to be read from its beginning.
#[derive(Debug)]
pub struct Snapshot {
    /// The copy, which has no name any more.
    pub file: File,
    /// How long it is.
    pub bytes: u64,
}

/// Makes a copy of the store as it is now, and checks it. Takes as long as the store is large: for a thread of its own.
///
/// # Errors
/// `unavailable` when the disk has not room for it; `internal` when the store is damaged.
pub fn make(store: &Store) -> Result<Snapshot> {
    let folder = store.path().parent().unwrap_or_else(|| Path::new("."));
    let source = store.open_reading()?;
    let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let bytes: i64 = source.query_row(size, [], |row| row.get(0))?;
    check_room(bytes.unsigned_abs(), fs4::available_space(folder).map_err(told(folder))?)?;
    let part = Part::begin(folder.join(PART_NAME))?;
    if let Some(fault) = part.fill(&source, |_, _| {})?.first() {
        return Err(Error::internal(format!("the store is damaged, so there is no backup: {fault}")));
    }
    let file = part.without_name()?;
    let bytes = file.metadata().map_err(Error::internal)?.len();
    Ok(Snapshot { file, bytes })
}

fn check_room(needed: u64, free: u64) -> Result<()> {
    if free >= needed.saturating_add(KEPT_FREE) {
        return Ok(());
    }
    let mebibytes = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let message = format!(
        "The disk has not room for a copy of the store: it takes {} MiB, and {} MiB are to stay free; there are {}.",
        mebibytes(needed),
        mebibytes(KEPT_FREE),
        mebibytes(free)
    );
    Err(Error { retry_after_s: Some(RETRY_AFTER_S), ..Error::unavailable(message) })
}

/// Removes what a copy left that was being made when the server was killed.
pub fn clear(folder: &Path) {
    let path = folder.join(PART_NAME);
    for end in BESIDE.into_iter().chain([""]) {
        // Mostly there is none.
        drop(fs::remove_file(beside(&path, end)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::error::Code;

    #[test]
    fn a_copy_that_would_fill_the_disk_is_refused() {
        let size = 100 * 1024 * 1024;
        assert!(check_room(size, size + KEPT_FREE).is_ok());
        let refused = check_room(size, size + KEPT_FREE - 1).unwrap_err();
        assert_eq!((refused.code, refused.retry_after_s), (Code::Unavailable, Some(60)));
        assert!(refused.message.contains("it takes 100 MiB"), "{refused}");
        assert!(check_room(u64::MAX, u64::MAX - 1).is_err());
    }
}
