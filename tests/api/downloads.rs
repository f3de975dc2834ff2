//! /files/{file_id}: the bytes, for whoever has the link and for nobody else.

use crate::files::comes_to;
use crate::files::noise;
use crate::harness::DAY;
use crate::harness::TestApp;
use crate::harness::file;
use crate::harness::path_of;
use crate::wire::Wire;
use serde_json::json;

const KIB: usize = 1_024;

#[test]
fn a_link_works_without_a_key_for_a_day_and_dies_with_its_file() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let shown = sarah.upload("a.txt", "text/plain", "Grüße".as_bytes());
    let link = path_of(shown["url"].as_str().unwrap());
    let answer = desk.anyone().get(&link).expect(200);
    assert_eq!(answer.text, "Grüße");
    assert_eq!(answer.header("etag"), format!("\"{}\"", shown["sha256"].as_str().unwrap()));
    for (header, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-disposition", "inline; filename=\"a.txt\"; filename*=UTF-8''a.txt"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "same-site"),
        ("cache-control", "private, no-cache"),
        ("accept-ranges", "bytes"),
        ("content-length", "7"),
    ] {
        assert_eq!(answer.header(header), value, "{header}");
    }
    // A public path costs nobody's quota.
    assert_eq!(answer.header("x-ratelimit-limit"), "");
    // Whatever is wrong with a link, it is told the same.
    let other = sarah.upload("b.txt", "text/plain", b"b");
    let query = link.split_once('?').unwrap().1.to_owned();
    let swapped = format!("/files/{}?{query}", other["id"].as_str().unwrap());
    let messages: std::collections::BTreeSet<String> = [
        "/files/file_001".to_owned(),
        "/files/file_999".to_owned(),
        "/files/nonsense".to_owned(),
        "/files/..".to_owned(),
        swapped,
        link.replace("expires=1", "expires=2"),
        format!("{link}A"),
        format!("{link}&x=1"),
        link.replace("file_001", "file_0001"),
        link.replacen("signature=", "signature=%00", 1),
    ]
    .iter()
    .map(|path| desk.anyone().get(path).refused(404, "not_found")["message"].to_string())
    .collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    desk.anyone().send("POST", &link, &[], None).refused(405, "method_not_allowed");
    desk.advance(DAY - 1);
    desk.anyone().get(&link).expect(200);
    desk.advance(301);
    desk.anyone().get(&link).refused(404, "not_found");
    let fresh = path_of(sarah.get("/v1/files/file_001").ok()["url"].as_str().unwrap());
    desk.anyone().get(&fresh).expect(200);
    sarah.delete("/v1/files/file_001").expect(204);
    desk.anyone().get(&fresh).refused(404, "not_found");
}

#[test]
fn all_but_a_pdf_is_shown_in_a_sandbox_and_nothing_passes_for_a_pdf() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let policy = |name: &str, claim: &str, bytes: &[u8]| {
        let file = sarah.upload(name, claim, bytes);
        let answer = desk.anyone().get(&path_of(file["url"].as_str().unwrap())).expect(200);
        assert!(!answer.header("content-security-policy").contains("script-src"));
        (answer.header("content-type"), answer.header("content-security-policy").contains("sandbox"))
    };
    // No browser's own viewer opens in a sandbox.
    assert_eq!(policy("a.pdf", "application/pdf", b"%PDF-1.4\n"), ("application/pdf".to_owned(), false));
    let html = b"<html><script>alert(1)</script></html>";
    for (name, claim) in [("a.pdf", "application/pdf"), ("a.html", "text/html"), ("a.svg", "image/svg+xml")] {
        let (kind, is_shut_in) = policy(name, claim, html);
        assert!(is_shut_in && kind != "application/pdf", "{name} is served as {kind}");
    }
}

#[test]
fn links_lead_to_where_the_server_is_reached() {
    let desk = TestApp::with(|settings| settings.public_url = Some("https://desk.example.com/help/".to_owned()));
    let url = desk.agent("sarah").upload("a.txt", "", b"a")["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://desk.example.com/help/files/file_001?expires="), "{url}");
}

#[test]
fn a_part_of_a_file_is_served_and_the_whole_where_that_is_not_meant() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    let bytes = noise(700 * KIB);
    let shown = sarah.upload("a.bin", "", &bytes);
    let link = path_of(shown["url"].as_str().unwrap());
    let etag = format!("\"{}\"", shown["sha256"].as_str().unwrap());
    let ask = |headers: &[(&str, &str)]| desk.anyone().send("GET", &link, headers, None);
    let size = bytes.len();
    for (range, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=0-99", 0..100),
        ("bytes=262143-262144", 262_143..262_145),
        ("bytes=262144-", 262_144..size),
        ("bytes=200000-600000", 200_000..600_001),
        ("bytes=-5", size - 5..size),
        ("bytes=700000-99999999", 700_000..size),
    ] {
        let answer = ask(&[("range", range)]).expect(206);
        assert!(answer.bytes == bytes[part.clone()], "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes {}-{}/{size}", part.start, part.end - 1));
        assert_eq!(answer.header("content-length"), part.len().to_string());
        assert_eq!(answer.header("etag"), etag);
    }
    for range in ["bytes=0-1,5-6", "bytes=5-1", "lines=0-1", "nonsense"] {
        let answer = ask(&[("range", range)]).expect(200);
        assert!(answer.bytes == bytes && answer.header("content-range").is_empty(), "{range}");
    }
    for range in ["bytes=716800-", "bytes=9999999-99999999", "bytes=-0"] {
        let answer = ask(&[("range", range)]);
        assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
        answer.refused(416, "range_not_satisfiable");
    }
    ask(&[("range", "bytes=0-9"), ("if-range", &etag)]).expect(206);
    for other in ["\"other\"", &format!("W/{etag}"), "Thu, 15 Jan 2026 10:00:00 GMT"] {
        ask(&[("range", "bytes=0-9"), ("if-range", other)]).expect(200);
    }
    for held in [&etag, "*", &format!("\"x\", W/{etag}")] {
        let answer = ask(&[("if-none-match", held), ("range", "bytes=0-9")]).expect(304);
        assert_eq!((answer.bytes.len(), answer.header("etag")), (0, etag.clone()));
    }
    ask(&[("if-none-match", "\"x\"")]).expect(200);
}

#[test]
fn a_head_says_what_a_get_would() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.upload("a.bin", "", &noise(700 * KIB));
    let link = sarah.link("file_001");
    let get = desk.anyone().get(&link).expect(200);
    let head = desk.anyone().send("HEAD", &link, &[], None).expect(200);
    assert_eq!(head.bytes.len(), 0);
    // On the same connection the next answer begins where this one ends; and it knows no ranges.
    let part = [("range", "bytes=0-9")];
    desk.anyone().send("HEAD", &link, &part, None).expect(200);
    assert_eq!(desk.anyone().send("GET", &link, &part, None).expect(206).bytes.len(), 10);
    for name in
        ["content-length", "content-type", "content-disposition", "etag", "accept-ranges", "content-security-policy"]
    {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    desk.anyone().send("HEAD", "/files/file_001", &[], None).expect(404);
}

#[test]
fn only_what_can_do_no_harm_is_shown_in_a_page() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    for (name, media, bytes, shown_as, kind) in [
        ("a.png", "image/png", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png", "inline"),
        ("a.pdf", "application/pdf", b"%PDF-1.7\n", "application/pdf", "inline"),
        ("a.png", "image/png", b"<!DOCTYPE html><script>alert(1)</script>", "application/octet-stream", "attachment"),
        ("a.html", "text/html", b"<!DOCTYPE html><script>alert(1)</script>", "text/html", "attachment"),
        ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "attachment"),
        ("a.xml", "application/xml", b"<?xml version='1.0'?><a/>", "application/xml", "attachment"),
        ("a.js", "text/javascript", b"alert(1)", "text/javascript", "attachment"),
        ("a.html", "", b"Hello", "text/html", "attachment"),
        ("Überblick \"neu\".txt", "text/plain", b"Hello", "text/plain; charset=utf-8", "inline"),
    ] {
        let uploaded = sarah.upload(name, media, bytes);
        let answer = desk.anyone().get(&path_of(uploaded["url"].as_str().unwrap())).expect(200);
        assert_eq!(answer.header("content-type"), shown_as, "{name}");
        assert!(answer.header("content-disposition").starts_with(&format!("{kind}; filename=\"")), "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let answer = desk.anyone().get(&sarah.link("file_009"));
    let told = "inline; filename=\"_berblick _neu_.txt\"; filename*=UTF-8''%C3%9Cberblick%20%22neu%22.txt";
    assert_eq!(answer.header("content-disposition"), told);
}

#[test]
fn bytes_that_are_not_what_they_were_are_never_sent() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    sarah.upload("a.bin", "", &noise(1_300 * KIB));
    let link = sarah.link("file_001");
    let alter = rusqlite::Connection::open(desk.server().store.path()).unwrap();
    let swap = |number: i64| {
        // The last byte, and back again.
        let kept: Vec<u8> =
            alter.query_row("SELECT bytes FROM file_chunks WHERE number = ?1", [number], |row| row.get(0)).unwrap();
        let mut bytes = kept.clone();
        *bytes.last_mut().unwrap() ^= 1;
        alter.execute("UPDATE file_chunks SET bytes = ?2 WHERE number = ?1", rusqlite::params![number, bytes]).unwrap();
        kept
    };
    let mend = |number: i64, kept: Vec<u8>| {
        alter.execute("UPDATE file_chunks SET bytes = ?2 WHERE number = ?1", rusqlite::params![number, kept]).unwrap();
    };
    // In the first chunk: an error in our shape, and for a range that begins in it as well.
    let kept = swap(0);
    desk.anyone().get(&link).refused(500, "internal");
    desk.anyone().send("GET", &link, &[("range", "bytes=0-0")], None).refused(500, "internal");
    desk.anyone().send("GET", &link, &[("range", "bytes=300000-")], None).expect(206);
    mend(0, kept);
    // In a later one: the connection breaks off before it.
    let kept = swap(3);
    let mut wire = Wire::to(&desk);
    wire.send(format!("GET {link} HTTP/1.1\r\nhost: x\r\n\r\n"));
    assert!(wire.rest().len() < 4 * 256 * KIB);
    desk.anyone().send("GET", &link, &[("range", "bytes=0-600000")], None).expect(206);
    mend(3, kept);
    desk.forgive_faults();
    desk.anyone().get(&link).expect(200);
}

#[test]
fn a_file_that_is_deleted_while_it_is_loaded_breaks_off() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    // More than the system holds for a client that does not read yet.
    let bytes = noise(24 * 1_024 * KIB);
    sarah.post_form("/v1/files", &[file("file", "a.bin", "", &bytes)]).created();
    let link = sarah.link("file_001");
    let mut wire = Wire::to(&desk);
    wire.send(format!("GET {link} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    sarah.delete("/v1/files/file_001").expect(204);
    comes_to(&desk, (0, 0));
    assert!(wire.rest().len() < bytes.len());
    sarah.post("/v1/contacts", json!({"name": "x"})).created();
}
