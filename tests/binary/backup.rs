//! `commflow backup` and `commflow restore`: nothing that was answered is lost, nobody is disturbed, nothing is half done.

use crate::harness::Desk;
use crate::harness::Ended;
use fastrand::Rng;
use rusqlite::Connection;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// Kills in the middle of a command.
const KILLS: u32 = 20;

/// What names of people a store holds.
fn names(store: &Path) -> BTreeSet<String> {
    let db = Connection::open(store).unwrap();
    let mut statement = db.prepare("SELECT name FROM contacts").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn contact(name: &str) -> serde_json::Value {
    json!({"name": name, "custom_fields": {"filler": "x".repeat(2_000)}})
}

/// A store with contacts of these names.
fn with(names: &[&str]) -> (Desk, String) {
    let desk = Desk::new();
    let key = desk.admin_key();
    add(&desk, &key, names);
    (desk, key)
}

fn add(desk: &Desk, key: &str, names: &[&str]) {
    let served = desk.serve(&[]);
    let mut client = served.client(key);
    names.iter().for_each(|name| drop(client.post("/v1/contacts", &contact(name)).data(201)));
    served.stop();
}

/// The names of the files in a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Says that it is over, also when a check has failed: else the writers would go on for ever.
struct AtTheEnd<'a>(&'a AtomicBool);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_backup_beside_writers_holds_all_that_was_answered_and_none_of_them_fails() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&["--rate-limit", "1000000"]);
    let (answered, is_over) = (Mutex::new(BTreeSet::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (mut client, answered, is_over) = (served.client(&key), &answered, &is_over);
            scope.spawn(move || {
                for number in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let name = format!("{writer}-{number}");
                    client.post("/v1/contacts", &contact(&name)).data(201);
                    answered.lock().unwrap().insert(name);
                }
            });
        }
        let _end = AtTheEnd(&is_over);
        for round in 0..5 {
            std::thread::sleep(Duration::from_millis(300));
            let before = answered.lock().unwrap().clone();
            let file = format!("{round}.db");
            desk.run(&["backup", &file]).fine();
            let held = names(&desk.folder().join(&file));
            assert!(before.is_subset(&held), "lost: {:?}", before.difference(&held));
            eprintln!("{} answered before, {} in the backup", before.len(), held.len());
        }
    });
    served.stop();
    desk.run(&["restore", "4.db", "--data-dir", "rehearsal"]).fine();
    assert_eq!(desk.run(&["check", "--full", "--json", "--data-dir", "rehearsal"]).fine().out, "[]\n");
    desk.assert_whole();
}

#[test]
fn a_backup_that_was_downloaded_is_a_whole_store() {
    let (desk, key) = with(&["Jane", "Joe"]);
    let served = desk.serve(&[]);
    let url = format!("http://{}/v1/backup", served.address);
    let mut answer = ureq::get(url).header("authorization", format!("Bearer {key}")).call().unwrap();
    let bytes = answer.body_mut().read_to_vec().unwrap();
    assert_eq!(answer.headers()["content-length"], bytes.len().to_string());
    fs::write(desk.folder().join("downloaded.db"), bytes).unwrap();
    served.stop();
    assert!(files(&desk.data("")).iter().all(|name| !name.contains("download")), "{:?}", files(&desk.data("")));
    desk.run(&["restore", "downloaded.db", "--data-dir", "rehearsal"]).fine();
    assert_eq!(desk.run(&["check", "--full", "--json", "--data-dir", "rehearsal"]).fine().out, "[]\n");
    assert_eq!(names(&desk.folder().join("rehearsal/commflow.db")), ["Jane", "Joe"].map(str::to_owned).into());
}

#[test]
fn what_was_backed_up_comes_back_and_is_found_and_the_old_store_is_kept() {
    let (desk, key) = with(&["Jane"]);
    let made = desk.run(&["backup", "monday.db"]).fine();
    assert!(made.out.starts_with("Backed up ") && made.out.contains(" to monday.db in "), "{made:?}");
    assert_eq!(files(desk.folder()), ["commflow-data", "monday.db"].map(str::to_owned).into());
    // The old store is as kill -9 leaves one: what is newest stands in the log beside it.
    let served = desk.serve(&[]);
    served.client(&key).post("/v1/contacts", &contact("Joe")).data(201);
    served.kill();
    served.ended();
    assert!(fs::metadata(desk.data("commflow.db-wal")).unwrap().len() > 0);

    desk.run(&["restore", "monday.db"]).failed(4, "--force");
    let restored = desk.run(&["restore", "monday.db", "--force"]).fine();
    assert!(restored.out.contains("The old store is kept as "), "{restored:?}");
    desk.assert_whole();
    assert!(!desk.data("index").exists(), "the index of another day is still there");
    let kept = files(&desk.data("")).into_iter().find(|name| name.starts_with("commflow.db.before-")).unwrap();
    let own = ["commflow.db".to_owned(), "serve.lock".to_owned(), kept.clone()];
    assert!(own.iter().all(|name| files(&desk.data("")).contains(name)));
    assert!(!desk.data("commflow.db.restoring").exists());

    let served = desk.serve(&[]);
    let mut client = served.client(&key);
    let begun = Instant::now();
    while client.get("/v1/search?q=jane").status == 503 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(20));
    }
    let total = |text: &str, client: &mut crate::harness::Client| {
        client.get(&format!("/v1/search?q={text}")).body["meta"]["total_results"].as_u64().unwrap()
    };
    assert_eq!((total("jane", &mut client), total("joe", &mut client)), (1, 0));
    assert_eq!(client.post("/v1/contacts", &contact("Ann")).status, 201);
    served.stop();
    desk.assert_whole();

    // And back again: nothing of the old store was lost.
    let kept = desk.data(&kept).into_os_string().into_string().unwrap();
    desk.run(&["restore", &kept, "--force"]).fine();
    assert_eq!(names(&desk.store()), ["Jane", "Joe"].map(str::to_owned).into());
    desk.assert_whole();
}

#[test]
fn a_backup_is_its_owners_alone_and_nothing_is_overwritten_unasked() {
    let (desk, key) = with(&["Jane"]);
    let file = desk.folder().join("monday.db");
    let output = desk.command_after("umask 000", &["backup", "monday.db"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&file).unwrap();
    add(&desk, &key, &["Joe"]);
    desk.run(&["backup", "monday.db"]).failed(2, "--force");
    assert_eq!(fs::read(&file).unwrap(), before);
    // What an interrupted one left is no obstacle.
    fs::write(desk.folder().join("monday.db.part"), "rubbish").unwrap();
    desk.run(&["backup", "monday.db", "--force"]).fine();
    assert_eq!(names(&file).len(), 2);
    assert_eq!(files(desk.folder()), ["commflow-data", "monday.db"].map(str::to_owned).into());
}

#[test]
fn a_backup_is_refused_where_it_would_do_harm_or_be_none() {
    let desk = Desk::new();
    desk.run(&["backup", "monday.db"]).failed(4, "There is no store in ./commflow-data. Start one: commflow serve");
    assert!(files(desk.folder()).is_empty());
    let (desk, _) = with(&["Jane"]);
    desk.run(&["backup", "commflow-data/commflow.db", "--force"]).failed(2, "the store's own folder");
    desk.run(&["backup", "commflow-data/monday.db"]).failed(2, "the store's own folder");
    desk.run(&["backup", "nowhere/monday.db"]).failed(2, "there is no such folder");
    desk.run(&["backup", "commflow-data", "--force"]).failed(2, "is a folder");
    desk.assert_whole();
    damage(&desk.store());
    let refused = desk.run(&["backup", "monday.db"]).failed(4, "commflow check");
    assert!(refused.err.contains("The store is damaged"), "{refused:?}");
    assert_eq!(files(desk.folder()), ["commflow-data".to_owned()].into());
}

/// Overwrites the root page of the contacts.
fn damage(file: &Path) {
    let db = Connection::open(file).unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'contacts'";
    let page: usize = db.query_row(root, [], |row| row.get::<_, u32>(0)).unwrap() as usize;
    drop(db);
    let mut bytes = fs::read(file).unwrap();
    bytes[(page - 1) * 4_096..page * 4_096].fill(0xa5);
    fs::write(file, bytes).unwrap();
}

#[test]
fn what_is_no_whole_backup_is_refused_before_anything_is_touched() {
    let (desk, _) = with(&["Jane"]);
    desk.run(&["backup", "good.db"]).fine();
    let at = |name: &str| desk.folder().join(name);
    fs::write(
        at("text.db"),
        "these are not the bytes of a store, and there are more than a hundred of them, for so many SQLite looks at",
    )
    .unwrap();
    fs::write(at("empty.db"), "").unwrap();
    Connection::open(at("other.db")).unwrap().execute_batch("CREATE TABLE users (id)").unwrap();
    fs::copy(at("good.db"), at("damaged.db")).unwrap();
    damage(&at("damaged.db"));
    fs::copy(at("good.db"), at("newer.db")).unwrap();
    Connection::open(at("newer.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let bytes = fs::read(at("good.db")).unwrap();
    fs::write(at("cut.db"), &bytes[..bytes.len() / 2]).unwrap();
    let before = (fs::read(desk.store()).unwrap(), files(desk.folder()), files(&desk.data("")));
    for (file, code, why) in [
        ("missing.db", 2, "There is no file missing.db."),
        ("text.db", 4, "text.db is no store of CommFlow."),
        ("empty.db", 4, "empty.db is no store of CommFlow."),
        ("other.db", 4, "other.db is no store of CommFlow."),
        ("damaged.db", 4, "damaged.db is damaged"),
        ("newer.db", 4, "newer.db was written by a newer CommFlow (schema 99;"),
        ("cut.db", 4, "cut.db "),
    ] {
        let refused = desk.run(&["restore", file, "--force"]).failed(code, why);
        assert_eq!((refused.out.as_str(), refused.err.lines().count()), ("", 1), "{refused:?}");
        let elsewhere = desk.run(&["restore", file, "--data-dir", "new"]);
        assert!(elsewhere.code == code && !desk.folder().join("new/commflow.db").exists(), "{elsewhere:?}");
        drop(fs::remove_dir_all(at("new")));
        let after = (fs::read(desk.store()).unwrap(), files(desk.folder()), files(&desk.data("")));
        assert!(before == after, "{file} left its marks: {:?} {:?}", after.1, after.2);
    }
    desk.assert_whole();
}

#[test]
fn nothing_is_restored_while_anybody_has_the_store_open() {
    let (desk, key) = with(&["Jane"]);
    desk.run(&["backup", "monday.db"]).fine();
    let restore = || desk.run(&["restore", "monday.db", "--force"]);
    let served = desk.serve(&[]);
    restore().failed(4, "A server has ./commflow-data open. Stop it first, and restore then.");
    assert_eq!(served.client(&key).post("/v1/contacts", &contact("Joe")).status, 201);
    served.stop();

    // Another command, such as a long check.
    let held = commflow::store::connection::share(&desk.data("")).unwrap();
    restore().failed(4, "Another command has the store in ./commflow-data open.");
    drop(held);
    // And the other way round.
    let held = commflow::store::connection::alone(&desk.data("")).unwrap();
    for command in [&["check"][..], &["backup", "tuesday.db"], &["serve", "--listen", "127.0.0.1:0"], &["reindex"]] {
        desk.run(command).failed(4, "A backup is being restored into ./commflow-data.");
    }
    drop(held);

    // A program that knows nothing of our locks.
    let other = Connection::open(desk.store()).unwrap();
    other.execute_batch("BEGIN; SELECT * FROM contacts").unwrap();
    restore().failed(4, "Another program has the store open.");
    drop(other);
    assert_eq!(names(&desk.store()).len(), 2);
    desk.assert_whole();
    restore().fine();
    assert_eq!(names(&desk.store()).len(), 1);
}

#[test]
fn a_damaged_store_is_kept_too_and_replaced() {
    let (desk, _) = with(&["Jane"]);
    desk.run(&["backup", "monday.db"]).fine();
    for rubbish in [vec![0xa5; 8_192], b"no store".to_vec()] {
        fs::write(desk.store(), &rubbish).unwrap();
        fs::write(desk.data("commflow.db-wal"), "a log of nothing").unwrap();
        let restored = desk.run(&["restore", "monday.db", "--force"]).fine();
        let (_, kept) = restored.out.trim_end().trim_end_matches('.').split_once("is kept as ").unwrap();
        assert_eq!(fs::read(desk.folder().join(kept)).unwrap(), rubbish);
        assert_eq!(names(&desk.store()), ["Jane".to_owned()].into());
        desk.assert_whole();
    }
}

#[test]
fn a_backup_of_an_older_schema_is_brought_up_to_date_at_the_next_start() {
    let desk = Desk::new();
    let old = Connection::open(desk.folder().join("old.db")).unwrap();
    old.execute_batch(include_str!("../../data/migrations/0001_the_desk.sql")).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    desk.run(&["restore", "old.db"]).fine();
    let key = desk.admin_key();
    add(&desk, &key, &["Jane"]);
    desk.assert_whole();
}

#[test]
fn what_root_restores_is_the_folders_owners() {
    let (desk, _) = with(&["Jane"]);
    desk.run(&["backup", "monday.db"]).fine();
    if fs::metadata(desk.folder().join("monday.db")).unwrap().uid() != 0 {
        eprintln!("passed over: only root can give files away");
        return;
    }
    std::os::unix::fs::chown(desk.data(""), Some(1_234), Some(1_234)).unwrap();
    desk.run(&["restore", "monday.db", "--force"]).fine();
    let restored = fs::metadata(desk.store()).unwrap();
    assert_eq!((restored.uid(), restored.gid(), restored.mode() & 0o777), (1_234, 1_234, 0o600));
}

/// Runs a command of the program, and kills it after a while; whether it had ended by itself before.
fn killed(desk: &Desk, arguments: &[&str], after: Duration) -> bool {
    let mut child = desk.command(arguments).spawn().unwrap();
    std::thread::sleep(after);
    let ended = child.try_wait().unwrap().is_some();
    drop(child.kill());
    child.wait().unwrap();
    ended
}

/// How long a run takes that nobody kills.
fn measured(run: impl FnOnce() -> Ended) -> Duration {
    let begun = Instant::now();
    run().fine();
    begun.elapsed()
}

/// A demo: large enough that copying it takes a while.
fn demo() -> Desk {
    let desk = Desk::new();
    desk.serve(&["--demo"]).stop();
    desk
}

#[test]
fn kill_9_in_the_middle_of_a_backup_leaves_no_half_of_one() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let (mut rng, desk) = (Rng::with_seed(seed), demo());
    let _served = desk.serve(&[]);
    let whole = measured(|| desk.run(&["backup", "whole.db"]));
    let people = names(&desk.folder().join("whole.db"));
    let mut ends = 0;
    for _ in 0..KILLS {
        let after = whole.mul_f64(rng.f64() * 1.2);
        ends += u32::from(killed(&desk, &["backup", "monday.db", "--force"], after));
        let file = desk.folder().join("monday.db");
        if file.exists() {
            assert_eq!(names(&file), people);
            fs::remove_file(file).unwrap();
        }
    }
    eprintln!("{ends} of {KILLS} came too late");
    desk.run(&["backup", "monday.db"]).fine();
    assert_eq!(files(desk.folder()), ["commflow-data", "monday.db", "whole.db"].map(str::to_owned).into());
    desk.assert_whole();
}

#[test]
fn kill_9_in_the_middle_of_a_restore_leaves_the_old_store_or_the_new_one() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let (mut rng, desk) = (Rng::with_seed(seed), demo());
    desk.run(&["backup", "monday.db"]).fine();
    let users = |store: &Path| -> i64 {
        Connection::open(store).unwrap().query_row("SELECT count(*) FROM users", [], |row| row.get(0)).unwrap()
    };
    let before = users(&desk.store());
    let whole = measured(|| desk.run(&["restore", "monday.db", "--force"]));
    let (mut old, mut new) = (0, 0);
    for cycle in 0..KILLS {
        let email = format!("agent{cycle}@company.com");
        desk.run(&["user", "create", "--email", &email, "--name", "Joe", "--role", "agent"]).fine();
        let with_joe = users(&desk.store());
        assert!(with_joe > before);
        killed(&desk, &["restore", "monday.db", "--force"], whole.mul_f64(rng.f64() * 1.2));
        desk.assert_whole();
        let now = users(&desk.store());
        assert!([before, with_joe].contains(&now), "{now} users, neither {before} nor {with_joe}");
        (old, new) = (old + u32::from(now == with_joe), new + u32::from(now == before));
    }
    eprintln!("{old} times the old store, {new} times the new one");
    desk.run(&["restore", "monday.db", "--force"]).fine();
    assert_eq!(users(&desk.store()), before);
    assert!(!desk.data("commflow.db.restoring").exists());
    desk.serve(&[]).stop();
    desk.assert_whole();
}
