//! A backup over HTTP: whole, one at a time, and nothing of it stays.

use crate::harness::TestApp;
use commflow::desk::check;
use commflow::store;
use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

/// What the data directory holds of a copy.
fn left(desk: &TestApp) -> Vec<String> {
    let names = fs::read_dir(desk.data_dir()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("download")).collect()
}

#[test]
fn a_backup_is_the_whole_store_and_leaves_nothing_behind() {
    let desk = TestApp::new();
    let ada = desk.admin();
    ada.upload("a.txt", "text/plain", b"Hello");
    ada.ticket(serde_json::json!({}));
    let answer = ada.get("/v1/backup").expect(200);
    assert_eq!(answer.header("content-type"), "application/vnd.sqlite3");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"commflow-2026-01-15.db\"");
    assert_eq!(answer.header("content-length"), answer.bytes.len().to_string());
    assert_eq!(left(&desk), Vec::<String>::new());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    fs::write(&path, &answer.bytes).unwrap();
    let copy = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(store::check::structure(&copy, true).unwrap(), Vec::<String>::new());
    assert_eq!(check::agreements(&copy).unwrap(), Vec::<String>::new());
    let threads: i64 = copy.query_row("SELECT count(*) FROM threads", [], |row| row.get(0)).unwrap();
    assert_eq!(threads, 1);
}

#[test]
fn one_is_sent_at_a_time_and_whoever_goes_away_makes_room() {
    let desk = TestApp::new();
    let ada = desk.admin();
    // More than fits into the buffers between server and client.
    ada.upload("a.bin", "application/octet-stream", &vec![7; 24 << 20]);
    let mut slow = TcpStream::connect(desk.server().address).unwrap();
    let key = ada.key.clone().unwrap();
    write!(slow, "GET /v1/backup HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n").unwrap();
    let mut head = [0; 12];
    slow.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    ada.get("/v1/backup").refused(409, "conflict");
    assert_eq!(left(&desk), Vec::<String>::new());
    drop(slow);
    desk.until("the place is free again", || ada.get("/v1/backup").status == 200);
}

#[test]
fn what_a_killed_server_left_of_a_copy_is_removed_at_the_next_start() {
    let mut desk = TestApp::new();
    let folder = desk.data_dir().to_owned();
    desk.restart_after(|| {
        for name in ["commflow.db.download", "commflow.db.download-journal"] {
            fs::write(folder.join(name), b"half of it").unwrap();
        }
    });
    assert_eq!(left(&desk), Vec::<String>::new());
}
