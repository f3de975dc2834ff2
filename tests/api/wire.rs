//! A bare connection, for what no HTTP client would send.

use crate::harness::TestApp;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

/// Longer than any deadline of the server: who reaches it has waited in vain.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection to the server.
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

/// One response off the wire.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Response {
    /// A header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next().unwrap_or("")
    }

    /// Checks that it is an error of this status in the one shape; gives its code.
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}{}", self.head, self.body);
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"));
        assert_eq!(body["error"]["request_id"], self.header("x-request-id"));
        body["error"]["code"].as_str().unwrap().to_owned()
    }
}

impl Wire {
    /// Connects.
    pub fn to(desk: &TestApp) -> Self {
        let stream = TcpStream::connect(desk.server().address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Sends bytes. That the server has closed already shows in what is read.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        drop(self.stream.write_all(bytes.as_ref()));
        self
    }

    /// Sends bytes, and tells what became of it.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), ErrorKind> {
        self.stream.write_all(bytes.as_ref()).map_err(|error| error.kind())
    }

    /// Sends no more.
    pub fn shut(&mut self) -> &mut Self {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
        self
    }

    /// The next response; none when the server has closed.
    pub fn response(&mut self) -> Option<Response> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.more() {
                return None;
            }
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Response { status, head, body: String::new() };
        let length = response.header("content-length").parse().unwrap_or(0);
        while self.read.len() < length && self.more() {}
        let length = length.min(self.read.len());
        response.body = String::from_utf8(self.read.drain(..length).collect()).unwrap();
        Some(response)
    }

    /// All that still comes until the server closes.
    pub fn rest(&mut self) -> &[u8] {
        while self.more() {}
        &self.read
    }

    /// Whether the server closes the connection. Fails if it does not within the test's patience.
    pub fn is_closed(&mut self) -> bool {
        while self.more() {
            self.read.clear();
        }
        true
    }

    /// Whether the server has closed the connection, or does so in this time.
    pub fn is_closed_after(&mut self, time: Duration) -> bool {
        let begun = Instant::now();
        self.stream.set_read_timeout(Some(time)).unwrap();
        let mut buffer = [0; 8_192];
        let closed = loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => break true,
                Ok(count) => self.read.extend_from_slice(&buffer[..count]),
                Err(error) => break !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            }
            if begun.elapsed() > time {
                break false;
            }
        };
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        closed
    }

    /// Reads on; false at the end, whichever it is. Fails when nothing comes for too long.
    fn more(&mut self) -> bool {
        let mut buffer = [0; 8_192];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(count) => {
                self.read.extend_from_slice(&buffer[..count]);
                true
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("nothing came within {PATIENCE:?}")
            }
            Err(_) => false,
        }
    }
}
