//! A receiver of webhooks: a little HTTP server that notes what it gets, and answers as it is told.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The path, with its query.
    pub path: String,
    headers: BTreeMap<String, String>,
    /// The body's bytes.
    pub bytes: Vec<u8>,
    /// The body as JSON.
    pub body: Value,
}

impl Received {
    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// `webhook-id`.
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// The id of the object that it tells of.
    pub fn object(&self) -> &str {
        self.body["data"]["id"].as_str().unwrap_or_default()
    }
}

/// What the receiver does about a request.
pub enum Reply {
    /// It answers with this status and nothing else.
    Status(u16),
    /// It does this with the connection, and hangs up.
    By(Box<dyn FnOnce(&mut TcpStream) + Send>),
}

type Behaviour = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

struct Shared {
    received: Mutex<Vec<Received>>,
    behaviour: Mutex<Arc<Behaviour>>,
}

/// A receiver on a port of its own. It answers until the test's process ends.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    /// One that takes everything.
    pub fn new() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// One on a port that is known before.
    pub fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let taking: Behaviour = Box::new(|_| Reply::Status(200));
        let shared = Arc::new(Shared { received: Mutex::default(), behaviour: Mutex::new(Arc::new(taking)) });
        let server = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = server.clone();
                std::thread::spawn(move || serve(stream, &server));
            }
        });
        Self { address, shared }
    }

    /// Behaves so from now on.
    pub fn behave(&self, behaviour: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *self.shared.behaviour.lock().unwrap() = Arc::new(Box::new(behaviour));
    }

    /// Answers everything with this status from now on.
    pub fn answer(&self, status: u16) {
        self.behave(move |_| Reply::Status(status));
    }

    /// An address here.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What has come so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// What has come once there are so many.
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        let begun = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            let got: Vec<&str> = received.iter().map(Received::id).collect();
            assert!(begun.elapsed() < Duration::from_secs(20), "{count} were awaited, these came: {got:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let received = read(&mut reader)?;
        let behaviour = shared.behaviour.lock().unwrap().clone();
        let reply = behaviour(&received);
        shared.received.lock().unwrap().push(received);
        match reply {
            Reply::Status(status) => {
                writer.write_all(format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n").as_bytes()).ok()?;
            }
            Reply::By(act) => {
                act(&mut writer);
                return None;
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).ok()?;
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Some(Received { path, headers, bytes, body })
}
