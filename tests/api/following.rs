//! A client of the event stream, on a connection of its own.

use crate::harness::Client;
use crate::harness::TestApp;
use serde_json::Value;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

/// Nothing that is waited for takes longer, unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A block of lines, as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// `id`, if it has one.
    pub id: Option<String>,
    /// `event`.
    pub event: String,
    /// `data`, as JSON.
    pub data: Value,
    /// The comment.
    pub comment: Option<String>,
}

/// A stream that is followed.
pub struct Following {
    socket: TcpStream,
    /// Status line and headers.
    pub head: String,
    raw: Vec<u8>,
    text: String,
    ended: bool,
}

impl Following {
    /// Opens a stream that must be granted.
    pub fn open(desk: &TestApp, who: &Client<'_>, query: &str, last: Option<&str>) -> Self {
        let following = match &who.session {
            Some(session) => {
                Self::ask(desk.server().address, &format!("cookie: commflow_session={session}"), query, last)
            }
            None => Self::try_open(desk.server().address, who.key.as_deref().unwrap(), query, last),
        };
        let following = following.unwrap_or_else(|head| panic!("no stream: {head}"));
        assert!(following.head.starts_with("HTTP/1.1 200"), "{}", following.head);
        following
    }

    /// Asks for a stream with a key; what came back in place of a 200.
    pub fn try_open(address: SocketAddr, key: &str, query: &str, last: Option<&str>) -> Result<Self, String> {
        Self::ask(address, &format!("authorization: Bearer {key}"), query, last)
    }

    fn ask(address: SocketAddr, shown: &str, query: &str, last: Option<&str>) -> Result<Self, String> {
        let Ok(mut socket) = TcpStream::connect(address) else { return Err(String::new()) };
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let last = last.map(|last| format!("last-event-id: {last}\r\n")).unwrap_or_default();
        let request = format!("GET /v1/events/stream{query} HTTP/1.1\r\nhost: x\r\n{shown}\r\n{last}\r\n");
        drop(socket.write_all(request.as_bytes()));
        let mut following = Self { socket, head: String::new(), raw: Vec::new(), text: String::new(), ended: false };
        let begun = Instant::now();
        while following.head.is_empty() {
            assert!(begun.elapsed() < PATIENCE, "no head came");
            following.read();
            if let Some(at) = following.raw.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                following.head = String::from_utf8(following.raw.drain(..at + 4).collect()).unwrap();
            } else if following.ended {
                return Err(String::from_utf8_lossy(&following.raw).into_owned());
            }
        }
        following.unpack();
        if following.head.starts_with("HTTP/1.1 200") { Ok(following) } else { Err(following.head) }
    }

    fn read(&mut self) {
        let mut buffer = [0; 64 * 1024];
        match self.socket.read(&mut buffer) {
            Ok(0) => self.ended = true,
            Ok(count) => self.raw.extend_from_slice(&buffer[..count]),
            Err(cause) if matches!(cause.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.ended = true,
        }
        if !self.head.is_empty() {
            self.unpack();
        }
    }

    /// Takes the whole chunks apart.
    fn unpack(&mut self) {
        while let Some(at) = self.raw.windows(2).position(|bytes| bytes == b"\r\n") {
            let length = usize::from_str_radix(std::str::from_utf8(&self.raw[..at]).unwrap(), 16).unwrap();
            if self.raw.len() < at + 2 + length + 2 {
                return;
            }
            self.text.push_str(std::str::from_utf8(&self.raw[at + 2..at + 2 + length]).unwrap());
            self.raw.drain(..at + 2 + length + 2);
            self.ended |= length == 0;
        }
    }

    /// The next block of lines, within this time.
    pub fn frame_within(&mut self, time: Duration) -> Option<Frame> {
        let begun = Instant::now();
        loop {
            if let Some(at) = self.text.find("\n\n") {
                let block: String = self.text.drain(..at + 2).collect();
                return Some(parsed(&block));
            }
            if self.ended || begun.elapsed() > time {
                return None;
            }
            self.read();
        }
    }

    /// The next event; heartbeats are passed over.
    pub fn event(&mut self) -> Frame {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.frame_within(PATIENCE) {
                Some(frame) if !frame.event.is_empty() => return frame,
                Some(_) => {}
                None => break,
            }
        }
        panic!("no event came; the stream has ended: {}", self.ended)
    }

    /// The ids of the next events.
    pub fn ids(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.event().id.unwrap()).collect()
    }

    /// No event comes for a while.
    pub fn assert_quiet(&mut self) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(300) {
            let frame = self.frame_within(Duration::from_millis(50));
            assert!(frame.as_ref().is_none_or(|frame| frame.event.is_empty()), "{frame:?}");
        }
    }

    /// How long it takes until the server ends it.
    pub fn ends_after(&mut self) -> Duration {
        let begun = Instant::now();
        while !self.ended {
            assert!(begun.elapsed() < PATIENCE, "the stream does not end");
            self.read();
        }
        begun.elapsed()
    }
}

fn parsed(block: &str) -> Frame {
    let mut frame = Frame::default();
    for line in block.trim_end().lines() {
        match line.split_once(": ").unwrap() {
            ("id", id) => frame.id = Some(id.to_owned()),
            ("event", event) => frame.event = event.to_owned(),
            ("data", data) => frame.data = serde_json::from_str(data).unwrap(),
            ("retry", milliseconds) => assert_eq!(milliseconds, "2000"),
            ("", comment) => frame.comment = Some(comment.to_owned()),
            _ => panic!("{line}"),
        }
    }
    frame
}
