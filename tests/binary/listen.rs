//! `commflow listen`: a real server, the real command, and a little program that receives.

use crate::harness::Desk;
use crate::harness::Ended;
use crate::harness::Served;
use commflow::types::signature;
use serde_json::Value;
use serde_json::json;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A delivery as it arrived.
struct Delivery {
    head: String,
    body: String,
}

impl Delivery {
    fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or("")
    }

    /// The event, whose signature must be right.
    fn event(&self) -> Value {
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp").parse().unwrap());
        let expected = signature::sign(&signature::key_bytes(SECRET), id, timestamp, self.body.as_bytes());
        assert_eq!(self.header("webhook-signature"), expected);
        assert_eq!(self.header("content-type"), "application/json");
        let event: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(event["id"], id);
        event
    }
}

/// A program that takes every delivery, and answers with this status.
fn receiver(status: u16) -> (SocketAddr, Receiver<Delivery>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (arrived, deliveries) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let arrived = arrived.clone();
            std::thread::spawn(move || take(socket, status, &arrived));
        }
    });
    (address, deliveries)
}

fn take(socket: TcpStream, status: u16, arrived: &Sender<Delivery>) -> Option<()> {
    let mut socket = BufReader::new(socket);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if socket.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let mut delivery = Delivery { head, body: String::new() };
        let mut body = vec![0; delivery.header("content-length").parse().unwrap_or(0)];
        socket.read_exact(&mut body).ok()?;
        delivery.body = String::from_utf8(body).unwrap();
        arrived.send(delivery).ok()?;
        write!(socket.get_mut(), "HTTP/1.1 {status} Told\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

/// The command under way.
struct Listening {
    child: Child,
    said: Receiver<String>,
    printed: Receiver<String>,
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (line, lines) = channel();
    std::thread::spawn(move || BufReader::new(from).lines().map_while(Result::ok).try_for_each(|text| line.send(text)));
    lines
}

impl Listening {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let mut child = desk.command(&[&["listen", "--secret", SECRET], arguments].concat()).spawn().unwrap();
        let (said, printed) = (lines(child.stderr.take().unwrap()), lines(child.stdout.take().unwrap()));
        let listening = Self { child, said, printed };
        listening.says("Following");
        listening
    }

    /// Waits until it says this.
    fn says(&self, what: &str) {
        while !self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it does not say {what:?}")).contains(what) {}
    }

    /// The next line that it prints.
    fn line(&self) -> String {
        self.printed.recv_timeout(PATIENCE).unwrap()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn numbered(deliveries: &Receiver<Delivery>, count: usize) -> Vec<String> {
    let event = |_| deliveries.recv_timeout(PATIENCE).unwrap().event()["id"].as_str().unwrap().to_owned();
    (0..count).map(event).collect()
}

fn expected(range: std::ops::RangeInclusive<usize>) -> Vec<String> {
    range.map(|number| format!("event_{number:03}")).collect()
}

#[test]
fn each_event_arrives_signed_in_order_and_byte_for_byte() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let (address, deliveries) = receiver(204);
    let (server, forward) = (format!("http://{}", served.address), format!("http://{address}/hooks"));
    let mut listening = Listening::start(&desk, &["--server", &server, "--forward", &forward, "--key", &key]);
    let mut ada = served.client(&key);
    for number in 0..5 {
        assert_eq!(ada.post("/v1/contacts", &json!({"name": format!("Zoë {number}")})).status, 201);
    }
    let told = ada.get("/v1/events").data(200);
    for number in 0..5 {
        let delivery = deliveries.recv_timeout(PATIENCE).unwrap();
        assert!(delivery.head.starts_with("POST /hooks HTTP/1.1"), "{}", delivery.head);
        assert_eq!(delivery.event(), told[number]);
        let line = listening.line();
        let start = format!("contact.created  event_{:03}  contact_{:03} -> 204 in ", number + 1, number + 1);
        assert!(line.contains(&start) && line.ends_with(" ms"), "{line}");
    }
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", listening.child.id())]).status().unwrap();
    assert!(sent.success());
    assert_eq!(listening.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_killed_server_costs_no_event_and_doubles_none() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let mut served = desk.serve(&["--rate-limit", "1000000"]);
    let (address, deliveries) = receiver(200);
    let (server, forward) = (served.address.to_string(), address.to_string());
    let listening = Listening::start(&desk, &["--server", &server, "--forward", &forward, "--key", &key]);
    let make = |served: &Served, count: usize| {
        let mut ada = served.client(&key);
        (0..count).for_each(|_| assert_eq!(ada.post("/v1/contacts", &json!({"name": "Jane"})).status, 201));
    };
    let mut seen = 0;
    for _ in 0..3 {
        make(&served, 10);
        // Some have arrived when it is killed, others have not.
        assert_eq!(numbered(&deliveries, 4), expected(seen + 1..=seen + 4));
        served.kill();
        served.ended();
        listening.says("The stream broke");
        served = Served::start(desk.command(&["serve", "--listen", &server, "--rate-limit", "1000000"]));
        make(&served, 10);
        listening.says("Back again");
        assert_eq!(numbered(&deliveries, 16), expected(seen + 5..=seen + 20));
        seen += 20;
    }
    assert!(deliveries.recv_timeout(Duration::from_millis(300)).is_err());
}

#[test]
fn only_what_was_asked_for_is_forwarded() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let (address, deliveries) = receiver(200);
    let (server, forward) = (served.address.to_string(), address.to_string());
    let arguments = ["--server", &server, "--forward", &forward, "--events", "ticket.*,message.created.note"];
    let mut command = arguments.to_vec();
    command.extend(["--events", "contact.created", "--key", &key]);
    let _listening = Listening::start(&desk, &command);
    let mut ada = served.client(&key);
    let ticket = json!({"subject": "Help", "description": "Help", "contact": {"email": "jane@example.com"}});
    assert_eq!(ada.post("/v1/tickets", &ticket).status, 201);
    for kind in ["reply", "note"] {
        let path = "/v1/conversations/conv_001/messages";
        assert_eq!(ada.post(path, &json!({"body": "Text", "type": kind})).status, 201);
    }
    assert_eq!(ada.send("PATCH", "/v1/tickets/ticket_001", &[], Some(&json!({"priority": "low"}))).status, 200);
    let mut told = Vec::new();
    loop {
        let event = deliveries.recv_timeout(PATIENCE).unwrap().event();
        match event["type"].as_str().unwrap() {
            "ticket.updated" if event["data"]["priority"] == "low" => break,
            // A reply may have changed the ticket too.
            "ticket.updated" => {}
            kind => told.push(json!([kind, event["data"]["type"]])),
        }
    }
    assert_eq!(
        told,
        [json!(["contact.created", null]), json!(["ticket.created", null]), json!(["message.created", "note"])]
    );
}

#[test]
fn a_program_that_is_down_or_refuses_is_told_of_and_the_next_event_goes_on() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let server = served.address.to_string();
    let down = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let listening = Listening::start(&desk, &["--server", &server, "--forward", &down, "--key", &key]);
    let (address, _deliveries) = receiver(404);
    let refusing = Listening::start(&desk, &["--server", &server, "--forward", &address.to_string(), "--key", &key]);
    let mut ada = served.client(&key);
    for number in 1..=2 {
        assert_eq!(ada.post("/v1/contacts", &json!({"name": "Jane"})).status, 201);
        let line = listening.line();
        assert!(line.contains(&format!("event_{number:03}")) && line.contains("start your program there"), "{line}");
        let line = refusing.line();
        assert!(line.contains("-> 404 in ") && line.contains("does the path of --forward exist"), "{line}");
    }
}

#[test]
fn what_can_t_work_ends_with_what_to_do() {
    let desk = Desk::new();
    let key = desk.admin_key();
    let served = desk.serve(&[]);
    let server = served.address.to_string();
    let listen = |more: &[&str]| -> Ended { desk.run(&[&["listen", "--forward", "localhost:1"], more].concat()) };
    listen(&["--server", &server]).failed(2, "commflow key create --user");
    listen(&["--server", &server, "--key", "cf_wrong"]).failed(2, "commflow key create --user");
    listen(&["--server", &server, "--key", &key, "--events", "ticket.closed"]).failed(2, "ticket.created");
    listen(&["--server", &server, "--key", &key, "--secret", "short"]).failed(2, "--secret");
    desk.run(&["listen", "--key", &key]).failed(2, "--forward");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    listen(&["--server", &nobody, "--key", &key]).failed(5, "Is it running there? commflow serve");
    let (stranger, _deliveries) = receiver(404);
    listen(&["--server", &stranger.to_string(), "--key", &key]).failed(5, "not a CommFlow server");
    // A key that is taken back ends it too.
    let mut listening = Listening::start(&desk, &["--server", &server, "--forward", "localhost:1", "--key", &key]);
    let other = desk.run(&["key", "create", "--user", "ada@company.com"]).fine().out;
    assert_eq!(served.client(other.trim_end()).send("DELETE", "/v1/api_keys/key_001", &[], None).status, 204);
    listening.says("unknown, revoked or expired");
    assert_eq!(listening.child.wait().unwrap().code(), Some(2));
}
