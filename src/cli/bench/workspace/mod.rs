//! A workspace to measure on: two years of a help desk's life, written straight into the store's tables. The triggers keep
//! the counters and the SLA clocks are wound by the marks that they are stored with, so `commflow check` finds no fault.
//!
//! [`filler`] writes the rows, and [`texts`] or [`vocabulary`] says what stands in them.

mod filler;
pub mod texts;
pub mod vocabulary;

use crate::cli::Failure;
use crate::desk::api_keys;
use crate::desk::api_keys::NewApiKey;
use crate::desk::inboxes;
use crate::desk::inboxes::NewInbox;
use crate::desk::secrets;
use crate::desk::users;
use crate::desk::users::NewUser;
use crate::desk::users::Role;
use crate::store;
use crate::store::Store;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::field::Whole;
use crate::types::time::Clock;
use filler::Filler;
use rusqlite::Connection;
use rusqlite::params;
use std::fs::File;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use std::time::Instant;
use texts::Texts;

const USERS: u32 = 12;
const INBOXES: [&str; 2] = ["Sales", "Returns"];
const TAGS: [&str; 12] = [
    "billing", "bug", "delivery", "export", "feature", "invoice", "login", "mobile", "refund", "security", "urgent",
    "vip",
];

/// What to make.
pub struct Plan<'texts> {
    /// How many tickets.
    pub tickets: u32,
    /// How many contacts.
    pub contacts: u32,
    /// How many API keys.
    pub keys: u32,
    /// The same seed makes the same workspace.
    pub seed: u64,
    /// What stands in it.
    pub texts: &'texts dyn Texts,
}

/// What was made.
pub struct Made {
    /// API keys of an admin.
    pub keys: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// How large the file is.
    pub bytes: u64,
}

/// Makes a workspace in `directory`; `tick` hears how many tickets there are so far, and may end it.
///
/// # Errors
/// Those of the store, and of `tick`.
pub fn make(
    directory: &Path,
    plan: &Plan,
    mut tick: impl FnMut(u64) -> std::result::Result<(), Failure>,
) -> std::result::Result<Made, Failure> {
    let begun = Instant::now();
    let store = Store::open(directory, 1, Clock::System)?;
    let keys = people(&store, plan.keys);
    store.close();
    let keys = keys?;
    let path = directory.join(store::FILE_NAME);
    let db = Connection::open(&path).map_err(Error::from)?;
    // No journal: if this breaks off, the file is thrown away.
    for (name, value) in [("journal_mode", "off"), ("synchronous", "off"), ("cache_size", "-400000")] {
        db.pragma_update(None, name, value).map_err(Error::from)?;
    }
    let mut filler = Filler::new(db, plan, Clock::System.now().unix());
    filler.in_batches(plan.contacts, Filler::contact, |_| Ok(()))?;
    filler.in_batches(plan.tickets, Filler::ticket, |done| tick(u64::from(done)))?;
    drop(filler);
    // The measurements are not to pay for what the system has still to write of this.
    let file = File::open(&path).and_then(|file| file.sync_all().map(|()| file)).map_err(Error::internal)?;
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    Ok(Made { keys, took: begun.elapsed(), bytes })
}

/// The team, its inboxes and its keys, made as the API makes them.
fn people(store: &Store, keys: u32) -> Result<Vec<String>> {
    store.write_blocking(Actor::SYSTEM, move |tx| {
        for number in 1..=USERS {
            let name = parsed(&texts::name_of_user(number))?;
            let role = if number == 1 { Role::Admin } else { Role::Agent };
            let email = parsed(&format!("agent.{number}@desk.example"))?;
            users::create(tx, NewUser { email, name, role, avatar_url: None }, None)?;
        }
        for name in INBOXES {
            inboxes::create(tx, NewInbox { name: parsed(name)?, description: None })?;
        }
        for name in TAGS {
            tx.execute(
                "INSERT INTO tags (name, name_key, color, created_at, updated_at) VALUES (?1, ?1, '#10b981', ?2, ?2)",
                params![name, tx.now],
            )?;
        }
        let admin = users::by_email(tx, &parsed("agent.1@desk.example")?)?.map(|user| user.id);
        let issue = |number| {
            let name = parsed(&format!("bench {number}"))?;
            let new = NewApiKey {
                name,
                user_id: admin,
                scopes: None,
                plan: None,
                rate_limit: Some(Whole(1_000_000)),
                expires_at: None,
            };
            Ok(api_keys::create(tx, new, None, secrets::generate("cf_")?)?.key)
        };
        (0..keys).map(issue).collect()
    })
}

fn parsed<T: FromStr<Err = Refused>>(text: &str) -> Result<T> {
    text.parse().map_err(|refused: Refused| Error::internal(refused.message))
}
