//! /v1/files: what is uploaded, how it is refused, and that nothing is left of what did not come to its end.

use crate::contacts::files_with;
use crate::harness::Client;
use crate::harness::FORM;
use crate::harness::HOUR;
use crate::harness::TestApp;
use crate::harness::file;
use crate::harness::form;
use crate::harness::text;
use crate::wire::Wire;
use commflow::desk::api_keys::Scope;
use commflow::desk::files::chunks;
use commflow::desk::sweep;
use commflow::desk::users::Role;
use commflow::store::tx::Actor;
use commflow::types::size::Size;
use serde_json::Value;
use serde_json::json;
use sha2::Digest;
use sha2::Sha256;
use std::time::Duration;
use std::time::Instant;

const KIB: usize = 1_024;
const MIB: usize = 1_024 * KIB;

/// Bytes of which none repeats soon.
pub fn noise(length: usize) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(length as u64);
    std::iter::repeat_with(|| rng.u8(..)).take(length).collect()
}

/// How many rows of files, and of their chunks, the store holds.
pub fn rows(desk: &TestApp) -> (i64, i64) {
    let count = "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM file_chunks)";
    desk.server().store.read_blocking(|db| Ok(db.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?)).unwrap()
}

/// Waits until the store holds so many rows.
pub fn comes_to(desk: &TestApp, expected: (i64, i64)) {
    let begun = Instant::now();
    while rows(desk) != expected {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}, and not {expected:?}", rows(desk));
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The head of an upload, up to its headers of length.
fn head(caller: &Client<'_>, path: &str) -> String {
    let key = caller.key.as_deref().unwrap();
    format!("POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: {FORM}\r\n")
}

/// The beginning of a form with a file of these bytes, in chunked coding, without its end.
fn begun(caller: &Client<'_>, bytes: &[u8]) -> Vec<u8> {
    let whole = form(&[file("file", "a.bin", "", bytes)]);
    let open = &whole[..whole.len() - 30];
    let mut request = (head(caller, "/v1/files") + "transfer-encoding: chunked\r\n\r\n").into_bytes();
    request.extend(format!("{:x}\r\n", open.len()).bytes());
    request.extend(open);
    request.extend(b"\r\n");
    request
}

#[test]
fn a_file_is_uploaded_shown_and_deleted() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    desk.advance(60);
    let parts = [file("file", "document.pdf", "application/pdf", b"%PDF-1.7\nHello"), text("folder", "invoices/2026")];
    let answer = sarah.post_form("/v1/files", &parts).expect(201);
    assert_eq!(answer.header("location"), "/v1/files/file_001");
    let shown = answer.body["data"].clone();
    let address = desk.server().address;
    assert!(shown["url"].as_str().unwrap().starts_with(&format!("http://{address}/files/file_001?expires=")));
    let sha256: String = Sha256::digest(b"%PDF-1.7\nHello").iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = json!({"id": "file_001", "name": "document.pdf", "folder": "invoices/2026", "size": 14,
        "mime_type": "application/pdf", "sha256": sha256, "url": shown["url"], "message_id": null,
        "created_at": "2026-01-15T10:01:00Z"});
    assert_eq!(shown, expected);
    let path = "/v1/files/file_001";
    let read = sarah.get(path).expect(200);
    assert_eq!((&read.body["data"], read.header("etag")), (&shown, answer.header("etag")));
    // The link is signed for some minutes alike, so that nothing changes for those who ask again.
    desk.advance(60);
    let again = sarah.send("GET", path, &[("if-none-match", &read.header("etag"))], None);
    assert_eq!(again.status, 304);
    desk.advance(HOUR);
    assert_ne!(sarah.get(path).ok()["url"], shown["url"]);
    sarah.send("DELETE", path, &[("if-match", "\"v9\"")], None).refused(412, "precondition_failed");
    sarah.send("DELETE", path, &[("if-match", &read.header("etag"))], None).expect(204);
    sarah.get(path).refused(404, "not_found");
    sarah.delete(path).refused(404, "not_found");
    assert_eq!(rows(&desk), (0, 0));
    // Its number is not used again.
    assert_eq!(sarah.upload("b.txt", "text/plain", b"b")["id"], "file_002");
}

#[test]
fn the_parts_of_a_form_come_in_any_order_and_every_size_arrives_whole() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for length in [0, 1, 8 * KIB, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 512 * KIB, 3 * MIB + 7] {
        let bytes = noise(length);
        let answer = sarah.post_form("/v1/files", &[text("folder", "a"), file("file", "n.bin", "", &bytes)]).created();
        assert_eq!((&answer["size"], &answer["folder"]), (&json!(length), &json!("a")), "{length}");
        let loaded = desk.anyone().get(&sarah.link(answer["id"].as_str().unwrap())).expect(200);
        assert_eq!(loaded.header("content-length"), length.to_string());
        assert!(loaded.bytes == bytes, "{length} bytes are not what they were");
    }
    // What looks like the end of a part is a part of the file.
    let tricky = b"--boundary-of-the-test\r\n\r\n--boundary\r\n\r--\r\n-- \r\n\r\n\r\n".repeat(9_000);
    let id = sarah.upload("t.txt", "text/plain", &tricky)["id"].as_str().unwrap().to_owned();
    assert!(desk.anyone().get(&sarah.link(&id)).bytes == tricky);
}

#[test]
fn names_of_every_script_survive_and_paths_do_not() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (given, name) in [
        ("Прайс №5.xlsx", "Прайс №5.xlsx"),
        ("見積書.pdf", "見積書.pdf"),
        ("a \"quoted\" name.txt", "a \"quoted\" name.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\boot.ini", "boot.ini"),
        (".htaccess", "htaccess"),
        ("exe.\u{202e}gpj", "exe.gpj"),
        ("...", "file"),
    ] {
        assert_eq!(sarah.upload(given, "", b"x")["name"], name, "{given:?}");
    }
    // As some clients write what is not ASCII (RFC 8187).
    let body = "--boundary-of-the-tests\r\ncontent-disposition: form-data; name=\"file\"; filename*=utf-8''Z%C3%BCrich.txt\r\n\r\nx\r\n--boundary-of-the-tests--";
    let answer = sarah.send("POST", "/v1/files", &[("content-type", FORM)], Some(body.to_owned())).created();
    assert_eq!(answer["name"], "Zürich.txt");
}

#[test]
fn a_folder_is_a_label_and_never_a_path() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for folder in ["/etc", "..", "a/../b", "a//b", "a/", "a\\b", "a\u{202e}b", "C:/x"] {
        let parts = [text("folder", folder), file("file", "a.txt", "", b"x")];
        sarah.post_form("/v1/files", &parts).invalid(&[("folder", "invalid_format")]);
    }
    // All that is wrong is told at once; and a field left empty says nothing.
    sarah
        .post_form("/v1/files", &[text("folder", "..")])
        .invalid(&[("folder", "invalid_format"), ("file", "required")]);
    let answer = sarah.post_form("/v1/files", &[text("folder", ""), file("file", "a.txt", "", b"x")]).created();
    assert_eq!(answer["folder"], Value::Null);
    comes_to(&desk, (1, 1));
}

#[test]
fn what_is_not_expected_is_refused_and_leaves_nothing_behind() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let one = file("file", "a.txt", "text/plain", b"Hello");
    let post = |parts: &[crate::harness::Part<'_>]| sarah.post_form("/v1/files", parts);
    let error = post(&[one, text("foldr", "x")]).invalid(&[("foldr", "unknown_field")]);
    assert!(error["message"].as_str().unwrap().contains("`folder`"), "{error}");
    post(&[one, one]).invalid(&[("file", "invalid_format")]);
    post(&[text("folder", "a"), text("folder", "b"), one]).invalid(&[("folder", "invalid_format")]);
    post(&[]).invalid(&[("file", "required")]);
    post(&[file("file", "", "application/octet-stream", b"")]).invalid(&[("file", "required")]);
    let error = post(&[text("file", "document.pdf")]).invalid(&[("file", "invalid_format")]);
    assert!(error["message"].as_str().unwrap().contains("@document.pdf"), "{error}");
    comes_to(&desk, (0, 0));
    let long = "x".repeat(MIB + 1);
    post(&[text("folder", &long), one]).refused(413, "too_large");
    // What is no form, or a broken one.
    let send =
        |media: &str, body: &str| sarah.send("POST", "/v1/files", &[("content-type", media)], Some(body.to_owned()));
    for media in [
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=\"\"",
        "multipart/mixed; boundary=x",
        "text/plain",
    ] {
        send(media, "{}").refused(415, "unsupported_media_type");
    }
    let encoded = [("content-type", FORM), ("content-encoding", "gzip")];
    sarah.send("POST", "/v1/files", &encoded, Some("x".to_owned())).refused(415, "unsupported_media_type");
    let whole = String::from_utf8(form(&[one])).unwrap();
    for broken in [
        "",
        "nonsense",
        "--boundary-of-the-tests\r\n\r\nx\r\n--boundary-of-the-tests--\r\n",
        &whole.replace("form-data; name=\"file\"; ", ""),
        &whole[..whole.len() - 40],
        &whole.replacen("\r\n\r\n", "\r\n", 1),
        &whole.replace("Hello\r\n--boundary-of-the-tests--", "Hello\r\n--boundary-of-the-testsX"),
    ] {
        send(FORM, broken).refused(400, "malformed_multipart");
    }
    comes_to(&desk, (0, 0));
    post(&[one]).created();
}

#[test]
fn a_file_over_the_limit_is_refused_announced_or_not() {
    let desk = TestApp::with(|settings| settings.max_file_size = "1 MiB".parse::<Size>().unwrap());
    let sarah = desk.agent("sarah");
    sarah.upload("fits.bin", "", &noise(MIB));
    let error = sarah.post_form("/v1/files", &[file("file", "a", "", &noise(MIB + 1))]).refused(413, "too_large");
    assert!(error["message"].as_str().unwrap().contains("1 MiB"), "{error}");
    // Announced: before a byte of it was sent.
    let mut wire = Wire::to(&desk);
    wire.send(head(&sarah, "/v1/files") + "content-length: 104857600\r\n\r\n");
    assert_eq!(wire.response().unwrap().refused(413), "too_large");
    // In chunks: as soon as it is too much, without an end in sight.
    let mut wire = Wire::to(&desk);
    wire.send(begun(&sarah, &noise(2 * MIB)));
    assert_eq!(wire.response().unwrap().refused(413), "too_large");
    comes_to(&desk, (1, 4));
}

#[test]
fn who_may_not_upload_is_told_before_the_body_is_read() {
    let desk = TestApp::new();
    let reader = desk.user("Reader", Role::Agent, Scope::Read);
    for path in ["/v1/files", "/v1/conversations/conv_001/messages"] {
        let mut wire = Wire::to(&desk);
        wire.send(format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {FORM}\r\ncontent-length: 10000000\r\n\r\n"
        ));
        assert_eq!(wire.response().unwrap().refused(401), "unauthorized");
        let mut wire = Wire::to(&desk);
        wire.send(head(&reader, path) + "content-length: 10000000\r\n\r\n");
        assert_eq!(wire.response().unwrap().refused(403), "forbidden");
    }
    let sarah = desk.agent("sarah");
    let mut wire = Wire::to(&desk);
    wire.send(head(&sarah, "/v1/conversations/conv_009/messages") + "content-length: 10000000\r\n\r\n");
    assert_eq!(wire.response().unwrap().refused(404), "not_found");
}

#[test]
fn nothing_is_left_of_an_upload_that_breaks_off() {
    let mut desk = TestApp::new();
    let key = desk.agent("sarah").key.unwrap();
    let sarah = desk.with_key(&key);
    // The client goes away, at once or after a while.
    for length in [10, 300 * KIB, 6 * MIB] {
        let mut wire = Wire::to(&desk);
        wire.send(begun(&sarah, &noise(length)));
        comes_to(&desk, (i64::from(length > 256 * KIB), i64::try_from((length - 1) / (256 * KIB)).unwrap()));
        drop(wire);
        comes_to(&desk, (0, 0));
    }
    // The server is stopped meanwhile.
    let mut wire = Wire::to(&desk);
    wire.send(begun(&sarah, &noise(6 * MIB)));
    comes_to(&desk, (1, 23));
    drop(wire);
    desk.restart();
    comes_to(&desk, (0, 0));
    // A process that died leaves a row, which the next start gives up.
    desk.server().store.write_blocking(Actor::SYSTEM, chunks::begin).unwrap();
    desk.restart();
    comes_to(&desk, (0, 0));
}

#[test]
fn an_upload_that_is_too_slow_is_given_up() {
    let desk = TestApp::with(|settings| settings.patience.upload_grace = Duration::from_millis(300));
    let sarah = desk.agent("sarah");
    let mut wire = Wire::to(&desk);
    wire.send(head(&sarah, "/v1/files") + "content-length: 1000\r\n\r\n");
    assert_eq!(wire.response().unwrap().refused(408), "request_timeout");
    assert!(wire.is_closed());
    // One that comes fast enough may still not take for ever.
    let hasty = TestApp::with(|settings| settings.patience.upload = Duration::from_millis(300));
    let sarah = hasty.agent("sarah");
    let mut wire = Wire::to(&hasty);
    wire.send(begun(&sarah, &noise(300 * KIB)));
    assert_eq!(wire.response().unwrap().refused(408), "request_timeout");
    assert!(wire.is_closed());
    comes_to(&hasty, (0, 0));
}

#[test]
fn only_so_many_uploads_are_under_way_at_once() {
    let desk = TestApp::with(|settings| settings.uploads_max = 2);
    let sarah = desk.agent("sarah");
    let mut wires: Vec<Wire> = (0..2).map(|_| Wire::to(&desk)).collect();
    for wire in &mut wires {
        wire.send(begun(&sarah, &noise(300 * KIB)));
    }
    comes_to(&desk, (2, 2));
    let refused = sarah.post_form("/v1/files", &[file("file", "a.txt", "", b"a")]);
    assert_eq!(refused.header("retry-after"), "1");
    refused.refused(503, "unavailable");
    desk.forgive_faults();
    drop(wires);
    comes_to(&desk, (0, 0));
    sarah.upload("a.txt", "", b"a");
}

#[test]
fn others_write_while_slow_uploads_come_in() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let bytes = noise(2 * MIB);
    let mut wires: Vec<Wire> = (0..8).map(|_| Wire::to(&desk)).collect();
    for wire in &mut wires {
        wire.send(begun(&sarah, &bytes));
    }
    comes_to(&desk, (8, 56));
    sarah.post("/v1/contacts", json!({"name": "Meanwhile"})).created();
    assert_eq!(rows(&desk), (8, 56));
    for wire in &mut wires {
        // The last 30 bytes, and the end of the coding.
        let whole = form(&[file("file", "a.bin", "", &bytes)]);
        let mut end = b"1e\r\n".to_vec();
        end.extend(&whole[whole.len() - 30..]);
        wire.send(end).send("\r\n0\r\n\r\n");
        assert_eq!(wire.response().unwrap().status, 201);
    }
    assert_eq!(rows(&desk), (8, 64));
}

#[test]
fn the_same_upload_again_is_answered_the_same_and_kept_once() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let bytes = noise(300 * KIB);
    let send = |key: &str, parts: &[crate::harness::Part<'_>]| {
        sarah.post_form_with("/v1/files", &[("idempotency-key", key)], parts)
    };
    let parts = [file("file", "a.bin", "image/png", &bytes), text("folder", "x")];
    let first = send("k", &parts).expect(201);
    // Another boundary and another order of the texts make no other request.
    let boundary = b"--boundary-of-the-tests";
    let inside = |part| {
        let whole = form(&[part]);
        whole[boundary.len()..whole.len() - boundary.len() - 4].to_vec()
    };
    let other = [b"--other", &inside(parts[1])[..], b"--other", &inside(parts[0]), b"--other--\r\n"].concat();
    let headers = [("content-type", "multipart/form-data; boundary=other"), ("idempotency-key", "k")];
    let again = sarah.send_bytes("POST", "/v1/files", &headers, Some(other)).expect(201);
    assert_eq!((again.header("idempotent-replayed"), &again.text), ("true".to_owned(), &first.text));
    comes_to(&desk, (1, 2));
    // Other contents, names, types or texts do.
    let changed = noise(300 * KIB + 1);
    for parts in [
        [file("file", "a.bin", "image/png", &changed), text("folder", "x")],
        [file("file", "b.bin", "image/png", &bytes), text("folder", "x")],
        [file("file", "a.bin", "image/gif", &bytes), text("folder", "x")],
        [file("file", "a.bin", "image/png", &bytes), text("folder", "y")],
    ] {
        send("k", &parts).invalid(&[("Idempotency-Key", "taken")]);
    }
    comes_to(&desk, (1, 2));
    // An error is not kept.
    send("e", &[text("folder", "..")]).refused(422, "validation_failed");
    send("e", &parts).created();
}

#[test]
fn whatever_comes_as_a_form_is_answered_as_promised_and_leaves_nothing_behind() {
    let desk = TestApp::with(|settings| settings.max_file_size = "64 KiB".parse::<Size>().unwrap());
    let sarah = desk.agent("sarah");
    sarah.conversation(json!({}));
    let mut rng = fastrand::Rng::with_seed(7);
    let bits: [&[u8]; 12] = [
        b"\r\n",
        b"--boundary-of-the-tests",
        b"--boundary-of-the-tests--",
        b"\r\n\r\n",
        b"\"",
        b"\0",
        b"\xff",
        b"content-length: 9\r\n",
        b"name=\"body\"",
        b"; filename*=utf-8''%ff",
        b"content-type: multipart/mixed; boundary=x\r\n",
        b"content-disposition: form-data\r\n",
    ];
    let mut kept = 0;
    for round in 0..300 {
        let (path, name) = [("/v1/files", "file"), ("/v1/conversations/conv_001/messages", "attachments[]")][round % 2];
        let bytes = noise(rng.usize(0..70_000));
        let other = text(if name == "file" { "folder" } else { "body" }, "invoices");
        let mut body = form(&[file(name, "a.bin", "image/png", &bytes), other]);
        for _ in 0..rng.usize(0..3) {
            // Where the form has its bones: around the file.
            let at = if rng.bool() { rng.usize(0..150) } else { body.len() - rng.usize(0..150) };
            let upto = (at + rng.usize(0..20)).min(body.len());
            let bit: &[u8] = if rng.bool() { b"" } else { bits[rng.usize(0..bits.len())] };
            body.splice(at..upto, bit.iter().copied());
        }
        let answer = sarah.send_bytes("POST", path, &[("content-type", FORM)], Some(body));
        match answer.status {
            201 => kept += answer.body["data"]["attachments"].as_array().map_or(1, Vec::len),
            400 => drop(answer.refused(400, "malformed_multipart")),
            413 => drop(answer.refused(413, "too_large")),
            422 => drop(answer.refused(422, "validation_failed")),
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert!(kept > 20, "{kept}");
    let begun = Instant::now();
    while rows(&desk).0 != i64::try_from(kept).unwrap() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}, and not {kept}", rows(&desk));
    }
}

#[test]
fn an_upload_that_nobody_gave_up_goes_with_the_sweep() {
    let desk = TestApp::new();
    let write = |count: usize| {
        desk.server()
            .store
            .write_blocking(Actor::SYSTEM, move |tx| (0..count).try_for_each(|_| chunks::begin(tx).map(drop)))
    };
    write(3).unwrap();
    let sweep = || while desk.server().store.write_blocking(Actor::SYSTEM, sweep::sweep).unwrap() {};
    desk.advance(HOUR);
    sweep();
    assert_eq!(rows(&desk), (3, 0));
    desk.advance(1);
    sweep();
    assert_eq!(rows(&desk), (0, 0));
}

#[test]
fn a_deleted_files_bytes_are_gone_from_the_disk() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    // Across several steps of the clearing, with the marker in the first, the middle and the last chunk.
    let mut bytes = noise(9 * MIB);
    let marker = b"a-marker-that-stands-nowhere-else";
    for at in [100, 5 * MIB, 9 * MIB - 100] {
        bytes[at..at + marker.len()].copy_from_slice(marker);
    }
    let uploaded = sarah.upload("secret-name-of-it.bin", "", &bytes);
    assert!(!files_with(&desk, "a-marker-that-stands-nowhere-else").is_empty());
    sarah.delete(&format!("/v1/files/{}", uploaded["id"].as_str().unwrap())).expect(204);
    for needle in ["a-marker-that-stands-nowhere-else", "secret-name-of-it"] {
        assert_eq!(files_with(&desk, needle), Vec::<String>::new(), "{needle}");
    }
    assert_eq!(rows(&desk), (0, 0));
}

#[test]
fn a_check_finds_what_is_wrong_with_files() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.upload("a.bin", "", &noise(600 * KIB));
    let alter = rusqlite::Connection::open(desk.server().store.path()).unwrap();
    let save = "CREATE TABLE saved AS SELECT rowid AS place, * FROM file_chunks; CREATE TABLE saved_files AS SELECT * FROM files;";
    alter.execute_batch(save).unwrap();
    for (damage, told) in [
        ("UPDATE file_chunks SET bytes = zeroblob(262144) WHERE number = 1", "chunk 1 of file_001 is not what it was"),
        ("DELETE FROM file_chunks WHERE number = 2", "file_001 has 524288 bytes"),
        ("DELETE FROM file_chunks", "file_001 has 0 bytes"),
        ("UPDATE file_chunks SET number = 7 WHERE number = 1", "does not stand where it should"),
        ("UPDATE files SET size = size - 1", "file_001 has 614400 bytes"),
        ("UPDATE files SET sha256 = zeroblob(32)", "file_001 is not what it was"),
        ("UPDATE files SET state = 'deleted'", "file_001 is deleted"),
        ("UPDATE files SET message_id = 99", "goes with a message that is not there: 99"),
        ("PRAGMA foreign_keys = off; DELETE FROM files", "belongs to no file: 1"),
    ] {
        alter.execute_batch(damage).unwrap();
        let faults = desk.store_faults();
        assert!(faults.iter().any(|fault| fault.contains(told)), "{damage}: {faults:?}");
        let mend = "PRAGMA foreign_keys = off; DELETE FROM file_chunks; DELETE FROM files; INSERT INTO files SELECT * FROM saved_files;
            INSERT INTO file_chunks SELECT file_id, number, sha256, bytes FROM saved;";
        alter.execute_batch(mend).unwrap();
        assert_eq!(desk.store_faults(), Vec::<String>::new());
    }
    alter.execute_batch("DROP TABLE saved; DROP TABLE saved_files").unwrap();
}
