//! `serve --demo`: fills an empty store with the demo ([`crate::desk::demo`]), whose first admin signs in by [`access`].

pub mod access;

pub use crate::cli::demo::access::Access;
use crate::desk::demo::filling::Filling;
use crate::desk::demo::filling::SignIn;
use crate::desk::demo::marks;
use crate::desk::passwords;
use crate::desk::workspace;
use crate::store::Store;
use crate::store::tx::Actor;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::field;
use crate::types::time::Clock;
use rusqlite::Connection;

/// What the team calls its workspace.
const WORKSPACE: &str = "Larkfield";
/// The row of `settings` that says whose work the workspace is.
const MADE_BY: &str = "made_by";
/// What it says for ours.
const DEMO: &str = "demo";

/// What the store was before the demo came.
struct Found {
    users: i64,
    by_demo: bool,
    is_there: bool,
    secret: String,
}

/// Fills the store if it is empty, and tells how to come in. A demo that is there already is kept as it is, and one that was
/// removed stays away: then there is nothing to tell.
///
/// # Errors
/// `conflict` when the store holds a workspace that is no demo.
pub fn fill(store: &Store, clock: &Clock) -> Result<Option<Access>> {
    let found = store.read_blocking(look)?;
    let access = Access::of(&found.secret);
    if found.by_demo {
        return Ok(found.is_there.then_some(access));
    }
    if found.users > 0 {
        return Err(Error::conflict(
            "This folder holds a workspace already; --demo fills only an empty one. Leave --demo out, or take another --data-dir.",
        ));
    }
    // Hashing takes its time: not on the writer's thread.
    let password = access.password.parse();
    let hash = passwords::hash(&password.map_err(|refused: Refused| Error::internal(refused.message))?)?;
    let sign_in = SignIn { password_hash: hash, key: access.key.clone() };
    let mut filling = Filling::draw(clock.now())?;
    store.write_blocking(Actor::SYSTEM, move |tx| {
        tx.takes_long();
        filling.move_in(tx, Some(sign_in))?;
        filling.go_on(tx, usize::MAX)?;
        filling.end(tx, false)?;
        workspace::update(tx, &field::parse(serde_json::json!({ "name": WORKSPACE })).map_err(Error::from)?)?;
        tx.prepare_cached("INSERT INTO settings (name, value) VALUES (?1, ?2)")?.execute([MADE_BY, DEMO])?;
        Ok(())
    })?;
    Ok(Some(access))
}

fn look(db: &Connection) -> Result<Found> {
    let mut statement = db.prepare_cached(
        "SELECT (SELECT count(*) FROM users), EXISTS (SELECT 1 FROM settings WHERE name = ?1 AND value = ?2),
            (SELECT value FROM settings WHERE name = 'store_id')",
    )?;
    let (users, by_demo, secret) =
        statement.query_row([MADE_BY, DEMO], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(Found { users, by_demo, is_there: marks::any(db)?, secret })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::check;
    use crate::desk::credentials;
    use crate::desk::secrets;
    use crate::desk::sla::SlaStatus;
    use crate::desk::threads::Priority;
    use crate::desk::threads::TicketStatus;
    use crate::desk::tickets;
    use crate::desk::tickets::TicketFilter;
    use crate::store::list::Order;
    use crate::types::id::Id;
    use crate::types::paging::Paging;
    use crate::types::time::Time;

    fn count(db: &Connection, filter: &TicketFilter, now: Time) -> i64 {
        let order = Order { column: "ticket_created_at", descending: true };
        tickets::list(db, filter, Id::from_row(1), order, &Paging::default(), now).unwrap().total
    }

    #[test]
    fn a_demo_of_any_moment_is_full_of_life_and_a_second_start_keeps_it() {
        for moment in ["2026-03-01T03:15:00Z", "2027-12-31T23:59:59Z", "2028-02-29T12:00:00Z"] {
            let folder = tempfile::tempdir().unwrap();
            let now: Time = moment.parse().unwrap();
            let clock = Clock::manual(now);
            let store = Store::open(folder.path(), 1, clock.clone()).unwrap();
            let access = fill(&store, &clock).unwrap().unwrap();
            clock.advance_ms(60_000);
            assert_eq!(fill(&store, &clock).unwrap().as_ref(), Some(&access));
            store
                .read_blocking(|db| {
                    assert_eq!(check::agreements(db)?, Vec::<String>::new());
                    let many = |sql| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
                    assert_eq!(many("SELECT count(*) FROM contacts"), 400);
                    assert_eq!(many("SELECT count(*) FROM threads"), 1_200);
                    assert_eq!(many("SELECT count(*) FROM messages WHERE body LIKE '%{%}%'"), 0);
                    assert!((280..=320).contains(&count(db, &TicketFilter::default(), now)));
                    for status in TicketStatus::ALL {
                        assert!(count(db, &TicketFilter { status: Some(*status), ..Default::default() }, now) > 30);
                    }
                    for priority in Priority::ALL {
                        assert!(count(db, &TicketFilter { priority: Some(*priority), ..Default::default() }, now) > 15);
                    }
                    for sla_status in SlaStatus::ALL {
                        let filter = TicketFilter { sla_status: Some(*sla_status), ..Default::default() };
                        assert!(count(db, &filter, now) > 2, "{sla_status} at {moment}");
                    }
                    let credentials = credentials::of_key(db, &secrets::hash(&access.key))?;
                    assert!(credentials.is_some_and(|credentials| credentials.valid(now)));
                    Ok(())
                })
                .unwrap();
            store.close();
        }
    }

    #[test]
    fn a_workspace_that_is_no_demo_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1, Clock::System).unwrap();
        store
            .write_blocking(Actor::SYSTEM, |tx| {
                let new = crate::desk::demo::data::input(
                    serde_json::json!({ "email": "jane@acme.example", "name": "Jane" }),
                )?;
                crate::desk::users::create(tx, new, None)
            })
            .unwrap();
        let refused = fill(&store, &Clock::System).err().unwrap();
        assert!(refused.message.contains("--demo fills only an empty one"));
        store.close();
    }
}
