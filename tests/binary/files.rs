//! The files: who may read them, how they are opened, and those that are too new.

use crate::harness::Desk;
use crate::harness::Served;
use commflow::store::connection;
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn nobody_but_their_owner_may_read_the_files() {
    let desk = Desk::new();
    // Even where the shell would let everybody in.
    let served = Served::start(desk.command_after("umask 000", &["serve", "--listen", "127.0.0.1:0"]));
    let key = desk.admin_key();
    assert_eq!(served.client(&key).post("/v1/contacts", &json!({"name": "Jane"})).status, 201);
    assert_eq!(served.client(&key).get("/v1/search?q=jane").body["meta"]["total_results"], 1);
    let mut names = Vec::new();
    for folder in [desk.data(""), desk.data("index")] {
        assert_eq!(mode(&folder), 0o700);
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
            names.push(entry.file_name().into_string().unwrap());
        }
    }
    names.sort();
    names.retain(|name| name.starts_with("commflow") || name.starts_with("serve"));
    assert_eq!(names, ["commflow.db", "commflow.db-shm", "commflow.db-wal", "serve.lock"]);
}

#[test]
fn a_folder_that_is_there_keeps_its_mode() {
    let desk = Desk::new();
    fs::create_dir(desk.data("")).unwrap();
    fs::set_permissions(desk.data(""), fs::Permissions::from_mode(0o750)).unwrap();
    desk.admin_key();
    assert_eq!(mode(&desk.data("")), 0o750);
    assert_eq!(mode(&desk.store()), 0o600);
}

#[test]
fn every_setting_that_a_promise_rests_on_took_hold() {
    let desk = Desk::new();
    desk.admin_key();
    let writing = connection::open_writing(&desk.store()).unwrap();
    let mut reading = Connection::open_with_flags(desk.store(), connection::reading_flags()).unwrap();
    connection::set_up_reading(&mut reading).unwrap();
    for (db, reads_only) in [(&writing, 0), (&reading, 1)] {
        let text = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, String>(0)).unwrap();
        let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(text("journal_mode"), "wal");
        let settings =
            ["synchronous", "foreign_keys", "secure_delete", "trusted_schema", "wal_autocheckpoint", "query_only"];
        assert_eq!(settings.map(number), [2, 1, 1, 0, 0, reads_only]);
    }
    assert!(reading.execute("DELETE FROM users", []).is_err());
    assert!(writing.execute("INSERT INTO api_keys VALUES (1, 99, '', x'', '', '', '', 1, 1, 1, 1, 1)", []).is_err());
}

#[test]
fn sqlite_is_not_one_of_those_that_can_lose_pages() {
    // https://sqlite.org/wal.html, "the WAL-reset bug".
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

/// Every way in, on a store that a later program wrote.
fn assert_refused_untouched(desk: &Desk) {
    let before = fs::read(desk.store()).unwrap();
    let commands = [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["user", "create", "--email", "joe@company.com", "--name", "Joe", "--role", "agent"],
        &["key", "create", "--user", "ada@company.com"],
    ];
    for command in commands {
        let refused = desk.run(command).failed(4, "was written by a newer CommFlow (schema 9999");
        assert_eq!(refused.out, "");
        assert!(fs::read(desk.store()).unwrap() == before, "`{}` changed the file", command[0]);
    }
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let desk = Desk::new();
    desk.admin_key();
    let newer = Connection::open(desk.store()).unwrap();
    newer.pragma_update(None, "user_version", 9_999).unwrap();
    drop(newer);
    assert_refused_untouched(&desk);
}

#[test]
fn a_newer_store_with_another_journal_keeps_it() {
    let desk = Desk::new();
    desk.admin_key();
    let newer = Connection::open(desk.store()).unwrap();
    newer.pragma_update(None, "journal_mode", "delete").unwrap();
    newer.pragma_update(None, "user_version", 9_999).unwrap();
    drop(newer);
    assert_refused_untouched(&desk);
}

#[test]
fn a_newer_store_keeps_what_its_log_holds_in_the_log() {
    let desk = Desk::new();
    desk.admin_key();
    let newer = Connection::open(desk.store()).unwrap();
    newer.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    newer.pragma_update(None, "user_version", 9_999).unwrap();
    // As after a crash: the log is there, and nobody has the file open.
    let copy = desk.folder().join("copy");
    fs::create_dir(&copy).unwrap();
    for name in ["commflow.db", "commflow.db-wal"] {
        fs::copy(desk.data(name), copy.join(name)).unwrap();
    }
    drop(newer);
    fs::remove_dir_all(desk.data("")).unwrap();
    fs::rename(&copy, desk.data("")).unwrap();
    let log = fs::read(desk.data("commflow.db-wal")).unwrap();
    assert_refused_untouched(&desk);
    assert!(fs::read(desk.data("commflow.db-wal")).unwrap() == log, "the log was changed");
}
