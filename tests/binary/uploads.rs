//! Uploads that a crash cuts off: of the one that was answered every byte is there, of the other ones nothing.

use crate::harness::Desk;
use commflow::store::connection;
use rusqlite::Connection;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

const MIB: usize = 1_024 * 1_024;

/// A request with a form that holds a file of so many bytes.
fn request(key: &str, length: usize) -> Vec<u8> {
    let mut body = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n".to_vec();
    body.extend(std::iter::repeat_n(b"0123456789abcdef", length / 16).flatten());
    body.extend(b"\r\n--b--\r\n");
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}

/// How many rows of this table there are.
fn rows(desk: &Desk, count: &str) -> i64 {
    let db = Connection::open_with_flags(desk.store(), connection::reading_flags()).unwrap();
    db.busy_timeout(Duration::from_secs(5)).unwrap();
    db.query_row(count, [], |row| row.get(0)).unwrap()
}

fn comes_to(desk: &Desk, count: &str, expected: i64) {
    let begun = Instant::now();
    while rows(desk, count) != expected {
        assert!(begun.elapsed() < Duration::from_secs(30), "{count}: {}", rows(desk, count));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn kill_9_in_the_middle_of_uploads_leaves_nothing_of_them() {
    const FILES: &str = "SELECT count(*) FROM files";
    const CHUNKS: &str = "SELECT count(*) FROM file_chunks";
    let desk = Desk::new();
    let key = desk.admin_key();
    let mut served = desk.serve(&[]);
    let mut whole = TcpStream::connect(served.address).unwrap();
    whole.write_all(&request(&key, MIB)).unwrap();
    comes_to(&desk, "SELECT count(*) FROM files WHERE state = 'ready'", 1);
    for cycle in 1..=3 {
        // Cut off after a while, each at another place.
        let cut: Vec<TcpStream> = (1..=4)
            .map(|number| {
                let mut stream = TcpStream::connect(served.address).unwrap();
                let request = request(&key, 8 * MIB);
                stream.write_all(&request[..number * MIB + cycle * 100_000]).unwrap();
                stream
            })
            .collect();
        comes_to(&desk, FILES, 5);
        served.kill();
        drop(cut);
        drop(served);
        served = desk.serve(&[]);
        comes_to(&desk, FILES, 1);
        comes_to(&desk, CHUNKS, 4);
        desk.assert_whole();
    }
    let url = served.client(&key).get("/v1/files/file_001").data(200)["url"].as_str().unwrap().to_owned();
    let path = &url[url.find("/files/").unwrap()..];
    assert!(url.starts_with(&format!("http://{}/", served.address)));
    let loaded = served.client("").get(path);
    assert_eq!((loaded.status, loaded.header("content-length")), (200, "1048576"));
    served.stop();
}

#[test]
fn the_limit_of_a_file_is_a_flag() {
    let desk = Desk::new();
    let key = desk.admin_key();
    desk.run(&["serve", "--max-file-size", "huge"]).failed(2, "25 MiB");
    std::fs::write(desk.folder().join("commflow.toml"), "max_file_size = \"1 MiB\"").unwrap();
    let served = desk.serve(&[]);
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream.write_all(&request(&key, MIB + 16)).unwrap();
    let mut answer = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    served.stop();
}
