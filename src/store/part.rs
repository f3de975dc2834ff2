//! A whole copy of the store on its way to its name: written beside it, brought to the disk, checked, and only then renamed.
//! Whoever sees the name sees all of it, whenever the power goes.

use crate::store::check;
use crate::store::check::Fault;
use crate::store::connection::told;
use crate::types::Result;
use crate::types::error::Error;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::backup::Backup;
use rusqlite::backup::StepResult;
use std::fmt::Display;
use std::fs;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::fchown;
use std::path::Path;
use std::path::PathBuf;

/// Pages that are copied in one step: 8 MiB. Each is brought to the disk before the next, for one long sync at the end would
/// hold up those of a server beside it.
const STEP_PAGES: i32 = 2_048;
/// What SQLite may put beside a file.
pub const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A file that is being written by this process alone. Dropped, it goes away, unless it got its name.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    is_named: bool,
}

impl Part {
    /// Takes a file for a copy; what an earlier, interrupted one left there goes away.
    ///
    /// # Errors
    /// `conflict` when another process writes it; `unavailable` when it can't be made.
    pub fn begin(path: PathBuf) -> Result<Self> {
        let open = File::options().create(true).append(true).mode(0o600).open(&path);
        let file = open.map_err(told(&path))?;
        file.try_lock().map_err(|_| {
            Error::conflict(format!("Another command is writing {}. Wait until it is done.", path.display()))
        })?;
        let part = Self { path, file, is_named: false };
        part.file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(told(&part.path))?;
        part.file.set_len(0).map_err(told(&part.path))?;
        part.clear_beside();
        Ok(part)
    }

    /// Copies the store as it is at this instant, and looks whether the copy is whole; what is at fault with it. `watch` is
    /// told how many bytes are done, and of how many. Others go on writing to the store meanwhile.
    ///
    /// # Errors
    /// When the store can't be read, or the copy not be written.
    pub fn fill(&self, source: &Connection, mut watch: impl FnMut(u64, u64)) -> Result<Vec<Fault>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut copy = Connection::open_with_flags(&self.path, flags)?;
        // Nobody sees it before it is whole: what would make it whole after a crash is wasted.
        copy.pragma_update(None, "journal_mode", "off")?;
        copy.pragma_update(None, "synchronous", "off")?;
        // Inside a transaction every step sees the same instant, whoever writes in between; it begins with the first read.
        let instant = source.unchecked_transaction()?;
        let page_size: u32 = instant.pragma_query_value(None, "page_size", |row| row.get(0))?;
        instant.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        let backup = Backup::new(&instant, &mut copy)?;
        while backup.step(STEP_PAGES)? != StepResult::Done {
            let progress = backup.progress();
            let pages = |count: i32| u64::try_from(count).unwrap_or(0) * u64::from(page_size);
            watch(pages(progress.pagecount - progress.remaining), pages(progress.pagecount));
            self.file.sync_data().map_err(told(&self.path))?;
        }
        drop(backup);
        instant.finish()?;
        // A file alone: it can be read where nothing can be written beside it.
        copy.pragma_update(None, "journal_mode", "delete")?;
        let faults = check::structure(&copy, false)?;
        drop(copy);
        self.file.sync_all().map_err(told(&self.path))?;
        Ok(faults)
    }

    /// Gives it to the owner of a folder: root may restore what a service then goes on with.
    ///
    /// # Errors
    /// When that is not allowed.
    pub fn give_to_owner_of(&self, folder: &Path) -> Result<()> {
        let owner = fs::metadata(folder).map_err(told(folder))?;
        if owner.uid() == self.file.metadata().map_err(told(&self.path))?.uid() {
            return Ok(());
        }
        fchown(&self.file, Some(owner.uid()), Some(owner.gid())).map_err(told(&self.path))
    }

    /// Its size in bytes.
    ///
    /// # Errors
    /// When the disk does not tell.
    pub fn size(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(told(&self.path))?.len())
    }

    /// Gives it its name, in the same folder; what had it before is gone.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn put(mut self, name: &Path) -> Result<()> {
        fs::rename(&self.path, name).map_err(told(name))?;
        self.is_named = true;
        sync_folder(name)
    }

    /// Opens it for reading, and lets go of its name: it is gone once nobody reads it any more.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn without_name(self) -> Result<File> {
        File::open(&self.path).map_err(told(&self.path))
    }

    fn clear_beside(&self) {
        for end in BESIDE {
            // Mostly there is none.
            drop(fs::remove_file(beside(&self.path, end)));
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_named {
            drop(fs::remove_file(&self.path));
            self.clear_beside();
        }
    }
}

/// The path with `end` behind it.
pub fn beside(path: &Path, end: impl Display) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end.to_string());
    name.into()
}

/// Brings the folder that holds a file to the disk: a new name is there after a power cut as well.
///
/// # Errors
/// When the disk reports a fault.
pub fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(told(folder))
}
